"""What an audit page may show of any table: its columns, its first rows, and counts.

The pages are private, and yet no identifier and no comment is shown on any of them: of such columns a page says only
how many cells are filled.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from prepost.audit.view import View, Views

RESPONSE = ["source", "line", "wave"]
# Columns of ours, whose content no respondent wrote. An item of the study may bear one of the second group's names, and
# then it is the item's scale that counts.
ALWAYS = frozenset([*RESPONSE, "module", "received"])
OURS = frozenset(
    "speeder straight_liner person state why reason rule item n method certainty waves wave_from wave_to "  # noqa: SIM905
    "source_from line_from source_to line_to enrolled completed answers_as".split()
)
MISSING_SUFFIX, TICK = "_missing", "__"
HIDDEN, CODED, OPEN = "hidden", "coded", "open"
FIRST = 5  # rows shown of a table of responses
OFF_LABEL = "·"  # an answer that is neither a label nor a number might be anything, so it is not shown


class Codebook:
    """Which columns may be shown, from the study as resolved.

    Parameters
    ----------
    study : mapping
        ``results/run_config.yaml`` as plain values.
    scores : bool
        Whether outcome and index columns are expected (floor 4).
    """

    def __init__(self, study: Mapping) -> None:
        settings = study["settings"]
        self.scales = {row["item"]: row["scale"] for row in study["items"]}
        self.labels = {row["item"]: _labels(row.get("labels")) for row in study["items"]}
        self.mapped = {name for row in settings["vocabularies"] for name in row["columns"]}
        self.scores = {row["name"] for key in ("outcomes", "indices") for row in settings[key]}

    def kind(self, column: str) -> str:
        """Return whether a column is shown whole, shown where the answer is a label or number, or not shown."""
        if column in ALWAYS:
            return OPEN
        if column in self.scales:
            scale = self.scales[column]
            return CODED if scale in ("ordinal", "number") or (scale == "category" and self.labels[column]) else HIDDEN
        if column.endswith(MISSING_SUFFIX) or column in OURS or column in self.mapped or column in self.scores:
            return OPEN
        ticked = TICK in column and column.partition(TICK)[0] in self.scales
        return OPEN if ticked else HIDDEN

    def shown(self, values: pd.Series, column: str) -> pd.Series:
        """Return a column with whatever is neither a label of the item nor a number taken out."""
        if self.kind(column) == OPEN or pd.api.types.is_numeric_dtype(values):
            return values
        text = values.astype("string").str.strip()
        listed = text.str.casefold().isin(self.labels.get(column, frozenset()))
        numbers = (
            pd.to_numeric(text, errors="coerce").notna() if self.scales[column] in ("ordinal", "number") else False
        )
        return text.where(listed | numbers | text.isna() | (text == ""), OFF_LABEL)


def _labels(text: str | None) -> frozenset[str]:
    parts = [part.partition("=") for part in (text or "").split("|") if part.strip()]
    return frozenset(word.strip().casefold() for code, _, label in parts for word in (code, label) if word.strip())


def columns_of(frame: pd.DataFrame, codebook: Codebook, name: str) -> View:
    """List a table's columns.

    Parameters
    ----------
    frame : DataFrame
        Any table.
    codebook : Codebook
        Says which columns are identifiers or free text.
    name : str
        The table's name.

    Returns
    -------
    View
        ``column``, ``type``, ``filled``, ``blank`` and ``distinct`` (blank for identifiers and free text).
    """
    blank = pd.DataFrame({column: _blank(frame[column]) for column in frame}, index=frame.index)
    told = [codebook.kind(column) != HIDDEN for column in frame]
    distinct = [
        frame.loc[~blank[column], column].nunique() if may else None for column, may in zip(frame, told, strict=True)
    ]
    rows = pd.DataFrame(
        {
            "column": list(frame.columns),
            "type": [str(kind) for kind in frame.dtypes],
            "filled": [int(n) for n in (~blank).sum()],
            "blank": [int(n) for n in blank.sum()],
            "distinct": pd.array(distinct, dtype="Int64"),
        }
    )
    return View(f"The {len(frame.columns):,} columns of {name}, {len(frame):,} rows.", rows)


def _blank(cells: pd.Series) -> pd.Series:
    texts = pd.api.types.is_string_dtype(cells) or cells.dtype == object
    empty = cells.astype("string").str.strip().eq("").fillna(False).astype(bool) if texts else False
    return cells.isna() | empty


def first_rows(frame: pd.DataFrame, codebook: Codebook, name: str) -> View:
    """Show the first rows, without identifiers and free text, and without columns that are empty throughout."""
    head = frame.head(FIRST)
    kept = [c for c in head if codebook.kind(c) != HIDDEN and frame[c].notna().any() and not c.endswith(MISSING_SUFFIX)]
    rows = pd.DataFrame({column: codebook.shown(head[column], column) for column in kept})
    if "received" in rows:
        rows["received"] = rows["received"].astype("string")
    return View(f"The first rows of {name}; identifiers, comments and empty columns are left out.", rows)


def counted(frame: pd.DataFrame, by: Sequence[str], caption: str) -> View:
    """Count a table's rows by some of its columns: those columns and ``n``, most frequent last sorted by name."""
    rows = frame.groupby(list(by), dropna=False, sort=True).size().rename("n").reset_index()
    return View(caption, rows)


def together(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the tables one below the other; tables without rows keep their columns."""
    filled = [frame for frame in tables.values() if len(frame)] or list(tables.values())[:1]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=[*RESPONSE, "reason"])


def each(show: Callable[..., View], tables: Mapping[str, pd.DataFrame], *given: Codebook) -> Views:
    """Apply a view to every table, by name: ``show(frame, *given, name)``."""
    return Views(show(frame, *given, name) for name, frame in tables.items())
