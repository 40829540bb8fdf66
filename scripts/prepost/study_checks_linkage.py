"""What the settings of matching must agree with: the items of the study, and each other."""

from __future__ import annotations

from collections.abc import Iterator

from prepost.errors import Fault, did_you_mean
from prepost.study import WHERE, Study


def check_linkage(study: Study) -> Iterator[Fault]:
    """Yield every disagreement of `person` and `matching` with the sheets and with each other.

    Parameters
    ----------
    study : Study
        Settings and sheets.

    Yields
    ------
    Fault
    """
    items = {row.item for row in study.items}
    person, matching = study.settings.person, study.settings.matching
    seen: set[str] = set()
    for part, names in (("key", person.key), ("elements", [element.item for element in person.elements])):
        for place, name in enumerate(names):
            where = f"{WHERE} · person.{part}.{place}"
            if name not in items:
                yield Fault(where, f"'{name}' is not in items.csv", did_you_mean(name, items), "mend the name")
            if part == "elements" and name in seen:
                what = f"'{name}' is an element twice, and would weigh twice"
                yield Fault(where, what, "each item once", "take one of the two out")
            if part == "elements":
                seen.add(name)
    for place, rule in enumerate(matching.tolerant.blocking):
        for name in [name for name in rule if name not in seen]:
            where = f"{WHERE} · matching.tolerant.blocking.{place}"
            yield Fault(where, f"'{name}' is no element", did_you_mean(name, seen), "mend the name, or add the element")
    yield from _tolerant(study)


def _tolerant(study: Study) -> Iterator[Fault]:
    settings = study.settings
    used = settings.matching.tolerant.use
    if used and not settings.person.elements:
        what = "tolerant matching is switched on, and no element is declared"
        yield Fault(f"{WHERE} · person.elements", what, "a list of items and comparisons", "add the elements")
    if settings.matching.headline == "tolerant" and not used:
        what = "the headline is tolerant, and tolerant matching is switched off"
        yield Fault(f"{WHERE} · matching.headline", what, "exact", "switch matching.tolerant.use on, or write exact")
    for place, choice in enumerate(settings.secondary.specifications):
        if choice.choice == "pairs" and not used:
            where = f"{WHERE} · secondary.specifications.{place}"
            what = "the choice 'pairs' asks for tolerant pairs, and tolerant matching is switched off"
            yield Fault(where, what, "", "switch matching.tolerant.use on, or take the choice out")
        elif choice.choice == "pairs" and choice.options[0] != settings.matching.headline:
            where = f"{WHERE} · secondary.specifications.{place}.options"
            what = f"the first option is '{choice.options[0]}', and the headline is {settings.matching.headline}"
            yield Fault(where, what, "the headline's procedure first", "change the order of the options")
