"""What the secondary analyses of a study must agree with: its waves, outcomes, categories and sheets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from prepost.errors import Fault, did_you_mean
from prepost.study import WHERE, Study


def check_secondary(study: Study, config: Path, known: set[str]) -> Iterator[Fault]:
    """Yield every disagreement of the secondary analyses with the rest of the study.

    Parameters
    ----------
    study : Study
        Settings and sheets.
    config : Path
        The study's config folder.
    known : set of str
        The study's categories, `module` among them.

    Yields
    ------
    Fault
    """
    secondary = study.settings.secondary
    where = f"{WHERE} · secondary"
    outcomes = {outcome.name for outcome in study.settings.outcomes}
    yield from _named(secondary.items.by, known, f"{where}.items.by")
    yield from _named(secondary.attrition.covariates, known | outcomes, f"{where}.attrition.covariates")
    yield from _named(secondary.linkage.within, known, f"{where}.linkage.within")
    yield from _named(secondary.subgroups.by, known, f"{where}.subgroups.by")
    if secondary.measurement.by:
        yield from _named([secondary.measurement.by], known, f"{where}.measurement.by")
    yield from _later(study, f"{where}.lasting.later")
    if secondary.places:
        yield from _named([secondary.places.by], known, f"{where}.places.by")
        for key in ("workforce", "tiles", "successors"):
            sheet = getattr(secondary.places, key)
            if sheet and not (config / sheet).is_file():
                fix = f"add it, or take {key} out of {WHERE}"
                yield Fault(f"config/{sheet}", "the file is missing", "a sheet as config/README.md describes it", fix)
    seen: set[str] = set()
    for place, choice in enumerate(secondary.specifications):
        if choice.choice in seen:
            here = f"{where}.specifications.{place}.choice"
            yield Fault(here, f"'{choice.choice}' is declared twice", "each choice once", "join their options")
        seen.add(choice.choice)
    yield from _thinking_back(study)


def _named(names: list[str], known: set[str], where: str) -> Iterator[Fault]:
    for name in names:
        if name not in known:
            yield Fault(where, f"'{name}' is no category of the study", did_you_mean(name, known), "mend the name")


def _later(study: Study, where: str) -> Iterator[Fault]:
    settings, later = study.settings, study.settings.secondary.lasting.later
    waves = [wave.name for wave in settings.waves]
    if later is None:
        return
    if later not in waves:
        yield Fault(where, f"'{later}' is no wave", did_you_mean(later, waves), "mend the name")
        return
    primary = settings.primary
    if primary is None or waves.index(later) <= waves.index(primary.wave_to):
        what = f"'{later}' does not come after the primary comparison"
        yield Fault(where, what, "a wave after its second one", "mend the name, or take the key out")


def _thinking_back(study: Study) -> Iterator[Fault]:
    settings = study.settings
    waves = {wave.name: wave for wave in settings.waves}
    for place, wave in enumerate(settings.waves):
        named = wave.thinking_back_to
        if named is not None and (named not in waves or named == wave.name):
            here = f"{WHERE} · waves.{place}.thinking_back_to"
            yield Fault(here, f"'{named}' is no other wave", did_you_mean(named, waves), "mend the name")
    for place, part in enumerate(settings.comparisons):
        if part.role == "primary" and any(
            waves[name].thinking_back_to for name in (part.wave_from, part.wave_to) if name in waves
        ):
            yield Fault(
                f"{WHERE} · comparisons.{place}.role",
                "the primary comparison begins with answers that were given thinking back",
                "two waves that were each asked at their time",
                "make this comparison secondary or sensitivity",
            )
