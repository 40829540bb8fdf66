"""The drafts of a new study's sheets, and in plain English what is left for people to decide."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from prepost.dates import ISO, date_format
from prepost.doctor.alignment import Aligned, Asked, align
from prepost.doctor.columns import Guess, guess_column
from prepost.doctor.settings import draft_settings
from prepost.readers import RawTable
from prepost.sheets import FieldRow, ItemRow, SourceRow

WAVE_WORDS = {
    "pre": ("pre", "before", "start", "baseline", "osa1", "begin"),
    "post": ("post", "after", "end", "exit", "osa2"),
    "followup": ("follow", "followup", "month", "months", "longterm", "later"),
}
#: Columns that survey tools add of themselves, besides those that readers give a meaning.
BOOKKEEPING = {
    *("lastpage", "startlanguage", "seed", "startdate", "datestamp", "ipaddr", "refurl", "interviewtime"),
    *("last page", "start language", "date started", "date last action", "ip address", "referrer url", "total time"),
    *("progress", "ipaddress", "distributionchannel", "userlanguage", "locationlatitude", "locationlongitude"),
    *("collector id", "collector", "userno", "tracking link", "last modified time", "language", "completion"),
    *("locationaccuracy", "enddate", "end date", "start date", "start time", "completion time", "response type"),
}
HEADS = {
    "sources": list(SourceRow.model_fields),
    "fields": list(FieldRow.model_fields),
    "items": [field.alias or name for name, field in ItemRow.model_fields.items()],
}


class Examined(NamedTuple):
    """One file of the data folder: its name, what it is and why, and its table."""

    file: str
    platform: str
    reason: str
    table: RawTable


class Drafts(NamedTuple):
    """Rows of the three sheets, the text of study.yaml, and what could not be decided."""

    sources: list[dict[str, str]]
    fields: list[dict[str, str]]
    items: list[dict[str, str]]
    settings: str
    doubts: list[str]


def draft(files: Sequence[Examined], scales: Mapping[str, Mapping[str, str]]) -> Drafts:
    """Draft sources.csv, fields.csv, items.csv and study.yaml from the exports.

    Parameters
    ----------
    files : sequence of Examined
        The exports that could be read.
    scales : mapping
        Known scales: name to code and label.

    Returns
    -------
    Drafts
        Every column that is not the tool's own bookkeeping has a line in ``fields``; ``doubts`` names file, column
        and what is to be decided. No answer is repeated but labels that recur.
    """
    doubts: list[str] = []
    files = sorted(files, key=lambda one: _rank(_source_names([one])[0]))  # the first wave words the items
    names = _source_names(files)
    sources = [_source(name, examined, doubts) for name, examined in zip(names, files, strict=True)]
    tables = {name: examined.table.rows for name, examined in zip(names, files, strict=True)}
    asked = []
    for name, examined in zip(names, files, strict=True):
        own = set(examined.table.meta.values())
        for column in examined.table.columns:
            if column.name not in own and column.name.strip().casefold() not in BOOKKEEPING:
                wording = column.question or column.header
                guess = guess_column(examined.table.rows[column.name], f"{column.name} {wording}", scales)
                asked.append(Asked(name, column.name, wording, guess))
    aligned = align(asked)
    fields = [_field(one) for one in aligned]
    items = _items(aligned, _pooled(aligned, tables, scales), doubts)
    doubts += [
        f"{one.asked.source} · {one.asked.column}: its wording is {one.similarity:.0%} like that of '{one.item}' in "
        "another file; if it is the same question, put this file's wording into fields.csv, else give it its own item"
        for one in aligned
        if one.similarity < 1
    ]
    keys, told = _keys(aligned, tables)
    received = [one.table.rows[one.table.meta["received"]] for one in files if "received" in one.table.meta]
    settings = draft_settings(sources, fields, items, keys, received)
    return Drafts(sources, fields, items, settings.text, [*doubts, *told, *settings.doubts])


def as_csv(kind: str, rows: Sequence[Mapping[str, str]]) -> str:
    """Return a drafted sheet as CSV text."""
    out = io.StringIO()
    writer = csv.DictWriter(out, HEADS[kind], restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _source_names(files: Sequence[Examined]) -> list[str]:
    names: list[str] = []
    for examined in files:
        name = re.sub(r"[^a-z0-9]+", "_", Path(examined.file).stem.casefold()).strip("_") or "source"
        name = name if name[0].isalpha() else f"s_{name}"
        names.append(name if name not in names else f"{name}_{len(names)}")
    return names


def _wave(name: str) -> str:
    words = set(re.findall(r"[a-z]+\d?", name))
    waves = [wave for wave, known in WAVE_WORDS.items() if words & set(known)]
    return waves[0] if len(waves) == 1 else ""


def _rank(name: str) -> int:
    return [*WAVE_WORDS, ""].index(_wave(name))


def _source(name: str, examined: Examined, doubts: list[str]) -> dict[str, str]:
    wave = _wave(name)
    if not wave:
        doubts.append(f"{examined.file}: its name does not say which wave it is; fill in wave in sources.csv")
    found = {"source": name, "strand": "learners", "wave": wave, "file": examined.file, "platform": examined.platform}
    received = examined.table.meta.get("received")
    if received:
        written = date_format(examined.table.rows[received], dated=True)
        if written.pattern is None and written.n:
            doubts.append(
                f"{examined.file}: the format of its dates cannot be told ({written.why}); fill in date_format"
            )
        found["date_format"] = written.pattern if written.pattern not in (None, ISO) else ""
    return {**found, "note": f"drafted: {examined.reason}"}


def _field(one: Aligned) -> dict[str, str]:
    note = "" if one.similarity == 1 else f"drafted: wording {one.similarity:.0%} alike; to be decided"
    return {"source": one.asked.source, "column": one.asked.column, "match": "exact", "item": one.item, "note": note}


def _pooled(
    aligned: Sequence[Aligned], tables: Mapping[str, pd.DataFrame], scales: Mapping[str, Mapping[str, str]]
) -> dict[str, Guess]:
    """What each item seems to be by its answers in all files together: a step that one wave left out is a step.

    Where some files hold words and others numbers, the words tell the scale, if the numbers lie on it.
    """
    columns: dict[str, list[Asked]] = {}
    for one in aligned:
        columns.setdefault(one.item, []).append(one.asked)
    pooled = {}
    for item, same in columns.items():
        pooled[item] = same[0].guess
        rated = [one for one in same if one.guess.scale == same[0].guess.scale]
        if len(rated) > 1 and same[0].guess.scale in ("ordinal", "category", "multiple"):
            worded = [one for one in rated if one.guess.labels] or rated
            answers = pd.concat([tables[one.source][one.column] for one in worded])
            again = guess_column(answers, f"{same[0].column} {same[0].wording}", scales)
            if again.scale == same[0].guess.scale and all(_on(one.guess, again) for one in rated):
                coded = [one.source for one in rated if again.labels and not one.guess.labels]
                asks = (
                    f"{', '.join(coded)} gives numbers, not words: are they these codes, in this order?"
                    if coded
                    else ""
                )
                pooled[item] = again._replace(doubt="; ".join(part for part in (again.doubt, asks) if part))
    return pooled


def _on(part: Guess, whole: Guess) -> bool:
    if part.low is None or part.high is None or whole.low is None or whole.high is None:
        return part.low == whole.low and part.high == whole.high
    return whole.low <= part.low and part.high <= whole.high


def _items(aligned: Sequence[Aligned], pooled: Mapping[str, Guess], doubts: list[str]) -> list[dict[str, str]]:
    rows: dict[str, dict[str, str]] = {}
    for one in aligned:
        guess = one.asked.guess
        if one.item not in rows:
            guess = pooled[one.item]
            rows[one.item] = {
                "item": one.item,
                "wording": one.asked.wording or one.asked.column,
                "scale": guess.scale,
                "low": "" if guess.low is None else f"{guess.low:g}",
                "high": "" if guess.high is None else f"{guess.high:g}",
                "labels": "|".join(f"{code}={label}" for code, label in guess.labels.items()),
            }
            if guess.doubt:
                doubts.append(f"item '{one.item}' ({one.asked.source}): {guess.reason}; {guess.doubt}")
        elif rows[one.item]["scale"] != guess.scale:
            doubts.append(
                f"{one.asked.source} · {one.asked.column}: the question of '{one.item}' with other answers "
                f"({guess.scale} here, {rows[one.item]['scale']} before); map them in recodes.csv or give it "
                f"its own item"
            )
    return list(rows.values())


def _keys(aligned: Sequence[Aligned], tables: Mapping[str, pd.DataFrame]) -> tuple[list[str], list[str]]:
    """Items that could be the person's key, identifiers that recur over files, by how many values they share."""
    by_item: dict[str, list[set[str]]] = {}
    for one in aligned:
        if one.asked.guess.scale == "identifier":
            values = tables[one.asked.source][one.asked.column].dropna().astype("string")
            by_item.setdefault(one.item, []).append(set(values.str.strip().str.casefold()))
    shared = {item: len(set.intersection(*sets)) for item, sets in sorted(by_item.items()) if len(sets) > 1}
    told = [
        f"'{item}' stands in {len(by_item[item])} files, and {n:,} of its values are in all of them: it "
        "may be the person's key (person.key in study.yaml)"
        for item, n in shared.items()
    ]
    none = ["no column looks like a key that the same people carry in two files: name person.key in study.yaml"]
    likeliest = sorted((item for item, n in shared.items() if n), key=lambda item: -shared[item])
    return likeliest, told or none


def scales_of(rows: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Return known scales from the rows of known_scales.csv (scale, code, label)."""
    return {str(name): dict(zip(part["code"], part["label"], strict=True)) for name, part in rows.groupby("scale")}
