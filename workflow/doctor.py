"""Read the exports in a study's data folder, say what each is, and draft its sheets (`make doctor STUDY=…`)."""

from __future__ import annotations

import argparse
import csv
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

import pandas as pd  # noqa: E402
from prepost.doctor.draft import Examined, as_csv, draft, scales_of  # noqa: E402
from prepost.errors import StudyError  # noqa: E402
from prepost.readers import read  # noqa: E402
from prepost.readers.detect import candidates  # noqa: E402
from prepost.tables import write_text  # noqa: E402

ENDINGS = (".csv", ".tsv", ".xlsx", ".sav", ".zsav", ".parquet")
PASSED_OVER = {"returned", "truth"}


def main() -> int:
    """Examine, draft, and tell; nothing that stands in config/ is changed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--study", required=True, help="folder that holds config/, or will")
    parser.add_argument("--data", default=None, help="folder of the raw exports; default <study>/data")
    given = parser.parse_args()
    study = Path(given.study).resolve()
    data = Path(given.data).resolve() if given.data else study / "data"
    paths = sorted(path for path in data.rglob("*") if _is_export(path, data)) if data.is_dir() else []
    if not paths:
        sys.stderr.write(f"{given.data or given.study + '/data'}\n  what      there are no exports in it\n")
        return 11
    files, unread = _examine(paths, data)
    with open(ROOT / "workflow" / "known_scales.csv", encoding="utf-8", newline="") as sheet:
        scales = scales_of(pd.DataFrame(list(csv.DictReader(sheet))))
    found = draft(files, scales)
    home = study / "config" / "draft"
    for kind in ("sources", "fields", "items"):
        write_text(as_csv(kind, getattr(found, kind)), home / f"{kind}.csv")
    _tell(files, unread, found.doubts, os.path.relpath(home))
    return 0


def _is_export(path: Path, data: Path) -> bool:
    inside = path.relative_to(data).parts
    return path.is_file() and path.suffix.lower() in ENDINGS and not PASSED_OVER & set(inside)


def _examine(paths: list[Path], data: Path) -> tuple[list[Examined], list[str]]:
    files, unread = [], []
    for path in paths:
        try:
            what = candidates(path)[0]
            table = read(path, what.platform)
        except StudyError as error:
            unread.append(str(error))
            continue
        files.append(Examined(path.relative_to(data).as_posix(), what.platform, what.reason, table))
    return files, unread


def _tell(files: list[Examined], unread: list[str], doubts: list[str], home: str) -> None:
    out = ["What lies in the data folder:", ""]
    for one in files:
        rows, refused = len(one.table.rows), len(one.table.refused)
        also = f", {refused:,} lines not taken" if refused else ""
        out += [f"  {one.file}", f"    {one.platform}: {one.reason}", f"    {rows:,} responses{also}"]
    if unread:
        out += ["", "What could not be read:", "", *[f"  {line}" for text in unread for line in text.splitlines()]]
    out += ["", "What is left to decide:", "", *[f"  {n}. {doubt}" for n, doubt in enumerate(doubts, start=1)]]
    out += ["", f"Drafts: {home}/sources.csv, fields.csv, items.csv. Read them, mend them, and move them to config/."]
    sys.stdout.write("\n".join(out) + "\n")


if __name__ == "__main__":
    sys.exit(main())
