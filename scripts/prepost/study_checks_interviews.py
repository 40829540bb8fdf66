"""What must agree between the interviews, the quotations, the checklists and the rest of a study."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from prepost.errors import Fault, StudyError, did_you_mean
from prepost.interviews.sheets import ChecklistRow, CodebookRow, ThemeRow, TriangulationRow
from prepost.sheets import Row, read_sheet
from prepost.study import WHERE, Study

STRAND = "interviews"
PLATFORM = "transcript"


def check_interviews(study: Study, config: Path, categories: set[str]) -> Iterator[Fault]:
    """Yield every disagreement of the interviews and of quoting with the rest of the study.

    Parameters
    ----------
    study : Study
    config : Path
        The study's config folder.
    categories : set of str
        Names by which people may be grouped.

    Yields
    ------
    Fault
    """
    settings = study.settings
    on = STRAND in settings.strands
    if on != (settings.interviews is not None):
        what = "the strand interviews is on, but" if on else "the strand interviews is off, but"
        yield Fault(
            f"{WHERE} · interviews",
            f"{what} there {'is no' if on else 'is a'} part interviews",
            "both, or neither",
            "add the part interviews (config/README.md says what it holds), or mend strands",
        )
    for row in study.sources:
        if (row.strand == STRAND) != (row.platform == PLATFORM):
            yield Fault(
                f"config/sources.csv · {row.source} · platform",
                f"the strand is {row.strand} and the platform {row.platform}",
                "transcripts in the strand interviews, and nothing else there",
                f"write {PLATFORM}, or mend the strand",
            )
    if settings.interviews:
        yield from _sheets(study, config)
    if settings.quotes:
        yield from _quotes(study, categories)
    if settings.checklists:
        yield from _checklists(config, settings.checklists)


def _read(path: Path, row: type[Row], key: str | None = None) -> tuple[Sequence, Sequence[Fault]]:
    try:
        return read_sheet(path, row, key=key), ()
    except StudyError as error:
        return (), error.faults


def _sheets(study: Study, config: Path) -> Iterator[Fault]:
    plan = study.settings.interviews
    frame, faults = _read(config / plan.themes, ThemeRow, key="theme")
    yield from faults
    yield from _read(config / plan.codebook, CodebookRow)[1]
    known = {row.theme for row in frame}
    for row in frame:
        if row.parent and row.parent not in known:
            where = f"config/{plan.themes} · line {row.line} · parent"
            yield Fault(where, f"'{row.parent}' is no theme", did_you_mean(row.parent, known), "mend the name")
    if plan.triangulation:
        yield from _triangulation(study, config / plan.triangulation, known)


def _triangulation(study: Study, path: Path, themes: set[str]) -> Iterator[Fault]:
    rows, faults = _read(path, TriangulationRow, key="finding")
    yield from faults
    outcomes = {outcome.name for outcome in study.settings.outcomes}
    for row in rows:
        where = f"config/{path.name} · line {row.line}"
        for column, known in (("outcome", outcomes), ("interview_theme", themes)):
            name = getattr(row, column)
            if name is not None and known and name not in known:
                near = did_you_mean(name, known)
                yield Fault(f"{where} · {column}", f"'{name}' is not in the study", near, "mend the name")
        if (row.comment_theme is None) != (row.comment_means is None):
            what = "comment_theme and comment_means stand together"
            yield Fault(f"{where} · comment_means", what, "supports or against", "fill in both, or neither")


def _quotes(study: Study, categories: set[str]) -> Iterator[Fault]:
    plan = study.settings.quotes
    items = {row.item: row for row in study.items}
    if plan.consent.item not in items:
        yield Fault(
            f"{WHERE} · quotes.consent.item",
            f"'{plan.consent.item}' is not in items.csv",
            did_you_mean(plan.consent.item, items),
            "name the question by which people let themselves be quoted",
        )
    for key, names in (("strata", [plan.strata]), ("said_by", plan.said_by)):
        for name in names:
            if name not in categories:
                what = f"'{name}' is no category of the study"
                yield Fault(f"{WHERE} · quotes.{key}", what, did_you_mean(name, categories), "mend the name")


def _checklists(config: Path, name: str) -> Iterator[Fault]:
    rows, faults = _read(config / name, ChecklistRow)
    yield from faults
    seen: set[tuple] = set()
    for row in rows:
        where = f"config/{name} · line {row.line}"
        if (row.checklist, row.number) in seen:
            yield Fault(f"{where} · number", f"item {row.number} of {row.checklist} stands twice", "once", "delete one")
        seen.add((row.checklist, row.number))
        place = row.answer.partition("#")[0]
        if place.startswith("config/") and not (config.parent / place).is_file():
            yield Fault(f"{where} · answer", f"'{place}' is not there", "a file of config/", "mend the path")
