"""One person's responses over the waves of one module, linked on an exact, normalised key.

Identifiers end here: what leaves names people P00001, P00002, … in the order of first appearance.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
import pandas as pd

from prepost.linkage.persons import join_codes
from prepost.normalising import normalise
from prepost.schemas import MISSING_SUFFIX

RESPONSE = ["source", "line", "wave"]
NOT_STATED = "not stated"
NOT_SHOWN = "not_shown"


class Matched(NamedTuple):
    """The tables of floor 3."""

    people: pd.DataFrame
    links: pd.DataFrame
    pairs: pd.DataFrame
    triples: pd.DataFrame
    unmatched: pd.DataFrame


def match(
    responses: pd.DataFrame,
    about: pd.DataFrame,
    *,
    key: Sequence[str],
    rules: Sequence[str],
    waves: Sequence[str],
    several: str,
    thinking_back: Sequence[str] = (),
    most_with_one_key: int | None = None,
    joined: pd.DataFrame | None = None,
) -> Matched:
    """Link the responses of each person within each module.

    Parameters
    ----------
    responses : DataFrame
        Floor 2, one row a response of a survey wave (schema ``responses``).
    about : DataFrame
        Floor 2, one row a person and source, of what is known whatever the wave (schema ``about``).
    key : sequence of str
        Identifier items that together name a person; one blank among them makes the key blank.
    rules : sequence of str
        See `normalise`.
    waves : sequence of str
        The waves in time order.
    several : {"first", "last", "most_complete", "none"}
        Which response stands for a person who gave several in one wave of one module; none where the key then names
        nobody.
    thinking_back : sequence of str
        Those of `waves` that were asked later about an earlier time. They are paired like any other, and are no survey
        of their own: who answered every survey need not have thought back, and has not for that answered once more.
    most_with_one_key : int or None
        A key that more responses of one wave and module give is nobody's, and blank; None: however many.
    joined : DataFrame or None
        Accepted candidates (schema ``candidates``) that the key does not link and the tolerant procedure does: their
        responses become one person's.

    Returns
    -------
    Matched
        ``people``: person and what `about` says of them. ``links``: each response, its person and its state
        (``used``; ``part``, another file's share of the same response; ``another_used``; ``blank_key``;
        ``no_module``). ``pairs``: person, module, wave_from, wave_to and the lines of both. ``triples``: people
        with every wave. ``unmatched``: for each two waves, each used response without its other side, and which of
        three states it is in: did_not_answer, answered_not_linked, cannot_be_told.
    """
    keys = pd.concat([_key(responses, key, rules), _key(about, key, rules)], ignore_index=True)
    shared = _shared(keys.iloc[: len(responses)], responses, most_with_one_key)
    codes, _ = pd.factorize(keys.mask(keys.isin(shared)))
    if joined is not None and len(joined):
        places = list(zip(*[responses[name].astype(object) for name in RESPONSE], strict=True))
        codes, _ = pd.factorize(pd.Series(join_codes(codes, places, joined), dtype="Int64").replace(-1, pd.NA))
    person = pd.Series([f"P{code + 1:05d}" if code >= 0 else None for code in codes], dtype="string")
    of_responses = person.iloc[: len(responses)].set_axis(responses.index)
    of_about = person.iloc[len(responses) :].set_axis(about.index)
    people = _people(about, of_about, of_responses, key)
    links = _links(responses, of_responses, people, waves, several, key, keys.iloc[: len(responses)])
    used = links[links["state"] == "used"]
    pairs = _pairs(used, waves)
    if joined is not None:
        pairs = _with_method(pairs, keys, responses, joined)
    surveys = [wave for wave in waves if wave not in thinking_back]
    triples = _triples(used[used["wave"].isin(surveys)], surveys)
    return Matched(people, links, pairs, triples, _unmatched(links, pairs, waves))


def _shared(keys: pd.Series, responses: pd.DataFrame, most: int | None) -> pd.Index:
    """Keys that too many responses of one wave and module give to be one person's."""
    if most is None:
        return pd.Index([])
    sizes = responses[["wave", "module"]].assign(key=keys.to_numpy()).groupby(["key", "wave", "module"], dropna=False)
    sizes = sizes.size()
    return sizes.index[sizes > most].get_level_values("key").dropna().unique()


def _with_method(pairs: pd.DataFrame, keys: pd.Series, responses: pd.DataFrame, joined: pd.DataFrame) -> pd.DataFrame:
    """By which stage each pair is one, and how sure; one that follows from others is as sure as the least of them."""
    of_line = keys.iloc[: len(responses)].set_axis(pd.MultiIndex.from_frame(responses[RESPONSE]))
    sides = [[f"source_{side}", f"line_{side}", f"wave_{side}"] for side in ("from", "to")]
    key = [of_line.reindex(pd.MultiIndex.from_frame(pairs[side])).reset_index(drop=True) for side in sides]
    links = joined.set_index([*sides[0], *sides[1]])[["stage", "probability"]]
    known = links.reindex(pd.MultiIndex.from_frame(pairs[[*sides[0], *sides[1]]])).reset_index(drop=True)
    of_person = pairs[["person"]].assign(chance=known["probability"].astype(float))
    least = of_person.groupby("person")["chance"].transform("min")
    by_key = (key[0] == key[1]).fillna(False) & known["stage"].isna()
    certainty = known["probability"].astype(float).fillna(least).mask(by_key, 1.0)
    return pairs.assign(method=known["stage"].fillna("tolerant").mask(by_key, "exact"), certainty=certainty)


def _key(frame: pd.DataFrame, key: Sequence[str], rules: Sequence[str]) -> pd.Series:
    parts = [
        normalise(frame[item], rules) if item in frame else pd.Series(pd.NA, index=frame.index, dtype="string")
        for item in key
    ]
    joined = parts[0]
    for part in parts[1:]:
        joined = joined.str.cat(part, sep="\x1f")
    return joined


def _people(about: pd.DataFrame, person: pd.Series, seen: pd.Series, key: Sequence[str]) -> pd.DataFrame:
    drop = {*RESPONSE, "response_id", "received", *key, *[f"{item}{MISSING_SUFFIX}" for item in key]}
    kept = _unsaid_as_null(about[[column for column in about if column not in drop]])
    kept.insert(0, "person", person)
    first = kept.dropna(subset="person").groupby("person", sort=True).first()
    everyone = pd.Index(sorted({*seen.dropna(), *person.dropna()}), name="person", dtype="string")
    return _with_missing(first.reindex(everyone)).reset_index().astype({"person": "string"})


def _unsaid_as_null(frame: pd.DataFrame) -> pd.DataFrame:
    """Make "not stated" and "not shown" null, so that another row which does say is the first that says."""
    said = frame.copy()
    items = {column.removesuffix(MISSING_SUFFIX) for column in frame if column.endswith(MISSING_SUFFIX)}
    for column in said.select_dtypes("string").columns.difference(list(items), sort=False):
        unsaid = NOT_SHOWN if column.endswith(MISSING_SUFFIX) else NOT_STATED
        said[column] = said[column].mask(said[column] == unsaid)
    return said


def _with_missing(frame: pd.DataFrame) -> pd.DataFrame:
    """After rows are joined: no kind of missing where there is an answer, and one where there is none."""
    whole = frame.copy()
    for column in [c for c in frame if c.endswith(MISSING_SUFFIX)]:
        item = column.removesuffix(MISSING_SUFFIX)
        answered = frame[[c for c in frame if c == item or c.startswith(f"{item}__")]].notna().any(axis=1)
        whole[column] = frame[column].astype("string").fillna(NOT_SHOWN).mask(answered)
    return whole


def _links(
    responses: pd.DataFrame,
    person: pd.Series,
    people: pd.DataFrame,
    waves: Sequence[str],
    several: str,
    key: Sequence[str],
    given: pd.Series,
) -> pd.DataFrame:
    links = responses[[*RESPONSE, "module", "received"]].copy()
    links["person"] = person
    if "module" in people:
        links["module"] = links["module"].fillna(links["person"].map(people.set_index("person")["module"]))
    links["state"], links["why"] = "used", pd.NA
    has_modules = links["module"].notna().any()
    _set(links, links["person"].isna(), "blank_key", "the key is blank")
    nobodys = links["person"].isna() & given.set_axis(links.index).notna()
    _set(links, nobodys, "blank_key", "more responses give the key than one person can: it names nobody")
    if has_modules:
        _set(links, links["person"].notna() & links["module"].isna(), "no_module", "it is not known which module")
    linked = links[links["state"] == "used"]
    same = linked.duplicated(["person", "module", "wave"], keep=False)
    _choose(links, linked[same], _answered(responses, key), several)
    order = {wave: place for place, wave in enumerate(waves)}
    links = links.assign(place=links["wave"].map(order)).sort_values(["place", "source", "line"], kind="stable")
    return links[[*RESPONSE, "module", "person", "state", "why"]].reset_index(drop=True)


def _set(links: pd.DataFrame, where: pd.Series | np.ndarray, state: str, why: str) -> None:
    links.loc[where, "state"] = state
    links.loc[where, "why"] = why


def _answered(responses: pd.DataFrame, key: Sequence[str]) -> pd.DataFrame:
    """Which items each response answers; the key is no answer, since every part of a response repeats it."""
    items = [c.removesuffix(MISSING_SUFFIX) for c in responses if c.endswith(MISSING_SUFFIX)]
    items = [item for item in items if item not in key]
    return pd.DataFrame({item: responses[f"{item}{MISSING_SUFFIX}"].isna() for item in items}, index=responses.index)


def _choose(links: pd.DataFrame, rows: pd.DataFrame, answers: pd.DataFrame, several: str) -> None:
    """Of several responses of one person in one wave: one is used, parts of it are joined, the others stand aside."""
    order = rows.assign(answered=answers.loc[rows.index].sum(axis=1)).sort_values(
        ["received", "source", "line"], kind="stable", na_position="first"
    )
    if several == "most_complete":
        order = order.sort_values("answered", kind="stable")
    given, source = answers.loc[order.index].to_numpy(), order["source"].to_numpy(dtype=object)
    group = order.groupby(["person", "module", "wave"], dropna=False).ngroup().to_numpy()
    by_group = np.argsort(group, kind="stable")
    parts, others = [], []
    for places in np.split(by_group, np.flatnonzero(np.diff(group[by_group])) + 1):
        if several == "none":
            others += list(order.index[places])
            continue
        chosen = places[:1] if several == "first" else places[-1:]
        taken = given[chosen].any(axis=0)
        for other in np.setdiff1d(places, chosen):
            is_part = source[other] != source[chosen[0]] and not (taken & given[other]).any()
            (parts if is_part else others).append(order.index[other])
            taken = taken | given[other] if is_part else taken
    why = f"the person's {several} response is used".replace("_", " ")
    if several == "none":
        why = "the key is given more than once in this wave, and names nobody"
    _set(links, links.index.isin(parts), "part", "another file's part of the same response")
    _set(links, links.index.isin(others), "another_used", why)


def _pairs(used: pd.DataFrame, waves: Sequence[str]) -> pd.DataFrame:
    parts = []
    for wave_from, wave_to in combinations(waves, 2):
        before = used[used["wave"] == wave_from]
        after = used[used["wave"] == wave_to]
        both = before.merge(after, on=["person", "module"], suffixes=("_from", "_to"))
        parts.append(both.assign(method="exact", certainty=1.0))
    columns = ["person", "module", "wave_from", "wave_to", "source_from", "line_from", "source_to", "line_to"]
    pairs = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=[*columns, "method", "certainty"])
    order = ["person", "module", "wave_from", "wave_to"]
    return pairs[[*columns, "method", "certainty"]].sort_values(order, kind="stable").reset_index(drop=True)


def _triples(used: pd.DataFrame, waves: Sequence[str]) -> pd.DataFrame:
    """People who answered every wave of a module, where the study has three waves or more."""
    columns = ["person", "module", "waves", "lines"]
    keys = ["person", "module"]
    every = used.groupby(keys, dropna=False)["wave"].transform("size") == len(waves)
    if len(waves) < 3 or not every.any():
        return pd.DataFrame(columns=columns)
    whole = used[every].rename(columns={"wave": "waves"})
    whole["lines"] = whole["source"].astype(object) + ":" + whole["line"].astype(str).astype(object)
    return whole.groupby(keys, dropna=False, sort=True)[["waves", "lines"]].agg("|".join).reset_index()[columns]


def _unmatched(links: pd.DataFrame, pairs: pd.DataFrame, waves: Sequence[str]) -> pd.DataFrame:
    parts = []
    for wave_from, wave_to in combinations(waves, 2):
        found = pairs[(pairs["wave_from"] == wave_from) & (pairs["wave_to"] == wave_to)]
        before = _without(links[(links["wave"] == wave_from) & (links["state"] == "used")], found, "from")
        after_used = _without(links[(links["wave"] == wave_to) & (links["state"] == "used")], found, "to")
        after_unknown = links[(links["wave"] == wave_to) & links["state"].isin(["blank_key", "no_module"])]
        after = pd.concat([after_used, after_unknown]).assign(
            state="answered_not_linked",
            why=f"answered {wave_to}, and no {wave_from} response is known to be the same person's",
        )
        loose = set(after["module"].dropna())
        anywhere = after["module"].isna().any()
        unsure = before["module"].isin(loose) | anywhere
        before = before.assign(
            state="did_not_answer", why=f"every {wave_to} response of the module belongs to someone else"
        )
        before.loc[unsure, "state"] = "cannot_be_told"
        before.loc[unsure, "why"] = f"some {wave_to} responses of the module are linked to no {wave_from} response"
        parts.append(pd.concat([before, after]).assign(wave_from=wave_from, wave_to=wave_to))
    columns = [*RESPONSE, "module", "person", "wave_from", "wave_to", "state", "why"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def _without(links: pd.DataFrame, pairs: pd.DataFrame, side: str) -> pd.DataFrame:
    inside = pd.MultiIndex.from_frame(pairs[[f"source_{side}", f"line_{side}"]])
    return links[~pd.MultiIndex.from_frame(links[["source", "line"]]).isin(inside)]


def completions(responses: pd.DataFrame, links: pd.DataFrame) -> pd.DataFrame:
    """Return one row a used response with its person, module and answers, parts of other files filled in.

    Parameters
    ----------
    responses : DataFrame
        Floor 2 (schema ``responses``).
    links : DataFrame
        Floor 3 (schema ``links``).

    Returns
    -------
    DataFrame
        ``source, line, wave, module, person`` and every item column of `responses`.
    """
    joined = links[links["state"].isin(["used", "part"])].merge(
        responses.drop(columns="module"), on=RESPONSE, how="left", validate="one_to_one"
    )
    used, parts = joined[joined["state"] == "used"], joined[joined["state"] == "part"]
    if len(parts):
        used = _fill(used, parts)
    return used.drop(columns=["state", "why"]).reset_index(drop=True)


def _fill(used: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame:
    by = ["person", "module", "wave"]
    answers = [c for c in parts if c not in (*RESPONSE, *by, "state", "why")]
    first = _unsaid_as_null(parts[[*by, *answers]]).groupby(by, dropna=False)[answers].first().reset_index()
    other = used[by].merge(first, on=by, how="left", validate="one_to_one").set_axis(used.index)
    said = _unsaid_as_null(used[answers])
    filled = _with_missing(said.fillna(other[answers]))
    words = [c for c in filled.select_dtypes("string") if not c.endswith(MISSING_SUFFIX)]
    filled[words] = filled[words].fillna(used[words])  # "not stated" again where no part says
    return used.assign(**{column: filled[column] for column in answers})
