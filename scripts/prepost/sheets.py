"""The CSV sheets of a study: what each row holds, and reading them with every fault reported at once.

Sheets are read with the csv module and typed by pydantic, not by pandas, so that the Snakefile can know the
study without paying for a data-frame import.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    field_validator,
    model_validator,
)

from prepost.errors import Fault, StudyError, did_you_mean

NAME = r"^[a-z][a-z0-9_]*$"
SPLIT = "|"
ABOUT_PERSON = "about_person"
ENROLMENTS = "enrolments"
#: Strands that are asked once: their sources are of the wave that bears the strand's name.
ONE_WAVE = ("population", "professionals", "appointments")
INTERVIEWS = "interviews"  # strand of transcripts, and the wave that they bear
MISSING_KINDS = ("not_shown", "skipped", "not_applicable", "refused")


def _blank_to_none(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


def _yes_no(value: object) -> object:
    words = {"": False, "no": False, "false": False, "yes": True, "true": True}
    return words.get(str(value).strip().lower(), value)


Blank = BeforeValidator(_blank_to_none)
YesNo = Annotated[bool, BeforeValidator(_yes_no)]
Name = Annotated[str, Field(pattern=NAME)]
OptionalName = Annotated[Name | None, Blank]
OptionalText = Annotated[str | None, Blank]
OptionalNumber = Annotated[Annotated[float, Field(allow_inf_nan=False)] | None, Blank]


class Row(BaseModel):
    """One row of a sheet; unknown columns are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)
    _line: int = PrivateAttr(0)

    @property
    def line(self) -> int:
        """Line of the sheet on which the row ends; 0 for a row that was not read from one."""
        return self._line


class SourceRow(Row):
    """One raw export (`sources.csv`)."""

    source: Name
    strand: Literal["learners", "interviews", "population", "professionals", "appointments", "economics", "claims"]
    wave: OptionalName = None  # blank: fields.csv gives the wave of each column
    file: Annotated[str, Field(min_length=1)]
    platform: Annotated[str, Field(min_length=1)]  # "auto": told by the file's own marks
    received: Annotated[date | None, Blank] = None
    sha256: Annotated[Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None, Blank] = None
    module: OptionalText = None  # the module of every row, where the whole file is of one
    answers: Annotated[Literal["labels", "codes"] | None, Blank] = None  # blank: either is taken
    date_format: OptionalText = None  # strptime pattern, or "excel" for serial numbers; blank: told by the dates
    encoding: OptionalText = None
    sheet: OptionalText = None
    delimiter: OptionalText = None
    note: OptionalText = None

    @field_validator("file")
    @classmethod
    def _inside_data(cls, value: str) -> str:
        path = Path(value)
        if path.is_absolute() or ".." in path.parts:
            raise ValueError("must be a path inside the data folder, without '..'")
        return value


class ItemRow(Row):
    """One question (`items.csv`)."""

    item: Name
    wording: Annotated[str, Field(min_length=1)]
    scale: Literal["ordinal", "number", "category", "multiple", "text", "date", "identifier"]
    low: OptionalNumber = None
    high: OptionalNumber = None
    labels: OptionalText = None  # 1=Strongly disagree|2=Disagree|…; for category and multiple: value=label
    reversed: YesNo = False
    construct_name: OptionalText = Field(None, alias="construct")  # what it measures
    allowed_missing: OptionalText = None  # answer=kind|answer=kind, kind one of MISSING_KINDS

    @property
    def codes(self) -> dict[str, str]:
        """Code to label, in the sheet's order."""
        return _pairs(self.labels)

    @property
    def missing(self) -> dict[str, str]:
        """Answer (code or label) to the kind of missing that it means."""
        return _pairs(self.allowed_missing)

    @model_validator(mode="after")
    def _scale_is_whole(self) -> ItemRow:
        problems = list(_scale_problems(self))
        if problems:
            raise ValueError("; ".join(problems))
        return self


class FieldRow(Row):
    """Which column of which export holds which item (`fields.csv`)."""

    source: Annotated[str, Field(min_length=1)]  # one name, or several split by |
    column: Annotated[str, Field(min_length=1)]
    match: Annotated[Literal["exact", "pattern"], BeforeValidator(lambda v: v or "exact")] = "exact"
    item: Name
    wave: OptionalName = None  # blank: the source's wave
    date_format: OptionalText = None  # of a date item: strptime pattern or "excel"; blank: told by the dates themselves
    wording: OptionalText = None  # the wording in this export, where it differs and is accepted as the same question
    note: OptionalText = None

    @property
    def sources(self) -> list[str]:
        """The sources the row speaks of."""
        return [name.strip() for name in self.source.split(SPLIT)]


class RecodeRow(Row):
    """What an answer of one export means on the item's scale (`recodes.csv`): the signed-off harmonisation."""

    source: Annotated[str, Field(min_length=1)]
    item: Name
    answer: Annotated[str, Field(min_length=1)]
    value: Annotated[str, Field(min_length=1)]  # a code of the item, or a kind of missing
    note: Annotated[str, Field(min_length=1)]

    @property
    def sources(self) -> list[str]:
        """The sources the row speaks of."""
        return [name.strip() for name in self.source.split(SPLIT)]


def _pairs(text: str | None) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in (text or "").split(SPLIT):
        if part.strip():
            code, _, label = part.partition("=")
            found[code.strip()] = label.strip()
    return found


def _scale_problems(item: ItemRow) -> Iterator[str]:
    codes = item.codes
    yield from _label_problems(item)
    if item.scale in ("ordinal", "number"):
        if item.low is None or item.high is None:
            if item.scale == "ordinal":
                yield f"scale is ordinal, so low and high are needed (low is {item.low}, high is {item.high})"
        elif item.low >= item.high:
            yield f"low ({item.low:g}) is not below high ({item.high:g})"
    elif item.low is not None or item.high is not None:
        yield f"scale is {item.scale}, so low and high must be blank"
    if item.scale == "multiple" and not codes:
        yield "scale is multiple, so labels are needed (value=label|value=label)"
    if item.scale == "ordinal" and codes and item.low is not None and item.high is not None:
        try:
            numbers = sorted(float(code) for code in codes)
        except ValueError:
            yield "labels of an ordinal item are written number=label"
            return
        if numbers[0] != item.low or numbers[-1] != item.high:
            yield (
                f"low {item.low:g} and high {item.high:g} disagree with labels, "
                f"which run from {numbers[0]:g} to {numbers[-1]:g}"
            )
        elif len(numbers) != int(item.high - item.low) + 1:
            yield f"labels name {len(numbers)} steps, low to high has {int(item.high - item.low) + 1}"
    if item.reversed and item.scale not in ("ordinal", "number"):
        yield "only ordinal and number items can be reversed"
    for answer, kind in item.missing.items():
        if kind not in MISSING_KINDS:
            yield f"allowed_missing gives '{answer}' the kind '{kind}', which is none of {', '.join(MISSING_KINDS)}"


def _label_problems(item: ItemRow) -> Iterator[str]:
    parts = [part.strip() for part in (item.labels or "").split(SPLIT) if part.strip()]
    unlabelled = [part for part in parts if not all(side.strip() for side in part.partition("=")[::2])]
    if unlabelled:
        yield f"labels are written code=label|code=label, and '{unlabelled[0]}' is not"
    codes = [part.partition("=")[0].strip() for part in parts]
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if twice:
        yield f"labels give the code '{twice[0]}' twice"


def read_sheet(path: Path, row: type[Row], *, key: str | None = None, where: str | None = None) -> list:
    """Read one sheet into typed rows.

    Parameters
    ----------
    path : Path
        A UTF-8 CSV with one header row; a byte order mark is allowed, lines starting with ``#`` are not special.
    row : type of Row
        What a row holds; its fields are the allowed columns.
    key : str, optional
        Column whose values may not repeat.
    where : str, optional
        How errors name the file; default ``config/<name>``.

    Returns
    -------
    list of Row
        In the sheet's order.

    Raises
    ------
    StudyError
        With every fault of the sheet: file missing, unknown column, a cell that does not fit, a repeated key.
    """
    where = where or f"config/{path.name}"
    rows, faults, seen = [], [], {}
    for line, record in _records(path, where, row, faults):
        try:
            item = row.model_validate(record)
        except ValidationError as error:
            faults += [_row_fault(where, line, entry) for entry in error.errors()]
            continue
        item._line = line
        name = getattr(item, key) if key else None
        if key and name in seen:
            faults.append(
                Fault(
                    f"{where} · line {line} · {key}",
                    f"'{name}' stands already on line {seen[name]}",
                    "each name once",
                    f"rename or delete one of the two lines in {where}",
                )
            )
        seen.setdefault(name, line)
        rows.append(item)
    if faults:
        raise StudyError(*faults)
    return rows


def _text(path: Path, where: str, columns: list[str]) -> str:
    if not path.is_file():
        expected = f"a CSV with the columns {', '.join(columns)}"
        raise StudyError(Fault(where, "the file is missing", expected, "see config/README.md for what it holds"))
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise StudyError(
            Fault(where, "the file is not UTF-8", "a CSV saved as UTF-8", "save it again as 'CSV UTF-8'")
        ) from error


def _records(path: Path, where: str, row: type[Row], faults: list[Fault]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield line and cells of each row that is not blank; rows of another length become faults."""
    columns = [field.alias or name for name, field in row.model_fields.items()]
    reader = csv.reader(io.StringIO(_text(path, where, columns), newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        widest = len(header)
        while header and not header[-1]:  # Excel leaves commas after the last column, on every line
            header.pop()
        wrong = list(_header_faults(where, header, row))
        if wrong:
            raise StudyError(*wrong)
        for cells in reader:
            beyond = cells[len(header) :]
            if not any(cell.strip() for cell in cells):
                continue
            if not len(header) <= len(cells) <= widest or any(cell.strip() for cell in beyond):
                here, what = f"{where} · line {reader.line_num}", "more or fewer cells than the header has"
                faults.append(Fault(here, what, f"{len(header)} cells", "quote a cell that holds a comma"))
                continue
            yield reader.line_num, dict(zip(header, cells, strict=False))
    except csv.Error:
        what = "the line cannot be read as CSV: a quotation mark that does not end, or text after it"
        here, expected = f"{where} · line {reader.line_num}", 'a cell with a comma as "…", a quotation mark in it as ""'
        raise StudyError(*faults, Fault(here, what, expected, f"mend it in {where}")) from None


def _header_faults(where: str, header: list[str], row: type[Row]) -> Iterator[Fault]:
    columns = {field.alias or name: field for name, field in row.model_fields.items()}
    fix = f"mend the first line of {where}"
    if not header:
        yield Fault(where, "the file is empty", f"a header with the columns {', '.join(columns)}", fix)
        return
    if len(header) == 1 and any(mark in header[0] for mark in ";\t"):
        yield Fault(
            where, "the cells are not split by commas", "a CSV with commas", f"save {where} again as 'CSV UTF-8'"
        )
        return
    for name in sorted({name for name in header if header.count(name) > 1}):
        yield Fault(f"{where} · column {name}", "the column stands twice", "each column once", fix)
    for name in header:
        if name not in columns:
            yield Fault(f"{where} · column {name}", "unknown column", did_you_mean(name, columns), fix)
    for name, field in columns.items():
        if field.is_required() and name not in header:
            near = did_you_mean(name, [column for column in header if column not in columns])
            yield Fault(f"{where} · column {name}", "the column is missing", near.replace("one of ", ""), fix)


def _row_fault(where: str, line: int, entry: dict) -> Fault:
    column = ".".join(str(part) for part in entry["loc"]) or "scale, low, high, labels"
    message, expected = entry["msg"].removeprefix("Value error, "), ""
    given, kind = entry.get("input"), entry["type"]
    if kind == "literal_error" and isinstance(given, str):
        known = [part.strip(" '") for part in entry["ctx"]["expected"].replace(" or ", ", ").split(",")]
        message, expected = f"'{given}' is not allowed", did_you_mean(given, known) or entry["ctx"]["expected"]
        if not given:
            message = "the cell is blank"
    elif kind == "string_pattern_mismatch":
        message = f"'{given}' does not fit" if given else "the cell is blank"
        expected = (
            "64 hex digits, letters small" if column == "sha256" else "lower-case letters, digits and underscores"
        )
    elif kind == "string_too_short":
        message = "the cell is blank"
    elif kind.startswith("bool"):
        message, expected = f"'{given}' is neither", "yes or no; blank is no"
    elif kind.startswith(("date", "float")):
        message = f"'{given}' does not fit"
        expected = "a date, as 2025-01-31" if kind.startswith("date") else "a number, with a point for decimals"
    elif kind == "finite_number":
        message, expected = f"'{given}' does not fit", "a number"
    return Fault(f"{where} · line {line} · {column}", message, expected, f"mend the cell in {where}")


def header_of(path: Path) -> list[str]:
    """Return the column names of a sheet, or none where it is empty or cannot be read; its reader tells why."""
    try:
        first = next(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")), [])
    except (UnicodeDecodeError, csv.Error):
        return []
    return [name.strip() for name in first]
