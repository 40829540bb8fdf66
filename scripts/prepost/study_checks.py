"""What must agree between a study's YAML file and its sheets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from prepost.errors import Fault, did_you_mean
from prepost.sheets import ABOUT_PERSON, ENROLMENTS, MISSING_KINDS
from prepost.study import WHERE, Condition, Study

SPECIAL_FIELDS = {"module", "received", "response_id", "status", "duration_seconds"}
ABOUT = "about"


def check(study: Study, config: Path) -> Iterator[Fault]:
    """Yield every disagreement between the parts of a study.

    Parameters
    ----------
    study : Study
        Settings and sheets, each sound in itself.
    config : Path
        The study's config folder, to see that the vocabulary sheets are there.

    Yields
    ------
    Fault
    """
    yield from _names_are_single(study)
    yield from _sources(study)
    yield from _fields(study)
    yield from _recodes(study)
    yield from _vocabularies(study, config)
    yield from _items_exist(study)
    yield from _comparisons(study)


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
    both = {o.name for o in settings.outcomes} & {i.item for i in study.items}
    for name in sorted(both):
        yield Fault(
            f"{WHERE} · outcomes",
            f"'{name}' is an outcome and also an item of items.csv",
            "different names, so that a result says which it is",
            "rename the outcome or the item",
        )


def _sources(study: Study) -> Iterator[Fault]:
    waves = {wave.name for wave in study.settings.waves} | {ABOUT_PERSON, ENROLMENTS}
    with_wave = {name for row in study.fields if row.wave for name in row.sources}
    files: dict[str, str] = {}
    for row in study.sources:
        if row.wave and row.wave not in waves:
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
    for place, row in enumerate(study.fields, start=2):
        where = f"config/fields.csv · line {place}"
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
    for place, row in enumerate(study.recodes, start=2):
        where = f"config/recodes.csv · line {place}"
        for name in row.sources:
            if name not in sources:
                yield Fault(f"{where} · source", f"'{name}' is not in sources.csv", did_you_mean(name, sources), "")
        if row.item not in items:
            yield Fault(f"{where} · item", f"'{row.item}' is not in items.csv", did_you_mean(row.item, items), "")
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
    for place, name in enumerate(settings.person.key):
        if name not in items:
            yield Fault(
                f"{WHERE} · person.key.{place}",
                f"'{name}' is not in items.csv",
                did_you_mean(name, items),
                "mend the name",
            )
    consent = settings.cleaning.consent
    for name in [*([consent.item] if consent else []), *[test.item for test in settings.cleaning.tests]]:
        if name not in items:
            yield Fault(
                f"{WHERE} · cleaning", f"'{name}' is not in items.csv", did_you_mean(name, items), "mend the name"
            )
    for place, name in enumerate(settings.participants):
        if name not in categories(study):
            yield Fault(
                f"{WHERE} · participants.{place}",
                f"'{name}' is no category of the study",
                did_you_mean(name, categories(study)),
                "mend the name",
            )


def _comparisons(study: Study) -> Iterator[Fault]:
    settings = study.settings
    waves = {wave.name for wave in settings.waves}
    outcomes = {outcome.name for outcome in settings.outcomes}
    for key, wave_keys in (("comparisons", ("wave_from", "wave_to")), ("levels", ("wave",))):
        for place, part in enumerate(getattr(settings, key)):
            where = f"{WHERE} · {key}.{place}"
            for wave_key in wave_keys:
                name = getattr(part, wave_key)
                if name not in waves:
                    yield Fault(
                        f"{where}.{wave_key}", f"'{name}' is no wave", did_you_mean(name, waves), "mend the name"
                    )
            for name in part.outcomes:
                if name not in outcomes:
                    yield Fault(
                        f"{where}.outcomes", f"'{name}' is no outcome", did_you_mean(name, outcomes), "mend the name"
                    )
            if part.group_by and part.group_by not in categories(study):
                yield Fault(
                    f"{where}.group_by",
                    f"'{part.group_by}' is no category of the study",
                    did_you_mean(part.group_by, categories(study)),
                    "mend the name",
                )
            if key == "comparisons" and part.include:
                yield from _condition(study, part.include, f"{where}.include")
    primary = [part.name for part in settings.comparisons if part.role == "primary"]
    if len(primary) > 1:
        yield Fault(
            f"{WHERE} · comparisons",
            f"{len(primary)} comparisons are primary: {', '.join(primary)}",
            "one primary comparison",
            "make the others secondary or sensitivity",
        )


def _condition(study: Study, condition: Condition, where: str) -> Iterator[Fault]:
    places = {wave.name for wave in study.settings.waves} | {ABOUT}
    names = {row.item for row in study.items} | {column for v in study.settings.vocabularies for column in v.columns}
    names |= {scale.name for scale in [*study.settings.outcomes, *study.settings.indices]} | {"module"}
    for name in condition.names():
        place, _, item = name.partition(".")
        if place not in places:
            yield Fault(
                where,
                f"'{name}' does not begin with a wave or '{ABOUT}'",
                did_you_mean(place, places),
                "write <wave>.<item> or about.<item>",
            )
        elif item not in names:
            yield Fault(where, f"'{item}' is no item, outcome or index", did_you_mean(item, names), "mend the name")
