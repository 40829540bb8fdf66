"""Does it last: the means at every wave, for all pairs and for those who answered the later wave, and levels."""

from __future__ import annotations

import math
from typing import NamedTuple

from prepost.figures.cells import ALL, Setting, Tables, estimate, first, number, pick, primary
from prepost.figures.style import GREY, INK, NAVY, PALE, PLUM, RULE, Canvas, Drawing, nothing, spread, ticks
from prepost.figures.words import WITHHELD, count, decimal, interval
from prepost.study import Outcome

SUBJECT = "The later wave"
TALL = 88.0


class Waves(NamedTuple):
    """The primary comparison's waves, the later wave, and the comparisons that reach it (None where undeclared)."""

    start: str
    end: str
    later: str
    whole: str
    since: str | None
    kept: str | None


def draw(tables: Tables, setting: Setting) -> Drawing:
    """Draw the means at three waves for each outcome, and the outcomes that were asked only later.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Released tables; `comparisons` and `levels` are used.
    setting : Setting
        The study's words.

    Returns
    -------
    Drawing
        A plain panel where no comparison reaches a later wave and no level is declared.
    """
    waves = find_waves(tables, setting)
    outcomes = [o for o in setting.outcomes if waves and _any(tables, waves, o)]
    levels = _levels(tables)
    if not outcomes and all(math.isnan(number(row, "estimate")) for row in levels):
        return nothing(SUBJECT, "no later wave was compared, or nothing may be shown", synthetic=setting.synthetic)
    canvas = Canvas(
        _title(tables, setting, waves, outcomes, levels),
        _subtitle(setting, waves, outcomes, levels),
        synthetic=setting.synthetic,
    )
    if outcomes:
        _key(canvas, setting, waves)
        values = [value for o in outcomes for line in _lines(tables, waves, o).values() for value in line.values()]
        reach = (min(values) - 0.1, max(values) + 0.1)
        for outcome in outcomes:
            _panel(canvas, tables, setting, waves, outcome, reach)
    for row in levels:
        _level(canvas, row, setting)
    return canvas.drawing(f"{canvas.title}. {_said(tables, setting, waves, outcomes, levels)}")


def find_waves(tables: Tables, setting: Setting) -> Waves | None:
    """Return the waves to draw: the primary comparison's two and the first later one that a comparison reaches."""
    whole = primary(tables)
    row = first(pick(tables, "comparisons", comparison=whole or "", estimate_name="mean_change"))
    if row is None:
        return None
    start, end = str(row["wave_from"]), str(row["wave_to"])
    rows = pick(tables, "comparisons", group_by=ALL, estimate_name="mean_change")
    rows = rows[(rows["role"] != "sensitivity").fillna(True)]
    for wave in (wave.name for wave in setting.waves if wave.name not in (start, end)):
        reach = {
            name: first(rows[(rows["wave_from"] == of).fillna(False) & (rows["wave_to"] == wave).fillna(False)])
            for name, of in (("since", start), ("kept", end))
        }
        if any(found is not None for found in reach.values()):
            names = {name: None if found is None else str(found["comparison"]) for name, found in reach.items()}
            return Waves(start, end, wave, whole, names["since"], names["kept"])
    return None


def _mean(tables: Tables, comparison: str | None, outcome: Outcome, side: str) -> float:
    if comparison is None:
        return math.nan
    return number(estimate(tables, comparison, outcome.name, f"mean_{side}"), "estimate")


def _lines(tables: Tables, waves: Waves, outcome: Outcome) -> dict[str, dict[int, float]]:
    """Return the means to draw by wave (0, 1, 2), for all pairs and for those who answered later."""
    everyone = {0: _mean(tables, waves.whole, outcome, "before"), 1: _mean(tables, waves.whole, outcome, "after")}
    last = _mean(tables, waves.since, outcome, "after")
    later = {
        0: _mean(tables, waves.since, outcome, "before"),
        1: _mean(tables, waves.kept, outcome, "before"),
        2: _mean(tables, waves.kept, outcome, "after") if math.isnan(last) else last,
    }
    return {
        name: {wave: value for wave, value in line.items() if not math.isnan(value)}
        for name, line in (("all", everyone), ("later", later))
    }


def _any(tables: Tables, waves: Waves, outcome: Outcome) -> bool:
    return 2 in _lines(tables, waves, outcome)["later"]


def _levels(tables: Tables) -> list:
    rows = pick(tables, "levels", estimate_name="mean_level", group_by=ALL)
    return [] if rows.empty else [row for _, row in rows.iterrows()]


def _change(tables: Tables, comparison: str | None, outcome: Outcome):
    return None if comparison is None else estimate(tables, comparison, outcome.name, "mean_change")


def _title(tables, setting, waves, outcomes, levels) -> str:
    if outcomes:
        rows = {o.name: _change(tables, waves.since, o) for o in outcomes}
        known = [o for o in outcomes if not math.isnan(number(rows[o.name], "estimate"))]
        if known:
            most = max(known, key=lambda o: abs(number(rows[o.name], "estimate")))
            value = number(rows[most.name], "estimate")
            way = "above" if value >= 0 else "below"
            return (
                f"Among those who answered {setting.when(waves.later)}, self-rated {most.phrase} was "
                f"{decimal(abs(value))} points {way} its start"
            )
        return f"Among those who answered {setting.when(waves.later)}: means at each wave"
    row = levels[0]
    value = number(row, "estimate")
    shown = WITHHELD if math.isnan(value) else f"{decimal(value)} on average"
    return (
        f"{setting.wording(str(row['outcome']))} among those who answered {setting.when(str(row['wave_to']))}: {shown}"
    )


def _subtitle(setting, waves, outcomes, levels) -> str:
    if not outcomes:
        return "Mean, with a 95% interval, on the whole scale."
    scales = {setting.limits(outcome) for outcome in outcomes}
    limits = next(iter(scales))
    scale = f" on scales from {limits[0]:g} to {limits[1]:g}" if len(scales) == 1 and limits else ""
    return (
        f"Means{scale}; the axis shows a part of the scale. Those who answered later may differ from those who did not."
    )


def _key(canvas: Canvas, setting: Setting, waves: Waves) -> None:
    y = canvas.y + 10
    canvas.line(canvas.left, y, canvas.left + 30, y, colour=NAVY, width=2.5)
    canvas.dot(canvas.left + 15, y, radius=4.5)
    canvas.paragraph("all matched pairs", x=canvas.left + 38, colour=NAVY)
    y = canvas.y + 10
    canvas.line(canvas.left, y, canvas.left + 30, y, colour=PLUM, width=2.5, dash=(4, 2))
    canvas.diamond(canvas.left + 15, y, colour=PLUM, radius=5.5)
    canvas.paragraph(f"those who answered {setting.when(waves.later)}", x=canvas.left + 38, colour=PLUM)
    canvas.y += 10


def _panel(canvas, tables, setting, waves: Waves, outcome: Outcome, reach: tuple[float, float]) -> None:
    canvas.paragraph(outcome.label, weight="bold")
    for comparison, of in ((waves.since, waves.start), (waves.kept, waves.end)):
        row = _change(tables, comparison, outcome)
        if row is not None:
            value = interval(*(number(row, name) for name in ("estimate", "ci_low", "ci_high")))
            value = value
            n = f"; n = {count(number(row, 'n'))}"
            canvas.paragraph(f"Since “{setting.wave(of)}”: {value}{n}", colour=GREY)
    bottom = canvas.y + 22 + TALL
    across = [canvas.left + 84, canvas.left + 210, canvas.right - 56]

    def up(value: float) -> float:
        return bottom - (value - reach[0]) / (reach[1] - reach[0]) * TALL

    for mark in (mark for mark in ticks(*reach, 3) if reach[0] <= mark <= reach[1]):
        canvas.line(canvas.left + 30, up(mark), canvas.right, up(mark), colour=PALE)
        canvas.text(canvas.left, up(mark) + 5, f"{mark:g}", colour=GREY)
    lines = _lines(tables, waves, outcome)
    for name, colour, dash in (("all", NAVY, None), ("later", PLUM, (4, 2))):
        points = sorted(lines[name].items())
        for (i, a), (j, b) in zip(points, points[1:], strict=False):
            canvas.line(across[i], up(a), across[j], up(b), colour=colour, width=2.5, dash=dash)
        for wave, value in points:
            (canvas.dot if name == "all" else canvas.diamond)(across[wave], up(value), colour=colour, radius=5)
    _labels(canvas, lines, across, up)
    for x, wave in zip(across, (waves.start, waves.end, waves.later), strict=True):
        canvas.text(x, bottom + 22, setting.wave(wave), align="center", colour=INK)
    canvas.y = bottom + 36


def _labels(canvas: Canvas, lines: dict, across: list[float], up) -> None:
    """Write each mean beside its mark, the two of one wave kept apart."""
    for wave in range(3):
        there = sorted((up(line[wave]), name, line[wave]) for name, line in lines.items() if wave in line)
        places = spread([y for y, *_ in there], 15.0 if wave != 1 else 38.0)
        if wave == 1 and len(there) == 1:
            places = [there[0][0] - 18]
        shift, align = ((-10, "right"), (0, "center"), (10, "left"))[wave]
        for (_, name, value), y in zip(there, places, strict=True):
            colour = NAVY if name == "all" else PLUM
            canvas.text(across[wave] + shift, y + 5, decimal(value), colour=colour, weight="bold", align=align)


def _level(canvas: Canvas, row, setting: Setting) -> None:
    outcome = setting.outcome(str(row["outcome"]))
    value, low, high = (number(row, name) for name in ("estimate", "ci_low", "ci_high"))
    limits = setting.limits(outcome) if outcome else None
    wave = str(row["wave_to"])
    canvas.paragraph(f"{setting.wording(str(row['outcome']))}, {setting.when(wave)}", weight="bold")
    shown = WITHHELD if math.isnan(value) else interval(value, low, high)
    canvas.paragraph(f"Mean {shown}; n = {count(number(row, 'n'))}", colour=GREY)
    if limits and not math.isnan(value):
        left, right, y = canvas.left + 8, canvas.right - 8, canvas.y + 16

        def at(score: float) -> float:
            return left + (score - limits[0]) / (limits[1] - limits[0]) * (right - left)

        canvas.line(left, y, right, y, colour=RULE)
        if not math.isnan(low):
            canvas.line(at(low), y, at(high), y, colour=PLUM, width=4)
        canvas.diamond(at(value), y, colour=PLUM)
        canvas.text(canvas.left + 4, y + 20, f"{limits[0]:g}", colour=GREY)
        canvas.text(canvas.right - 4, y + 20, f"{limits[1]:g}", align="right", colour=GREY)
        canvas.y = y + 24
    canvas.y += 10


def _said(tables, setting, waves, outcomes, levels) -> str:
    said = []
    for outcome in outcomes:
        names = (setting.wave(waves.start), setting.wave(waves.end), setting.wave(waves.later))
        later = _lines(tables, waves, outcome)["later"]
        means = ", ".join(f"{names[wave]} {decimal(value)}" for wave, value in later.items())
        since = _change(tables, waves.since, outcome)
        change = interval(*(number(since, name) for name in ("estimate", "ci_low", "ci_high")))
        said.append(f"{outcome.label}: {means}; change since the first survey {change}.")
    for row in levels:
        value = interval(*(number(row, name) for name in ("estimate", "ci_low", "ci_high")))
        said.append(f"{setting.wording(str(row['outcome']))}, {setting.when(str(row['wave_to']))}: {value}.")
    return " ".join(said)
