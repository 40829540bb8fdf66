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


def bases(tables: Tables, setting: Setting) -> Grid:
    """Return each base: respondents, the design effect of its weights, and how many respondents it is worth."""
    table = "population_weighting"
    grid = Grid(["Base"], ["Respondents", "Design effect", "Effective number"], setting)
    for _, row in pick(tables, table, estimate_name="design_effect").iterrows():
        worth = first(pick(tables, table, outcome=row["outcome"], estimate_name="n_effective"))
        name = setting.labels.get(f"base {row['outcome']}", plain(str(row["outcome"])).lower())
        cells = [grid.cell(row, table, "n", formatting.count)]
        cells += [grid.cell(row, table, "estimate", formatting.number)]
        cells += [grid.cell(worth, table, "estimate", formatting.count)]
        grid.add([name[:1].upper() + name[1:]], cells)
    return grid


def counted(tables: Tables, setting: Setting) -> Grid:
    """Return the share with each number of elements."""
    table = "population_elements"
    grid = Grid(["Elements experienced"], ["Base", "Share", "95% CI from", "to"], setting)
    rows = pick(tables, table, estimate_name="share_with")
    write = percents(row for _, row in rows.iterrows())
    for _, row in rows.iterrows():
        cells = [grid.cell(row, table, "n", formatting.count)]
        cells += [grid.cell(row, table, column, write) for column in ("estimate", "ci_low", "ci_high")]
        grid.add([str(row["group"])], cells)
    return grid


def grouped(tables: Tables, setting: Setting) -> Grid:
    """Return each element by the groups that it is told for, with the test between them."""
    table = "population_elements"
    rows = pick(tables, table, estimate_name="share")
    rows = rows[rows["group_by"] != ALL] if len(rows) else rows
    groups = [str(name) for name in dict.fromkeys(rows["group"])] if len(rows) else []
    item = setting.items.get(str(rows["group_by"].iloc[0])) if len(rows) else None
    heads = [item.codes.get(name, name) if item else name for name in groups]
    grid = Grid(["Element"], [*heads, "F, Rao-Scott", "p"], setting)
    write = percents(row for _, row in rows.iterrows())
    for outcome in dict.fromkeys(rows["outcome"]) if len(rows) else ():
        own = rows[rows["outcome"] == outcome]
        cells = [grid.cell(first(own[own["group"] == name]), table, "estimate", write) for name in groups]
        test = first(pick(tables, table, outcome=outcome, estimate_name="any_difference"))
        cells += [
            grid.cell(test, table, "statistic", formatting.number),
            grid.cell(test, table, "p", formatting.p_value),
        ]
        grid.add([label_of(setting, str(outcome))], cells)
    return grid


BUILDERS = {
    "population_bases": bases,
    "population_counts": counted,
    "population_groups": grouped,
    "population_figures": population,
    "population_margins": margins,
    "professionals_figures": professionals,
    "appointments_ratios": ratios,
}
FEET: dict[str, tuple[str, str, bool]] = {
    "population_bases": (
        "population_weighting.csv",
        "Design effect of the weights: Kish. Respondents divided by it are the effective number",
        False,
    ),
    "population_counts": (
        "population_elements.csv",
        f"{WEIGHTED}. Base: adults who saw a professional in the last two years. Illustrative but for none and all",
        False,
    ),
    "population_groups": (
        "population_elements.csv",
        "Weighted shares of adults who saw a professional in the last two years. Rao and Scott's test, second order, "
        "not adjusted for their number. Illustrative: no group was published",
        False,
    ),
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
