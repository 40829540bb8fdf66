"""Display tables that stand without a figure: changes in full, participation, reliability.

Each is a frame of text whose ``attrs`` say which fact each cell is (``keys``) and which columns hold numbers.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from prepost.comparing import row_id
from prepost.paired import OVERALL
from prepost.report import (
    attrition_tables,
    claims_words,
    comment_tables,
    effect_tables,
    item_tables,
    linkage_tables,
    measurement_tables,
    place_tables,
    robustness,
)
from prepost.report.display import Display
from prepost.report.messages import Words
from prepost.study import Comparison, Settings

MEASURES = {
    "responses": "Responses kept",
    "complete": "Complete: every outcome question answered",
    "people": "People known by key",
    "all_waves": "Answered at every survey",
    "enrolled": "Enrolled",
    "completed": "Completed the training",
}


def changes(words: Words) -> pd.DataFrame:
    """Each outcome of the primary comparison: before, after, change with interval, standardised, adjusted p."""
    level = f"{words.settings.statistics.ci_level * 100:g}"
    numbers = [
        "Pairs",
        "People",
        "Before",
        "After",
        "Change",
        f"{level}% CI",
        "Hedges g",
        f"{level}% CI of g",
        "p, adjusted",
    ]
    table = Display(words.facts, ["Outcome", *numbers], numbers)
    if words.primary is None:
        return table.frame()
    for outcome in words.outcomes(words.primary):

        def key(estimate: str, *columns: str, outcome=outcome) -> tuple[str, ...]:
            return tuple(words.key(words.primary, outcome, estimate, column) for column in columns)

        table.add(
            outcome.heading,
            key("mean_change", "n"),
            key("mean_change", "n_people"),
            key("mean_before", "estimate"),
            key("mean_after", "estimate"),
            key("mean_change", "estimate"),
            key("mean_change", "ci_low", "ci_high"),
            key("hedges_g_av", "estimate"),
            key("hedges_g_av", "ci_low", "ci_high"),
            key("mean_change", "p_adjusted") if words.primary.adjust != "none" else key("mean_change", "p"),
        )
    return table.frame()


def participation(words: Words) -> pd.DataFrame:
    """Responses, complete responses and people at each survey."""
    settings = words.settings
    heads = [wave.label for wave in settings.waves]
    table = Display(words.facts, ["", *heads], heads)
    for measure in ("responses", "complete", "people"):
        cells = [(f"participation/{row_id(measure, wave.name, OVERALL, OVERALL)}/n",) for wave in settings.waves]
        table.add(MEASURES[measure], *cells)
    shown = table.frame()
    shown.attrs["keys"].columns = shown.columns = ["Measure", *heads]
    return shown


def reach(words: Words) -> pd.DataFrame:
    """Enrolled, completed and answered, module by module, where a source of enrolments is given."""
    settings = words.settings
    heads = ["Enrolled", "Completed", *[f"Answered: {wave.label.lower()}" for wave in settings.waves]]
    table = Display(words.facts, [settings.nouns.module.capitalize(), *heads], heads)
    rows = words.table("participation")
    rows = rows[(rows["measure"] == "enrolled") & (rows["group_by"] == "module")]
    rows = rows.sort_values("n", ascending=False, kind="stable")  # the largest first, those withheld last
    for group in [*rows["group"], OVERALL]:
        by = (OVERALL, OVERALL) if group == OVERALL else ("module", group)
        waves = [("enrolled", OVERALL), ("completed", OVERALL), *[("responses", wave.name) for wave in settings.waves]]
        cells = [(f"participation/{row_id(measure, wave, *by)}/n",) for measure, wave in waves]
        table.add(f"All {settings.nouns.modules}" if group == OVERALL else group, *cells)
    return table.frame()


def missing(words: Words) -> pd.DataFrame:
    """How the items of each outcome were answered or left, at each wave."""
    kinds = {
        "answered": "Answered",
        "skipped": "Skipped",
        "not_applicable": "Not applicable",
        "refused": "Refused",
        "not_shown": "Not shown",
        OVERALL: "Responses",
    }
    table = Display(words.facts, ["Question", "Asked", *kinds.values()], list(kinds.values()))
    found = words.table("missing")
    for item, wave in dict.fromkeys(zip(found["item"], found["wave"], strict=True)):
        label = next(part.label for part in words.settings.waves if part.name == wave)
        cells = [(f"missing/{row_id(item, wave, kind)}/n",) for kind in kinds]
        table.add(words.items[item].wording, label, *cells)
    return table.frame()


def later(words: Words) -> pd.DataFrame:
    """Changes to and from the surveys after the second one, and the levels that were asked only then."""
    level = f"{words.settings.statistics.ci_level * 100:g}"
    numbers = ["Base", "Earlier", "Later", "Change", f"{level}% CI"]
    table = Display(words.facts, ["Outcome", "What is compared", *numbers], numbers)
    for comparison in later_comparisons(words):
        for outcome in words.outcomes(comparison):

            def key(estimate: str, *columns: str, comparison=comparison, outcome=outcome) -> tuple[str, ...]:
                return tuple(words.key(comparison, outcome, estimate, column) for column in columns)

            table.add(
                outcome.label,
                comparison.label,
                key("mean_change", "n"),
                key("mean_before", "estimate"),
                key("mean_after", "estimate"),
                key("mean_change", "estimate"),
                key("mean_change", "ci_low", "ci_high"),
            )
    for level_asked in words.settings.levels:
        for name in level_asked.outcomes if not level_asked.group_by else ():
            row = f"levels/{row_id(level_asked.name, name, OVERALL, OVERALL, 'mean_level')}"
            interval = (f"{row}/ci_low", f"{row}/ci_high")
            label = words.settings.outcome(name).label
            table.add(
                label, f"{level_asked.label} (level)", (f"{row}/n",), "not asked", (f"{row}/estimate",), "–", interval
            )
    return table.frame()


def later_comparisons(words: Words) -> list[Comparison]:
    """Return the overall comparisons that reach a wave after the primary one's second."""
    if words.primary is None:
        return []
    names = [wave.name for wave in words.settings.waves]
    last = names.index(words.primary.wave_to)
    return [
        comparison
        for comparison in words.settings.comparisons
        if not comparison.group_by
        and not comparison.include
        and names.index(comparison.wave_to) > last
        and not words.is_looking_back(comparison)
    ]


def reliability(words: Words) -> pd.DataFrame:
    """Cronbach's alpha of each scale at each survey."""
    settings: Settings = words.settings
    numbers = [f"{wave.label}: alpha, interval" for wave in settings.waves]
    table = Display(words.facts, ["Scale", "Items", *numbers], ["Items", *numbers])
    for outcome in settings.outcomes:
        if len(outcome.items) < 2:
            continue

        def cell(wave: str, outcome=outcome) -> tuple[str, ...]:
            row = row_id("reliability", outcome.name, "wave", wave, "cronbach_alpha")
            return (f"reliability/{row}/estimate", f"reliability/{row}/ci_low", f"reliability/{row}/ci_high")

        table.add(outcome.label, f"{len(outcome.items)}", *[cell(wave.name) for wave in settings.waves])
    return table.frame()


TABLES: dict[str, Callable[[Words], pd.DataFrame]] = {
    "changes": changes,
    "later": later,
    "missing": missing,
    "reach": reach,
    "participation": participation,
    "reliability": reliability,
    "plan": robustness.plan_table,
    **effect_tables.TABLES,
    **attrition_tables.TABLES,
    **item_tables.TABLES,
    **place_tables.TABLES,
    **measurement_tables.TABLES,
    **claims_words.TABLES,
    **linkage_tables.TABLES,
    **comment_tables.TABLES,
}
FEET = {
    "changes": "Base: matched completions with the outcome scored at both times. Change: after minus before, in scale "
    "points; its interval and test take account of people who gave several pairs. g: Hedges' standardised "
    "change, over the "
    "average of both standard deviations. Source: comparisons.csv",
    "later": "Base: completions with the outcome scored at both times, or responses where a level is given. All "
    "among those "
    "who answered then. Source: comparisons.csv, levels.csv",
    "missing": "Base: responses kept. Source: missing.csv",
    "reach": "Enrolled and completed: enrolment records. Answered: responses kept; some answered without "
    "completing, and "
    "some records may be of one person twice. Source: participation.csv",
    "participation": "Base: responses kept. Terms as in CHERRIES. Source: participation.csv",
    "reliability": "Base: one response a person with every item of the scale answered. Interval: Feldt. Source: "
    "reliability.csv",
    "plan": "Done: every estimate of the analysis is given; where it is not, the remark is the most frequent reason. "
    "Source: plan.csv",
    **effect_tables.FEET,
    **attrition_tables.FEET,
    **item_tables.FEET,
    **place_tables.FEET,
    **measurement_tables.FEET,
    **claims_words.FEET,
    **linkage_tables.FEET,
    **comment_tables.FEET,
}
