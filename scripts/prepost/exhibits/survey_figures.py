"""Tables of the surveys that stand without a figure: every other share, and the respondents before weighting."""

from __future__ import annotations

from prepost import formatting
from prepost.exhibits.grid import Cell, Grid
from prepost.exhibits.surveys import WEIGHTED, percents, ratios
from prepost.figures.cells import ALL, Setting, Tables, first, pick, plain
from prepost.figures.shares import illustrative, label_of
from prepost.figures.surveys import consequences_of

SAMPLE, WEIGHED = "share_sample", "share_weighted"


def _listed(tables: Tables, setting: Setting, table: str, beside: set[str]) -> Grid:
    """A row a figure and group: of whom it is, base, share or mean, interval, and whether it was published."""
    rows = pick(tables, table)
    rows = rows[rows["estimate_name"].isin(["share", "mean"])] if len(rows) else rows
    grid = Grid(["Figure", "Of whom", "Source"], ["Base", "Share or mean", "95% CI from", "to"], setting)
    for _, row in rows.iterrows():
        if row["group_by"] == ALL and row["outcome"] in beside:
            continue
        write = percents([row]) if row["estimate_name"] == "share" else formatting.number
        cells: list[Cell] = [grid.cell(row, table, "n", formatting.count)]
        cells += [grid.cell(row, table, column, write) for column in ("estimate", "ci_low", "ci_high")]
        whom = setting.labels.get(f"of {row['outcome']}", "")
        if row["group_by"] != ALL:
            item = setting.items.get(row["group_by"])
            group = item.codes.get(row["group"], row["group"]) if item else row["group"]
            whom += f"; {plain(row['group_by']).lower()}: {group}"
        note = row["note"] if isinstance(row["note"], str) else ""
        grid.add([label_of(setting, row["outcome"]), whom, "illustrative" if illustrative(row) else note], cells)
    return grid


def population(tables: Tables, setting: Setting) -> Grid:
    """Return every figure of the population survey that stands under no drawing, groups included."""
    return _listed(tables, setting, "population_estimates", set(consequences_of(tables)["outcome"]))


def professionals(tables: Tables, setting: Setting) -> Grid:
    """Return every figure of the professionals' survey but the elements."""
    return _listed(tables, setting, "professionals_estimates", set())


def margins(tables: Tables, setting: Setting) -> Grid:
    """Return each category of each margin: respondents, and its share before and after weighting."""
    table = "population_weighting"
    grid = Grid(["Margin", "Category"], ["Respondents", "Before weighting", "After weighting"], setting)
    for _, row in pick(tables, table, estimate_name=SAMPLE).iterrows():
        after = first(pick(tables, table, group_by=row["group_by"], group=row["group"], estimate_name=WEIGHED))
        item = setting.items.get(row["group_by"])
        category = item.codes.get(row["group"], row["group"]) if item else row["group"]
        cells = [grid.cell(row, table, "n", formatting.count)]
        cells += [grid.cell(one, table, "estimate", percents([row])) for one in (row, after)]
        grid.add([plain(str(row["group_by"])), category], cells)
    return grid


BUILDERS = {
    "population_figures": population,
    "population_margins": margins,
    "professionals_figures": professionals,
    "appointments_ratios": ratios,
}
FEET: dict[str, tuple[str, str, bool]] = {
    "population_figures": (
        "population_estimates.csv",
        f"{WEIGHTED}. Illustrative: not published by the programme, or published without this base or group",
        False,
    ),
    "population_margins": ("population_weighting.csv", "Shares of all respondents. No single weight is told", False),
    "professionals_figures": (
        "professionals_estimates.csv",
        "Base: trained professionals who answered. Intervals: Wilson. Illustrative: not published by the programme",
        False,
    ),
    "appointments_ratios": (
        "appointments_outcomes.csv",
        "Modified Poisson regression (Zou), standard errors clustered by person. Illustrative: the programme published "
        "no ratio",
        False,
    ),
}
