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

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

from prepost import tables  # noqa: E402 - the library lies beside, it is not installed
from prepost.errors import Fault, StudyError  # noqa: E402
from prepost.exchange import read_project  # noqa: E402
from prepost.exchange.study import coding_sheets  # noqa: E402
from prepost.study_loading import load  # noqa: E402


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
    try:
        written = convert(given.study, given.data, given.file)
    except StudyError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    sys.stdout.write(
        "".join(f"data/returned/coding/{path.name}\n" for path in written) or "the project codes no comment\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
