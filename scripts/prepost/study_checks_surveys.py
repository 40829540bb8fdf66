"""What the surveys of a study must agree with: strands, sources, items, and their own sheets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from prepost.errors import Fault, StudyError, did_you_mean
from prepost.sheets import ONE_WAVE, ItemRow, read_sheet
from prepost.study import WHERE, Study
from prepost.survey_sheets import BaseRow, ShareRow, TargetRow, target_faults


def check_surveys(study: Study, config: Path) -> Iterator[Fault]:
    """Yield every disagreement of the surveys with the rest of the study.

    Parameters
    ----------
    study : Study
        Settings and sheets.
    config : Path
        The study's config folder.

    Yields
    ------
    Fault
    """
    on = [strand for strand in ONE_WAVE if strand in study.settings.strands]
    yield from _waves(study)
    for strand in on:
        if getattr(study.settings.surveys, strand) is None:
            fix = f"describe the survey under surveys.{strand}, or take '{strand}' out of strands"
            yield Fault(f"{WHERE} · surveys.{strand}", "the strand is switched on, but not described", "", fix)
        if not study.sources_of(strand):
            fix = f"add its export there, or take '{strand}' out of strands in {WHERE}"
            yield Fault("config/sources.csv", f"no source is of the strand '{strand}'", "", fix)
    if not on:
        return
    items = {row.item: row for row in study.items}
    yield from _settings(study, on, items)
    yield from _sheets(study, config, on, items)


def _waves(study: Study) -> Iterator[Fault]:
    for row in study.sources:
        if row.strand in ONE_WAVE and row.wave != row.strand:
            yield Fault(
                f"config/sources.csv · {row.source} · wave",
                f"'{row.wave or ''}' stands beside the strand '{row.strand}', which is asked once",
                row.strand,
                f"write {row.strand} as the wave",
            )


def _settings(study: Study, on: list[str], items: dict[str, ItemRow]) -> Iterator[Fault]:
    for strand in on:
        part = getattr(study.settings.surveys, strand)
        if part is None:
            continue
        where = f"{WHERE} · surveys.{strand}"
        named = [("fieldwork.consent", part.fieldwork.consent)] if part.fieldwork.consent else []
        for key in ("elements", "own", "organisation"):
            found = getattr(part, key, None)
            named += [(f"{key}.items", name) for name in found.items] if found else []
        named += [(key, name) for key in ("outcomes", "adjust") for name in getattr(part, key, [])]
        named += [("person", part.person)] if strand == "appointments" else []
        for key, name in named:
            if name not in items:
                near = did_you_mean(name, items)
                yield Fault(f"{where}.{key}", f"'{name}' is not in items.csv", near, "mend the name")
            elif key.endswith(("items", "outcomes")) and not {"yes", "no"} <= set(items[name].codes):
                fix = "give it the labels yes=…|no=… in items.csv"
                yield Fault(f"{where}.{key}", f"'{name}' is no yes-or-no question", "the codes yes and no", fix)
        if strand == "appointments":
            yield from _bands(part, where)


def _bands(part, where: str) -> Iterator[Fault]:
    most = len(part.elements.items)
    if part.enough > most:
        fix = "lower it, or add elements"
        yield Fault(f"{where}.enough", f"{part.enough} of {most} elements cannot be experienced", f"1 to {most}", fix)
    if part.steps and (part.steps != sorted(set(part.steps)) or part.steps[0] != 0 or part.steps[-1] > most):
        expected = f"numbers that rise from 0 to at most {most}"
        yield Fault(f"{where}.steps", "the bands do not begin at 0 and rise", expected, "mend the list")


def _sheets(study: Study, config: Path, on: list[str], items: dict[str, ItemRow]) -> Iterator[Fault]:
    surveys = study.settings.surveys
    try:
        bases = read_sheet(config / surveys.bases, BaseRow, key="base")
        shares = read_sheet(config / surveys.shares, ShareRow)
        targets = read_sheet(config / surveys.population.margins, TargetRow) if surveys.population else []
    except StudyError as error:
        yield from error.faults
        return
    if surveys.population:
        yield from target_faults(targets, items, surveys.population.margins)
    yield from _bases(bases, items, surveys.bases)
    yield from _shares(shares, {row.base: row for row in bases}, study, on, items)


def _bases(bases: list[BaseRow], items: dict[str, ItemRow], sheet: str) -> Iterator[Fault]:
    for row in bases:
        where = f"config/{sheet} · line {row.line} · condition"
        for name, codes in row.conditions:
            if name not in items:
                yield Fault(where, f"'{name}' is not in items.csv", did_you_mean(name, items), "mend the name")
                continue
            for code in codes:
                if code not in items[name].codes:
                    near = did_you_mean(code, items[name].codes)
                    yield Fault(where, f"'{code}' is no code of '{name}'", near, "write a code as items.csv gives it")


def _shares(
    shares: list[ShareRow], bases: dict[str, BaseRow], study: Study, on: list[str], items: dict[str, ItemRow]
) -> Iterator[Fault]:
    surveys = study.settings.surveys
    counted = {part.name for part in element_sets(surveys)}
    seen: dict[tuple, int] = {}
    for row in shares:
        where = f"config/{surveys.shares} · line {row.line}"
        first = seen.setdefault((row.share, row.by if row.group else None, row.group), row.line)
        if first != row.line:
            yield Fault(f"{where} · share", f"'{row.share}' stands already on line {first}", "each once", "rename one")
        if row.base not in bases:
            yield Fault(f"{where} · base", f"'{row.base}' is no base", did_you_mean(row.base, bases), "mend the name")
        elif bases[row.base].strand != row.strand:
            what = f"the base '{row.base}' is of the strand '{bases[row.base].strand}'"
            yield Fault(f"{where} · base", what, f"a base of '{row.strand}'", "name another base")
        if row.by and row.by not in items:
            yield Fault(
                f"{where} · by", f"'{row.by}' is not in items.csv", did_you_mean(row.by, items), "mend the name"
            )
        if row.group and (not row.by or row.group not in items.get(row.by, _NOTHING).codes):
            fix = "give the category in by, and a code of it in group"
            yield Fault(f"{where} · group", f"'{row.group}' is no group of '{row.by or ''}'", "", fix)
        if row.item in counted:
            continue
        if row.item not in items:
            near = did_you_mean(row.item, [*items, *counted])
            yield Fault(f"{where} · item", f"'{row.item}' is not in items.csv", near, "mend the name")
            continue
        item = items[row.item]
        if not row.answers and item.scale != "number":
            fix = "write the code of the answer whose share is told"
            yield Fault(f"{where} · answer", f"'{row.item}' has no mean", "one of " + ", ".join(item.codes), fix)
        for code in row.answers:
            if code not in item.codes:
                near = did_you_mean(code, item.codes)
                yield Fault(f"{where} · answer", f"'{code}' is no code of '{row.item}'", near, "mend the code")


_NOTHING = ItemRow(item="none", wording="none", scale="text")


def element_sets(surveys) -> list:
    """Return every set of elements of a study's surveys."""
    parts = [getattr(surveys, strand) for strand in ONE_WAVE]
    found = [getattr(part, key, None) for part in parts if part for key in ("elements", "own", "organisation")]
    return [part for part in found if part is not None]
