"""Measure what the workflow costs on this machine: make bench [ARGS='--only rules --write'].

The measures stand in the modules `bench_<subject>.py` beside this one; `benching.py` says how one is added. `--write`
keeps what they find in docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import importlib
import os
import re
import sys
import tempfile
from pathlib import Path

from benching import MEASURES, ROOT, Place, Table, machine

KEPT = ROOT / "docs" / "benchmarks.md"
for module in sorted(Path(__file__).parent.glob("bench_*.py")):
    importlib.import_module(module.stem)


def as_markdown(table: Table, where: str) -> str:
    """Write a table, with the machine that it was measured on; numbers get three figures."""
    lines = [f"## {table.title}", "", f"*{where}.*", "", f"| {' | '.join(table.columns)} |"]
    lines.append("|" + "|".join(["---", *["---:"] * (len(table.columns) - 1)]) + "|")
    lines += [f"| {' | '.join(_cell(value) for value in row)} |" for row in table.rows]
    return "\n".join([*lines, *(["", table.note] if table.note else [])]) + "\n"


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def kept(page: str, name: str, text: str) -> str:
    """Put a table between its marks in the page, at the end where it has none yet; all else stays."""
    section = f"<!-- {name} -->\n{text}<!-- /{name} -->\n"
    pattern = re.compile(rf"<!-- {name} -->\n.*?<!-- /{name} -->\n", flags=re.S)
    if pattern.search(page):
        return pattern.sub(lambda _: section, page)
    return f"{page.rstrip()}\n\n{section}"


def main() -> int:
    """Run the measures that are asked for, print each table as soon as it stands, and keep it if so told."""
    given = _given()
    where = machine()
    with tempfile.TemporaryDirectory(prefix="prepost_bench_") as scratch:
        folder = (given.folder or Path(scratch)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        place = Place(folder, given.cores, tuple(given.factors))
        for name in given.only or MEASURES:
            text = as_markdown(MEASURES[name](place), where)
            sys.stdout.write(f"\n{text}")
            sys.stdout.flush()
            if given.write:
                KEPT.write_text(kept(KEPT.read_text(encoding="utf-8"), name, text), encoding="utf-8")
    return 0


def _given() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", choices=list(MEASURES), help="these measures; default all")
    parser.add_argument("--cores", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--factors", type=int, nargs="+", default=[1, 10, 100], help="times the learners")
    parser.add_argument("--folder", type=Path, help="where to build, and keep what is built; default a scratch folder")
    parser.add_argument("--write", action="store_true", help="keep the tables in docs/benchmarks.md")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
