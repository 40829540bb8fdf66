"""Display tables of effect sizes by name, of the ends of the scales, and of change among those with room."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from prepost.comparing import row_id
from prepost.paired import OVERALL
from prepost.report.display import Display
from prepost.report.messages import Words
from prepost.study import Comparison, Outcome

#: Each effect size with what it is.
SIZES = {
    "hedges_g_av": ("Hedges' g_av", "mean change over the average of both standard deviations, small-sample corrected"),
    "d_av": ("d_av", "the same, not corrected"),
    "d_rms": ("d_rms", "mean change over the root mean square of both standard deviations"),
    "d_rm": ("d_rm", "mean change over the standard deviation of change, brought back to the scale by the correlation"),
    "d_z": ("d_z", "mean change over the standard deviation of change"),
    "rank_biserial": (
        "Rank-biserial",
        "share of ranks that went up less share that went down, unmoved pairs left out",
    ),
    "p_superiority": ("P(superiority)", "share of pairs whose later score is the higher one, ties half"),
    "net_improvement": ("Net improvement", "share of pairs that went up by any step less share that went down"),
}
TESTS = {
    "wilcoxon_wilcox": "Wilcoxon, unmoved pairs dropped",
    "wilcoxon_pratt": "Wilcoxon, unmoved pairs ranked first (Pratt)",
    "wilcoxon_zsplit": "Wilcoxon, ranks of unmoved pairs halved",
    "sign_test": "Sign test: share up of the pairs that moved",
}
PLACES = {"floor": "Lowest score", "between": "Between", "ceiling": "Highest score"}
ROOM = ("room", "with room")


def effect_key(comparison: Comparison, outcome: Outcome, estimate: str, column: str) -> str:
    """Return the address of one effect size, overall."""
    return f"effects/{row_id(comparison.name, outcome.name, OVERALL, OVERALL, estimate)}/{column}"


def room_key(comparison: Comparison, outcome: Outcome, estimate: str, column: str) -> str:
    """Return the address of one estimate of those with room."""
    return f"room/{row_id(comparison.name, outcome.name, *ROOM, estimate)}/{column}"


def effect_sizes(words: Words) -> pd.DataFrame:
    """Every effect size of the primary comparison, an outcome a column."""
    outcomes = words.outcomes(words.primary) if words.primary else []
    heads = [outcome.label for outcome in outcomes]
    table = Display(words.facts, ["Effect size", *heads], heads)
    for name, (label, _) in SIZES.items() if outcomes else ():
        table.add(label, *[_whole(words, outcome, name) for outcome in outcomes])
    return table.frame()


def _whole(words: Words, outcome: Outcome, name: str) -> tuple[str, ...]:
    """The estimate with its interval, or alone where there is no interval."""
    keys = tuple(effect_key(words.primary, outcome, name, column) for column in ("estimate", "ci_low", "ci_high"))
    return keys if all(words.value(key) is not None for key in keys) else keys[:1]


def rank_tests(words: Words) -> pd.DataFrame:
    """Wilcoxon under three rules for unmoved pairs, and the sign test, of the primary comparison."""
    numbers = ["Statistic V, or share", "p"]
    table = Display(words.facts, ["Outcome", "Test", *numbers], numbers)
    for outcome in words.outcomes(words.primary) if words.primary else ():
        for name, label in TESTS.items():
            shown = "estimate" if name == "sign_test" else "statistic"
            table.add(outcome.label, label, *[(effect_key(words.primary, outcome, name, c),) for c in (shown, "p")])
    return table.frame()


def ceiling(words: Words) -> pd.DataFrame:
    """How many matched completions stand at the ends of each scale, before and after."""
    numbers = ["Pairs", *[head for label in PLACES.values() for head in (label, f"{label}, share")]]
    table = Display(words.facts, ["Outcome", "Asked", *numbers], numbers)
    primary = words.primary
    labels = {wave.name: wave.label for wave in words.settings.waves}
    for outcome in words.outcomes(primary) if primary else ():
        for wave in (primary.wave_from, primary.wave_to):
            rows = {place: f"ceiling/{row_id(primary.name, outcome.name, wave, place)}" for place in (*PLACES, OVERALL)}
            if f"{rows[OVERALL]}/n" in words.facts:
                cells = [(f"{rows[place]}/{column}",) for place in PLACES for column in ("n", "share")]
                table.add(outcome.label, labels[wave], (f"{rows[OVERALL]}/n",), *cells)
    return table.frame()


def room(words: Words) -> pd.DataFrame:
    """Change among those with room beside its expectation under no change; everyone's change, metric and latent."""
    level = f"{words.settings.statistics.ci_level * 100:g}"
    numbers = ["With room", "Their change", "Expected with no change", "Difference", f"{level}% CI"]
    numbers += ["Everyone: change in points", "Everyone: change on the latent scale"]
    table = Display(words.facts, ["Outcome", *numbers], numbers)
    primary = words.primary
    for outcome in words.outcomes(primary) if primary else ():
        if room_key(primary, outcome, "observed_change", "n") not in words.facts:
            continue

        def key(name: str, *columns: str, outcome=outcome) -> tuple[str, ...]:
            return tuple(room_key(primary, outcome, name, column) for column in columns)

        latent = row_id(primary.name, outcome.name, OVERALL, OVERALL, "latent_change")
        table.add(
            outcome.label,
            key("observed_change", "n"),
            key("observed_change", "estimate"),
            key("expected_change", "estimate"),
            key("change_with_room", "estimate"),
            key("change_with_room", "ci_low", "ci_high"),
            (words.key(primary, outcome, "mean_change", "estimate"),),
            (f"items/{latent}/estimate",),
        )
    return table.frame()


def looking_back(words: Words) -> list[Comparison]:
    """Return the comparisons without groups in which one side was answered thinking back."""
    return [part for part in words.settings.comparisons if not part.group_by and words.is_looking_back(part)]


def thinking_back(words: Words) -> pd.DataFrame:
    """Changes from answers that were given thinking back."""
    level = f"{words.settings.statistics.ci_level * 100:g}"
    numbers = ["Base", "Thinking back", "Later", "Change", f"{level}% CI"]
    table = Display(words.facts, ["Outcome", "What is compared", *numbers], numbers)
    for comparison in looking_back(words):
        for outcome in words.outcomes(comparison):

            def key(estimate: str, *columns: str, comparison=comparison, outcome=outcome) -> tuple[str, ...]:
                return tuple(words.key(comparison, outcome, estimate, column) for column in columns)

            table.add(
                outcome.label,
                f"{comparison.label} (thinking back)",
                key("mean_change", "n"),
                key("mean_before", "estimate"),
                key("mean_after", "estimate"),
                key("mean_change", "estimate"),
                key("mean_change", "ci_low", "ci_high"),
            )
    return table.frame()


TABLES: dict[str, Callable[[Words], pd.DataFrame]] = {
    "effect_sizes": effect_sizes,
    "rank_tests": rank_tests,
    "ceiling": ceiling,
    "room": room,
    "thinking_back": thinking_back,
}
PAIRS = "Base: matched completions with the outcome scored at both times"
FEET = {
    "effect_sizes": f"Secondary. {PAIRS}. Intervals: analytic where each person gives one pair, otherwise by "
    "resampling people; the method stands in the column ci_method. Source: effects.csv",
    "rank_tests": f"Secondary, not adjusted. {PAIRS}. Source: effects.csv",
    "ceiling": f"{PAIRS}. Source: ceiling.csv",
    "room": "Sensitivity. With room: matched completions that began below the highest score. Difference: change of "
    "those with room, minus what regression to the mean gives them under no change; where the study names no retest "
    "correlation, alpha stands in, and the expectation is then too small. Source: room.csv, comparisons.csv, items.csv",
    "thinking_back": "Secondary. Base: completions with both scores. One side was asked later, about the earlier "
    "time; never pooled with what was asked at that time. Source: comparisons.csv",
}
