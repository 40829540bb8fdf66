"""Sentences about the scales as measures: one quality each, the same at every survey, the same in every role."""

from __future__ import annotations

from prepost.figures.words import listing, shorten
from prepost.measurement_table import FREED, WAVES
from prepost.render.escape import escape_markdown as esc
from prepost.report.measurement_tables import HOLDS, compared, role_keys, scales, surveys, waves_key
from prepost.report.messages import Words
from prepost.study import Outcome

NONE = (
    "Every outcome of this study is a single question, so whether the questions of a scale go together cannot be said."
)
NUMBERS = (
    "Answers on a few steps are treated here as numbers with normal errors. With few steps in use, or many answers at "
    "the top, the fit looks worse than it is; so the differences between models are read, and not the tests alone."
)
SHIFT = (
    "None of this can see a shift of everybody's yardstick. Whoever learns what good practice asks may judge the old "
    "self more sternly, and the same answer then means more after the training than before (response shift). Where all "
    "questions of a scale shift alike, the answers cannot tell that from a change."
)
THINKING_BACK = (
    "This study also asked learners to think back; that change stands beside the other, and is never mixed in."
)
OF_HELD = {
    3: "the questions belong together, weigh the same and stand at the same level at each survey, so means may be "
    "compared",
    2: "the questions weigh the same at each survey, but some moved more, or less, than what they share; means may not "
    "be compared question for question, and the change is to be read beside the changes of the questions",
    1: "the questions belong together at each survey but do not weigh the same, so means may not be compared as one "
    "quality; the changes of the questions say more",
    0: "the questions do not form one quality in the same way at each survey; a change of the mean is a change of "
    "several things",
}


def measurement(words: Words) -> str:
    """Say of each scale whether it measures alike over surveys and in roles, and what no model can see."""
    if not scales(words):
        return f"{NONE} {SHIFT}"
    found = [(outcome, *_over(words, outcome, group)) for outcome, group in compared(words)]
    found += [(outcome, *said) for outcome in scales(words) if (said := _roles(words, outcome))]
    alike: dict[tuple[str, str], list[str]] = {}
    for outcome, where, sentence in found:
        alike.setdefault((where, sentence), []).append(esc(outcome.label))
    lines = [f"**{listing(names)}** ({where}): {sentence}" for (where, sentence), names in alike.items()]
    start = (
        "A change of a scale's mean is a change of one quality only if its questions go on measuring that quality in "
        "the same way. This is a sensitivity analysis; the primary result does not rest on it."
    )
    back = any(wave.thinking_back_to for wave in words.settings.waves)
    listed = "\n".join(f"- {line}" for line in lines) or "No scale is compared between surveys in this study."
    return "\n\n".join([start, listed, f"{SHIFT} {THINKING_BACK}" if back else SHIFT, NUMBERS])


def _over(words: Words, outcome: Outcome, group: str) -> tuple[str, str]:
    where = esc(surveys(words, group).lower())
    held = words.value(waves_key(words, outcome, group, HOLDS))
    if held is None:
        return where, f"whether the same is measured at each survey cannot be said: {_why(words, outcome, group)}."
    shifted = _shifted(words, outcome, group) if int(held) == 2 else []
    which = f" Most clearly shifted: {listing([f'“{esc(shorten(text))}”' for text in shifted])}." if shifted else ""
    return where, f"{OF_HELD[int(held)]}.{which}"


def _why(words: Words, outcome: Outcome, group: str) -> str:
    rows = words.table("invariance")
    row = waves_key(words, outcome, group, HOLDS).split("/")[1]
    note = str(rows.loc[rows["row_id"] == row, "note"].iloc[0])
    reason = note.rpartition("cannot be said: ")[2].rstrip(".")
    return esc(reason) if "[" not in reason else "too few people"


def _shifted(words: Words, outcome: Outcome, group: str) -> list[str]:
    rows = words.table("invariance")
    mine = rows["outcome"].isin(outcome.items) & (rows["group_by"] == WAVES) & (rows["group"] == group)
    found = rows[mine & (rows["estimate_name"] == FREED)].sort_values("estimate", kind="stable")
    return [words.items[item].wording for item in found["outcome"]]


def _roles(words: Words, outcome: Outcome) -> tuple[str, str] | None:
    keys = {item: key for item, key in role_keys(words, outcome).items() if key in words.facts}
    if not keys:
        return None
    where = f"by {esc(words.settings.secondary.measurement.by.replace('_', ' '))}"
    if any(words.value(key) is None for key in keys.values()):
        return where, "whether the questions work alike cannot be said; the groups are too small."
    sizes = words.table("invariance").set_index("row_id")["note"]
    apart = [words.items[item].wording for item, key in keys.items() if sizes[key.split("/")[1]] != "negligible"]
    if not apart:
        return where, "people who stand alike on the scale answer each question alike, whatever their group."
    which = listing([f"“{esc(shorten(text))}”" for text in apart])
    return where, f"people who stand alike on the scale answer {which} differently from group to group."
