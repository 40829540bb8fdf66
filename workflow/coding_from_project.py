"""Turn a REFI-QDA project of coded comments (.qdpx) into coding sheets in data/returned/coding/, one a coder.

Usage: make coding-from-project FILE=x.qdpx [STUDY=…] [DATA=…]
"""

from __future__ import annotations

import argparse
import csv
import io
import re
import sys
from pathlib import Path

from answering import answer
from prepost import tables
from prepost.errors import Fault, StudyError
from prepost.exchange import read_project
from prepost.exchange.study import coding_sheets
from prepost.study_loading import load


def convert(study: Path, data: Path, file: Path) -> list[Path]:
    """Write one sheet a coder of the project; a StudyError where it does not fit, or a sheet stands there already."""
    comments = tables.read(study / "results" / "5_coded" / "learners" / "comments.parquet", "comments")
    questions = {row.item: row.wording for row in load(study / "config").items}
    sheets = coding_sheets(read_project(file), comments, questions, file.name)
    written = []
    for coder, rows in sheets.items():
        path = (
            data / "returned" / "coding" / f"{re.sub(r'[^a-z0-9]+', '_', coder.casefold()).strip('_') or 'coder'}.csv"
        )
        if path.exists():
            what = "a sheet of that coder is there already, and is not overwritten"
            raise StudyError(Fault(f"data/returned/coding/{path.name}", what, "", "move it away first"), kind="refused")
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(rows)
        tables.write_text(out.getvalue(), path)
        written.append(path)
    return written


def main(words: list[str]) -> int:
    """Convert and say what was written."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("study", "data", "file"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    given = parser.parse_args(words)
    return answer(lambda: _told(convert(given.study, given.data, given.file)))


def _told(written: list[Path]) -> list[str]:
    return [f"data/returned/coding/{path.name}" for path in written] or ["the project codes no comment"]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
