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
from prepost.doctor.settings import ASSUMPTIONS, GOVERNANCE  # noqa: E402
from prepost.errors import StudyError  # noqa: E402
from prepost.readers import read  # noqa: E402
from prepost.readers.detect import DOUBTFUL, candidates  # noqa: E402
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
    files, unread, doubts = _examine(paths, data)
    with open(ROOT / "workflow" / "known_scales.csv", encoding="utf-8", newline="") as sheet:
        scales = scales_of(pd.DataFrame(list(csv.DictReader(sheet))))
    found = draft(files, scales)
    home = study / "config" / "draft"
    for kind in ("sources", "fields", "items"):
        write_text(as_csv(kind, getattr(found, kind)), home / f"{kind}.csv")
    texts = {"study.yaml": found.settings, "governance.yaml": GOVERNANCE, "assumptions.md": ASSUMPTIONS}
    for name, text in texts.items():
        write_text(text, home / name)
    _tell(files, unread, [*doubts, *found.doubts], os.path.relpath(home))
    return 0


def _is_export(path: Path, data: Path) -> bool:
    inside = path.relative_to(data).parts
    return path.is_file() and path.suffix.lower() in ENDINGS and not PASSED_OVER & set(inside)


def _examine(paths: list[Path], data: Path) -> tuple[list[Examined], list[str], list[str]]:
    files, unread, doubts = [], [], []
    for path in paths:
        name = path.relative_to(data).as_posix()
        try:
            found = candidates(path)
            table = read(path, found[0].platform)
        except StudyError as error:
            unread.append(str(error))
            continue
        first = found[0]
        if first.confidence == DOUBTFUL:
            reasons = "; ".join(f"{one.platform}: {one.reason}" for one in found)
            doubts.append(
                f"{name}: which tool wrote it cannot be told ({reasons}); drafted as {first.platform}, else plain"
            )
        files.append(Examined(name, first.platform, f"{first.confidence}; {first.reason}", table))
    return files, unread, doubts


def _tell(files: list[Examined], unread: list[str], doubts: list[str], home: str) -> None:
    out = ["What lies in the data folder:", ""]
    for one in files:
        rows, refused = len(one.table.rows), len(one.table.refused)
        also = f", {refused:,} lines not taken" if refused else ""
        out += [f"  {one.file}", f"    {one.platform}: {one.reason}", f"    {rows:,} responses{also}"]
    if unread:
        out += ["", "What could not be read:", "", *[f"  {line}" for text in unread for line in text.splitlines()]]
    out += ["", "What is left to decide:", "", *[f"  {n}. {doubt}" for n, doubt in enumerate(doubts, start=1)]]
    drafts = "sources.csv, fields.csv, items.csv, study.yaml, governance.yaml, assumptions.md"
    out += ["", f"Drafts in {home}: {drafts}.", "Read them, mend them, and move them to config/; then: make report"]
    sys.stdout.write("\n".join(out) + "\n")


if __name__ == "__main__":
    sys.exit(main())
