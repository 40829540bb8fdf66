"""Write the bundled study's invented transcripts, who agreed to what, the list of names, and the truth."""

import logging
from pathlib import Path

import pandas as pd
import yaml
from prepost import steps, tables
from prepost.sheets import SourceRow, read_sheet
from prepost.simulation.interviews import interviews, read_interview_plan, transcript

log = logging.getLogger("prepost")


def main(
    *,
    mark: Path,
    simulation: Path,
    study: Path,
    sources: Path,
    transcripts: list[Path],
    participants: list[Path],
    names: list[Path],
    truth: list[Path],
) -> None:
    """Write one transcript a source of the strand; `mark` says that the folder is the generator's own."""
    plan = read_interview_plan(simulation)
    seed = int(yaml.safe_load(study.read_text(encoding="utf-8"))["seed"])
    rows = [row for row in read_sheet(sources, SourceRow) if row.strand == "interviews"]
    by_name = {path.name: path for path in transcripts}
    people, said, planted = [], [], []
    for row, expert, interview in zip(rows, plan.experts, interviews(plan, seed), strict=True):
        content, lines = transcript(interview, expert.format)
        tables.write_bytes(content, by_name[Path(row.file).name])
        agreed = ["yes", "yes" if expert.quotes else "no", "yes" if expert.label else "no"]
        people.append((row.source, interview.code.removeprefix("SYN-"), interview.interviewer, *agreed))
        said += [(row.source, lines[turn], *rest) for turn, *rest in interview.themes]
        planted += [(row.source, lines[turn], *rest) for turn, *rest in interview.identifiers]
    head = ["source", "participant", "interviewer", "consent", "consent_quotes", "consent_label"]
    frames = {
        participants[0]: pd.DataFrame(people, columns=head),
        names[0]: pd.DataFrame({"name": plan.listed}),
        truth[0]: pd.DataFrame(said, columns=["source", "line", "theme", "stance", "words"]),
        truth[1]: pd.DataFrame(planted, columns=["source", "line", "kind", "value"]),
    }
    for path, frame in frames.items():
        tables.write_text(frame.to_csv(index=False, lineterminator="\n"), path)
    log.info("%d synthetic interviews, %d identifiers planted", len(rows), len(planted))


steps.run(main, globals().get("snakemake"))
