"""The plan beside what was done: its fingerprint, and what is said of an analysis that could not be done."""

from __future__ import annotations

import hashlib

import pandas as pd
from prepost.plan import fingerprint, plan_against_done
from prepost.study import Comparison, Wave
from prepost.study_secondary import Secondary

WAVES = [Wave(name="pre", label="Before", when="before"), Wave(name="post", label="After", when="after")]
PRIMARY = Comparison(
    name="primary",
    label="From before to after",
    role="primary",
    wave_from="pre",
    wave_to="post",
    outcomes=["x", "y"],
    family="main",
    adjust="holm",
)


def changes(**estimates: float | None) -> pd.DataFrame:
    rows = [
        {
            "comparison": "primary",
            "outcome": name,
            "role": "primary",
            "estimate_name": "mean_change",
            "estimate": value,
            "statistic": value,
            "note": None if value is not None else "the people's sums do not vary",
        }
        for name, value in estimates.items()
    ]
    return pd.DataFrame(rows).astype({"estimate": "float64", "statistic": "float64"})


def plan(secondary: Secondary, **estimates: float | None) -> pd.DataFrame:
    tables = {"comparisons": changes(**estimates), "levels": pd.DataFrame()}
    return plan_against_done(
        tables, waves=WAVES, outcomes=[], comparisons=[PRIMARY], levels=[], secondary=secondary
    ).set_index("outcome")


def test_what_was_done_and_what_could_not_be():
    found = plan(Secondary(), x=0.5, y=None)
    assert list(found["done"]) == ["yes", "no"]
    assert found.loc["x", "note"] == "p adjusted by Holm in the family 'main'"
    assert found.loc["y", "note"].endswith("; the people's sums do not vary")
    assert set(found["planned"]) == {"yes"}


def test_a_declared_analysis_without_rows_is_told():
    declared = Secondary.model_validate({"subgroups": {"by": ["module"]}})
    found = plan(declared, x=0.5, y=0.1).loc[["all"]]
    assert list(found["analysis"]) == ["Each group beside all others, and the dose"]
    assert list(found["done"]) == ["no"]


def test_the_fingerprint_is_that_of_the_plan_alone():
    # sha256 of the two characters "[]": no parts at all
    assert fingerprint() == hashlib.sha256(b"[]").hexdigest()
    other = PRIMARY.model_copy(update={"adjust": "bh"})
    assert fingerprint([PRIMARY]) == fingerprint([Comparison(**PRIMARY.model_dump())])
    assert fingerprint([PRIMARY]) != fingerprint([other])


def test_the_plan_of_the_toy_study_leaves_the_building_as_it_is(toy_results):
    private, public = (toy_results / floor / "plan.csv" for floor in ("6_statistics", "7_release"))
    assert private.read_bytes() == public.read_bytes()
    rows = pd.read_csv(public)
    assert rows.loc[rows["table"] == "comparisons.csv", "planned"].eq("yes").all()
    assert not rows["note"].dropna().str.contains(r"\d").any()
