"""Say whether two builds are the same, and name their first difference: make compare A=<study> B=<study>.

Exit code 0: the same. 1: different. 2: there is no build to compare.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import json
import math
import re
import sys
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

BYTES = re.compile(r"run_config\.yaml|[1-9]_[^/]*/.*|audit/.*|manifest\.csv")
NUMBERS = re.compile(r"[678]_[^/]*/.*|9_report/report\.html")  # what two machines must agree on
PRIVATE = re.compile(r"[1-5]_|audit/")  # one person's answers may stand in these
RELATIVE = 1e-9
NEAR_ZERO = 1e-12  # a difference of two equal sums is not exactly 0 on every machine
COORDINATE = 2e-6  # figures are drawn in steps of 1e-6, so a rounding may fall on either side
NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
DRAWN_ID = re.compile(r"\b[a-z]?[0-9a-f]{10,}\b")  # names of paths in a figure are made of their coordinates
NO_FILE, NO_CELL = "(no such file)", "(not there)"


class Difference(NamedTuple):
    """Where two builds first differ: row 1 is the first line below a table's header, or a text's first line."""

    file: str
    row: str
    column: str
    a: str
    b: str

    def __str__(self) -> str:
        return f"{self.file}\n  row      {self.row}\n  column   {self.column}\n  in A     {self.a}\n  in B     {self.b}"


def first_difference(a: Path, b: Path, *, between_machines: bool = False) -> Difference | None:
    """Compare two results folders, file by file in the order of the floors.

    Parameters
    ----------
    a, b : Path
        The ``results`` folders of two builds.
    between_machines : bool
        Compare floors 6 to 8 with their numbers to 1e-9 relative, and the words of the report, where otherwise every
        byte of floors 1 to 9, the audit pages, the resolved study and the manifest is compared.

    Returns
    -------
    Difference or None
        The first, or nothing where the builds are the same. A text of floors 1 to 5 or of the audit pages is told by
        its length and fingerprint, since it may be one person's answer.
    """
    covered = NUMBERS if between_machines else BYTES
    names = sorted({name for home in (a, b) for name in _files(home, covered)}, key=_order)
    for name in names:
        one, two = a / name, b / name
        if not (one.is_file() and two.is_file()):
            found = ("-", "-", *("there" if path.is_file() else NO_FILE for path in (one, two)))
        elif one.read_bytes() == two.read_bytes():
            continue
        else:
            found = next(_differences(one, two, between_machines), None)
            if found is None and not between_machines:
                found = ("-", "(bytes alone: the same cells)", _fingerprint(one), _fingerprint(two))
        if found:
            row, column, *values = found
            return Difference(name, str(row), str(column), *(_told(value, name) for value in values))
    return None


def compared(a: Path, b: Path, *, between_machines: bool = False) -> int:
    """Count the files that a comparison covers."""
    covered = NUMBERS if between_machines else BYTES
    return len({name for home in (a, b) for name in _files(home, covered)})


def _files(home: Path, covered: re.Pattern[str]) -> list[str]:
    names = (path.relative_to(home).as_posix() for path in home.rglob("*") if path.is_file())
    return [name for name in names if covered.fullmatch(name)]


def _order(name: str) -> tuple[int, str]:
    """What explains a difference comes before what shows it: the study, the floors, the audit, the manifest."""
    return (0 if name == "run_config.yaml" else 2 if name[0] == "a" else 3 if name[0] == "m" else 1, name)


def _differences(a: Path, b: Path, loosely: bool) -> Iterator[tuple[Any, Any, Any, Any]]:
    """Rows, columns and both values of what differs in two files of one name."""
    if a.suffix == ".parquet":
        yield from _of_tables(_parquet(a), _parquet(b), loosely)
    elif a.suffix == ".csv":
        yield from _of_tables(_sheet(a), _sheet(b), loosely)
    elif a.suffix == ".json":
        yield from _of_values(_json(a), _json(b), loosely)
    elif loosely and a.suffix == ".html":
        yield from _of_lines(_words(a), _words(b))
    elif loosely and a.suffix == ".svg":
        yield from _of_drawings(_lines(a), _lines(b))
    else:
        yield from _of_lines(_lines(a), _lines(b))


def _of_tables(a: list[list[Any]], b: list[list[Any]], loosely: bool) -> Iterator[tuple[Any, Any, Any, Any]]:
    header = a[0] if a else []
    if header != (b[0] if b else []):
        for place, (one, two) in enumerate(zip_longest(header, b[0] if b else [], fillvalue=NO_CELL), start=1):
            if one != two:
                yield "header", place, one, two
        return
    for row, (one, two) in enumerate(zip_longest(a[1:], b[1:]), start=1):
        if one is None or two is None:
            yield row, "-", *("there" if cells is not None else "(no such row)" for cells in (one, two))
            return
        for column, x, y in zip(header, one, two, strict=False):
            if not _same(x, y, loosely):
                yield row, column, x, y


def _of_values(a: Any, b: Any, loosely: bool, key: str = "") -> Iterator[tuple[Any, Any, Any, Any]]:
    if isinstance(a, dict) and isinstance(b, dict):
        for name in sorted({*a, *b}):
            yield from _of_values(a.get(name, NO_CELL), b.get(name, NO_CELL), loosely, f"{key}.{name}".strip("."))
    elif isinstance(a, list) and isinstance(b, list):
        for place, (x, y) in enumerate(zip_longest(a, b, fillvalue=NO_CELL)):
            yield from _of_values(x, y, loosely, f"{key}[{place}]")
    elif not _same(a, b, loosely):
        yield "-", key, a, b


def _of_lines(a: list[str], b: list[str]) -> Iterator[tuple[Any, Any, Any, Any]]:
    for row, (one, two) in enumerate(zip_longest(a, b, fillvalue=NO_CELL), start=1):
        if one != two:
            start = next((i for i, pair in enumerate(zip(one, two, strict=False)) if pair[0] != pair[1]), 0)
            yield row, f"character {start + 1}", one[max(0, start - 20) : start + 60], two[max(0, start - 20) :][:80]


def _of_drawings(a: list[str], b: list[str]) -> Iterator[tuple[Any, Any, Any, Any]]:
    for row, (one, two) in enumerate(zip_longest(a, b, fillvalue=NO_CELL), start=1):
        one, two = DRAWN_ID.sub("id", one), DRAWN_ID.sub("id", two)
        pairs = zip_longest(NUMBER.findall(one), NUMBER.findall(two), fillvalue="nan")
        moved = [(x, y) for x, y in pairs if x != y and not _near(float(x), float(y), COORDINATE)]
        if moved or NUMBER.sub("0", one) != NUMBER.sub("0", two):
            yield row, "-", *(moved[0] if moved else (one[:80], two[:80]))


def _same(a: Any, b: Any, loosely: bool) -> bool:
    """Equal, both missing, or, between machines, two numbers that are near enough."""
    if a == b or (a != a and b != b):
        return True
    if not loosely or isinstance(a, bool) or isinstance(b, bool):
        return False
    try:
        return _near(float(a), float(b), NEAR_ZERO)
    except (TypeError, ValueError):
        return False


def _near(a: float, b: float, absolute: float) -> bool:
    return math.isclose(a, b, rel_tol=RELATIVE, abs_tol=absolute)


def _parquet(path: Path) -> list[list[Any]]:
    import pyarrow.parquet  # slow, and wanted only where a file differs

    table = pyarrow.parquet.read_table(path)
    return [table.column_names, *map(list, zip(*(column.to_pylist() for column in table.columns), strict=True))]


def _sheet(path: Path) -> list[list[Any]]:
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8", errors="replace"), newline="")))


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8", errors="replace").splitlines()


def _words(path: Path) -> list[str]:
    """The words of a page, a line each piece between two tags; figures are compared as files."""
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"<(script|style|svg)\b.*?</\1>", "\n", text, flags=re.S | re.I)
    pieces = re.split(r"<[^>]*>", text)
    return [" ".join(piece.split()) for piece in pieces if piece.strip()]


def _told(value: Any, name: str) -> str:
    text = str(value)
    if isinstance(value, str) and PRIVATE.match(name) and text not in ("there", NO_FILE, NO_CELL, "(no such row)"):
        return f"(private text of {len(text)} characters, {hashlib.sha256(text.encode()).hexdigest()[:8]})"
    return text if len(text) <= 200 else f"{text[:200]} …"


def _fingerprint(path: Path) -> str:
    return f"sha256 {hashlib.sha256(path.read_bytes()).hexdigest()[:16]}"


def _results(folder: str) -> Path | None:
    """The results of a study, named by the study's folder or by its own."""
    return next((p for p in (Path(folder) / "results", Path(folder)) if (p / "run_config.yaml").is_file()), None)


def main() -> int:
    """Read the command line and tell the first difference."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("a", help="a study that is built, or its results folder")
    parser.add_argument("b", help="another build")
    parser.add_argument("--between-machines", action="store_true", help="numbers of floors 6 to 8 to 1e-9, words of 9")
    given = parser.parse_args()
    homes = [_results(folder) for folder in (given.a, given.b)]
    for letter, folder, home in zip("AB", (given.a, given.b), homes, strict=True):
        if home is None:
            sys.stderr.write(
                f"{letter}={folder}\n  what      there is no finished build in it\n"
                f"  expected  a study's folder, or its results folder; make report STUDY=… builds one\n"
            )
            return 2
    found = first_difference(*homes, between_machines=given.between_machines)
    if found:
        sys.stderr.write(f"The builds differ. The first difference:\n\n{found}\n")
        return 1
    how = f"to {RELATIVE:g}" if given.between_machines else "byte by byte"
    sys.stdout.write(f"The same {how}: {compared(*homes, between_machines=given.between_machines)} files.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
