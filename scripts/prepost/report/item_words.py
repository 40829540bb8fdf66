"""Sentences about single questions: where agreement rose most, and whether it differs between groups."""

from __future__ import annotations

from prepost import formatting
from prepost.figures.items import answers_that_agree
from prepost.figures.words import listing, shorten
from prepost.render.escape import escape_markdown as esc
from prepost.report.item_tables import item_key, questions
from prepost.report.messages import Words

NONE = "No question of the primary comparison has ordered answers from both times, so single questions cannot be told."
SURE = 0.05  # of the adjusted p; said as "differs beyond what chance would give", never as a number


def single_questions(words: Words) -> str:
    """Say for which question agreement moved most and least, and in which groups it moved otherwise."""
    asked = [item for _, item in questions(words)]
    if not asked:
        return NONE
    change = {item: words.value(item_key(words, item, "agree_change", "estimate")) for item in asked}
    known = {item: value for item, value in change.items() if value is not None}
    start = (
        "The self-rated questions behind the scales, one by one. Answers in steps are ordered categories, so a model "
        "that takes only their order predicts which share of people gives each."
    )
    if not known:
        return f"{start} All shares who agree are withheld, or could not be estimated."
    ordered = sorted(known, key=lambda item: (-known[item], item))
    parts = [start, _moved(words, ordered[0], "the most")]
    if len(ordered) > 1:
        parts.append(_moved(words, ordered[-1], "the least"))
    return "\n\n".join([" ".join(parts), *_groups(words, asked)])


def _moved(words: Words, item: str, how: str) -> str:
    row, cut = words.items[item], str(_cut(words, item))
    agree = answers_that_agree([item], cut, words.items)
    doing = "disagreed with" if row.reversed else f"answered {agree} to" if "“" in agree else "agreed with"
    shares = [_percent(words, item_key(words, item, f"agree_{when}", "estimate")) for when in ("before", "after")]
    interval = [_points(words, item_key(words, item, "agree_change", column)) for column in ("ci_low", "ci_high")]
    n = words.show(item_key(words, item, "agree_change", "n"))
    level = f"{words.settings.statistics.ci_level * 100:g}"
    before, after = words.when(words.primary.wave_from), words.when(words.primary.wave_to)
    return (
        f"The share who {doing} “{esc(shorten(row.wording))}” changed {how}: {shares[0]} {before}, {shares[1]} {after} "
        f"(of {n} pairs; {level}% CI of the change {interval[0]} to {interval[1]})."
    )


def _cut(words: Words, item: str) -> object:
    rows = words.table("items")
    return rows[(rows["outcome"] == item) & (rows["estimate_name"] == "agree_before")]["statistic_name"].iloc[0]


def _groups(words: Words, asked: list[str]) -> list[str]:
    said = []
    for by in words.settings.secondary.items.by:
        name = by.replace("_", " ")
        p = {item: words.value(item_key(words, item, f"interaction_{by}", "p_adjusted")) for item in asked}
        tested = [item for item in asked if p[item] is not None]
        differing = [item for item in tested if p[item] < SURE]
        if not tested:
            said.append(f"Whether the change differs by {name} cannot be said: too few groups are large enough.")
        elif not differing:
            said.append(
                f"By {name}, no question's change differs more than chance would give; that does not show that the "
                "groups changed alike."
            )
        else:
            named = listing([f"“{esc(shorten(words.items[item].wording))}”" for item in differing])
            said.append(f"By {name}, the change differs more than chance would give on {named}; see the table.")
    return said


def _percent(words: Words, key: str) -> str:
    value = words.value(key)
    return words.show(key, f"{formatting.number(value * 100, 1)}%") if value is not None else words.show(key)


def _points(words: Words, key: str) -> str:
    value = words.value(key)
    return words.show(key, f"{formatting.number(value * 100, 1)} points") if value is not None else words.show(key)
