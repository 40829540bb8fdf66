"""The slurm profile: every rule has its place, and a real SLURM of one machine gives the bytes of a local run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from builds import ROOT, copy_toy

ONE_MACHINE = ROOT / "workflow" / "slurm" / "one_machine.sh"
PROFILE = ROOT / "workflow" / "profiles" / "slurm" / "config.yaml"
TOOLS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "squeue")
ALONE = "simulate"  # rules that begin so, of the bundled study alone, may get an allocation for themselves
PATIENCE = 900  # seconds; about 60 where nothing else runs
# `make cluster` builds the whole study under SLURM; `make test` what allocations compute and the wall, since the rules
# behind it run where make runs, as in any other build.
WHOLE = bool(os.environ.get("PREPOST_WHOLE"))
TARGETS = [] if WHOLE else ["results/7_release/withheld.csv", "results/6_statistics/plan.csv"]
FLOORS = "[1-9]_*/**/*" if WHOLE else "[1-7]_*/**/*"


def without_slurm() -> str:
    """Why no SLURM can be started here, or nothing."""
    missing = [tool for tool in TOOLS if not shutil.which(tool, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")]
    if missing:
        return f"SLURM is not installed ({', '.join(missing)}); see .ci/run"
    if os.getuid():
        return "only root can start a SLURM"
    conf = Path("/etc/slurm/slurm.conf")
    if conf.exists():
        return f"this machine has a SLURM of its own, or a run of this test is under way ({conf})"
    return ""


def one_machine(word: str, home: Path) -> subprocess.CompletedProcess:
    path = f"{os.environ['PATH']}:/usr/sbin:/sbin"
    # The daemons outlive the script and would hold a pipe open, so what it says goes to a file.
    with open(home.parent / f"{home.name}.{word}.txt", "w+", encoding="utf-8") as told:
        ended = subprocess.run(
            [str(ONE_MACHINE), word, str(home)], stdout=told, stderr=told, check=False, env={**os.environ, "PATH": path}
        )
        told.seek(0)
        return subprocess.CompletedProcess(ended.args, ended.returncode, told.read())


def lives(pidfile: Path) -> bool:
    """Whether the daemon runs; one that has ended and is not yet collected has no program any more."""
    try:
        return os.path.exists(f"/proc/{int(pidfile.read_text())}/exe")
    except (FileNotFoundError, ValueError):
        return False


def contents(results: Path) -> dict[str, bytes]:
    found = {path.relative_to(results).as_posix(): path for path in sorted(results.glob(FLOORS)) if path.is_file()}
    return {name: path.read_bytes() for name, path in found.items()}


@pytest.fixture(scope="module")
def plugin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The plugin in a folder of its own: the environment that the tests run in stays without it."""
    folder = tmp_path_factory.mktemp("slurm_plugin")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes"]
    command += ["--target", str(folder), "--requirement", str(ROOT / "requirements-slurm.txt")]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode:
        pytest.skip("pip cannot fetch the packages of requirements-slurm.txt here")
    return folder


@pytest.fixture
def slurm(plugin: Path) -> Iterator[Path]:
    """A SLURM of this machine, whose folder has a short path, as a socket's must be."""
    parent = Path(tempfile.mkdtemp(prefix="slurm-"))
    parent.chmod(0o755)
    home = parent / "one"
    try:
        started = one_machine("up", home)
        assert started.returncode == 0, started.stdout
        yield home
    finally:
        one_machine("down", home)
        alive = [name for name in ("munged", "slurmctld", "slurmd") if lives(home / f"{name}.pid")]
        alive += [str(link) for link in [Path("/etc/slurm/slurm.conf")] if link.is_symlink()]
        shutil.rmtree(parent, ignore_errors=True)
        assert not alive, alive


@pytest.mark.skipif(bool(without_slurm()), reason=without_slurm() or "-")
def test_a_build_under_slurm_gives_the_bytes_of_a_local_one(
    toy_results: Path, plugin: Path, slurm: Path, tmp_path: Path
) -> None:
    study = copy_toy(tmp_path)
    command = [sys.executable, str(ROOT / "workflow" / "build.py"), "--study", str(study), *TARGETS]
    clean = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    ended = subprocess.run(
        # One processor an allocation, so that the machine's two run two of them side by side.
        [*command, "--profile", "slurm", "--cores", "1"],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
        env={**clean, "PYTHONPATH": str(plugin)},
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    # It was SLURM that ran them: one allocation for each of the profile's groups, and all completed.
    jobs = subprocess.run(
        ["squeue", "--states=all", "--noheader", "--format=%T"], capture_output=True, text=True, check=True
    )
    group_of = dict(entry.split("=") for entry in yaml.safe_load(PROFILE.read_text(encoding="utf-8"))["groups"])
    ran = {path.name.split(".")[0] for path in (study / "results" / "logs").glob("*.log")}
    used = {group_of[rule] for rule in ran if rule in group_of}
    assert used >= {"answers", "statistics", "models", "choices"}
    assert jobs.stdout.split() == ["COMPLETED"] * len(used)
    local, there = (contents(results) for results in (toy_results, study / "results"))
    assert local.keys() == there.keys()
    assert [name for name, content in local.items() if there[name] != content] == []


def local_rules() -> set[str]:
    """The Snakefile's, and those that the rule file of a part names: Snakemake warns of a name without its rule."""
    files = [ROOT / "workflow" / "Snakefile", *sorted((ROOT / "workflow" / "rules").glob("*.smk"))]
    lists = [re.search(r"^localrules:\n((?:    \w+,\n)+)", path.read_text(encoding="utf-8"), re.M) for path in files]
    return {name for found in lists if found for name in re.findall(r"\w+", found[1])}


def test_every_rule_has_its_place_on_a_cluster() -> None:
    profile = yaml.safe_load(PROFILE.read_text(encoding="utf-8"))
    groups = dict(entry.split("=") for entry in profile["groups"])
    rules = {
        name
        for path in sorted((ROOT / "workflow").rglob("*.smk"))
        for name in re.findall(r"^ *rule (\w+):", path.read_text(encoding="utf-8"), flags=re.M)
    }
    alone = rules - set(groups) - local_rules()
    nowhere = {rule for rule in alone if not rule.startswith(ALONE)}
    assert not nowhere, "name it under localrules (light) or in the groups of the slurm profile"
    assert set(groups) <= rules, "the profile groups a rule that is not there"
    assert not set(groups) & local_rules()
    assert {entry.split("=")[0] for entry in profile["group-components"]} == set(groups.values())


def test_the_default_install_is_without_the_plugin() -> None:
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    assert "snakemake-executor-plugin" not in lock
    own = (ROOT / "requirements-slurm.txt").read_text(encoding="utf-8")
    pins = re.findall(r"^([\w-]+)==\S+ \\\n +--hash=sha256:[0-9a-f]{64}$", own, flags=re.M)
    assert pins == ["snakemake-executor-plugin-slurm", "snakemake-executor-plugin-slurm-jobstep"]
    assert "://" not in own


def test_a_second_slurm_is_refused(tmp_path: Path) -> None:
    """Where a configuration stands that is nobody's leftover, `up` names it and changes nothing."""
    script = ONE_MACHINE.read_text(encoding="utf-8")
    conf = tmp_path / "slurm.conf"
    conf.write_text("ClusterName=theirs\n", encoding="utf-8")
    tried = script.replace("CONF=/etc/slurm/slurm.conf", f"CONF={conf}")
    assert tried != script
    for tool in ("munged", "slurmctld", "slurmd", "sinfo", "id"):
        stub = tmp_path / "bin" / tool
        stub.parent.mkdir(exist_ok=True)
        stub.write_text(f"#!/bin/sh\n[ {tool} = id ] && echo 0 || touch '{tmp_path}/started'\n", encoding="utf-8")
        stub.chmod(0o755)
    ended = subprocess.run(
        ["bash", "-c", tried, "one_machine.sh", "up", str(tmp_path / "one")],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"},
    )
    assert ended.returncode == 1
    assert "stands already" in ended.stderr
    assert conf.read_text(encoding="utf-8") == "ClusterName=theirs\n"
    assert not (tmp_path / "started").exists()
    assert not (tmp_path / "one").exists()
