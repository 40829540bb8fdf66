"""Which column of an export holds which item, and of which wave."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from prepost.errors import Fault, StudyError, did_you_mean
from prepost.readers import Column
from prepost.sheets import FieldRow, ItemRow, SourceRow
from prepost.wording import fold

#: What is known about a response besides its answers.
SPECIAL = ("module", "received", "response_id", "status", "duration_seconds")

#: Where a response comes from: names that no column of an export can have.
WHERE_FROM = ("source", "line", "wave")


@dataclass(frozen=True)
class Mapped:
    """One column of an export that holds one item of one wave.

    Parameters
    ----------
    item : str
        An item, or one of `SPECIAL`.
    wave : str
        The wave that the answers belong to.
    column : str
        The column's name in the export.
    pattern : bool
        Whether a pattern found it, which signs its wording off.
    wording : str or None
        The wording that fields.csv accepts.
    shared : bool
        Whether the column serves every wave of the file (a person's key beside pre and post answers), so that it
        does not make a wave answered.
    line : int
        Line of fields.csv; 0 where no line is needed.
    date_format : str or None
        How a date item is written, as fields.csv says.
    """

    item: str
    wave: str
    column: str
    pattern: bool = False
    wording: str | None = None
    shared: bool = False
    line: int = 0
    date_format: str | None = None


def slug(text: str) -> str:
    """Return a name for an item: lower-case letters, digits and underscores, beginning with a letter.

    Examples
    --------
    >>> slug("2. How confident…?")
    'x_2_how_confident'
    """
    plain = re.sub(r"[^a-z0-9]+", "_", text.casefold()).strip("_")
    return plain if plain[:1].isalpha() else f"x_{plain}".rstrip("_")


def waves_of(source: SourceRow, fields: Sequence[FieldRow]) -> list[str]:
    """Return the waves that a source holds, sorted: its own, and those its lines of fields.csv name."""
    named = {row.wave for row in fields if source.source in row.sources and row.wave}
    return sorted(named | ({source.wave} if source.wave else set()))


def map_columns(
    columns: Sequence[Column], source: SourceRow, fields: Sequence[FieldRow], items: Sequence[ItemRow]
) -> list[Mapped]:
    """Return which column holds which item and wave, for one source.

    Parameters
    ----------
    columns : sequence of Column
        The export's columns.
    source : SourceRow
        The line of sources.csv.
    fields : sequence of FieldRow
        The whole sheet; only this source's lines count.
    items : sequence of ItemRow
        The code book, to know identifiers.

    Returns
    -------
    list of Mapped
        One a column, item and wave, in the sheet's order.

    Raises
    ------
    StudyError
        With every line of fields.csv that finds no column or several, a pattern that is none, and every item that
        two lines give to one wave.

    Notes
    -----
    An exact line is sought among the columns' names, then their headers, then the questions' wording, then all
    three without regard to case, blanks and kinds of quote; the first of these that finds any decides. A pattern is
    a regular expression that the whole name, header or wording has to match. A line without wave is of the source's
    wave; special fields and identifiers serve each wave that has no line of its own, and where the source has no wave
    every line without one does. A source without any line keeps every column under its slugged name.
    """
    lines = [(number, row) for number, row in enumerate(fields, start=2) if source.source in row.sources]
    if not lines:
        return _by_name(columns, source)
    identifiers = {item.item for item in items if item.scale == "identifier"}
    waves = waves_of(source, fields)
    own = {(row.item, row.wave) for _, row in lines if row.wave}
    faults: list[Fault] = []
    found: list[Mapped] = []
    for number, row in lines:
        column = _find(row, number, columns, source, faults)
        if column is None:
            continue
        everywhere = not row.wave and (not source.wave or row.item in identifiers or row.item in SPECIAL)
        here = [row.wave or source.wave] if not everywhere else [w for w in waves if (row.item, w) not in own]
        shared = everywhere and not source.wave
        found += [
            Mapped(row.item, wave, column.name, row.match == "pattern", row.wording, shared, number, row.date_format)
            for wave in here
        ]
    faults += _twice(found, source)
    if faults:
        raise StudyError(*faults)
    return found


def _by_name(columns: Sequence[Column], source: SourceRow) -> list[Mapped]:
    taken = set(WHERE_FROM)
    found = []
    for column in columns:
        name, count = slug(column.name), 1
        while name in taken:
            count += 1
            name = f"{slug(column.name)}_{count}"
        taken.add(name)
        found.append(Mapped(name, source.wave or "", column.name))
    return found


def _find(
    row: FieldRow, number: int, columns: Sequence[Column], source: SourceRow, faults: list[Fault]
) -> Column | None:
    where = f"config/fields.csv · line {number} · column"
    hits: list[Column] = []
    if row.match == "pattern":
        try:
            pattern = re.compile(row.column, re.S)
        except re.error as error:
            faults.append(
                Fault(where, f"this is no regular expression: {error}", "such as 'QID3_.*'", "mend the pattern")
            )
            return None
        hits = [column for column in columns if any(pattern.fullmatch(text) for text in _texts(column))]
    else:
        hits = _exact(row.column, columns)
    if len(hits) == 1:
        return hits[0]
    faults.append(_none_or_several(row, where, hits, columns, source))
    return None


def _exact(wanted: str, columns: Sequence[Column]) -> list[Column]:
    tiers: list[Callable[[Column], bool]] = [
        lambda column: column.name == wanted,
        lambda column: column.header == wanted,
        lambda column: column.question == wanted,
        lambda column: fold(wanted) in {fold(text) for text in _texts(column)},
    ]
    for fits in tiers:
        hits = [column for column in columns if fits(column)]
        if hits:
            return hits
    return []


def _texts(column: Column) -> list[str]:
    return [text for text in (column.name, column.header, column.question) if text]


def _none_or_several(
    row: FieldRow, where: str, hits: Sequence[Column], columns: Sequence[Column], source: SourceRow
) -> Fault:
    kind = "pattern" if row.match == "pattern" else "column"
    if hits:
        names = ", ".join(f"'{column.name}'" for column in hits[:3])
        return Fault(
            where,
            f"the {kind} '{row.column}' fits {len(hits)} columns of {source.file} (source '{source.source}'): {names}"
            + (" …" if len(hits) > 3 else ""),
            "one column",
            "name the column by its name (for Qualtrics the ImportId), or make the pattern narrower",
        )
    known = {text for column in columns for text in _texts(column) if len(text) <= 120}
    return Fault(
        where,
        f"the {kind} '{row.column}' is not in {source.file} (source '{source.source}', {len(columns)} columns)",
        did_you_mean(row.column, known),
        "mend the name in config/fields.csv, or see whether it is the right file in config/sources.csv",
    )


def _twice(found: Sequence[Mapped], source: SourceRow) -> list[Fault]:
    seen: dict[tuple[str, str], Mapped] = {}
    faults = []
    for line in found:
        first = seen.setdefault((line.item, line.wave), line)
        if first is not line:
            faults.append(
                Fault(
                    f"config/fields.csv · line {line.line} · item",
                    f"'{line.item}' of wave '{line.wave}' in source '{source.source}' is already on line {first.line}",
                    "one column for an item in a wave",
                    "delete one of the two lines, or give it its own item",
                )
            )
    return faults
