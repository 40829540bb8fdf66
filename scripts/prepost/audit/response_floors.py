"""What the audit pages show of responses, floors 1 to 4: every one that came in is kept, or set aside with a reason.

Everything here takes tables and gives a `View`; nothing opens a file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from prepost.audit.any_floor import MISSING_SUFFIX, Codebook
from prepost.audit.view import View, with_sums


def _by(frame: pd.DataFrame, by: Sequence[str]) -> pd.Series:
    return frame.groupby(list(by), sort=True).size()


# 1 ingested ----------------------------------------------------------------------------------------------------------
def records(
    sources: Iterable[Mapping], responses: Mapping[str, pd.DataFrame], refused: Mapping[str, pd.DataFrame]
) -> View:
    """Sum each raw export: its lines, once a wave, are taken or refused.

    Parameters
    ----------
    sources : iterable of mapping
        Rows of sources.csv.
    responses, refused : mapping of str to DataFrame
        Schemas ``ingested`` and ``refused`` by source.

    Returns
    -------
    View
        ``source``, ``file``, ``platform`` (as declared; with ``auto`` what was found, how surely and why), ``encoding``
        (as declared), ``lines``, ``waves``, ``records`` (lines × waves), ``taken``, ``refused``, ``sum``.
    """
    rows = []
    for row in sources:
        taken, not_taken = responses[row["source"]], refused[row["source"]]
        lines = len({*taken["line"], *not_taken["line"]})
        waves = max(1, len({*taken["wave"].dropna(), *not_taken["wave"].dropna()}))
        everywhere = not_taken["wave"].isna().sum() * waves  # a line that belongs to no wave is refused for each
        rows.append(
            {
                "source": row["source"],
                "file": row["file"],
                "platform": taken.attrs.get("read_as", row["platform"]),
                "encoding": row.get("encoding") or "as found in the file",
                "lines": lines,
                "waves": waves,
                "records": lines * waves,
                "taken": len(taken),
                "refused": int(not_taken["wave"].notna().sum() + everywhere),
            }
        )
    frame = pd.DataFrame(rows)
    return View(
        "Every line of every export, once a wave, is taken or refused.",
        with_sums(frame, "records", ["taken", "refused"]),
    )


# 2 cleaned -----------------------------------------------------------------------------------------------------------
def cleaned(ingested: pd.DataFrame, kept: Mapping[str, pd.DataFrame], exclusions: pd.DataFrame) -> View:
    """Sum floor 2: what came from floor 1 is in one of three tables, or set aside.

    Parameters
    ----------
    ingested : DataFrame
        All of floor 1 (schema ``ingested``).
    kept : mapping of str to DataFrame
        ``responses``, ``about``, ``enrolments``.
    exclusions : DataFrame
        Schema ``exclusions``.

    Returns
    -------
    View
        ``source``, ``wave``, ``came in``, one column a table, ``set aside``, ``sum``.
    """
    by = ["source", "wave"]
    parts = {"came in": ingested, **kept, "set aside": exclusions}
    frame = pd.DataFrame({name: _by(table, by) for name, table in parts.items()}).fillna(0).astype("int64")
    frame = frame.rename_axis(by).reset_index()
    return View(
        "What came in is kept in one of the tables, or set aside.", with_sums(frame, "came in", [*kept, "set aside"])
    )


def unmapped(frame: pd.DataFrame) -> View:
    """Count answers that no vocabulary maps: ``source``, ``item``, ``answers`` (distinct) and ``responses``."""
    rows = frame.groupby(["source", "item"], sort=True).agg(answers=("answer", "size"), responses=("n", "sum"))
    return View("Answers that no vocabulary sheet maps (listed in unmapped.csv).", rows.reset_index())


def missing_kinds(frame: pd.DataFrame) -> View:
    """Count the kinds of missing of each item: ``item``, ``answered``, one column a kind, ``responses``, ``sum``."""
    kinds = ["not_shown", "skipped", "not_applicable", "refused"]
    rows = []
    for column in [name for name in frame if name.endswith(MISSING_SUFFIX)]:
        counts = frame[column].value_counts()
        rows.append(
            {
                "item": column.removesuffix(MISSING_SUFFIX),
                "responses": len(frame),
                "answered": int(frame[column].isna().sum()),
            }
            | {kind: int(counts.get(kind, 0)) for kind in kinds}
        )
    columns = ["item", "responses", "answered", *kinds]
    rows = with_sums(pd.DataFrame(rows, columns=columns), "responses", ["answered", *kinds])
    return View("Each item: answered, or missing of one of four kinds.", rows)


# 3 matched -----------------------------------------------------------------------------------------------------------
def links_by_state(responses: pd.DataFrame, links: pd.DataFrame) -> View:
    """Sum floor 3: each response of floor 2 has one link, of one state (a column each), by wave."""
    states = links.groupby(["wave", "state"], sort=True).size().unstack(fill_value=0)
    frame = pd.DataFrame({"responses": _by(responses, ["wave"])}).join(states).fillna(0).astype("int64")
    found = list(states.columns)
    return View(
        "Each response has one link, of one state.",
        with_sums(frame.rename_axis("wave").reset_index(), "responses", found),
    )


def pairs_by_waves(links: pd.DataFrame, pairs: pd.DataFrame, unmatched: pd.DataFrame) -> View:
    """Sum both sides of each two waves: a used response is in a pair or is unmatched, in one of three states.

    Parameters
    ----------
    links, pairs, unmatched : DataFrame
        Floor 3.

    Returns
    -------
    View
        ``wave_from``, ``wave_to``, ``side`` (a wave), ``responses`` (used; of the later wave also those without a key
        or module), ``in pairs``, ``did_not_answer``, ``answered_not_linked``, ``cannot_be_told``, ``sum``.
    """
    states = ["did_not_answer", "answered_not_linked", "cannot_be_told"]
    ways = pd.concat([pairs[["wave_from", "wave_to"]], unmatched[["wave_from", "wave_to"]]]).drop_duplicates()
    rows = []
    for start, end in ways.sort_values(["wave_from", "wave_to"]).itertuples(index=False, name=None):
        matched = int(((pairs["wave_from"] == start) & (pairs["wave_to"] == end)).sum())
        loose = unmatched[(unmatched["wave_from"] == start) & (unmatched["wave_to"] == end)]
        for side in (start, end):
            counts = loose.loc[loose["wave"] == side, "state"].value_counts()
            meant = ["used"] if side == start else ["used", "blank_key", "no_module"]
            total = int(((links["wave"] == side) & links["state"].isin(meant)).sum())
            rows.append(
                {"wave_from": start, "wave_to": end, "side": side, "responses": total, "in pairs": matched}
                | {state: int(counts.get(state, 0)) for state in states}
            )
    columns = ["wave_from", "wave_to", "side", "responses", "in pairs", *states]
    rows = with_sums(pd.DataFrame(rows, columns=columns), "responses", ["in pairs", *states])
    return View("Both sides of each two waves: in a pair, or unmatched in one of three states.", rows)


def several_in_a_wave(links: pd.DataFrame) -> View:
    """Count people who gave several responses in one wave of one module: ``wave``, ``responses`` each, ``people``."""
    known = links[links["person"].notna()]
    size = known.groupby(["wave", "module", "person"], dropna=False).size()
    many = size[size > 1].rename("responses").reset_index()
    return View(
        "Several responses of one person in one wave of one module.",
        many.groupby(["wave", "responses"]).size().rename("people").reset_index(),
    )


# 4 scored ------------------------------------------------------------------------------------------------------------
def scores(frame: pd.DataFrame, codebook: Codebook) -> View:
    """Describe each score at each wave: ``score, wave, rows, scored, missing, mean, sd, sum``."""
    rows = []
    for name in [column for column in frame if column in codebook.scores]:
        for wave, values in frame.groupby("wave", sort=True)[name]:
            scored = int(values.notna().sum())
            told = {
                "scored": scored,
                "missing": int(values.isna().sum()),
                "mean": values.mean(),
                "sd": values.std(ddof=1),
            }
            rows.append({"score": name, "wave": wave, "rows": len(values)} | told)
    columns = ["score", "wave", "rows", "scored", "missing", "mean", "sd"]
    return View(
        "Each score at each wave.", with_sums(pd.DataFrame(rows, columns=columns), "rows", ["scored", "missing"])
    )


def used_and_scored(links: pd.DataFrame, frame: pd.DataFrame) -> View:
    """Sum floor 4: every used response has one row of scores, by wave."""
    used = links[links["state"] == "used"]
    counts = pd.DataFrame({"used": _by(used, ["wave"]), "scored": _by(frame, ["wave"])}).fillna(0).astype("int64")
    return View(
        "Every response that is used has one row of scores.",
        with_sums(counts.rename_axis("wave").reset_index(), "used", ["scored"]),
    )
