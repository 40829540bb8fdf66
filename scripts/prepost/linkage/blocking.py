"""Which pairs of responses are compared at all, and the refusal of a rule that would compare too many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pandas as pd

from prepost.errors import Fault, StudyError
from prepost.study_linkage import Element

MODULE, DAY = "_module", "_day"  # constraints on a pair, and no evidence
SHORTER = "_shorter"  # what is left of an answer without a character or two
_MOST_LEFT_OUT = 2  # characters; more would leave hundreds of texts of each answer
_PLACE = "config/study.yaml · matching.tolerant.blocking"


def allowed_pairs(before: pd.DataFrame, after: pd.DataFrame) -> int:
    """Count the pairs of one module; those whose later response is dated before the earlier one are among them."""
    return compared_pairs(before, after, [])


def near_rules(elements: Sequence[Element]) -> list[list[str]]:
    """Return the rules that find all near pairs without comparing all, where one element alone decides; else none.

    Two texts that are k edits apart (insertion, deletion, substitution, exchange of neighbours) share a text that is
    left of either without at most k characters. So what is near is found by equality, and the cost grows with the
    responses and not with their pairs (Bocek, Hunt & Stiller 2007, Fast similarity search in large dictionaries,
    Technical Report ifi-2007.02, University of Zurich).
    """
    if len(elements) != 1:
        return []
    if elements[0].comparison == "exact":
        return [[elements[0].item]]
    return [[SHORTER]] if elements[0].comparison == "edit_distance" and max(elements[0].near) <= _MOST_LEFT_OUT else []


def with_shorter(side: pd.DataFrame, element: Element) -> pd.DataFrame:
    """Add `SHORTER`, to each answer the list of itself and what is left of it without as many characters as are near.

    Examples
    --------
    >>> one = pd.DataFrame({"code": pd.array(["aab", None], dtype="string")})
    >>> with_shorter(one, Element(item="code", comparison="edit_distance"))["_shorter"].tolist()
    [['aa', 'aab', 'ab'], []]
    """
    most = int(max(element.near))
    return side.assign(**{SHORTER: [_shorter(text, most) for text in side[element.item].fillna("")]})


def _shorter(text: str, most: int) -> list[str]:
    found = {text} if text else set()
    for _ in range(most):
        found |= {kept[:at] + kept[at + 1 :] for kept in found for at in range(len(kept))}
    return sorted(found)


def compared_pairs(before: pd.DataFrame, after: pd.DataFrame, rule: Sequence[str]) -> int:
    """Count the pairs that a rule compares: the same module, and the same in every element of the rule.

    Parameters
    ----------
    before, after : DataFrame
        Columns of the elements, and `MODULE`.
    rule : sequence of str
        Elements; without any, all pairs of one module. By `SHORTER` a pair counts for each text that both share.
    """
    if list(rule) == [SHORTER]:
        few, many = sorted((before, after), key=len)
        found = Counter((m, text) for m, texts in zip(few[MODULE], few[SHORTER], strict=True) for text in texts)
        return sum(found.get((m, t), 0) for m, ts in zip(many[MODULE], many[SHORTER], strict=True) for t in ts)
    by = [MODULE, *rule]
    sizes = [side.dropna(subset=list(rule)).groupby(by, dropna=False).size() for side in (before, after)]
    both = pd.concat(sizes, axis=1, join="inner")
    return int((both.iloc[:, 0].astype(object) * both.iloc[:, 1].astype(object)).sum()) if len(both) else 0


def check_rules(
    before: pd.DataFrame, after: pd.DataFrame, rules: Sequence[Sequence[str]], most: int, waves: tuple[str, str]
) -> list[list[str]]:
    """Return the rules by which pairs are compared, or refuse with the number of pairs.

    Parameters
    ----------
    before, after : DataFrame
        See `compared_pairs`.
    rules : sequence of sequence of str
        The study's blocking rules; none compares all pairs of one module.
    most : int
        How many pairs one rule may compare.
    waves : tuple of str
        The two waves, for the message.

    Raises
    ------
    StudyError
        Naming each rule that would compare more, and how many.
    """
    wanted = [list(rule) for rule in rules] or [[]]
    counts = [compared_pairs(before, after, rule) for rule in wanted]
    if max(counts) > most:  # by `SHORTER` a pair counts more than once
        whole = compared_pairs(before, after, [])
        counts = [min(count, whole) for count in counts]
    faults = [
        Fault(
            f"{_PLACE}.{place}" if rules and SHORTER not in rule else _PLACE,
            f"from {waves[0]} to {waves[1]} {_named(rule)} would compare {count:,} pairs of responses",
            f"at most {most:,} (matching.tolerant.most_pairs)",
            "name elements that fewer people share, or several in one rule; or raise most_pairs"
            if SHORTER not in rule
            else "raise most_pairs, or leave it at exact keys (matching.tolerant.use: false)",
        )
        for place, (rule, count) in enumerate(zip(wanted, counts, strict=True))
        if count > most
    ]
    if faults:
        raise StudyError(*faults, kind="refused")
    return wanted


def _named(rule: Sequence[str]) -> str:
    if SHORTER in rule:
        return "looking for near answers"
    return f"the rule {' and '.join(rule)}" if rule else "comparing all"


def rule_for_splink(rule: Sequence[str]) -> str | dict:
    """Return a rule as splink takes it; of a list each entry is held to each."""
    return {"blocking_rule": rule_sql(rule), "arrays_to_explode": [SHORTER]} if SHORTER in rule else rule_sql(rule)


def rule_sql(rule: Sequence[str], *, left: str = "l", right: str = "r") -> str:
    """Return a rule as a condition, with module and time as constraints on the pair."""
    same = [f'{left}."{name}" = {right}."{name}"' for name in [MODULE, *rule]]
    time = f'({left}."{DAY}" IS NULL OR {right}."{DAY}" IS NULL OR {left}."{DAY}" <= {right}."{DAY}")'
    return " AND ".join([*same, time])


def chance_blocked(same: np.ndarray, rules: Sequence[Sequence[int]]) -> float:
    """Chance that at least one rule compares a pair whose elements agree independently.

    Parameters
    ----------
    same : ndarray of float, one entry an element
        Chance that both answers are given and the same.
    rules : sequence of sequence of int
        Places of the elements that must agree.

    Returns
    -------
    float
        By inclusion and exclusion over the rules.

    Examples
    --------
    >>> round(chance_blocked(np.array([0.5, 0.4]), [[0], [1]]), 6)
    0.7
    """
    total = 0.0
    for some in range(1, 2 ** len(rules)):
        chosen = [rule for place, rule in enumerate(rules) if some >> place & 1]
        union = sorted({name for rule in chosen for name in rule})
        total -= (-1) ** len(chosen) * float(np.prod(same[union]))
    return total
