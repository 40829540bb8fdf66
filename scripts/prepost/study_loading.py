"""Loading a study: its YAML file over the defaults, its sheets, and every fault told at once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from prepost.errors import Fault, StudyError, did_you_mean
from prepost.sheets import FieldRow, ItemRow, RecodeRow, SourceRow, read_sheet
from prepost.study import WHERE, Settings, Study
from prepost.study_checks import check

DEFAULTS = Path(__file__).parents[2] / "workflow" / "defaults.yaml"


class _UniqueKeyLoader(yaml.SafeLoader):
    """A safe loader that refuses a key written twice, which YAML would pass over in silence."""


def _mapping(loader: _UniqueKeyLoader, node: yaml.MappingNode, deep: bool = False):
    seen: dict[object, int] = {}
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=deep)
        if key in seen:
            raise yaml.constructor.ConstructorError(
                None, None, f"the key '{key}' stands already on line {seen[key]}", key_node.start_mark
            )
        seen[key] = key_node.start_mark.line + 1
    return yaml.SafeLoader.construct_mapping(loader, node, deep=True)


_UniqueKeyLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def read_yaml(path: Path, where: str) -> dict:
    """Read a YAML mapping safely; a key written twice, or a file that is no mapping, is a StudyError."""
    if not path.is_file():
        raise StudyError(
            Fault(
                where,
                "the file is missing",
                "a YAML file that describes the study",
                "run make from the project's folder with STUDY=<folder that holds config/>",
            )
        )
    try:
        # The loader is a SafeLoader with one more refusal.
        found = yaml.load(path.read_text(encoding="utf-8-sig"), Loader=_UniqueKeyLoader)
    except UnicodeDecodeError as error:
        raise StudyError(Fault(where, "the file is not UTF-8", "plain text saved as UTF-8", "save it again")) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" · line {mark.line + 1}" if mark else ""
        raise StudyError(
            Fault(
                f"{where}{line}",
                f"this is not valid YAML: {getattr(error, 'problem', None) or error}",
                "key: value, lists indented by two blanks, text with a colon in quotes",
                f"mend it in {where}",
            )
        ) from error
    if not isinstance(found, dict):
        raise StudyError(Fault(where, "the file holds no keys", "key: value lines", "see config/study.yaml"))
    return found


def _merge(defaults: dict, given: dict) -> dict:
    merged = dict(defaults)
    for key, value in given.items():
        below = defaults.get(key)
        merged[key] = _merge(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def load_settings(config: Path) -> Settings:
    """Read ``study.yaml`` over the defaults; every fault is reported at once, each with its path."""
    given = _merge(read_yaml(DEFAULTS, "workflow/defaults.yaml"), read_yaml(config / "study.yaml", WHERE))
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        raise StudyError(*[_setting_fault(entry) for entry in error.errors()]) from error


def _setting_fault(entry: dict) -> Fault:
    place = ".".join(str(part) for part in entry["loc"])
    where = f"{WHERE} · {place}" if place else WHERE
    fix = f"mend it in {WHERE}; config/README.md says what each key means"
    if entry["type"] == "extra_forbidden":
        known = _keys_at(Settings, entry["loc"][:-1])
        return Fault(where, f"unknown key '{entry['loc'][-1]}'", did_you_mean(str(entry["loc"][-1]), known), fix)
    if entry["type"] == "missing":
        return Fault(where, "this key is missing", "", f"add it in {WHERE}; config/README.md says what it means")
    if entry["type"] == "literal_error":
        known = [part.strip(" '") for part in entry["ctx"]["expected"].replace(" or ", ", ").split(",")]
        return Fault(
            where,
            f"'{entry['input']}' is not allowed",
            did_you_mean(str(entry["input"]), known) or f"one of {', '.join(known)}",
            fix,
        )
    message = entry["msg"].removeprefix("Value error, ").replace("Input should be", "should be")
    if entry["type"] == "string_pattern_mismatch":
        message = "should be lower-case letters, digits and underscores, beginning with a letter"
    given = entry.get("input")
    shown = f" (it is {given!r})" if isinstance(given, str | int | float | bool) or given is None else ""
    return Fault(where, message + shown, "", fix)


def _keys_at(model: type[BaseModel], loc: tuple) -> list[str]:
    """Return the keys that are allowed at a place of the settings."""
    current: Any = model
    for part in loc:
        if isinstance(part, int):
            continue
        fields = getattr(current, "model_fields", {})
        field = fields.get(part) or next((f for f in fields.values() if f.alias == part), None)
        if field is None:
            continue
        current = _inner_model(field.annotation) or current
    fields = getattr(current, "model_fields", {})
    return [field.alias or name for name, field in fields.items()]


def _inner_model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        found = _inner_model(inner)
        if found:
            return found
    return None


def load(config: Path) -> Study:
    """Load a study's settings and sheets and check them against each other.

    Parameters
    ----------
    config : Path
        The folder that holds ``study.yaml`` and the sheets.

    Returns
    -------
    Study

    Raises
    ------
    StudyError
        With every fault that was found.
    """
    faults: list[Fault] = []
    settings = _collect(faults, lambda: load_settings(config), None)
    sources = _collect(faults, lambda: read_sheet(config / "sources.csv", SourceRow, key="source"), [])
    items = _collect(faults, lambda: read_sheet(config / "items.csv", ItemRow, key="item"), [])
    fields = _collect(faults, lambda: read_sheet(config / "fields.csv", FieldRow), [])
    recodes: list[RecodeRow] = []
    if (config / "recodes.csv").is_file():
        recodes = _collect(faults, lambda: read_sheet(config / "recodes.csv", RecodeRow), [])
    if faults:
        raise StudyError(*faults)
    study = Study(settings=settings, sources=sources, items=items, fields=fields, recodes=recodes)
    faults = list(check(study, config))
    if faults:
        raise StudyError(*faults)
    return study


def _collect(faults: list[Fault], read, instead):
    try:
        return read()
    except StudyError as error:
        faults.extend(error.faults)
        return instead


def resolved(study: Study) -> str:
    """Return the resolved study as YAML text, for ``results/run_config.yaml``: the same bytes for the same study."""
    return yaml.safe_dump(
        json.loads(study.model_dump_json(by_alias=True)), sort_keys=False, allow_unicode=True, width=100
    )


def load_resolved(path: Path) -> Study:
    """Read back what `resolved` wrote."""
    return Study.model_validate(read_yaml(path, "results/run_config.yaml"))


def missing_raw_files(study: Study, data: Path) -> None:
    """Raise one StudyError that names every raw export of the study which is not in the data folder."""
    absent = [row for row in study.sources if not (data / row.file).is_file()]
    if absent:
        there = {str(path.relative_to(data)) for path in data.rglob("*") if path.is_file()} if data.is_dir() else set()
        raise StudyError(
            *[
                Fault(
                    f"config/sources.csv · {row.source} · file",
                    f"the raw export '{row.file}' is not in the data folder",
                    did_you_mean(row.file, there),
                    "put the file there, mend its name in sources.csv, or give the folder with DATA=…",
                )
                for row in absent
            ],
            kind="file",
        )
