"""Sentences beside the changes: who moved, effect sizes by name, room to rise, answers given thinking back."""

from __future__ import annotations

from prepost import formatting
from prepost.comparing import row_id
from prepost.figures.words import listing
from prepost.paired import OVERALL
from prepost.render.escape import escape_markdown as esc
from prepost.report.effect_tables import SIZES, looking_back
from prepost.report.messages import Words, change_said
from prepost.study import RELIABLE, Outcome

NO_PAIRS = "No completions were matched, so no moves can be counted."
ROOM = (
    "The change of those with room alone looks larger than it is: whoever gives a low first answer partly by chance "
    "gives a higher one next time, even if nothing has changed. The table takes that expectation away. It is a check "
    "on the main result and no key message. Beside it stands everyone's change, in points and on the latent scale."
)
DIRECTIONS = ("better", "same", "worse")


def movement(words: Words) -> str:
    """Say outcome by outcome which share moved up, stayed and moved down, and what error alone would move."""
    primary = words.primary
    lines = []
    for outcome in words.outcomes(primary) if primary else ():
        rows = [row_id(primary.name, outcome.name, OVERALL, OVERALL, way) for way in DIRECTIONS]
        keys = [f"movement/{row}/share" for row in rows]
        if all(key in words.facts and words.facts[key].mark != "x" for key in keys):
            better, same, worse = (_share(words, key) for key in keys)
            lines.append(
                f"- Self-rated {esc(outcome.phrase)}: {better} moved up by more than {_edge(words, outcome)}, {same} "
                f"stayed within that, {worse} moved down by more.{_by_error(words, outcome)}"
            )
    return "\n".join(lines) or NO_PAIRS


def _first_wave(words: Words, outcome: Outcome, name: str) -> str:
    """The address of what stands on everyone who answered the first survey."""
    primary = words.primary
    return f"effects/{row_id(primary.name, outcome.name, 'wave', primary.wave_from, name)}/estimate"


def _edge(words: Words, outcome: Outcome) -> str:
    """Beyond which change a pair counts as moved: as the counts were made (`prepost.thresholds`)."""
    fact = words.facts.get(_first_wave(words, outcome, RELIABLE)) if outcome.moves == RELIABLE else None
    if fact is None or fact.mark == "x":
        return f"{outcome.smallest_effect:g} points"
    return f"{words.show(fact.key)} points (more than errors of measurement seldom make)"


def _by_error(words: Words, outcome: Outcome) -> str:
    keys = [_first_wave(words, outcome, f"null_{name}") for name in ("improved", "worse")]
    values = [words.value(key) for key in keys]
    if None in values:
        return ""
    up, down = (words.show(key, formatting.percent(value, None)) for key, value in zip(keys, values, strict=True))
    return f" If nobody had changed, errors of measurement alone would move about {up} up and {down} down."


def _share(words: Words, key: str) -> str:
    return words.show(key, "a withheld share") if words.facts[key].mark == "w" else words.show(key)


def comparison_outcomes(words: Words) -> str:
    """Say of each outcome that the training should not change how it changed; nothing where none is declared."""
    primary = words.primary
    found = [outcome for outcome in words.outcomes(primary) if outcome.control] if primary else []
    if not found:
        return ""
    said = " ".join(change_said(words, primary, outcome, whole=False) for outcome in found)
    names = listing([esc(outcome.label) for outcome in found])
    one = len(found) == 1
    return (
        f"**For comparison:** {names} {'was' if one else 'were'} asked as {'an outcome' if one else 'outcomes'} that "
        f"{esc(words.settings.nouns.training)} should not change. {said} A change of like size in the other outcomes "
        "would say little about the training."
    )


def looking_back_words(words: Words) -> str:
    """Say what answers given thinking back are, where there are any."""
    if not looking_back(words):
        return ""
    return (
        "Some answers were given **thinking back** to an earlier time. People may judge where they began differently "
        "once they know more, and they may also remember it as they wish it had been; so such a change stands apart "
        "from the change between answers that were each given at their time, and is never pooled with it."
    )


def effects(words: Words) -> str:
    """Say what the other names of an effect size mean."""
    if words.primary is None:
        return "This study declares no primary comparison, so there are no effect sizes to name."
    names = "\n".join(f"- **{esc(name)}**: {what}." for name, what in SIZES.values())
    return (
        "Studies report the same change under several names, often all of them as “Cohen’s d”. The forms below divide "
        "the same mean change by different spreads, or count pairs in place of points, so they can be set beside other "
        "studies only name by name. The headline of this report is Hedges' *g*~av~; the others are secondary.\n\n"
        + names
    )


def ceiling(words: Words) -> str:
    """Say outcome by outcome how many stood at the top of the scale before and after."""
    primary = words.primary
    lines = []
    for outcome in words.outcomes(primary) if primary else ():
        waves = (primary.wave_from, primary.wave_to)
        keys = [f"ceiling/{row_id(primary.name, outcome.name, wave, 'ceiling')}/share" for wave in waves]
        if all(key in words.facts and words.facts[key].mark != "x" for key in keys):
            before, after = (_share(words, key) for key in keys)
            lines.append(
                f"- Self-rated {esc(outcome.phrase)}: {before} stood at the highest score {words.when(waves[0])}, "
                f"{after} {words.when(waves[1])}."
            )
    if words.table("ceiling").empty:
        return (
            "Room to rise cannot be told: there is no primary comparison, or the questions of a scale do not share one "
            "lowest and one highest answer."
        )
    why = "Who begins at the highest score cannot show a gain, so a small change may mean that there was little room."
    return f"{why} Of the matched completions:\n\n" + "\n".join(lines) if lines else f"{why} Nobody was matched."
