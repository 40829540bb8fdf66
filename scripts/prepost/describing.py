"""Who answered: the flow that sums, who is matched, and participation and completion in CHERRIES terms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import pandas as pd

from prepost.comparing import STRAND, row_id, unique_ids
from prepost.matching import NOT_STATED
from prepost.paired import OVERALL, first_stated
from prepost.schemas import SCHEMAS
from prepost.sheets import MISSING_KINDS
from prepost.study import Comparison, Outcome, Wave

RULES = {
    "preview_or_test": "previews and tests of the survey",
    "no_consent": "no consent",
    "outside_window": "outside the time the survey was open",
    "empty": "no outcome question answered",
    "duplicate_response": "the same response a second time",
    "speeder": "answered faster than it can be read",
    "straight_liner": "one answer to every question",
}

ANSWERED = "answered"
PAIRED = ("matched", "included", "not_included")  # boxes that count pairs


class Floors(NamedTuple):
    """What the description is counted from, floors 1 to 3."""

    ingested: pd.DataFrame
    refused: pd.DataFrame
    responses: pd.DataFrame
    enrolments: pd.DataFrame
    exclusions: pd.DataFrame
    people: pd.DataFrame
    links: pd.DataFrame
    pairs: pd.DataFrame
    triples: pd.DataFrame
    unmatched: pd.DataFrame


def flow(
    floors: Floors, waves: Sequence[Wave], primary: Comparison | None, included: int | None = None
) -> pd.DataFrame:
    """Count the way from the records received to the matched pairs, so that every box's parts sum to it.

    Parameters
    ----------
    floors : Floors
        Floors 1 to 3; survey waves only are counted (not what is known about people, nor enrolments).
    waves : sequence of Wave
        The study's waves, for their labels.
    primary : Comparison or None
        Its two waves are split into matched and not matched.
    included : int or None
        How many matched pairs its conditions include; None where it has none.

    Returns
    -------
    DataFrame
        Schema ``flow``: ``box``, its ``parent`` (null for a box that is part of none), ``wave``, ``label``, ``n``.
    """
    labels = {wave.name: wave.label for wave in waves}
    ingested = floors.ingested[floors.ingested["wave"].isin(labels)]
    refused = floors.refused[floors.refused["wave"].isin(labels) | floors.refused["wave"].isna()]
    excluded = floors.exclusions[floors.exclusions["wave"].isin(labels)]
    boxes = [
        ("records", None, None, "Records in the exports, a wave each", len(ingested) + len(refused)),
        ("not_taken", "records", None, "Lines that hold no response", len(refused)),
        ("responses", "records", None, "Responses read", len(ingested)),
        ("excluded", "responses", None, "Responses set aside", len(excluded)),
    ]
    for rule, label in RULES.items():
        count = int((excluded["rule"] == rule).sum())
        if count:
            boxes.append((f"excluded.{rule}", "excluded", None, label, count))
    boxes.append(("kept", "responses", None, "Responses kept", len(floors.responses)))
    for wave, label in labels.items():
        boxes.append((f"kept.{wave}", "kept", wave, label, int((floors.responses["wave"] == wave).sum())))
    if primary is not None:
        boxes += list(_ends(floors, primary, included))
    rows = [
        {
            "row_id": row_id("flow", box),
            "strand": STRAND,
            "box": box,
            "parent": parent,
            "wave": wave,
            "label": label,
            "n": n,
            "n_unit": "pairs" if box.startswith(PAIRED) else "responses",
        }
        for box, parent, wave, label, n in boxes
    ]
    return pd.DataFrame(rows, columns=list(SCHEMAS["flow"].columns))


def _ends(floors: Floors, primary: Comparison, included: int | None) -> Iterator[tuple]:
    """Split both waves of the primary comparison; three states stay apart."""
    start, end = primary.wave_from, primary.wave_to
    matched = int(((floors.pairs["wave_from"] == start) & (floors.pairs["wave_to"] == end)).sum())
    state = floors.unmatched[(floors.unmatched["wave_from"] == start) & (floors.unmatched["wave_to"] == end)]
    links = floors.links

    def count(wave: str, name: str) -> int:
        return int(((state["wave"] == wave) & (state["state"] == name)).sum())

    total = {wave: int((links["wave"] == wave).sum()) for wave in (start, end)}
    gone, unsure, loose = (
        count(start, "did_not_answer"),
        count(start, "cannot_be_told"),
        count(end, "answered_not_linked"),
    )
    yield f"matched.{start}", f"kept.{start}", start, "Matched with a later response", matched
    if included is not None:
        whole = f"matched.{start}"
        yield f"included.{start}", whole, start, "In the primary analysis, by its conditions", included
        yield f"not_included.{start}", whole, start, "Matched, but not in the primary analysis", matched - included
    yield (f"did_not_answer.{start}", f"kept.{start}", start, "Did not answer the later survey", gone)
    yield (
        f"cannot_be_told.{start}",
        f"kept.{start}",
        start,
        "No later response found; whether one was given cannot be told",
        unsure,
    )
    yield (
        f"not_used.{start}",
        f"kept.{start}",
        start,
        "Without a key, or a second response",
        total[start] - matched - gone - unsure,
    )
    yield f"matched.{end}", f"kept.{end}", end, "Matched with an earlier response", matched
    yield f"answered_not_linked.{end}", f"kept.{end}", end, "Answered, but not linked to an earlier response", loose
    yield f"not_used.{end}", f"kept.{end}", end, "A second response of the same person", total[end] - matched - loose


def participants(floors: Floors, primary: Comparison | None, variables: Sequence[str]) -> pd.DataFrame:
    """Count who is in the matched completions and who is not, category by category (Table 1).

    Parameters
    ----------
    floors : Floors
        Floors 2 and 3.
    primary : Comparison or None
        Its first wave is the base: each used response of that wave is matched or not.
    variables : sequence of str
        ``module``, category items and vocabulary columns, in the table's order.

    Returns
    -------
    DataFrame
        Schema ``participants``: ``variable``, ``category``, ``matched`` (yes, no, all), ``n`` responses.
    """
    columns = list(SCHEMAS["participants"].columns)
    if primary is None:
        return pd.DataFrame(columns=columns)
    used = floors.links[(floors.links["state"] == "used") & (floors.links["wave"] == primary.wave_from)]
    rows = used.merge(floors.responses.drop(columns="module"), on=["source", "line", "wave"], how="left")
    about = floors.people.set_index("person").reindex(rows["person"]).reset_index(drop=True)
    pairs = floors.pairs[
        (floors.pairs["wave_from"] == primary.wave_from) & (floors.pairs["wave_to"] == primary.wave_to)
    ]
    lines = pd.MultiIndex.from_frame(pairs[["source_from", "line_from"]])
    matched = pd.MultiIndex.from_frame(rows[["source", "line"]]).isin(lines)
    matched = pd.Series(matched, index=rows.index).map({True: "yes", False: "no"}).astype("string")
    found = [_split(pd.Series(OVERALL, index=rows.index, dtype="string"), matched, OVERALL)]
    for variable in variables:
        said = [frame[variable] for frame in (rows, about) if variable in frame]
        found.append(_split(first_stated(said, rows.index), matched, variable))
    table = pd.concat(found, ignore_index=True)
    names = table[["variable", "category", "matched"]].itertuples(index=False)
    table["row_id"] = unique_ids(row_id(*parts) for parts in names)
    return table.assign(strand=STRAND, n_unit="responses")[columns]


def _split(category: pd.Series, matched: pd.Series, variable: str) -> pd.DataFrame:
    categories = sorted(category.unique(), key=lambda name: (name == NOT_STATED, name))
    rows = []
    for name in [*([] if variable == OVERALL else categories), OVERALL]:
        inside = category.eq(name) if name != OVERALL else pd.Series(True, index=category.index)
        for side in ("yes", "no", OVERALL):
            count = int((inside & (matched.eq(side) if side != OVERALL else True)).sum())
            rows.append({"variable": variable, "category": name, "matched": side, "n": count})
    return pd.DataFrame(rows)


def participation(
    floors: Floors, waves: Sequence[Wave], outcomes: Sequence[Outcome], variables: Sequence[str]
) -> pd.DataFrame:
    """Count participation and completion by wave and module (CHERRIES, Eysenbach 2004, doi:10.2196/jmir.6.3.e34).

    Parameters
    ----------
    floors : Floors
        Floors 2 and 3.
    waves, outcomes : sequence
        Which outcome items a wave asks decides what a complete response is.
    variables : sequence of str
        Groups in which enrolments are counted, as far as the enrolments have them.

    Returns
    -------
    DataFrame
        Schema ``participation``. ``measure``: ``responses`` kept, ``complete`` (every outcome item that its source
        asked is answered, be it with "not applicable"), ``people`` known by key, ``all_waves`` (people and modules
        with every wave), and where a source of enrolments is given ``enrolled`` and ``completed``.
    """
    rows = []
    modules = floors.links.set_index(["source", "line", "wave"])["module"]
    responses = floors.responses.copy()
    keys = pd.MultiIndex.from_frame(responses[["source", "line", "wave"]])
    responses["module"] = modules.reindex(keys).to_numpy()
    responses["person"] = floors.links.set_index(["source", "line", "wave"])["person"].reindex(keys).to_numpy()
    complete = is_complete(responses, outcomes)
    for wave in waves:
        inside = responses["wave"] == wave.name
        for group_by, group, where in _groups(responses, inside):
            rows.append(("responses", wave.name, group_by, group, int(where.sum()), "responses"))
            rows.append(("complete", wave.name, group_by, group, int((where & complete).sum()), "responses"))
            rows.append(("people", wave.name, group_by, group, responses.loc[where, "person"].nunique(), "people"))
    rows.append(("people", OVERALL, OVERALL, OVERALL, responses["person"].nunique(), "people"))
    if sum(wave.thinking_back_to is None for wave in waves) > 2:
        rows.append(("all_waves", OVERALL, OVERALL, OVERALL, len(floors.triples), "pairs"))
    rows += _enrolled(floors.enrolments, variables)
    table = pd.DataFrame(rows, columns=["measure", "wave", "group_by", "group", "n", "n_unit"])
    names = table[["measure", "wave", "group_by", "group"]].itertuples(index=False)
    table["row_id"] = unique_ids(row_id(*parts) for parts in names)
    return table.assign(strand=STRAND)[list(SCHEMAS["participation"].columns)]


def _groups(responses: pd.DataFrame, inside: pd.Series) -> Iterator[tuple[str, str, pd.Series]]:
    yield OVERALL, OVERALL, inside
    module = responses["module"].astype("string").fillna(NOT_STATED)
    if (module != NOT_STATED).any():
        for name in sorted(module.unique()):
            yield "module", name, inside & (module == name)


def is_complete(responses: pd.DataFrame, outcomes: Sequence[Outcome]) -> pd.Series:
    """Say of each response whether every outcome question that its source asked is answered."""
    items = sorted({item for outcome in outcomes for item in outcome.items if f"{item}_missing" in responses})
    missing = responses[[f"{item}_missing" for item in items]]
    answered = missing.isna() | missing.eq("not_applicable")  # "not applicable" is an answer, as "refused" is none
    return (answered | missing.eq("not_shown")).all(axis=1) & answered.any(axis=1)


def kinds_of(responses: pd.DataFrame, item: str) -> pd.Series:
    """Say of each response whether an item was answered, or which of the four kinds of missing it is."""
    return responses[f"{item}_missing"].astype("string").fillna(ANSWERED)


def missing_answers(responses: pd.DataFrame, waves: Sequence[Wave], outcomes: Sequence[Outcome]) -> pd.DataFrame:
    """Count, for each outcome item at each wave that asks it, how it was answered or left: four kinds stay apart.

    Parameters
    ----------
    responses : DataFrame
        Floor 2 (schema ``responses``).
    waves, outcomes : sequence
        An outcome is counted at the waves where it is asked.

    Returns
    -------
    DataFrame
        Schema ``missing``: ``item``, ``wave``, ``kind`` (answered, not_shown, skipped, not_applicable, refused, all).
    """
    rows = []
    for outcome in outcomes:
        for wave in waves:
            if outcome.waves and wave.name not in outcome.waves:
                continue
            inside = responses[responses["wave"] == wave.name]
            for item in outcome.items:
                if f"{item}_missing" in inside:
                    counts = kinds_of(inside, item).value_counts()
                    cells = {kind: int(counts.get(kind, 0)) for kind in (ANSWERED, *MISSING_KINDS)}
                    rows += [(item, wave.name, kind, n) for kind, n in {**cells, OVERALL: len(inside)}.items()]
    table = pd.DataFrame(rows, columns=["item", "wave", "kind", "n"])
    table["row_id"] = unique_ids([row_id(*parts) for parts in table[["item", "wave", "kind"]].itertuples(index=False)])
    return table.assign(strand=STRAND, n_unit="responses")[list(SCHEMAS["missing"].columns)]


def _enrolled(enrolments: pd.DataFrame, variables: Sequence[str]) -> list[tuple]:
    rows = []
    for measure in ("enrolled", "completed"):
        if enrolments.empty or enrolments[measure].isna().all():
            continue
        rows.append((measure, OVERALL, OVERALL, OVERALL, int(enrolments[measure].sum()), "enrolments"))
        for variable in variables:
            if variable in enrolments and enrolments[variable].notna().any():
                group = first_stated([enrolments[variable]], enrolments.index)
                counts = enrolments.groupby(group)[measure].sum().sort_index()
                rows += [(measure, OVERALL, variable, str(name), int(n), "enrolments") for name, n in counts.items()]
    return rows
