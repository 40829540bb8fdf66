"""The reading room of the audit pages: finds the study and opens what its floors hold.

The tables have been checked against their schemas by the rule that wrote each and by every rule that reads it; a page
only shows them, and so reads them without pandera, which would cost each page more than all of its own work.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from prepost.audit.any_floor import Codebook
from prepost.audit.view import Picture, Views

STUDY_KEY, ARTEFACTS_KEY = "PREPOST_STUDY", "PREPOST_ARTEFACTS"
RUN_CONFIG = Path("results") / "run_config.yaml"


class Run:
    """What one run of a study left behind.

    Parameters
    ----------
    study : Path
        The study's folder.
    artefacts : list of str or None
        Files of the floors, relative to the study; None takes those that are there.
    """

    def __init__(self, study: Path, artefacts: list[str] | None = None) -> None:
        self.folder = study
        found = artefacts if artefacts is not None else sorted(_all_files(study))
        self.artefacts = [Path(name) for name in found]

    @cached_property
    def study(self) -> Mapping[str, Any]:
        """The study as resolved, as plain values."""
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        return yaml.load((self.folder / RUN_CONFIG).read_text(encoding="utf-8"), Loader=loader)

    @cached_property
    def codebook(self) -> Codebook:
        """Which columns a page may show."""
        return Codebook(self.study)

    @property
    def sources(self) -> list[Mapping[str, Any]]:
        """Rows of sources.csv whose export was read."""
        read = {path.stem for path in self._on("1_ingested", ".parquet")}
        return [row for row in self.study["sources"] if row["source"] in read]

    def table(self, name: str) -> pd.DataFrame:
        """Read one table by its place, such as ``2_cleaned/learners/responses.parquet``; CSV as text but for counts."""
        return _read(self.folder / "results" / name)

    def every(self, floor: str, file: str) -> pd.DataFrame:
        """Read the tables of that file name of every strand on a floor, one below the other; CSV as `table` does."""
        found = [_read(self.folder / path) for path in self._on(floor, file) if path.name == file]
        filled = [frame for frame in found if len(frame)] or found[:1]
        return pd.concat(filled, ignore_index=True)

    def tables(self, floor: str, ending: str) -> dict[str, pd.DataFrame]:
        """Read every table of a floor with that ending, by its name without the ending."""
        return {path.name.removesuffix(ending): _read(self.folder / path) for path in self._on(floor, ending)}

    def texts(self, floor: str) -> dict[str, pd.DataFrame]:
        """Read every CSV of a floor as text, marks and all."""
        return {path.stem: _read(self.folder / path, typed=False) for path in self._on(floor, ".csv")}

    def json(self, name: str) -> Any:
        """Read a JSON file by its place."""
        return json.loads((self.folder / "results" / name).read_text(encoding="utf-8"))

    def pictures(self) -> Views:
        """Read the figures of floor 8 with the text that stands for each."""
        alt = self.json("8_exhibits/alt_texts.json")
        paths = self._on("8_exhibits", ".svg")
        return Views(Picture(p.stem, (self.folder / p).read_bytes(), _text(alt.get(p.stem, ""))) for p in paths)

    def _on(self, floor: str, ending: str) -> list[Path]:
        return [path for path in self.artefacts if floor in path.parts and path.name.endswith(ending)]


def open_run() -> Run:
    """Open the run that an audit page belongs to.

    Returns
    -------
    Run
        Of the study that the environment names, or of the nearest folder above that holds results/run_config.yaml.
    """
    named = os.environ.get(STUDY_KEY)
    here = Path.cwd()
    above = (folder for folder in (here, *here.parents) if (folder / RUN_CONFIG).is_file())
    study = Path(named) if named else next(above, here)
    listed = os.environ.get(ARTEFACTS_KEY)
    return Run(study, json.loads(listed) if listed else None)


def _all_files(study: Path) -> list[str]:
    return [path.relative_to(study).as_posix() for path in (study / "results").glob("[0-9]_*/**/*") if path.is_file()]


def _read(path: Path, *, typed: bool = True) -> pd.DataFrame:
    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    frame = pd.read_csv(path, dtype="string", keep_default_na=False, na_values=[""] if typed else [], encoding="utf-8")
    counts = [name for name in ("line", "n") if typed and name in frame]
    return frame.astype(dict.fromkeys(counts, "Int64"))


def _text(alt: Any) -> str:
    return alt if isinstance(alt, str) else str(alt.get("alt", ""))
