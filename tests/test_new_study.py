"""`make study NAME=x` copies the description, leaves the simulation, and never writes over anything."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from prepost.errors import StudyError

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "workflow"))
import new_study  # noqa: E402


@pytest.fixture
def project(tmp_path: Path) -> Path:
    config = tmp_path / "config"
    (config / "report").mkdir(parents=True)
    (config / "study.yaml").write_text("# the study\ntitle: T\nsynthetic: true  # invented people\nseed: 1\n")
    (config / "simulation.yaml").write_text("people: 40\n")
    (config / "report" / "context.md").write_text("Context.\n")
    return tmp_path


def test_copies_without_the_simulation_and_keeps_comments(project: Path):
    config = new_study.new_study("wards_2025", project)
    assert config == project / "studies" / "wards_2025" / "config"
    assert sorted(p.relative_to(config).as_posix() for p in config.rglob("*") if p.is_file()) == [
        "report/context.md",
        "study.yaml",
    ]
    assert (
        config / "study.yaml"
    ).read_text() == "# the study\ntitle: T\nsynthetic: false  # invented people\nseed: 1\n"


def test_a_study_that_says_nothing_is_made_to_say_it_is_not_synthetic(project: Path):
    (project / "config" / "study.yaml").write_text("title: T\n")
    config = new_study.new_study("x", project)
    assert (config / "study.yaml").read_text() == "synthetic: false\ntitle: T\n"


@pytest.mark.parametrize("name", ["", "Wards", "../out", "a/b", "2025", "a b", "."])
def test_refuses_a_name_that_is_none(project: Path, name: str):
    with pytest.raises(StudyError, match="lower-case letters"):
        new_study.new_study(name, project)
    assert not (project / "studies").exists()


def test_refuses_to_write_over_a_study(project: Path):
    there = project / "studies" / "x" / "config"
    there.mkdir(parents=True)
    (there / "study.yaml").write_text("mine\n")
    with pytest.raises(StudyError, match="is not overwritten"):
        new_study.new_study("x", project)
    assert [p.name for p in there.iterdir()] == ["study.yaml"] and (there / "study.yaml").read_text() == "mine\n"


def test_the_command_tells_without_a_traceback(capsys):
    assert new_study.main(["No Such Name!"]) == 10
    assert "NAME=No Such Name!" in capsys.readouterr().err
