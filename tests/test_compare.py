"""Comparing two builds: the first difference by name, and what two machines may differ by."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from builds import ROOT

_spec = importlib.util.spec_from_file_location("compare_builds", ROOT / "workflow" / "compare.py")
compare = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(compare)

FILES = {
    "run_config.yaml": "title: Toy\n",
    "6_statistics/levels.csv": 'row_id,n,estimate\na,12,0.25\nb,7,"1,5"\n',
    "8_exhibits/facts.json": json.dumps({"pairs": {"n": 12, "text": "12"}, "share": [0.5, 0.25]}),
    "8_exhibits/flow.svg": '<path id="p0123456789" d="M 10.000001 2"/>\n<use href="#p0123456789"/>\n',
    "9_report/report.html": "<p>Twelve <b>pairs</b></p><script>1</script>",
    "audit/1_ingested.html": "<p>page</p>\n",
    "manifest.csv": "file,sha256\nx,aa\n",
    "logs/clean.log": "10:51\n",
}


@pytest.fixture
def twins(tmp_path) -> tuple[Path, Path]:
    for letter in "ab":
        home = tmp_path / letter / "results"
        for name, text in FILES.items():
            (home / name).parent.mkdir(parents=True, exist_ok=True)
            (home / name).write_text(text, encoding="utf-8")
        (home / "2_cleaned").mkdir()
        pd.DataFrame({"response": ["R1", "R2"], "q1": [3.0, None]}).to_parquet(home / "2_cleaned" / "r.parquet")
    return tmp_path / "a" / "results", tmp_path / "b" / "results"


def change(home: Path, name: str, old: str, new: str) -> None:
    text = (home / name).read_text(encoding="utf-8")
    assert old in text
    (home / name).write_text(text.replace(old, new), encoding="utf-8")


def told(homes: tuple[Path, Path], **how: bool) -> tuple[str, ...] | None:
    found = compare.first_difference(*homes, **how)
    return None if found is None else tuple(found)


def test_equal_builds_are_equal_whatever_their_logs(twins):
    change(twins[1], "logs/clean.log", "10:51", "10:52")
    assert told(twins) is None and told(twins, between_machines=True) is None
    assert compare.compared(*twins) == 8  # the seven above without the log, and the Parquet


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        ("6_statistics/levels.csv", "0.25", "0.26", ("1", "estimate", "0.25", "0.26")),
        ("6_statistics/levels.csv", '"1,5"', '"1,6"', ("2", "estimate", "1,5", "1,6")),
        ("6_statistics/levels.csv", "row_id,n", "row_id,m", ("header", "2", "n", "m")),
        ("6_statistics/levels.csv", 'b,7,"1,5"\n', "", ("2", "-", "there", "(no such row)")),
        ("6_statistics/levels.csv", "a,12", '"a",12', ("-", "(bytes alone: the same cells)", None, None)),
        ("8_exhibits/facts.json", '"n": 12', '"n": 13', ("-", "pairs.n", "12", "13")),
        ("8_exhibits/facts.json", "0.25]", "0.75]", ("-", "share[1]", "0.25", "0.75")),
        ("9_report/report.html", "Twelve", "Twenty", ("1", "character 7", None, None)),  # after "<p>Twe"
        ("manifest.csv", "x,aa", "x,ab", ("1", "sha256", "aa", "ab")),
    ],
)
def test_the_first_difference_is_named(twins, name, old, new, expected):
    change(twins[1], name, old, new)
    change(twins[1], "manifest.csv", "file,sha256", "file,sha256 ") if name != "manifest.csv" else None
    found = told(twins)
    assert found[:3] == (name, *expected[:2])
    assert expected[2] is None or found[3:] == expected[2:]


def test_a_file_that_is_missing_is_named(twins):
    (twins[0] / "8_exhibits/facts.json").unlink()
    assert told(twins) == ("8_exhibits/facts.json", "-", "-", "(no such file)", "there")


def test_a_persons_answer_is_not_printed(twins):
    for value, shown in (("R3", False), ("R2", True)):
        frame = pd.DataFrame({"response": ["R1", value], "q1": [3.0, 4.0]})
        frame.to_parquet(twins[1] / "2_cleaned" / "r.parquet")
        file, row, column, one, two = told(twins)
        assert (file, row) == ("2_cleaned/r.parquet", "2")
        if shown:
            assert (column, one, two) == ("q1", "None", "4.0") or (column, one, two) == ("q1", "nan", "4.0")
        else:
            assert column == "response" and "R3" not in two and "2 characters" in two and one != two


@pytest.mark.parametrize(
    ("name", "old", "new", "same"),
    [
        ("6_statistics/levels.csv", "0.25", "0.2500000001", True),  # 4e-10 relative
        ("6_statistics/levels.csv", "0.25", "0.250000001", False),  # 4e-9
        ("6_statistics/levels.csv", "a,12", "c,12", False),
        ("8_exhibits/facts.json", "0.25]", "0.25000000001]", True),
        ("8_exhibits/facts.json", '"text": "12"', '"text": "twelve"', False),
        ("8_exhibits/flow.svg", "10.000001", "10.000002", True),
        ("8_exhibits/flow.svg", "p0123456789", "p01234567ab", True),
        ("8_exhibits/flow.svg", "10.000001", "10.001", False),
        ("8_exhibits/flow.svg", "<use", "<image", False),
        ("9_report/report.html", "<b>pairs</b>", "<i>pairs</i>", True),
        ("9_report/report.html", "pairs", "triples", False),
        ("audit/1_ingested.html", "page", "leaf", True),
        ("manifest.csv", "aa", "ab", True),
    ],
)
def test_between_machines_numbers_are_near_and_words_equal(twins, name, old, new, same):
    change(twins[1], name, old, new)
    assert told(twins) is not None
    assert (told(twins, between_machines=True) is None) is same


def ran(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "workflow" / "compare.py"), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_command_ends_with_a_sentence_and_a_code(twins, tmp_path):
    same = ran(str(twins[0].parent), str(twins[1]))
    assert (same.returncode, same.stdout) == (0, "The same byte by byte: 8 files.\n")
    change(twins[1], "6_statistics/levels.csv", "0.25", "0.26")
    other = ran(str(twins[0]), str(twins[1]), "--between-machines")
    assert other.returncode == 1 and re.search(
        r"levels\.csv\n  row +1\n  column +estimate\n  in A +0\.25", other.stderr
    )
    shutil.rmtree(twins[1])
    absent = ran(str(twins[0]), str(twins[1]))
    assert absent.returncode == 2 and "no finished build" in absent.stderr and "Traceback" not in absent.stderr


def test_a_build_is_equal_to_itself_and_a_changed_number_is_found(toy_results, tmp_path):
    other = tmp_path / "results"
    shutil.copytree(toy_results, other)
    assert told((toy_results, other)) is None and told((toy_results, other), between_machines=True) is None
    path = other / "6_statistics" / "comparisons.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    place = lines[0].split(",").index("estimate")
    cells = lines[1].split(",")
    assert cells[0].startswith("primary") or cells[0]
    cells[place] = str(float(cells[place]) + 0.001)
    path.write_text("\n".join([lines[0], ",".join(cells), *lines[2:]]) + "\n", encoding="utf-8")
    found = told((toy_results, other), between_machines=True)
    assert found[:3] == ("6_statistics/comparisons.csv", "1", "estimate")
