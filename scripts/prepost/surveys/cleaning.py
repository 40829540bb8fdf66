"""A survey that was asked once: from answers as text to values, by the rules of its own fieldwork."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from prepost.clean import Cleaned, Codebook, clean, of_sources, sources_in
from prepost.errors import Fault, StudyError
from prepost.keyed import RESPONSE_ID
from prepost.schemas import MISSING_SUFFIX
from prepost.study import Cleaning, Consent, Speeders, Wave
from prepost.study_surveys import Fieldwork


def clean_survey(
    tables: Sequence[pd.DataFrame], book: Codebook, strand: str, fieldwork: Fieldwork, person: str | None = None
) -> Cleaned:
    """Recode the answers of one strand's sources, and set aside the responses that are unfit.

    Parameters
    ----------
    tables : sequence of DataFrame
        Table `ingested` of each source of the strand.
    book : Codebook
        The study's items, fields and recodes; only what this strand's sources ask is looked at.
    strand : str
        Also the wave of every response.
    fieldwork : Fieldwork
        Dates, consent, duplicates, speed.
    person : str, optional
        The identifier item by which a person is known again; it leaves as a number of ours.

    Returns
    -------
    Cleaned
        As `prepost.clean.clean` gives them, without response ids and identifiers; responses kept and set aside add
        up to the rows of `tables`.

    Raises
    ------
    StudyError
        As `prepost.clean.clean`; or nobody is left.
    """
    asked = of_sources(book.items, book.fields, sources_in(tables))
    wave = Wave(name=strand, label=strand, when="once", opens=fieldwork.opens, closes=fieldwork.closes)
    found = clean(tables, book._replace(items=asked, vocabularies=[]), _rules(fieldwork), [wave], [])
    if found.responses.empty:
        raise StudyError(
            Fault(
                f"surveys.{strand}.fieldwork",
                "no response is left: every one is set aside",
                "responses that were given between opens and closes, with consent",
                f"see results/2_cleaned/{strand}/exclusions.csv for the rule that set them aside, and mend that rule",
            ),
            kind="data",
        )
    responses = found.responses if person is None else _numbered(found.responses, person, strand)
    names = [item.item for item in asked if item.scale == "identifier" and item.item != person]
    apart = [RESPONSE_ID, *names, *[f"{name}{MISSING_SUFFIX}" for name in names]]
    return found._replace(responses=responses.drop(columns=apart, errors="ignore"))


def _rules(fieldwork: Fieldwork) -> Cleaning:
    consent = Consent(item=fieldwork.consent, accept=fieldwork.accept) if fieldwork.consent else None
    return Cleaning(
        consent=consent,
        tests=[],
        duplicates=fieldwork.duplicates,
        min_answered=0,
        speeders=Speeders(seconds=fieldwork.seconds, drop=True) if fieldwork.seconds else None,
        straight_liners=None,
        unfitting_share=fieldwork.unfitting_share,
    )


def _numbered(responses: pd.DataFrame, person: str, strand: str) -> pd.DataFrame:
    """People as numbers in the order of their keys; a response without a key is a person of its own."""
    keys = responses[person].str.strip().str.lower().replace("", pd.NA)
    alone = "line " + responses["source"] + " " + responses["line"].astype("string").str.zfill(9)
    numbers, _ = pd.factorize(keys.fillna(alone), sort=True)
    named = pd.Series(numbers + 1, index=responses.index).astype("string").str.zfill(5)
    return responses.assign(**{person: strand[0].upper() + named})
