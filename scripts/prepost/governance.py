"""What a study says of its governance; a blank is printed as "not stated"."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from prepost.errors import Fault, StudyError, did_you_mean
from prepost.yaml_files import read_yaml

WHERE = "config/governance.yaml"
NOT_STATED = "not stated"
Said = Annotated[
    str | None, BeforeValidator(lambda v: None if v is None or not str(v).strip() else " ".join(str(v).split()))
]


def _said(label: str) -> str | None:
    return Field(None, title=label)


class Intervention(BaseModel):
    """The training, by the items of TIDieR (Hoffmann et al. 2014, doi:10.1136/bmj.g1687)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Said = _said("Name")
    why: Said = _said("Why: rationale and goal")
    materials: Said = _said("What: materials")
    procedures: Said = _said("What: procedures")
    provider: Said = _said("Who provided it")
    how: Said = _said("How it was delivered")
    where: Said = _said("Where")
    when_and_how_much: Said = _said("When and how much")
    tailoring: Said = _said("Tailoring")
    modifications: Said = _said("Modifications")
    fidelity_planned: Said = _said("How well: planned")
    fidelity_actual: Said = _said("How well: actual")


class Governance(BaseModel):
    """Who paid, who allowed it, what was planned, and who may see the data."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    note: Said = _said("Note")
    funder: Said = _said("Funder")
    funder_role: Said = _said("Role of the funder")
    competing_interests: Said = _said("Competing interests")
    ethics_approval: Said = _said("Ethics approval")
    consent: Said = _said("Consent")
    lawful_basis: Said = _said("Lawful basis for processing")
    retention: Said = _said("Retention of data")
    analysis_plan: Said = _said("Analysis plan, with its date")
    deviations: Said = _said("Deviations from the plan")
    public_involvement: Said = _said("Patient and public involvement")
    data_availability: Said = _said("Availability of data")
    code_availability: Said = _said("Availability of code")
    intervention: Intervention = Intervention()

    def rows(self) -> list[tuple[str, str]]:
        """Return heading and statement of each item, "not stated" where the study is silent."""
        return _rows(self)


def _rows(part: BaseModel) -> list[tuple[str, str]]:
    return [
        (field.title, getattr(part, name) or NOT_STATED)
        for name, field in type(part).model_fields.items()
        if field.title and (name != "note" or getattr(part, name))
    ]


def intervention_rows(governance: Governance) -> list[tuple[str, str]]:
    """Return heading and statement of each item of the intervention's description."""
    return _rows(governance.intervention)


def load_governance(path: Path) -> Governance:
    """Read governance.yaml; an unknown key is a StudyError with the nearest names."""
    try:
        return Governance.model_validate(read_yaml(path, WHERE))
    except ValidationError as error:
        raise StudyError(*[_fault(entry) for entry in error.errors()]) from error


def _fault(entry: dict) -> Fault:
    place = ".".join(str(part) for part in entry["loc"])
    model = Intervention if entry["loc"][0] == "intervention" else Governance
    if entry["type"] == "extra_forbidden":
        near = did_you_mean(str(entry["loc"][-1]), model.model_fields)
        return Fault(f"{WHERE} · {place}", "unknown key", near, f"rename it in {WHERE}")
    return Fault(f"{WHERE} · {place}", entry["msg"], "text, or nothing", f"mend it in {WHERE}")
