"""Coding sheets to send out: a workbook with drop-down lists and the frame beside it, and the same as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import datetime

import pandas as pd
import xlsxwriter

from prepost.comments.frame import CANNOT, NONE, ThemeRow
from prepost.comments.returned import COLUMNS, THEMES, identifier
from prepost.tables import defused

CREATED = datetime(2000, 1, 1)
WIDTHS = {"comment": 12, "question": 34, "text": 70, "note": 30}
OUTSIDE = {
    NONE: "Read, and of none of the themes below. Not the same as a blank, which means: not coded yet.",
    CANNOT: "Not readable, or no answer: “n/a”, “see above”.",
}


def sheet(sample: pd.DataFrame, comments: pd.DataFrame, wordings: dict[str, str], coder: str) -> pd.DataFrame:
    """Return one coder's sheet, in the order of the comments' questions.

    Parameters
    ----------
    sample : DataFrame
        Schema ``coding_sample``.
    comments : DataFrame
        Schema ``comments``.
    wordings : dict of str to str
        Each question as people were asked it.
    coder : {"first", "second"}

    Returns
    -------
    DataFrame
        The columns of `prepost.comments.returned.COLUMNS`; themes and note are blank.
    """
    keys = ["source", "line", "wave", "item"]
    rows = sample[sample["coders"].isin(["both", coder])].merge(comments, on=keys, validate="one_to_one")
    rows = rows.sort_values(["item", *keys], kind="stable")
    found = pd.DataFrame("", index=range(len(rows)), columns=COLUMNS, dtype="string")
    found["comment"] = [identifier(row) for row in rows[keys].to_dict("records")]
    found["question"] = [wordings.get(item, item) for item in rows["item"]]
    found["text"] = rows["text"].to_numpy()
    return found


def adjudicators(apart: pd.DataFrame, comments: pd.DataFrame, wordings: dict[str, str]) -> pd.DataFrame:
    """Return the adjudicator's sheet: what two coders saw differently and nobody has settled, with both their codes.

    Parameters
    ----------
    apart : DataFrame
        Schema ``disagreements``.
    comments, wordings
        As in `sheet`.
    """
    keys = ["source", "line", "wave", "item"]
    unsettled = apart[apart["settled"].isna()]
    found = sheet(unsettled[keys].assign(coders="both"), comments, wordings, "first")
    both = {identifier(row): (row["first"], row["second"]) for row in unsettled.to_dict("records")}
    for place, name in enumerate(("one coder gave", "the other gave")):
        found[name] = pd.array([both[key][place] for key in found["comment"]], dtype="string")
    return found


def workbook(lines: pd.DataFrame, frame: Sequence[ThemeRow]) -> bytes:
    """Return a sheet as an .xlsx workbook: the same bytes for the same sheet.

    Parameters
    ----------
    lines : DataFrame
        As `sheet` gives it; further columns after the note are kept.
    frame : sequence of ThemeRow
        The coding frame, which stands on the second sheet and in the drop-down lists.

    Notes
    -----
    Every cell is written as text, so that none is taken for a formula.
    """
    held = io.BytesIO()
    book = xlsxwriter.Workbook(held, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": CREATED})
    head = book.add_format({"bold": True, "text_wrap": True, "bottom": 1})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    coding, explained = book.add_worksheet("coding"), book.add_worksheet("frame")
    _fill(coding, lines, head, wrapped)
    coding.freeze_panes(1, 3)
    choices = [NONE, CANNOT, *[row.theme for row in frame]]
    first = list(lines.columns).index(THEMES[0])
    rule = {
        "validate": "list",
        "source": f"=frame!$A$2:$A${len(choices) + 1}",
        "error_title": "No theme of the frame",
        "error_message": "Choose a theme from the list. The second sheet says what each means.",
    }
    coding.data_validation(1, first, max(len(lines), 1), first + len(THEMES) - 1, rule)
    _fill(explained, frame_table(frame), head, wrapped)
    explained.freeze_panes(1, 1)
    book.close()
    return held.getvalue()


def frame_table(frame: Sequence[ThemeRow]) -> pd.DataFrame:
    """Return the frame as the second sheet shows it, with what a coder can choose beside its themes."""
    rows = [[name, "", words, "", "", ""] for name, words in OUTSIDE.items()]
    rows += [[r.theme, r.parent or "", r.definition, r.include or "", r.exclude or "", r.example or ""] for r in frame]
    return pd.DataFrame(
        rows, columns=["theme", "parent", "definition", "include", "exclude", "example"], dtype="string"
    )


def as_csv(lines: pd.DataFrame) -> str:
    """Return a sheet as CSV; a text that a spreadsheet would take for a formula gets an apostrophe before it."""
    held = io.StringIO()
    writer = csv.writer(held, lineterminator="\n")
    writer.writerow(lines.columns)
    writer.writerows(defused(lines).fillna("").itertuples(index=False, name=None))
    return held.getvalue()


def _fill(place, lines: pd.DataFrame, head, wrapped) -> None:
    for column, name in enumerate(lines.columns):
        place.set_column(column, column, WIDTHS.get(name, 22))
        place.write_string(0, column, name, head)
        for row, cell in enumerate(lines[name].fillna(""), start=1):
            place.write_string(row, column, str(cell), wrapped)
