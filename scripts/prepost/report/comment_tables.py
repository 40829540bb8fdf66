"""Display tables of the comments: themes by group, agreement, the machine, who writes, themes beside change."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd

from prepost import formatting
from prepost.comments.names import OUTSIDE, theme_label
from prepost.comparing import row_id
from prepost.paired import OVERALL
from prepost.report.messages import Words

COMMENTS = "comments"
LARGE = 1000  # shares of comments are written with one decimal
Write = Callable[[float], str]


def percent(share: float) -> str:
    """Write a share of comments."""
    return formatting.percent(share, LARGE)


class Lines:
    """Builds a display table row by row; a number is written as its column asks, and linked to its row."""

    def __init__(self, words: Words, head: Sequence[str], numbers: Sequence[str]) -> None:
        self._words, self._head, self._numbers = words, list(head), list(numbers)
        self._texts: list[list[str]] = []
        self._keys: list[list[str]] = []

    def add(self, names: Sequence[str], cells: Sequence[tuple[Write, Sequence[str]]]) -> None:
        """Add a row: its words, and for each number how it is written and the keys of one, two or three facts."""
        texts, keys = list(names), [""] * len(names)
        for write, wanted in cells:
            text, key = self._cell(write, wanted)
            texts.append(text)
            keys.append(key)
        self._texts.append(texts)
        self._keys.append(keys)

    def _cell(self, write: Write, wanted: Sequence[str]) -> tuple[str, str]:
        found = [self._words.facts.get(key) for key in wanted]
        if any(fact is None or fact.mark == "x" for fact in found):
            return "–", ""
        hidden = next((fact for fact in found if fact.value is None), None)
        if hidden is not None:
            return hidden.text, wanted[0]
        said = [write(float(fact.value)) for fact in found]
        return (said[0] if len(said) == 1 else f"{said[0]} ({said[1]} to {said[2]})"), wanted[0]

    def frame(self) -> pd.DataFrame:
        """Return the table."""
        shown = pd.DataFrame(self._texts, columns=self._head)
        shown.attrs["keys"] = pd.DataFrame(self._keys, columns=self._head)
        shown.attrs["numbers"] = self._numbers
        return shown


def key(table: str, *parts: str, column: str = "estimate") -> str:
    """Return the address of one number about the comments."""
    return f"{table}/{row_id(COMMENTS, *parts)}/{column}"


def three(table: str, *parts: str) -> list[str]:
    """Return the addresses of an estimate and its interval."""
    return [key(table, *parts, column=column) for column in ("estimate", "ci_low", "ci_high")]


def themes_of(words: Words) -> list[str]:
    """Return the frame's themes, the commonest first, those that may not be shown last."""
    table = words.table("comments_themes")
    rows = table[(table["estimate_name"] == "share_of_comments") & (table["group_by"] == OVERALL)]
    rows = rows[~rows["outcome"].isin(OUTSIDE)]
    return list(rows.sort_values("estimate", ascending=False, kind="stable", na_position="last")["outcome"])


def themes_by_group(words: Words) -> pd.DataFrame:
    """Each theme's share in each group that holds enough coded comments."""
    table = words.table("comments_themes")
    rows = table[(table["group_by"] != OVERALL) & (table["estimate_name"] == "comments")]
    head = ["By", "Group", "Theme", "Share of comments (95% CI)", "Comments coded by people"]
    lines = Lines(words, head, head[3:])
    for by, group in rows[["group_by", "group"]].itertuples(index=False):
        for theme in themes_of(words):
            address = (theme, by, group, "share_of_comments")
            if words.value(key("comments_themes", *address)) is not None:
                cells = [(percent, three("comments_themes", *address)), (formatting.count, [_n(*address)])]
                lines.add([_by(words, by), _group(words, by, group), theme_label(theme)], cells)
    return lines.frame()


def _n(*address: str) -> str:
    return key("comments_themes", *address, column="n")


def _by(words: Words, by: str) -> str:
    named = {"module": words.settings.nouns.module.capitalize(), "wave": "Survey"}
    return named.get(by, by.replace("_", " ").capitalize())


def _group(words: Words, by: str, group: str) -> str:
    if by == "wave":
        return next((wave.label for wave in words.settings.waves if wave.name == group), group)
    return words.items[by].codes.get(group, group) if by in words.items else group


def coders(words: Words) -> pd.DataFrame:
    """Agreement of the two coders, theme by theme."""
    names = {"kappa": "Cohen's kappa", "alpha": "Krippendorff's alpha", "positive_agreement": "Positive agreement"}
    heads = [f"{name} (95% CI)" for name in names.values()]
    lines = Lines(words, ["Theme", *heads], heads)
    for theme in [*themes_of(words), *OUTSIDE]:
        address = [three("comments_agreement", theme, OVERALL, OVERALL, name) for name in names]
        lines.add([theme_label(theme)], [(formatting.number, keys) for keys in address])
    return lines.frame()


def machine(words: Words) -> pd.DataFrame:
    """How well the machine gives the codes that people gave, theme by theme, and the keywords beside it."""
    names = {"precision": "Precision", "recall": "Recall", "f1": "F1", "keyword_f1": "F1 of the keywords"}
    heads = [f"{name} (95% CI)" for name in names.values()]
    lines = Lines(words, ["Theme", *heads], heads)
    learnt = set(words.table("comments_machine")["outcome"])
    for theme in [theme for theme in [*themes_of(words), *OUTSIDE] if theme in learnt]:
        address = [three("comments_machine", theme, OVERALL, OVERALL, name) for name in names]
        lines.add([theme_label(theme)], [(formatting.number, keys) for keys in address])
    return lines.frame()


def who_writes(words: Words) -> pd.DataFrame:
    """Which share of responses holds a comment, survey by survey and group by group."""
    table = words.table("comments_left")
    rows = table[table["estimate_name"] == "share_with_a_comment"]
    head = ["Survey", "By", "Group", "With a comment (95% CI)", "Responses"]
    lines = Lines(words, head, head[3:])
    for wave, by, group in rows[["outcome", "group_by", "group"]].itertuples(index=False):
        address = (wave, by, group, "share_with_a_comment")
        cells = [
            (percent, three("comments_left", *address)),
            (formatting.count, [key("comments_left", *address, column="n")]),
        ]
        named = ["all", "all"] if by == OVERALL else [_by(words, by), _group(words, by, group)]
        lines.add([_group(words, "wave", wave), *named], cells)
    return lines.frame()


def joint_display(words: Words) -> pd.DataFrame:
    """Each theme's share, and how change differs between comments with it and without, outcome by outcome."""
    outcomes = words.outcomes(words.primary) if words.primary else []
    heads = ["Share of comments (95% CI)", *[f"{outcome.label}: difference (95% CI)" for outcome in outcomes]]
    lines = Lines(words, ["Theme", *heads], heads)
    for theme in themes_of(words):
        cells = [(percent, three("comments_themes", theme, OVERALL, OVERALL, "share_of_comments"))]
        for outcome in outcomes:
            row = f"comments_change/{COMMENTS}.{outcome.name}.{theme}.difference_in_change"
            cells.append((formatting.number, [f"{row}/{column}" for column in ("estimate", "ci_low", "ci_high")]))
        lines.add([theme_label(theme)], cells)
    return lines.frame()


TABLES: dict[str, Callable[[Words], pd.DataFrame]] = {
    "themes_by_group": themes_by_group,
    "coders": coders,
    "coding_machine": machine,
    "who_writes": who_writes,
    "joint_display": joint_display,
}
FEET = {
    "themes_by_group": "Shares of comments, not of people. Groups with fewer coded comments than the study asks for "
    "are left out. Source: comments_themes.csv",
    "coders": "Base: comments that both coders coded; a blank is no code. Intervals: bootstrap of people. Positive "
    "agreement: twice the comments to which both gave the theme, over all givings. Source: comments_agreement.csv",
    "coding_machine": "Base: comments that people coded, each from a fold that the machine did not see, nor anything "
    "else of its writer. Intervals: bootstrap of people. Source: comments_machine.csv",
    "who_writes": "Base: responses used. Intervals: Wilson, taking account of people with several responses. Source: "
    "comments_left.csv",
    "joint_display": "Difference: mean change behind comments with the theme less that behind the others, in scale "
    "points, over comments of matched completions; people's codes correct the machine's. Source: comments_themes.csv, "
    "comments_change.csv",
}
