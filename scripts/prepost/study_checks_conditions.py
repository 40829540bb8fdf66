"""What a condition of a study must agree with: waves, items, outcomes, and the labels of categories."""

from __future__ import annotations

from collections.abc import Iterator

from prepost.conditions import Condition
from prepost.errors import Fault, did_you_mean
from prepost.study import Study

ABOUT = "about"


def check_condition(study: Study, condition: Condition, where: str) -> Iterator[Fault]:
    """Yield every name and value of a condition that the study does not know; `where` names its place."""
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
    yield from _values(study, condition, where)


def _values(study: Study, condition: Condition, where: str) -> Iterator[Fault]:
    """A category is compared by its label: a code would hold for nobody, without a word."""
    labels = {row.item: set(row.codes.values()) for row in study.items if row.scale == "category" and row.codes}
    codes = {row.item: row.codes for row in study.items}
    for part in condition.parts():
        for name, wanted in (part.equals or part.within or {}).items():
            item = name.partition(".")[2]
            for value in wanted if isinstance(wanted, list) else [wanted]:
                if item in labels and str(value) not in labels[item]:
                    label = codes[item].get(str(value))
                    near = f"did you mean '{label}'?" if label else did_you_mean(str(value), labels[item])
                    yield Fault(
                        where, f"'{value}' is no label of '{item}'", near, "write the label, as items.csv has it"
                    )
