"""From one raw export to answers as text: one row a response, under the study's own names."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from prepost.dates import ISO, DateFormat, as_text, date_format, read_with
from prepost.errors import Fault, StudyError
from prepost.fields import SPECIAL, Mapped
from prepost.readers import RawTable
from prepost.readers.table import file_error
from prepost.sheets import ENROLMENTS, ItemRow, SourceRow

SYNTHETIC_MARK = "SYN-"
#: How the source writes answers ("labels", "codes" or null), as declared; a name that no item can have.
ANSWERS_COLUMN = "_answers"
KNOWN = ["source", "line", "wave", "module", "received", "response_id", "status", "duration_seconds"]
BLANK_PART = "no answer to any item of this wave"
# https://www.qualtrics.com/support: Response Type; numeric exports give the codes.
_QUALTRICS_STATUS = {
    "0": "IP Address",
    "1": "Survey Preview",
    "2": "Survey Test",
    "4": "Imported",
    "8": "Spam",
    "9": "Preview Spam",
    "12": "Imported Spam",
    "16": "Offline",
    "17": "Offline Preview",
}


@dataclass(frozen=True)
class Ingested:
    """What `ingest` leaves.

    Parameters
    ----------
    responses : DataFrame
        Table `ingested`: one row a raw line and wave. `source`, `line`, `wave`, `module`, `received`, `response_id`,
        `status`, `duration_seconds`, `_answers`, then one text column an item in the code book's order: the answer as
        exported, the empty text where the item was asked and left blank, null where it was not asked in that wave.
    refused : DataFrame
        Table `refused`: `source`, `line`, `wave`, `reason` of each raw line and wave not taken.
    unreadable_dates : int
        Responses whose date of receipt is not blank and fits no date format; their `received` is null.
    """

    responses: pd.DataFrame
    refused: pd.DataFrame
    unreadable_dates: int


def check_sha256(path: Path, source: SourceRow) -> None:
    """Refuse a file whose content is not the one that sources.csv names.

    Parameters
    ----------
    path : Path
        The raw export.
    source : SourceRow
        Its line of sources.csv; without a sha256 nothing is checked.

    Raises
    ------
    StudyError
        ``kind="file"``; a file that is not there is left to the reader.
    """
    if source.sha256 is None or not path.is_file():
        return
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != source.sha256:
        raise file_error(
            path,
            f"the file is not the one that was registered: its sha256 is {found}",
            expected=f"{source.sha256}, as sources.csv has it for '{source.source}'",
            fix="put the registered file back, or, if the new one is right, write its sha256 into config/sources.csv",
        )


def ingest(
    table: RawTable, source: SourceRow, mapping: Sequence[Mapped], waves: Sequence[str], items: Sequence[ItemRow]
) -> Ingested:
    """Return one row a raw line and wave, and each that was not taken.

    Parameters
    ----------
    table : RawTable
        The export as text.
    source : SourceRow
        Its line of sources.csv.
    mapping : sequence of Mapped
        Which column holds which item and wave.
    waves : sequence of str
        The waves that the source holds.
    items : sequence of ItemRow
        The code book, for the order of columns and for labels of coded exports.

    Returns
    -------
    Ingested
        ``table.records * len(waves) == len(responses) + len(refused)``.

    Raises
    ------
    StudyError
        ``kind="data"`` where no date of receipt fits the date format, or where the dates of a column may be read day
        first and month first.
    """
    parts, refused = [], []
    for wave in waves:
        lines = [line for line in mapping if line.wave == wave]
        part = _part(table, source, wave, lines, items)
        blank = _blank(part, lines)
        parts.append(part[~blank])
        refused += [(line, wave, BLANK_PART) for line in part.loc[blank, "line"]]
        refused += [(row.line, wave, row.reason) for row in table.refused.itertuples()]
    responses = _ordered(pd.concat(parts, ignore_index=True), items)
    received, unreadable = parse_received(responses["received"], source, responses["line"])
    responses["received"] = received
    set_aside = pd.DataFrame(refused, columns=["line", "wave", "reason"]).astype({"line": "int64"})
    set_aside.insert(0, "source", source.source)
    return Ingested(
        responses.sort_values(["line", "wave"], kind="stable", ignore_index=True),
        set_aside.sort_values(["line", "wave"], kind="stable", ignore_index=True),
        unreadable,
    )


def _part(
    table: RawTable, source: SourceRow, wave: str, lines: Sequence[Mapped], items: Sequence[ItemRow]
) -> pd.DataFrame:
    """One wave of the export, whether answered or not."""
    book = {item.item: item for item in items}
    columns = {name: column for name, column in table.meta.items() if name in SPECIAL}
    columns |= {line.item: line.column for line in lines if line.item in SPECIAL}
    data: dict[str, object] = {"source": source.source, "line": table.rows.index.to_numpy(), "wave": wave}
    for name in SPECIAL:
        cells = table.rows[columns[name]].astype("string") if name in columns else pd.NA
        data[name] = cells.array if name in columns else pd.array([pd.NA] * len(table.rows), dtype="string")
    for line in lines:
        if line.item not in SPECIAL:
            cells = table.rows[line.column].astype("string").fillna("")
            item = book.get(line.item)
            cells = _labelled(cells, table.value_labels.get(line.column), source, item)
            data[line.item] = (_dated(cells, line, source, item) if item and item.scale == "date" else cells).array
    part = pd.DataFrame(data)
    part[ANSWERS_COLUMN] = pd.array([source.answers or pd.NA] * len(part), dtype="string")
    if source.module and "module" not in columns:
        part["module"] = source.module
    if table.notes.get("platform", source.platform) == "qualtrics":
        status = part["status"].str.strip()
        part["status"] = status.map(_QUALTRICS_STATUS).astype("string").fillna(part["status"])
    return part


def _labelled(cells: pd.Series, labels: dict[str, str] | None, source: SourceRow, item: ItemRow | None) -> pd.Series:
    """The label of a coded answer, where the file itself says what its codes mean.

    An export's codes may run otherwise than the study's; its labels can be compared with the study's.
    """
    worded = item is not None and (bool(item.codes) or item.scale in ("category", "multiple"))
    if not labels or source.answers == "codes" or not (source.answers == "labels" or worded):
        return cells
    kept = set(item.missing) if item else set()
    lookup = {code: label for code, label in labels.items() if code not in kept}
    return cells.str.strip().map(lookup).astype("string").fillna(cells)


def _dated(cells: pd.Series, line: Mapped, source: SourceRow, item: ItemRow) -> pd.Series:
    """Return the answers to a date item as ISO 8601 dates; what is no date stays as exported."""
    given = cells.mask(cells.str.strip().isin(list(item.missing)), "")
    found = date_format(given) if line.date_format is None else None
    if found and found.candidates:
        place = f"config/fields.csv · line {line.line} (item '{line.item}')" if line.line else "config/fields.csv"
        raise StudyError(
            _undecided(f"{source.file} · column '{line.column}' (source '{source.source}')", found, place), kind="data"
        )
    pattern = line.date_format or (found.pattern if found else None)
    return cells if pattern in (None, ISO) else as_text(read_with(given, pattern), cells)


def _undecided(where: str, found: DateFormat, place: str) -> Fault:
    return Fault(
        where,
        f"whether the day or the month comes first cannot be told: {found.why}",
        "dates of which one at least has a day after the 12th, all written one way",
        f"write date_format in {place}: {' or '.join(found.candidates)}",
    )


def _blank(part: pd.DataFrame, lines: Sequence[Mapped]) -> pd.Series:
    """Rows without any answer to an item of this very wave."""
    own = [line.item for line in lines if line.item not in SPECIAL and not line.shared]
    if not own:
        return pd.Series(False, index=part.index)
    blank = pd.Series(True, index=part.index)
    for name in dict.fromkeys(own):
        blank &= part[name].str.strip().eq("")
    return blank.astype(bool)


def _ordered(frame: pd.DataFrame, items: Sequence[ItemRow]) -> pd.DataFrame:
    known = [*KNOWN, ANSWERS_COLUMN]
    listed = [item.item for item in items if item.item in frame.columns and item.item not in known]
    others = sorted(set(frame.columns) - set(known) - set(listed))
    frame = frame[[*known, *listed, *others]]
    text = {name: "string" for name in frame.columns if name not in ("line", "received")}
    return frame.astype(text | {"line": "int64"})


def parse_received(cells: pd.Series, source: SourceRow, lines: pd.Series) -> tuple[pd.Series, int]:
    """Return when each response was received, and how many of the dates could not be read.

    Parameters
    ----------
    cells : Series of str
        As exported; blank or null where unknown.
    source : SourceRow
        Its ``date_format``: a strptime pattern, ``excel`` for serial numbers (days since 30 December 1899), or
        nothing: then the dates themselves tell.
    lines : Series of int
        Line of each, for the fault.

    Returns
    -------
    received : Series of datetime64[us]
        As the clock showed where the survey was answered: an offset or a zone's name at the end is let go.
    unreadable : int
        How many are neither blank nor dates; null in `received`.

    Raises
    ------
    StudyError
        ``kind="data"`` where there are dates and none can be read (the format is wrong, not the rows), or where they
        may be read day first and month first.
    """
    text = cells.astype("string").str.strip().replace("", pd.NA)
    where = f"{source.file} · date of receipt (source '{source.source}')"
    pattern = source.date_format
    if pattern is None:
        found = date_format(text, dated=True)
        if found.candidates:
            raise StudyError(_undecided(where, found, "the line of this source in config/sources.csv"), kind="data")
        pattern = found.pattern
    received = read_with(text, pattern)
    unreadable = text.notna() & received.isna()
    if unreadable.any() and not received.notna().any():
        raise StudyError(
            Fault(
                where,
                f"none of the {int(unreadable.sum()):,} dates fits the format '{source.date_format or 'ISO 8601'}'",
                "a strptime pattern such as %d/%m/%Y %H:%M, excel for serial numbers, or blank for ISO 8601",
                "mend date_format of this source in config/sources.csv",
                rows=[int(line) for line in lines[unreadable]],
            ),
            kind="data",
        )
    return received, int(unreadable.sum())


def check_synthetic(responses: pd.DataFrame, source: SourceRow, *, synthetic: bool, person_key: Sequence[str]) -> None:
    """Keep invented and real people apart: a synthetic study takes no other response, and another none of these.

    Parameters
    ----------
    responses : DataFrame
        As `ingest` leaves them.
    source : SourceRow
        Its line of sources.csv.
    synthetic : bool
        What study.yaml says.
    person_key : sequence of str
        Identifier items; the first that the source has counts where it has no response id.

    Raises
    ------
    StudyError
        ``kind="refused"``, with line numbers and never an identifier.
    """
    column = "response_id" if responses["response_id"].notna().any() else None
    column = column or next((name for name in person_key if name in responses.columns), None)
    if column is None:
        return
    ids = responses[column].str.strip().replace("", pd.NA)
    marked = ids.str.startswith(SYNTHETIC_MARK)
    wrong = (ids.notna() & ~marked.fillna(False)) if synthetic else marked.fillna(False)
    if synthetic and source.wave == ENROLMENTS:  # a table of counts: its key, if any, is no person's
        return
    if not wrong.any():
        return
    what = (
        f"the study is declared synthetic, but this file holds responses whose {column} does not begin "
        f"'{SYNTHETIC_MARK}': they may be real people's"
        if synthetic
        else f"this file holds simulated responses ({column} begins '{SYNTHETIC_MARK}'), "
        "and the study is not declared synthetic"
    )
    raise StudyError(
        Fault(
            f"{source.file} (source '{source.source}')",
            what,
            "a study of invented people, or one of real people, never both",
            "take the file out of the data folder, or mend 'synthetic' in config/study.yaml",
            rows=[int(line) for line in responses.loc[wrong, "line"].unique()],
        ),
        kind="refused",
    )
