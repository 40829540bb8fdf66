"""What an evaluator sees who runs a study with a fault in it, and what is no fault: through the whole workflow."""

from __future__ import annotations

import csv
import fcntl
import io
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from builds import ROOT, copy_toy, run_build

IDENTIFIER = re.compile(r"LN-\d+|(?:SYN|REAL)-[A-Z]-\d+")
INGESTED = [f"results/1_ingested/{source}.parquet" for source in ("before", "after", "three_months", "about")]
FORMULA, SCRIPT = '=HYPERLINK("http://example.invalid","x")', "<script>alert(4711)</script>"
WAIT = 20  # seconds for what takes one


@pytest.fixture
def study(tmp_path) -> Path:
    """A copy of the toy study."""
    return copy_toy(tmp_path / "study")


def change(path: Path, old: str, new: str) -> None:
    """Put other words into a file, of which it must hold the old ones."""
    text = path.read_text(encoding="utf-8")
    if old not in text:
        raise LookupError(old)
    path.write_text(text.replace(old, new), encoding="utf-8")


def change_cells(path: Path, change) -> None:
    """Rewrite the rows of a CSV, each a dict by the header."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = [change(place, row) for place, row in enumerate(reader)]
    out = io.StringIO()
    writer = csv.DictWriter(out, reader.fieldnames, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(out.getvalue(), encoding="utf-8")


def refused(study: Path, *targets: str, left: tuple[str, ...] = ()) -> str:
    """Run a build that must fail as DESIGN.md says, and return what it told."""
    ended = run_build(study, *targets)
    told = ended.stdout + ended.stderr
    logs = "".join(path.read_text() for path in (study / "results").glob("logs/*.log"))
    assert ended.returncode != 0
    assert "Traceback" not in told + logs and "Error in " not in told and "WorkflowError" not in told, told
    assert not IDENTIFIER.search(told + logs), "an identifier of a person is told"
    assert str(study) not in ended.stderr and str(ROOT) not in ended.stderr
    assert ended.stderr.rstrip().splitlines()[-1].startswith(("  fix  ", "  expected  ", "  what  "))
    there = [p.relative_to(study).as_posix() for p in (study / "results").rglob("*") if p.is_file()]
    assert not [name for name in there if name.endswith(".part")]
    assert sorted(name for name in there if re.match(r"results/\d_", name)) == sorted(left)
    return ended.stderr


# Faults of the study: told before any job starts ---------------------------------------------------------------
def test_faults_of_the_study_and_its_sheets_are_told_together(study) -> None:
    change(study / "config/study.yaml", "commissioner:", "comissioner:")
    change(study / "config/items.csv", "ordinal,0,4", "ordinal,0,3")
    change(study / "config/sources.csv", "after,learners", "before,learners")
    told = refused(study)
    assert "config/study.yaml · comissioner" in told and "did you mean 'commissioner'" in told
    assert "low 0 and high 3 disagree with labels, which run from 0 to 4" in told
    assert "config/sources.csv · line 3 · source" in told and "'before' stands already on line 2" in told
    assert not (study / "results/logs").exists()


def test_every_missing_export_is_named_at_once(study) -> None:
    (study / "data/after_plain.csv").unlink()
    (study / "data/about_redcap.csv").rename(study / "data/about_redcaps.csv")
    told = refused(study)
    assert "2 faults" in told and "'after_plain.csv' is not in the data folder" in told
    assert "did you mean 'about_redcaps.csv'?" in told


# Faults of files: told by the step that meets them, all of them at once ------------------------------------------
def test_faults_of_all_exports_are_told_together_and_nothing_is_left(study) -> None:
    change(study / "config/sources.csv", "before_qualtrics.csv,qualtrics", "before_qualtrics.csv,redcap")
    change(study / "config/sources.csv", "surveymonkey,2026-01-31,", "surveymonkey,2026-01-31," + "0" * 64)
    change(study / "config/fields.csv", "after,active_listening,", "after,active_listning,")
    (study / "data/about_redcap.csv").write_bytes(b"")
    told = refused(study, *INGESTED)
    assert told.lstrip().startswith("The study needs mending:")
    assert "declared as redcap, but this looks like a Qualtrics export" in told
    assert "its sha256 is" in told and "three_months_surveymonkey.csv" in told
    assert "the column 'active_listning' is not in after_plain.csv" in told
    assert "did you mean 'active_listening'?" in told
    assert "the file is empty" in told and "about_redcap.csv" in told
    assert len(re.findall(r"^  what ", told, re.M)) == 4


@pytest.mark.parametrize("synthetic", [True, False], ids=["real among synthetic", "synthetic as real"])
def test_real_and_invented_people_are_never_mixed(study, synthetic) -> None:
    if synthetic:
        change(study / "data/after_plain.csv", "SYN-P-005", "REAL-P-005")
    else:
        change(study / "config/study.yaml", "synthetic: true", "synthetic: false")
    told = refused(study, INGESTED[1])
    assert "after_plain.csv" in told and "never both" in told
    assert ("rows      1 row; first: 6" in told) is synthetic


# No faults -----------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def nobody_twice(tmp_path_factory) -> Path:
    """The toy study without any pair, without a row in the last wave, and with live words where people wrote."""
    study = copy_toy(tmp_path_factory.mktemp("nobody") / "study")
    late = study / "data/three_months_surveymonkey.csv"
    late.write_text("".join(late.read_text(encoding="utf-8").splitlines(keepends=True)[:2]), encoding="utf-8")
    live = {0: FORMULA, 1: SCRIPT}
    change_cells(
        study / "data/after_plain.csv",
        lambda place, row: {**row, "learner": f"OTHER-{place}", "comment": live.get(place, "")},
    )
    change_cells(study / "data/about_redcap.csv", lambda place, row: {**row, "job": live.get(place, row["job"])})
    report = "results/9_report/report.html"
    ended = run_build(study, report, "results/audit/2_cleaned.html", "results/audit/1_ingested.html")
    assert ended.returncode == 0, ended.stderr[-3000:]
    return study


def words(page: Path) -> str:
    """The words of a page, without its tags."""
    text = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", page.read_text(encoding="utf-8"), flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def test_a_study_without_pairs_and_with_an_empty_wave_builds_and_says_so(nobody_twice) -> None:
    said = words(nobody_twice / "results/9_report/report.html")
    assert "0 matched pairs among" in said and "cannot be said: too few completions were matched" in said
    assert re.search(r"People known by key \S+ \S+ 0 ", said), "the empty wave stands in the table of waves"
    rows = list(csv.DictReader((nobody_twice / "results/7_release/flow.csv").open(encoding="utf-8")))
    n = {row["box"]: row["n"] for row in rows}
    assert n["matched.pre"] == "0" and n["kept.followup"] == "0"


def test_formulas_and_scripts_in_free_text_reach_no_sheet_or_page_alive(nobody_twice) -> None:
    results = nobody_twice / "results"
    unmapped = (results / "2_cleaned/learners/unmapped.csv").read_text(encoding="utf-8")
    assert "'=HYPERLINK" in unmapped  # what the vocabulary lacks is shown to the evaluator, as text
    for path in results.rglob("*.csv"):
        cells = [cell for row in csv.reader(path.open(encoding="utf-8")) for cell in row]
        assert not [cell for cell in cells if cell[:1] in ("=", "@", "\t")], path.name
    for path in results.rglob("*.html"):
        assert SCRIPT not in path.read_text(encoding="utf-8"), path.name
    for path in [*results.rglob("7_release/*"), *results.rglob("8_exhibits/*"), *results.rglob("9_report/*")]:
        assert "HYPERLINK" not in path.read_text(encoding="utf-8") and "4711" not in path.read_text(encoding="utf-8")


# The command itself ----------------------------------------------------------------------------------------------
def build(*words: str, folder: Path) -> subprocess.CompletedProcess:
    """Run workflow/build.py with these words."""
    command = [sys.executable, str(ROOT / "workflow/build.py"), *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--study", "data"], "there is no config/ folder in it, so it is not a study"),
        (["--study", "nowhere"], "there is no config/ folder in it, so it is not a study"),
        (["--cores", "many"], "'many' is no number of cores"),
        (["--cores", "0"], "'0' is no number of cores"),
        (["--profile", "slum"], "PROFILE=default or PROFILE=slurm"),
        (["--profile", "../profiles/slurm"], "there is no profile"),
    ],
)
def test_what_is_asked_for_wrongly_is_answered_in_a_sentence(study, words, said) -> None:
    ended = build(*words, folder=study)
    assert ended.returncode == 10 and said in ended.stderr and "Traceback" not in ended.stderr
    assert not (study / "results").exists()


def test_results_that_cannot_be_written_are_told(study) -> None:
    (study / "results").write_text("")
    ended = build(folder=study)
    assert ended.returncode == 11 and "cannot be written" in ended.stderr and "Traceback" not in ended.stderr


@pytest.mark.parametrize("pid", ["", str(os.getpid())], ids=["unnamed", "named"])
def test_a_second_live_run_is_refused(study, pid) -> None:
    (study / "results").mkdir()
    with open(study / "results/.lock", "w") as lock:
        lock.write(pid)
        lock.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)
        ended = build(folder=study)
    assert ended.returncode == 13 and "Another run of this study is under way" in ended.stderr
    assert [path.name for path in (study / "results").iterdir()] == [".lock"]


def python(code: str, folder: Path) -> subprocess.Popen:
    """Run Python code that can import the modules of workflow/."""
    code = f"import sys; sys.path.insert(0, {str(ROOT / 'workflow')!r})\n{code}"
    return subprocess.Popen([sys.executable, "-c", code], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


STUB = """
import supervise
job = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {job!r}])"
lock = open("lock", "a+")
code, held = supervise.run([sys.executable, "-c", child], lock)
sys.exit(code)
"""


def wait_for(condition) -> bool:
    """Whether a condition comes true in time."""
    until = time.monotonic() + WAIT
    while not condition() and time.monotonic() < until:
        time.sleep(0.05)
    return condition()


def is_gone(pid: int) -> bool:
    """Whether a process has ended (one that only waits to be buried has)."""
    stat = Path(f"/proc/{pid}/stat")
    try:
        os.kill(pid, 0)
        return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z"
    except (ProcessLookupError, FileNotFoundError):
        return True


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_the_workflow_and_its_jobs(tmp_path, number) -> None:
    running = python(STUB, tmp_path)
    job = int(running.stdout.readline())
    running.send_signal(number)
    assert running.wait(WAIT) == 128 + number
    assert wait_for(lambda: is_gone(job))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells a child that its parent was killed")
def test_a_killed_command_ends_its_workflow(tmp_path) -> None:
    child = "print(__import__('os').getpid(), flush=True); __import__('time').sleep(60)"
    running = python(
        f"import supervise; supervise.run([sys.executable, '-c', {child!r}], open('lock', 'a+'))", tmp_path
    )
    pid = int(running.stdout.readline())
    running.kill()
    running.wait()
    assert wait_for(lambda: is_gone(pid))


def test_after_a_killed_run_the_next_waits_for_its_last_jobs_and_goes_on(tmp_path) -> None:
    ended = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    (tmp_path / "results").mkdir()
    (tmp_path / "results/.lock").write_bytes(ended.stdout.strip())
    with open(tmp_path / "results/.lock") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        code = "import build; from pathlib import Path; print(build._lock(Path('results')) is not None)"
        running = python(code, tmp_path)
        told = running.stderr.readline().decode()
    assert "its last jobs are ending" in told
    assert running.communicate(timeout=WAIT)[0].strip() == b"True"


def test_a_lock_that_snakemake_kept_of_a_killed_run_is_taken_away(study) -> None:
    locks = study / ".snakemake/locks"
    locks.mkdir(parents=True)
    (locks / "0.output.lock").write_text(str(study / INGESTED[3]) + "\n")
    ended = run_build(study, INGESTED[3])
    assert ended.returncode == 0, ended.stderr
    assert (study / INGESTED[3]).exists()


def test_a_fault_of_prepost_itself_keeps_its_traceback(study, tmp_path) -> None:
    stub = tmp_path / "stub.py"
    stub.write_text(
        "import sys\nsys.stderr.write('Select jobs\\n  clean  1 kept  (0.1 s)\\nTraceback (most recent call last):\\n"
        "ZeroDivisionError\\n  score  2 kept  (0.1 s)\\n'); sys.exit(1)\n"
    )
    code = f"""
import argparse, build
from pathlib import Path
build._snakemake = lambda *_: [sys.executable, {str(stub)!r}]
given = argparse.Namespace(targets=[])
sys.exit(build._build(Path({str(study)!r}), Path("data"), given, open({str(tmp_path / "lock")!r}, "a+")))
"""
    running = python(code, tmp_path)
    told = running.communicate(timeout=WAIT)[1].decode().splitlines()
    assert running.returncode == 1 and told[0] == "  clean  1 kept  (0.1 s)" and told[1] == "  score  2 kept  (0.1 s)"
    assert told[2:4] == ["Traceback (most recent call last):", "ZeroDivisionError"]
    assert told[-1].startswith("This is a fault of prepost itself, not of the study")
