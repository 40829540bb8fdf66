"""The released rows behind the report's numbers: what a number links to."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from prepost.facts import Facts, anchor
from prepost.released_schemas import number_columns
from prepost.render.escape import escape_markdown as esc
from prepost.table_names import TITLES

COLUMNS = {
    "stated": "Stated",
    "estimate": "Estimate",
    "ci_low": "Low",
    "ci_high": "High",
    "n": "n",
    "n_people": "People",
    "df": "df",
    "statistic": "Statistic",
    "p": "p",
    "p_adjusted": "p, adjusted",
    "share": "Share",
    "n_missing": "Missing",
}


class Appendix:
    """Collects the rows that the report cites, and prints them in the order of tables and rows."""

    def __init__(self) -> None:
        self._cited: dict[str, set[str]] = {}

    def cite(self, table: str, row_id: str) -> None:
        """Note that a number of this row is said."""
        self._cited.setdefault(table, set()).add(row_id)

    def markdown(self, tables: Mapping[str, pd.DataFrame], facts: Facts) -> str:
        """Return a table of the cited rows for each released table, each row with its anchor."""
        parts = []
        for name, title in TITLES.items():
            cited = self._cited.get(name, set())
            if cited:
                rows = tables[name][tables[name]["row_id"].isin(cited)]
                parts.append(f"### {title} {{.unnumbered}}\n\n" + self._table(name, rows, facts))
        return "\n\n".join(parts)

    def _table(self, name: str, rows: pd.DataFrame, facts: Facts) -> str:
        columns = [c for c in number_columns(name) if c in COLUMNS and not _empty(rows, c)]
        head = ["Row", *[COLUMNS[c] for c in columns]]
        lines = ["| " + " | ".join(head) + " |", "|:---------------|" + "--:|" * len(columns)]
        for row_id in rows["row_id"]:
            said = [facts.fact(f"{name}/{row_id}/{column}") for column in columns]
            cells = ["–" if fact.mark == "x" else esc(fact.text) for fact in said]
            lines.append(f"| []{{#{anchor(f'{name}/{row_id}')}}}{esc(row_id)} | " + " | ".join(cells) + " |")
        foot = f": Rows of `{name}.csv` whose numbers this report says {{#tbl-rows-{name}}}"
        return "\n".join(lines) + f"\n\n{foot}"


def _empty(rows: pd.DataFrame, column: str) -> bool:
    """A column in which no row has a value or a withheld one."""
    return bool((rows[f"{column}_mark"] == "x").all())
