"""What the tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("PREPOST_SHARED", ROOT.parent / "shared"))


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
