"""The lines of each export as text: what a respondent's answers look like before a platform lays them out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from prepost.sheets import FieldRow, ItemRow, SourceRow
from prepost.simulation.answers import EARLIER_SOURCE, SKIPPED
from prepost.simulation.people import OTHER
from prepost.simulation.plan import Plan
from prepost.simulation.text import NO_THEME, Comment, Writer

RATHER_NOT = "I'd rather not say"
DEMOGRAPHICS = ("age_band", "sex", "ethnic_group", "working_pattern")
LETTERS = {"pre_qualtrics": "Q", "post_forms": "F", "followup_surveymonkey": "S", EARLIER_SOURCE: "J"}


class Sheets(NamedTuple):
    """The study's sheets, as far as exports are made after them."""

    items: dict[str, ItemRow]
    fields: list[FieldRow]
    sources: dict[str, SourceRow]
    roles: pd.DataFrame
    regions: pd.DataFrame

    def of(self, source: str) -> list[tuple[str, str, str]]:
        """Column, wave and item of each line of fields.csv for a source; a line without a wave is of every wave."""
        own = self.sources[source].wave
        rows = [row for row in self.fields if source in row.sources]
        every = [own] if own else list(dict.fromkeys(row.wave for row in rows if row.wave))
        return [(row.column, wave, row.item) for row in rows for wave in ([row.wave] if row.wave else every)]

    def columns_of(self, source: str) -> list[tuple[FieldRow, str]]:
        """Each column of an export once, with the cell that fills it; one of several waves is filled from the first."""
        cells: dict[str, str] = {}
        for column, wave, item in self.of(source):
            cells.setdefault(column, f"{wave}.{item}")
        rows = {row.column: row for row in reversed(self.fields) if source in row.sources}
        return [(rows[column], cell) for column, cell in cells.items()]


def lay_out(
    source: str, rows: pd.DataFrame, learners: pd.DataFrame, sheets: Sheets, plan: Plan, rng: np.random.Generator
) -> pd.DataFrame:
    """Return one row a line of an export, without free text.

    Parameters
    ----------
    source : str
        A name of sources.csv.
    rows : DataFrame
        Responses of this source (see `answers.responses`).
    learners : DataFrame
    sheets : Sheets
    plan : Plan
    rng : numpy Generator

    Returns
    -------
    DataFrame
        ``uid`` (0 …), ``received``, ``status``, ``seconds``, ``response_id``, and ``<wave>.<item>`` as text for each
        line of fields.csv; sorted by ``received``. A source with two waves has both in one line; where the second
        was not answered its cells are empty.
    """
    waves = list(dict.fromkeys(wave for _, wave, _ in sheets.of(source)))
    first = rows[rows["wave"] == waves[0]].sort_values(["received", "unit"], kind="stable", ignore_index=True)
    lines = pd.DataFrame({"uid": np.arange(len(first)), "received": first["received"], "status": "IP Address"})
    lines["seconds"] = np.clip(rng.lognormal(5.9, 0.5, len(first)), 75, 5400).astype(int)
    lines["response_id"] = [f"SYN-{LETTERS[source]}{number:05d}" for number in range(1, len(first) + 1)]
    lines["unit"], lines["second"] = first["unit"], first["second"]
    columns = {}
    for wave in waves:
        here = first
        if wave != waves[0]:
            there = rows[rows["wave"] == wave].set_index("unit")
            here = there.reindex(first["unit"]).reset_index()
        for _, its_wave, item in sheets.of(source):
            if its_wave == wave:
                columns[f"{wave}.{item}"] = _cells(source, item, here, first, learners, sheets, plan, rng)
    return lines.assign(**columns)


def _cells(
    source: str,
    item: str,
    here: pd.DataFrame,
    first: pd.DataFrame,
    learners: pd.DataFrame,
    sheets: Sheets,
    plan: Plan,
    rng: np.random.Generator,
) -> np.ndarray:
    """The text of one item of one wave; what a line says of the person stands whether the wave is answered or not."""
    book = sheets.items.get(item)
    codes = sheets.sources[source].answers == "codes"
    person = learners.iloc[first["place"].to_numpy()]
    if item == "module":
        return first["module"].to_numpy(dtype=object)
    if item == "learner_id":
        return first["key"].to_numpy(dtype=object)
    if item == "consent":
        return np.full(len(first), "1" if codes else book.codes["1"], dtype=object)
    if item == "job_role":
        return _roles(source, person, sheets, rng)
    if item == "job_role_other":
        return person["role_other"].fillna("").to_numpy(dtype=object)
    if item == "board":
        written = person["icb"] if source == EARLIER_SOURCE else "NHS " + person["icb"] + " ICB"
        outside = "I work outside England"
        return written.where(person["region"] != "Outside England", outside).to_numpy(dtype=object)
    if item in DEMOGRAPHICS:
        return person[item].map({**book.codes, "": RATHER_NOT}).to_numpy(dtype=object)
    if item == "heard_from":
        return np.array([",".join(book.codes[c] for c in text.split("|") if c) for text in person[item]], dtype=object)
    if book.scale == "text":
        return np.full(len(first), "", dtype=object)
    labels = {float(code): code if codes else label for code, label in book.codes.items()}
    if source == EARLIER_SOURCE and book.construct_name in plan.earlier_labels:
        labels = {float(n): label for n, label in enumerate(plan.earlier_labels[book.construct_name], start=1)}
    # Nine is what this survey's export writes where "Not applicable to my role" is ticked.
    return here[item].map({**labels, 9.0: "9", float(SKIPPED): ""}).fillna("").to_numpy(dtype=object)


def _roles(source: str, person: pd.DataFrame, sheets: Sheets, rng: np.random.Generator) -> np.ndarray:
    if source != EARLIER_SOURCE:
        return person["role"].to_numpy(dtype=object)
    ways = sheets.roles.groupby("role")["answer"].agg(list)
    written = [ways.get(role, [OTHER]) for role in person["role"]]
    return np.array([names[int(rng.integers(len(names)))] for names in written], dtype=object)


def comment(
    source: str, lines: pd.DataFrame, answered: Mapping[str, np.ndarray], sheets: Sheets, writer: Writer
) -> dict[tuple[int, str, str], Comment]:
    """Write comments into the lines, and return what was planted.

    Parameters
    ----------
    source : str
    lines : DataFrame
        See `lay_out`; its text cells are filled in place.
    answered : mapping of str to array of bool
        Wave to whether each line answers it.
    sheets : Sheets
    writer : Writer

    Returns
    -------
    dict
        (uid, wave, item) to `Comment`.
    """
    found = {}
    for _, wave, item in sheets.of(source):
        if not item.startswith("text_"):
            continue
        cells = lines[f"{wave}.{item}"].to_numpy(dtype=object).copy()
        for place in np.flatnonzero(answered[wave]):
            written = writer.write(item.removeprefix("text_"))
            if written is not None:
                cells[place] = written.text
                found[(int(lines["uid"].iat[place]), wave, item)] = written
        lines[f"{wave}.{item}"] = cells
    return found


def answered_waves(lines: pd.DataFrame, waves: Sequence[str], rows: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return, for each wave, whether each line answers it."""
    return {wave: lines["unit"].isin(rows.loc[rows["wave"] == wave, "unit"]).to_numpy() for wave in waves}


def themes_table(planted: Mapping[tuple[int, str, str], Comment], source: str, line_of: Mapping[int, int]) -> list:
    """Return rows (source, line, wave, item, theme, denied) of planted themes."""
    return [
        (source, line_of[uid], wave, item, theme, "yes" if denied else "no")
        for (uid, wave, item), written in planted.items()
        for theme, denied in (written.themes or ((NO_THEME, False),))
    ]
