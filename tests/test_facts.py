"""Facts: each number of a released table once, with its address; prose gets them by key and by nothing else."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from prepost import tables
from prepost.disclosure import disclose
from prepost.errors import StudyError
from prepost.facts import Facts, anchor, facts_of, load
from prepost.released import read_released, typed
from prepost.released_schemas import number_columns
from result_tables import comparison, movement, participants

KEY = "comparisons/primary.conf.all.all.mean_change"


@pytest.fixture(scope="module")
def released():
    private = {
        "comparisons": pd.concat(
            [
                comparison("primary", "conf", {"all": 2473}, role="primary"),
                comparison("by_module", "conf", {"A": 4, "B": 2400, "C": 69}, group_by="module"),
            ],
            ignore_index=True,
        ),
        "movement": movement("primary", "conf", {"all": (1443, 800, 230)}),
        "participants": participants({"sex": {"men": (40, 30), "women": (60, 20)}}),
    }
    return disclose(private, threshold=10)[0]


@pytest.fixture(scope="module")
def facts(released):
    return Facts(facts_of({name: typed(frame, name) for name, frame in released.items()}, threshold=10))


def test_every_number_of_every_released_table_is_a_fact(released, facts):
    assert len(facts) == sum(len(frame) * len(number_columns(name)) for name, frame in released.items())


def test_values_texts_and_sources(facts):
    assert facts[f"{KEY}/n"].text == "2,473"
    assert facts[f"{KEY}/p"].text == ".010"
    assert facts[f"{KEY}/df"].text == "2,472"
    assert facts[f"{KEY}/ci_level"].text == "95%"
    # 0.123456789 + 2473/1000 = 2.596...
    assert facts[f"{KEY}/estimate"].text == "2.60"
    assert facts[f"{KEY}/estimate"].value == 0.123456789 + 2473 / 1000
    assert dict(facts[f"{KEY}/n"].source) == {
        "table": "comparisons.csv",
        "row": "primary.conf.all.all.mean_change",
        "column": "n",
    }
    # 1443 of 2473 = 58.35 %; 40 of 100 = 40 %
    assert facts["movement/primary.conf.all.all.better/share"].text == "58.4%"
    assert facts["participants/sex.men.yes/share"].text == "40%"


def test_marks_are_words_and_never_nought(facts):
    small = facts["comparisons/by_module.conf.module.a.mean_change/n"]
    assert (small.value, small.text, small.mark) == (None, "fewer than 10", "c")
    assert facts["comparisons/by_module.conf.module.a.mean_change/estimate"].text == "withheld"
    other = facts["comparisons/by_module.conf.module.c.mean_change/n"]
    assert (other.value, other.text, other.mark) == (None, "withheld", "w")
    assert all(fact.value is None for fact in facts.values() if fact.mark)


def test_an_unknown_key_is_refused_with_the_nearest(facts):
    with pytest.raises(StudyError, match=r"did you mean 'comparisons/primary\.conf\.all\.all\.mean_change/estimate'"):
        facts.fact(f"{KEY}/estimat")
    with pytest.raises(StudyError, match="2 faults"):
        facts.fill("[[nothing]] and [[nowhere/at/all]]", where="config/report/context.md")
    with pytest.raises(StudyError, match=r"context\.md · \[\[nothing\]\]"):
        facts.fill("[[nothing]]", where="config/report/context.md")


def test_fill_writes_a_linked_span_with_its_key(facts):
    filled = facts.fill(f"It was [[{KEY}/estimate]] points, p [[ {KEY}/p ]]; 5 stays.")
    row = "#row-comparisons-primary-conf-all-all-mean_change"
    assert f'[2.60]({row}){{.fact key="{KEY}/estimate"}} points' in filled
    assert f'[.010]({row}){{.fact key="{KEY}/p"}}; 5 stays.' in filled
    assert anchor(f"{KEY}/estimate") == row[1:]


def test_text_of_a_fact_is_escaped_in_markdown(facts):
    source = {"table": "t.csv", "row": "r", "column": "c"}
    odd = {"t/r/c": {"value": 0.0, "text": "<.001 [x]*", "mark": "", "source": source}}
    assert Facts(odd).fill("[[t/r/c]]").startswith(r"[\<.001 \[x\]\*](")


def test_written_and_loaded_again(released, facts, tmp_path):
    for name, frame in released.items():
        tables.write(frame, tmp_path / f"{name}.csv", f"released_{name}")
    made = facts_of({name: read_released(tmp_path / f"{name}.csv") for name in released}, threshold=10)
    assert list(made) == sorted(made)
    (tmp_path / "facts.json").write_text(json.dumps(made), encoding="utf-8")
    assert dict(load(tmp_path / "facts.json")) == dict(facts)
