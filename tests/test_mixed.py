"""The linear mixed model: equal to R lme4 and lmerTest, to a published fit, and to arithmetic; empty with a reason."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from prepost.everyone import wave_changes
from prepost.mixed import MixedModel, contrast, fit_lmm

# Rscript tests/reference/mixed.R > tests/reference/mixed.csv (lme4, lmerTest)
REFERENCE = Path(__file__).parent / "reference"
OF_R = pd.read_csv(REFERENCE / "mixed.csv").set_index(["case", "quantity"])["value"]


def one() -> pd.DataFrame:
    k = np.arange(60)
    return pd.DataFrame({"y": (k * 37 % 17 - 8) / 4 + (k // 3 * 13 % 11 - 4) / 5, "g": k // 3, "x": k % 3})


def two() -> pd.DataFrame:
    who = np.repeat(np.arange(60), np.arange(60) * 7 % 6 + 1)
    k = np.arange(len(who))
    return pd.DataFrame({"y": 3 + (k * 37 % 17 - 8) / 8 + (who * 13 % 11 - 4) / 5, "who": who, "wave": k % 3})


def nested() -> pd.DataFrame:
    cells = [(p, m) for p in range(50) for m in range(p % 3 + 1)]
    asked = lambda i: [w for w, there in enumerate((True, i * 5 % 4 > 0, i * 7 % 3 > 0)) if there]  # noqa: E731
    rows = pd.DataFrame([(p, m, w) for i, (p, m) in enumerate(cells, 1) for w in asked(i)], columns=["p", "m", "wave"])
    k = np.arange(len(rows))
    person = (rows["p"] * 29 % 13 - 6) / 10 + ((rows["p"] * 3 + rows["m"]) * 17 % 7 - 3) / 8
    rows["y"] = 3 + 0.4 * (rows["wave"] > 0) - 0.1 * (rows["wave"] > 1) + person + (k * 31 % 19 - 9) / 20
    return rows


def dummies(wave: pd.Series) -> np.ndarray:
    return np.column_stack([np.ones(len(wave)), wave == 1, wave == 2]).astype(float)


def slope(x: pd.Series) -> np.ndarray:
    return np.column_stack([np.ones(len(x)), x]).astype(float)


def flat() -> pd.DataFrame:
    y = np.tile([1, 2, 4, 5.0], 10) + np.tile(np.repeat([0, 0.1], 2), 10)
    return pd.DataFrame({"y": y, "g": np.repeat(np.arange(10), 4)})


def linked_only() -> pd.DataFrame:
    rows = nested()
    return rows[(rows["wave"] == 0) | (rows["p"] % 4 > 0)]


def fitted(case: str) -> tuple[MixedModel, list[str]]:
    a, b, c, d, e = one(), two(), nested(), linked_only(), flat()
    ones = np.ones((60, 1))
    fits = {
        "balanced": lambda: (fit_lmm(a["y"], ones, a["g"]), ["g"]),
        "balanced_slope": lambda: (fit_lmm(a["y"], slope(a["x"]), a["g"]), ["g"]),
        "balanced_ml": lambda: (fit_lmm(a["y"], slope(a["x"]), a["g"], method="ML"), ["g"]),
        "unbalanced": lambda: (fit_lmm(b["y"], dummies(b["wave"]), b["who"]), ["who"]),
        "unbalanced_ml": lambda: (fit_lmm(b["y"], dummies(b["wave"]), b["who"], method="ML"), ["who"]),
        "nested": lambda: (fit_lmm(c["y"], dummies(c["wave"]), c["p"], c["m"]), ["p", "p:m"]),
        "nested_ml": lambda: (fit_lmm(c["y"], dummies(c["wave"]), c["p"], c["m"], method="ML"), ["p", "p:m"]),
        "nested_person_only": lambda: (fit_lmm(c["y"], dummies(c["wave"]), c["p"]), ["p"]),
        "nested_linked_only": lambda: (fit_lmm(d["y"], dummies(d["wave"]), d["p"], d["m"]), ["p", "p:m"]),
        "boundary": lambda: (fit_lmm(e["y"], np.ones((40, 1)), e["g"]), ["g"]),
    }
    return fits[case]()


@pytest.mark.parametrize("case", OF_R.index.unique("case"))
def test_every_fit_equals_lme4(case):
    fit, groups = fitted(case)
    expected = OF_R[case]
    close = {"rel": 1e-5, "abs": 1e-7}
    for j in range(len(fit.beta)):
        assert fit.beta[j] == pytest.approx(expected[f"beta{j}"], **close)
        assert fit.se[j] == pytest.approx(expected[f"se{j}"], **close)
        if fit.method == "REML":
            one_term = contrast(fit, np.eye(len(fit.beta))[j])
            assert one_term.df == pytest.approx(expected[f"df{j}"], rel=1e-3)
            assert np.log(one_term.p) == pytest.approx(np.log(expected[f"p{j}"]), rel=2e-3)
    for group, variance in zip(groups, fit.variances, strict=True):
        assert variance == pytest.approx(expected[f"variance.{group}"], rel=1e-4, abs=1e-7)
    assert fit.residual == pytest.approx(expected["variance.Residual"], rel=1e-5)
    assert fit.criterion == pytest.approx(expected["criterion"], rel=1e-9)


@pytest.mark.parametrize("case", ["unbalanced", "nested"])
def test_a_contrast_between_two_waves_equals_lmertest(case):
    found, expected = contrast(fitted(case)[0], [0, -1, 1]), OF_R[case]
    assert found.estimate == pytest.approx(expected["wave1_to_2.Estimate"], rel=1e-5)
    assert found.se == pytest.approx(expected["wave1_to_2.se"], rel=1e-5)
    assert found.df == pytest.approx(expected["wave1_to_2.df"], rel=1e-3)
    assert [found.ci_low, found.ci_high] == pytest.approx(
        [expected["wave1_to_2.lower"], expected["wave1_to_2.upper"]], abs=1e-5
    )
    assert found.ci_method == "REML with Satterthwaite t"


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not on this machine")
def test_r_still_says_the_same():
    done = subprocess.run(["Rscript", str(REFERENCE / "mixed.R")], capture_output=True, text=True, check=False)
    if "there is no package called" in done.stderr:
        pytest.skip("R is here without lme4 and lmerTest")
    frozen = (REFERENCE / "mixed.csv").read_text(encoding="utf-8")
    now = pd.DataFrame([line.split(",") for line in done.stdout.splitlines()[1:]])
    then = pd.DataFrame([line.split(",") for line in frozen.splitlines()[1:]])
    assert now[[0, 1]].equals(then[[0, 1]])
    assert now[2].astype(float).to_numpy() == pytest.approx(then[2].astype(float).to_numpy(), rel=1e-4, abs=1e-6)


# Published (Hartman et al. 2025, doi:10.1371/journal.pcbi.1013249): change in ability, random intercept for pathway.
# Rscript tests/reference/dart_mixed.R ../shared/data/dart prints the same from the raw exports.
def test_the_published_model_of_dart_is_reproduced(shared):
    read = lambda name: pd.read_csv(shared / "dart" / name).set_index("record_id")  # noqa: E731
    pre, post, left = read("nih_pre.codes.csv"), read("nih_post.codes.csv"), read("exit_survey.codes.csv")
    first = read("participant_waves.csv").query("wave == 1").index
    engaged = left.index[left[["completed_modules", "interaction_how_often"]].notna().any(axis=1)]
    people = first.intersection(engaged)
    score = lambda answers: answers.loc[:, "findable":"atomize"].mean(axis=1).reindex(people)  # noqa: E731
    change = score(post) - score(pre)
    fit = fit_lmm(change, np.ones((len(change), 1)), read("participant_pathways.csv")["pathway"].reindex(people))
    assert fit.n == 48
    assert abs(fit.beta[0] - 0.83760) < 0.0000051
    assert abs(fit.se[0] - 0.08643) < 0.0000051
    assert abs(fit.variances[0] - 0.004468) < 0.00000051
    assert abs(fit.residual - 0.323256) < 0.00000051
    assert abs(fit.criterion - 84.7) < 0.051


# Waves ---------------------------------------------------------------------------------------------------------------
def test_changes_between_waves_are_the_contrasts_of_the_model():
    rows = nested()
    wave = rows["wave"].map({0: "pre", 1: "post", 2: "later"})
    table = wave_changes(rows["y"], wave, rows["p"], rows["m"], waves=["pre", "post", "later"])
    table = table.set_index(["wave_from", "wave_to"])
    expected = OF_R["nested"]
    assert table.loc[("pre", "post"), "estimate"] == pytest.approx(expected["beta1"], rel=1e-5)
    assert table.loc[("pre", "later"), "se"] == pytest.approx(expected["se2"], rel=1e-5)
    assert table.loc[("post", "later"), "estimate"] == pytest.approx(expected["wave1_to_2.Estimate"], rel=1e-4)
    assert table.loc[("pre", "post"), "n"] == int((rows["wave"] < 2).sum())
    assert table.loc[("pre", "post"), "n_people"] == 50
    assert (table["note"] == "").all()


def test_without_the_later_responses_that_failed_to_link():
    rows = nested()
    linked = rows["p"] % 4 > 0
    table = wave_changes(rows["y"], rows["wave"], rows["p"], rows["m"], waves=[0, 1, 2], linked=linked)
    assert table["estimate"].iloc[0] == pytest.approx(OF_R["nested_linked_only", "beta1"], rel=1e-5)
    assert table["se"].iloc[1] == pytest.approx(OF_R["nested_linked_only", "se2"], rel=1e-5)


def test_unlinked_responses_stand_as_people_of_their_own():
    """Nobody is linked: the change is the difference of the two means, its variance s²(1/4 + 1/2)."""
    table = wave_changes([1, 2, 3, 4, 4, 5], ["a"] * 4 + ["b"] * 2, [None] * 6, waves=["a", "b"]).iloc[0]
    assert table["estimate"] == pytest.approx(2.0)  # 4.5 - 2.5
    pooled = (5.0 + 0.5) / 4  # sums of squares 5 and 0.5 on 3 + 1 degrees of freedom
    assert table["se"] == pytest.approx(np.sqrt(pooled * (1 / 4 + 1 / 2)))
    assert table["df"] == pytest.approx(4)
    assert table["n_people"] == 6
    assert table["note"] == "each group has one response: no random intercept"


def test_complete_pairs_give_the_paired_t_test():
    """Everyone has both waves and one module: the change is the mean difference, its error that of the paired t."""
    before, after = np.array([9, 6, 7, 8, 7, 9, 8, 8, 8, 7.0]), np.array([9, 7, 8, 9, 8, 9, 9, 10, 9, 9.0])
    person = np.tile(np.arange(10), 2)
    row = wave_changes([*before, *after], ["pre"] * 10 + ["post"] * 10, person, waves=["pre", "post"]).iloc[0]
    # R: t.test(after, before, paired = TRUE): 1, se .2108185, t 4.743416, df 9, p .001053871
    assert row[["estimate", "se", "statistic"]].tolist() == pytest.approx([1, 0.2108185, 4.743416], rel=1e-6)
    assert row["df"] == pytest.approx(9, rel=1e-4)
    assert row["p"] == pytest.approx(0.001053871, rel=1e-3)


def test_module_indicators_take_out_a_change_in_who_answered():
    """Nobody changes, but after the training the module of high scorers answers alone."""
    base = pd.DataFrame({"p": range(40), "m": np.repeat([0, 1], 20)})
    base["y"] = 2.0 * base["m"] + base["p"] % 5 / 10
    later = base[base["m"] == 1].assign(p=lambda rows: rows["p"] + 100)  # none of them linked
    rows = pd.concat([base.assign(w="pre"), later.assign(w="post")], ignore_index=True)
    raw = wave_changes(rows["y"], rows["w"], rows["p"], waves=["pre", "post"])["estimate"].iloc[0]
    held = wave_changes(rows["y"], rows["w"], rows["p"], waves=["pre", "post"], adjust=rows[["m"]])
    assert raw == pytest.approx(1.0)  # 2.2 against a mean of 1.2
    assert held["estimate"].iloc[0] == pytest.approx(0.0, abs=1e-12)


# Bad input -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("y", "wave", "person", "why"),
    [
        ([], [], [], "no response at pre and post"),
        ([3.0], ["pre"], ["a"], "no response at post"),
        ([3.0, 4.0], ["pre", "post"], ["a", "a"], "2 responses for 2 fixed effects"),
        ([3.0, 4.0, 3.0, 5.0], ["pre", "post"] * 2, ["a"] * 4, "all responses come from one group"),
        ([3.0] * 6, ["pre", "post"] * 3, ["a", "a", "b", "b", "c", "c"], "every score is the same"),
        ([3.0, 4.0] * 3, ["pre", "post"] * 3, ["a", "a", "b", "b", "c", "c"], "the fixed effects explain every score"),
        ([3.0, 3.0, 4.0, 4.0, 2.0, 2.0], ["pre", "post"] * 3, ["a", "a", "b", "b", "c", "c"], "no score varies within"),
        ([3.0, 3.5, 4.0, 4.5, 2.0, 2.5], ["pre", "post"] * 3, ["a", "a", "b", "b", "c", "c"], "no score varies within"),
        ([3.0, np.nan] * 3, ["pre", "post"] * 3, ["a", "a", "b", "b", "c", "c"], "no response at post"),
    ],
)
def test_what_cannot_be_fitted_is_empty_and_says_why(y, wave, person, why):
    for unit in (None, ["a module"] * len(y)):
        row = wave_changes(y, wave, person, unit, waves=["pre", "post"]).iloc[0]
        assert row[["estimate", "se", "ci_low", "ci_high", "p"]].isna().all()
        assert why in row["note"]


def test_a_fit_that_does_not_converge_is_empty_and_says_so():
    rows = nested()
    fit = fit_lmm(rows["y"], dummies(rows["wave"]), rows["p"], rows["m"], evaluations=5)
    assert not fit.converged and np.isnan(fit.beta).all() and "did not converge" in fit.note
    assert np.isnan(contrast(fit, [0, 1, 0]).estimate) and "did not converge" in contrast(fit, [0, 1, 0]).note


def test_dependent_fixed_effects_are_told():
    rows = two()
    x = np.column_stack([dummies(rows["wave"]), np.ones(len(rows))])
    assert "depend on the others" in fit_lmm(rows["y"], x, rows["who"]).note


def test_an_intercept_that_cannot_be_told_apart_is_left_out_and_named():
    rows = two()
    alone = fit_lmm(rows["y"], dummies(rows["wave"]), rows["who"])
    same = fit_lmm(rows["y"], dummies(rows["wave"]), rows["who"], ["one module"] * len(rows))
    assert same.note == "each person did one module: one random intercept"
    assert np.isnan(same.variances[0]) and same.variances[1] == pytest.approx(alone.variances[0])
    assert same.criterion == pytest.approx(alone.criterion)


def test_columns_of_unequal_length_and_other_methods_are_a_fault_of_the_caller():
    with pytest.raises(ValueError, match="equally long"):
        fit_lmm([1, 2, 3], np.ones((3, 1)), ["a", "b"])
    with pytest.raises(ValueError, match="REML or ML"):
        fit_lmm([1, 2, 3], np.ones((3, 1)), ["a", "b", "c"], method="MLE")


def test_data_of_many_shapes_converge():
    """The criterion has a dozen digits: a search that waits for more of them than there are never ends."""
    for seed in range(8):
        rng = np.random.default_rng(seed)
        person = np.repeat(np.arange(900), rng.integers(1, 4, 900))
        module = np.arange(len(person))
        before = 3 + rng.normal(0, 0.5, 900)[person] + rng.normal(0, 0.6, len(person))
        after = before + 0.5 + rng.normal(0, 0.4, 900)[person] + rng.normal(0, 0.5, len(person))
        late = rng.random(len(person)) < 0.5
        y, wave = [*before, *after[late]], [0] * len(person) + [1] * int(late.sum())
        row = wave_changes(y, wave, [*person, *person[late]], [*module, *module[late]], waves=[0, 1]).iloc[0]
        assert row["note"] == "" and row["se"] > 0


def test_eight_thousand_responses_take_less_than_seconds():
    rng = np.random.default_rng(4)
    person, wave = rng.integers(0, 3500, 8186), rng.integers(0, 3, 8186)
    module = rng.integers(0, 6, 8186)
    y = 3.5 + 0.3 * (wave > 0) + rng.normal(0, 0.5, 3500)[person] + rng.normal(0, 0.5, 8186)
    start = time.perf_counter()
    table = wave_changes(y, wave, person, module, waves=[0, 1, 2])
    assert time.perf_counter() - start < 5
    assert (table["ci_low"].iloc[0] < 0.3) and (table["ci_high"].iloc[0] > 0.3)
