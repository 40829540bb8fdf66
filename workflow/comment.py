"""`make comment KEY=source:line:wave:question`: one comment with its codes, who or what gave each, and why.

It prints the comment's own words, so it is for the computer that holds the data, and for nobody who may not read them.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import pandas as pd
from answering import answer
from prepost import tables
from prepost.comments.gather import names
from prepost.errors import Fault, StudyError

FLOOR = Path("results/5_coded/learners")
FIX = "a row of the audit page of floor 5, or of a coding sheet, names a comment"


def shown(study: Path, name: str) -> str:
    """Return what is known of one comment as lines of text.

    Parameters
    ----------
    study : Path
        A built study.
    name : str
        source:line:wave:question.

    Raises
    ------
    StudyError
        The study is not built, or has no such comment.
    """
    place = study / FLOOR
    if not (place / "codes.parquet").is_file():
        raise StudyError(Fault(str(FLOOR), "no codes are there", "a built study", "run make report first"), kind="file")
    comments, codes = tables.read(place / "comments.parquet", "comments"), tables.read(place / "codes.parquet", "codes")
    found = _rows(comments, name)
    if found.empty:
        raise StudyError(Fault("KEY", f"there is no comment '{name}'", "source:line:wave:question", FIX))
    text = found["text"].iloc[0]
    lines = [f"{name} ({found['module'].fillna('module not stated').iloc[0]})", "", f"  {text}", ""]
    for row in _rows(codes, name).itertuples():
        why = [] if pd.isna(row.score) else [f"score {row.score:.3f}"]
        why += [] if pd.isna(row.note) else [str(row.note)]
        why += [] if pd.isna(row.start) else [f"characters {row.start} to {row.end}: “{text[row.start : row.end]}”"]
        lines.append(f"  {row.theme:<26} {row.by:<12} {row.coder}{': ' if why else ''}{'; '.join(why)}")
    return "\n".join(lines)


def _rows(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    return frame[[found == name for found in names(frame)]]


def main() -> int:
    """Print one comment, or what is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--study", type=Path, required=True)
    parser.add_argument("--key", required=True)
    given = parser.parse_args()
    return answer(lambda: [shown(given.study, given.key)])


if __name__ == "__main__":
    sys.exit(main())
