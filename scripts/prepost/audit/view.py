"""A table as an audit page shows it: a caption, the rows, and whether its sums hold."""

from __future__ import annotations

import math
from base64 import b64encode
from html import escape
from typing import NamedTuple

import pandas as pd

HOLDS, FAILS = "holds", "does not sum"
SUM = "sum"
NUMBER = ' class="number"'


class View(NamedTuple):
    """One table of an audit page.

    Parameters
    ----------
    caption : str
        What the table says, in one sentence.
    frame : DataFrame
        The rows; the index is not shown. A column `SUM` holds `HOLDS` or `FAILS`.
    """

    caption: str
    frame: pd.DataFrame

    def __repr__(self) -> str:
        return f"{self.caption} ({len(self.frame)} rows)"

    def _repr_html_(self) -> str:
        if self.frame.empty:
            return f'<p class="none"><strong>{escape(self.caption)}</strong> None.</p>'
        numeric = [pd.api.types.is_numeric_dtype(self.frame[name]) for name in self.frame]
        head = "".join(
            f'<th scope="col"{NUMBER if right else ""}>{escape(str(name))}</th>'
            for name, right in zip(self.frame, numeric, strict=True)
        )
        rows = (
            "<tr>" + "".join(map(_cell, values, numeric)) + "</tr>"
            for values in self.frame.itertuples(index=False, name=None)
        )
        caption = f"<caption>{escape(self.caption)}</caption>"
        return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


class Picture(NamedTuple):
    """A figure of floor 8 with the text that stands for it; the figure travels inside the page."""

    name: str
    svg: bytes
    alt: str

    def __repr__(self) -> str:
        return f"{self.name}: {self.alt}"

    def _repr_html_(self) -> str:
        source = f"data:image/svg+xml;base64,{b64encode(self.svg).decode('ascii')}"
        image = f'<img src="{source}" alt="{escape(self.alt, quote=True)}">'
        told = escape(self.alt) or "no text stands for this figure"
        return f"<figure>{image}<figcaption><strong>{escape(self.name)}</strong> {told}</figcaption></figure>"


class Views(tuple):
    """Several tables or figures, one below the other."""

    def __repr__(self) -> str:
        return f"{len(self)} parts"

    def _repr_html_(self) -> str:
        return "".join(part._repr_html_() for part in self) or '<p class="none">None.</p>'


def as_text(value: object) -> str:
    """Return a cell's text: thousands separated, at most three decimals, nothing where nothing is known.

    Examples
    --------
    >>> as_text(8186), as_text(0.84066), as_text(float("nan"))
    ('8,186', '0.841', '')
    """
    if value is None or value is pd.NA or value is pd.NaT:
        return ""
    if hasattr(value, "item") and not isinstance(value, str):
        value = value.item()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return "" if math.isnan(value) else f"{value:,.3f}".rstrip("0").rstrip(".")
    return f"{value:,}" if isinstance(value, int) else str(value)


def _cell(value: object, numeric: bool) -> str:
    kind = ' class="fault"' if isinstance(value, str) and value == FAILS else NUMBER if numeric else ""
    return f"<td{kind}>{escape(as_text(value))}</td>"


def with_sums(frame: pd.DataFrame, whole: str, parts: list[str]) -> pd.DataFrame:
    """Add a column that says whether the parts of each row sum to its whole.

    Parameters
    ----------
    frame : DataFrame
        Counts.
    whole : str
        Column of the whole.
    parts : list of str
        Columns of its parts.

    Returns
    -------
    DataFrame
        The frame and a column ``sum``: "holds" or "does not sum".
    """
    even = frame[whole].astype("int64") == frame[parts].astype("int64").sum(axis=1)
    return frame.assign(**{SUM: even.map({True: HOLDS, False: FAILS})})
