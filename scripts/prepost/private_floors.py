"""Floors 1 to 5 of a built study, as the way back from a number to its lines reads them. They are private."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import pandas as pd

from prepost import tables
from prepost.paired import Floor, Paired, Sides
from prepost.places_table import Maps, study_maps
from prepost.study import Comparison, Study

RESPONSE = ["source", "line", "wave"]
PLACES = {
    "responses": "2_cleaned",
    "exclusions": "2_cleaned",
    "enrolments": "2_cleaned",
    "people": "3_matched",
    "links": "3_matched",
    "pairs": "3_matched",
    "triples": "3_matched",
    "unmatched": "3_matched",
    "candidates": "3_matched",
    "linkage_quality": "3_matched",
    "keys": "3_matched",
    "scores": "4_scored",
    "weights": "4_scored",
    "comments": "5_coded",
    "coding_sample": "5_coded",
    "codes": "5_coded",
}
CSV = {"exclusions": "exclusions.csv", "linkage_quality": "quality.csv", "keys": "keys.csv"}


class PrivateFloors:
    """Floors 1 to 4 of a built study, each table read when it is first asked for.

    Parameters
    ----------
    study : Study
        The resolved study.
    results : Path
        Its ``results`` folder.
    """

    def __init__(self, study: Study, results: Path) -> None:
        self.study, self.results = study, results
        self.waves = [wave.name for wave in study.settings.waves]
        self._read: dict[str, pd.DataFrame] = {}
        self._paired: dict[str, Paired] = {}

    def table(self, name: str) -> pd.DataFrame:
        """Return one table of floors 2 to 5."""
        if name not in self._read:
            path = self.results / PLACES[name] / "learners" / CSV.get(name, f"{name}.parquet")
            self._read[name] = tables.read(path, name)
        return self._read[name]

    def first_floor(self, kind: str) -> pd.DataFrame:
        """Return ``ingested`` or ``refused`` of all sources together."""
        ending = "parquet" if kind == "ingested" else "refused.csv"
        names = self.study.sources_of("learners")
        found = [tables.read(self.results / "1_ingested" / f"{name}.{ending}", kind)[RESPONSE] for name in names]
        return pd.concat(found, ignore_index=True)

    @cached_property
    def sides(self) -> Sides:
        """Matched completions of any comparison."""
        return Sides(self.floor)

    @cached_property
    def floor(self) -> Floor:
        """Floors 2 to 4 together."""
        return Floor(*(self.table(name) for name in Floor._fields))

    def paired(self, comparison: Comparison) -> Paired:
        """Return the matched completions of a comparison."""
        if comparison.name not in self._paired:
            self._paired[comparison.name] = self.sides.paired(comparison)
        return self._paired[comparison.name]

    @cached_property
    def maps(self) -> list[Maps]:
        """The maps on which places are counted."""
        return study_maps(self.study, self.results.parent / "config")

    @property
    def primary(self) -> Comparison:
        """The primary comparison."""
        return next(part for part in self.study.settings.comparisons if part.role == "primary")
