"""What the tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from builds import Interrupted, built_once, copy_bundled, copy_toy, interrupted_once

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("PREPOST_SHARED", ROOT.parent / "shared"))

#: Files that take longest, which begin first: a worker that came to one of them last would end long after the other.
#: They stand so that two workers build two studies at once, and wait for neither.
LONG = ["test_twins.py", "test_interruption.py", "test_slurm.py", "test_bad_input.py", "test_law_8.py"]
LONG += ["test_coverage.py", "test_fuzz.py", "test_figures.py"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the long files begin; all others stay in their order."""
    place = {name: number for number, name in enumerate(LONG)}
    items.sort(key=lambda item: place.get(item.path.name, len(place)))


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real public data, which is never committed; a test that needs it skips without it."""
    data = SHARED / "data"
    if not data.is_dir():
        pytest.skip("the real data (../shared/data) are not on this machine")
    return data


@pytest.fixture(scope="session")
def builds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which studies are built once for the whole test run, whatever the number of workers."""
    base = tmp_path_factory.getbasetemp()
    return (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "builds"


@pytest.fixture(scope="session")
def toy_results(builds: Path) -> Path:
    """The results of the toy study, built in a copy."""
    return built_once(builds, "toy", copy_toy)


@pytest.fixture(scope="session")
def bundled_results(builds: Path) -> Path:
    """The results of the bundled study, simulated and built in a copy."""
    return built_once(builds, "bundled", copy_bundled)


@pytest.fixture(scope="session")
def interrupted(builds: Path) -> Interrupted:
    """The toy study built in a second checkout, killed three times on its way."""
    return interrupted_once(builds)
