"""A study without fields.csv: every column keeps its own name, and the item of that name takes it."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from builds import ROOT, run_build
from prepost import readers
from prepost.clean import Codebook, clean
from prepost.errors import StudyError
from prepost.fields import map_columns
from prepost.ingest import ingest
from prepost.study_loading import load

STUDY = """
title: Two exports whose columns bear the items' names
commissioner: none; invented for the tests
data_window: March to April 2025
data_date: 2025-05-01
synthetic: true
seed: 1
waves:
  - {name: pre, label: Before, when: before}
  - {name: post, label: After, when: after}
person:
  key: [code]
  normalise: [trim]
outcomes:
  - {name: confidence, label: Confidence, phrase: confidence, items: [listen_well, ask], method: mean, min_answered: 1,
     smallest_effect: 0.5, waves: [pre, post]}
comparisons:
  - {name: primary, label: From before to after, role: primary, wave_from: pre, wave_to: post, outcomes: [confidence],
     family: outcomes, adjust: holm}
"""
SHEETS = {
    "study.yaml": STUDY,
    "sources.csv": "source,strand,wave,file,platform\n"
    "before,learners,pre,before.csv,plain\nafter,learners,post,after.csv,plain\n",
    "items.csv": "item,wording,scale,low,high\ncode,Your code,identifier,,\n"
    "listen_well,Listen well,ordinal,1,5\nask,Ask,ordinal,1,5\nremark,Remark,text,,\n",
}
# `Not asked about` is no item: it reaches floor 1 as text, and no further.
BEFORE = "Code,Listen well,Ask,Remark,Not asked about\nSYN-1,2,3,short,x\nSYN-2,1,,,y\nSYN-3,4,4,,z\n"


@pytest.fixture
def study(tmp_path: Path) -> Path:
    for name, text in SHEETS.items():
        (tmp_path / "config").mkdir(exist_ok=True)
        (tmp_path / "config" / name).write_text(text, encoding="utf-8")
    (tmp_path / "config" / "governance.yaml").write_text("{}\n", encoding="utf-8")
    (tmp_path / "config" / "assumptions.md").write_text("", encoding="utf-8")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "before.csv").write_text(BEFORE, encoding="utf-8")
    (tmp_path / "data" / "after.csv").write_text("code,listen_well,ask\nSYN-1,4,5\nSYN-2,3,3\n", encoding="utf-8")
    return tmp_path


def test_it_loads_and_builds(study: Path):
    assert load(study / "config").fields == []
    ended = run_build(study, "results/2_cleaned/learners/responses.parquet", "results/run_config.yaml")
    assert ended.returncode == 0, ended.stderr
    ingested = pd.read_parquet(study / "results/1_ingested/before.parquet")
    assert ingested["not_asked_about"].tolist() == ["x", "y", "z"]
    assert ingested["listen_well"].tolist() == ["2", "1", "4"]
    responses = pd.read_parquet(study / "results/2_cleaned/learners/responses.parquet").set_index(["wave", "line"])
    assert responses.loc["pre", "listen_well"].tolist() == [2, 1, 4]
    assert responses.loc["post", "ask"].tolist() == [5, 3]
    assert responses.loc["pre", "ask_missing"].tolist()[1] == "skipped"
    assert "not_asked_about" not in responses.columns
    # And no other rule asks for the sheet.
    command = [sys.executable, "-m", "snakemake", "--dry-run", "--quiet", "all", "--cores", "1"]
    command += ["--snakefile", str(ROOT / "workflow" / "Snakefile"), "--directory", str(study)]
    dry = subprocess.run(command, capture_output=True, text=True, check=False)
    assert dry.returncode == 0, dry.stderr


def test_a_mislaid_sheet_is_told(study: Path):
    """Without it no column is an item: a sentence, and not a study in which nobody answered."""
    found = load(study / "config")
    tables = []
    for source in found.sources:
        table = readers.read(study / "data" / source.file, source.platform, options=readers.ReadOptions())
        renamed = table.rows.rename(columns=lambda name: f"Q {name}")
        table = replace(table, rows=renamed, columns=[replace(c, name=f"Q {c.name}") for c in table.columns])
        mapping = map_columns(table.columns, source, found.fields, found.items)
        tables.append(ingest(table, source, mapping, [source.wave], found.items).responses)
    book = Codebook(items=found.items, fields=found.fields, recodes=[], vocabularies=[])
    settings = found.settings
    with pytest.raises(StudyError, match="the sheet is absent or empty") as told:
        clean(tables, book, settings.cleaning, settings.waves, settings.outcomes)
    assert "config/fields.csv" in str(told.value)
