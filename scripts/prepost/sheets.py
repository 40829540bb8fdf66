"""The CSV sheets of a study: what each row holds, and reading them with every fault reported at once.

Sheets are read with the csv module and typed by pydantic, not by pandas, so that the Snakefile can know the
study without paying for a data-frame import.
"""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator

from prepost.errors import Fault, StudyError, did_you_mean

NAME = r"^[a-z][a-z0-9_]*$"
SPLIT = "|"
ABOUT_PERSON = "about_person"
ENROLMENTS = "enrolments"
MissingKind = Literal["not_shown", "skipped", "not_applicable", "refused"]
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
OptionalNumber = Annotated[float | None, Blank]


class Row(BaseModel):
    """One row of a sheet; unknown columns are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class SourceRow(Row):
    """One raw export (`sources.csv`)."""

    source: Name
    strand: Literal["learners", "interviews", "population", "professionals", "appointments", "economics", "claims"]
    wave: OptionalName = None  # blank: fields.csv gives the wave of each column
    file: Annotated[str, Field(min_length=1)]
    platform: Annotated[str, Field(min_length=1)]
    received: Annotated[date | None, Blank] = None
    sha256: Annotated[Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None, Blank] = None
    module: OptionalText = None  # the module of every row, where the whole file is of one
    answers: Annotated[Literal["labels", "codes"] | None, Blank] = None  # blank: either is taken
    date_format: OptionalText = None  # strptime pattern, or "excel" for serial numbers; blank: ISO 8601
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


def _scale_problems(item: ItemRow):
    codes = item.codes
    if item.scale in ("ordinal", "number"):
        if item.low is None or item.high is None:
            if item.scale == "ordinal":
                yield f"scale is ordinal, so low and high are needed (low is {item.low}, high is {item.high})"
        elif item.low >= item.high:
            yield f"low ({item.low:g}) is not below high ({item.high:g})"
    elif item.low is not None or item.high is not None:
        yield f"scale is {item.scale}, so low and high must be blank"
    if item.scale in ("category", "multiple") and not codes and item.scale == "multiple":
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
    records, faults = _records(path, where, {field.alias or name for name, field in row.model_fields.items()})
    rows, seen = [], {}
    for line, record in records:
        try:
            item = row.model_validate(record)
        except ValidationError as error:
            faults += [_row_fault(where, line, entry) for entry in error.errors()]
            continue
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
        seen[name] = line
        rows.append(item)
    if faults:
        raise StudyError(*faults)
    return rows


def _records(path: Path, where: str, allowed: set[str]):
    if not path.is_file():
        raise StudyError(
            Fault(
                where,
                "the file is missing",
                f"a CSV with the columns {', '.join(sorted(allowed))}",
                "see config/README.md for what it holds",
            )
        )
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise StudyError(
            Fault(where, "the file is not UTF-8", "a CSV saved as UTF-8", "save it again as 'CSV UTF-8'")
        ) from error
    reader = csv.DictReader(text.splitlines(keepends=True), restkey="")
    faults = [
        Fault(f"{where} · column {name}", "unknown column", did_you_mean(name, allowed), f"rename it in {where}")
        for name in (reader.fieldnames or [])
        if name not in allowed
    ]
    if faults:
        raise StudyError(*faults)
    records = []
    for record in reader:
        if "" in record or None in record.values():
            faults.append(
                Fault(
                    f"{where} · line {reader.line_num}",
                    "more or fewer cells than the header has",
                    f"{len(reader.fieldnames)} cells",
                    "quote a cell that holds a comma",
                )
            )
            continue
        if any(value.strip() for value in record.values()):
            records.append((reader.line_num, record))
    return records, faults


def _row_fault(where: str, line: int, entry: dict) -> Fault:
    column = ".".join(str(part) for part in entry["loc"]) or "scale, low, high, labels"
    message = entry["msg"].removeprefix("Value error, ")
    given = entry.get("input")
    expected = ""
    if entry["type"] == "literal_error" and isinstance(given, str):
        known = [part.strip(" '") for part in entry["ctx"]["expected"].replace(" or ", ", ").split(",")]
        message, expected = f"'{given}' is not allowed", did_you_mean(given, known) or entry["ctx"]["expected"]
    elif entry["type"] == "string_pattern_mismatch":
        message, expected = (
            f"'{given}' does not fit",
            "lower-case letters, digits and underscores (sha256: 64 hex digits)",
        )
    return Fault(f"{where} · line {line} · {column}", message, expected, f"mend the cell in {where}")
