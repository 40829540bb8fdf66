"""The way back: the manifest says what made each file, and the lines behind a number give it again."""

from __future__ import annotations

import csv
import hashlib
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from prepost import tables
from prepost.errors import StudyError
from prepost.facts import load
from prepost.lines import PrivateFloors, lines_behind
from prepost.provenance import Origin, code_hash, inputs_of, manifest_of, way_back
from prepost.study_loading import load_resolved
from prepost.table_names import LEARNERS as TABLES

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "workflow"))
from lineage import lineage


class Named(list):
    """As Snakemake's named lists: values, and items() with their names."""

    def __init__(self, **named):
        super().__init__(v for value in named.values() for v in (value if isinstance(value, list) else [value]))
        self._named = named

    def items(self):
        return self._named.items()


def rule(name: str, outputs: list[str], **inputs) -> SimpleNamespace:
    return SimpleNamespace(name=name, output=outputs, input=Named(**inputs))


# The rules, the manifest ----------------------------------------------------------------------------------------------
def test_lineage_is_read_off_the_rules(tmp_path):
    data = tmp_path / "elsewhere"
    code = [str(tmp_path / "scripts" / "ingest.py"), str(tmp_path / "scripts" / "prepost" / "tables.py")]
    rules = [
        rule("all", [], page="results/9_report/report.html"),
        rule(
            "ingest",
            ["results/1_ingested/{source}.parquet", "results/1_ingested/{source}.refused.csv"],
            code=code,
            raw=lambda wildcards: str(data / f"{wildcards.source}.csv"),
            items="config/items.csv",
        ),
        rule(
            "clean", ["results/2_cleaned/learners/responses.parquet"], code=code[1:], a="results/1_ingested/pre.parquet"
        ),
    ]
    files = ["results/1_ingested/pre.parquet", "results/1_ingested/pre.refused.csv"]
    files.append("results/2_cleaned/learners/responses.parquet")
    given = {"repo": tmp_path, "data": data, "constraints": {"source": "pre|post"}}
    found = lineage(rules, files, **given)
    assert found[files[0]] == {
        "rule": "ingest",
        "script": "scripts/ingest.py",
        "code": ["scripts/ingest.py", "scripts/prepost/tables.py"],
        "inputs": ["config/items.csv", "data/pre.csv"],
    }
    assert found[files[1]]["rule"] == "ingest"
    assert found[files[2]]["inputs"] == ["results/1_ingested/pre.parquet"]
    with pytest.raises(ValueError, match="left by 0 rules"):
        lineage(
            rules, ["results/1_ingested/other.parquet"], repo=tmp_path, data=data, constraints={"source": "pre|post"}
        )


def test_the_manifest_tells_hash_shape_and_visibility(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", "y"], "c": [0.5, None]})
    for folder in ("results/6_statistics", "results/7_release", "scripts"):
        Path(folder).mkdir(parents=True)
    frame.to_csv("results/6_statistics/flow.csv", index=False)
    frame.to_parquet("results/7_release/flow.parquet")
    Path("scripts/describe.py").write_text("one\n", encoding="utf-8")
    origin = {"script": "scripts/describe.py", "code": ["scripts/describe.py"]}
    files = {
        "results/7_release/flow.parquet": Origin(rule="release", inputs=["results/6_statistics/flow.csv"], **origin),
        "results/6_statistics/flow.csv": Origin(rule="describe", inputs=["config/items.csv", "data/pre.csv"], **origin),
    }
    found = manifest_of([Path(file) for file in files], files, tmp_path)
    tables.write(found, tmp_path / "manifest.csv", "manifest")
    back = tables.read(tmp_path / "manifest.csv", "manifest").set_index("file")
    assert back["visibility"].tolist() == ["private", "public"]
    assert back[["rows", "columns"]].values.tolist() == [[2, 3], [2, 3]]
    flow = back.loc["results/6_statistics/flow.csv"]
    assert flow["sha256"] == hashlib.sha256(Path("results/6_statistics/flow.csv").read_bytes()).hexdigest()
    # one line a code file, "name NUL sha256-of-bytes", hashed
    inner = hashlib.sha256(b"one\n").hexdigest()
    assert flow["code_hash"] == hashlib.sha256(f"scripts/describe.py\0{inner}\n".encode()).hexdigest()
    assert inputs_of(flow) == ["config/items.csv", "data/pre.csv"]
    assert not re.search(re.escape(str(tmp_path)), (tmp_path / "manifest.csv").read_text(encoding="utf-8"))


def test_a_changed_module_changes_the_code_hash_and_its_order_does_not(tmp_path):
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    before = code_hash(["a.py", "b.py"], tmp_path)
    assert code_hash(["b.py", "a.py"], tmp_path) == before
    (tmp_path / "b.py").write_text("changed", encoding="utf-8")
    assert code_hash(["a.py", "b.py"], tmp_path) != before


def test_the_way_back_names_each_file_once_nearest_first():
    inputs = {
        "facts": "seven",
        "seven": "six",
        "six": "four;three",
        "four": "three",
        "three": "data/pre.csv",
        "aside": "",
    }
    manifest = pd.DataFrame({"file": list(inputs), "inputs": [text or None for text in inputs.values()]})
    assert [row["file"] for row in way_back(manifest, "facts")] == ["facts", "seven", "six", "four", "three"]
    with pytest.raises(StudyError, match="did you mean 'facts'"):
        way_back(manifest, "fact")


# The toy study --------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def floors(toy_results) -> PrivateFloors:
    return PrivateFloors(load_resolved(toy_results / "run_config.yaml"), toy_results)


def expected_lines(table: str, row: pd.Series) -> int:
    """How many responses a row's n stands for: a pair is two, three waves are three."""
    if row.get("measure") == "all_waves":
        return 3 * row["n"]
    if table in ("attrition", "balance"):  # the base is first surveys; those of the later wave stand behind it too
        return row["n"]
    if table == "invariance" and row["group_by"] == "waves":  # people who answered each of the surveys compared
        return len(row["group"].split(", ")) * row["n"]
    if table == "lasting" and row["group"] == "all three":
        return 3 * row["n"]
    return row["n"] * (2 if row["n_unit"] == "pairs" and table != "flow" else 1)


@pytest.mark.parametrize("table", TABLES)
def test_as_many_lines_stand_behind_each_row_as_it_counts(table, floors, toy_results):
    frame = tables.read(toy_results / "6_statistics" / f"{table}.csv", table)
    if table == "places":
        pytest.skip("the toy study declares no places; tests/test_places_table.py counts its maps by hand")
    assert len(frame)
    if table == "transitions":  # one item is enough: they are all made alike
        frame = frame[frame["item"] == frame["item"].iloc[0]]
    for _, row in frame.iterrows():
        if table == "participation" and row["n_unit"] in ("people", "enrolments"):
            continue  # people give several responses; an enrolment line may stand for many
        found = lines_behind(table, row, floors)
        if table in ("attrition", "balance"):
            found = found[found["wave"] == row["wave_from"]]
        assert len(found) == expected_lines(table, row), row["row_id"]


def raw_confidence(toy: Path, name: str, line: int) -> tuple[tuple[str, str], float]:
    """Person, module and confidence of one physical line of a raw export, by the codebook and by hand."""
    text = {"strongly disagree": 1, "disagree": 2, "neither agree nor disagree": 3, "agree": 4, "strongly agree": 5}
    with (toy / "data" / name).open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        records: dict[int, list[str]] = {}
        start = 1
        for record in reader:  # by the physical line on which each begins
            records[start] = record
            start = reader.line_num + 1
    cells = dict(zip(records[1], records[line], strict=False))
    person, module, *answers = (
        cells[column]
        for column in (
            ("Q2", "Module", "Q4_1", "Q4_2", "Q4_3")
            if "Q2" in cells
            else ("learner", "module", "listen", "ask", "begin")
        )
    )
    codes = [int(a) if a.strip().isdigit() else text.get(a.strip().lower()) for a in answers]
    codes = [code if code is None or 1 <= code <= 5 else None for code in codes]
    codes[2] = 6 - codes[2] if codes[2] is not None else None  # "I would not know where to begin" is turned: 6 - x
    kept = [code for code in codes if code is not None]
    key = re.sub(r"\s+", "", person).lower()
    return (key, module.strip().lower()), sum(kept) / len(kept)


def test_the_lines_give_the_number_again(floors, toy_results):
    toy = toy_results.parent
    row_id = "primary.confidence.all.all.mean_change"
    row = tables.read(toy_results / "6_statistics" / "comparisons.csv", "comparisons").set_index("row_id").loc[row_id]
    lines = lines_behind("comparisons", row, floors)
    files = {part.source: part.file for part in floors.study.sources}
    sides: dict[str, dict] = {"pre": {}, "post": {}}
    for source, line, wave in lines.itertuples(index=False):
        key, score = raw_confidence(toy, files[source], line)
        sides[wave][key] = score
    assert sides["pre"].keys() == sides["post"].keys()
    changes = [sides["post"][key] - score for key, score in sides["pre"].items()]
    assert len(changes) == row["n"]
    assert sum(changes) / len(changes) == pytest.approx(row["estimate"], abs=1e-12)


def test_every_fact_has_its_way_back(toy_results):
    facts = load(toy_results / "8_exhibits" / "facts.json")
    manifest = tables.read(toy_results / "manifest.csv", "manifest")
    way = {row["file"] for row in way_back(manifest, "results/8_exhibits/facts.json")}
    assert any(file.startswith("results/1_ingested/") for file in way)
    released = {name: tables.read(toy_results / "7_release" / f"{name}.csv", f"released_{name}") for name in TABLES}
    private = {name: set(tables.read(toy_results / "6_statistics" / f"{name}.csv", name)["row_id"]) for name in TABLES}
    cells = {name: frame.set_index("row_id").to_dict("index") for name, frame in released.items()}
    for key, fact in facts.items():
        table, row_id, column = key.split("/")
        assert column in cells[table][row_id]
        assert row_id in private[table]
        assert f"results/7_release/{table}.csv" in way
        assert (cells[table][row_id][column] in ("[c]", "[w]", "[x]")) == (fact.value is None)


def test_make_trace_tells_the_way_and_refuses_an_unknown_key(toy_results, root):
    def run(key: str) -> subprocess.CompletedProcess:
        command = [
            sys.executable,
            str(root / "workflow" / "trace.py"),
            "--study",
            str(toy_results.parent),
            "--key",
            key,
        ]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    told = run("comparisons/primary.confidence.all.all.mean_change/estimate")
    assert told.returncode == 0, told.stderr
    for word in ("fact ", "released ", "private ", "left by the rule compare: scripts/compare.py", "lines "):
        assert word in told.stdout
    assert re.search(r"input +data/before_qualtrics\.csv\n +sha256 [0-9a-f]{64}", told.stdout)
    assert not re.search(r"LN-\d", told.stdout)
    unknown = run("comparisons/primary.confidence.all.all.mean_change/estimat")
    assert unknown.returncode != 0
    assert "did you mean" in unknown.stderr
    assert "Traceback" not in unknown.stderr
