"""Marginal homogeneity and McNemar: equal to R, to the papers, and a word where there is no test."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from ordinal_reference import again, frozen, invented, same
from prepost.ordinal.marginal import (
    marginal_homogeneity,
    mcnemar,
    newcombe,
    share_change,
    transition_counts,
)

# Rscript tests/reference/marginal.R: coin::mh_test, mcnemar.test, binom.test; Bhapkar and Newcombe written out there.
R = frozen("marginal")

# Stuart (1955), table 2: unaided distance vision of 7,477 women, right eye by left eye
VISION = np.array([[1520, 266, 124, 66], [234, 1512, 432, 78], [117, 362, 1772, 205], [36, 82, 179, 492]])
MOVES = {
    (1, 1): 3, (1, 3): 2, (3, 3): 20, (3, 4): 15, (3, 5): 4, (4, 3): 3, (4, 4): 30, (4, 5): 18, (5, 4): 6, (5, 5): 25,
}  # fmt: skip
# both, gained, lost, neither
TABLES = {"survey": (794, 86, 150, 570), "newcombe": (36, 2, 12, 0), "few": (14, 5, 0, 22), "apart": (3, 11, 9, 2)}


def spread(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    first, last = np.indices(table.shape)
    return np.repeat(first.ravel(), table.ravel()), np.repeat(last.ravel(), table.ravel())


def five() -> tuple[np.ndarray, np.ndarray]:
    pairs = np.repeat(list(MOVES), list(MOVES.values()), axis=0)
    return pairs[:, 0], pairs[:, 1]


def completions() -> pd.DataFrame:
    wide = invented().pivot(index=["person", "module"], columns="time", values="y").reset_index()
    return wide.rename(columns={0: "before", 1: "after"})


def first_pairs() -> tuple[pd.Series, pd.Series]:
    pairs = completions().drop_duplicates("person")
    return pairs["before"], pairs["after"]


@pytest.mark.parametrize(("case", "pairs"), [("vision", spread(VISION)), ("unused", five()), ("first", first_pairs())])
def test_margins_are_r(case, pairs):
    stuart, bhapkar = marginal_homogeneity(*pairs)
    for found, name in ((stuart, "stuart_maxwell"), (bhapkar, "bhapkar")):
        assert found.statistic == pytest.approx(R[case][name], rel=1e-9)
        assert found.p == pytest.approx(R[case][f"p_{name}"], rel=1e-8)
        assert found.df == R[case]["df"] and found.note == "" and found.n == found.n_people == len(pairs[0])
    assert stuart.statistic == pytest.approx(R[case]["coin_mh_test"], rel=1e-9)


def test_vision_is_as_published():
    # Stuart (1955): 11.96 on 3 df; Bhapkar (1966): 11.98
    stuart, bhapkar = marginal_homogeneity(*spread(VISION))
    assert f"{stuart.statistic:.2f} {bhapkar.statistic:.2f}" == "11.96 11.98"


def test_the_two_tests_are_one_another():
    # Keefe (1982): B = M / (1 - M/n)
    stuart, bhapkar = marginal_homogeneity(*five())
    assert bhapkar.statistic == pytest.approx(stuart.statistic / (1 - stuart.statistic / stuart.n))


def test_two_answers_are_mcnemar():
    stuart, _ = marginal_homogeneity(*spread(np.array([[570, 150], [86, 794]])))
    assert stuart.statistic == pytest.approx(mcnemar(150, 86).statistic) and stuart.df == 1


def test_several_pairs_of_a_person_are_r_clustered():
    pairs = completions()
    (found,) = marginal_homogeneity(pairs["before"], pairs["after"], pairs["person"])
    assert [found.statistic, found.p] == pytest.approx([R["clustered"]["bhapkar"], R["clustered"]["p_bhapkar"]])
    assert found.test == "Bhapkar, clustered on the person"
    assert (found.n, found.n_people) == (len(pairs), pairs["person"].nunique())


def test_every_pair_twice_says_no_more_than_once():
    before, after = five()
    (found,) = marginal_homogeneity(np.tile(before, 2), np.tile(after, 2), np.tile(np.arange(len(before)), 2))
    assert found.statistic == pytest.approx(R["unused"]["bhapkar"], rel=1e-9)


@pytest.mark.parametrize(
    ("before", "after", "person", "note"),
    [
        ([], [], None, "no complete pairs"),
        ([1, np.nan], [np.nan, 2], None, "no complete pairs"),
        ([1, 2, 3], [2, 3, 3], ["a", "a", "a"], "one person"),
        ([2], [3], None, "one person"),
        ([4, 4, 4], [4, 4, 4], None, "every answer is the same"),
        ([1, 2, 3], [1, 2, 3], None, "no pair changed"),
        ([1, 2, 3, 3], [1, 3, 2, 2], None, "singular"),
        ([1, 1, 1], [5, 5, 5], None, "singular"),
    ],
)
@pytest.mark.filterwarnings("error")
def test_no_test_of_margins_comes_with_a_note(before, after, person, note):
    found = marginal_homogeneity(before, after, person)
    assert found
    for one in found:
        if one.test == "Stuart-Maxwell" and before == [1, 1, 1]:
            assert one.statistic == pytest.approx(3) and one.note == ""  # 3² / 3: McNemar with all on one side
        else:
            assert np.isnan(one.statistic) and np.isnan(one.p) and note in one.note


# --- McNemar and the change of a share --------------------------------------------------------------------------------


@pytest.mark.parametrize("case", TABLES)
def test_mcnemar_and_newcombe_are_r(case):
    both, gained, lost, neither = TABLES[case]
    test = mcnemar(gained, lost)
    for quantity in ("statistic", "p", "statistic_corrected", "p_corrected", "p_exact"):
        assert getattr(test, quantity) == pytest.approx(R[case][quantity], rel=1e-10), quantity
    assert newcombe(both, gained, lost, neither) == pytest.approx((R[case]["low"], R[case]["high"]), rel=1e-9)


def test_mcnemar_of_the_survey_is_as_published():
    # Agresti (1990), p. 350, and ?mcnemar.test: 794/86/150/570
    test = mcnemar(86, 150)
    assert f"{test.statistic:.4f} {test.statistic_corrected:.4f}" == "17.3559 16.8178"


@pytest.mark.parametrize("case", TABLES)
def test_the_change_of_a_share_takes_its_numbers_from_the_pairs(case):
    both, gained, lost, neither = TABLES[case]
    before, after = np.repeat([[1, 1], [0, 1], [1, 0], [0, 0]], [both, gained, lost, neither], axis=0).T
    found, n = share_change(before, after), both + gained + lost + neither
    assert (found.before, found.after) == pytest.approx(((both + lost) / n, (both + gained) / n))
    assert [found.estimate, found.ci_low, found.ci_high, found.p] == pytest.approx(
        [R[case][q] for q in ("difference", "low", "high", "p_exact")], rel=1e-9
    )
    assert found.test == "McNemar, exact" and found.ci_method == "Newcombe, paired" and (found.n, found.note) == (n, "")


def test_several_pairs_of_a_person_are_clustered():
    # differences 1, 1 | 0 | 0 | 0, mean .4; CR2 with residual sums 1.2, -.4, -.4, -.4:
    # (1.44 / .6 + 3 · .16 / .8) / 25 = .12
    found = share_change([0, 0, 1, 0, 1], [1, 1, 1, 0, 1], ["a", "a", "b", "c", "d"])
    assert found.estimate == pytest.approx(0.4) and found.n_people == 4 and found.test == "t on CR2"
    assert found.ci_method == "CR2, clustered on the person"
    assert found.ci_high == 1 and found.ci_low < 0.4 - np.sqrt(0.12) * 1.96


@pytest.mark.parametrize(
    ("before", "after", "person", "note"),
    [
        ([], [], None, "no complete pairs"),
        ([1, 0], [1, 0], None, "no pair changed sides"),
        ([0, 0], [1, 0], ["a", "a"], "one person"),
    ],
)
@pytest.mark.filterwarnings("error")
def test_no_test_of_a_share_comes_with_a_note(before, after, person, note):
    found = share_change(before, after, person)
    assert np.isnan(found.p) and found.test == "" and note in found.note


def test_no_mover_leaves_an_interval_of_some_width():
    low, high = newcombe(3, 0, 0, 7)
    assert low < 0 < high


def test_tables_hold_every_declared_answer():
    table = transition_counts(*five(), [1, 2, 3, 4, 5])
    assert table.shape == (5, 5) and table.to_numpy().sum() == sum(MOVES.values())
    assert {(i, j): table.loc[i, j] for i, j in MOVES} == MOVES and table.loc[2].sum() == 0
    assert table.index.name == "before" and table.columns.name == "after"


def test_what_cannot_be_is_refused():
    with pytest.raises(ValueError, match="declared"):
        transition_counts([1, 6], [1, 2], [1, 2, 3, 4, 5])
    with pytest.raises(ValueError, match="1 or 0"):
        share_change([0, 2], [1, 1])
    with pytest.raises(ValueError, match="negative"):
        mcnemar(-1, 2)
    with pytest.raises(ValueError, match="at least one pair"):
        newcombe(0, 0, 0, 0)


def test_r_says_today_what_it_said():
    same(again("marginal", "coin"), R, 1e-9)
