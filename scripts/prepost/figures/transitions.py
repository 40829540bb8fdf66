"""Who moved from where to where: a square of tiles for one item of every scale."""

from __future__ import annotations

import math
from typing import NamedTuple

import pandas as pd

from prepost.figures.cells import ALL, ENOUGH, Setting, Tables, codes, ends, outcomes_of, pick, primary
from prepost.figures.cells import withheld as cells_of
from prepost.figures.style import GREY, INK, NAVY, ORANGE, RULE, Canvas, Drawing, ink_on, nothing, tint, wrap
from prepost.figures.words import cells_withheld, listing, of_100, shorten

SUBJECT = "Who moved from where to where"
GAP, HEAD = 20.0, 20.0
UP, DOWN, STAY = NAVY, ORANGE, "#6B6B6B"


class Square(NamedTuple):
    """One item's moves: shares of all pairs by answer before (rows) and after (columns)."""

    item: str
    label: str
    codes: list[str]
    shares: pd.DataFrame
    withheld: int

    def sums(self) -> dict[str, float]:
        """Return the shares that moved up, stayed and moved down; NaN where a cell of the part is withheld."""
        parts = {"up": [], "same": [], "down": []}
        for i, before in enumerate(self.codes):
            for j, after in enumerate(self.codes):
                parts["up" if j > i else "down" if j < i else "same"].append(self.shares.loc[before, after])
        return {name: math.nan if any(map(math.isnan, cells)) else sum(cells) for name, cells in parts.items()}


def draw(tables: Tables, setting: Setting) -> Drawing:
    """Draw one square an outcome, for the first of its items that the study names.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Released tables; `transitions` and `movement` are used.
    setting : Setting
        The study's words and codebook.

    Returns
    -------
    Drawing
        Tiles above the diagonal are moves up, below it moves down; withheld tiles hold a dash.
    """
    comparison = primary(tables)
    squares = [
        square
        for outcome in outcomes_of(tables, comparison, setting)
        if (square := first_square(tables, comparison, outcome, setting)) is not None
    ]
    if not squares:
        return nothing(SUBJECT, "too few of the moves on any item may be shown", synthetic=setting.synthetic)
    moves = {square.item: known_moves(tables, comparison, square) for square in squares}
    canvas = Canvas(_title(squares, moves, setting), _subtitle(squares, setting), synthetic=setting.synthetic)
    _key(canvas)
    side_by_side = max(len(square.codes) for square in squares) <= 5 and len(squares) > 1
    step = 2 if side_by_side else 1
    for start in range(0, len(squares), step):
        _row(canvas, squares[start : start + step], moves, setting, step)
    absent = [o.label for o in outcomes_of(tables, comparison, setting) if o.label not in {s.label for s in squares}]
    if absent:
        canvas.note(f"Left out, since most of its numbers are withheld: {listing(absent)}.")
    hidden = sum(square.withheld for square in squares)
    if hidden:
        canvas.note(f"{cells_withheld(hidden)} Their tiles hold a dash.")
    return canvas.drawing(f"{canvas.title}. {_said(squares, moves, setting)}")


def first_square(tables: Tables, comparison: str | None, outcome, setting: Setting) -> Square | None:
    """Return the moves on the first item of an outcome of which at least half is released, or nothing."""
    for item in outcome.items:
        rows = pick(tables, "transitions", comparison=comparison or "", item=item)
        total = rows[(rows["from"] == ALL) & (rows["to"] == ALL)]["n"] if len(rows) else rows
        inner = rows[(rows["from"] != ALL) & (rows["to"] != ALL)] if len(rows) else rows
        if len(inner) == 0 or len(total) == 0 or pd.isna(total.iloc[0]) or not total.iloc[0] or inner["n"].isna().all():
            continue
        steps = codes(setting.items.get(item), [*inner["from"], *inner["to"]])
        table = inner.assign(n=inner["n"].astype("float64")).pivot(index="from", columns="to", values="n")
        shares = table.reindex(index=steps, columns=steps) / float(total.iloc[0])
        if shares.sum().sum() < ENOUGH:  # a square of which most is missing would mislead
            continue
        return Square(item, outcome.label, steps, shares, cells_of(inner, "n"))
    return None


def known_moves(tables: Tables, comparison: str | None, square: Square) -> dict[str, float]:
    """Return shares up, same and down: as `movement` released them, else as the tiles sum."""
    rows = pick(tables, "movement", comparison=comparison or "", outcome=square.item, group_by=ALL)
    counts = {} if rows.empty else dict(zip(rows["direction"], rows["n"].astype("float64"), strict=True))
    total = counts.get(ALL, math.nan)
    found = {"up": "better", "same": "same", "down": "worse"}
    sums = square.sums()
    shares = {name: counts.get(word, math.nan) / total if total else math.nan for name, word in found.items()}
    return {name: sums[name] if math.isnan(share) else share for name, share in shares.items()}


def _title(squares: list[Square], moves: dict, setting: Setting) -> str:
    known = [square for square in squares if not any(map(math.isnan, moves[square.item].values()))]
    if not known:
        return "Who moved from where to where, one item of each scale"
    most = max(known, key=lambda square: moves[square.item]["up"])
    share = {name: of_100(value) for name, value in moves[most.item].items()}
    return (
        f"Of 100 pairs, {share['up']} moved up, {share['same']} stayed and {share['down']} moved down on "
        f"“{shorten(setting.wording(most.item))}”"
    )


def _subtitle(squares: list[Square], setting: Setting) -> str:
    low, high = ends(setting.items.get(squares[0].item))
    steps = squares[0].codes
    same = len({tuple(square.codes) for square in squares}) == 1
    scale = f" {steps[0]} is “{low}”, {steps[-1]} is “{high}”." if low and high and same else ""
    return f"Rows: answer before. Columns: answer after. Numbers: of 100 matched pairs.{scale}"


def _key(canvas: Canvas) -> None:
    x = canvas.left
    for colour, label, wide in ((UP, "moved up", 104), (STAY, "stayed", 84), (DOWN, "moved down", 110)):
        canvas.box(x, canvas.y + 2, 13, 13, fill=tint(colour, 0.75))
        canvas.text(x + 18, canvas.y + 14, label, colour=GREY)
        x += wide
    canvas.y += 28


def _row(canvas: Canvas, squares: list[Square], moves: dict, setting: Setting, step: int) -> None:
    width = (canvas.right - canvas.left - GAP * (step - 1)) / step
    words = [wrap(setting.wording(square.item), width, most=4) for square in squares]
    top = canvas.y
    deepest = top + 18 + 18 * max(len(lines) for lines in words) + 4
    bottom = deepest
    largest = max(square.shares.max().max() for square in squares)
    for index, (square, lines) in enumerate(zip(squares, words, strict=True)):
        x = canvas.left + index * (width + GAP)
        canvas.text(x, top + 14, square.label, weight="bold", colour=NAVY)
        for k, line in enumerate(lines):
            canvas.text(x, top + 32 + 18 * k, line, colour=INK)
        bottom = max(bottom, _square(canvas, square, moves[square.item], x, deepest, width, largest))
    canvas.y = bottom + 18


def _square(canvas: Canvas, square: Square, moves: dict, x: float, top: float, width: float, largest: float) -> float:
    many = len(square.codes)
    cell = min((width - HEAD) / many, 52.0)
    tall = min(cell, 30.0)
    for j, code in enumerate(square.codes):
        canvas.text(x + HEAD + (j + 0.5) * cell, top + 14, code, align="center", colour=GREY)
    top += 20
    for i, before in enumerate(square.codes):
        canvas.text(x + 4, top + (i + 0.5) * tall + 5, before, colour=GREY)
        for j, after in enumerate(square.codes):
            share = float(square.shares.loc[before, after])
            _tile(canvas, share, x + HEAD + j * cell, top + i * tall, cell, tall, j - i, largest)
    bottom = top + many * tall
    if not any(map(math.isnan, moves.values())):
        said = f"{of_100(moves['up'])} up, {of_100(moves['same'])} same, {of_100(moves['down'])} down"
        canvas.text(x, bottom + 19, said)
        bottom += 22
    return bottom


def _tile(canvas: Canvas, share: float, x: float, y: float, cell: float, tall: float, move: int, largest: float):
    if math.isnan(share):
        canvas.box(x + 1, y + 1, cell - 2, tall - 2, fill="#FFFFFF", edge=RULE, line=0.8)
        canvas.text(x + cell / 2, y + tall / 2 + 5, "–", align="center", colour=GREY)
        return
    colour = UP if move > 0 else DOWN if move < 0 else STAY
    fill = tint(colour, 0.08 + 0.82 * share / largest) if share else "#F4F5F6"
    canvas.box(x + 1, y + 1, cell - 2, tall - 2, fill=fill)
    if share:
        canvas.text(x + cell / 2, y + tall / 2 + 5, of_100(share), align="center", colour=ink_on(fill))


def _said(squares: list[Square], moves: dict, setting: Setting) -> str:
    said = []
    for square in squares:
        parts = [f"{of_100(share)} {name}" for name, share in moves[square.item].items()]
        said.append(f"{square.label}, “{setting.wording(square.item)}”: {listing(parts)}.")
    return "Of 100 matched pairs. " + " ".join(said)
