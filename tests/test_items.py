"""Single questions as ordered answers: rows equal to R, what the wall must know, and groups that are too small."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from ordinal_reference import again, first_completion, frozen, same
from ordinal_reference import invented as everyone
from prepost.disclosure import disclose
from prepost.items_groups import ALIKE, TOO_FEW, UNKNOWN
from prepost.items_table import items_table
from prepost.items_told import told_by_agreement, told_by_shares
from prepost.ordinal.fit import fit_clmm
from prepost.ordinal.shares import predicted_agreement
from prepost.paired import Floor
from prepost.schemas import SCHEMAS, TOLD
from prepost.sheets import ItemRow
from prepost.study import Comparison, Outcome, Statistics
from prepost.study_secondary import Items

# Rscript tests/reference/items.R
R = frozen("items")
Z = 1.959963984540054
STATISTICS = Statistics(ci_level=0.95, resamples=200)
PRIMARY = Comparison(name="primary", label="x", role="primary", wave_from="pre", wave_to="post", outcomes=["scale"])
OUTCOME = Outcome(name="scale", label="Scale", phrase="it", items=["q"], smallest_effect=0.5)


def floor(before, after, person, **about) -> Floor:
    """Floors 2 to 4 of one question: line k of either wave is pair k."""
    n = len(before)
    person = [str(one) for one in person]
    module = [str(one) for one in about.pop("module", ["m"] * n)]
    sides = []
    for wave, answers in (("pre", before), ("post", after)):
        place = {"source": wave, "line": np.arange(1, n + 1), "wave": wave, "module": module, "person": person}
        sides.append(pd.DataFrame({**place, "q": np.array(answers, dtype=float)}))
    long = pd.concat(sides, ignore_index=True)
    keys = ["source", "line", "wave", "module"]
    links = long[[*keys, "person"]].assign(state="used", why=None)
    pairs = pd.DataFrame({"person": person, "module": module, "wave_from": "pre", "wave_to": "post"})
    pairs = pairs.assign(source_from="pre", line_from=range(1, n + 1), source_to="post", line_to=range(1, n + 1))
    people = pd.DataFrame({"person": person, **{name: list(map(str, values)) for name, values in about.items()}})
    scores = long[[*keys, "person"]].assign(scale=long["q"])
    responses = long[[*keys, "q"]]
    return Floor(responses, people.drop_duplicates("person"), links, pairs, scores)


def table(given: Floor, *, by=(), top=2, fewest=5, scale="ordinal") -> pd.DataFrame:
    """The table, checked against its schema, by row_id."""
    item = ItemRow(item="q", wording="How?", scale=scale, low=1, high=5)
    found = items_table(given, [OUTCOME], [item], PRIMARY, Items(by=list(by), top=top), fewest, STATISTICS)
    return SCHEMAS["items"].validate(found).set_index("row_id")


def overall(found: pd.DataFrame, name: str, outcome: str = "q") -> pd.Series:
    return found.loc[f"primary.{outcome}.all.all.{name}"]


@pytest.fixture(scope="module")
def invented() -> pd.DataFrame:
    """One row a person of the answers that R read: role, before, after."""
    first = first_completion()
    wide = first.pivot(index="person", columns="time", values="y").add_prefix("y")
    return wide.join(first.drop_duplicates("person").set_index("person")["role"]).reset_index()


@pytest.fixture(scope="module")
def found(invented) -> pd.DataFrame:
    return table(floor(invented["y0"], invented["y1"], invented["person"], role=invented["role"]), by=["role"])


# Equal to R -----------------------------------------------------------------------------------------------------------
def test_tests_of_pairs_are_r(found):
    mcnemar, margins = overall(found, "mcnemar"), overall(found, "marginal_homogeneity")
    assert [mcnemar["statistic"], mcnemar["p"]] == pytest.approx(list(R["mcnemar"].values())[:2], rel=1e-9)
    assert overall(found, "top_change")["p"] == pytest.approx(R["mcnemar"]["exact"], rel=1e-9)
    assert [margins["statistic"], margins["p"]] == pytest.approx(list(R["bhapkar"].values()), rel=1e-8)
    assert margins["statistic_name"] == "Bhapkar" and margins["df"] == 4


def test_the_interaction_and_each_groups_change_are_r(found):
    test = overall(found, "interaction_role")
    assert test["statistic"] == pytest.approx(R["interaction"]["statistic"], abs=1e-4)
    assert test["p"] == pytest.approx(R["interaction"]["p"], abs=1e-4) and test["df"] == 2
    for role in (1, 2, 3):
        row = found.loc[f"primary.q.role.{role}.agree_change"]
        assert row["estimate"] == pytest.approx(R["groups"][f"change{role}"], abs=1e-5)
        assert row["ci_low"] < row["estimate"] < row["ci_high"]


def test_agreement_and_its_interval_are_r(invented):
    """By `predicted_agreement` itself, since the table shows the model that fits, which may be another."""
    n = len(invented)
    fit = fit_clmm(
        np.r_[invented["y0"], invented["y1"]], np.repeat([[0.0], [1.0]], n, axis=0), np.tile(invented["person"], 2)
    )
    rows = predicted_agreement(fit, [[0.0]], [[1.0]], 4)
    for when in ("before", "after", "change"):
        expected = [R["agree"][when], R["agree"][f"se_{when}"]]
        assert rows.loc[when, ["estimate", "se"]].to_list() == pytest.approx(expected, abs=1e-4)
    share, se = R["agree"]["after"], R["agree"]["se_after"]
    logit, half = np.log(share / (1 - share)), Z * se / (share * (1 - share))
    ends = [1 / (1 + np.exp(half - logit)), 1 / (1 + np.exp(-half - logit))]
    assert rows.loc["after", ["ci_low", "ci_high"]].to_list() == pytest.approx(ends, abs=1e-4)
    low = R["agree"]["change"] - Z * R["agree"]["se_change"]
    assert rows.loc["change", "ci_low"] == pytest.approx(low, abs=1e-4)


def test_shares_sum_to_one_and_agreement_is_its_answers(found):
    for when in ("before", "after"):
        shares = [overall(found, f"share_{when}_{code}")["estimate"] for code in range(1, 6)]
        assert sum(shares) == pytest.approx(1, abs=1e-10)
        assert overall(found, f"agree_{when}")["estimate"] == pytest.approx(shares[3] + shares[4], abs=1e-10)


def test_where_one_effect_does_not_fit_each_answer_has_its_own(invented):
    """R's likelihood ratio for these answers, without an intercept, is 11.59 on 3 degrees of freedom."""
    found = table(floor(invented["y0"], invented["y1"], invented["person"]))
    odds = overall(found, "proportional_odds")
    assert odds["p"] < 0.05 and odds["df"] == 3
    partial = [overall(found, f"change_from_{code}") for code in range(2, 6)]
    shares = {(w, c): overall(found, f"share_{w}_{c}")["estimate"] for w in ("before", "after") for c in range(1, 6)}
    for code, row in enumerate(partial, 2):
        rise = sum(shares["after", c] - shares["before", c] for c in range(code, 6))
        assert row["estimate"] == pytest.approx(rise, abs=1e-10)
    assert "own effect" in overall(found, "agree_change")["note"]
    assert "average" in overall(found, "latent_change")["note"]


def test_r_gives_the_same_today():
    same(again("items", "ordinal"), R, 1e-6)


# Several completions --------------------------------------------------------------------------------------------------
def test_people_with_several_completions_have_two_intercepts_and_a_clustered_test():
    """`clmm(y ~ time + (1 | person) + (1 | pm))`, case `nested` of clmm.R: β / √(π²/3 + σ₁² + σ₂²)."""
    answers = everyone().pivot(index=["person", "module"], columns="time", values="y").reset_index()
    found = table(floor(answers[0], answers[1], answers["person"], module=answers["module"]))
    nested = frozen("clmm")["nested"]
    row = overall(found, "latent_change")
    spread = np.sqrt(np.pi**2 / 3 + nested["sigma1"] ** 2 + nested["sigma2"] ** 2)
    assert row["estimate"] == pytest.approx(nested["beta1"] / spread, abs=1e-4)
    assert row["statistic"] == pytest.approx(nested["beta1"] / nested["se1"], abs=1e-2)
    assert row["n"] == len(answers) and row["n_people"] == 240 and "Laplace" in row["ci_method"]
    assert overall(found, "marginal_homogeneity")["statistic_name"] == "Bhapkar, clustered on the person"
    assert "independent" in overall(found, "mcnemar")["note"]


def test_the_tests_of_a_family_are_adjusted_together(invented):
    """Benjamini and Hochberg over two questions with one p: both keep it, p · 2/2."""
    given = floor(invented["y0"], invented["y1"], invented["person"])
    given = given._replace(responses=given.responses.assign(r=given.responses["q"]))
    rows = [ItemRow(item=name, wording="How?", scale="ordinal", low=1, high=5) for name in ("q", "r")]
    scale = OUTCOME.model_copy(update={"items": ["q", "r"]})
    found = items_table(given, [scale], rows, PRIMARY, Items(), 5, STATISTICS).set_index("row_id")
    for outcome in ("q", "r"):
        row = overall(found, "latent_change", outcome)
        assert row["p_adjusted"] == pytest.approx(row["p"], rel=1e-9) and row["family"] == "items"


# What the wall must know ----------------------------------------------------------------------------------------------
def test_what_shares_tell_by_hand():
    # in all 3 < 12 < 100 < 200 < 400: 3, 3, 15, 115, 315; below the cut 3, 3, 15; above it 100, 100; the lesser of each
    assert told_by_shares([3, 12, 200, 400, 100], [False, False, False, True, True]) == [3, 3, 15, 100, 15]
    # nobody gave the first answer; 20 and 30 are both told by 20
    assert told_by_shares([0, 20, 30], [False, False, True]) == [0, 20, 20]
    assert told_by_shares([0, 0], [False, True]) == [0, 0]
    assert told_by_agreement((390, 400), (400, 400)) == 10  # ten disagree before; after, nobody does
    assert told_by_agreement((0, 0)) == 0


@pytest.mark.parametrize("top", [1, 2])
def test_no_sum_of_shares_gives_a_small_count(top):
    """What is withheld is together at least the threshold, in all and on each side of a cut that is shown."""
    threshold = 10
    for counts in itertools.product((0, 1, 4, 9, 10, 30), repeat=4):
        counted = [place >= 4 - top for place in range(4)]
        told = told_by_shares(counts, counted)
        hidden = [0 < one < threshold for one in told]
        agree = sum(n for n, above in zip(counts, counted, strict=True) if above)
        shown = not 0 < told_by_agreement((agree, sum(counts))) < threshold
        blocks = [[True] * 4, counted, [not above for above in counted]] if shown else [[True] * 4]
        assert all(not 0 < n < threshold or gone for n, gone in zip(counts, hidden, strict=True))
        for block in blocks:
            inside = [n for n, gone, here in zip(counts, hidden, block, strict=True) if gone and here]
            base = sum(n for n, here in zip(counts, block, strict=True) if here)
            if inside and base >= threshold:
                assert sum(inside) >= threshold, (counts, told)


def test_the_wall_withholds_what_tells_of_few():
    # 4 of 60 disagree after, 30 before; who gives which answer after has little to do with before
    before, after = [2] * 30 + [4] * 20 + [5] * 10, np.array([2] * 4 + [4] * 26 + [5] * 30)[np.arange(60) * 7 % 60]
    released, _ = disclose({"items": table(floor(before, after, range(60))).reset_index()}, threshold=10)
    text = released["items"].set_index("row_id")["estimate"]
    assert text["primary.q.all.all.agree_after"] == "[c]" and text["primary.q.all.all.agree_change"] == "[c]"
    assert text["primary.q.all.all.share_after_2"] == "[c]"
    assert text["primary.q.all.all.share_after_4"] == "[c]"  # else 2 would be what is left of one
    assert "[" not in text["primary.q.all.all.agree_before"]
    assert TOLD not in released["items"]


# Bad input ------------------------------------------------------------------------------------------------------------
BAD = {
    "no pairs": ([], []),
    "one pair": ([3], [4]),
    "two pairs": ([3, 2], [4, 4]),
    "all equal": ([4] * 20, [4] * 20),
    "no change": ([1, 2, 3, 4, 5] * 4, [1, 2, 3, 4, 5] * 4),
    "everybody ends at the top": ([1, 2, 3, 4, 5] * 4, [5] * 20),
    "two answers used": ([2] * 10 + [4] * 10, [4] * 16 + [2] * 4),
    "nothing in common": ([1] * 20, [5] * 20),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("people", ["each once", "one person"])
def test_bad_input_gives_rows_that_say_why(name, people):
    before, after = BAD[name]
    person = range(len(before)) if people == "each once" else ["x"] * len(before)
    group = ["a" if place % 2 else "b" for place in range(len(before))]
    group = group if people == "each once" else ["a"] * len(before)
    found = table(floor(before, after, person, module=range(len(before)), role=group), by=["role"])
    empty = found["estimate"].isna() & found["statistic"].isna()
    assert found.loc[empty, "note"].notna().all()
    assert not np.isinf(found[["estimate", "ci_low", "ci_high", "statistic"]].to_numpy(dtype=float)).any()
    assert {f"primary.q.all.all.share_after_{code}" for code in range(1, 6)} <= set(found.index)
    assert (found["n"] == len(before)).sum() >= 16


def test_small_unstated_and_unmoved_groups_are_left_out_and_named(invented):
    group = invented["role"].map({1: "big", 2: "large", 3: "top"}).to_list()
    group[:2], group[2:4] = ["few"] * 2, [None] * 2
    after = invented["y1"].mask(np.array(group) == "top", 5)
    given = floor(invented["y0"], after, invented["person"], role=group)
    given = given._replace(people=given.people.assign(role=group))
    found = table(given, by=["role"])
    note = {group: found.loc[f"primary.q.role.{group}.agree_change", "note"] for group in ("few", "not-stated", "top")}
    assert note == {"few": TOO_FEW, "not-stated": UNKNOWN, "top": ALIKE}
    test = overall(found, "interaction_role")
    assert test["df"] == 1 and test["note"].endswith("few, not stated, top")
    assert found.loc["primary.q.role.big.agree_change", "estimate"] > 0
    groups = found[(found["group_by"] == "role")]
    assert groups["n"].sum() == overall(found, "agree_change")["n"]


def test_a_scale_without_ordered_answers_says_so_and_no_primary_is_no_row():
    given = floor([1, 2, 3], [2, 3, 4], range(3))
    found = table(given, scale="number")
    assert list(found["note"]) == ["not all its questions have ordered answers: no latent change"]
    assert items_table(given, [OUTCOME], [], None, Items(), 5, STATISTICS).empty


# The toy study --------------------------------------------------------------------------------------------------------
def test_the_toy_study_has_every_question(toy_results):
    """By the toy's README: 20 pairs of 18 people have `listen`; 01, 03, 11 and 13 moved to 5, nobody away from it."""
    found = pd.read_csv(toy_results / "6_statistics" / "items.csv").set_index("row_id")
    assert set(found["outcome"]) == {
        "confidence", "knowledge", "listen", "ask", "begin", "active_listening", "shared_plan"
    }  # fmt: skip
    row = overall(found, "top_change", "listen")
    assert row["estimate"] == pytest.approx(4 / 20) and row[["n", "n_people"]].to_list() == [20, 18]
    assert overall(found, "mcnemar", "listen")["statistic"] == pytest.approx(4)  # (4 - 0)² / 4
    assert overall(found, "latent_change", "confidence")["n"] == 20
    assert found.loc["primary.listen.module.shared-planning.agree_change", "note"] == TOO_FEW
