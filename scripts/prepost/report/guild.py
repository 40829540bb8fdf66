"""Linkage by the four steps of GUILD: what is asked of a study that links data, and what this one tells."""

from __future__ import annotations

from prepost.figures.linkage import way_name
from prepost.figures.words import listing
from prepost.render.escape import escape_markdown as esc
from prepost.report.linkage_words import (
    EXACT,
    NO_COMPARISON,
    PROCEDURE,
    counted,
    key_of,
    rate,
    said,
    wider,
)
from prepost.report.messages import Words


def guild(words: Words, imbalance: tuple[str, str]) -> str:
    """Return the four steps of GUILD as a table: what is asked, and what this study tells.

    Parameters
    ----------
    words : Words
    imbalance : tuple of str
        Address of the largest difference between those matched and everybody, and what it is in; empty without one.
    """
    if words.primary is None:
        return NO_COMPARISON
    steps = [
        ("Provision", "Who gave the data, and what there was to link by", _provision(words)),
        ("Linkage", "How it was linked, how much of it, and with how many errors", _linkage(words)),
        (
            "Analysis",
            "What those not linked, and false links, may have altered",
            _analysis(words, imbalance),
        ),
        ("Report", "Where a reader finds it", _report()),
    ]
    lines = ["| Step, and what it asks | This study |", "|:-----------|:------------------------|"]
    lines += [f"| **{step}.** {asked} | {told} |" for step, asked, told in steps]
    return (
        "The steps are those of GUILD, the guidance for information about linking data sets [@gilbert2018].\n\n"
        + "\n".join(lines)
        + "\n\n: Linkage, by the steps of GUILD {#tbl-guild}"
    )


def _provision(words: Words) -> str:
    primary = words.primary
    first, later = rate(words, "linked_of_first"), rate(words, "linked_of_later")
    text = f"Each person gave {key_of(words)} at each survey. "
    text += f"{words.show(f'{first}/n')} responses {words.when(primary.wave_from)} had a key"
    none = words.value(counted(words, "no_key"))
    text += f", {words.show(counted(words, 'no_key'))} had none" if none is not None else ""
    text += f"; {words.show(f'{later}/n')} responses {words.when(primary.wave_to)} were kept"
    none = words.value(counted(words, "no_key_later"))
    text += f", {words.show(counted(words, 'no_key_later'))} of them without one" if none is not None else ""
    return text + ". Identifiers were parted from the answers before linking, and replaced by keyed hashes after it."


def _linkage(words: Words) -> str:
    first, later = rate(words, "linked_of_first"), rate(words, "linked_of_later")
    ways = [way_name(name) for name in wider(words)]
    beside = f"; beside it {listing(ways)}" if ways else ""
    false = rate(words, "false_share", PROCEDURE, EXACT)
    precision = (
        f"False links among exact pairs: {said(words, false)}."
        if words.value(f"{false}/estimate") is not None
        else "How many links are false cannot be told from the data."
    )
    return (
        f"Exact agreement of the key{beside}; one to one. Linked: {said(words, first)} of the first survey's responses "
        f"with a key, {said(words, later)} of the later survey's responses. {precision}"
    )


def _analysis(words: Words, imbalance: tuple[str, str]) -> str:
    key, where = imbalance
    differ = (
        f"Those matched differ from everybody most in {esc(where)} (standardised difference {words.show(key)}). "
        if key
        else ""
    )
    false = rate(words, "false_share", PROCEDURE, EXACT)
    corrected = (
        "estimates are corrected for false links"
        if words.value(f"{false}/estimate") is not None
        else "estimates could not be corrected for false links"
    )
    ways = ", and repeated under other ways of linking" if wider(words) else ""
    return (
        f"{differ}Results are weighted for the chance to be matched, bounded, and given for everybody's answers "
        f"([Who is missing](#sec-attrition)); {corrected}{ways} ([False links](#sec-false-links))."
    )


def _report() -> str:
    return (
        "The flow in [Who answered](#sec-flow); rates by group in [Other groups](#sec-groups); caveats in "
        "[Caveats](#sec-caveats); the rule of linking in [Methods](#sec-methods)."
    )
