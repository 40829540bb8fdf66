"""Two waves weighed against each other: which pairs are likely one person's, which are taken, and why."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from prepost.linkage.blocking import DAY, MODULE, SHORTER, check_rules, compared_pairs, near_rules, with_shorter
from prepost.linkage.chances import odds_alone, prior_odds, scaled_marginals
from prepost.linkage.elements import BLANK, levels_of, table_of
from prepost.linkage.model import FEWEST_ELEMENTS, Model, Seen, fit, too_few, unidentified, unlikely
from prepost.linkage.one_to_one import CHOSEN, TIE, assign
from prepost.linkage.weigh import ID, Weigher, database
from prepost.study_linkage import Person, Tolerant

#: Below these odds (about one in two hundred) a pair is not even listed.
_LEAST_ODDS = 0.005
WHY = {
    "exact": "the keys agree, and no other response of the two waves has that key",
    "taken": "one of the two is linked by its key or by a review",
    "tie": "another pair is exactly as good: it would be a guess",
    "not_best": "another pair with one of the two is likelier",
    "accepted": "at least as probable as matching.tolerant.accept",
    "review": "between matching.tolerant.review and accept: a person decides",
    "default": "between matching.tolerant.review and accept: taken until a reviewed sheet says otherwise",
    "refused": "less probable than matching.tolerant.review",
    "near": "alike in what can be compared; no model says how probable it is: a person decides",
    "same person": "a person looked at both and says they are the same person",
    "different people": "a person looked at both and says they are different people",
}


class Weighed(NamedTuple):
    """What two waves gave.

    `candidates` (``left``, ``right``, ``exact``, ``weight``, ``probability``, ``odds``, ``evidence``, and the level of
    each element), what was `seen`, the `model` or None, the `prior` odds of a pair, and the `note` that says why there
    is no model.
    """

    candidates: pd.DataFrame
    seen: Seen | None
    model: Model | None
    prior: float
    note: str


def side_of(responses: pd.DataFrame, person: Person) -> pd.DataFrame:
    """Return what is compared of the responses of one wave.

    Parameters
    ----------
    responses : DataFrame
        Floor 2 with ``module`` as floor 3 knows it.

    Returns
    -------
    DataFrame
        The columns of the elements, `ID`, `MODULE` (empty where unknown) and `DAY`; without responses that are blank
        in every element. Numbered by what is compared, so that the order of the rows changes nothing; the index is that
        of `responses`.
    """
    names = [element.item for element in person.elements]
    found = table_of(responses, person)
    found[MODULE] = responses["module"].astype("string").fillna("")
    found[DAY] = responses["received"].dt.normalize()
    found = found[found[names].notna().any(axis=1)].sort_values([MODULE, *names, DAY], kind="stable")
    return found.assign(**{ID: np.arange(len(found))})


def weigh(
    before: pd.DataFrame,
    after: pd.DataFrame,
    exact: set[tuple[int, int]],
    named: set[tuple[int, int]],
    person: Person,
    settings: Tolerant,
    waves: tuple[str, str],
    scratch: Path | None = None,
) -> Weighed:
    """Weigh the pairs of two waves.

    Parameters
    ----------
    before, after : DataFrame
        From `side_of`.
    exact : set of (int, int)
        Ids of the pairs whose keys agree.
    named : set of (int, int)
        Pairs that a person has decided about; they are candidates however unlike.
    person : Person
        With the elements.
    settings : Tolerant
        Thresholds, blocking rules and bounds.
    waves : tuple of str
        Their names, for messages.
    scratch : Path or None
        Where the database may put what does not fit into memory.

    Returns
    -------
    Weighed
        Where no model can be identified, candidates are the responses that are alike in everything that can be
        compared, without weight or probability.

    Raises
    ------
    StudyError
        Where a blocking rule would compare too many pairs.
    """
    elements = person.elements
    names = [element.item for element in elements]
    if not compared_pairs(before, after, []):
        return Weighed(_none(names), None, None, np.nan, "no two responses of one module could be compared")
    if len(elements) < FEWEST_ELEMENTS:
        near = _near(before, after, exact, named, person, settings, waves, scratch)
        return Weighed(near, None, None, np.nan, too_few(names, []))
    rules = check_rules(before, after, settings.blocking, settings.most_pairs, waves)
    with database(scratch, settings.memory) as connection:
        weigher = Weigher(connection, before, after, elements, rules)
        seen = _seen(weigher, before, after, names, rules)
        note = unidentified(seen, names)
        model = None if note else fit(seen)
        note = note or unlikely(model, names)
        if not note:
            prior = prior_odds(model.links, seen.pairs, len(before), len(after))
            found = weigher.weighed(model.m, model.u, float(np.log2(_LEAST_ODDS / prior)))
    if note:
        near = _near(before, after, exact, named, person, settings, waves, scratch)
        return Weighed(near, seen, None, np.nan, note)
    odds = np.exp2(found["weight"].to_numpy()) * prior
    alone = odds_alone(found["weight"].to_numpy(), model.links / seen.pairs)
    ids = found["left"].to_numpy(), found["right"].to_numpy()
    found["probability"], scale = scaled_marginals(*ids, odds, alone / (1 + alone))
    found["odds"] = odds * scale
    return Weighed(_with_decided(found, exact, named, names, elements), seen, model, prior, "")


def _seen(
    weigher: Weigher, before: pd.DataFrame, after: pd.DataFrame, names: list[str], rules: list[list[str]]
) -> Seen:
    pairs = compared_pairs(before, after, [])
    compared = sum(compared_pairs(before, after, rule) for rule in rules)
    patterns, cells, share = weigher.counted(compared)
    counts = np.bincount(cells["pattern"], cells["n"], len(patterns))
    module = [side.groupby(MODULE).size() for side in (before, after)]
    most = float(pd.concat(module, axis=1, join="inner").min(axis=1).sum())
    if any(not rule for rule in rules):
        chance, present = _counted(patterns, counts, [len(levels_of(element)) for element in weigher.elements])
        pairs = float(counts.sum()) / share  # those that time forbids are not among them
    else:
        chance, present = weigher.seen_by_chance()
    places = [[names.index(name) for name in rule] for rule in rules]
    return Seen(patterns, counts / share, float(pairs), places, chance, present, most, cells)


def _counted(patterns: np.ndarray, counts: np.ndarray, levels: list[int]) -> tuple[list[np.ndarray], np.ndarray]:
    """Where every allowed pair was compared, the levels are counted and not sampled."""
    chance, present = [], []
    for place, n in enumerate(levels):
        given = patterns[:, place] >= 0
        found = np.bincount(patterns[given, place], counts[given], n)
        chance.append(found / found.sum() if found.sum() else np.append(1.0, np.zeros(n - 1)))
        present.append(float(found.sum() / counts.sum()) if counts.sum() else 0.0)
    return chance, np.array(present)


def _near(
    before: pd.DataFrame,
    after: pd.DataFrame,
    exact: set,
    named: set,
    person: Person,
    settings: Tolerant,
    waves: tuple[str, str],
    scratch: Path | None,
) -> pd.DataFrame:
    """Pairs that differ in nothing that can be compared, neither side of which the key has linked."""
    names = [element.item for element in person.elements]
    free = [
        side[~side[ID].isin({pair[at] for pair in exact})].reset_index(drop=True)
        for at, side in enumerate((before, after))
    ]
    found = _none(names).drop(columns=["exact", "evidence"])
    if compared_pairs(*free, []):
        wanted = settings.blocking or near_rules(person.elements)
        if [SHORTER] in wanted:
            free = [with_shorter(side, person.elements[0]) for side in free]
        rules = check_rules(*free, wanted, settings.most_pairs, waves)
        sizes = [len(levels_of(element)) for element in person.elements]
        # A difference outweighs everything that is alike, so only what differs in nothing is left.
        alike = [np.append(np.full(n - 1, 0.5), 0.5**100) for n in sizes]
        with database(scratch, settings.memory) as connection:
            weigher = Weigher(connection, *free, person.elements, rules)
            found = weigher.weighed(alike, [np.full(n, 0.25) for n in sizes], 0.5)
    found = found.assign(weight=np.nan, probability=np.nan, odds=np.nan)
    return _with_decided(found, exact, named, names, person.elements)


def _with_decided(found: pd.DataFrame, exact: set, named: set, names: list[str], elements: list) -> pd.DataFrame:
    """Mark the pairs whose keys agree, add those and the named ones that no rule compared, and say the evidence."""
    pairs = ["left", "right"]
    found = found.assign(evidence=evidence(found[names].to_numpy(), elements))
    wanted = pd.DataFrame(sorted(exact | named), columns=pairs, dtype="int64")
    whole = found.merge(wanted, on=pairs, how="outer")
    by_key = pd.MultiIndex.from_frame(whole[pairs]).isin(exact) if exact else np.zeros(len(whole), dtype=bool)
    return whole.assign(exact=by_key).sort_values(pairs, kind="stable").reset_index(drop=True)


def _none(names: list[str]) -> pd.DataFrame:
    columns = ["left", "right", "weight", *names, "probability", "odds", "exact", "evidence"]
    return pd.DataFrame({name: pd.Series(dtype="float64") for name in columns}).astype({"exact": "bool"})


def evidence(levels: np.ndarray, elements: list) -> list[str]:
    """Say in words at which level each element agrees; never what was answered.

    Parameters
    ----------
    levels : ndarray of int (P, E)
        0 the same, -1 blank.
    elements : list of Element

    Returns
    -------
    list of str
        As ``"code_3: one edit; town: same"``.
    """
    words = [[*levels_of(element), BLANK] for element in elements]
    unique, place = np.unique(levels.astype(int), axis=0, return_inverse=True)
    said = [
        "; ".join(f"{e.item}: {w[level]}" for e, w, level in zip(elements, words, row, strict=True)) for row in unique
    ]
    return [said[one] for one in place.ravel()]


def decide(found: pd.DataFrame, settings: Tolerant, said: dict[tuple[int, int], str], *, model: bool) -> pd.DataFrame:
    """Decide about each candidate of two waves: nobody is linked twice, and what is not unique is not guessed.

    Parameters
    ----------
    found : DataFrame
        `Weighed.candidates`.
    settings : Tolerant
        Thresholds, and what becomes of a pair that waits for a review.
    said : dict
        What a person said of a pair (its ids): "same person" or "different people".
    model : bool
        Whether there is one; without, every candidate waits for a review.

    Returns
    -------
    DataFrame
        `found` with ``stage``, ``decision``, ``why`` and ``shown`` (whether it belongs on the review sheet).
    """
    ids = list(zip(found["left"], found["right"], strict=True))
    words = pd.Series([said.get(pair, "") for pair in ids], index=found.index, dtype=object)
    exact = found["exact"].to_numpy(dtype=bool)
    yes = (words == "same person").to_numpy() & ~exact
    no = (words == "different people").to_numpy() & ~exact
    fixed = exact | yes
    taken = found["left"].isin(found["left"][fixed]) | found["right"].isin(found["right"][fixed])
    free = ~taken.to_numpy() & ~no
    why = np.full(len(found), "refused", dtype=object)
    why[taken.to_numpy()] = "taken"
    if model:
        odds, chance = found["odds"].to_numpy(dtype=float), found["probability"].to_numpy(dtype=float)
        rows = np.flatnonzero(free & (odds / (1 + odds) >= settings.review))
        weight = found["weight"].to_numpy(dtype=float)[rows]
        state = assign(
            found["left"].to_numpy()[rows], found["right"].to_numpy()[rows], weight - weight.min(initial=0) + 1
        )
        why[rows] = np.where(state == TIE, "tie", "not_best")
        best = rows[state == CHOSEN]
        waits = "default" if settings.without_review == "accept" else "review"
        why[best] = np.select(
            [chance[best] >= settings.accept, chance[best] >= settings.review], ["accepted", waits], "refused"
        )
    else:
        why[free] = "near"
    why[exact], why[yes], why[no] = "exact", "same person", "different people"
    decision = {"exact": "accepted", "default": "accepted", "taken": "not_best", "near": "review"}
    decision |= {"same person": "accepted", "different people": "refused"}
    return found.assign(
        stage=np.select([exact, yes | no], ["exact", "reviewed"], "tolerant"),
        decision=[decision.get(word, word) for word in why],
        why=[WHY[word] for word in why],
        shown=np.isin(why, ["review", "default", "near", "tie"]),
    )
