"""A disk that is full, read-only or not ours: a sentence, nothing half-written, and what stood there stays."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pandas as pd
import pytest
from prepost import tables
from prepost.disk import disk_fault
from prepost.errors import StudyError
from test_steps import STEP, snakemake_of

FULL = [errno.ENOSPC, errno.EDQUOT, errno.EFBIG]
CLOSED = [errno.EROFS, errno.EACCES]


@pytest.fixture
def written(tmp_path) -> Path:
    """A table that an earlier run left."""
    tables.write_text("before\n", tmp_path / "a.csv")
    return tmp_path / "a.csv"


@pytest.mark.parametrize("number", [*FULL, *CLOSED], ids=lambda number: errno.errorcode[number])
@pytest.mark.parametrize("call", ["os.replace", "pathlib.Path.write_text", "pathlib.Path.mkdir"])
def test_what_cannot_be_written_is_told_and_what_stood_there_stays(written, monkeypatch, call, number) -> None:
    def failing(*_given, **_options):
        raise OSError(number, os.strerror(number), str(written.with_name(".a.csv.part")))

    monkeypatch.setattr(call, failing)
    with pytest.raises(StudyError) as caught:
        tables.write_text("after\n", written)
    monkeypatch.undo()
    told = str(caught.value)
    assert caught.value.kind == "file" and told.startswith("a.csv\n") and os.strerror(number) in told
    assert ("room" in told) is (number in FULL) and str(written.parent) not in told
    assert written.read_text() == "before\n" and [path.name for path in written.parent.iterdir()] == ["a.csv"]


def test_a_parquet_file_on_a_full_device_is_told_too(tmp_path, monkeypatch) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    (tmp_path / ".a.parquet.part").symlink_to("/dev/full")
    rows = pd.DataFrame({"source": ["s"], "line": [2], "wave": ["pre"], "reason": ["x"]})
    with pytest.raises(StudyError, match="No space left on device"):
        tables.write(rows, tmp_path / "a.parquet", "refused")
    assert list(tmp_path.iterdir()) == []


def test_any_other_fault_is_not_the_disks() -> None:
    assert disk_fault(FileNotFoundError(errno.ENOENT, "No such file or directory", "x")) is None
    assert disk_fault(ValueError("could not convert")) is None
    assert disk_fault(KeyError("full")) is None


def test_what_a_program_that_we_started_says_of_the_disk_is_understood() -> None:
    fault = disk_fault(RuntimeError("CellError: line 3\nOSError: [Errno 28] No space left on device: 'x'"))
    assert fault is not None and str(fault).startswith("results\n  what      it cannot be written (No space left")


def ended(folder: Path, step: str, monkeypatch, log: str) -> int:
    """Run a step as Snakemake does and return its exit code."""
    monkeypatch.chdir(folder)
    (folder / "scripts").mkdir()
    path = folder / "scripts/count.py"
    path.write_text(step)
    snakemake = snakemake_of(folder)
    snakemake.log = [log]
    with pytest.raises(SystemExit) as caught:
        exec(compile(step, str(path), "exec"), {"__name__": "count", "snakemake": snakemake})
    return caught.value.code


def test_a_step_that_meets_a_full_disk_ends_with_a_sentence_in_its_log(tmp_path, monkeypatch, capsys) -> None:
    step = STEP.replace("    given = [", "    raise OSError(28, 'No space left on device', str(out))\n    given = [")
    assert step != STEP and ended(tmp_path, step, monkeypatch, "results/logs/count.log") == 11
    log = (tmp_path / "results/logs/count.log").read_text()
    assert "StudyError\nout.json\n  what      it cannot be written (No space left on device)" in log
    assert "Traceback" not in log and capsys.readouterr().err == ""


def test_where_the_log_cannot_be_written_stderr_tells_it(tmp_path, monkeypatch, capsys) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    assert ended(tmp_path, STEP, monkeypatch, "/dev/full") == 11
    told = capsys.readouterr().err.splitlines()
    assert told[:2] == ["StudyError: results", "StudyError:   what      it cannot be written (No space left on device)"]
    assert all(line.startswith("StudyError: ") for line in told)
