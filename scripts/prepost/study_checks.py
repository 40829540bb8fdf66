"""What must agree between a study's YAML file and its sheets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from prepost.errors import Fault, did_you_mean
from prepost.sheets import ABOUT_PERSON, ENROLMENTS, INTERVIEWS, MISSING_KINDS, ONE_WAVE, header_of
from prepost.study import WHERE, Comparison, Level, Study
from prepost.study_checks_conditions import ABOUT, check_condition
from prepost.study_checks_interviews import check_interviews
from prepost.study_checks_linkage import check_linkage
from prepost.study_checks_published import check_published
from prepost.study_checks_secondary import check_secondary
from prepost.study_checks_surveys import check_surveys

SPECIAL_FIELDS = {"module", "received", "response_id", "status", "duration_seconds"}
ALL = "all"  # the margin of every table
# Columns that the floors have of their own; `module` alone may be an item too, whose labels then name the modules.
OWN_COLUMNS = {"source", "line", "wave", "person", "speeder", "straight_liner", *SPECIAL_FIELDS} - {"module"}


def check(study: Study, config: Path) -> Iterator[Fault]:
    """Yield every disagreement between the parts of a study.

    Parameters
    ----------
    study : Study
        Settings and sheets, each sound in itself.
    config : Path
        The study's config folder, to see that the vocabulary sheets and the caveats are there.

    Yields
    ------
    Fault
    """
    yield from _names_are_single(study)
    yield from _waves(study)
    yield from _sources(study)
    yield from _fields(study)
    yield from _recodes(study)
    yield from _vocabularies(study, config)
    yield from _items_exist(study)
    yield from _consent(study)
    yield from _comparisons(study)
    yield from check_linkage(study)
    yield from check_secondary(study, config, categories(study))
    yield from check_interviews(study, config, categories(study))
    yield from check_published(study, config)
    yield from check_surveys(study, config)
    if not (config / "assumptions.md").is_file():
        yield Fault(
            "config/assumptions.md",
            "the file is missing",
            "numbered caveats of the study, which the report prints",
            "add it; the bundled study's config/assumptions.md shows its form",
        )


def _names_are_single(study: Study) -> Iterator[Fault]:
    settings = study.settings
    for key in ("waves", "outcomes", "indices", "comparisons", "levels"):
        seen: set[str] = set()
        for place, part in enumerate(getattr(settings, key)):
            if part.name in seen:
                yield Fault(
                    f"{WHERE} · {key}.{place}.name",
                    f"'{part.name}' is used twice",
                    "each name once",
                    "rename one of the two",
                )
            seen.add(part.name)
    taken = {row.item: "an item of items.csv" for row in study.items}
    taken |= {column: f"a column of {v.sheet}" for v in settings.vocabularies for column in v.columns}
    for key in ("outcomes", "indices"):
        for place, scale in enumerate(getattr(settings, key)):
            if scale.name in taken:
                yield Fault(
                    f"{WHERE} · {key}.{place}.name",
                    f"'{scale.name}' is also {taken[scale.name]}",
                    "different names, so that a result says which it is",
                    "rename one of the two",
                )
            taken[scale.name] = f"one of {key}"
    for row in study.items:
        if row.item in OWN_COLUMNS or row.item.endswith("_missing"):
            yield Fault(
                f"config/items.csv · line {row.line} · item",
                f"'{row.item}' is a name that prepost keeps for itself",
                "any other name",
                "rename the item here, in fields.csv and in study.yaml",
            )


def _waves(study: Study) -> Iterator[Fault]:
    for place, wave in enumerate(study.settings.waves):
        if wave.name in {ABOUT, ABOUT_PERSON, ENROLMENTS, ALL, INTERVIEWS, *ONE_WAVE}:
            yield Fault(
                f"{WHERE} · waves.{place}.name",
                f"'{wave.name}' is a name that prepost keeps for itself",
                "any other name",
                "rename the wave here and in the sheets",
            )
        if wave.opens and wave.closes and wave.opens > wave.closes:
            yield Fault(
                f"{WHERE} · waves.{place}.closes",
                f"the wave '{wave.name}' closes on {wave.closes}, before it opens on {wave.opens}",
                "closes on the day of opens, or later",
                "mend one of the two dates",
            )


def _sources(study: Study) -> Iterator[Fault]:
    waves = {wave.name for wave in study.settings.waves} | {ABOUT_PERSON, ENROLMENTS}
    with_wave = {name for row in study.fields if row.wave for name in row.sources}
    files: dict[str, str] = {}
    for row in study.sources:
        if row.wave and row.wave not in waves and row.strand not in (INTERVIEWS, *ONE_WAVE):
            yield Fault(
                f"config/sources.csv · {row.source} · wave",
                f"'{row.wave}' is no wave of the study",
                did_you_mean(row.wave, waves),
                f"mend it here, or add the wave in {WHERE}",
            )
        if not row.wave and row.source not in with_wave:
            yield Fault(
                f"config/sources.csv · {row.source} · wave",
                "no wave is given",
                "a wave here, or on each of its lines in fields.csv",
                "fill in the wave",
            )
        if row.strand not in study.settings.strands:
            yield Fault(
                f"config/sources.csv · {row.source} · strand",
                f"the strand '{row.strand}' is not switched on",
                did_you_mean(row.strand, study.settings.strands),
                f"add it to strands in {WHERE}",
            )
        if row.file in files:
            yield Fault(
                f"config/sources.csv · {row.source} · file",
                f"the file is also that of '{files[row.file]}'",
                "one source per file",
                "use one source, and fields.csv to give the wave of each column",
            )
        files[row.file] = row.source
    named = {row.wave for row in study.sources} | {row.wave for row in study.fields}
    for place, wave in enumerate(study.settings.waves):
        if wave.name not in named:
            yield Fault(
                f"{WHERE} · waves.{place}.name",
                f"no source gives the wave '{wave.name}'",
                did_you_mean(wave.name, {n for n in named if n}),
                "name it in config/sources.csv or fields.csv",
            )


def _fields(study: Study) -> Iterator[Fault]:
    sources = {row.source for row in study.sources}
    items = {row.item for row in study.items} | SPECIAL_FIELDS
    waves = {wave.name for wave in study.settings.waves} | {ABOUT_PERSON, ENROLMENTS}
    for row in study.fields:
        where = f"config/fields.csv · line {row.line}"
        for name in row.sources:
            if name not in sources:
                yield Fault(
                    f"{where} · source",
                    f"'{name}' is not in sources.csv",
                    did_you_mean(name, sources),
                    "mend the name here or there",
                )
        if row.item not in items:
            yield Fault(
                f"{where} · item",
                f"'{row.item}' is not in items.csv",
                did_you_mean(row.item, items),
                "mend the name, or add the item to items.csv",
            )
        if row.wave and row.wave not in waves:
            yield Fault(
                f"{where} · wave",
                f"'{row.wave}' is no wave of the study",
                did_you_mean(row.wave, waves),
                "mend the wave",
            )


def _recodes(study: Study) -> Iterator[Fault]:
    sources = {row.source for row in study.sources}
    items = {row.item: row for row in study.items}
    for row in study.recodes:
        where, fix = f"config/recodes.csv · line {row.line}", "mend the name"
        for name in row.sources:
            if name not in sources:
                yield Fault(f"{where} · source", f"'{name}' is not in sources.csv", did_you_mean(name, sources), fix)
        if row.item not in items:
            yield Fault(f"{where} · item", f"'{row.item}' is not in items.csv", did_you_mean(row.item, items), fix)
        elif items[row.item].codes and row.value not in {*items[row.item].codes, *MISSING_KINDS}:
            allowed = [*items[row.item].codes, *MISSING_KINDS]
            yield Fault(
                f"{where} · value",
                f"'{row.value}' is no code of '{row.item}'",
                did_you_mean(row.value, allowed) or f"one of {', '.join(allowed)}",
                "mend the value",
            )


def _vocabularies(study: Study, config: Path) -> Iterator[Fault]:
    items = {row.item for row in study.items}
    for place, row in enumerate(study.settings.vocabularies):
        if row.item not in items:
            yield Fault(
                f"{WHERE} · vocabularies.{place}.item",
                f"'{row.item}' is not in items.csv",
                did_you_mean(row.item, items),
                "mend the name",
            )
        if not (config / row.sheet).is_file():
            yield Fault(
                f"{WHERE} · vocabularies.{place}.sheet",
                f"config/{row.sheet} is missing",
                f"a CSV with the columns answer, {', '.join(row.columns)}",
                "add the sheet",
            )
        else:
            header = header_of(config / row.sheet)
            for name in [name for name in ("answer", *row.columns) if name not in header]:
                yield Fault(
                    f"config/{row.sheet} · column {name}",
                    f"the column is missing, and vocabularies.{place} of {WHERE} names it",
                    did_you_mean(name, header),
                    "add the column, or mend its name here or there",
                )
    yield from _vocabulary_columns(study)


def _vocabulary_columns(study: Study) -> Iterator[Fault]:
    """A column of a vocabulary stands beside the items, so its name is its own (or its item's, which it replaces)."""
    taken = {row.item: f"the item '{row.item}' of items.csv" for row in study.items}
    taken |= dict.fromkeys(OWN_COLUMNS | {"answer", "note"}, "a name that prepost keeps for itself")
    for place, row in enumerate(study.settings.vocabularies):
        for name in row.columns:
            if name in taken and not (name == row.item and taken[name].startswith("the item")):
                yield Fault(
                    f"{WHERE} · vocabularies.{place}.columns",
                    f"the column '{name}' has the name of {taken[name]}",
                    "a name of its own",
                    f"rename the column here and in config/{row.sheet}",
                )
            taken[name] = f"a column of {row.sheet}"


def categories(study: Study) -> set[str]:
    """Return the names by which results may be grouped: module, category items and vocabulary columns."""
    names = {row.item for row in study.items if row.scale == "category"}
    return names | {"module"} | {column for row in study.settings.vocabularies for column in row.columns}


def _items_exist(study: Study) -> Iterator[Fault]:
    items = {row.item: row for row in study.items}
    settings = study.settings
    for key in ("outcomes", "indices"):
        for place, scale in enumerate(getattr(settings, key)):
            for name in scale.items:
                where = f"{WHERE} · {key}.{place}.items"
                if name not in items:
                    yield Fault(where, f"'{name}' is not in items.csv", did_you_mean(name, items), "mend the name")
                elif items[name].scale not in ("ordinal", "number"):
                    yield Fault(
                        where,
                        f"'{name}' has the scale {items[name].scale}, which has no mean",
                        "ordinal or number items",
                        "take it out, or mend its scale in items.csv",
                    )
    consent = settings.cleaning.consent
    cleaned = [("consent", consent.item)] if consent else []
    cleaned += [(f"tests.{place}", test.item) for place, test in enumerate(settings.cleaning.tests)]
    for part, name in cleaned:
        if name not in items:
            where = f"{WHERE} · cleaning.{part}.item"
            yield Fault(where, f"'{name}' is not in items.csv", did_you_mean(name, items), "mend the name")
    for place, name in enumerate(settings.participants):
        yield from _category(study, [name], f"{WHERE} · participants.{place}")
    known = [wave.name for wave in settings.waves]
    named = [(f"outcomes.{p}.waves", name) for p, o in enumerate(settings.outcomes) for name in o.waves or []]
    named += [(f"indices.{p}.place", index.place) for p, index in enumerate(settings.indices) if index.place != ABOUT]
    for place, name in named:
        if name not in known:
            near = did_you_mean(name, [*known, ABOUT] if place.startswith("indices") else known)
            yield Fault(f"{WHERE} · {place}", f"'{name}' is no wave of the study", near, "mend the name")


def _consent(study: Study) -> Iterator[Fault]:
    """Answers that mean yes are answers that the item has; a slip here would set everybody aside."""
    consent = study.settings.cleaning.consent
    item = next((row for row in study.items if consent and row.item == consent.item), None)
    if item is None or not item.codes:
        return
    known = [*item.codes, *item.codes.values()]
    folded = {name.casefold() for name in known}
    for place, name in enumerate(consent.accept):
        if name.strip().casefold() not in folded:
            yield Fault(
                f"{WHERE} · cleaning.consent.accept.{place}",
                f"'{name}' is no answer to '{item.item}'",
                did_you_mean(name, known),
                "write a code or a label of the item, as items.csv gives it",
            )


def _comparisons(study: Study) -> Iterator[Fault]:
    settings = study.settings
    order = [wave.name for wave in settings.waves]
    for place, part in enumerate(settings.comparisons):
        where = f"{WHERE} · comparisons.{place}"
        yield from _result(study, part, where, {"wave_from": part.wave_from, "wave_to": part.wave_to})
        if part.include:
            yield from check_condition(study, part.include, f"{where}.include")
        if {part.wave_from, part.wave_to} <= set(order) and order.index(part.wave_from) >= order.index(part.wave_to):
            yield Fault(
                f"{where}.wave_to",
                f"'{part.wave_to}' does not come after '{part.wave_from}'",
                f"two waves in the order of waves: {', '.join(order)}",
                "exchange wave_from and wave_to, or mend the order of waves",
            )
    for place, part in enumerate(settings.levels):
        yield from _result(study, part, f"{WHERE} · levels.{place}", {"wave": part.wave})
    primary = [part.name for part in settings.comparisons if part.role == "primary"]
    if len(primary) > 1:
        yield Fault(
            f"{WHERE} · comparisons",
            f"{len(primary)} comparisons are primary: {', '.join(primary)}",
            "one primary comparison",
            "make the others secondary or sensitivity",
        )


def _result(study: Study, part: Comparison | Level, where: str, waves: dict[str, str]) -> Iterator[Fault]:
    """What a comparison and a level have in common: waves, outcomes asked in them, and a category."""
    known = [wave.name for wave in study.settings.waves]
    outcomes = {outcome.name: outcome for outcome in study.settings.outcomes}
    for key, name in waves.items():
        if name not in known:
            yield Fault(f"{where}.{key}", f"'{name}' is no wave", did_you_mean(name, known), "mend the name")
    for name in part.outcomes:
        if name not in outcomes:
            near = did_you_mean(name, outcomes)
            yield Fault(f"{where}.outcomes", f"'{name}' is no outcome", near, "mend the name")
            continue
        asked = outcomes[name].waves
        for wave in sorted(set(waves.values()) & set(known)):
            if asked is not None and wave not in asked:
                yield Fault(
                    f"{where}.outcomes",
                    f"'{name}' is not asked in the wave '{wave}', as its own waves say",
                    f"outcomes asked in {' and '.join(waves.values())}",
                    "take the outcome out here, or add the wave to outcomes",
                )
    yield from _category(study, [part.group_by] if part.group_by else [], f"{where}.group_by")


def _category(study: Study, names: Iterable[str], where: str) -> Iterator[Fault]:
    known = categories(study)
    for name in names:
        if name not in known:
            yield Fault(where, f"'{name}' is no category of the study", did_you_mean(name, known), "mend the name")
