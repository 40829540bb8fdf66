"""The inputs and chains of an economic model (`economics.yaml`), typed, and checked with their units."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal

import pint
from pydantic import Field, ValidationError, model_validator

from prepost.errors import Fault, StudyError, did_you_mean
from prepost.formulas import GRAMMAR, FormulaError, find_circle, read_formula
from prepost.study_parts import Name, Part, Text
from prepost.units import UnitError, months, read_unit, said, same
from prepost.yaml_files import read_yaml

WHERE = "config/economics.yaml"
Finite = Annotated[float, Field(allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Input(Part):
    """One input: its value (or how it follows from others), its unit, where it comes from and how sure it is."""

    label: Text
    value: Positive | None = None
    formula: Text | None = None  # over other inputs, where no value is printed
    unit: Text
    base: Text
    n: Annotated[int, Field(ge=1)] | None = None  # people behind it
    among: Name | None = None  # the share whose people carry it: their number is that share of its own n
    period: Text | None = None
    price_year: Annotated[int, Field(ge=1900, le=2200)] | None = None
    source: Text
    distribution: Literal["fixed", "beta", "gamma"]
    deff: Annotated[float, Field(ge=1)] = 1.0  # design effect: of weights and clusters
    sd: Positive | None = None  # between people
    range: Annotated[list[Finite], Field(min_length=2, max_length=2)] | None = None  # of a fixed input
    note: Text | None = None

    @model_validator(mode="after")
    def _whole(self):
        if (self.value is None) == (self.formula is None):
            raise ValueError("needs either a value or a formula")
        if self.distribution == "beta" and (self.unit.strip() != "%" or self.n is None):
            raise ValueError("beta is for a share in %, and needs n")
        if self.distribution == "gamma" and (self.sd is None or (self.n is None and self.among is None)):
            raise ValueError("gamma is for a mean, and needs sd and n (or among)")
        if self.range is not None and (self.distribution != "fixed" or self.range[0] > self.range[1]):
            raise ValueError("range is for a fixed input, and is written [low, high]")
        if self.unit.strip() == "%" and self.value is not None and not self.value < 100:
            raise ValueError("a share lies between 0 and 100 %")
        return self


class Link(Part):
    """One line of a chain: the input that is multiplied, and what the product is called, in which unit."""

    times: Name
    gives: Text | None = None
    unit: Text | None = None

    @model_validator(mode="after")
    def _both(self):
        if (self.gives is None) != (self.unit is None):
            raise ValueError("gives and unit stand together")
        return self


class Model(Part):
    """A chain of products that ends in money. `stated` names published statements about its result (`claims.csv`)."""

    name: Name
    label: Text
    window: Text  # the time over which people were asked: "24 months"
    chain: Annotated[list[Link], Field(min_length=2)]
    stated: list[Name] = []
    caveats: list[Text] = []

    @model_validator(mode="after")
    def _ends(self):
        if self.chain[-1].unit is None:
            raise ValueError("the last line of the chain needs gives and unit")
        if months(self.window) is None:
            raise ValueError("window is a length of time, such as '24 months'")
        return self


class Prices(Part):
    """The year to whose prices all costs are brought, and an index of prices by year."""

    year: int
    index: dict[int, Positive]


class Economics(Part):
    """What `economics.yaml` holds."""

    perspective: Text
    currency: Literal["GBP"] = "GBP"
    draws: Annotated[int, Field(ge=1000, le=1_000_000)] = 100_000
    attribution: Annotated[list[Annotated[int, Field(ge=1, le=100)]], Field(min_length=1)] = [25, 50, 75, 100]
    prices: Prices | None = None
    inputs: Annotated[dict[Name, Input], Field(min_length=1)]
    models: Annotated[list[Model], Field(min_length=1)]

    def value(self, name: str) -> float:
        """Return an input's value in its own unit: as given, or by its formula."""
        given = self.inputs[name]
        return given.value if given.formula is None else self.plain(name) / factor(given.unit)

    def plain(self, name: str) -> float:
        """Return an input's value in plain units: people, not millions of them; a share, not per cent."""
        given = self.inputs[name]
        if given.formula is None:
            return given.value * factor(given.unit)
        return read_formula(given.formula).evaluate(self.plain, self.people, float)

    def people(self, name: str) -> float:
        """Return how many people stand behind an input, NaN where it is not known."""
        given = self.inputs[name]
        if given.among is not None:
            return self.inputs[given.among].n * self.plain(given.among)
        return float("nan") if given.n is None else float(given.n)

    def price_factor(self, name: str) -> float:
        """Return by what a cost is multiplied to stand in the prices of the declared year."""
        year = self.inputs[name].price_year
        if self.prices is None or year is None:
            return 1.0
        return self.prices.index[self.prices.year] / self.prices.index[year]


def factor(unit: str) -> float:
    """Return what one of a unit is in plain units."""
    return 0.01 if unit.strip() == "%" else float(read_unit(unit)[0])


def load_economics(path: Path) -> Economics:
    """Read and check an economic model.

    Parameters
    ----------
    path : Path
        ``economics.yaml``.

    Returns
    -------
    Economics

    Raises
    ------
    StudyError
        Every fault: a key that is unknown or missing, a base of zero, names and formulas that lead nowhere or in a
        circle, units that do not cancel to what a line says, prices of several years in one chain.
    """
    try:
        found = Economics.model_validate(read_yaml(path, WHERE))
    except ValidationError as error:
        raise StudyError(*[_fault(entry) for entry in error.errors()]) from error
    faults = list(_names(found)) or [*_inputs(found), *_chains(found)]
    if faults:
        raise StudyError(*faults)
    return found


def _fault(entry: dict) -> Fault:
    place = ".".join(str(part) for part in entry["loc"])
    message = entry["msg"].removeprefix("Value error, ").replace("Input should be", "should be")
    fix = f"mend it in {WHERE}; config/README.md says what each key means"
    if entry["type"] == "extra_forbidden":
        kind = {"inputs": Input, "models": Model}.get(str(entry["loc"][0]), Economics)
        kind = Link if "chain" in entry["loc"] else kind
        near = did_you_mean(str(entry["loc"][-1]), kind.model_fields)
        return Fault(f"{WHERE} · {place}", f"unknown key '{entry['loc'][-1]}'", near, fix)
    if entry["type"] == "missing":
        return Fault(f"{WHERE} · {place}", "this key is missing", "", fix)
    shown = f" (it is {entry['input']!r})" if isinstance(entry.get("input"), str | int | float) else ""
    return Fault(f"{WHERE} · {place}", message + shown, "", fix)


def _names(found: Economics) -> Iterator[Fault]:
    """Every name that leads nowhere, and every formula that cannot be read or leads in a circle."""
    formulas = {}
    for name, given in found.inputs.items():
        place = f"{WHERE} · inputs.{name}"
        if given.among is not None:
            other = found.inputs.get(given.among)
            if other is None or other.distribution != "beta":
                shares = [key for key, one in found.inputs.items() if one.distribution == "beta"]
                yield Fault(
                    f"{place}.among",
                    f"'{given.among}' is no share with n",
                    did_you_mean(given.among, shares),
                    "name the share whose people carry this input",
                )
        if given.formula is None:
            continue
        try:
            formulas[name] = read_formula(given.formula)
        except FormulaError as error:
            yield Fault(f"{place}.formula", f"'{given.formula}': {error}", GRAMMAR, f"mend it in {WHERE}")
            continue
        for needed in formulas[name].needs:
            if needed not in found.inputs:
                yield Fault(
                    f"{place}.formula",
                    f"'{needed}' is no input",
                    did_you_mean(needed, found.inputs),
                    "mend the name, or add the input",
                )
    if circle := find_circle(formulas):
        yield Fault(
            f"{WHERE} · inputs.{circle[0]}.formula",
            f"the formulas lead in a circle: {' → '.join(circle)}",
            "each input from others that do not need it",
            "give one of them a value",
        )
    seen: set[str] = set()
    for place, model in enumerate(found.models):
        if model.name in seen:
            yield Fault(f"{WHERE} · models.{place}.name", f"'{model.name}' is used twice", "each name once", "rename")
        seen.add(model.name)
        for line, link in enumerate(model.chain):
            if link.times not in found.inputs:
                yield Fault(
                    f"{WHERE} · models.{model.name}.chain.{line}.times",
                    f"'{link.times}' is no input",
                    did_you_mean(link.times, found.inputs),
                    "mend the name, or add the input",
                )


def _units(found: Economics) -> tuple[dict[str, pint.Unit], list[Fault]]:
    units, faults = {}, []
    for name, given in found.inputs.items():
        try:
            units[name] = read_unit(given.unit)[1]
        except UnitError as error:
            faults.append(
                Fault(
                    f"{WHERE} · inputs.{name}.unit",
                    str(error),
                    "such as 'visits per person'",
                    "write the unit in words",
                )
            )
    return units, faults


def _inputs(found: Economics) -> Iterator[Fault]:
    """Formulas whose units differ from the input's, or that divide by zero."""
    units, faults = _units(found)
    yield from faults
    plain = read_unit("")[1]
    for name, given in found.inputs.items():
        if given.formula is None or faults:
            continue
        place = f"{WHERE} · inputs.{name}.formula"
        try:
            comes = read_formula(given.formula).evaluate(
                lambda other: found.plain(other) * units[other],
                lambda other: found.people(other) * plain,
                lambda text: float(text) * plain,
            )
        except FormulaError as error:
            yield Fault(place, f"'{given.formula}': {error}", "a divisor that is not zero", f"mend it in {WHERE}")
        except pint.DimensionalityError as error:
            yield Fault(
                place,
                f"'{given.formula}' adds {error.units1} and {error.units2}",
                "sums of one unit",
                f"mend it in {WHERE}",
            )
        else:
            if not same(comes.units, units[name]):
                yield _mixed(place, comes.units, units[name])


def _mixed(place: str, comes: pint.Unit, wanted: pint.Unit) -> Fault:
    return Fault(
        place,
        f"the units do not cancel: it comes out in {said(comes)}, not in {said(wanted)}",
        f"inputs whose units multiply to {said(wanted)}",
        f"add the input that turns one unit into the other, or mend the unit of one of them, in {WHERE}",
    )


def _chains(found: Economics) -> Iterator[Fault]:
    units, faults = _units(found)
    for model in found.models if not faults else ():
        unit = read_unit("")[1]
        for line, link in enumerate(model.chain):
            unit = unit * units[link.times]
            if link.unit is None:
                continue
            place = f"{WHERE} · models.{model.name}.chain.{line} ({link.times})"
            try:
                wanted = read_unit(link.unit)[1]
            except UnitError as error:
                yield Fault(f"{place}.unit", str(error), "such as 'million visits'", "write the unit in words")
                continue
            if not same(unit, wanted):
                yield _mixed(place, unit, wanted)
                break
        else:
            if not same(unit, read_unit(found.currency)[1]):
                yield _mixed(f"{WHERE} · models.{model.name}.chain", unit, read_unit(found.currency)[1])
    if not faults:
        yield from _prices(found, units)


def _prices(found: Economics, units: Mapping[str, pint.Unit]) -> Iterator[Fault]:
    """Costs that stand side by side are of one price year, or an index brings them to one."""
    names = dict.fromkeys(link.times for model in found.models for link in model.chain)
    years = {found.inputs[name].price_year for name in names if "[money]" in units[name].dimensionality} - {None}
    if found.prices is None:
        if len(years) > 1:
            yield Fault(
                f"{WHERE} · inputs",
                f"prices of {' and '.join(map(str, sorted(years)))} side by side",
                "one price year",
                "give an index of prices under prices, or costs of one year",
            )
        return
    for year in sorted(years | {found.prices.year}):
        if year not in found.prices.index:
            yield Fault(
                f"{WHERE} · prices.index",
                f"the index has no {year}",
                "every price year of the inputs",
                "add the year to the index",
            )
