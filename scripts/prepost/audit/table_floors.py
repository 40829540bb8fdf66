"""What the audit pages show of tables, floors 6 to 8: what passes the wall, what is held back, what the prose may say.

Everything here takes tables and gives a `View`; nothing opens a file.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from prepost.audit.any_floor import counted
from prepost.audit.view import SUM, View, with_sums

ESTIMATES = ["estimate", "ci_low", "ci_high", "ci_level", "n_missing", "statistic", "df", "p", "p_adjusted", "n_people"]
MOST = 200  # rows shown of a table of results


# 6 statistics and 7 release ------------------------------------------------------------------------------------------
def table_sizes(tables: Mapping[str, pd.DataFrame]) -> View:
    """List tables: ``table``, ``rows``, ``columns``."""
    rows = [{"table": name, "rows": len(frame), "columns": len(frame.columns)} for name, frame in tables.items()]
    return View("The tables and their sizes.", pd.DataFrame(rows, columns=["table", "rows", "columns"]))


def flow_sums(flow: pd.DataFrame) -> View:
    """Check that the boxes of one parent sum to it: ``box``, ``label``, ``n``, ``parts`` (their sum), ``sum``."""
    parts = flow.dropna(subset="parent").groupby("parent")["n"].sum()
    whole = flow[flow["box"].isin(parts.index)][["box", "label", "n"]]
    return View(
        "The boxes of the flow, and what their parts sum to.",
        with_sums(whole.assign(parts=whole["box"].map(parts)), "n", ["parts"]),
    )


def estimates(frame: pd.DataFrame, name: str) -> View:
    """Count the rows of a table of estimates by role, comparison, kind of estimate and grouping."""
    return counted(frame, ["role", "comparison", "estimate_name", "group_by"], f"The estimates of {name}.")


def rows_of(frame: pd.DataFrame, name: str) -> View:
    """Show a table's rows, numbers as numbers; columns that are empty throughout are left out."""
    rows = frame.head(MOST).dropna(axis="columns", how="all").copy()
    for column in rows.columns.intersection(ESTIMATES):
        rows[column] = pd.to_numeric(rows[column])
    told = f"All {len(frame):,} rows" if len(frame) <= MOST else f"The first {MOST:,} of {len(frame):,} rows"
    return View(f"{told} of {name}.", rows)


def released(statistics: Mapping[str, pd.DataFrame], release: Mapping[str, pd.DataFrame]) -> View:
    """Sum the wall: the rows of each table, before and after, and its cells by what the wall left of them.

    Parameters
    ----------
    statistics, release : mapping of str to DataFrame
        Tables of floors 6 and 7 by name, floor 7 as text.

    Returns
    -------
    View
        ``table``, ``rows``, ``released rows``, ``held back`` (tables that are private as a whole, and quotations that
        nobody approved), ``as they are``, ``[c]``, ``[w]``, ``[x]``, ``sum`` (of the rows).
    """
    rows = []
    for name, frame in statistics.items():
        left = release.get(name, frame.head(0))
        cells = left.stack(future_stack=True) if len(left) else pd.Series(dtype="string")
        marks = {mark: int((cells == mark).sum()) for mark in ("[c]", "[w]", "[x]")}
        plain = {
            "rows": len(frame),
            "released rows": len(left),
            "held back": _held_back(name, frame, release),
            "as they are": len(cells) - sum(marks.values()),
        }
        rows.append({"table": name} | plain | marks)
    parts = ["released rows", "held back"]
    frame = with_sums(pd.DataFrame(rows), "rows", parts) if rows else pd.DataFrame(columns=["table", SUM])
    return View("Every row passes the wall or is held back; cells pass it whole or marked.", frame)


def _held_back(name: str, frame: pd.DataFrame, release: Mapping[str, pd.DataFrame]) -> int:
    if name not in release:
        return len(frame)
    return int((frame["approval"] != "approved").sum()) if "approval" in frame else 0


# 8 exhibits ----------------------------------------------------------------------------------------------------------
def facts_by_mark(facts: Mapping[str, Mapping]) -> View:
    """Count facts: ``table``, ``said`` (numbers), ``[c]``, ``[w]``, ``[x]``, ``facts``, ``sum``."""
    frame = pd.DataFrame(
        [{"table": key.partition("/")[0], "mark": fact.get("mark") or "said"} for key, fact in facts.items()],
        columns=["table", "mark"],
    )
    counts = (
        frame.groupby(["table", "mark"])
        .size()
        .unstack(fill_value=0)
        .reindex(columns=["said", "c", "w", "x"], fill_value=0)
    )
    counts.columns = ["said", "[c]", "[w]", "[x]"]
    counts.insert(0, "facts", counts.sum(axis=1))
    return View(
        "Every number that the prose may say.",
        with_sums(counts.rename_axis("table").reset_index(), "facts", list(counts.columns[1:])),
    )
