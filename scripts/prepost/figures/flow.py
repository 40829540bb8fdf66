"""The flow: every box's parts sum to it, from the records received to the matched pairs."""

from __future__ import annotations

import pandas as pd

from prepost.figures.cells import Setting, Tables, number, pick, withheld
from prepost.figures.style import GREY, NAVY, RULE, TEXT, Canvas, Drawing, nothing, text_width, tint, wrap
from prepost.figures.words import cells_withheld, count

SUBJECT = "From records received to matched pairs"
INNER, INDENT, LINE = 12.0, 34.0, 18.5


def draw(tables: Tables, setting: Setting) -> Drawing:
    """Draw the flow as boxes: the way down on the left, what was set aside beside it.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Released tables; `flow` is used.
    setting : Setting
        The study's words.

    Returns
    -------
    Drawing
        A plain panel where the table is empty.
    """
    boxes = pick(tables, "flow")
    if boxes.empty or boxes["n"].isna().all():
        return nothing(SUBJECT, "no responses were received, or all counts are withheld", synthetic=setting.synthetic)
    canvas = Canvas(_title(boxes), "The parts of each box sum to it.", synthetic=setting.synthetic)
    for _, root in boxes[boxes["parent"].isna()].iterrows():
        _trunk(canvas, boxes, root)
        canvas.y += 6
    hidden = withheld(boxes, "n")
    if hidden:
        canvas.note(cells_withheld(hidden))
    said = [f"{_label(row)}: {count(number(row, 'n'))}" for _, row in boxes.iterrows()]
    return canvas.drawing(f"{canvas.title}. {'; '.join(said)}.")


def _title(boxes: pd.DataFrame) -> str:
    kept = boxes[boxes["box"] == "kept"]
    matched = boxes[boxes["box"].str.startswith("matched") & boxes["n"].notna()]
    if len(kept) and len(matched) and pd.notna(kept["n"].iloc[0]):
        pairs, responses = matched["n"].iloc[0], kept["n"].iloc[0]
        return f"{count(pairs)} matched pair{'' if pairs == 1 else 's'} among {count(responses)} responses kept"
    root = boxes.iloc[0]
    return f"{_label(root)}: {count(number(root, 'n'))}, and where each one went"


def _label(box: pd.Series) -> str:
    return str(box["label"])


def _children(boxes: pd.DataFrame, box: pd.Series) -> list[pd.Series]:
    inside = boxes[(boxes["parent"] == box["box"]).fillna(False)]
    return [row for _, row in inside.iterrows()]


def _height(boxes: pd.DataFrame, box: pd.Series) -> int:
    return max((1 + _height(boxes, child) for child in _children(boxes, box)), default=0)


def _trunk(canvas: Canvas, boxes: pd.DataFrame, box: pd.Series) -> None:
    """Draw a box over the full width, its side boxes, and go on with the child that goes deepest."""
    _box(canvas, [(0, box)], canvas.left, fill=tint(NAVY, 0.10), edge=NAVY)
    children = _children(boxes, box)
    if not children:
        return
    deepest = sorted((_height(boxes, child) for child in children), reverse=True)
    goes_on = len(children) == 1 or deepest[0] > deepest[1]
    onward = max(children, key=lambda child: _height(boxes, child)) if goes_on else None
    stem, start, end = canvas.left + 16, canvas.y, canvas.y
    for child in children:
        if onward is not None and child["box"] == onward["box"]:
            continue
        canvas.y += 9
        lines = [(0, child), *_listed(boxes, child, 1)]
        fill, edge = ("#FFFFFF", RULE) if goes_on else (tint(NAVY, 0.10), NAVY)
        end = canvas.y + 15
        canvas.line(stem, end, canvas.left + INDENT, end, colour=GREY, width=1.3)
        _box(canvas, lines, canvas.left + INDENT, fill=fill, edge=edge)
    if onward is None:
        canvas.line(stem, start, stem, end, colour=GREY, width=1.3)
        return
    canvas.y += 16
    canvas.line(stem, start, stem, canvas.y - 6, colour=GREY, width=1.3)
    canvas.polygon([(stem - 5, canvas.y - 8), (stem + 5, canvas.y - 8), (stem, canvas.y)], fill=GREY)
    _trunk(canvas, boxes, onward)


def _listed(boxes: pd.DataFrame, box: pd.Series, depth: int) -> list[tuple[int, pd.Series]]:
    found = []
    for child in _children(boxes, box):
        found += [(depth, child), *_listed(boxes, child, depth + 1)]
    return found


def _box(canvas: Canvas, lines: list[tuple[int, pd.Series]], left: float, *, fill: str, edge: str) -> None:
    right = canvas.right
    laid = []
    for depth, box in lines:
        weight = "bold" if depth == 0 else "normal"
        shown = count(number(box, "n"))
        room = right - left - 2 * INNER - depth * 10 - text_width(shown, TEXT, "bold") - 10
        laid.append((depth, box, shown, weight, wrap(_label(box), room, weight=weight)))
    height = sum(len(words) * LINE for *_, words in laid) + 4 * (len(laid) - 1) + 12
    canvas.box(left, canvas.y, right - left, height, fill=fill, edge=edge, line=1.0)
    y = canvas.y + 5
    for depth, box, shown, weight, words in laid:
        chosen = depth > 0 and str(box["box"]).startswith("matched")
        colour = NAVY if chosen else GREY if depth else "#1D1D1D"
        style = {"weight": "bold" if chosen else weight, "colour": colour}
        canvas.text(right - INNER, y + 15, shown, align="right", **style)
        for word in words:
            canvas.text(left + INNER + depth * 10, y + 15, word, **style)
            y += LINE
        y += 4
    canvas.y += height
