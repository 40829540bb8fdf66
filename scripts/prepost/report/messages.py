"""Sentences of plain English around released numbers: what was found, how sure, and among whom.

The words follow the numbers (higher, lower, about the same); the numbers come as facts, with their keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import pandas as pd

from prepost.comparing import row_id
from prepost.facts import Facts
from prepost.paired import OVERALL
from prepost.sheets import ItemRow
from prepost.study import Comparison, Outcome, Settings

MOST_OUTCOMES = 4
NUMBER_WORDS = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight", 9: "nine", 10: "ten"}


class Words:
    """The study's own words, and the address of each row."""

    def __init__(
        self,
        settings: Settings,
        items: list[ItemRow],
        facts: Facts,
        tables: Mapping[str, pd.DataFrame],
        show: Callable[..., str],
    ) -> None:
        self.settings, self.facts, self.show, self.table = settings, facts, show, tables.__getitem__
        self.items = {item.item: item for item in items}
        self.primary = next((c for c in settings.comparisons if c.role == "primary"), None)

    def key(self, comparison: Comparison, outcome: Outcome, estimate: str, column: str) -> str:
        """Return the address of one estimate, overall."""
        row = row_id(comparison.name, outcome.name, OVERALL, OVERALL, estimate)
        return f"comparisons/{row}/{column}"

    def value(self, key: str) -> float | None:
        """Return a released value, None where there is none."""
        found = self.facts.get(key)
        return None if found is None else found.value

    def scale(self, outcome: Outcome) -> str:
        """Say on which scale an outcome is scored: "on a five-point scale"."""
        rows = [self.items[item] for item in outcome.items]
        low, high = min(row.low for row in rows), max(row.high for row in rows)
        if outcome.method == "sum":
            return f"on a scale from {low * len(rows):g} to {high * len(rows):g}"
        steps = int(high - low) + 1
        return f"on a {NUMBER_WORDS.get(steps, f'{steps}')}-point scale"

    def when(self, wave: str) -> str:
        """Return the end of "asked …" for a wave."""
        return next(found.when for found in self.settings.waves if found.name == wave)

    def is_looking_back(self, comparison: Comparison) -> bool:
        """Say whether a side of a comparison was answered later, thinking back."""
        back = {wave.name for wave in self.settings.waves if wave.thinking_back_to}
        return bool(back & {comparison.wave_from, comparison.wave_to})

    def outcomes(self, comparison: Comparison) -> list[Outcome]:
        """Return a comparison's outcomes in the study's order."""
        return [self.settings.outcome(name) for name in comparison.outcomes]


def key_messages(words: Words) -> Iterator[str]:
    """Yield five to seven bullets; each has its number, its interval, its base and a link to its section."""
    if words.primary is None:
        yield "This study declares no primary comparison, so there is no change to report."
        return
    largest = _largest(words, words.primary)
    for place, outcome in enumerate(largest):
        shortly = _also_changed(words, words.primary, outcome, largest[0]) if place else ""
        said = shortly or change_said(words, words.primary, outcome, whole=place == 0)
        yield said + " [Change](#sec-change)"
    yield from _later(words)
    yield from _levels(words)
    yield _who(words)


def how_sure(words: Words) -> str:
    """Return the line under the first figure: what this design can and cannot say."""
    nouns = words.settings.nouns
    if words.primary is None:
        return (
            f"Answers at two times are not compared as a main result here: the page reports what {nouns.learners} said."
        )
    return (
        f"One group of {nouns.learners} rated themselves before and after {nouns.training}, and there was no "
        f"comparison "
        f"group: what is reported is change that was seen with {nouns.training}, not change because of it. Those who "
        "answered twice differ from those who did not; see [How sure, and why](#sec-limits)."
    )


def _largest(words: Words, comparison: Comparison) -> list[Outcome]:
    """The outcomes with the largest standardised change, in that order; those without an estimate last."""

    def size(outcome: Outcome) -> float:
        found = words.value(words.key(comparison, outcome, "hedges_g_av", "estimate"))
        return -abs(found) if found is not None else 0.0

    told = [outcome for outcome in words.outcomes(comparison) if not outcome.control]  # those are a comparison only
    return sorted(told, key=size)[:MOST_OUTCOMES]


def change_said(words: Words, comparison: Comparison, outcome: Outcome, *, whole: bool) -> str:
    """Say how an outcome changed, among whom, on which scale and with which interval."""

    def show(column: str) -> str:
        return words.show(words.key(comparison, outcome, "mean_change", column))

    nouns = words.settings.nouns
    estimate, low, high = _mean_change(words, comparison, outcome)
    before, after = words.when(comparison.wave_from), words.when(comparison.wave_to)
    if estimate is None:
        return f"How self-rated {outcome.phrase} changed cannot be said: too few completions were matched."
    people = f" ({show('n_people')} {nouns.learners})" if whole else ""
    among = f"Among {show('n')} matched {nouns.module} completions{people}"
    level = f"{words.settings.statistics.ci_level * 100:g}"
    if low is None or high is None:
        return f"{among}, self-rated {outcome.phrase} changed by {show('estimate')} points; no interval can be given."
    interval = f"{level}% CI {show('ci_low')} to {show('ci_high')}"
    if low <= 0 <= high:
        return (
            f"{among}, self-rated {outcome.phrase} was about the same {after} as {before}, {words.scale(outcome)} "
            f"(change {show('estimate')} points, {interval})."
        )
    direction = "higher" if estimate > 0 else "lower"
    return (
        f"{among}, self-rated {outcome.phrase} was {show('estimate')} points {direction} {after} than {before}, "
        f"{words.scale(outcome)} ({interval})."
    )


def _mean_change(words: Words, comparison: Comparison, outcome: Outcome) -> tuple[float | None, ...]:
    """The released mean change and both ends of its interval."""
    columns = ("estimate", "ci_low", "ci_high")
    return tuple(words.value(words.key(comparison, outcome, "mean_change", column)) for column in columns)


def _also_changed(words: Words, comparison: Comparison, outcome: Outcome, first: Outcome) -> str:
    """Say a further change in short, since waves and scale are those of the first; "" where that does not hold."""
    estimate, low, high = _mean_change(words, comparison, outcome)
    told = (estimate, low, high, *_mean_change(words, comparison, first))
    if None in told or words.scale(outcome) != words.scale(first):
        return ""
    columns = ("estimate", "ci_low", "ci_high", "n")
    shown = {column: words.show(words.key(comparison, outcome, "mean_change", column)) for column in columns}
    base = (
        f"{words.settings.statistics.ci_level * 100:g}% CI {shown['ci_low']} to {shown['ci_high']}; "
        f"{shown['n']} completions"
    )
    if low <= 0 <= high:
        return f"Self-rated {outcome.phrase} was about the same (change {shown['estimate']} points, {base})."
    direction = "higher" if estimate > 0 else "lower"
    return f"Self-rated {outcome.phrase} was {shown['estimate']} points {direction} ({base})."


def _later(words: Words) -> Iterator[str]:
    """One bullet a later wave: the outcome that had changed most, among those who answered then too."""
    primary = words.primary
    for comparison in words.settings.comparisons:
        later = comparison.wave_from == primary.wave_from and comparison.wave_to != primary.wave_to
        if not later or comparison.group_by or comparison.include or words.is_looking_back(comparison):
            continue
        shared = [outcome for outcome in _largest(words, primary) if outcome.name in comparison.outcomes]
        if shared:
            said = change_said(words, comparison, shared[0], whole=False)
            said = said.removeprefix("Among ")
            then = at_wave(words, comparison.wave_to)
            yield f"Among those who answered {then}, and so among {said} [Later](#sec-later)"


def _levels(words: Words) -> Iterator[str]:
    for level in words.settings.levels:
        for name in level.outcomes[:1]:
            outcome = words.settings.outcome(name)
            row = row_id(level.name, name, OVERALL, OVERALL, "mean_level")

            def show(column: str, row: str = row) -> str:
                return words.show(f"levels/{row}/{column}")

            if level.group_by or words.value(f"levels/{row}/estimate") is None:
                continue
            percent = f"{words.settings.statistics.ci_level * 100:g}"
            yield (
                f"Among those who answered {at_wave(words, level.wave)}, self-rated {outcome.phrase} averaged "
                f"{show('estimate')} {words.scale(outcome)} ({percent}% CI {show('ci_low')} to {show('ci_high')}; "
                f"{show('n')} responses). It was not asked before, so no change can be given. [Later](#sec-later)"
            )


def _who(words: Words) -> str:
    """Say how many of those who answered first could be matched, since the two differ."""
    primary = words.primary
    kept, matched = (f"flow/{row_id('flow', f'{box}.{primary.wave_from}')}/n" for box in ("kept", "matched"))
    differ = "those who answered twice differ from those who did not. [Who answered](#sec-flow)"
    if words.value(matched) is None or words.value(kept) is None:
        return f"How many responses {words.when(primary.wave_from)} could be matched is not published; {differ}"
    return (
        f"Of {words.show(kept)} responses {words.when(primary.wave_from)}, {words.show(matched)} could be "
        f"matched with the "
        f"same person's response {words.when(primary.wave_to)}; {differ}"
    )


def at_wave(words: Words, wave: str) -> str:
    """Say when a wave was: "at three months" for the one labelled Three months, else its own words."""
    label = next(found.label for found in words.settings.waves if found.name == wave)
    return f"at {label.lower()}" if "month" in label.lower() else words.when(wave)
