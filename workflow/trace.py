"""Walk a number of the report back to the raw lines: make trace KEY=<table>/<row_id>/<column>."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from answering import answer
from prepost.trace import told, trace


def main() -> int:
    """Read the command line and tell the way back."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--study", default=".", help="folder that holds config/ and results/")
    parser.add_argument("--data", default=None, help="folder of the raw exports; default <study>/data")
    parser.add_argument("--key", required=True, help="<table>/<row_id>/<column>")
    given = parser.parse_args()
    study = Path(given.study)
    return answer(lambda: told(trace(given.key, study, Path(given.data) if given.data else study / "data")))


if __name__ == "__main__":
    sys.exit(main())
