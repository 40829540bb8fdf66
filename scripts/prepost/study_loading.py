"""Loading a study: its YAML file over the defaults, its sheets, and every fault told at once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from prepost.errors import Fault, StudyError, did_you_mean
from prepost.governance import load_governance
from prepost.sheets import FieldRow, ItemRow, RecodeRow, SourceRow, read_sheet
from prepost.study import WHERE, Settings, Study
from prepost.study_checks import check
from prepost.yaml_files import read_yaml

DEFAULTS = Path(__file__).parents[2] / "workflow" / "defaults.yaml"


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
    return Fault(where, message + _shown(entry.get("input")), _expected(entry), fix)


def _shown(given: Any) -> str:
    if given is None:
        return " (it is blank)"
    return f" (it is {given!r})" if isinstance(given, str | int | float | bool) else ""


def _expected(entry: dict) -> str:
    if entry["type"] == "string_type" and isinstance(entry.get("input"), int | float):  # YAML takes no for False
        return "text; what YAML would read as a number or as yes and no stands in quotes"
    return "a date, as 2025-01-31" if entry["type"].startswith("date") else ""


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
    fields: list[FieldRow] = []  # without the sheet every column keeps its own name, as text
    if (config / "fields.csv").is_file():
        fields = _collect(faults, lambda: read_sheet(config / "fields.csv", FieldRow), [])
    recodes: list[RecodeRow] = []
    if (config / "recodes.csv").is_file():
        recodes = _collect(faults, lambda: read_sheet(config / "recodes.csv", RecodeRow), [])
    _collect(faults, lambda: load_governance(config / "governance.yaml"), None)
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
