"""Of 100 pairs: how many moved up, stayed, moved down, on each scale and on one item of it."""

from __future__ import annotations

import math
from typing import NamedTuple

from prepost.figures.cells import ALL, Setting, Tables, first, mark, moved, number, outcomes_of, pick, primary
from prepost.figures.style import GREY, NAVY, ORANGE, Canvas, Drawing, ink_on, nothing, text_width, tint
from prepost.figures.words import WITHHELD, cells_withheld, count, decimal, of_100
from prepost.study import RELIABLE, Outcome

SUBJECT = "How many moved up, stayed, moved down"
PARTS = (("better", "up", NAVY), ("same", "same", "#D3D6D9"), ("worse", "down", ORANGE))
BAR, SIDE = 26.0, 68.0
NULL = {"better": "null_improved", "same": "null_same", "worse": "null_worse"}
BY_ERROR, FAINT = 8.0, 0.35  # height of the bar of what error alone would move, and how much of the colour it has


class Moves(NamedTuple):
    """Shares of one scale or item that moved up, stayed and moved down, with their base.

    ``null`` are the shares that errors of measurement alone would give a scale, empty where they are not known.
    """

    name: str
    label: str
    rule: str
    shares: dict[str, float]
    n: float
    null: dict[str, float]

    @property
    def whole(self) -> bool:
        """Whether all three may be shown."""
        return not any(map(math.isnan, self.shares.values()))


def draw(tables: Tables, setting: Setting) -> Drawing:
    """Draw a bar of 100 pairs for each scale, and under it one for its first item.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Released tables; `movement` is used, and `effects` for what errors of measurement alone would give.
    setting : Setting
        The study's words, and the smallest change that counts on each scale.

    Returns
    -------
    Drawing
        Parts that may not be shown are left out and counted at the foot.
    """
    comparison = primary(tables) or primary(tables, "movement")
    found = rows(tables, comparison, setting)
    drawn = [moves for moves in found if not all(map(math.isnan, moves.shares.values()))]
    if not drawn:
        return nothing(SUBJECT, "no counts may be shown, or there are no pairs", synthetic=setting.synthetic)
    subtitle = (
        "Of 100 matched pairs. A scale counts as moved beyond the change stated under its name; a single item by any "
        "step. The faint bar is what errors of measurement alone would move if nobody had changed."
    )
    canvas = Canvas(_title(drawn, setting), subtitle, synthetic=setting.synthetic)
    for moves in drawn:
        _bar(canvas, moves, item=setting.outcome(moves.name) is None)
    hidden = sum(math.isnan(share) for moves in found for share in moves.shares.values())
    if hidden:
        canvas.note(cells_withheld(hidden))
    said = [
        f"{moves.label} ({moves.rule}): {_parts(moves.shares)}; n = {count(moves.n)}."
        + (f" By errors of measurement alone: {_parts(moves.null)}." if moves.null else "")
        for moves in drawn
    ]
    return canvas.drawing(f"{canvas.title}. {' '.join(said)}")


def rows(tables: Tables, comparison: str | None, setting: Setting, *, every_item: bool = False) -> list[Moves]:
    """Return the moves of each outcome and of its first item (or of every item), in the study's order."""
    found = []
    for outcome in outcomes_of(tables, comparison, setting):
        names = [outcome.name]
        items = [item for item in outcome.items if moved(tables, comparison or "", item)]
        names += items if every_item else items[:1]
        for name in names:
            counts = moved(tables, comparison or "", name)
            if not counts:
                continue
            total = counts.get(ALL, math.nan)
            shares = {part: counts.get(part, math.nan) / total if total else math.nan for part, *_ in PARTS}
            scale = name == outcome.name
            rule = f"scale, by more than {edge(tables, comparison, outcome)}" if scale else "single item, by any step"
            null = _by_error(tables, comparison, outcome) if scale else {}
            found.append(Moves(name, setting.wording(name), rule, shares, total, null))
    return found


def edge(tables: Tables, comparison: str | None, outcome: Outcome) -> str:
    """Return in words beyond which change a pair counts as moved on a scale: "0.25 points"."""
    if outcome.moves == RELIABLE:
        row = _of_first_wave(tables, comparison, outcome, RELIABLE)
        value = number(row, "estimate")
        if not math.isnan(value):
            return f"{decimal(value)} points (the reliable change)"
        if mark(row, "estimate") in ("c", "w"):
            return f"the reliable change ({WITHHELD})"
    return f"{outcome.smallest_effect:g} points"


def _of_first_wave(tables: Tables, comparison: str | None, outcome: Outcome, name: str):
    where = {"comparison": comparison or "", "outcome": outcome.name, "group_by": "wave", "estimate_name": name}
    return first(pick(tables, "effects", **where))


def _by_error(tables: Tables, comparison: str | None, outcome: Outcome) -> dict[str, float]:
    found = {part: number(_of_first_wave(tables, comparison, outcome, name), "estimate") for part, name in NULL.items()}
    return {} if any(map(math.isnan, found.values())) else found


def _title(drawn: list[Moves], setting: Setting) -> str:
    scales = [moves for moves in drawn if setting.outcome(moves.name) and moves.whole]
    known = scales or [moves for moves in drawn if moves.whole]
    if not known:
        return "How many moved up, stayed or moved down"
    most = max(known, key=lambda moves: moves.shares["better"])
    share = {name: of_100(value) for name, value in most.shares.items()}
    outcome = setting.outcome(most.name)
    on = f"self-rated {outcome.phrase}" if outcome else f"“{most.label}”"
    return f"Of 100 pairs, {share['better']} moved up on {on}, {share['same']} stayed and {share['worse']} moved down"


def _bar(canvas: Canvas, moves: Moves, *, item: bool) -> None:
    indent = 14.0 if item else 0.0
    left = canvas.left + indent
    if item:
        canvas.paragraph(moves.label, x=left, colour=GREY, most=2)
    else:
        canvas.y += 8
        canvas.paragraph(f"{moves.label} (n = {count(moves.n)})", weight="bold")
        canvas.paragraph(moves.rule[0].upper() + moves.rule[1:], colour=GREY)
    canvas.y += 4
    wide, x = canvas.right - left - SIDE, left
    for part, word, colour in PARTS:
        share = moves.shares[part]
        part_wide = wide * (0.0 if math.isnan(share) else share)
        if part_wide > 0:
            canvas.box(x, canvas.y, max(part_wide - 1.5, 0.5), BAR, fill=colour)
            for label in (f"{of_100(share)} {word}", of_100(share)):
                if part != "worse" and text_width(label, weight="bold") + 8 <= part_wide:
                    canvas.text(x + 6, canvas.y + 18, label, weight="bold", colour=ink_on(colour))
                    break
        x += part_wide
    if left + wide - x > 2:
        canvas.box(x, canvas.y, left + wide - x, BAR, fill="#FFFFFF", edge=tint("#000000", 0.35), line=0.8)
    down = moves.shares["worse"]
    label = WITHHELD if math.isnan(down) else f"{of_100(down)} down"
    canvas.text(canvas.right, canvas.y + 18, label, align="right", colour=GREY if math.isnan(down) else "#B2450F")
    canvas.y += BAR + 8
    if moves.null:
        _faint(canvas, moves.null, left, wide)


def _faint(canvas: Canvas, null: dict[str, float], left: float, wide: float) -> None:
    """Draw what errors of measurement alone would move, faintly, under the bar."""
    canvas.y -= 5
    x = left
    for part, _, colour in PARTS:
        canvas.box(x, canvas.y, max(wide * null[part] - 1.5, 0.5), BY_ERROR, fill=tint(colour, FAINT))
        x += wide * null[part]
    canvas.y += BY_ERROR
    canvas.paragraph(f"By measurement error alone: {_parts(null)}", x=left, colour=GREY)
    canvas.y += 4


def _parts(shares: dict[str, float]) -> str:
    return ", ".join(f"{of_100(shares[part])} {word}" for part, word, _ in PARTS)
