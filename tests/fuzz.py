"""Mutated exports of the toy study, driven through reading, ingest and clean: `make fuzz N=10000` prints the table."""

from __future__ import annotations

import csv
import functools
import io
import sys
import tempfile
import time
import warnings
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from prepost import readers
from prepost.clean import Codebook, clean
from prepost.errors import StudyError
from prepost.fields import map_columns, waves_of
from prepost.ingest import check_synthetic, ingest
from prepost.readers.decoding import DELIMITER_NAMES
from prepost.study_loading import load
from prepost.vocabularies import read_vocabulary
from prepost.wording import drift

ROOT = Path(__file__).resolve().parents[1]
TOY = ROOT / "tests" / "toy_study"
STUDY = load(TOY / "config")
SOURCES = {row.source: row for row in STUDY.sources}
WORKBOOK = "workbook"  # `after`, written as .xlsx
EXPORTS = [*SOURCES, WORKBOOK]
CODECS = ["utf-16", "utf-16-le", "utf-32", "cp1252", "latin-1", "mac_roman", "utf-8-sig", "cp500"]
ENDS = [b"\n", b"\r\n", b"\r", b"\n\n", b"\x0b", b"\xe2\x80\xa8"]
CONTROLS = [b"\0", b"\x01", b"\x0c", b"\x1a", b"\x1b", b"\x85", b"\xa0", b'"', b"'", b"\\", b";", b"\t", b",", b"\xff"]


# The mutations: each takes the bytes and three whole numbers, and gives bytes --------------------------------------
def flip(data: bytes, a: int, b: int, c: int) -> bytes:
    """Other bytes at up to eight places."""
    out = bytearray(data)
    for step in range(1 + c % 8):
        if out:
            out[(a * (step + 1) + step * b) % len(out)] = (b + step * c) % 256
    return bytes(out)


def truncate(data: bytes, a: int, b: int, c: int) -> bytes:
    return data[: a % (len(data) + 1)]


def cut_rows(data: bytes, a: int, b: int, c: int) -> bytes:
    rows = data.split(b"\n")
    at = a % len(rows)
    return b"\n".join(rows[:at] + rows[at + 1 + b % 6 :])


def double_rows(data: bytes, a: int, b: int, c: int) -> bytes:
    rows = data.split(b"\n")
    at, to = a % len(rows), b % len(rows)
    return b"\n".join(rows[:to] + rows[at : at + 1 + c % 4] + rows[to:])


def half_row(data: bytes, a: int, b: int, c: int) -> bytes:
    rows = data.split(b"\n")
    at = a % len(rows)
    rows[at] = rows[at][: b % (len(rows[at]) + 1)]
    return b"\n".join(rows)


def blank_row(data: bytes, a: int, b: int, c: int) -> bytes:
    rows = data.split(b"\n")
    return b"\n".join(rows[: a % len(rows)] + [b"", b",,,", b" "][b % 3 : b % 3 + 1] + rows[a % len(rows) :])


def _records(data: bytes, change) -> bytes:
    """Change the cells of each record; Latin-1 there and back leaves every byte that is not touched."""
    rows = list(csv.reader(io.StringIO(data.decode("latin-1"), newline="")))
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(change(rows))
    return out.getvalue().encode("latin-1")


def double_column(data: bytes, a: int, b: int, c: int) -> bytes:
    at = a % 12
    return _records(data, lambda rows: [row[:at] + row[at : at + 1] * (2 + b % 2) + row[at + 1 :] for row in rows])


def drop_column(data: bytes, a: int, b: int, c: int) -> bytes:
    return _records(data, lambda rows: [row[: a % 12] + row[a % 12 + 1 :] for row in rows])


def wide(data: bytes, a: int, b: int, c: int) -> bytes:
    return _records(data, lambda rows: [row + ["x"] * (a % 500) for row in rows])


def long_cell(data: bytes, a: int, b: int, c: int) -> bytes:
    def change(rows):
        if rows and rows[a % len(rows)]:
            row = rows[a % len(rows)]
            row[b % len(row)] = "é" * (c * 2)  # up to 131,070 characters
        return rows

    return _records(data, change)


def insert(data: bytes, a: int, b: int, c: int) -> bytes:
    at = a % (len(data) + 1)
    return data[:at] + CONTROLS[b % len(CONTROLS)] * (1 + c % 3) + data[at:]


def drop_quote(data: bytes, a: int, b: int, c: int) -> bytes:
    parts = data.split(b'"')
    at = 1 + a % max(len(parts) - 1, 1)
    return b'"'.join(parts[:at]) + b'"'.join(parts[at:])


def line_ends(data: bytes, a: int, b: int, c: int) -> bytes:
    rows = data.split(b"\n")
    return b"".join(row + ENDS[(b if c % 2 else (a + place)) % len(ENDS)] for place, row in enumerate(rows))


def delimiter(data: bytes, a: int, b: int, c: int) -> bytes:
    return data.replace(b",", [b";", b"\t", b"|", b" ", b",,"][a % 5], -1 if b % 2 else 1 + c)


def encoding(data: bytes, a: int, b: int, c: int) -> bytes:
    """The whole in another encoding, or the part behind some place (mixed encodings)."""
    at = 0 if b % 2 else c % (len(data) + 1)
    return data[:at] + data[at:].decode("utf-8", "replace").encode(CODECS[a % len(CODECS)], "replace")


def swap(data: bytes, a: int, b: int, c: int) -> bytes:
    """A stretch of the file, moved elsewhere."""
    start, length = a % (len(data) + 1), c % 400
    piece, rest = data[start : start + length], data[:start] + data[start + length :]
    return rest[: b % (len(rest) + 1)] + piece + rest[b % (len(rest) + 1) :]


ANY_FILE = [flip, truncate, insert, swap]
OF_TEXT = [cut_rows, double_rows, half_row, blank_row, double_column, drop_column, wide, long_cell]
OF_TEXT += [drop_quote, line_ends, delimiter, encoding]
MUTATIONS = {change.__name__: change for change in [*ANY_FILE, *OF_TEXT]}
_whole = st.integers(0, 65_535)


@st.composite
def mutants(draw) -> tuple[str, list[tuple[str, int, int, int]]]:
    """An export of the toy study, and one to four changes to it."""
    export = draw(st.sampled_from(EXPORTS))
    names = [change.__name__ for change in (ANY_FILE if export == WORKBOOK else [*ANY_FILE, *OF_TEXT])]
    one = st.tuples(st.sampled_from(names), _whole, _whole, _whole)
    return export, draw(st.lists(one, min_size=1, max_size=4))


@functools.cache
def original(export: str) -> bytes:
    """The bytes of a whole export."""
    data = (TOY / "data" / SOURCES["after" if export == WORKBOOK else export].file).read_bytes()
    if export != WORKBOOK:
        return data
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for place, row in enumerate(csv.reader(io.StringIO(data.decode("utf-8"), newline=""))):
            sheet.write_row(place, 0, row)
    return out.getvalue()


def mutated(export: str, changes: list[tuple[str, int, int, int]]) -> bytes:
    """The bytes of a mutant."""
    data = original(export)
    for name, *numbers in changes:
        data = MUTATIONS[name](data, *numbers)
    return data


# What must hold of each ------------------------------------------------------------------------------------------
@functools.cache
def book() -> Codebook:
    """The toy study's sheets."""
    sheets = [(part, read_vocabulary(TOY / "config" / part.sheet, part)) for part in STUDY.settings.vocabularies]
    return Codebook(items=STUDY.items, fields=STUDY.fields, recodes=STUDY.recodes, vocabularies=sheets)


def filled_lines(data: bytes, table: readers.RawTable) -> int:
    """Records with any cell below the header, counted anew by the csv module alone."""
    text = data.decode(table.notes["encoding"]).removeprefix("\ufeff")
    delimiters = {name: mark for mark, name in DELIMITER_NAMES.items()}
    records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiters[table.notes["delimiter"]])
    filled = [number for number, cells in enumerate(records) if any(cells)]
    header = filled[0] + int(table.notes["header_rows"])
    return sum(number >= header for number in filled)


def drive(export: str, data: bytes, folder: Path) -> tuple[str, int, int]:
    """Drive one file as the steps do and return how far it came, its records, and those kept at the end.

    Anything but a StudyError, and any row lost or invented on the way, is raised.
    """
    row = SOURCES["after" if export == WORKBOOK else export]
    path = folder / ("after.xlsx" if export == WORKBOOK else row.file)
    path.write_bytes(data)
    try:
        table = readers.read(path, row.platform)
    except StudyError as error:
        return told(error, "refused by the reader")
    lines = [*table.rows.index, *table.refused["line"]]
    expect(table.records == len(lines) == len(set(lines)), "each record is a row or refused, once")
    if export != WORKBOOK:
        taken = len(table.rows) + int((table.refused["reason"] != "empty line").sum())
        expect(taken == filled_lines(data, table), "as many records as the csv module counts")
    try:
        mapping = map_columns(table.columns, row, STUDY.fields, STUDY.items)
        faults = drift(mapping, table.columns, STUDY.items, row.source, row.file)
        if faults:
            raise StudyError(*faults, kind="data")
        found = ingest(table, row, mapping, waves_of(row, STUDY.fields), STUDY.items)
        expect(table.records == len(found.responses) + len(found.refused), "ingest loses and invents no row")
        check_synthetic(found.responses, row, synthetic=True, person_key=STUDY.settings.person.key)
    except StudyError as error:
        return told(error, "refused by ingest")
    # The consent rule wants a source that asks for it: rows about people come with a whole export.
    parts = [found.responses, *([whole_before(folder)] if row.source == "about" else [])]
    part = STUDY.settings
    try:
        cleaned = clean(parts, book(), part.cleaning, part.waves, part.outcomes)
    except StudyError as error:
        return told(error, "refused by clean")
    rows = sorted(key for frame in parts for key in frame[["source", "line", "wave"]].itertuples(index=False))
    kept = [cleaned.responses, cleaned.about, cleaned.enrolments, cleaned.exclusions]
    left = sorted(key for frame in kept for key in frame[["source", "line", "wave"]].itertuples(index=False))
    expect([tuple(key) for key in rows] == [tuple(key) for key in left], "clean loses and invents no row")
    return "cleaned", table.records, len(found.responses)


def expect(holds: bool, law: str) -> None:
    """Raise where a law does not hold."""
    if not holds:
        raise AssertionError(law)


def told(error: StudyError, stage: str) -> tuple[str, int, int]:
    """The end of a file that was refused: its faults say where and what."""
    expect(all(fault.where and fault.what for fault in error.faults), "a fault says where and what")
    expect("\0" not in str(error) and len(str(error)) < 100_000, "a fault is a text to read")
    return stage, 0, 0


@functools.cache
def whole_before(folder: Path):
    """The unchanged responses of `before`."""
    row, path = SOURCES["before"], folder / "whole_before.csv"
    path.write_bytes(original("before"))
    table = readers.read(path, row.platform)
    mapping = map_columns(table.columns, row, STUDY.fields, STUDY.items)
    return ingest(table, row, mapping, waves_of(row, STUDY.fields), STUDY.items).responses


# The table ---------------------------------------------------------------------------------------------------------
STAGES = ["refused by the reader", "refused by ingest", "refused by clean", "cleaned"]


def main(n: int, seconds: float) -> int:
    """Drive n mutants, or as many as the time allows, print the table and return how many broke a law."""
    ends: Counter = Counter()
    broken: list[str] = []
    records = [0, 0]
    start = time.monotonic()

    with tempfile.TemporaryDirectory() as name, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        folder = Path(name)

        @seed(20250701)
        @settings(
            max_examples=n,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(mutants())
        def one(mutant) -> None:
            if time.monotonic() - start > seconds:
                return
            export, changes = mutant
            try:
                end, seen, taken = drive(export, mutated(export, changes), folder)
            except Exception as error:
                end, seen, taken = "BROKEN", 0, 0
                broken.append(f"{type(error).__name__}: {str(error)[:100]} · {export} · {changes}")
            ends[export, end] += 1
            records[0] += seen
            records[1] += taken

        one()
    show(ends, records, len(broken))
    sys.stderr.write("".join(f"{line}\n" for line in broken[:20]))
    return len(broken)


def show(ends: Counter, records: list[int], broken: int) -> None:
    """Print the table that docs/fuzz.md keeps."""
    print("| export | mutants | " + " | ".join(STAGES) + " | law broken |")
    print("|---|" + "---:|" * (len(STAGES) + 2))
    for export in [*EXPORTS, "all"]:
        n = Counter()
        for (of, end), count in ends.items():
            n[end] += count if export in (of, "all") else 0
        cells = [n.total(), *(n[stage] for stage in STAGES), n["BROKEN"]]
        print(f"| {export} | " + " | ".join(f"{count:,}" for count in cells) + " |")
    print(f"\nOf the {records[0]:,} records in the files that were cleaned, {records[1]:,} were taken as responses and")
    print(f"{records[0] - records[1]:,} refused with a reason; {broken:,} files broke a law.")


if __name__ == "__main__":
    given_words = [int(word) for word in sys.argv[1:]]
    sys.exit(1 if main(*(given_words + [10_000, 1_800][len(given_words) :])) else 0)
