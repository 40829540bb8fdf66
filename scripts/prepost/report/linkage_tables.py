"""Display tables of linkage: procedures side by side, groups, and the items of GUILD."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from prepost import formatting
from prepost.figures.linkage import way_name
from prepost.paired import OVERALL
from prepost.report.display import Display, Written
from prepost.report.linkage_words import (
    EXACT,
    PROCEDURE,
    SUPPOSED,
    changed,
    counted,
    fine,
    rate,
    supposed_shares,
)
from prepost.report.messages import Words


def procedures_of(words: Words) -> list[str]:
    """Return the procedures of linking that were run, the headline's exact pairs first."""
    rows = words.table("linked")
    return list(dict.fromkeys(rows.loc[(rows["measure"] == "pairs") & (rows["variable"] == PROCEDURE), "category"]))


def procedures(words: Words) -> pd.DataFrame:
    """Each way of linking: pairs, how many more than the stricter one, share of false links, recall where known."""
    level = f"{words.settings.statistics.ci_level * 100:g}"
    names = procedures_of(words) if words.primary else []
    known = {
        measure: any(words.value(f"{rate(words, measure, PROCEDURE, name)}/estimate") is not None for name in names)
        for measure in MEASURES
    }
    heads = [head for measure, head in MEASURES.items() if known[measure]]
    numbers = [
        "Pairs",
        "More than before",
        *[part for head in heads for part in (head, f"{level}% CI: {head.lower()}")],
    ]
    table = Display(words.facts, ["Pairs that count", *numbers], numbers)
    for name in names:
        step = counted(words, "step", PROCEDURE, name)
        cells = []
        for measure in (measure for measure in MEASURES if known[measure]):
            key = rate(words, measure, PROCEDURE, name)
            cells += [Written((f"{key}/estimate",), fine), Written((f"{key}/ci_low", f"{key}/ci_high"), fine)]
        pairs = (counted(words, "pairs", PROCEDURE, name),)
        table.add(_capital(way_name(name)), pairs, (step,) if step in words.facts else "–", *cells)
    return table.frame()


def supposed(words: Words) -> pd.DataFrame:
    """Each outcome's correlation and share who moved up, as found, and of true pairs if so many links were false."""
    shares = supposed_shares(words)
    ends = [f"if {fine(float(share)).replace('.0%', '%')} false" for share in shares]
    numbers = ["r found", *[f"r {end}" for end in ends], "Up found", *[f"Up {end}" for end in ends]]
    table = Display(words.facts, ["Outcome", *numbers], numbers)
    for outcome in words.outcomes(words.primary) if words.primary else ():
        cells: list = []
        for name, write in (
            ("correlation", formatting.number),
            ("better", lambda value: formatting.percent(value, None)),
        ):
            cells.append(Written((changed(words, outcome.name, EXACT, name),), write))
            keys = [changed(words, outcome.name, share, f"{name}_corrected", by=SUPPOSED) for share in shares]
            cells += [Written((key,), write) for key in keys]
        table.add(outcome.label, *cells)
    return table.frame()


def linkage_groups(words: Words) -> pd.DataFrame:
    """Each group of the first survey: with a key and linked, without a key, and linked only by likeness."""
    level = f"{words.settings.statistics.ci_level * 100:g}"
    numbers = ["With a key", "Linked", f"{level}% CI", "Without a key"]
    more = counted(words, "added") in words.facts if words.primary else False
    numbers += ["More pairs by likeness"] if more else []
    table = Display(words.facts, ["By", "Group", *numbers], numbers)
    rows = words.table("linkage")
    rows = rows[rows["estimate_name"] == "linked_of_first"] if words.primary else rows.iloc[:0]
    for by, group in zip(rows["group_by"], rows["group"], strict=True):
        key = rate(words, "linked_of_first", by, group)
        item = words.items.get(by)
        name = item.codes.get(group, group) if item else group
        no_key, added = (counted(words, measure, by, group) for measure in ("no_key", "added"))
        none = "–" if by == "module" else formatting.count(0)  # by module it is not counted
        cells = [
            (f"{key}/n",),
            Written((f"{key}/estimate",), fine),
            Written((f"{key}/ci_low", f"{key}/ci_high"), fine),
            (no_key,) if no_key in words.facts else none,
        ]
        cells += [(added,) if added in words.facts else formatting.count(0)] if more else []
        whole = by == OVERALL
        table.add("Everybody" if whole else _capital(by.replace("_", " ")), "All" if whole else name, *cells)
    return table.frame()


def largest_imbalance(words: Words) -> tuple[str, str]:
    """Return the address of the largest standardised difference between those matched and everybody, and its group."""
    rows = words.table("balance")
    rows = rows[(rows["estimate_name"] == "smd_before") & rows["estimate"].notna()]
    if rows.empty:
        return "", ""
    row = rows.loc[rows["estimate"].astype("float64").abs().idxmax()]
    item = words.items.get(row["group_by"])
    group = "" if row["group"] == OVERALL else item.codes.get(row["group"], row["group"]) if item else row["group"]
    named = row["group_by"].replace("_", " ")
    return f"balance/{row['row_id']}/estimate", f"{named}: {group}" if group else named


def _whole(share: float) -> str:
    return formatting.percent(share, None)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


#: What is told of each way of linking where it can be estimated, with its column.
MEASURES = {"false_share": "False links", "recall": "Found of true pairs"}
TABLES: dict[str, Callable[[Words], pd.DataFrame]] = {
    "linkage_procedures": procedures,
    "linkage_groups": linkage_groups,
    "linkage_supposed": supposed,
}
FEET = {
    "linkage_procedures": "Secondary. Exact: the keys agree. Probable: pairs of the stricter rows and those whose "
    "probability of being one person's is as high, one to one. False links: the expected share of pairs that join two "
    "people. Source: linked.csv, linkage.csv",
    "linkage_supposed": "Sensitivity. r: correlation of before with after. Up: share that moved up beyond the smallest "
    "change of interest. If so many false: what true pairs alone would give, were that share of exact links false and "
    "strangers linked in at random within the study's strata. Bases are not given, since they differ by few people. "
    "Source: linkage_changes.csv",
    "linkage_groups": "Secondary. With a key: responses of the first survey, one a person and module. Linked: the "
    "share in a pair of the headline, that is, of those who answered again and could be known again. Interval: Wilson, "
    "on the effective number of people. Without a key: not given by module, nor where they are few. Source: "
    "linkage.csv, linked.csv",
}
