"""Killed, out of room, not allowed to write: the next run goes on without a hand, and what was good stays."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from builds import MOMENTS, ROOT, run_build
from test_law_8 import hashes

sys.path.insert(0, str(ROOT / "workflow"))
import keeping

REPORT = "results/9_report/report.html"


# Killed ------------------------------------------------------------------------------------------------------------
def test_killed_at_three_moments_it_goes_on_and_ends_in_the_same_bytes(toy_results, interrupted) -> None:
    assert interrupted.met == list(MOMENTS)
    assert interrupted.kept, "what was finished stays"
    assert interrupted.code == 0 and "The report: " in interrupted.told, interrupted.told
    study = interrupted.study
    one, two = hashes(toy_results), hashes(study / "results")
    assert len(one) > 50 and {name for name in one | two if one.get(name) != two.get(name)} == set()
    assert not [path for path in (study / "results").rglob("*") if path.name.endswith(".part")]
    assert not (study / "results/.kept").exists()


# Out of room, not allowed to write -----------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def good(toy_results: Path) -> Path:
    """The toy study with the results of a good run."""
    return toy_results.parent


def copy_of(good: Path, to: Path) -> Path:
    """A copy of a study, results and Snakemake's records included, with the times of its files."""
    for part in ("config", "data", "results", ".snakemake"):
        shutil.copytree(good / part, to / part)
    return to


def told(ended: subprocess.CompletedProcess) -> str:
    """What a build told that must have failed in words."""
    assert ended.returncode != 0
    assert "Traceback" not in ended.stderr and "Error in " not in ended.stderr, ended.stderr
    return ended.stderr


def test_what_a_job_cannot_write_leaves_the_last_good_report(tmp_path, good) -> None:
    """A limit on the size of files, below that of the report; Snakemake had deleted the old one before."""
    study = copy_of(good, tmp_path / "study")
    page = study / REPORT
    assumptions = study / "config/assumptions.md"
    before, words, size = hashes(study / "results"), assumptions.read_bytes(), page.stat().st_size
    assumptions.write_bytes(words + b"\nOne more.\n")
    limit = (size // 2, size // 2)
    ended = run_build(study, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit))
    said = told(ended)
    assert "it cannot be written (File too large)" in said and "The report of the last good run stays: " in said
    assert hashes(study / "results") == before
    assert page.stat().st_mtime == keeping.LONG_AGO, "the next run makes it anew"
    assumptions.write_bytes(words)
    ended = run_build(study, REPORT)
    assert ended.returncode == 0, ended.stderr
    assert page.stat().st_mtime > keeping.LONG_AGO and hashes(study / "results") == before


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 12 MB, which the system lets root alone have."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(disk)]
    if (
        os.geteuid()
        or not shutil.which("mount")
        or subprocess.run(mounted, capture_output=True, check=False).returncode
    ):
        pytest.skip("only root, where mounting is allowed, can make a disk that is really full")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=False)


def test_a_full_and_a_read_only_disk_leave_the_last_good_results(small_disk, good) -> None:
    study = copy_of(good, small_disk / "study")
    before = hashes(study / "results")
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    assert "cannot be written (Read-only file system)" in told(run_build(study))
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    export, filler = study / "data/after_plain.csv", small_disk / "filler"
    export.write_text(export.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    for room in (0, 60):  # none at all; and enough for Snakemake's own papers
        free = os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize
        filler.write_bytes(b"0" * (free - room * 1024))
        assert "No space left on device" in told(run_build(study))
        filler.unlink()
        assert hashes(study / "results") == before
        assert not [path for path in study.rglob("*") if path.name.endswith(".part")]
    export.write_text(export.read_text(encoding="utf-8")[:-1], encoding="utf-8")
    ended = run_build(study, "results/1_ingested/after.parquet")
    assert ended.returncode == 0 and hashes(study / "results") == before, ended.stderr


# What is kept --------------------------------------------------------------------------------------------------------
def test_what_was_made_anew_stays_and_what_is_gone_comes_back_to_be_made_anew(tmp_path) -> None:
    results = tmp_path / "results"
    for name in ("7_release/a.csv", "9_report/report.html", "manifest.csv", "logs/x.log"):
        (results / name).parent.mkdir(parents=True, exist_ok=True)
        (results / name).write_text("old")
    keeping.set_aside(results)
    (results / "7_release/a.csv").unlink()
    (results / "7_release/a.csv").write_text("new")
    (results / "9_report/report.html").unlink()
    (results / "logs/x.log").unlink()
    keeping.set_aside(results)  # the run was killed; the next one begins
    assert (results / "9_report/report.html").stat().st_mtime == keeping.LONG_AGO
    assert keeping.put_back(results) == []
    assert (results / "7_release/a.csv").read_text() == "new" and (results / "manifest.csv").read_text() == "old"
    assert not (results / "logs/x.log").exists() and not (results / ".kept").exists()
