"""Elements as columns to compare, and their comparisons in the words of splink on DuckDB."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from prepost.normalising import normalise
from prepost.study_linkage import Element, Person

SAME, DIFFERENT, BLANK = "same", "different", "blank"
_DATE = r"^(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})"


def levels_of(element: Element) -> list[str]:
    """Return what a comparison may find, from most to least alike; blank on either side is evidence of nothing.

    Parameters
    ----------
    element : Element

    Returns
    -------
    list of str
        ``same`` first and ``different`` last.

    Examples
    --------
    >>> levels_of(Element(item="code", comparison="edit_distance", thresholds=[1, 2]))
    ['same', 'one edit', '2 edits', 'different']
    """
    if element.comparison == "edit_distance":
        near = ["one edit" if n == 1 else f"{n:g} edits" for n in element.near]
    elif element.comparison == "token":
        near = ["one edit", "one within the other", *[f"{share:.0%} of the words" for share in element.near]]
    elif element.comparison == "date_parts":
        near = ["day and month exchanged", "two of day, month and year"]
    else:
        near = []
    return [SAME, *near, DIFFERENT]


def columns_of(element: Element, values: pd.Series, rules: Sequence[str]) -> dict[str, pd.Series]:
    """Return the columns that an element's comparison reads, named for the element.

    Parameters
    ----------
    element : Element
    values : Series
        Answers: text, or numbers of an item that is one.
    rules : sequence of str
        Normalisation of the person, where the element has none of its own.

    Returns
    -------
    dict of str to Series of text
        ``<item>`` normalised, null where blank; for date_parts ``<item>_year``, ``_month``, ``_day`` too, and null
        where the answer is no date; for token the words in order, each once.
    """
    name = element.item
    text = normalise(_as_text(values), element.normalise if element.normalise is not None else rules)
    if element.comparison == "date_parts":
        parts = text.str.extract(_DATE)
        whole = parts.notna().all(axis=1)
        return {name: text.str[:10].where(whole)} | {f"{name}_{p}": parts[p].astype("string") for p in parts}
    if element.comparison == "token":
        words = text.str.findall(r"[^\W_]+").map(lambda found: " ".join(sorted(set(found))), na_action="ignore")
        words = words.astype("string")
        return {name: words.where(words != "")}
    return {name: text}


def _as_text(values: pd.Series) -> pd.Series:
    """A number as a person would have typed it: one export's 12 and another's 12.0 are one code."""
    if pd.api.types.is_float_dtype(values):
        whole = values.dropna().mod(1).eq(0).all()
        return values.astype("Int64").astype("string") if whole else values.astype("string")
    return values.astype("string")


def table_of(frame: pd.DataFrame, person: Person) -> pd.DataFrame:
    """Return the columns of all elements, row by row as `frame`; an element that `frame` has not is blank."""
    found: dict[str, pd.Series] = {}
    for element in person.elements:
        given = frame[element.item] if element.item in frame else pd.Series(pd.NA, index=frame.index, dtype="string")
        found |= columns_of(element, given, person.normalise)
    return pd.DataFrame(found, index=frame.index)


def comparison_of(element: Element, m: Sequence[float], u: Sequence[float]) -> dict[str, Any]:
    """Return an element's comparison as splink takes it, with the chances of each level.

    Parameters
    ----------
    element : Element
    m, u : sequence of float in 0 to 1
        Chance of each level of `levels_of` among pairs that are one person's, and among all others.
    """
    name = element.item
    blank = {"sql_condition": f"{_l(name)} IS NULL OR {_r(name)} IS NULL", "label_for_charts": BLANK}
    levels = levels_of(element)
    conditions = [f"{_l(name)} = {_r(name)}", *_near(element), "ELSE"]
    return {
        "output_column_name": name,
        "comparison_levels": [blank | {"is_null_level": True}]
        + [
            {"sql_condition": sql, "label_for_charts": level, "m_probability": float(a), "u_probability": float(b)}
            for sql, level, a, b in zip(conditions, levels, m, u, strict=True)
        ],
    }


def _near(element: Element) -> list[str]:
    name = element.item
    if element.comparison == "edit_distance":
        return [f"damerau_levenshtein({_l(name)}, {_r(name)}) <= {n:g}" for n in element.near]
    if element.comparison == "token":
        words = [f"string_split({side(name)}, ' ')" for side in (_l, _r)]
        both = f"len(list_intersect({words[0]}, {words[1]}))"
        sizes = f"len({words[0]}), len({words[1]})"
        share = f"{both}::DOUBLE / len(list_distinct(list_concat({words[0]}, {words[1]})))"
        edit = f"damerau_levenshtein({_l(name)}, {_r(name)}) <= 1"
        return [edit, f"{both} = least({sizes})", *[f"{share} >= {wanted:g}" for wanted in element.near]]
    if element.comparison == "date_parts":
        parts = {p: f"{_l(f'{name}_{p}')} = {_r(f'{name}_{p}')}" for p in ("year", "month", "day")}
        crossed = [f"{_l(f'{name}_{a}')} = {_r(f'{name}_{b}')}" for a, b in (("day", "month"), ("month", "day"))]
        agree = " + ".join(f"({sql})::INT" for sql in parts.values())
        return [" AND ".join([parts["year"], *crossed]), f"{agree} = 2"]
    return []


def _l(name: str) -> str:
    return f'"{name}_l"'


def _r(name: str) -> str:
    return f'"{name}_r"'
