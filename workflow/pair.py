"""Open one pair of floor 3: make pair ID=pre:source:17~post:other_source:23, or one response, wave:source:line."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from answering import answer
from prepost.linkage.one_pair import told


def main() -> int:
    """Read the command line and tell what made the pair."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--study", default=".", help="folder that holds results/")
    parser.add_argument("--id", required=True)
    given = parser.parse_args()
    return answer(lambda: told(given.id, Path(given.study)))


if __name__ == "__main__":
    sys.exit(main())
