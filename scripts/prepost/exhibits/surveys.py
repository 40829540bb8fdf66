"""The tables under the figures of the surveys beside the learners'."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from prepost import formatting
from prepost.exhibits.grid import Cell, Grid
from prepost.figures.cells import ALL, Setting, Tables, first, number, pick
from prepost.figures.shares import illustrative, label_of
from prepost.figures.surveys import COUNTED, adjusted, consequences_of, elements_of, gaps

JACKKNIFE = "share_jackknife"


def percents(rows: Iterable[pd.Series | None]):
    """Return how a column of percentages is written: decimals chosen once, by its smallest base."""
    bases = [number(row, "n") for row in rows if row is not None]
    places = formatting.percent_decimals(bases)
    return lambda share: formatting.number(100 * share, places) + "%"


def _basis(row: pd.Series | None) -> str:
    note = None if row is None else row.get("note")
    if illustrative(row):
        return "illustrative"
    return str(note) if isinstance(note, str) else ""


def _shares(tables: Tables, setting: Setting, table: str, rows: pd.DataFrame) -> Grid:
    """A row a figure: base, weighted share, its interval, the jackknife's beside it, and where it was published."""
    grid = Grid(["Figure"], ["Base", "Share", "95% CI from", "to", "Jackknife from", "to "], setting)
    write = percents(row for _, row in rows.iterrows())
    for _, row in rows.iterrows():
        again = first(pick(tables, table, outcome=row["outcome"], estimate_name=JACKKNIFE))
        cells = [grid.cell(row, table, "n", formatting.count)]
        cells += [grid.cell(row, table, column, write) for column in ("estimate", "ci_low", "ci_high")]
        cells += [grid.cell(again, table, column, write) for column in ("ci_low", "ci_high")]
        basis = _basis(row)
        grid.add([label_of(setting, row["outcome"]) + (f" ({basis})" if basis else "")], cells)
    return grid


def elements(tables: Tables, setting: Setting) -> Grid:
    """Return a row an element, then none and all of them."""
    rows = elements_of(tables)
    counted = [
        pick(tables, "population_elements", outcome=name, estimate_name="share", group_by=ALL) for name in COUNTED
    ]
    return _shares(tables, setting, "population_elements", pd.concat([rows, *counted]) if len(rows) else rows)


def consequences(tables: Tables, setting: Setting) -> Grid:
    """Return a row a figure about unsuitable advice."""
    return _shares(tables, setting, "population_estimates", consequences_of(tables))


def professionals(tables: Tables, setting: Setting) -> Grid:
    """Return a row an element: both shares, their difference and its test, and what the shares alone would allow."""
    heads = ["Base", "I do", "My organisation", "Difference", "95% CI from", "to", "p, adjusted"]
    grid = Grid(["Element"], [*heads, "Margins alone: from", "to "], setting)
    table = "professionals_elements"
    found = gaps(tables)
    write = percents(row for _, own, organisation, _ in found for row in (own, organisation))

    def points(value: float) -> str:
        return f"{formatting.number(100 * value, 1)} points"

    for name, own, organisation, gap in found:
        widest = first(pick(tables, table, outcome=name, estimate_name="difference_widest"))
        cells = [grid.cell(gap, table, "n", formatting.count)]
        cells += [grid.cell(row, table, "estimate", write) for row in (own, organisation)]
        cells += [grid.cell(gap, table, column, points) for column in ("estimate", "ci_low", "ci_high")]
        cells += [grid.cell(gap, table, "p_adjusted", formatting.p_value)]
        cells += [grid.cell(widest, table, column, points) for column in ("ci_low", "ci_high")]
        mark = " (illustrative)" if illustrative(own) or illustrative(organisation) else ""
        grid.add([label_of(setting, name) + mark], cells)
    return grid


def appointments(tables: Tables, setting: Setting) -> Grid:
    """Return a row an outcome and band, with the adjusted risk ratio beside the outcome's first."""
    numbers = ["Appointments", "People", "Share", "95% CI from", "to"]
    grid = Grid(["After the appointment", "Elements experienced"], numbers, setting)
    table = "appointments_outcomes"
    rows = pick(tables, table, estimate_name="share", group_by="number")
    write = percents(row for _, row in rows.iterrows())
    for _, row in rows.iterrows():
        cells = [grid.cell(row, table, column, formatting.count) for column in ("n", "n_people")]
        cells += [grid.cell(row, table, column, write) for column in ("estimate", "ci_low", "ci_high")]
        grid.add([label_of(setting, row["outcome"]), str(row["group"])], cells)
    return grid


def ratios(tables: Tables, setting: Setting) -> Grid:
    """Return a row an outcome and risk ratio: unadjusted and adjusted, with intervals."""
    heads = ["Appointments", "Unadjusted", "95% CI from", "to", "Adjusted", "95% CI from ", "to "]
    grid = Grid(["After the appointment", "Compared"], heads, setting)
    table = "appointments_outcomes"
    outcomes = list(dict.fromkeys(pick(tables, table, estimate_name="risk_ratio")["outcome"]))
    compared = (("risk_ratio", "personalised against not"), ("risk_ratio_element", "each further element"))
    for outcome in outcomes:
        for name, words in compared:
            plain = first(pick(tables, table, outcome=outcome, estimate_name=name))
            cells: list[Cell] = [grid.cell(plain, table, "n", formatting.count)]
            for row in (plain, adjusted(tables, outcome, name)):
                cells += [
                    grid.cell(row, table, column, formatting.number) for column in ("estimate", "ci_low", "ci_high")
                ]
            grid.add([label_of(setting, outcome), words], cells)
    return grid


WEIGHTED = "Weighted to known margins. Intervals: linearised, if the panel were a random sample, after weighting"
BUILDERS = {
    "population_elements": elements,
    "population_consequences": consequences,
    "professionals_elements": professionals,
    "appointments_outcomes": appointments,
}
FEET: dict[str, tuple[str, str, bool]] = {
    "population_elements": (
        "population_elements.csv",
        f"{WEIGHTED}; beside them the jackknife's. Base: adults who saw a professional in the last two years. "
        "Illustrative: not published by the programme",
        False,
    ),
    "population_consequences": (
        "population_estimates.csv",
        f"{WEIGHTED}; beside them the jackknife's. Each share has the base that its row gives; "
        "the programme did not publish every base. Illustrative: not published by the programme",
        False,
    ),
    "professionals_elements": (
        "professionals_elements.csv",
        "Base: trained professionals who answered both. Interval: Bonett and Price; exact McNemar test, adjusted by "
        "Holm over all elements. Margins alone: the widest Wald interval of any joint table of the two shares. "
        "Illustrative: not published by the programme",
        False,
    ),
    "appointments_outcomes": (
        "appointments_outcomes.csv",
        "Base: appointments with answers to every element; the interval takes account of people who told of several. "
        "Illustrative: the programme published no figure of this table",
        False,
    ),
}
