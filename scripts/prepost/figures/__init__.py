"""The figures of the report, by name; each takes released tables and the study's words and gives a drawing."""

from __future__ import annotations

from collections.abc import Callable

from prepost.figures import (
    attrition,
    balance,
    claims,
    economics,
    flow,
    forest,
    groups,
    items,
    likert,
    linkage,
    modules,
    movement,
    participants,
    places,
    specifications,
    surveys,
    themes,
    three_months,
    transitions,
)
from prepost.figures.cells import Setting, Tables
from prepost.figures.style import Drawing, to_svg

FIGURES: dict[str, Callable[[Tables, Setting], Drawing]] = {
    "flow": flow.draw,
    "outcomes": forest.draw,
    "modules": modules.draw,
    "likert": likert.draw,
    "transitions": transitions.draw,
    "movement": movement.draw,
    "participants": participants.draw,
    "three_months": three_months.draw,
    "items": items.draw,
    "specifications": specifications.draw,
    "attrition": attrition.draw,
    "balance": balance.draw,
    "linkage": linkage.draw,
    "groups": groups.draw,
    "funnel": places.draw_funnel,
    "tiles": places.draw_tiles,
    "population_elements": surveys.draw_elements,
    "population_consequences": surveys.draw_consequences,
    "professionals_elements": surveys.draw_gaps,
    "appointments_outcomes": surveys.draw_appointments,
    "economics_chain": economics.draw_chain,
    "economics_tornado": economics.draw_tornado,
    "claims_checked": claims.draw,
    "themes": themes.draw,
}

__all__ = ["FIGURES", "Drawing", "Setting", "to_svg"]
