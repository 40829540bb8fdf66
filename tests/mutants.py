"""Exports of the toy study in the form of every platform, and the mutations that `make fuzz` and test_fuzz.py drive."""

from __future__ import annotations

import csv
import datetime
import functools
import io
import tempfile
import zipfile
from pathlib import Path
from typing import NamedTuple

import pandas as pd
from hypothesis import strategies as st
from prepost.sheets import FieldRow, SourceRow
from prepost.study_loading import load

ROOT = Path(__file__).resolve().parents[1]
TOY = ROOT / "tests" / "toy_study"
STUDY = load(TOY / "config")
SOURCES = {row.source: row for row in STUDY.sources}
CODECS = ["utf-16", "utf-16-le", "utf-32", "cp1252", "latin-1", "mac_roman", "utf-8-sig", "cp500"]
ENDS = [b"\n", b"\r\n", b"\r", b"\n\n", b"\x0b", b"\xe2\x80\xa8"]
CONTROLS = [b"\0", b"\x01", b"\x0c", b"\x1a", b"\x1b", b"\x85", b"\xa0", b'"', b"'", b"\\", b";", b"\t", b",", b"\xff"]
# What a cell may hold that no survey tool put there: texts for any file, and typed values for a workbook.
ODD_TEXTS = ["", " ", "0", "-1", "1e999", "nan", "NULL", "#N/A", "=1+1", "'", '"', "\u00a0", "\u202e", "é" * 300, "😀"]
ODD_TEXTS += [
    "31/02/2025 10:00",
    "00:00",
    "99999999999999999999",
    "TRUE",
    "\x1f",
    "a\nb",
    "a\rb",
    "<b>",
    "%s%n",
    "\ufeff",
]
ODD_VALUES = [None, 0, -1, 1e300, 2.5, 45_000.5, 10**15, True, False, datetime.datetime(2025, 3, 1, 14, 30)]
ODD_VALUES += [datetime.datetime(1900, 1, 1), datetime.date(9999, 12, 31), datetime.time(23, 59), *ODD_TEXTS]


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


def insert(data: bytes, a: int, b: int, c: int) -> bytes:
    at = a % (len(data) + 1)
    return data[:at] + CONTROLS[b % len(CONTROLS)] * (1 + c % 3) + data[at:]


def swap(data: bytes, a: int, b: int, c: int) -> bytes:
    """A stretch of the file, moved elsewhere."""
    start, length = a % (len(data) + 1), c % 400
    piece, rest = data[start : start + length], data[:start] + data[start + length :]
    return rest[: b % (len(rest) + 1)] + piece + rest[b % (len(rest) + 1) :]


def _lines(change):
    """Make a mutation of the lines of a text one of its bytes."""
    return functools.wraps(change)(lambda data, a, b, c: b"\n".join(change(data.split(b"\n"), a, b, c)))


def _grid(change):
    """Make a mutation of rows of cells one of the bytes of a CSV; Latin-1 leaves every byte that is not touched."""

    def of_text(data: bytes, a: int, b: int, c: int) -> bytes:
        first = data.partition(b"\n")[0]
        mark = max(",;\t", key=lambda mark: first.count(mark.encode()))
        rows = change(list(csv.reader(io.StringIO(data.decode("latin-1"), newline=""), delimiter=mark)), a, b, c)
        out = io.StringIO(newline="")
        csv.writer(out, delimiter=mark, lineterminator="\n").writerows(rows)
        return out.getvalue().encode("latin-1", "replace")

    return functools.wraps(change)(of_text)


@_lines
def cut_rows(rows, a, b, c):
    at = a % len(rows)
    return rows[:at] + rows[at + 1 + b % 6 :]


@_lines
def double_rows(rows, a, b, c):
    at, to = a % len(rows), b % len(rows)
    return rows[:to] + rows[at : at + 1 + c % 4] + rows[to:]


@_lines
def half_row(rows, a, b, c):
    at = a % len(rows)
    return [*rows[:at], rows[at][: b % (len(rows[at]) + 1)], *rows[at + 1 :]]


@_lines
def blank_row(rows, a, b, c):
    return [*rows[: a % len(rows)], [b"", b",,,", b" "][b % 3], *rows[a % len(rows) :]]


@_lines
def header_again(rows, a, b, c):
    return [*rows[: a % len(rows)], rows[0], *rows[a % len(rows) :]]


@_grid
def double_column(rows, a, b, c):
    at = a % 12
    return [row[:at] + row[at : at + 1] * (2 + b % 2) + row[at + 1 :] for row in rows]


@_grid
def drop_column(rows, a, b, c):
    return [row[: a % 12] + row[a % 12 + 1 :] for row in rows]


@_grid
def wide(rows, a, b, c):
    return [row + ["x"] * (a % 500) for row in rows]


@_grid
def one_column(rows, a, b, c):
    return [row[a % 3 : a % 3 + 1] for row in rows]


@_grid
def long_cell(rows, a, b, c):
    if rows and rows[a % len(rows)]:
        row = rows[a % len(rows)]
        row[b % len(row)] = "é" * (c * 2)  # up to 131,070 characters
    return rows


def odd_cell(data: bytes, a: int, b: int, c: int) -> bytes:
    """Another text in one cell, in UTF-8 as the file is."""
    text = ODD_TEXTS[c % len(ODD_TEXTS)].encode().decode("latin-1")
    return _grid(lambda rows, a, b, c: _put(rows, a, b, text))(data, a, b, c)


def _put(rows, a, b, value):
    if rows and rows[a % len(rows)]:
        row = rows[a % len(rows)]
        row[b % len(row)] = value
    return rows


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


# Workbooks and SPSS files: a mutation of a file that no longer opens leaves it as it is ----------------------------
def sheet_rows(data: bytes) -> list[list]:
    """Typed cells of the first sheet, or nothing where the workbook does not open."""
    import openpyxl

    try:
        sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
        return [list(row) for row in sheet.iter_rows(values_only=True)] if sheet.max_column < 1_000 else []
    except Exception:  # a mutated file may fail in any way
        return []


def workbook_of(rows: list[list], *, before: int = 0, hidden: bool = False) -> bytes:
    """A workbook of rows of typed cells; further sheets may stand before theirs, hidden or not."""
    import xlsxwriter

    out = io.BytesIO()
    options = {"in_memory": True, "nan_inf_to_errors": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, {**options, "default_date_format": "yyyy-mm-dd hh:mm"}) as book:
        book.set_properties({"created": datetime.datetime(2025, 1, 1)})
        for _ in range(before):
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, ["Summary", 1])
            if hidden:
                sheet.hide()
        sheet = book.add_worksheet()
        if before:
            sheet.activate()
            sheet.set_first_sheet()
        for place, row in enumerate(rows):
            sheet.write_row(place, 0, [cell[:32_767] if isinstance(cell, str) else cell for cell in row])
    return out.getvalue()


def _sheet(name: str, change):
    def of_workbook(data: bytes, a: int, b: int, c: int) -> bytes:
        rows = sheet_rows(data)
        return workbook_of(change(rows, a, b, c)) if rows else data

    of_workbook.__name__ = name
    return of_workbook


def _sheet_cut(rows, a, b, c):
    return rows[: a % len(rows)] + rows[a % len(rows) + 1 + b % 6 :] or [[None]]


def _sheet_double(rows, a, b, c):
    at, to = a % len(rows), b % len(rows)
    return rows[:to] + rows[at : at + 1 + c % 4] + rows[to:]


def _sheet_blank(rows, a, b, c):
    return [*rows[: a % len(rows)], [[], [None, None], [" "]][b % 3], *rows[a % len(rows) :]]


def _sheet_column(rows, a, b, c):
    at = a % 12
    return [row[:at] + row[at : at + 1] * (2 * (b % 2)) + row[at + 1 :] for row in rows]


def _sheet_wide(rows, a, b, c):
    return [row + ["x"] * (a % 500) for row in rows]


def _sheet_cell(rows, a, b, c):
    return _put(rows, a, b, ODD_VALUES[c % len(ODD_VALUES)])


def _sheet_column_of_values(rows, a, b, c):
    """Every answer of one column as one odd value; the header stays."""
    for row in rows[1:]:
        row[a % len(row)] = ODD_VALUES[b % len(ODD_VALUES)]
    return rows


def sheets_before(data: bytes, a: int, b: int, c: int) -> bytes:
    """Another sheet, or a hidden one, before the answers."""
    rows = sheet_rows(data)
    return workbook_of(rows, before=1 + a % 2, hidden=bool(b % 2)) if rows else data


def inside(data: bytes, a: int, b: int, c: int) -> bytes:
    """Change the bytes of one part inside the zip, and zip it anew with a right check sum."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
    except Exception:
        return data
    # The sheet and its texts are what is read; the other parts are reached less often.
    near = [name for name in parts if "worksheets/" in name or "sharedStrings" in name]
    names = near if near and c % 4 else sorted(parts)
    name = names[b % len(names)] if names else ""
    if name:
        parts[name] = [flip, truncate, insert, swap][a % 4](parts[name], a // 4, b, c)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in parts.items():
            archive.writestr(zipfile.ZipInfo(part), content)
    return out.getvalue()


def cases(data: bytes, a: int, b: int, c: int) -> bytes:
    """Other cases, variables or values in an SPSS file."""
    import pyreadstat

    try:
        with tempfile.TemporaryDirectory() as name:
            path = Path(name) / "x.sav"
            path.write_bytes(data)
            frame, _ = pyreadstat.read_sav(str(path))
            pyreadstat.write_sav(_other_cases(frame.astype("object"), a, b, c), str(path))
            return path.read_bytes()
    except Exception:
        return data


def _other_cases(frame: pd.DataFrame, a: int, b: int, c: int) -> pd.DataFrame:
    match c % 4:
        case 0:
            return pd.concat([frame, frame.iloc[a % len(frame) :]])
        case 1:
            return frame.drop(index=frame.index[a % len(frame) : a % len(frame) + 1 + b % 6])
        case 2:
            return frame.drop(columns=frame.columns[a % frame.shape[1]])
        case _:
            column = a % frame.shape[1]
            numbers = b % 2 == 0
            values = [b / 7] * len(frame) if numbers else [ODD_TEXTS[b % len(ODD_TEXTS)]] * len(frame)
            return frame.assign(**{frame.columns[column]: values})


BYTES = [flip, truncate, insert, swap]
ROWS = [cut_rows, double_rows, half_row, blank_row, header_again]
COLUMNS = [double_column, drop_column, wide, one_column]
CELLS = [long_cell, odd_cell, drop_quote]
AS_TEXT = [line_ends, delimiter, encoding]
SHEET = {
    "rows": [
        _sheet("sheet_cut", _sheet_cut),
        _sheet("sheet_double", _sheet_double),
        _sheet("sheet_blank", _sheet_blank),
    ],
    "columns": [_sheet("sheet_column", _sheet_column), _sheet("sheet_wide", _sheet_wide)],
    "cells": [_sheet("sheet_cell", _sheet_cell), _sheet("sheet_values", _sheet_column_of_values)],
    "inside the zip": [inside, sheets_before],
}
TEXT_KINDS = {"bytes": BYTES, "rows": ROWS, "columns": COLUMNS, "cells": CELLS, "text": AS_TEXT}
SHEET_KINDS = {"bytes": BYTES, **SHEET}
CASE_KINDS = {"bytes": BYTES, "cells": [cases]}
KIND = {c.__name__: k for kinds in (TEXT_KINDS, SHEET_KINDS, CASE_KINDS) for k, group in kinds.items() for c in group}
MUTATIONS = {
    c.__name__: c for kinds in (TEXT_KINDS, SHEET_KINDS, CASE_KINDS) for group in kinds.values() for c in group
}


# The exports -------------------------------------------------------------------------------------------------------
class Export(NamedTuple):
    """One whole export: its row of sources.csv, its rows of fields.csv, its name and what may be done to it."""

    row: SourceRow
    fields: list[FieldRow]
    file: str
    kinds: dict[str, list]


def _after() -> list[list[str]]:
    text = (TOY / "data" / SOURCES["after"].file).read_text(encoding="utf-8")
    return list(csv.reader(io.StringIO(text, newline="")))


def _as(platform: str, file: str, kinds: dict, columns: dict[str, str] | None = None) -> Export:
    """`after` as another platform would have exported it, some columns under other names, its wordings signed off."""
    row = SOURCES["after"].model_copy(update={"platform": platform, "file": file})
    fields = [
        field.model_copy(update={"column": (columns or {}).get(field.column, field.column), "wording": field.column})
        for field in STUDY.fields
        if field.source == "after"
    ]
    return Export(row, fields, file, kinds)


HEAD, *ANSWERS = _after()
_OWN = {"response_id", "completed"}
_NUMBER_OF = {name: place for place, name in enumerate(HEAD, start=1)}
_JISC = {"response_id": "Unique Response Number", "completed": "Completion Date"}
_JISC |= {name: f"{place}. {name}" for name, place in _NUMBER_OF.items() if name not in _OWN}
_FORMS = {"response_id": "ID", "completed": "Completion time"}
_LIME = {"response_id": "id", "completed": "submitdate"}
_LIME |= {name: f"G01Q{place:02}" for name, place in _NUMBER_OF.items() if name not in _OWN}
_GOOGLE = {"completed": "Timestamp"}
_SMART = {"response_id": "UserID", "completed": "Ended"}
_SMART |= {name: f"Q{place}. {name}" for name, place in _NUMBER_OF.items() if name not in _OWN}
_WEBROPOL = {"completed": "Vastausaika"}
_WEBROPOL |= {name: f"How well [{name}]" for name in ("active_listening", "shared_plan")}
EXPORTS: dict[str, Export] = {
    **{
        name: Export(row, [field for field in STUDY.fields if field.source == name], row.file, TEXT_KINDS)
        for name, row in SOURCES.items()
    },
    "jisc": _as("jisc", "after_jisc.csv", TEXT_KINDS, _JISC),
    "google": _as("google_forms", "after_google.csv", TEXT_KINDS, _GOOGLE),
    "smart": _as("smartsurvey", "after_smart.csv", TEXT_KINDS, _SMART),
    "lime": _as("limesurvey", "after_lime.csv", TEXT_KINDS, _LIME),
    "webropol": _as("webropol", "after_webropol.csv", TEXT_KINDS, _WEBROPOL),
    "lime, unnamed": _as("auto", "after_unnamed.csv", TEXT_KINDS, _LIME),
    "plain workbook": _as("plain", "after_plain.xlsx", SHEET_KINDS),
    "forms workbook": _as("microsoft_forms", "after_forms.xlsx", SHEET_KINDS, _FORMS),
    "spss": _as("spss", "after.sav", CASE_KINDS),
}


@functools.cache
def original(export: str) -> bytes:
    """The bytes of a whole export."""
    if export in SOURCES:
        return (TOY / "data" / SOURCES[export].file).read_bytes()
    moved = [[row[1], row[0], *row[2:]] for row in [HEAD, *ANSWERS]]  # the time before the id
    match export:
        case "jisc":
            return _csv([[_JISC[name] for name in HEAD], *ANSWERS])
        case "google":
            return _csv([["Timestamp", *moved[0][1:]], *moved[1:]])
        case "smart":
            own = ["UserNo", "Started", "Unique ID", "IP Address"]
            return _csv([[*(_SMART[name] for name in HEAD), *own], *([*row, "1", row[1], "", ""] for row in ANSWERS)])
        case "lime" | "lime, unnamed":
            asked = [_LIME[name] if name in _OWN else f"{_LIME[name]}. {name}" for name in HEAD]
            rows = [[*row[:2], "3", "en", "4711", *row[2:]] for row in ANSWERS]
            return b"\xef\xbb\xbf" + _csv([[*asked[:2], "lastpage", "startlanguage", "seed", *asked[2:]], *rows], ";")
        case "webropol":
            first = ["Vastausaika", *(name if name not in _WEBROPOL else "How well" for name in moved[0][1:])]
            first[first.index("How well") + 1] = ""
            second = [name if name in _WEBROPOL and name not in _OWN else "-" for name in moved[0]]
            legend = [[""] * len(first), ["", "1 = Well"] + [""] * (len(first) - 2)]
            return _csv([first, second, *moved[1:], *legend], "\t")
        case "plain workbook":
            return workbook_of([HEAD, *ANSWERS])
        case "forms workbook":
            asked = ["ID", "Start time", "Completion time", "Email", "Name"]
            return workbook_of([asked + HEAD[2:], *([r[0], r[1], r[1], "anonymous", None, *r[2:]] for r in ANSWERS)])
        case _:
            return _spss(pd.DataFrame(ANSWERS, columns=HEAD))


def _csv(rows: list[list[str]], delimiter: str = ",") -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


def _spss(frame: pd.DataFrame) -> bytes:
    import pyreadstat

    with tempfile.TemporaryDirectory() as name:
        pyreadstat.write_sav(frame, str(Path(name) / "x.sav"))
        return (Path(name) / "x.sav").read_bytes()


_whole_number = st.integers(0, 65_535)


@st.composite
def mutants(draw) -> tuple[str, list[tuple[str, int, int, int]]]:
    """An export, and one change to it or up to four, of one kind or of several."""
    export = draw(st.sampled_from(list(EXPORTS)))
    kinds = EXPORTS[export].kinds
    kind = draw(st.sampled_from([*kinds, "several"]))
    names = [c.__name__ for name, group in kinds.items() for c in group if kind in (name, "several")]
    one = st.tuples(st.sampled_from(names), _whole_number, _whole_number, _whole_number)
    return export, draw(st.lists(one, min_size=1 + (kind == "several"), max_size=4 if kind == "several" else 2))


def mutated(export: str, changes: list[tuple[str, int, int, int]]) -> bytes:
    """The bytes of a mutant."""
    data = original(export)
    for name, *numbers in changes:
        data = MUTATIONS[name](data, *numbers)
    return data


def kind_of(changes: list[tuple[str, int, int, int]]) -> str:
    """The kind of all changes, or `several`."""
    kinds = {KIND[name] for name, *_ in changes}
    return kinds.pop() if len(kinds) == 1 else "several"
