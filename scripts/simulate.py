"""Write the bundled study's synthetic raw exports, and the truth planted in them, from config/simulation.yaml."""

import logging
from pathlib import Path

import pandas as pd
import yaml
from prepost import steps, tables
from prepost.sheets import FieldRow, ItemRow, SourceRow, read_sheet
from prepost.simulation.build import build
from prepost.simulation.guard import MARK_TEXT
from prepost.simulation.lines import Sheets
from prepost.simulation.plan import read_plan


def main(
    *,
    simulation: Path,
    study: Path,
    codebook: Path,
    fields: Path,
    sources: Path,
    roles: Path,
    regions: Path,
    mark: Path,
    exports: list[Path],
    truth: list[Path],
) -> None:
    """Write the mark first, so that a run that is cut off leaves a folder that the next one may fill."""
    tables.write_text(MARK_TEXT, mark)
    plan = read_plan(simulation)
    sheets = Sheets(
        items={row.item: row for row in read_sheet(codebook, ItemRow)},
        fields=read_sheet(fields, FieldRow),
        sources={row.source: row for row in read_sheet(sources, SourceRow) if row.strand == "learners"},
        roles=pd.read_csv(roles, dtype="object"),
        regions=pd.read_csv(regions, dtype="object"),
    )
    seed = int(yaml.safe_load(study.read_text(encoding="utf-8"))["seed"])
    by_name = {path.name: path for path in exports}
    paths = {name: by_name[Path(row.file).name] for name, row in sheets.sources.items()}
    for path in [*exports, *truth]:
        path.parent.mkdir(parents=True, exist_ok=True)
    found = build(plan, sheets, seed, paths)
    for path in truth:
        text = getattr(found, path.stem).to_csv(index=False, lineterminator="\n", float_format="%.6f")
        tables.write_text(text, path)
    aside = int((found.warts["rule"] != "").sum())
    logging.getLogger("prepost").info(
        f"{len(found.responses):,} synthetic responses to keep and {aside:,} to set aside, in {len(exports)} files"
    )


steps.run(main, globals().get("snakemake"))
