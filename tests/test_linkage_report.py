"""What the report says of linking: how, how many, how sure, by group, and what false links take away."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from prepost import exhibits
from prepost.disclosure import disclose
from prepost.facts import Facts, facts_of
from prepost.figures import FIGURES
from prepost.figures.cells import Setting
from prepost.linkage.changes import changes_table
from prepost.linkage.counts import linked_table
from prepost.linkage.rates import linkage_table
from prepost.released import typed
from prepost.report.guild import guild
from prepost.report.linkage_tables import TABLES, largest_imbalance
from prepost.report.linkage_words import false_links, matching, several_ways
from prepost.report.messages import Words
from prepost.schemas import SCHEMAS
from prepost.sheets import ItemRow
from prepost.study import Nouns, Statistics, Wave
from prepost.study_secondary import Secondary
from prepost.tables import check
from test_linkage_quality import NOTHING, OUTCOMES, PLAN, PRIMARY, STATISTICS, linking

WAVES = [Wave(name="pre", label="Before", when="before"), Wave(name="post", label="After", when="after")]
ITEMS = [
    ItemRow(item="key", wording="What is your code?", scale="identifier"),
    ItemRow(item="role", wording="Your role", scale="category", labels="a=Nurse|b=Doctor"),
    ItemRow(item="u1", wording="I use it", scale="ordinal", low=1, high=5),
]
QUALITY = pd.DataFrame(
    {"wave_from": "pre", "wave_to": "post", "procedure": "exact", "threshold": np.nan}
    | {"measure": ["precision", "recall"], "estimate": [0.95, 0.75], "ci_low": [0.93, 0.7], "ci_high": [0.97, 0.8]}
).assign(ci_level=0.95, note=None)


def made(quality: pd.DataFrame = NOTHING, alike: int = 20):
    """Eighty before (five without a key), eighty after; sixty exact pairs and `alike` that are near."""
    rng = np.random.default_rng(8)
    before = rng.integers(1, 5, 80)
    after = np.clip(before + rng.integers(-1, 3, 80), 1, 5)
    pre = [(f"k{n}" if n < 75 else None, "ab"[n % 2], int(before[n])) for n in range(80)]
    post = [(f"k{n}" if n < 60 else f"x{n}", int(after[n])) for n in range(80)]
    more = [
        {"line_from": n + 2, "line_to": n + 82, "weight": 9.0, "probability": 0.95 if n < 75 else 0.6}
        for n in range(60, 60 + alike)
    ]
    return linking(pre, post, more, quality)


def words(linked, tolerant: str = "exact") -> Words:
    found = {
        "linked": linked_table(linked, PRIMARY, PLAN, ["role"]),
        "linkage": linkage_table(linked, PRIMARY, PLAN, ["role"], STATISTICS, 1),
        "linkage_changes": changes_table(linked, OUTCOMES, [], PRIMARY, PLAN, STATISTICS, 1),
        **{name: pd.DataFrame(columns=list(SCHEMAS[name].columns)) for name in ("participants", "balance")},
    }
    released = disclose({name: check(frame, name, name) for name, frame in found.items()}, threshold=3)[0]
    shown = {name: typed(frame, name) for name, frame in released.items()}
    settings = SimpleNamespace(
        outcomes=OUTCOMES,
        waves=WAVES,
        comparisons=[PRIMARY],
        nouns=Nouns(),
        secondary=Secondary(linkage=PLAN),
        statistics=Statistics(ci_level=0.95, resamples=200),
        person=SimpleNamespace(key=["key"]),
        matching=SimpleNamespace(headline=tolerant),
    )
    settings.outcome = {outcome.name: outcome for outcome in OUTCOMES}.__getitem__
    facts = Facts(facts_of(shown, threshold=3))
    return Words(settings, ITEMS, facts, shown, lambda key, text=None: text or facts[key].text)


@pytest.fixture(scope="module")
def weighed() -> Words:
    return words(made(QUALITY))


@pytest.fixture(scope="module")
def by_key_alone() -> Words:
    return words(made(alike=0))


def test_how_people_were_matched_and_how_sure_that_is(weighed: Words):
    said = matching(weighed)
    assert "“What is your code”" in said and "pairs were weighed" in said
    assert "Of 75 responses before with a key, one a person and module, 80.0% (95% CI" in said  # 60 of 75
    assert "Of 80 responses after, 75.0% (95% CI" in said  # 60 of 80
    assert "5 responses before had no key" in said
    # precision .95 (.93 to .97) leaves .05 (.03 to .07)
    assert "an estimated share of 5.0% (95% CI 3.0% to 7.0%) is false" in said
    assert "75.0% (95% CI 70.0% to 80.0%) were found" in said


def test_what_cannot_be_told_is_said(by_key_alone: Words):
    assert "How many links are false cannot be told" in matching(by_key_alone)
    said = false_links(by_key_alone)
    assert "is not known here; the table says" in said
    supposed = TABLES["linkage_supposed"](by_key_alone)
    assert list(supposed)[1:5] == ["r found", "r if 1% false", "r if 5% false", "r if 10% false"]
    found, *true = supposed.iloc[0, 1:5].astype(float)
    # one module, so strangers have nothing in common: r / (1 - q), with the two decimals of what leaves
    assert true == pytest.approx([found / (1 - q) for q in (0.01, 0.05, 0.1)], abs=0.011)
    assert not several_ways(by_key_alone)
    assert "could not be corrected for false links" in guild(by_key_alone, ("", ""))


def test_false_links_and_other_ways_of_linking(weighed: Words):
    said = false_links(weighed)
    assert "as found and as true pairs alone would give it" in said and "the table says" not in said
    assert several_ways(weighed)
    shown = {name: build(weighed) for name, build in TABLES.items()}
    ways = shown["linkage_procedures"]
    assert ways["Pairs"].tolist() == ["60", "75", "80"] and ways["More than before"].tolist() == ["–", "15", "5"]
    assert ways["False links"].tolist()[0] == "5.0%"
    groups = shown["linkage_groups"]
    assert groups["Group"].tolist() == ["All", "Nurse", "Doctor"]
    assert groups["With a key"].tolist() == ["75", "38", "37"] and groups["More pairs by likeness"].tolist()[0] == "15"


def test_guild_has_its_four_steps(weighed: Words):
    said = guild(weighed, largest_imbalance(weighed))
    assert [said.count(f"| **{step}.** ") for step in ("Provision", "Linkage", "Analysis", "Report")] == [1, 1, 1, 1]
    assert "pairs at least 90% probable and pairs at least 50% probable" in said
    assert "@gilbert2018" in said


def test_the_figure_and_its_table(weighed: Words, by_key_alone: Words):
    setting = Setting({row.item: row for row in ITEMS}, OUTCOMES, WAVES, Nouns(), synthetic=True, threshold=3)
    tables = {"linkage_changes": weighed.table("linkage_changes")}
    drawing = FIGURES["linkage"](tables, setting)
    assert drawing.title.startswith("Linked otherwise, no change is further than 0.")
    assert "exact pairs" in drawing.alt and "pairs at least 50% probable" in drawing.alt
    assert len(exhibits.exhibit_table("linkage", tables, setting)) == 3
    alone = {"linkage_changes": by_key_alone.table("linkage_changes")}
    assert "no figures to show" in FIGURES["linkage"](alone, setting).title
    assert exhibits.exhibit_table("linkage", alone, setting).empty
