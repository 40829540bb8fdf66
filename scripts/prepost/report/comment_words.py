"""In their own words: what is said about the comments, and how sure it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prepost.comments.names import theme_label
from prepost.figures.words import listing
from prepost.paired import OVERALL
from prepost.report.comment_tables import key, percent, themes_of
from prepost.report.messages import Words

if TYPE_CHECKING:
    from prepost.report.book import Report

ALPHA_FIRM, ALPHA_TENTATIVE = 0.8, 0.667
HEADING = "## In their own words {#sec-words}"
INVENTED = (
    "The coding sheets behind this chapter were filled in by a generator with stated error rates. What they say of "
    "coders and machine is no evidence of how well either would do."
)
NOT_CODED = (
    "No coding sheet has come back yet, or too few. The frame's keywords stand alone; they find some comments on a "
    "theme and miss others, by how many is not known, so no share is given."
)
JOINT = (
    "The joint display sets what people write beside how they changed. A difference says that those whose comments "
    "speak of a theme changed otherwise on average; both may come from something else. Of so many differences some "
    "stand out by chance alone."
)


def themes(report: Report) -> str:
    """Return the chapter: themes, who writes, coders, machine, and the joint display; nothing where it is off."""
    words = report.words
    if report.settings.comments is None:
        return ""
    parts = [HEADING, _read(words)]
    parts += [f"*{INVENTED}*"] if report.settings.synthetic else []
    if not _known(words):
        return "\n\n".join([*parts, NOT_CODED, _who(report)])
    parts += [report.exhibit("themes").data]
    parts += [report.folded_table("themes_by_group", "Themes by survey, module and role")]
    parts += ["### Who leaves a comment {#sec-who-writes}", _who(report)]
    parts += ["### How sure the codes are {#sec-coding}", _coders(words)]
    parts += [report.folded_table("coders", "How far the two coders agree, theme by theme"), _machine(words)]
    if len(words.table("comments_machine").dropna(subset=["estimate"])):
        parts += [report.folded_table("coding_machine", "How well the machine codes, theme by theme")]
    if words.primary is not None:
        parts += ["### Themes beside change {#sec-joint-display}", JOINT]
        parts += [report.table("joint_display", "Joint display: what is spoken of, and how change goes with it").data]
    return "\n\n".join(part for part in parts if part)


def line(report: Report) -> str:
    """Return the chapter's sentence on the first screen: the commonest theme with its interval and base."""
    words = report.words
    if report.settings.comments is None or not _known(words):
        return ""
    theme, *others = _known(words)
    level = f"{words.settings.statistics.ci_level * 100:g}"
    ends = [words.value(_address(theme, "ci_low")), *[words.value(_address(o, "ci_high")) for o in others[:1]]]
    apart = len(ends) == 2 and None not in ends and ends[0] > ends[1]
    beside = "more than of any other theme" if apart else "one of the themes named most"
    return (
        f"Of {words.show(_all('n'))} comments in {words.settings.nouns.learners}' own words, {_share(words, theme)} "
        f"speak of {theme_label(theme).lower()} ({level}% CI {_end(words, theme, 'ci_low')} to "
        f"{_end(words, theme, 'ci_high')}), {beside}. [In their own words](#sec-words)"
    )


def _all(column: str) -> str:
    return key("comments_themes", OVERALL, OVERALL, OVERALL, "comments", column=column)


def _known(words: Words) -> list[str]:
    return [theme for theme in themes_of(words) if words.value(_address(theme)) is not None]


def _address(theme: str, column: str = "estimate") -> str:
    return key("comments_themes", theme, OVERALL, OVERALL, "share_of_comments", column=column)


def _share(words: Words, theme: str) -> str:
    return _end(words, theme, "estimate")


def _end(words: Words, theme: str, column: str) -> str:
    return words.show(_address(theme, column), percent(words.value(_address(theme, column))))


def _read(words: Words) -> str:
    nouns, plan = words.settings.nouns, words.settings.comments
    asked = len(plan.questions)
    said = (
        f"The surveys asked {asked} open question{'s' if asked > 1 else ''}. "
        f"{words.show(_all('n_people'))} {nouns.learners} left {words.show(_all('n'))} comments on them. "
    )
    coded = _known(words)
    if not coded:
        return said
    return (
        f"{said}People coded {words.show(_address(coded[0], 'n'))} comments, drawn at random within the questions. "
        "From these a machine learnt to code the rest, and on these it is known by how much it is off: its shares are "
        "corrected by that, and the intervals contain what the correction does not know. Everything here is a share of "
        f"comments; one person may have left several, so it is no share of {nouns.learners}."
    )


def _who(report: Report) -> str:
    words = report.words
    said = []
    for wave in words.settings.waves:
        address = key("comments_left", wave.name, OVERALL, OVERALL, "share_with_a_comment")
        value = words.value(address)
        if value is not None:
            said.append(f"{words.show(address, percent(value))} of those from {wave.when}")
    shares = f"Of the responses used, a comment stands in {listing(said)}. " if said else ""
    rest = "What the comments say is said by those who left one. "
    table = report.folded_table("who_writes", "Who leaves a comment, survey by survey and group by group")
    return f"{shares}{rest}{_changed(words)}\n\n{table}"


def _changed(words: Words) -> str:
    if words.primary is None:
        return ""
    said = []
    for outcome in words.outcomes(words.primary):
        keys = [
            key("comments_left", outcome.name, OVERALL, OVERALL, "difference_in_change", column=column)
            for column in ("estimate", "ci_low", "ci_high")
        ]
        if all(words.value(one) is not None for one in keys):
            value, low, high = (words.show(one) for one in keys)
            said.append(f"{outcome.label.lower()} {value} points ({low} to {high})")
    if not said:
        return ""
    return f"Change of completions with a comment, less that of completions without: {'; '.join(said)}."


def _coders(words: Words) -> str:
    keys = [
        key("comments_agreement", OVERALL, OVERALL, OVERALL, "alpha_masi", column=column)
        for column in ("estimate", "ci_low", "ci_high", "n")
    ]
    value = words.value(keys[0])
    if value is None:
        return "The comments were coded by one person, so how far coders agree cannot be said."
    estimate, low, high, n = (words.show(one) for one in keys)
    firm = (
        "firm enough to rest on"
        if value >= ALPHA_FIRM
        else "good for tentative conclusions"
        if value >= ALPHA_TENTATIVE
        else "below what is commonly asked for, so the codes of single comments should not be relied on"
    )
    return (
        f"Two people coded {n} comments without seeing each other's codes. Over whole sets of themes Krippendorff's "
        f"alpha with the MASI distance is {estimate} ({low} to {high}), which is {firm}. Where they differed, an "
        "adjudicator decided."
    )


def _machine(words: Words) -> str:
    keys = [
        key("comments_machine", OVERALL, OVERALL, OVERALL, name, column=column)
        for name in ("f1_micro", "f1_macro")
        for column in ("estimate", "ci_low", "ci_high")
    ]
    if words.value(keys[0]) is None:
        return "Too few comments were coded by people for a machine to learn from; the frame's keywords stand alone."
    said = [words.show(one) for one in keys]
    return (
        "On coded comments that it did not see, the machine gives the themes that people gave with an F1 of "
        f"{said[0]} over all codes ({said[1]} to {said[2]}) and {said[3]} on average over themes "
        f"({said[4]} to {said[5]}). Its own counts are nowhere published: they are off where it is off."
    )
