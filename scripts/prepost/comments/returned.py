"""Coding sheets that people return: read, checked row by row, and turned into codes; every fault told at once."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from prepost.comments.frame import NONE, OUTSIDE
from prepost.comments.gather import KEY
from prepost.errors import Fault, StudyError, did_you_mean
from prepost.readers.workbook import sheet_records

ADJUDICATOR = "adjudicator"
SYNTHETIC = "synthetic_"  # begins the name of a sheet that the generator filled in; what comes of it is no evidence
MOST_THEMES = 6
THEMES = [f"theme_{number}" for number in range(1, MOST_THEMES + 1)]
COLUMNS = ["comment", "question", "text", *THEMES, "note"]
ROUND = re.compile(r"_round_\d+$")
FOLDER = "data/returned/coding"


class Line(NamedTuple):
    """A row of a sheet: its number as a spreadsheet counts, and its cells by column."""

    number: int
    cells: Mapping[str, str]


def coder_of(path: Path) -> str:
    """Return who filled in a sheet: the file's name without its ending and its round."""
    return ROUND.sub("", path.stem)


def identifier(row: Mapping[str, object]) -> str:
    """Return how a sheet names a comment: source:line:wave:item."""
    return ":".join(str(row[column]) for column in KEY)


def read_returned(paths: Sequence[Path], comments: pd.DataFrame, themes: Sequence[str]) -> pd.DataFrame:
    """Read every sheet that came back.

    Parameters
    ----------
    paths : sequence of Path
        ``.csv`` or ``.xlsx``; the name of each is its coder's, and that of the adjudicator begins with
        ``adjudicator``. ``_round_2`` at the end is left out of the name.
    comments : DataFrame
        Schema ``comments``.
    themes : sequence of str
        The frame's themes.

    Returns
    -------
    DataFrame
        Schema ``codes``, ``by`` human or adjudicated. A comment whose themes are all blank was not coded: it gives no
        row, which is not the same as the theme ``none``.

    Raises
    ------
    StudyError
        With every fault of every sheet. No text of a comment is repeated.
    """
    known = {identifier(row): row for row in comments.to_dict("records")}
    parts, faults = [], []
    for path in sorted(paths, key=lambda path: path.name):
        where = f"{FOLDER}/{path.name}"
        try:
            lines = list(_lines(path, where))
        except StudyError as error:
            faults += list(error.faults)
            continue
        parts += list(_codes(lines, where, coder_of(path), known, set(themes), faults))
    faults += _twice(parts)
    if faults:
        raise StudyError(*faults, kind="data")
    columns = [*KEY, "theme", "by", "coder", "score", "start", "end", "note"]
    frame = pd.DataFrame([part[:-1] for part in parts], columns=columns)
    frame = frame.astype({name: "string" for name in columns if name not in ("line", "score", "start", "end")})
    frame = frame.astype({"line": "int64", "score": "float64", "start": "Int64", "end": "Int64"})
    return frame.sort_values([*KEY, "by", "coder", "theme"], kind="stable", ignore_index=True)


def _lines(path: Path, where: str) -> Iterator[Line]:
    fix = "make the sheets anew with make coding-sheets and copy the codes into them"
    if path.suffix == ".xlsx":
        records, _ = sheet_records(path)
    else:
        try:
            text = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            raise StudyError(Fault(where, "the file is not UTF-8", "a CSV saved as UTF-8", "save it again")) from None
        # rows as a spreadsheet numbers them: a comment may hold line ends
        records = list(enumerate(csv.reader(io.StringIO(text, newline="")), start=1))
    header = [cell.strip() for cell in records[0][1]] if records else []
    absent = [name for name in COLUMNS[:-1] if name not in header]
    if absent:
        raise StudyError(Fault(where, f"columns are missing: {', '.join(absent)}", ", ".join(COLUMNS), fix))
    for number, cells in records[1:]:
        if any(str(cell).strip() for cell in cells):
            yield Line(number, dict(zip(header, [str(cell) for cell in cells], strict=False)))


def _codes(
    lines: Sequence[Line], where: str, coder: str, known: Mapping[str, Mapping], themes: set[str], faults: list[Fault]
) -> Iterator[tuple]:
    adjudicated = ADJUDICATOR in coder
    seen: dict[str, int] = {}
    for number, cells in lines:
        here, name = f"{where} · row {number}", cells["comment"].strip()
        row = known.get(name)
        if row is None:
            expected = "the comments of the sheet as it was sent out, of the exports as they are now"
            faults.append(
                Fault(f"{here} · comment", f"there is no comment '{name}'", expected, "mend or delete the row")
            )
            continue
        if name in seen:
            what = f"the comment stands already on row {seen[name]}"
            faults.append(Fault(f"{here} · comment", what, "each comment once", "delete one of the two rows"))
            continue
        seen[name] = number
        if _plain(cells["text"]) != _plain(row["text"]):
            what = "the comment's words are not those of the export"
            faults.append(Fault(f"{here} · text", what, "the text as it was sent out", "undo the change in that cell"))
        given = [(column, cells.get(column, "").strip()) for column in THEMES]
        found = list(_given(given, here, themes, faults))
        note = cells.get("note", "").strip() or None
        for theme in found:
            by = "adjudicated" if adjudicated else "human"
            yield (*(row[column] for column in KEY), theme, by, coder, None, None, None, note, where)


def _given(given: Sequence[tuple[str, str]], here: str, themes: set[str], faults: list[Fault]) -> Iterator[str]:
    names = {theme: theme for theme in (*themes, *OUTSIDE)}
    names |= {theme.replace("_", " "): theme for theme in names}
    seen: set[str] = set()
    for column, word in given:
        if not word:
            continue
        theme = names.get(word.casefold())
        if theme is None:
            expected = did_you_mean(word, [*themes, *OUTSIDE])
            faults.append(Fault(f"{here} · {column}", f"'{word}' is no theme of the frame", expected, "mend the cell"))
        elif theme in seen:
            faults.append(Fault(f"{here} · {column}", f"'{theme}' is given twice", "each theme once", "clear one cell"))
        else:
            seen.add(theme)
    alone = sorted(seen & set(OUTSIDE))
    if alone and len(seen) > 1:
        what = f"'{alone[0]}' stands beside another theme"
        faults.append(Fault(here, what, f"themes, or {NONE}, or that it cannot be coded", "clear one of the cells"))
    yield from sorted(seen)


def _plain(text: str) -> str:
    """A text as spreadsheets leave it: without the apostrophe that defuses a formula, line ends and blanks evened."""
    return re.sub(r"\s+", " ", str(text)).strip().lstrip("'").strip()


def _twice(parts: Sequence[tuple]) -> list[Fault]:
    """One coder who coded one comment in two sheets."""
    first: dict[tuple, str] = {}
    faults: dict[tuple, Fault] = {}
    for part in parts:
        key, where = (*part[:4], part[6]), part[-1]
        if first.setdefault(key, where) != where:
            what = f"'{part[6]}' coded the comment {':'.join(map(str, part[:4]))} in {first[key]} as well"
            faults[key] = Fault(where, what, "each comment once a coder", "delete one of the two rows")
    return list(faults.values())
