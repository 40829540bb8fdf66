"""Which counts to withhold, so that no withheld one can be worked out from the sums that hold among all of them.

Primary: counts from 1 to threshold - 1. Secondary: as few and as small further counts as the sums ask for. A reader is
taken to know every relation of `prepost.quantities.CountSystem`, every released count, and what the marks say (``[c]``
is from 1 to threshold - 1, ``[w]`` is not). After the last round no withheld count, ``[c]`` or ``[w]``, follows from
the linear equations solved together (exact elimination over the rationals), and no ``[c]`` is pinned to one value by
one sum and the ranges that the marks tell. Ranges over many sums at once are not audited: in a sparse table of
transitions, where the zeros are shown, they would ask for nearly every cell.

Missing answers are no category of people: nobody is described by the outcome that was not answered. A small
``n_missing`` is not released (``x``), and that of a row whose base is withheld is lost with the base, which it would
help to tell. But no count that stands for people is withheld to protect a number of missing answers.

Notes
-----
Cell suppression and its audit: Hundepool et al., Statistical Disclosure Control, 2012, doi:10.1002/9781118348239,
chapter 4. Differencing across tables: OpenSAFELY documentation, Statistical disclosure control.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction

from prepost.quantities import LATENT, CountSystem

SMALL, WITHHELD, NOT_RELEASED = "c", "w", "x"
ZERO_IS_DEAR = 5  # a zero protects little and reads like a small number, so it is the last to be withheld
Row = dict[int, int | Fraction]


def withhold(system: CountSystem, threshold: int) -> dict[int, str]:
    """Choose the quantities that are not released.

    Parameters
    ----------
    system : CountSystem
        Counts and their relations.
    threshold : int
        Counts from 1 to threshold - 1 are withheld.

    Returns
    -------
    dict of int to str
        Quantity to mark: ``c`` below the threshold, ``w`` withheld to protect another, ``x`` a small number of
        missing answers that is not released. Quantities that are not named are released.

    Examples
    --------
    Two cells of 3 and 12 and their total of 15, a third cell of 40 and the total of all, 55: the 3 is small, and
    the 12 has to go as well.
    """
    search = _Search(system, threshold)
    for number, value in enumerate(system.values):
        if system.tiers[number] != LATENT and 0 < value < threshold:
            search.close(number, NOT_RELEASED if number in system.missing else SMALL)
    while search.single_unknowns() or search.determined() or search.pinned():
        pass
    return search.marks


class _Search:
    """What is withheld so far, and the three ways to see that it is not enough; each closes what it finds open."""

    def __init__(self, system: CountSystem, threshold: int) -> None:
        self.system, self.threshold = system, threshold
        self.marks: dict[int, str] = {}
        self.unknown = {number for number, tier in enumerate(system.tiers) if tier == LATENT}
        self.of: dict[int, list[int]] = defaultdict(list)
        for place, relation in enumerate(system.relations):
            for number in relation:
                self.of[number].append(place)
        self.hopeless: set[int] = set()  # follow from the equations whatever is withheld
        self.stuck: set[int] = set()  # pinned by a sum of which all is withheld
        self.ceiling = 2 * max(system.values, default=0) + threshold

    def close(self, number: int, mark: str) -> None:
        """Withhold a quantity, and with a base the counts that would tell it."""
        small = 0 < self.system.values[number] < self.threshold and number not in self.system.missing
        self.marks[number] = SMALL if small else mark
        self.unknown.add(number)
        for other in self.system.companions.get(number, ()) if mark != NOT_RELEASED else ():
            if self.marks.get(other, NOT_RELEASED) == NOT_RELEASED:
                self.close(other, WITHHELD)

    def protected(self, number: int) -> bool:
        people = number in self.marks and number not in self.system.missing
        return people and number not in self.hopeless

    def price(self, number: int, room: bool = False) -> tuple:
        """How dear it is to withhold a quantity; with `room`, one that can be smaller than it is comes first."""
        tier, value = self.system.tiers[number], self.system.values[number]
        fresh = sum(all(other not in self.unknown for other in self.system.relations[p]) for p in self.of[number])
        return (
            tier + (ZERO_IS_DEAR if value == 0 else 0),
            number in self.system.missing,
            room and value <= self.threshold,
            fresh,
            value,
            number,
        )

    def close_cheapest(self, candidates: set[int], room: bool = False) -> bool:
        free = [number for number in candidates if number not in self.unknown]
        if free:
            self.close(min(free, key=lambda number: self.price(number, room)), WITHHELD)
        return bool(free)

    def single_unknowns(self) -> bool:
        """A relation with one unknown gives it back: the quick and common case."""
        changed, again = False, True
        while again:
            again = False
            for relation in self.system.relations:
                unknown = [number for number in relation if number in self.unknown]
                if len(unknown) == 1 and self.protected(unknown[0]):
                    again = self.close_cheapest(set(relation)) or again
            changed = changed or again
        return changed

    def determined(self) -> bool:
        """Combinations of relations that leave one unknown give it back."""
        changed = False
        for places in self.components():
            added: set[int] = set()
            rows = [self.system.relations[place] for place in places]
            for number, recipe in solved(rows, self.unknown):
                if not self.protected(number):
                    continue
                known: dict[int, Fraction | int] = defaultdict(int)
                for row, factor in recipe.items():
                    for other, coefficient in rows[row].items():
                        known[other] += factor * coefficient
                helps = {other for other, coefficient in known.items() if coefficient and other != number}
                if helps & added:
                    continue  # an earlier one of this round has broken this recipe too
                before = set(self.unknown)
                if self.close_cheapest(helps):
                    added |= self.unknown - before
                    changed = True
                else:
                    self.hopeless.add(number)  # it is zero whatever the others are
        return changed

    def pinned(self) -> bool:
        """The ranges that the marks tell can leave one value only: 1 + 10 of a known 11, where 10 is the threshold."""
        changed = False
        for relation in self.system.relations:
            inside = sorted(number for number in relation if number in self.unknown)
            small = [n for n in inside if self.marks.get(n) == SMALL and n not in self.stuck]
            if any(not self.free(number, relation, inside) for number in small):
                if self.close_cheapest(set(relation), room=True):
                    changed = True
                else:
                    self.stuck.update(small)  # nothing is left beside it that could be withheld
        return changed

    def free(self, number: int, relation: Mapping[int, int], inside: Sequence[int]) -> bool:
        """Whether a quantity can take another value when one relation and all ranges are known."""
        low, high = self.range(number)
        rest = sum(relation[other] * self.system.values[other] for other in inside)  # what the known ones leave
        for bound in (min, max):
            others = [bound(relation[o] * limit for limit in self.range(o)) for o in inside if o != number]
            edge = (rest - sum(others)) / relation[number]
            low, high = (low, min(high, edge)) if (bound is min) == (relation[number] > 0) else (max(low, edge), high)
        return high - low >= 1

    def components(self) -> list[list[int]]:
        """Relations that share unknowns, in groups that hold a protected one."""
        up: dict[int, int] = {}

        def root(number: int) -> int:
            while up.setdefault(number, number) != number:
                up[number] = up[up[number]]
                number = up[number]
            return number

        unknown = [[number for number in row if number in self.unknown] for row in self.system.relations]
        for numbers in unknown:
            for number in numbers[1:]:
                up[root(number)] = root(numbers[0])
        groups: dict[int, list[int]] = defaultdict(list)
        for place, numbers in enumerate(unknown):
            if numbers:
                groups[root(numbers[0])].append(place)
        held = {root(number) for numbers in unknown for number in numbers if self.protected(number)}
        return [places for key, places in groups.items() if key in held]

    def range(self, number: int) -> tuple[int, int]:
        """What a mark tells about a quantity."""
        mark = self.marks.get(number)
        if mark in (SMALL, NOT_RELEASED):
            return 1, self.threshold - 1
        counts_people = mark == WITHHELD and number not in self.system.missing
        return (self.threshold if counts_people and self.system.values[number] else 0), self.ceiling


def solved(rows: Sequence[Mapping[int, int]], unknown: set[int]) -> list[tuple[int, Row]]:
    """Find the unknowns that a system of linear equations gives back.

    Parameters
    ----------
    rows : sequence of mapping of int to int
        Coefficients of each equation; what is not unknown is known.
    unknown : set of int
        The quantities that are not known.

    Returns
    -------
    list of (int, dict)
        Each determined unknown, and which multiple of which equation leaves it alone, in order of the unknowns.

    Notes
    -----
    Gauss-Jordan elimination in exact arithmetic. An unknown is determined if and only if a row of the reduced
    echelon form holds it and nothing else.
    """
    pivots: dict[int, tuple[Row, Row]] = {}
    holders: dict[int, set[int]] = defaultdict(set)  # unknown -> pivots whose row holds it
    for place, source in enumerate(rows):
        row: Row = {number: source[number] for number in source if number in unknown}
        recipe: Row = {place: 1}
        for number in [n for n in row if n in pivots]:
            if number in row:
                _subtract(row, recipe, number, *pivots[number])
        if not row:
            continue
        pivot = min(row, key=lambda number: (abs(row[number]) != 1, number))
        for other in sorted(holders[pivot]):
            held = pivots[other]
            before = set(held[0])
            _subtract(held[0], held[1], pivot, row, recipe)
            for number in before ^ set(held[0]):
                (holders[number].add if number in held[0] else holders[number].discard)(other)
        pivots[pivot] = (row, recipe)
        for number in row:
            holders[number].add(pivot)
    return sorted(((p, recipe) for p, (row, recipe) in pivots.items() if len(row) == 1), key=lambda pair: pair[0])


def _subtract(row: Row, recipe: Row, pivot: int, other: Row, other_recipe: Row) -> None:
    factor = Fraction(row[pivot]) / other[pivot]
    factor = factor.numerator if factor.denominator == 1 else factor
    for target, source in ((row, other), (recipe, other_recipe)):
        for key, value in source.items():
            target[key] = target.get(key, 0) - factor * value
            if not target[key]:
                del target[key]
