"""What the audit page of floor 5 shows of interviews and quotations: the matrix, disagreements, quotations in context.

The page is private, and its words have no identifier any more. A quotation's number leads to the words around it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from prepost.audit.run import Run
from prepost.audit.view import View, Views
from prepost.deidentify import deidentify
from prepost.interviews.coding import settled
from prepost.interviews.framework import wide

KEY = ["source", "line", "wave"]
AROUND = 1  # turns before and after an interview's quotation


class Quotation(NamedTuple):
    """A quotation with where it comes from: by whom coded, by which rule drawn, and the words around it."""

    quote: str
    text: str
    about: Mapping[str, str]
    context: str

    def __repr__(self) -> str:
        return f"{self.quote}: {self.text}"

    def _repr_html_(self) -> str:
        rows = "".join(f"<tr><th scope='row'>{escape(k)}</th><td>{escape(v)}</td></tr>" for k, v in self.about.items())
        shown = escape(self.context).replace("\n", "<br>")
        return (
            f'<h4 id="{escape(self.quote)}">{escape(self.quote)}</h4><blockquote>{escape(self.text)}</blockquote>'
            f"<p>{shown}</p><table><tbody>{rows}</tbody></table>"
        )


class Quotations(tuple):
    """Quotations as a list of links, and below it each in its context."""

    def __repr__(self) -> str:
        return f"{len(self)} quotations"

    def _repr_html_(self) -> str:
        links = "".join(
            f'<li><a href="#{escape(one.quote)}">{escape(one.quote)}</a> {escape(one.about["theme"])}, '
            f"{escape(one.about['decision'])}</li>"
            for one in self
        )
        return (
            (f"<ul>{links}</ul>" + "".join(one._repr_html_() for one in self)) if self else '<p class="none">None.</p>'
        )


def quotations(
    candidates: pd.DataFrame, decided: pd.DataFrame, comments: pd.DataFrame, turns: pd.DataFrame
) -> Quotations:
    """Show each quotation with its decision, the rule that drew it, its codes' author, and the words around it.

    Parameters
    ----------
    candidates, decided : DataFrame
        Schemas ``quote_candidates`` and ``quotes``.
    comments, turns : DataFrame
        Schemas ``comments`` and ``coded_turns``; either may be empty.

    Returns
    -------
    Quotations
    """
    states = dict(zip(decided["row_id"], decided["approval"], strict=True))
    texts = {} if comments.empty else comments.set_index([*KEY, "item"])["text"].to_dict()
    found = []
    for row in candidates.to_dict("records"):
        about = {name: str(row[name]) for name in ("theme", "kind", "said_by", "source", "line", "wave")}
        about |= {"coded by": str(row["coded_by"]), "rule": row["reason"], "eligible": str(row["eligible"])}
        about["decision"] = states.get(row["quote"], "")
        around = _turns_around(row, turns) if row["origin"] == "interview" else _comment(row, texts)
        found.append(Quotation(row["quote"], row["text"], about, around))
    return Quotations(found)


def _comment(row: Mapping, texts: Mapping) -> str:
    text = texts.get((row["source"], row["line"], row["wave"], row["item"]), "")
    return deidentify(text).text if text else ""


def _turns_around(row: Mapping, turns: pd.DataFrame) -> str:
    own = turns[turns["source"] == row["source"]].reset_index(drop=True)
    place = own.index[own["line"] == row["line"]]
    if not len(place):
        return ""
    near = own.iloc[max(0, int(place[0]) - AROUND) : int(place[0]) + AROUND + 1]
    return "\n".join(f"{one.speaker}, line {one.line}: {one.text}" for one in near.itertuples())


def framework(matrix: pd.DataFrame) -> View:
    """Show the framework matrix: a row a participant, a column a theme, lines of the transcript in each cell."""
    themes = {theme: theme for theme in dict.fromkeys(matrix["theme"])}
    return View(
        "The framework matrix: where each participant speaks of each theme, and which way.", wide(matrix, themes)
    )


def matrix_words(matrix: pd.DataFrame) -> View:
    """Show the words in each cell of the framework matrix."""
    return View("The words behind each cell of the framework matrix.", matrix)


def coders(segments: pd.DataFrame, disagreements: pd.DataFrame) -> View:
    """Count segments a coder: ``coder``, ``interviews``, ``segments``, ``settled``."""
    kept = settled(segments, disagreements)
    by = segments.groupby("coder").agg(interviews=("source", "nunique"), segments=("theme", "size"))
    by["settled"] = kept.groupby("coder").size().reindex(by.index, fill_value=0)
    return View("Segments by coder, and how many of them count after adjudication.", by.reset_index())


def differing(disagreements: pd.DataFrame) -> View:
    """Show where two coders differed, and what was decided."""
    return View("Where coders differed, and what the adjudicator decided; blank is not decided yet.", disagreements)


def redacted(redactions: pd.DataFrame) -> View:
    """Count identifiers taken out: ``source``, ``kind``, ``places``; never what stood there."""
    counts = redactions.groupby(["source", "kind"]).size().rename("places").reset_index()
    return View("Identifiers taken out of the interviews, by kind.", counts)


# The pages' cells ----------------------------------------------------------------------------------------------------
def floor_2(run: Run, names: Iterable[str]) -> dict[str, pd.DataFrame]:
    """Return what floor 2 kept of every strand, by table; turns of interviews are one where there are any."""
    turns = ["turns"] if _has(run, "2_cleaned/interviews/turns.parquet") else []
    return {name: run.every("2_cleaned", f"{name}.parquet") for name in [*names, *turns]}


def interviews(run: Run) -> Views:
    """Show all that floor 5 has of the interviews, and the private measures of floor 6, if there are any."""
    if not _has(run, "5_coded/interviews/segments.parquet"):
        return Views()
    segments, matrix = (run.table(f"5_coded/interviews/{name}.parquet") for name in ("segments", "matrix"))
    apart = run.table("5_coded/interviews/coders_differ.csv")
    private = [
        View("Agreement of coders, theme by theme; private.", run.table("6_statistics/interviews_agreement.csv")),
        View("Themes heard after so many interviews; private.", run.table("6_statistics/interviews_accumulation.csv")),
    ]
    refused = View("Segments that were not taken, and why.", run.table("5_coded/interviews/refused.csv"))
    shown = [redacted(run.table("3_matched/interviews/redactions.parquet")), coders(segments, apart), refused]
    return Views([*shown, differing(apart), framework(matrix), matrix_words(matrix), *private])


def quotes(run: Run) -> Quotations:
    """Show each quotation in its context; nothing where nobody is quoted."""
    if not _has(run, "5_coded/quotes/candidates.parquet"):
        return Quotations()
    tables = [
        run.table(name) if _has(run, name) else pd.DataFrame()
        for name in ("5_coded/learners/comments.parquet", "3_matched/interviews/turns.parquet")
    ]
    return quotations(run.table("5_coded/quotes/candidates.parquet"), run.table("6_statistics/quotes.csv"), *tables)


def _has(run: Run, name: str) -> bool:
    return Path("results", name) in run.artefacts
