"""How people were matched, how sure that is, and what false links do, in plain words with numbers."""

from __future__ import annotations

from prepost import formatting
from prepost.comparing import row_id
from prepost.figures.words import listing
from prepost.linkage.samples import NEAR, is_wider
from prepost.paired import OVERALL
from prepost.render.escape import escape_markdown as esc
from prepost.report.attrition_tables import note_of
from prepost.report.messages import Words
from prepost.study import Outcome

EXACT, PROCEDURE, SUPPOSED = "exact", "procedure", "if_false"
NO_COMPARISON = "This study declares no primary comparison, so nobody had to be matched."


def fine(share: float) -> str:
    """Write a share as a percentage with a decimal, below one in a hundred with two."""
    return formatting.number(share * 100, 2 if abs(share) < 0.01 else 1) + "%"


def rate(words: Words, name: str, by: str = OVERALL, group: str = OVERALL) -> str:
    """Return the address of a row of ``linkage``, without its column."""
    return f"linkage/{row_id(words.primary.name, OVERALL, by, group, name)}"


def counted(words: Words, measure: str, variable: str = OVERALL, category: str = OVERALL) -> str:
    """Return the address of a count of ``linked``."""
    return f"linked/{row_id(measure, variable, category)}/n"


def said(words: Words, key: str) -> str:
    """Return a share with its interval, in per cent: "55.5% (95% CI 54.0% to 57.0%)"."""
    value, low, high = (words.value(f"{key}/{column}") for column in ("estimate", "ci_low", "ci_high"))
    if value is None:
        return words.show(f"{key}/estimate")
    text = words.show(f"{key}/estimate", fine(value))
    if low is None or high is None:
        return text
    level = f"{words.settings.statistics.ci_level * 100:g}"
    ends = (words.show(f"{key}/ci_low", fine(low)), words.show(f"{key}/ci_high", fine(high)))
    return f"{text} ({level}% CI {ends[0]} to {ends[1]})"


def matching(words: Words) -> str:
    """Say how people were matched, how many, and how sure the links are."""
    if words.primary is None:
        return NO_COMPARISON
    return "\n\n".join([_how(words), _how_many(words), _how_sure(words), _open(words)])


def key_of(words: Words) -> str:
    """Name the questions of the key."""
    names = [words.items[item].wording.rstrip("?:. ") for item in words.settings.person.key if item in words.items]
    return listing([f"“{esc(name)}”" for name in names])


def headline(words: Words) -> str:
    """Return the procedure whose pairs the report rests on: exact or tolerant."""
    return getattr(words.settings.matching, "headline", EXACT)


def wider(words: Words) -> list[str]:
    """Return the names of the ways of linking that take pairs beside the exact ones, the strictest first."""
    rows = words.table("linked")
    names = rows.loc[rows["variable"] == PROCEDURE, "category"]
    return [name for name in dict.fromkeys(names) if is_wider(name)]


def _how(words: Words) -> str:
    nouns, primary = words.settings.nouns, words.primary
    module = f", within one {esc(nouns.module)}" if words.table("participants")["variable"].eq("module").any() else ""
    text = (
        f"An answer {words.when(primary.wave_from)} and one {words.when(primary.wave_to)} are taken for one person's "
        f"where the answers to {key_of(words)} are the same{module}, once differences in writing are evened out. Each "
        "response is in one pair at most."
    )
    if not wider(words):
        missing = "A key that is written wrongly is not guessed at, so whoever wrote it so is missing from the pairs."
        return f"{text} {missing}"
    if NEAR in wider(words):
        step = words.show(counted(words, "step", PROCEDURE, NEAR))
        return (
            f"{text} Some keys differ in a letter or digit and are else alike ({step} further pairs). Nothing besides "
            "the key tells whether such a pair is one person's, so no model weighs it: a reviewer is asked, and until "
            "one has answered these pairs count for nothing here. What they would change stands in "
            "[False links](#sec-false-links)."
        )
    rests = (
        "The results of this report rest on pairs whose keys agree; pairs that are only alike stand beside them, in "
        "[False links](#sec-false-links)."
        if headline(words) == EXACT
        else "The results of this report rest on both."
    )
    return (
        f"{text} Where keys do not agree, pairs were weighed: how likely it is that two responses which differ so are "
        f"one person's, given how often true and chance pairs differ so. {rests}"
    )


def _how_many(words: Words) -> str:
    primary = words.primary
    first, later = rate(words, "linked_of_first"), rate(words, "linked_of_later")
    no_key = counted(words, "no_key")
    text = (
        f"Of {words.show(f'{first}/n')} responses {words.when(primary.wave_from)} with a key, one a person and "
        f"{esc(words.settings.nouns.module)}, {said(words, first)} are linked with one "
        f"{words.when(primary.wave_to)}: the rest did not answer again, or could not be known again. Of "
        f"{words.show(f'{later}/n')} responses {words.when(primary.wave_to)}, {said(words, later)} are linked with an "
        "earlier one. "
    )
    if words.value(no_key) is None:
        return text.rstrip()
    if words.value(no_key) == 0:
        return text + f"Every response {words.when(primary.wave_from)} had a key."
    return text + f"{_capital(words.show(no_key))} responses {words.when(primary.wave_from)} had no key to link by."


def _capital(text: str) -> str:
    return text[:1] + text[1:2].upper() + text[2:] if text.startswith("[") else text[:1].upper() + text[1:]


def _how_sure(words: Words) -> str:
    name = EXACT if headline(words) == EXACT or not wider(words) else wider(words)[0]
    false, recall = (rate(words, measure, PROCEDURE, name) for measure in ("false_share", "recall"))
    if words.value(f"{false}/estimate") is None:
        why = esc(note_of(words, false) or "it may not be shown")
        return f"How many links are false cannot be told: {why}.{_chance(words)}"
    text = f"Of these links an estimated share of {said(words, false)} is false: two people taken for one."
    if words.value(f"{recall}/estimate") is not None:
        text += f" Of all true pairs, as far as the model can tell, {said(words, recall)} were found."
    note = note_of(words, false)
    return text + (f" This is estimated {esc(note)}." if note.startswith("from") else "") + _chance(words)


def _chance(words: Words) -> str:
    key = rate(words, "chance_links_in_module")
    value = words.value(f"{key}/estimate")
    if value is None:
        return ""
    text = words.show(f"{key}/estimate", formatting.number(value, 1))
    warning = note_of(words, key)
    end = f" That matters here: {esc(warning)}." if warning else ""
    return f" Different people who wrote the same key by chance would make about {text} links.{end}"


def _open(words: Words) -> str:
    return (
        "Each single pair can be opened by whoever holds the data: the audit page of the third floor lists by which "
        "stage and on which evidence it was made. Who was linked more often than others is told "
        "[by group](#sec-groups); what false links would do to the results is told under "
        "[False links](#sec-false-links); the items of the reporting guideline for linked data are in the "
        "[appendix](#sec-guild)."
    )


# False links ---------------------------------------------------------------------------------------------------------
def false_links(words: Words) -> str:
    """Say what false links do to the results, and whether other ways of linking give others."""
    if words.primary is None:
        return NO_COMPARISON
    within = listing([name.replace("_", " ") for name in words.settings.secondary.linkage.within]) or "survey"
    lead = (
        "A false link joins one person's first answer with a stranger's second. As long as the strangers linked in "
        f"answer like true partners of the same {esc(within)}, the mean change stays as it is. But the answers of two "
        "strangers have less in common than those of one person, so the correlation of before with after comes out too "
        "small, and strangers' moves are counted among those who moved up, stayed or moved down."
    )
    lines = [line for outcome in words.outcomes(words.primary) if (line := _corrected(words, outcome))]
    if not lines:
        unknown = "How many links are false is not known here"
        if not supposed_shares(words):
            return f"{lead} {unknown}, so by how much cannot be told."
        return f"{lead} {unknown}; the table says what true pairs would give if so many were."
    return f"{lead} Among exact pairs, as found and as true pairs alone would give it:\n\n" + "\n".join(lines)


def _corrected(words: Words, outcome: Outcome) -> str:
    keys = {name: changed(words, outcome.name, EXACT, name) for name in ("correlation", "better")}
    true = {name: changed(words, outcome.name, EXACT, f"{name}_corrected") for name in keys}
    values = {key: words.value(key) for key in (*keys.values(), *true.values())}
    if None in values.values():
        return ""
    found, corrected = (
        words.show(part["better"], formatting.percent(values[part["better"]], None)) for part in (keys, true)
    )
    return (
        f"- Self-rated {esc(outcome.phrase)}: a correlation of {words.show(keys['correlation'])}, of true pairs "
        f"{words.show(true['correlation'])}; {found} moved up, of true pairs {corrected}."
    )


def supposed_shares(words: Words) -> list[str]:
    """Return the shares of false links that the analysis supposes, since none could be estimated."""
    rows = words.table("linkage_changes")
    return list(dict.fromkeys(rows.loc[rows["group_by"] == SUPPOSED, "group"]))


def several_ways(words: Words) -> bool:
    """Say whether pairs were linked in more than one way."""
    rows = words.table("linkage_changes")
    return words.primary is not None and rows.loc[rows["group_by"] == PROCEDURE, "group"].nunique() > 1


def changed(words: Words, outcome: str, group: str, estimate: str, *, by: str = PROCEDURE) -> str:
    """Return the address of an estimate under a procedure, or under a supposed share of false links."""
    return f"linkage_changes/{row_id(words.primary.name, outcome, by, group, estimate)}/estimate"
