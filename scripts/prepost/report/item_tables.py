"""Display tables of single questions: shares by answer, tests, and the change of each group."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pandas as pd

from prepost import formatting
from prepost.comparing import row_id
from prepost.matching import NOT_STATED
from prepost.paired import OVERALL
from prepost.report.display import Display
from prepost.report.messages import Words
from prepost.study import Outcome

TESTS = {
    "latent_change": "p: change",
    "marginal_homogeneity": "p: same shares at both times",
    "mcnemar": "p: agreement, McNemar",
    "proportional_odds": "p: one effect over all answers",
}


def item_key(words: Words, name: str, estimate: str, column: str, group: tuple[str, str] = (OVERALL, OVERALL)) -> str:
    """Return the address of one estimate of a question or scale."""
    return f"items/{row_id(words.primary.name, name, *group, estimate)}/{column}"


def questions(words: Words) -> Iterator[tuple[Outcome, str]]:
    """Yield each scale of the primary comparison with each of its questions that has estimates."""
    for outcome in words.outcomes(words.primary) if words.primary else ():
        for item in outcome.items:
            if item_key(words, item, "latent_change", "n") in words.facts:
                yield outcome, item


def wording(words: Words, item: str) -> str:
    """Return a question's wording; one whose answers are turned for scoring says so."""
    row = words.items[item]
    return row.wording + (" (turned)" if row.reversed else "")


def item_shares(words: Words) -> pd.DataFrame:
    """Predicted share of each answer, before and after, each with its interval."""
    found = list(questions(words))
    rows = [words.items[item] for _, item in found]
    codes = sorted({code for row in rows for code in range(int(row.low), int(row.high) + 1)})
    labels = {tuple(row.codes.items()) for row in rows if not row.reversed}
    named = dict(next(iter(labels))) if len(labels) == 1 else {}
    heads = [f"{code} {named.get(str(code), '')}".strip() for code in codes]
    table = Display(words.facts, ["Question", "Asked", *heads], heads)
    waves = (words.primary.wave_from, words.primary.wave_to) if words.primary else ()
    for _, item in found:
        for when, wave in zip(("before", "after"), waves, strict=True):
            label = next(part.label for part in words.settings.waves if part.name == wave)
            table.add(wording(words, item), label, *[_share(words, item, f"share_{when}_{code}") for code in codes])
    return _as_percentages(table.frame(), words)


def _share(words: Words, item: str, name: str) -> tuple[str, ...]:
    keys = tuple(item_key(words, item, name, column) for column in ("estimate", "ci_low", "ci_high"))
    return keys if all(words.value(key) is not None for key in keys) else keys[:1]


def item_tests(words: Words) -> pd.DataFrame:
    """The latent change of each question, and the p of each test."""
    by = words.settings.secondary.items.by
    level = f"{words.settings.statistics.ci_level * 100:g}"
    columns = [f"Latent change ({level}% CI)", *TESTS.values()]
    columns += [f"p: change differs by {name.replace('_', ' ')}" for name in by]
    table = Display(words.facts, ["Question", *columns], columns)
    for _, item in questions(words):
        p = {name: "p_adjusted" if name == "latent_change" else "p" for name in TESTS}
        p |= {f"interaction_{name}": "p_adjusted" for name in by}
        cells = [(item_key(words, item, name, column),) for name, column in p.items()]
        table.add(wording(words, item), _share(words, item, "latent_change"), *cells)
    return table.frame()


def item_groups(words: Words) -> pd.DataFrame:
    """Predicted change of agreement in each group, a group a row, with whom it stands on."""
    found = list(questions(words))
    level = f"{words.settings.statistics.ci_level * 100:g}"
    numbers = ["Pairs", f"Change in the share who agree ({level}% CI)"]
    table = Display(words.facts, ["Question", "By", "Group", *numbers], numbers)
    rows = words.table("items")
    rows = rows[(rows["group_by"] != OVERALL) & (rows["estimate_name"] == "agree_change")]
    for _, item in found:
        for _, row in rows[rows["outcome"] == item].iterrows():
            keys = tuple(f"items/{row['row_id']}/{column}" for column in ("estimate", "ci_low", "ci_high"))
            known = all(words.value(key) is not None for key in keys)
            missing = words.facts[keys[0]].mark == "x"
            few = "–" if group_unknown(row) else "too few to say"
            cell = keys if known else few if missing else keys[:1]
            by, group = str(row["group_by"]).replace("_", " "), str(row["group"])
            table.add(wording(words, item), by.capitalize(), group, (f"items/{row['row_id']}/n",), cell)
    return _as_percentages(table.frame(), words, points=True)


def group_unknown(row: pd.Series) -> bool:
    """Whether a row is of those whose group is not stated, so that there is no group to estimate."""
    return str(row["group"]) == NOT_STATED


def _as_percentages(shown: pd.DataFrame, words: Words, *, points: bool = False) -> pd.DataFrame:
    """Write shares as percentages, and changes of them as points of a hundred people; counts and marks stay."""
    keys = shown.attrs["keys"]
    for place in range(len(shown)):
        for column in range(shown.shape[1]):
            key = keys.iat[place, column]
            if not key.endswith("/estimate") or words.value(key) is None:
                continue
            base = key.removesuffix("estimate")
            values = [words.value(base + name) for name in ("estimate", "ci_low", "ci_high")]
            said = [formatting.number(value * 100, 1) for value in values if value is not None]
            unit = " points" if points else "%"
            interval = f" ({said[1]} to {said[2]})" if len(said) == 3 else ""
            shown.iat[place, column] = f"{said[0]}{unit}{interval}"
    return shown


TABLES: dict[str, Callable[[Words], pd.DataFrame]] = {
    "item_shares": item_shares,
    "item_tests": item_tests,
    "item_groups": item_groups,
}
PAIRS = "Secondary. Base: matched completions with both answers to the question"
FEET = {
    "item_shares": f"{PAIRS}. Shares are averaged over people and predicted by a cumulative logit mixed model (one "
    "intercept a person, and one a completion where people gave several); where one shift of all answers "
    "does not fit, each answer has its own. Questions marked (turned) are shown as scored: disagreement is high. "
    "Source: items.csv",
    "item_tests": f"{PAIRS}. Latent change: standard deviations of an answer on a continuous scale behind the steps. p "
    "of the change and of differences between groups: adjusted within their family (Benjamini and Hochberg). The same "
    "shares: Bhapkar's test, clustered on the person where people gave several completions. McNemar takes completions "
    "as independent. Source: items.csv",
    "item_groups": f"{PAIRS}. From a model in which time has its own effect in each group. Points: of a hundred "
    "people. Source: items.csv",
}
