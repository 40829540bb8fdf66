"""From a number in the report back to the lines of the raw exports, step by step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from prepost import provenance, tables
from prepost.errors import Fault, StudyError
from prepost.facts import Fact, load
from prepost.lines import PrivateFloors, lines_behind
from prepost.study_loading import load_resolved

FACTS, RELEASED, PRIVATE = "results/8_exhibits/facts.json", "results/7_release", "results/6_statistics"
LINES_SHOWN = 40  # of one source


@dataclass(frozen=True)
class Trace:
    """A number's way back.

    Parameters
    ----------
    fact : Fact
        What the report says.
    released, private : Series
        The row on floors 7 and 6.
    way : list of Series
        Rows of the manifest, from facts.json back to floor 1.
    inputs : dict of str to str
        Raw exports and sheets with their SHA-256 now; "not here" where the file is not found.
    lines : DataFrame
        ``source``, ``line``, ``wave``: private.
    """

    fact: Fact
    released: pd.Series
    private: pd.Series
    way: list[pd.Series]
    inputs: dict[str, str]
    lines: pd.DataFrame


def trace(key: str, study: Path, data: Path) -> Trace:
    """Walk one number back.

    Parameters
    ----------
    key : str
        ``<table>/<row_id>/<column>``.
    study : Path
        A built study.
    data : Path
        Its raw exports.

    Returns
    -------
    Trace

    Raises
    ------
    StudyError
        If the study is not built, or has no such number.
    """
    if not (study / provenance.MANIFEST).is_file():
        raise StudyError(
            Fault(provenance.MANIFEST, "is not there", "a built study", "run make report for this study first"),
            kind="file",
        )
    fact = load(study / FACTS).fact(key, where="make trace · KEY")
    table, row_id, _ = key.split("/")
    name = f"{table}.csv"
    released = _row(study / RELEASED / name, f"released_{table}", row_id)
    private = _row(study / PRIVATE / name, table, row_id)
    manifest = tables.read(study / provenance.MANIFEST, "manifest")
    way = [row for row in provenance.way_back(manifest, FACTS) if _concerns(row["file"], name)]
    there = {row["file"] for row in way}
    ends = dict.fromkeys(
        file
        for row in way
        for file in provenance.inputs_of(row)
        if file not in there and not file.startswith("results/")
    )
    floors = PrivateFloors(load_resolved(study / "results/run_config.yaml"), study / "results")
    return Trace(
        fact,
        released,
        private,
        way,
        {file: _hash(file, study, data) for file in sorted(ends)},
        lines_behind(table, private, floors),
    )


def _row(path: Path, schema: str, row_id: str) -> pd.Series:
    frame = tables.read(path, schema)
    return frame[frame["row_id"] == row_id].iloc[0]


def _concerns(file: str, name: str) -> bool:
    """On floors 6 and 7 only the number's own table; below, all that it may be computed from."""
    return not file.startswith((RELEASED, PRIVATE)) or file.endswith(f"/{name}")


def _hash(file: str, study: Path, data: Path) -> str:
    place = data / Path(file).relative_to("data") if file.startswith("data/") else study / file
    return provenance.sha256(place) if place.is_file() else "not here"


def told(found: Trace) -> Iterator[str]:
    """Yield the trace as lines for a terminal.

    Parameters
    ----------
    found : Trace
        As `trace` gives it.

    Yields
    ------
    str
        fact → released row → private row → rules with script, code hash and SHA-256 → raw files → raw lines.
    """
    source = found.fact.source
    yield f"fact      {found.fact.key}"
    yield f"          says {found.fact.text}"
    yield f"released  {RELEASED}/{source['table']} · row {source['row']}"
    yield from _cells(found.released)
    yield f"private   {PRIVATE}/{source['table']} · row {source['row']}   (not for passing on)"
    yield from _cells(found.private)
    for row in found.way:
        yield f"file      {row['file']}"
        yield f"          sha256 {row['sha256']}"
        yield f"          left by the rule {row['rule']}: {row['script']}, code {row['code_hash'][:16]}"
    for file, hashed in found.inputs.items():
        yield f"input     {file}"
        yield f"          sha256 {hashed}"
    yield f"lines     {len(found.lines):,} responses stand behind this row   (private)"
    for (name, wave), lines in found.lines.groupby(["source", "wave"], dropna=False, sort=True):
        shown = ", ".join(str(line) for line in lines["line"].iloc[:LINES_SHOWN])
        more = f" and {len(lines) - LINES_SHOWN:,} more" if len(lines) > LINES_SHOWN else ""
        yield f"          {name}, {wave}: lines {shown}{more}"


def _cells(row: pd.Series) -> Iterator[str]:
    for name, value in row.items():
        if name != "row_id" and pd.notna(value):
            yield f"            {name:<15} {value}"
