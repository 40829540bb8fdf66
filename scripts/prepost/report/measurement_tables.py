"""Display tables about the scales as measures: fit at each survey, and whether surveys and roles are alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pandas as pd

from prepost.comparing import row_id
from prepost.measurement_table import HOLDS, ROLE_EFFECT, WAVES
from prepost.paired import OVERALL
from prepost.report.display import Display
from prepost.report.messages import Words
from prepost.study import Outcome

#: What the number of levels that hold means, in plain words.
LEVELS = {
    0: "not one quality in the same way",
    1: "the same questions belong together",
    2: "the questions also weigh the same",
    3: "the questions also stand at the same level",
}
FIT = ("ordinal_alpha", "ordinal_omega", "omega", "cfi", "tli", "rmsea", "srmr")


def scales(words: Words) -> list[Outcome]:
    """Return the study's outcomes of two questions or more."""
    return [outcome for outcome in words.settings.outcomes if len(outcome.items) > 1]


def compared(words: Words) -> Iterator[tuple[Outcome, str]]:
    """Yield each scale with the names of the surveys over which it was compared."""
    rows = words.table("invariance")
    rows = rows[rows["estimate_name"] == HOLDS]
    for outcome, group in zip(rows["outcome"], rows["group"], strict=True):
        yield words.settings.outcome(outcome), group


def waves_key(words: Words, outcome: Outcome, group: str, estimate: str, column: str = "estimate") -> str:
    """Return the address of an estimate of a scale over surveys."""
    return f"invariance/{row_id(words.primary.name, outcome.name, WAVES, group, estimate)}/{column}"


def role_keys(words: Words, outcome: Outcome) -> dict[str, str]:
    """Return the address of each item's difference between roles; empty where the study names no category."""
    by = words.settings.secondary.measurement.by
    if by is None or words.primary is None:
        return {}
    rows = {item: row_id(words.primary.name, item, by, OVERALL, ROLE_EFFECT) for item in outcome.items}
    return {item: f"invariance/{row}/estimate" for item, row in rows.items()}


def surveys(words: Words, group: str) -> str:
    """Say which surveys a group names."""
    labels = {wave.name: wave.label for wave in words.settings.waves}
    return ", ".join(labels[name] for name in group.split(", "))


def measurement(words: Words) -> pd.DataFrame:
    """Reliability and fit of one factor, each scale at each survey."""
    numbers = ["People", "Ordinal alpha", "Ordinal omega", "Omega", "CFI", "TLI", "RMSEA, 90% CI", "SRMR"]
    table = Display(words.facts, ["Scale", "Survey", *numbers], numbers)
    for outcome in scales(words):
        for wave in words.settings.waves:
            rows = {name: f"measurement/{row_id('measurement', outcome.name, 'wave', wave.name, name)}" for name in FIT}
            if f"{rows['cfi']}/n" not in words.facts:
                continue
            cells = [
                (f"{row}/estimate", f"{row}/ci_low", f"{row}/ci_high") if name == "rmsea" else (f"{row}/estimate",)
                for name, row in rows.items()
            ]
            table.add(outcome.label, wave.label, (f"{rows['cfi']}/n",), *cells)
    return table.frame()


def invariance(words: Words) -> pd.DataFrame:
    """What holds over the surveys, with the fit of each level, and the latent change."""
    numbers = ["CFI: same questions", "CFI: same weights", "CFI: same levels", "SRMR: same levels"]
    numbers += ["Latent change, 95% CI", "The same, shifted questions freed"]
    table = Display(words.facts, ["Scale", "Surveys", "What holds", *numbers], numbers)
    for outcome, group in compared(words):

        def key(estimate: str, *columns: str, outcome=outcome, group=group) -> tuple[str, ...]:
            return tuple(waves_key(words, outcome, group, estimate, column) for column in columns)

        held = words.value(waves_key(words, outcome, group, HOLDS))
        interval = ("estimate", "ci_low", "ci_high")
        table.add(
            outcome.label,
            surveys(words, group),
            "cannot be said" if held is None else LEVELS[int(held)],
            *[key(name, "estimate") for name in ("configural_cfi", "metric_cfi", "scalar_cfi", "scalar_srmr")],
            key("latent_change", *interval),
            key("latent_change_partial", *interval),
        )
    return table.frame()


def role_items(words: Words) -> pd.DataFrame:
    """What the role adds to each question beyond the scale."""
    numbers = ["Added share of what is explained"]
    table = Display(words.facts, ["Scale", "Question", "Size", *numbers], numbers)
    sizes = words.table("invariance").set_index("row_id")["note"]
    for outcome in scales(words):
        for item, key in role_keys(words, outcome).items():
            if key in words.facts:
                size = "cannot be said" if words.value(key) is None else str(sizes[key.split("/")[1]])
                table.add(outcome.label, words.items[item].wording, size, (key,))
    return table.frame()


TABLES: dict[str, Callable[[Words], pd.DataFrame]] = {
    "measurement": measurement,
    "invariance": invariance,
    "role_items": role_items,
}
FEET = {
    "measurement": "Base: one response a person with every item of the scale answered. Ordinal alpha and omega are "
    "of the answers as ordered answers (polychoric correlations); omega, CFI, TLI, RMSEA and SRMR are of one factor "
    "fitted to the answers as numbers by maximum likelihood. A scale of three questions has no fit to judge, one of two"
    " has none at all. Source: measurement.csv",
    "invariance": "Base: people with every question answered at each of the surveys, one completion a person; bases "
    "are not given, since they differ by few people. A level holds where CFI falls by no more than .010 and RMSEA "
    "rises by no more than .015. Latent change: in standard deviations of the first survey. Source: invariance.csv",
    "role_items": "Base: first survey, one response a person; groups of a hundred people or more; bases are not "
    "given, since they differ by few people. Share: Nagelkerke's, beyond the score on the scale; below .035 "
    "negligible, from .070 large. Source: invariance.csv",
}
