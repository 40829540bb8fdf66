"""A step gets what its signature names, from Snakemake or from the command line, and ends as the house says."""

from __future__ import annotations

import logging
import shlex
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from builds import ROOT
from prepost import steps
from prepost.errors import EXIT_CODES, Fault, StudyError

STEP = '''"""Count the lines of some files."""

import json
import logging
from pathlib import Path

from prepost import steps
from prepost.errors import Fault, StudyError


def main(
    *, one: Path, many: list[Path], out: Path, name: str, number: float, yes: bool, maybe: dict | None, text: str | None
) -> None:
    """Leave what was given, with its types."""
    if name == "fault":
        raise StudyError(Fault("a.csv · x", "is odd"), kind="data")
    if name == "bug":
        raise ZeroDivisionError("what")
    given = [str(one), [str(p) for p in many], name, number, yes, maybe, text]
    out.write_text(json.dumps(given))
    logging.getLogger("prepost").info("%d files", len(many))


steps.run(main, globals().get("snakemake"))
'''


class Files(dict):
    """Named files or params as Snakemake gives them: reachable by name and by place."""

    def __getitem__(self, key):
        return list(self.values())[key] if isinstance(key, int) else super().__getitem__(key)


def snakemake_of(folder: Path, **params) -> SimpleNamespace:
    """What a script sees under Snakemake."""
    (folder / "scripts").mkdir(exist_ok=True)
    usual = {"name": "x", "number": 0.5, "yes": False, "maybe": None, "text": None}
    return SimpleNamespace(
        input=Files(code=["scripts/count.py"], one="a.csv", many=["b.csv", "c d.csv"]),
        output=Files(out=str(folder / "out.json")),
        params=Files({**usual, **params}),
        log=["results/logs/count.pre.log"],
        wildcards={"wave": "pre"},
        rule="count",
        scriptdir=str(folder / "scripts"),
    )


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """A study's folder, which is the working directory, with one step beside it."""
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts/count.py").write_text(STEP)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def under_snakemake(folder: Path, **params) -> None:
    """Run the step as Snakemake does."""
    step = compile(STEP, str(folder / "scripts/count.py"), "exec")
    exec(step, {"__name__": "count", "snakemake": snakemake_of(folder, **params)})


def alone(folder: Path, command: str) -> subprocess.CompletedProcess:
    """Run a command of a log as a person would."""
    words = [sys.executable, *shlex.split(command)[1:]]
    environment = {"PYTHONPATH": str(ROOT / "scripts"), "LC_ALL": "C.UTF-8"}
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False, env=environment)


GIVEN = {"number": 3, "yes": True, "maybe": {"a": ["ü", 1]}, "text": "12", "name": "it's a name"}


def test_from_snakemake_and_from_the_logs_first_line_alone_the_same_is_done(folder, capsys) -> None:
    under_snakemake(folder, **GIVEN)
    first = (folder / "out.json").read_bytes()
    assert first == b'["a.csv", ["b.csv", "c d.csv"], "it\'s a name", 3.0, true, {"a": ["\\u00fc", 1]}, "12"]'
    told = capsys.readouterr().err
    assert told.split()[:4] == ["count", "pre", "2", "files"] and told.endswith(" s)\n")
    (folder / "out.json").unlink()
    command, *rest = (folder / "results/logs/count.pre.log").read_text().splitlines()
    assert command.startswith("python scripts/count.py --one a.csv ") and rest == ["2 files"]
    ended = alone(folder, command)
    assert (ended.returncode, ended.stdout) == (0, "") and "count" in ended.stderr and "2 files" in ended.stderr
    assert (folder / "out.json").read_bytes() == first


def test_false_and_nothing_stay_what_they_are_on_the_command_line(folder) -> None:
    under_snakemake(folder)
    first = (folder / "out.json").read_text()
    assert first.endswith('"x", 0.5, false, null, null]')
    command = (folder / "results/logs/count.pre.log").read_text().splitlines()[0]
    assert "--yes false" in command and "--maybe null" in command
    alone(folder, command.replace("--yes false", "--yes False"))
    assert (folder / "out.json").read_text() == first


def test_one_file_and_none_are_lists_too(folder) -> None:
    snakemake = snakemake_of(folder)
    for many in ([], ["b.csv"]):
        snakemake.input["many"] = many
        exec(compile(STEP, str(folder / "scripts/count.py"), "exec"), {"__name__": "c", "snakemake": snakemake})
        assert f'"a.csv", {many}'.replace("'", '"') in (folder / "out.json").read_text()


def test_a_rule_and_a_script_that_differ_are_our_fault(folder) -> None:
    snakemake = snakemake_of(folder, further=1)
    del snakemake.params["text"]
    with pytest.raises(TypeError, match=r"not taken \{'further'\}, not given \{'text'\}"):
        exec(compile(STEP, str(folder / "scripts/count.py"), "exec"), {"__name__": "c", "snakemake": snakemake})


def test_a_study_error_goes_to_the_log_once_and_ends_with_its_code(folder, capsys) -> None:
    with pytest.raises(SystemExit) as ended:
        under_snakemake(folder, name="fault")
    assert ended.value.code == EXIT_CODES["data"]
    lines = (folder / "results/logs/count.pre.log").read_text().splitlines()
    assert lines[1:] == [steps.ERROR_MARK, "a.csv · x", "  what      is odd"]
    assert capsys.readouterr().err == ""  # make shows it last, from the log
    once = alone(folder, lines[0])
    assert once.returncode == EXIT_CODES["data"]
    assert once.stderr == "a.csv · x\n  what      is odd\n" and not (folder / "out.json").exists()


def test_any_other_error_keeps_its_traceback_and_says_whose_it_is(folder) -> None:
    with pytest.raises(ZeroDivisionError):
        under_snakemake(folder, name="bug")
    command, *log = (folder / "results/logs/count.pre.log").read_text().splitlines()
    assert log[:2] == ["a fault of prepost itself, not of the study", "Traceback (most recent call last):"]
    assert steps.ERROR_MARK not in log
    ended = alone(folder, command)
    assert ended.returncode == 1 and "Traceback" in ended.stderr


@pytest.mark.parametrize(("option", "value"), [("--number", "many"), ("--yes", "perhaps"), ("--many", '["a", 1]')])
def test_an_argument_that_does_not_fit_is_a_sentence(folder, option, value) -> None:
    given = {"--one": "a", "--many": "[]", "--out": "o", "--name": "x", "--number": "1", "--yes": "true"}
    given |= {"--maybe": "null", "--text": "null", option: value}
    ended = alone(folder, shlex.join(["python", "scripts/count.py", *[w for pair in given.items() for w in pair]]))
    assert ended.returncode == 2 and ended.stderr.startswith(option) and "Traceback" not in ended.stderr


def test_an_argument_that_is_missing_is_a_sentence(folder) -> None:
    ended = alone(folder, "python scripts/count.py --one a")
    assert ended.returncode == 2 and "--many" in ended.stderr and "Traceback" not in ended.stderr


def test_warnings_go_to_the_log_and_not_to_the_screen(folder, capsys) -> None:
    text = STEP.replace("    given = [", '    import warnings\n    warnings.warn("odd", stacklevel=1)\n    given = [')
    snakemake = snakemake_of(folder)
    exec(compile(text, str(folder / "scripts/count.py"), "exec"), {"__name__": "c", "snakemake": snakemake})
    assert "UserWarning: odd" in (folder / "results/logs/count.pre.log").read_text()
    assert "odd" not in capsys.readouterr().err


def test_a_step_run_twice_in_one_process_keeps_logs_apart(folder) -> None:
    def main(*, name: str) -> None:
        logging.getLogger("prepost").info("\n%s" if name == "blank" else "%s", name)
        if name == "fault":
            raise StudyError(Fault("a", "b"))

    for name in ("first", "blank"):
        snakemake = snakemake_of(folder)
        snakemake.input, snakemake.output, snakemake.params = Files(), Files(), Files(name=name)
        snakemake.log = [f"logs/{name}.log"]
        steps.run(main, snakemake)
    assert (folder / "logs/first.log").read_text().splitlines()[1:] == ["first"]
