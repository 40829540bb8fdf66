"""Law 8: the same bytes whatever the folder and the cores; nothing to do is nothing done; a word re-runs one page."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from pathlib import Path

import pytest
from builds import ROOT, Interrupted

FLOORS = re.compile(r"^(\d_|audit/|run_config\.yaml|manifest\.csv)")


def hashes(results: Path) -> dict[str, str]:
    """Hash of every file that the byte law covers: floors 1 to 9, audit, the resolved study and the manifest."""
    files = {path.relative_to(results).as_posix(): path for path in results.rglob("*") if path.is_file()}
    return {name: hashlib.sha256(files[name].read_bytes()).hexdigest() for name in sorted(files) if FLOORS.match(name)}


@pytest.fixture(scope="module")
def elsewhere(interrupted: Interrupted) -> Path:
    """A second checkout, in another folder, with a second copy of the toy study built from scratch on one core.

    That it was killed three times on its way is what test_interruption.py is about.
    """
    assert interrupted.code == 0, interrupted.told
    return interrupted.home


def test_two_builds_from_scratch_give_the_same_bytes(toy_results: Path, elsewhere: Path) -> None:
    one, two = hashes(toy_results), hashes(elsewhere / "studies" / "toy" / "results")
    assert len(one) > 50
    assert {name for name in one | two if one.get(name) != two.get(name)} == set()


def test_no_artefact_holds_a_path_of_this_machine(toy_results: Path) -> None:
    for name in hashes(toy_results):
        path = toy_results / name
        assert str(ROOT).encode() not in path.read_bytes(), name
        assert str(toy_results.parent).encode() not in path.read_bytes(), name


def jobs_to_do(home: Path) -> list[str]:
    """Names of the rules that would run in the second checkout."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(home / "workflow" / "Snakefile")]
    command += ["--directory", str(home / "studies" / "toy"), "--config", "data=data", "--cores", "1", "--dry-run"]
    told = subprocess.run([*command, "--quiet", "host"], capture_output=True, text=True, check=True, cwd=home)
    return sorted(set(re.findall(r"^(?:local)?rule (\w+):", told.stdout + told.stderr, flags=re.M)))


def test_building_again_does_nothing_and_one_word_runs_the_report_alone(elsewhere: Path) -> None:
    assert jobs_to_do(elsewhere) == []
    source = elsewhere / "notebooks" / "report.qmd"
    before = source.read_text(encoding="utf-8")
    source.write_text(before.replace("Every record", "Each record"), encoding="utf-8")
    assert source.read_text(encoding="utf-8") != before
    assert jobs_to_do(elsewhere) == ["all", "manifest", "report"]


def test_a_changed_helper_runs_the_steps_that_import_it(elsewhere: Path) -> None:
    helper = elsewhere / "scripts" / "prepost" / "reliability.py"
    helper.write_text(helper.read_text(encoding="utf-8") + "\n# one more line\n", encoding="utf-8")
    todo = jobs_to_do(elsewhere)
    assert "assess_reliability" in todo
    assert not {"ingest", "clean", "match", "score", "compare"} & set(todo)
