"""The methods section, written from the study: what was asked, who was kept, how people were matched."""

from __future__ import annotations

from collections.abc import Iterator

from prepost.render.escape import escape_markdown as esc
from prepost.study import RELIABLE, Comparison, Condition, Outcome, Study

SEVERAL = {
    "first": "the first is used",
    "last": "the last is used",
    "most_complete": "the one with most answers is used",
    "none": "none is used, since the key then names nobody for certain",
}
EVENING_OUT = {
    "trim": "outer blanks",
    "lower": "capital letters",
    "accents": "accents",
    "blanks": "blanks inside",
    "punctuation": "punctuation",
    "plus_tags": "tags behind a plus in e-mail addresses",
    "confusables": "characters taken for each other, such as nought and O",
    "leading_zeros": "leading noughts",
}
ADJUSTMENTS = {"holm": "Holm's method", "bh": "the method of Benjamini and Hochberg", "none": ""}


def paragraphs(study: Study) -> Iterator[tuple[str, str]]:
    """Yield heading and markdown of each part of the methods.

    Parameters
    ----------
    study : Study
        As resolved; every sentence follows from a key in it.

    Yields
    ------
    (str, str)
        Heading, and markdown without numbers of results.
    """
    yield "Design", _design(study)
    yield "Outcomes", _outcomes(study)
    yield "Which responses count", _cleaning(study)
    yield "Matching", _matching(study)
    yield "Analysis", _analysis(study)
    yield "What is published", _release(study)


def _design(study: Study) -> str:
    settings = study.settings
    when = _join([f"{esc(wave.when)} ({esc(wave.label.lower())})" for wave in settings.waves])
    exports = len(study.sources_of("learners"))
    return (
        f"One group, asked {when}, without a comparison group. All outcomes are self-rated. "
        f"The surveys reached us in {exports} exports, dated up to {settings.data_date:%-d %B %Y}."
    )


def _outcomes(study: Study) -> str:
    items = {item.item: item for item in study.items}
    lines = []
    for outcome in study.settings.outcomes:
        rows = [items[item] for item in outcome.items]
        reverse = sum(row.reversed for row in rows)
        turned = f"; {reverse} turned so that higher is more" if reverse else ""
        kind = "the mean" if outcome.method == "mean" else "the sum"
        count = "a single item" if len(rows) == 1 else f"{kind} of {len(rows)} items"
        lines.append(
            f"- **{esc(outcome.label)}**: {count}, each from {min(r.low for r in rows):g} to "
            f"{max(r.high for r in rows):g}{turned}; at least {outcome.min_answered} answered. Smallest change of "
            f"interest: {outcome.smallest_effect:g} points{_moves(outcome)}. Kirkpatrick level {outcome.kirkpatrick}."
            + (" For comparison: the training should not change it." if outcome.control else "")
        )
    return "\n".join(lines)


def _moves(outcome: Outcome) -> str:
    if outcome.moves != RELIABLE:
        return ""
    return "; a pair counts as moved beyond the reliable change, which errors of measurement seldom make"


def _cleaning(study: Study) -> str:
    cleaning = study.settings.cleaning
    rules = ["previews and tests of the survey"]
    if cleaning.consent:
        rules.append("responses without consent")
    if any(wave.opens or wave.closes for wave in study.settings.waves):
        rules.append("responses from outside the time a survey was open")
    if few := cleaning.min_answered:
        rules.append(
            f"responses with {f'fewer than {few}' if few > 1 else 'no'} outcome question{'s' * (few > 1)} answered"
        )
    rules.append(f"a response exported twice (of those, {SEVERAL[cleaning.duplicates]})")
    text = f"Set aside, with the rule written beside each: {_join(rules)}."
    for flagged, rule in (
        ("Responses faster than can be read", cleaning.speeders),
        ("Responses with one answer throughout", cleaning.straight_liners),
    ):
        if rule:
            text += f" {flagged} are {'set aside' if rule.drop else 'marked and kept'}."
    return text + (
        " Four kinds of missing answer stay apart: not shown, skipped, not applicable, refused. An answer off its "
        "question's scale is taken as missing and counted."
    )


def _matching(study: Study) -> str:
    person, matching = study.settings.person, study.settings.matching
    rules = _join([EVENING_OUT[rule] for rule in person.normalise]) or "nothing"
    module = study.settings.nouns.module
    return (
        f"Responses are linked where the person's key is the same, within one {esc(module)}, after evening out "
        f"{rules}. "
        f"A blank key is linked with nobody. Where a person answered one survey of a {esc(module)} several times, "
        f"{SEVERAL[matching.several_in_wave]}. Three states are kept apart for those not matched: did not answer; "
        "answered, but not linked; cannot be told. Identifiers are parted from the answers before matching; after it "
        "people are numbers, and a keyed hash stands in the place of each identifier."
        f"{_tolerant(study)}"
    )


def _tolerant(study: Study) -> str:
    """What is said of linking beyond the key, where it is switched on."""
    settings = study.settings.matching
    if not settings.tolerant.use:
        return ""
    rests = "exact keys alone" if settings.headline == "exact" else "these links as well"
    return (
        " Responses that the key does not link are weighed by how far what people are known again by agrees, where the "
        "data allow agreement to be told from chance; nobody is linked twice, and where another link would be as good "
        f"none is taken. The results rest on {rests}."
    )


def _analysis(study: Study) -> str:
    settings = study.settings
    level = f"{settings.statistics.ci_level * 100:g}"
    primary = next((c for c in settings.comparisons if c.role == "primary"), None)
    text = ""
    if primary:
        names = _join([esc(settings.outcome(name).label.lower()) for name in primary.outcomes])
        text = (
            f"**Primary analysis, declared in the study file**: mean change in scale points, "
            f"{esc(primary.label.lower())}, "
            f"over matched completions, for {names}{_included(primary)}. {level}% intervals come from a "
            f"cluster-robust "
            "(CR2) variance on the person with Satterthwaite degrees of freedom [@bell2002; @pustejovsky2018], "
            "which is "
            "the paired *t* where each person gives one pair."
        )
        if ADJUSTMENTS[primary.adjust]:
            text += f" P values are adjusted over the outcomes by {ADJUSTMENTS[primary.adjust]}."
    others = [
        f"- {esc(c.label)} ({c.role}{_included(c)}{_adjusted(c)})" for c in settings.comparisons if c is not primary
    ]
    if others:
        text += "\n\nBeside it stand:\n\n" + "\n".join(others)
    return text + (
        "\n\nThe headline standardised effect is Hedges' *g*~av~ [@lakens2013]; *d*~z~, the rank-biserial "
        "correlation and "
        "Wilcoxon's signed-rank test (unmoved pairs dropped, ties given their mean rank) are secondary. Bootstraps "
        f"resample people, {settings.statistics.resamples:,} times. Better, same and worse count any step of a single "
        "item, and moves beyond the smallest change of interest for a scale, or beyond its reliable change where "
        "that is declared."
    )


def _included(comparison: Comparison) -> str:
    return f"; included are those for whom {_in_words(comparison.include)}" if comparison.include else ""


def _adjusted(comparison: Comparison) -> str:
    return f"; adjusted by {ADJUSTMENTS[comparison.adjust]}" if ADJUSTMENTS[comparison.adjust] else ""


def _in_words(condition: Condition) -> str:
    """A condition as a reader would say it."""
    kind = condition.kind
    if kind == "answered":
        return f"{_code(condition.answered)} is answered"
    if kind == "equals":
        ((name, value),) = condition.equals.items()
        return f"{_code(name)} is {esc(value)}"
    if kind == "in":
        ((name, values),) = condition.within.items()
        return f"{_code(name)} is one of {_join([esc(value) for value in values])}"
    if kind == "between":
        ((name, (low, high)),) = condition.between.items()
        return f"{_code(name)} lies from {low:g} to {high:g}"
    if kind == "not":
        return f"it does not hold that {_in_words(condition.negated)}"
    word = " and " if kind == "all" else " or "
    return word.join(_in_words(part) for part in condition.all_of or condition.any_of)


def _code(name: str) -> str:
    place, _, item = name.partition(".")
    return f"{esc(item.replace('_', ' '))} ({esc(place)})"


def _release(study: Study) -> str:
    release = study.settings.release
    text = (
        f"No count of fewer than {release.threshold} people or responses is published, nor any estimate on such "
        f"a base, and "
        "further counts are withheld where totals would otherwise give one away."
    )
    if release.rounding:
        text += f" Counts are rounded to the nearest {release.rounding}."
    return text + " Percentages are computed from the published counts."


def _join(parts: list[str]) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return ", ".join(parts[:-1]) + " and " + parts[-1]
