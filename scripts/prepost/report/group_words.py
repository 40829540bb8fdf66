"""For whom, in words: which groupings differ at all, who was matched, and change by number of modules."""

from __future__ import annotations

from prepost import formatting
from prepost.comparing import row_id
from prepost.contrasts import DOSE_CAVEAT
from prepost.figures.words import listing
from prepost.paired import OVERALL
from prepost.render.escape import escape_markdown as esc
from prepost.report.messages import Words

#: Beyond this share of false alarms a difference is not spoken of.
ALARMS = 0.05
NOT_DECLARED = "This study declares no groups beside the comparisons above, so for whom it changed more cannot be said."


def groups(words: Words) -> str:
    """Say how groups are compared, where any differ, and what the number of modules tells."""
    plan = words.settings.secondary.subgroups
    if words.primary is None or not plan.by:
        return NOT_DECLARED
    nouns = words.settings.nouns
    return "\n\n".join(
        [
            f"Each group is set against all other {nouns.learners}. That one group's change is clear and another's is "
            "not says nothing about their difference, so only differences are judged. Small groups vary more by "
            "chance; the figure therefore draws each group towards the others as far as its size asks for. Groups of "
            f"fewer than {plan.fewest} people are too few to say. These analyses are secondary.",
            _differing(words),
            _dose(words),
        ]
    )


def _differing(words: Words) -> str:
    """Name the groupings in which a joint test, adjusted over all of them, finds a difference."""
    found, tested = {}, 0
    for by in words.settings.secondary.subgroups.by:
        for outcome in words.outcomes(words.primary):
            row = row_id(words.primary.name, outcome.name, by, OVERALL, "any_difference")
            p = words.value(f"groups/{row}/p_adjusted")
            tested += p is not None
            if p is not None and p < ALARMS:
                found.setdefault(by, []).append(outcome.label.lower())
    if not tested:
        return "No grouping has two groups that are large enough to be compared."
    if not found:
        return (
            "Taking account of how many groupings and outcomes were looked at, no grouping shows changes that differ "
            "by more than chance would make them. That is not proof that all groups changed alike."
        )
    said = [f"{by.replace('_', ' ')} ({listing(names)})" for by, names in found.items()]
    return (
        "Taking account of how many groupings and outcomes were looked at, changes differ by more than chance would "
        f"make them by {listing(said)}; elsewhere no such difference was seen, which is not proof that there is none."
    )


def _dose(words: Words) -> str:
    nouns, said, level = words.settings.nouns, [], words.settings.statistics.ci_level * 100
    for outcome in words.outcomes(words.primary):
        row = f"groups/{row_id(words.primary.name, outcome.name, OVERALL, OVERALL, 'dose_slope')}"
        keys = [f"{row}/{column}" for column in ("estimate", "ci_low", "ci_high")]
        if all(words.value(key) is not None for key in keys):
            value, low, high = (words.show(key) for key in keys)
            said.append(f"{outcome.label.lower()} {value} points ({level:g}% CI {low} to {high})")
    if not said:
        return (
            f"Whether change goes with the number of {nouns.modules} taken cannot be said: nearly everybody took the "
            f"same number, or the {nouns.module} is not known."
        )
    return f"Difference in change for each further {nouns.module} that a person took: {listing(said)}. {DOSE_CAVEAT}"


def matched(words: Words) -> str:
    """Say which share of each group was matched, as a list of lowest and highest by grouping."""
    lines = []
    table = words.table("groups")
    for by in words.settings.secondary.subgroups.by if words.primary else ():
        rows = table[(table["group_by"] == by) & (table["estimate_name"] == "share_matched")]
        rows = rows[rows["estimate"].notna() & (rows["group"] != "not stated")]
        if len(rows) < 2:
            continue
        ends = [
            rows.loc[rows["estimate"].astype("float64").idxmin()],
            rows.loc[rows["estimate"].astype("float64").idxmax()],
        ]
        low, high = (_share(words, row) for row in ends)
        lines.append(f"- By {by.replace('_', ' ')}: from {low} to {high}.")
    if not lines:
        return "Which groups were matched more often than others cannot be said: no share may be shown."
    return (
        f"Of those who answered {words.when(words.primary.wave_from)}, so many answered again and could be "
        "matched:\n\n" + "\n".join(lines)
    )


def _share(words: Words, row) -> str:
    text = formatting.percent(float(row["estimate"]), None)
    item = words.items.get(row["group_by"])
    name = item.codes.get(row["group"], row["group"]) if item else row["group"]
    key = f"groups/{row['row_id']}/estimate"
    return f"{words.show(key, text)} ({esc(name)})"
