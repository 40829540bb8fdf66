"""The benchmark: what it reads and sums, how it is kept, and the factor that it multiplies the learners by."""

from __future__ import annotations

import re
import sys

import numpy as np
import pytest
from builds import ROOT
from prepost.simulation.people import learner_ids, swaps
from prepost.simulation.plan import read_plan

sys.path.append(str(ROOT / "workflow"))  # last, since some of its modules bear the names of scripts
import bench
import bench_workflow
import benching

HEAD = "s\th:m:s\tmax_rss\tmax_vms\tmax_uss\tmax_pss\tio_in\tio_out\tmean_load\tcpu_time\n"


@pytest.fixture
def files(tmp_path):
    for name, seconds, memory, cpu in [
        ("ingest.a", "1.5", "100.0", "1.0"),
        ("ingest.b", "2.5", "300.0", "1.25"),
        ("clean", "3.0", "200.0", "2.75"),
        ("quick", "0.1", "NA", "NA"),
        ("simulate", "9.0", "900.0", "9.0"),
        ("simulate_survey", "9.0", "900.0", "9.0"),
    ]:
        line = f"{seconds}\t0:00:01\t{memory}\t0\t0\t0\t0\t0\t0\t{cpu}\n"
        (tmp_path / f"{name}.tsv").write_text(HEAD + line, encoding="utf-8")
    return tmp_path


def test_jobs_of_one_rule_are_summed_and_the_generator_is_no_rule(files):
    # ingest: 1.5 + 2.5 = 4 s, 1 + 1.25 = 2.25 CPU s, and the larger of 100 and 300 MB; too quick to measure: 0.
    assert benching.costs(files) == [
        benching.Cost("clean", 1, 3.0, 2.75, 200.0),
        benching.Cost("ingest", 2, 4.0, 2.25, 300.0),
        benching.Cost("quick", 1, 0.1, 0.0, 0.0),
    ]


def test_the_cost_of_a_response(monkeypatch, tmp_path):
    """100 responses for 2 CPU s and 50 MB, then 1,000 for 30 and 200: 20 and 30 ms each, so 1.5 times the first."""
    runs = {1: benching.Run(4.0, 2.0, 50.0), 10: benching.Run(20.0, 30.0, 200.0)}
    sizes = {1: 100, 10: 1000}
    monkeypatch.setattr(bench_workflow, "bundled", lambda place, factor: place.folder / str(factor))
    monkeypatch.setattr(bench_workflow, "build", lambda study, cores, *targets: runs[int(study.name)])
    monkeypatch.setattr(bench_workflow, "rows_of", lambda path: sizes[int(path.relative_to(tmp_path).parts[0])])
    table = bench_workflow.scaling(benching.Place(tmp_path, 2, (1, 10)))
    assert table.columns[5:8] == ("CPU ms a response", "memory kB a response", "times the first")
    assert [row[:2] for row in table.rows] == [("×1", 100), ("×10", 1000)]
    assert [row[5] for row in table.rows] == [20.0, 30.0]
    assert [row[6] for row in table.rows] == [512.0, 204.8]  # 50 · 1024 / 100 and 200 · 1024 / 1000
    assert [row[7] for row in table.rows] == [1.0, 1.5]


def test_a_command_is_measured_with_its_children():
    held = "held = bytearray(80 * 2**20)\nimport time\nend = time.process_time() + 0.5\n"
    held += "while time.process_time() < end: pass\ntime.sleep(0.5)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {held!r}], check=True)"
    run = benching.timed([sys.executable, "-c", parent])
    assert run.cpu >= 0.5
    assert run.wall >= 1.0
    assert run.peak > 80


def test_a_failure_is_told():
    with pytest.raises(SystemExit, match="no such luck"):
        benching.timed([sys.executable, "-c", "import sys; sys.exit('no such luck')"])


def test_a_table_is_kept_between_its_marks():
    page = "# T\n\nwords\n\n<!-- a -->\nold\n<!-- /a -->\n\nmore\n"
    assert bench.kept(page, "a", "new \\1\n") == "# T\n\nwords\n\n<!-- a -->\nnew \\1\n<!-- /a -->\n\nmore\n"
    assert bench.kept(page, "b", "x\n") == page.rstrip() + "\n\n<!-- b -->\nx\n<!-- /b -->\n"


def test_a_table_as_it_is_printed():
    table = benching.Table("T", ("rule", "jobs", "s"), [("clean", 1200, 0.12345), ("all", "", 1234.6)], "why")
    rows = "| rule | jobs | s |\n|---|---:|---:|\n| clean | 1,200 | 0.123 |\n| all |  | 1,235 |\n"
    assert bench.as_markdown(table, "here") == f"## T\n\n*here.*\n\n{rows}\nwhy\n"


def test_the_page_holds_tables_of_measures_that_are_there():
    page = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    sections = re.findall(r"^<!-- (\w+) -->$", page, flags=re.M)
    assert sections and len(set(sections)) == len(sections)
    assert set(sections) <= set(benching.MEASURES)


def test_modules_register_their_measures_and_no_two_share_a_name(monkeypatch):
    assert {"rules", "scaling", "scaling_rules", "effects", "ordinal"} <= set(benching.MEASURES)
    monkeypatch.setattr(benching, "MEASURES", {})

    def rules(place):
        return benching.Table("T", (), [])

    assert benching.measure(rules) is rules
    with pytest.raises(ValueError, match="two measures are called rules"):
        benching.measure(rules)


def test_the_factor_multiplies_every_count_and_no_share(tmp_path):
    text = (ROOT / "config" / "simulation.yaml").read_text(encoding="utf-8")
    (tmp_path / "simulation.yaml").write_text(f"{text}\nfactor: 10\n", encoding="utf-8")
    one, ten = read_plan(ROOT / "config" / "simulation.yaml"), read_plan(tmp_path / "simulation.yaml")
    assert (ten.published.responses, ten.published.pairs) == (81_860, 24_730)
    assert ten.states() == {state: 10 * count for state, count in one.states().items()}
    assert ten.warts == {source: {k: 10 * n for k, n in kinds.items()} for source, kinds in one.warts.items()}
    assert ten.invented.modules_a_person == one.invented.modules_a_person
    assert ten.invented.enrolments == one.invented.enrolments
    assert ten.roles == one.roles


def test_many_learners_have_numbers_enough():
    found = learner_ids(60_000, np.random.default_rng(1))
    assert {len(name) for name in found} == {len("LN-") + 9}
    assert len(set(found)) == 60_000
    assert not set(found) & {swapped for name in found for swapped in swaps(name)}
