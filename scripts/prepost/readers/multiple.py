"""Several columns of one multiple-answer question, offered beside them as one column of ticked options."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from prepost.readers.table import MULTIPLE_SEPARATOR, Column

_TICKED = {"1", "checked", "true"}
_UNTICKED = {"", "0", "unchecked", "false"}

Tick = Callable[[str, str], str | None]


def tick_mark(cell: str, option: str) -> str | None:
    """Return the option where the cell ticks it.

    Parameters
    ----------
    cell : str
        1 or Checked where ticked, 0, Unchecked or blank where not; anything else is the option's own label.
    option : str
        The option's code or label, as the header tells it.

    Returns
    -------
    str or None
        The option, or the label that stands in the cell; None where it is not ticked.
    """
    folded = cell.strip().casefold()
    if folded in _UNTICKED:
        return None
    return option if folded in _TICKED else cell.strip()


@dataclass(frozen=True)
class Combined:
    """One multiple-answer question over several columns.

    Parameters
    ----------
    column : Column
        The column that joins them.
    parts : tuple of (int, str)
        Position in the file and option, in the file's order.
    """

    column: Column
    parts: tuple[tuple[int, str], ...]


def with_combined(
    columns: Sequence[Column],
    combined: Sequence[Combined],
    records: Sequence[tuple[int, Sequence[str]]],
    tick: Tick = tick_mark,
) -> tuple[list[Column], list[tuple[int, list[str]]]]:
    """Insert each combined column before the first that it combines, unless a column has that name already.

    Parameters
    ----------
    columns : sequence of Column
        As in the file.
    combined : sequence of Combined
        What to combine.
    records : sequence of (int, sequence of str)
        Line and cells.
    tick : callable
        From a cell and its option to what is written for it, or None where it is not ticked.

    Returns
    -------
    columns : list of Column
    records : list of (int, list of str)
        The ticked options in the file's order, joined by ``MULTIPLE_SEPARATOR``; an empty string where there is none.
    """
    names = {column.name for column in columns}
    before = {item.parts[0][0]: item for item in combined if item.column.name not in names}
    wide: list[Column] = []
    for position, column in enumerate(columns):
        if position in before:
            wide.append(before[position].column)
        wide.append(column)
    rows = []
    for line, cells in records:
        row: list[str] = []
        for position, cell in enumerate(cells):
            if position in before:
                ticked = [tick(cells[part], option) for part, option in before[position].parts]
                row.append(MULTIPLE_SEPARATOR.join(dict.fromkeys(option for option in ticked if option)))
            row.append(cell)
        rows.append((line, row))
    return wide, rows
