"""A retrospective pre from the raw export on: one line answers for now and, thinking back, for then."""

from __future__ import annotations

from pathlib import Path
from statistics import mean

import pandas as pd
import pytest
from builds import run_build

# Ten people answered before; these ten and two more answered after, each of them in one line for two times.
BEFORE = {person: (4, 3 + person % 2) for person in range(10)}
THEN = {person: (2, 2 + person % 3) for person in range(12)}
NOW = dict.fromkeys(range(12), (5, 4))
STUDY = """
title: A course whose form after asks about the time before as well
commissioner: none; invented for the tests
data_window: March to April 2025
data_date: 2025-05-01
synthetic: true
seed: 1
waves:
  - {name: pre, label: Before, when: before the course}
  - {name: then, label: Thinking back, when: after the course about the time before it, thinking_back_to: pre}
  - {name: post, label: After, when: after the course}
person: {key: [code], normalise: [trim]}
outcomes:
  - {name: confidence, label: Confidence, phrase: confidence, items: [listen, ask], method: mean, min_answered: 2,
     smallest_effect: 0.5}
comparisons:
  - {name: primary, label: From before to after, role: primary, wave_from: pre, wave_to: post, outcomes: [confidence],
     family: outcomes, adjust: holm}
  - {name: back, label: From then to after, role: secondary, wave_from: then, wave_to: post, outcomes: [confidence]}
"""
SHEETS = {
    "study.yaml": STUDY,
    "sources.csv": "source,strand,wave,file,platform\nbefore,learners,pre,before.csv,plain\n"
    "after,learners,,after.csv,plain\n",
    "items.csv": "item,wording,scale,low,high\ncode,Your code,identifier,,\nlisten,I can listen,ordinal,1,5\n"
    "ask,I can ask,ordinal,1,5\n",
    "fields.csv": "source,column,item,wave\nbefore,code,code,\nbefore,listen,listen,\nbefore,ask,ask,\n"
    "after,code,code,\nafter,listen_now,listen,post\nafter,ask_now,ask,post\nafter,listen_then,listen,then\nafter,ask_then,ask,then\n",
    "governance.yaml": "{}\n",
    "assumptions.md": "",
}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    study = tmp_path_factory.mktemp("thinking_back")
    for folder in ("config", "data"):
        (study / folder).mkdir()
    for name, text in SHEETS.items():
        (study / "config" / name).write_text(text, encoding="utf-8")
    rows = "".join(f"SYN-{person},{listen},{ask}\n" for person, (listen, ask) in BEFORE.items())
    (study / "data" / "before.csv").write_text(f"code,listen,ask\n{rows}", encoding="utf-8")
    lines = [",".join(map(str, [f"SYN-{person}", *NOW[person], *THEN[person]])) for person in NOW]
    head = "code,listen_now,ask_now,listen_then,ask_then"
    (study / "data" / "after.csv").write_text("\n".join([head, *lines, ""]), encoding="utf-8")
    ended = run_build(study, "results/6_statistics/comparisons.csv")
    assert ended.returncode == 0, ended.stderr
    return study / "results"


def test_one_line_is_a_response_of_two_waves_and_no_line_is_lost(results: Path):
    found = pd.read_parquet(results / "2_cleaned/learners/responses.parquet")
    assert found["wave"].value_counts().to_dict() == {"pre": 10, "then": 12, "post": 12}
    both = found[found["source"] == "after"].pivot(index="line", columns="wave", values="listen")
    assert both["post"].tolist() == [5.0] * 12 and both["then"].tolist() == [2.0] * 12


def test_thinking_back_is_linked_by_person_and_is_no_third_survey(results: Path):
    pairs = pd.read_parquet(results / "3_matched/learners/pairs.parquet")
    count = pairs.groupby(["wave_from", "wave_to"]).size().to_dict()
    assert count == {("pre", "then"): 10, ("pre", "post"): 10, ("then", "post"): 12}
    assert pd.read_parquet(results / "3_matched/learners/triples.parquet").empty


def test_the_two_changes_stand_apart_each_by_hand(results: Path):
    table = pd.read_csv(results / "6_statistics/comparisons.csv")
    change = table[table["estimate_name"] == "mean_change"].set_index("comparison")
    assert change["n"].to_dict() == {"primary": 10, "back": 12}
    from_before = mean(mean(NOW[person]) - mean(BEFORE[person]) for person in BEFORE)
    from_then = mean(mean(NOW[person]) - mean(THEN[person]) for person in THEN)
    assert change["estimate"].to_dict() == pytest.approx({"primary": from_before, "back": from_then}, abs=1e-12)
    assert (from_before, from_then) == (0.75, 2.0)
    assert change["role"].to_dict() == {"primary": "primary", "back": "secondary"}
    assert set(table["n"]) == {10, 12}  # no row holds both answers about the time before
