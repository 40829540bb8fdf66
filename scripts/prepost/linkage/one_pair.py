"""One pair walked back: by which stage, on which evidence, and what each element weighed."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from prepost import tables
from prepost.errors import Fault, StudyError, did_you_mean

FLOOR = Path("results/3_matched/learners")


def told(pair: str, study: Path) -> list[str]:
    """Return what is known of one pair, line by line; no answer and no identifier is among it.

    Parameters
    ----------
    pair : str
        A pair id of ``candidates.parquet``; a part of one, such as ``post:post_forms:17``, names all pairs with it.
    study : Path
        Folder with ``results/``.

    Returns
    -------
    list of str

    Raises
    ------
    StudyError
        No candidate has that id.
    """
    candidates = tables.read(study / FLOOR / "candidates.parquet", "candidates")
    model = tables.read(study / FLOOR / "model.csv", "linkage_model")
    ends = candidates["pair_id"].str.split("~")
    found = candidates[(candidates["pair_id"] == pair) | ends.map(lambda parts: pair in parts)]
    if found.empty:
        fault = Fault(
            "candidates.parquet",
            "no pair that was weighed has this id",
            did_you_mean(pair, candidates["pair_id"].tolist()) or "as pre:source:17~post:other_source:23",
            "take an id from candidates.parquet, or a response as wave:source:line",
        )
        raise StudyError(fault)
    return [line for row in found.itertuples() for line in _lines(row, model)]


def _lines(row, model: pd.DataFrame) -> list[str]:
    here = model[(model["wave_from"] == row.wave_from) & (model["wave_to"] == row.wave_to)]
    weights = here.set_index(["element", "level"])["weight"]
    lines = [
        row.pair_id,
        f"  {row.wave_from:<10} {row.source_from}, line {row.line_from}",
        f"  {row.wave_to:<10} {row.source_to}, line {row.line_to}",
        f"  stage      {row.stage}",
        f"  decision   {row.decision}: {row.why}",
    ]
    if pd.notna(row.weight):
        lines.append(f"  weight     {row.weight:.6f} bits; probability {row.probability:.6f}")
    for part in [] if pd.isna(row.evidence) else row.evidence.split("; "):
        element, _, level = part.partition(": ")
        bits = weights.get((element, level))
        lines.append(f"  evidence   {part}" + (f" ({bits:+.3f} bits)" if bits is not None and pd.notna(bits) else ""))
    return lines
