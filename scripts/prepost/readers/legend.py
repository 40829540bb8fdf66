"""A legend or a note below the data: lines that are no responses, and are refused as what they are."""

from __future__ import annotations

from collections.abc import Sequence

_BELOW = "below an empty line and without what every response has: a legend or a note, not a response"

Records = Sequence[tuple[int, Sequence[str]]]


def without_legend(
    taken: Sequence[tuple[int, list[str]]], refused: Sequence[tuple[int, str]], *, always: bool = False
) -> tuple[list[tuple[int, list[str]]], list[tuple[int, str]]]:
    """Part the responses from a legend below them.

    Parameters
    ----------
    taken : sequence of (int, list of str)
        Line and cells of the records that fit the header.
    refused : sequence of (int, str)
        Line and reason of the others, empty lines among them.
    always : bool
        Whether the tool always prints a legend: a line below an empty one that lacks the first of what every response
        above has is then enough.

    Returns
    -------
    taken : list of (int, list of str)
    refused : list of (int, str)
        With the lines below an empty one that lack half or more of what every response above has, and the first of
        it (a time or a number).
    """
    legend = _legend([line for line, reason in refused if reason == "empty line"], taken, 1 if always else None)
    left = [(line, cells) for line, cells in taken if line not in legend]
    return left, [*refused, *((line, _BELOW) for line in sorted(legend))]


def _legend(empty: Sequence[int], taken: Records, enough: int | None) -> set[int]:
    if not empty:
        return set()
    above = [cells for line, cells in taken if line < min(empty)]
    if not above:
        return set()
    always = [position for position in range(len(above[0])) if all(cells[position].strip() for cells in above)]
    legend = set()
    for line, cells in taken:
        missing = [not cells[position].strip() for position in always]
        few = sum(missing) < (enough or (len(missing) + 1) // 2)
        if line > min(empty) and missing and missing[0] and not few:
            legend.add(line)
    return legend
