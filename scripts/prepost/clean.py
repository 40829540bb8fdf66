"""From answers as text to values, with every response that is set aside and every answer that does not fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from prepost.errors import Fault, StudyError
from prepost.exclusions import Responses, exclude
from prepost.ingest import ANSWERS_COLUMN, KNOWN
from prepost.recode import SCORED, Recoded, recode
from prepost.schemas import MISSING_SUFFIX
from prepost.sheets import ABOUT_PERSON, ENROLMENTS, FieldRow, ItemRow, RecodeRow
from prepost.study import Cleaning, Outcome, Vocabulary, Wave
from prepost.vocabularies import NOT_STATED, Sheet, apply_vocabulary

WHERE_FROM = ["source", "line", "wave"]
MODULE = "module"
FLAGS = ["speeder", "straight_liner"]
#: Fewer answers off a scale than this are slips of people, whatever their share, and no sign of another scale.
FEW_UNFITTING = 5


class Codebook(NamedTuple):
    """The sheets that say what answers mean."""

    items: list[ItemRow]
    fields: list[FieldRow]
    recodes: list[RecodeRow]
    vocabularies: list[tuple[Vocabulary, Sheet]]


class Cleaned(NamedTuple):
    """The tables of floor 2, each sorted by source, line and wave."""

    responses: pd.DataFrame
    about: pd.DataFrame
    enrolments: pd.DataFrame
    exclusions: pd.DataFrame
    unmapped: pd.DataFrame
    unfitting: pd.DataFrame


def clean(
    tables: Sequence[pd.DataFrame],
    book: Codebook,
    cleaning: Cleaning,
    waves: Sequence[Wave],
    outcomes: Sequence[Outcome],
) -> Cleaned:
    """Recode the answers of all sources of a strand, and set aside the responses that are unfit.

    Parameters
    ----------
    tables : sequence of DataFrame
        Table `ingested` of each source.
    book : Codebook
        Items, fields, recodes and vocabularies.
    cleaning : Cleaning
        The study's rules.
    waves : sequence of Wave
        With their windows.
    outcomes : sequence of Outcome
        Their items make a response empty or not.

    Returns
    -------
    Cleaned
        ``responses``: `source`, `line`, `wave`, `module`, `received`, `response_id`, `speeder`, `straight_liner`, then
        for each item asked in any survey wave its value columns, `<item>_missing` and its vocabulary's columns.
        ``about`` and ``enrolments``: the same of rows about people and of enrolments, without response id and flags.
        ``exclusions``: `source`, `line`, `wave`, `rule`, `why`. ``unmapped``: `source`, `item`, `answer`, `n` of
        answers that a vocabulary lacks or that were counted as "Other". ``unfitting``: `source`, `line`, `wave`,
        `item`, `why` of each answer off its item's scale, of responses kept or not.

    Raises
    ------
    StudyError
        More than ``cleaning.unfitting_share`` of a source's answers to an item, and five at the least, are off its
        scale; consent is asked for in no source; there is no line of fields.csv and no item of an outcome; a sheet
        has a fault that `recode` finds.

    Notes
    -----
    Responses kept and set aside add up to the rows of `tables`, for each source and wave.
    """
    raw = _together(tables, book.items)
    modes = raw.groupby("source")[ANSWERS_COLUMN].first().dropna().to_dict()
    asked = [item for item in book.items if item.item not in KNOWN]
    recoded = {item.item: recode(raw[item.item], item, raw["source"], modes, book.recodes) for item in asked}
    recoded |= _module(raw, book, modes)
    _check_shares(raw, recoded, book, cleaning)
    _check_consent(raw, cleaning)
    _check_asked(raw, book, outcomes)
    columns, unmapped = _columns(raw, recoded, book)
    responses = _for_rules(raw, recoded, asked)
    excluded, flags = exclude(responses, cleaning, waves, outcomes)
    kept = excluded["rule"].isna()
    known = raw[KNOWN[:6]].assign(**flags)
    full = pd.concat([known, *columns.values()], axis=1)[kept]
    scored = {item for outcome in outcomes for item in outcome.items}
    always = [item.item for item in book.items if item.scale == "identifier" or item.item in scored]
    return Cleaned(
        _table(full, responses.survey[kept], raw, columns, always, drop=[]),
        _table(full, full["wave"] == ABOUT_PERSON, raw, columns, _identifiers(book), drop=["response_id", *FLAGS]),
        _table(
            full, full["wave"] == ENROLMENTS, raw, columns, ["enrolled", "completed"], drop=["response_id", *FLAGS]
        ).pipe(_with_counts),
        raw[WHERE_FROM].assign(**excluded)[~kept].reset_index(drop=True),
        _unmapped(raw, recoded, unmapped),
        _unfitting(raw, recoded),
    )


def sources_in(tables: Sequence[pd.DataFrame]) -> set[str]:
    """Return the names of the sources that tables of responses hold."""
    return {name for table in tables for name in table["source"].unique()}


def of_sources(items: Sequence[ItemRow], fields: Sequence[FieldRow], sources: set[str]) -> list[ItemRow]:
    """Return the items that these sources ask, and those that fields.csv gives to no source at all."""
    here = {row.item for row in fields if sources & set(row.sources)}
    elsewhere = {row.item for row in fields} - here
    return [item for item in items if item.item not in elsewhere]


def _together(tables: Sequence[pd.DataFrame], items: Sequence[ItemRow]) -> pd.DataFrame:
    """All sources under each other; a column that one lacks is null there: not asked."""
    names = [*KNOWN, ANSWERS_COLUMN, *[item.item for item in items if item.item not in KNOWN]]
    text = {name: "string" for name in names if name not in ("line", "received")}
    parts = [table.reindex(columns=names).astype(text) for table in tables]
    raw = pd.concat(parts, ignore_index=True)
    raw["received"] = raw["received"].astype("datetime64[us]")
    return raw.sort_values(WHERE_FROM, kind="stable", ignore_index=True)


def _module(raw: pd.DataFrame, book: Codebook, modes: Mapping[str, str]) -> dict[str, Recoded]:
    """Bring the names of modules into one form; where items.csv has an item `module`, into its labels."""
    raw[MODULE] = raw[MODULE].str.split().str.join(" ").replace("", pd.NA).astype("string")
    item = next((item for item in book.items if item.item == MODULE), None)
    if item is None:
        return {}
    found = recode(raw[MODULE], item, raw["source"], modes, book.recodes)
    raw[MODULE] = found.values[MODULE]
    return {MODULE: found}


def _check_shares(raw: pd.DataFrame, recoded: Mapping[str, Recoded], book: Codebook, cleaning: Cleaning) -> None:
    faults = []
    for name, found in recoded.items():
        if not found.unfit.notna().any():
            continue
        answered = raw[name].fillna("").str.strip().ne("") | found.unfit.notna()
        counts = pd.DataFrame({"off": found.unfit.notna(), "answered": answered}).groupby(raw["source"]).sum()
        for source, (off, of) in counts.iterrows():
            if off >= FEW_UNFITTING and off > cleaning.unfitting_share * of:
                faults.append(_share_fault(raw, found, book, source, name, int(off), int(of), cleaning))
    if faults:
        raise StudyError(*faults, kind="data")


def _share_fault(
    raw: pd.DataFrame, found: Recoded, book: Codebook, source: str, name: str, off: int, of: int, cleaning: Cleaning
) -> Fault:
    item = next(item for item in book.items if item.item == name)
    columns = [row.column for row in book.fields if row.item == name and source in row.sources]
    scale = f"{item.low:g} to {item.high:g}" if item.low is not None and item.high is not None else item.scale
    labels = ": " + ", ".join(item.codes.values()) if item.codes else ""
    return Fault(
        f"source '{source}' · item '{name}'" + (f" (column '{columns[0]}')" if columns else ""),
        f"{off:,} of {of:,} answers are off the item's scale, more than the {cleaning.unfitting_share:.0%} that "
        "cleaning.unfitting_share allows: the scale of this export is another one",
        f"answers on the scale {scale}{labels}",
        "say in config/recodes.csv what each answer of this source means on the scale, or map the column to an item "
        "of its own; where only the way of writing differs, see the column answers of config/sources.csv",
        rows=[int(line) for line in raw.loc[found.unfit.notna() & (raw["source"] == source), "line"]],
    )


def _check_consent(raw: pd.DataFrame, cleaning: Cleaning) -> None:
    if cleaning.consent and len(raw) and not raw[cleaning.consent.item].notna().any():
        raise StudyError(
            Fault(
                "config/study.yaml · cleaning.consent.item",
                f"no source asks '{cleaning.consent.item}', so the rule would set nobody aside",
                "an item that config/fields.csv maps in at least one source",
                "map it in config/fields.csv, or set cleaning.consent to null",
            )
        )


def _check_asked(raw: pd.DataFrame, book: Codebook, outcomes: Sequence[Outcome]) -> None:
    """Without fields.csv only a column of an item's name holds it; a mislaid sheet would show as nobody's answers."""
    items = [item for outcome in outcomes for item in outcome.items]
    if not book.fields and items and len(raw) and not raw[items].notna().any(axis=None):
        raise StudyError(
            Fault(
                "config/fields.csv",
                "the sheet is absent or empty, and no column of any export bears the name of an item of an outcome",
                f"columns named as the items are, such as '{items[0]}', or fields.csv to say which column holds which",
                "write config/fields.csv (make doctor drafts it), or name the items of items.csv as the columns are",
            )
        )


def _for_rules(raw: pd.DataFrame, recoded: Mapping[str, Recoded], asked: Sequence[ItemRow]) -> Responses:
    scored = [item for item in asked if item.scale in SCORED]
    values = {item.item: recoded[item.item].values[item.item] for item in scored}
    ticked = {item.item: recoded[item.item].as_ticked for item in scored if item.scale == "ordinal"}
    return Responses(
        raw=raw,
        values=pd.DataFrame(values, index=raw.index),
        as_ticked=pd.DataFrame(ticked, index=raw.index, dtype="float64"),
        items=list(asked),
        survey=~raw["wave"].isin([ABOUT_PERSON, ENROLMENTS]),
    )


def _columns(
    raw: pd.DataFrame, recoded: Mapping[str, Recoded], book: Codebook
) -> tuple[dict[str, pd.DataFrame], dict[str, pd.Series]]:
    """The columns that each item gives on floor 2, and which of its answers its vocabulary lacks."""
    columns: dict[str, pd.DataFrame] = {}
    unmapped: dict[str, pd.Series] = {}
    for name, found in recoded.items():
        if name == MODULE:  # known of every response, and in its place already
            continue
        columns[name] = pd.DataFrame({**found.values, f"{name}{MISSING_SUFFIX}": found.missing})
    for vocabulary, sheet in book.vocabularies:
        values = raw[MODULE] if vocabulary.item == MODULE else recoded[vocabulary.item].values.get(vocabulary.item)
        if values is None:
            raise StudyError(
                Fault(
                    "config/study.yaml · vocabularies",
                    f"'{vocabulary.item}' takes several answers, which a vocabulary cannot map",
                    "a category or a text item",
                    "name another item",
                )
            )
        given, absent = apply_vocabulary(values, vocabulary, sheet)
        unmapped[vocabulary.item] = absent
        if MODULE in given:
            raw[MODULE] = given.pop(MODULE).replace(NOT_STATED, pd.NA)
        frame = columns.get(vocabulary.item, pd.DataFrame(index=raw.index))
        columns[vocabulary.item] = frame.assign(**given)
    return columns, unmapped


def _table(
    full: pd.DataFrame,
    here: pd.Series,
    raw: pd.DataFrame,
    columns: Mapping[str, pd.DataFrame],
    always: Sequence[str],
    drop: Sequence[str],
) -> pd.DataFrame:
    """The rows of one kind, with the columns of the items that any such row was asked, and those always there."""
    rows = full[here]
    shown = raw.loc[raw["wave"].isin(rows["wave"].unique())]
    kept = [name for name in columns if name in always or (name in shown and shown[name].notna().any())]
    known = [name for name in [*KNOWN[:6], *FLAGS] if name not in drop]
    return rows[[*known, *[column for name in kept for column in columns[name]]]].reset_index(drop=True)


def _identifiers(book: Codebook) -> list[str]:
    return [item.item for item in book.items if item.scale == "identifier"]


def _with_counts(enrolments: pd.DataFrame) -> pd.DataFrame:
    """Reach and completion stand in every table of enrolments, even where no source counts them."""
    for name in ("enrolled", "completed"):
        if name not in enrolments:
            enrolments[name] = pd.Series(float("nan"), index=enrolments.index)
    return enrolments


def _unfitting(raw: pd.DataFrame, recoded: Mapping[str, Recoded]) -> pd.DataFrame:
    parts = [raw.head(0)[WHERE_FROM].assign(item="", why="")]
    for name, found in recoded.items():
        off = found.unfit.dropna()
        if len(off):
            parts.append(raw.loc[off.index, WHERE_FROM].assign(item=name, why=off))
    together = pd.concat(parts, ignore_index=True)
    return together.sort_values([*WHERE_FROM, "item"], kind="stable", ignore_index=True)


def _unmapped(raw: pd.DataFrame, recoded: Mapping[str, Recoded], absent: Mapping[str, pd.Series]) -> pd.DataFrame:
    names = ["source", "item", "answer"]
    parts = [pd.DataFrame(columns=names, dtype="string")]
    for name, found in recoded.items():
        texts = found.unlisted
        if name in absent:
            texts = texts.mask(absent[name], raw[MODULE] if name == MODULE else found.values[name])
        texts = texts.dropna()
        if len(texts):
            parts.append(pd.DataFrame({"source": raw.loc[texts.index, "source"], "item": name, "answer": texts}))
    together = pd.concat(parts, ignore_index=True)
    return together.groupby(names, sort=True).size().rename("n").reset_index()
