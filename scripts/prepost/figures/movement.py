"""Of 100 pairs: how many moved up, stayed, moved down, on each scale and on one item of it."""

from __future__ import annotations

import math
from typing import NamedTuple

from prepost.figures.cells import ALL, Setting, Tables, moved, outcomes_of, primary
from prepost.figures.style import GREY, NAVY, ORANGE, Canvas, Drawing, ink_on, nothing, text_width, tint
from prepost.figures.words import WITHHELD, cells_withheld, count, of_100

SUBJECT = "How many moved up, stayed, moved down"
PARTS = (("better", "up", NAVY), ("same", "same", "#D3D6D9"), ("worse", "down", ORANGE))
BAR, SIDE = 26.0, 68.0


class Moves(NamedTuple):
    """Shares of one scale or item that moved up, stayed and moved down, with their base."""

    name: str
    label: str
    rule: str
    shares: dict[str, float]
    n: float

    @property
    def whole(self) -> bool:
        """Whether all three may be shown."""
        return not any(map(math.isnan, self.shares.values()))


def draw(tables: Tables, setting: Setting) -> Drawing:
    """Draw a bar of 100 pairs for each scale, and under it one for its first item.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Released tables; `movement` is used.
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
        "Of 100 matched pairs. A scale counts as moved beyond its smallest change of interest; a single item by any "
        "step. Some moves both ways are measurement error alone."
    )
    canvas = Canvas(_title(drawn, setting), subtitle, synthetic=setting.synthetic)
    for moves in drawn:
        _bar(canvas, moves, item=setting.outcome(moves.name) is None)
    hidden = sum(math.isnan(share) for moves in found for share in moves.shares.values())
    if hidden:
        canvas.note(cells_withheld(hidden))
    said = [f"{moves.label} ({moves.rule}): {_parts(moves)}; n = {count(moves.n)}." for moves in drawn]
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
            rule = f"scale, by more than {outcome.smallest_effect:g} points" if scale else "single item, by any step"
            found.append(Moves(name, setting.wording(name), rule, shares, total))
    return found


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


def _parts(moves: Moves) -> str:
    return ", ".join(f"{of_100(moves.shares[part])} {word}" for part, word, _ in PARTS)
