"""Write the bundled study's synthetic surveys beside the learners', from config/simulation_surveys.yaml."""

import logging
from pathlib import Path

import numpy as np
import yaml
from prepost import steps
from prepost.sheets import FieldRow, ItemRow, SourceRow, read_sheet
from prepost.simulation import survey_exports as exports
from prepost.simulation.professionals import appointments, professionals
from prepost.simulation.public import ordered, panel
from prepost.study_surveys import Surveys
from prepost.survey_sheets import ShareRow, TargetRow

log = logging.getLogger("prepost")


def main(
    *,
    mark: Path,
    simulation: Path,
    study: Path,
    codebook: Path,
    fields: Path,
    sources: Path,
    shares: Path,
    targets: Path,
    written: list[Path],
) -> None:
    """Write an export a source of these strands; `mark` says that the folder is the generator's."""
    if not mark.is_file():
        raise FileNotFoundError("the rule simulate leaves the mark first")
    plan = yaml.safe_load(simulation.read_text(encoding="utf-8"))
    settings = yaml.safe_load(study.read_text(encoding="utf-8"))
    surveys = Surveys.model_validate(settings["surveys"])
    items = {row.item: row for row in read_sheet(codebook, ItemRow)}
    columns = read_sheet(fields, FieldRow)
    lines = read_sheet(shares, ShareRow)
    paths = {path.name: path for path in written}
    for number, source in enumerate(read_sheet(sources, SourceRow)):
        path = paths.get(Path(source.file).name)
        if path is None:
            continue
        rng = np.random.default_rng([int(settings["seed"]), 7000 + number])
        survey, told = getattr(surveys, source.strand), [row for row in lines if row.strand == source.strand]
        own = plan[source.strand]
        if source.strand == "population":
            found = ordered(panel(own, survey, read_sheet(targets, TargetRow), told, rng), items)
        elif source.strand == "professionals":
            found = professionals(own, survey, told, rng)
        else:
            found = appointments(own, survey, told, rng)
            found[survey.person] = [f"SYN-P{person:05d}" for person in found.pop("person")]
        work = survey.fieldwork
        full = exports.with_warts(found, own["warts"], work.opens, work.closes, "SYN-", rng)
        if source.platform == "spss":
            exports.write_spss(full, source.source, items, columns, path)
        elif path.suffix == ".xlsx":
            exports.write_workbook(exports.worded(full, source.source, items, columns), path)
        else:
            exports.write_csv(exports.worded(full, source.source, items, columns), path, source.date_format)
        log.info("%s: %s synthetic responses to keep, %s lines", source.source, f"{len(found):,}", f"{len(full):,}")


steps.run(main, globals().get("snakemake"))
