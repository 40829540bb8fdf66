"""Places: how many work there, where each stands on the tile grid, and what became of it on a newer map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated

from pydantic import Field

from prepost.quantities import NOT_STATED, Hierarchy
from prepost.sheets import Blank, OptionalText, Row

#: What a row of the table of places says of one that a sheet lacks.
UNLISTED = "not in the sheet of places: kept as it stands"
NO_STAFF = "no number of staff is given for it"


class WorkforceRow(Row):
    """How many people work in a place (`workforce.csv`)."""

    place: Annotated[str, Field(min_length=1)]
    staff: Annotated[float, Field(gt=0)]
    note: OptionalText = None


class TileRow(Row):
    """Where a place stands on the tile grid (`tiles.csv`): column from the left, row from the top, from 0."""

    place: Annotated[str, Field(min_length=1)]
    code: Annotated[str, Field(min_length=1, max_length=4)]
    column: Annotated[int, Field(ge=0, le=9)]
    row: Annotated[int, Field(ge=0, le=14)]


class PlaceRow(Row):
    """A place, from when to when it stood, and what followed it (`boards.csv`); several successors: it was split."""

    code: OptionalText = None
    name: Annotated[str, Field(min_length=1)]
    region: OptionalText = None
    valid_from: date
    valid_to: Annotated[date | None, Blank] = None
    successors: OptionalText = None
    note: OptionalText = None

    @property
    def followed_by(self) -> list[str]:
        """The places that followed this one."""
        return [name.strip() for name in (self.successors or "").split(";") if name.strip()]


class Moved(dict):
    """Old place to its place on the new map; a place that nothing followed is itself."""

    def get(self, key, default=None):
        """Return the new place, else the place itself."""
        return super().get(key, key)


def new_map(rows: Sequence[PlaceRow]) -> Moved:
    """Say where each old place stands on the new map.

    Parameters
    ----------
    rows : sequence of PlaceRow
        Old and new places.

    Returns
    -------
    Moved
        Its one successor; where it was split it cannot be moved without a finer location and stands apart.
    """
    return Moved(
        {
            row.name: row.followed_by[0] if len(row.followed_by) == 1 else f"{row.name} (split, not moved)"
            for row in rows
            if row.followed_by
        }
    )


def lacking(rows: Sequence[PlaceRow]) -> dict[str, str]:
    """Return, for each new place that took part of a split one, a note that those people are not in it."""
    found: dict[str, list[str]] = {}
    for row in rows:
        for name in row.followed_by if len(row.followed_by) > 1 else ():
            found.setdefault(name, []).append(row.name)
    return {name: f"without those of {' and '.join(split)}, split between boards" for name, split in found.items()}


def new_name(by: str) -> str:
    """Return the name of the grouping by the new map.

    Examples
    --------
    >>> new_name("icb")
    'icb_new'
    """
    return f"{by}_new"


def moved_hierarchy(by: str, moved: Mapping[str, str]) -> Hierarchy:
    """Return that places of the new map are sums of old ones, as the wall has to know."""
    return Hierarchy(by, new_name(by), Moved({NOT_STATED: NOT_STATED, **moved}))
