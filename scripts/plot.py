"""Draw the figures of the report from released tables, and write the words that stand for each."""

import json
import logging
from pathlib import Path

from prepost import sheets, steps
from prepost.figures import FIGURES, Setting, to_svg
from prepost.place_sheets import TileRow
from prepost.released import read_released
from prepost.study import Nouns, Outcome, Wave
from prepost.survey_sheets import BaseRow, ShareRow, labels_of
from prepost.tables import write_text

log = logging.getLogger("prepost")


def main(
    *,
    tables: list[Path],
    codebook: Path,
    tiles: list[Path],
    shares: list[Path],
    bases: list[Path],
    figures: list[Path],
    alt: Path,
    outcomes: list[Outcome],
    waves: list[Wave],
    nouns: Nouns,
    synthetic: bool,
) -> None:
    """Read floor 7, write one SVG a figure and alt_texts.json (name to title and alternative text)."""
    released = {path.stem: read_released(path) for path in tables}
    rows = sheets.read_sheet(codebook, sheets.ItemRow, key="item")
    grid = [tile for path in tiles for tile in sheets.read_sheet(path, TileRow, key="place")]
    named = ((shares, ShareRow), (bases, BaseRow))
    labels = labels_of(*[[row for path in paths for row in sheets.read_sheet(path, kind)] for paths, kind in named])
    setting = Setting({row.item: row for row in rows}, outcomes, waves, nouns, synthetic, tiles=grid, labels=labels)
    words = {}
    for path in figures:
        drawing = FIGURES[path.stem](released, setting)
        write_text(to_svg(drawing), path)
        words[path.stem] = {"title": drawing.title, "alt": drawing.alt}
    write_text(json.dumps(words, indent=1, ensure_ascii=False, sort_keys=True) + "\n", alt)
    log.info("%d figures, each with its words", len(figures))


steps.run(main, globals().get("snakemake"))
