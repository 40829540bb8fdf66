"""The sheets of the surveys: whom a share is of, which shares are told, and the margins to weight to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator

from prepost.errors import Fault, did_you_mean
from prepost.sheets import SPLIT, Blank, ItemRow, Name, OptionalName, OptionalNumber, OptionalText, Row

AND, IS = "&", "="
Number = Annotated[float, Field(allow_inf_nan=False), BeforeValidator(lambda v: None if v == "" else v)]


class TargetRow(Row):
    """One category of one margin (`targets.csv`): the item, the answer's code, and its share in per cent."""

    margin: Name
    category: Annotated[str, Field(min_length=1)]
    share: Annotated[Number, Field(ge=0, le=100)]
    source: Annotated[str, Field(min_length=1)]


class BaseRow(Row):
    """Whom a share is of (`survey_bases.csv`): those whose answers meet the condition; blank is everyone."""

    base: Name
    strand: Literal["population", "professionals", "appointments"]
    condition: OptionalText = None  # item=code|code & item=code
    label: Annotated[str, Field(min_length=1)]
    source_id: OptionalText = None
    published_n: OptionalNumber = None
    note: OptionalText = None

    @field_validator("condition")
    @classmethod
    def _readable(cls, value: str | None) -> str | None:
        for part in (value or "").split(AND) if value else ():
            item, _, codes = part.partition(IS)
            if not item.strip() or not codes.strip():
                raise ValueError(f"'{part.strip()}' is not written item=code, or item=code|code, joined by &")
        return value

    @property
    def conditions(self) -> list[tuple[str, list[str]]]:
        """Item and codes of each condition, all of which must hold."""
        parts = [part.partition(IS) for part in (self.condition or "").split(AND) if part.strip()]
        return [(item.strip(), [code.strip() for code in codes.split(SPLIT)]) for item, _, codes in parts]


class ShareRow(Row):
    """One figure that is told (`survey_shares.csv`): the share who gave an answer, or the mean of a number."""

    share: Name
    strand: Literal["population", "professionals", "appointments"]
    theme: Annotated[str, Field(min_length=1)]
    item: Name
    answer: OptionalText = None  # code, or code|code; blank: the mean of a number
    base: Name
    by: OptionalName = None  # a category: its groups are told too, and set against each other
    group: OptionalText = None  # the row is of this group of `by` alone
    not_asked: Annotated[Literal["no"] | None, Blank] = None  # who was not asked counts as no
    label: Annotated[str, Field(min_length=1)]
    value: OptionalNumber = None  # per cent or mean, as published or as the bundled study plants it
    hedge: Annotated[Literal["more than"] | None, Blank] = None
    basis: Annotated[Literal["published", "illustrative"] | None, Blank] = None
    source_id: OptionalText = None
    source: OptionalText = None
    note: OptionalText = None

    @property
    def answers(self) -> list[str]:
        """The codes that count; none where a mean is told."""
        return [code.strip() for code in (self.answer or "").split(SPLIT) if code.strip()]


def labels_of(shares: Sequence[ShareRow], bases: Sequence[BaseRow] = ()) -> dict[str, str]:
    """Return what each figure is called; under "of <figure>" of whom it is and under "base <base>" who is in a base."""
    of = {row.base: row.label for row in bases}
    told = [row for row in shares if not row.group]
    whom = {f"of {row.share}": of[row.base] for row in told if row.base in of}
    return {row.share: row.label for row in told} | whom | {f"base {name}": label for name, label in of.items()}


def target_faults(rows: Sequence[TargetRow], items: Mapping[str, ItemRow], sheet: str) -> list[Fault]:
    """Find what is wrong with margins before any data are seen.

    Parameters
    ----------
    rows : sequence of TargetRow
    items : mapping of str to ItemRow
        The codebook.
    sheet : str
        The file's name, for the faults.

    Returns
    -------
    list of Fault
        Shares of a margin that do not sum to 100; a margin that is no category item; a category that is no code of
        it, stands twice, or has a share of 0.
    """
    faults, where = [], f"config/{sheet}"
    for margin in dict.fromkeys(row.margin for row in rows):
        own = [row for row in rows if row.margin == margin]
        item = items.get(margin)
        if item is None or item.scale != "category":
            known = [name for name, row in items.items() if row.scale == "category"]
            expected, fix = did_you_mean(margin, known), "name a category item, as items.csv has it"
            what = "is not in items.csv" if item is None else f"has the scale {item.scale}"
            faults.append(Fault(f"{where} · line {own[0].line} · margin", f"'{margin}' {what}", expected, fix))
            continue
        total = sum(row.share for row in own)
        if abs(total - 100) > 1e-6:
            faults.append(
                Fault(
                    f"{where} · margin '{margin}' · share",
                    f"the shares on lines {own[0].line} to {own[-1].line} sum to {total:g}",
                    "100",
                    "mend the share that is wrong; where rounding is the reason, give more decimals",
                )
            )
        seen: set[str] = set()
        for row in own:
            here = f"{where} · line {row.line} · "
            if item.codes and row.category not in item.codes:
                near = did_you_mean(row.category, item.codes) or f"one of {', '.join(item.codes)}"
                what = f"'{row.category}' is no code of '{margin}'"
                faults.append(Fault(here + "category", what, near, "write a code as items.csv gives it"))
            if row.category in seen:
                what = f"'{row.category}' stands twice in the margin '{margin}'"
                faults.append(Fault(here + "category", what, "each category once", "take one of the lines out"))
            if row.share == 0:
                what = f"'{row.category}' has a share of 0, and nobody can weigh nothing"
                fix = "take the line out and set such respondents aside, or join the category to another"
                faults.append(Fault(here + "share", what, "a share above 0", fix))
            seen.add(row.category)
    return faults
