"""Who is missing and what they may have done, and what lasts, in words."""

from __future__ import annotations

from prepost import formatting
from prepost.comparing import row_id
from prepost.paired import OVERALL
from prepost.report.attrition_tables import attrition_row, lasting_row, note_of
from prepost.report.messages import Words, at_wave
from prepost.study import Outcome

NO_PRIMARY = "This study declares no primary comparison, so what those who were lost may have done cannot be said."
NO_LATER = "No wave after the primary comparison is declared, so it cannot be said whether the gain is kept."


def missing_people(words: Words) -> str:
    """State the target population, the two causes of loss, what the weights do, and what would undo each change."""
    if words.primary is None:
        return NO_PRIMARY
    before, after = words.when(words.primary.wave_from), words.when(words.primary.wave_to)
    rows = {side: f"participants/{row_id(OVERALL, OVERALL, side)}/n" for side in (OVERALL, "yes")}
    counted = (
        f": {words.show(rows[OVERALL])} surveys, of which {words.show(rows['yes'])} were matched"
        if all(key in words.facts for key in rows.values())
        else ""
    )
    if words.primary.include is not None:  # the table of participants counts everybody
        counted = ", as far as the comparison's condition includes them and what is known of them tells"
    said = (
        "The main result is of those who answered twice. What stands here asks what it would be for everyone with a "
        f"valid survey {before}, one for each {words.settings.nouns.learner} and {words.settings.nouns.module}"
        f"{counted}. Those who answered no survey are not part of it, and nothing here says anything about them."
    )
    return "\n\n".join([said, _causes(words, after), _weights(words)])


def _causes(words: Words, after: str) -> str:
    keys = [f"{attrition_row(words, OVERALL, name)}/estimate" for name in ("p_responded", "p_linked")]
    said = (
        f"A first survey lacks its second for one of two reasons: the person did not answer {after}, or answered under "
        "a key that does not match."
    )
    if any(words.value(key) is None for key in keys):
        return said
    return (
        f"{said} They are modelled apart: on average a first survey had a chance of {words.show(keys[0])} that its "
        f"writer answered again, and of {words.show(keys[1])} that an answer could be linked."
    )


def _weights(words: Words) -> str:
    key = attrition_row(words, OVERALL, "effective_share")
    share, largest = f"{key}/estimate", f"{attrition_row(words, OVERALL, 'largest_weight')}/estimate"
    if words.value(share) is None:
        why = note_of(words, key) or "they may not be shown"
        return f"There is no weighted result: {why.removesuffix(': no weights')}."
    return (
        "Weights make those matched resemble all of them in what the study names for it. They cost little where the "
        f"effective share of the pairs is near one; here it is {words.show(share)}, and the largest weight is "
        f"{words.show(largest)} times the mean."
    )


def tipping(words: Words) -> str:
    """Say outcome by outcome by how much those lost must have changed for the gain to vanish."""
    lines = [_tips(words, outcome) for outcome in words.outcomes(words.primary)] if words.primary else []
    lines = [line for line in lines if line]
    if not lines:
        return ""
    lead = "How far those lost would have to differ, who may have changed in ways that no survey shows:"
    return lead + "\n\n" + "\n".join(f"- {line}" for line in lines)


def _tips(words: Words, outcome: Outcome) -> str:
    key = attrition_row(words, outcome.name, "tipping_change.estimate_zero")
    change = words.value(words.key(words.primary, outcome, "mean_change", "estimate"))
    if change is None or words.value(f"{key}/estimate") is None:
        return ""
    note = note_of(words, key)
    if change <= 0 or "below it already" in note:
        return f"self-rated {outcome.phrase} did not rise among those matched, so there is no gain that could vanish."
    allowed = ", which the scale does not allow" if "does not allow" in note else ""
    return (
        f"the gain in self-rated {outcome.phrase} vanishes only if those lost changed by "
        f"{words.show(f'{key}/estimate')} points on average{allowed}."
    )


def lasting(words: Words) -> str:
    """Say outcome by outcome whether the gain was kept and how much of it is left, among those who answered later."""
    later = words.settings.secondary.lasting.later
    if words.primary is None or later is None:
        return NO_LATER
    among = f"Among those who answered {at_wave(words, later)}"
    lines = [_lasts(words, outcome, among) for outcome in words.outcomes(words.primary)]
    return "\n".join(f"- {line}" for line in lines)


def _lasts(words: Words, outcome: Outcome, among: str) -> str:
    kept = lasting_row(words, outcome, "these two", "gain_kept")
    ratio = lasting_row(words, outcome, "all three", "retention_ratio")
    if words.value(f"{kept}/estimate") is None:
        return f"{among}, whether self-rated {outcome.phrase} was kept cannot be said: too few answered, or none."
    margin = formatting.number(words.settings.secondary.lasting.margin or outcome.smallest_effect)
    verdict = {
        "kept": f"kept to within the study's margin of {margin} points",
        "not kept": f"not kept to within the study's margin of {margin} points",
    }.get(note_of(words, kept), f"too uncertain to be told against the study's margin of {margin} points")
    level = f"{words.settings.statistics.ci_level * 100:g}"
    interval = (
        f" ({level}% CI {words.show(f'{kept}/ci_low')} to {words.show(f'{kept}/ci_high')})"
        if words.value(f"{kept}/ci_low") is not None
        else ""
    )
    said = (
        f"{among}, self-rated {outcome.phrase} had changed by {words.show(f'{kept}/estimate')} points since "
        f"{words.when(words.primary.wave_to)}{interval}: {verdict}. "
    )
    if words.value(f"{ratio}/estimate") is None:
        why = note_of(words, ratio).removeprefix("not estimable: ") or "it may not be shown"
        return f"{said}What share of the gain is left is not estimable: {why}."
    return (
        f"{said}Of the gain a share of {words.show(f'{ratio}/estimate')} was left ({level}% CI "
        f"{words.show(f'{ratio}/ci_low')} to {words.show(f'{ratio}/ci_high')})."
    )
