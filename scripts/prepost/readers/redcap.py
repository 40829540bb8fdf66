"""REDCap exports (CSV, raw or labels)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from prepost.readers.grid import read_grid
from prepost.readers.multiple import Combined, with_combined
from prepost.readers.recognise import require
from prepost.readers.table import Column, RawTable, ReadOptions, find_meta, make_table, take_records, unique_names

# REDCap writes the minus of a negative code as a further underscore: field___-9 is exported as field____9.
_RAW_CHOICE = re.compile(r"(?P<question>.+?)___(?P<minus>_(?=\d))?(?P<option>\w+)$")
_LABEL_CHOICE = re.compile(r"(?P<question>.+?) \(choice=(?P<option>.+)\)$", re.S)


def read_redcap(path: Path, options: ReadOptions) -> RawTable:
    """Read a REDCap export.

    Parameters
    ----------
    path : pathlib.Path
        CSV (or .xlsx), with names or labels as headers and codes or labels as answers.
    options : ReadOptions
        Where the file leaves a doubt.

    Returns
    -------
    RawTable
        A column is named by its variable (by its label where labels are the headers). The ``name___1``, ``name___2`` …
        columns of one multiple-answer question stay, and one column ``name`` before them joins the ticked options by
        ``" | "``: codes, or the option's label where the cells or the headers hold it; blank where none is ticked.
        It is left out where the export has a column of that name (a recoded one) already.
        ``meta`` has ``response_id`` (first column), ``received`` (the first ``…_timestamp``) and ``status`` (the first
        ``…_complete``).

    Raises
    ------
    StudyError
        The file lacks REDCap's marks.

    Notes
    -----
    REDCap writes 0 for an unticked option whether or not the question was shown, so "none" and "not shown" are one.
    """
    grid = read_grid(path, options)
    require(path, "redcap", grid)
    header = grid.records[0][1]
    names = unique_names(header)
    taken, refused = take_records(grid.records[1:], [header])
    columns = [Column(name=name, header=cell) for name, cell in zip(names, header, strict=True)]
    columns, taken = with_combined(columns, _multiple_answers(header), taken)
    return make_table(columns, taken, refused, meta=_meta(names), notes={**grid.notes, "header_rows": "1"})


def _multiple_answers(header: Sequence[str]) -> list[Combined]:
    groups: dict[str, list[tuple[int, str]]] = {}
    for position, cell in enumerate(header):
        match = _LABEL_CHOICE.match(cell) or _RAW_CHOICE.match(cell)
        if match:
            parts = match.groupdict()
            option = ("-" if parts.get("minus") else "") + parts["option"]
            groups.setdefault(parts["question"], []).append((position, option))
    return [
        Combined(column=Column(name=question, header=question), parts=tuple(parts))
        for question, parts in groups.items()
    ]


def _meta(names: Sequence[str]) -> dict[str, str]:
    found = find_meta(names, {"received": ("Survey Timestamp",), "status": ("Complete?",)})
    for standard, ending in (("received", "_timestamp"), ("status", "_complete")):
        here = [name for name in names if name.endswith(ending)]
        if here:
            found[standard] = here[0]
    return {"response_id": names[0], **found}
