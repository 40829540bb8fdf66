"""Print how much de-identification finds: `make deidentification`; docs/deidentification.md keeps the table."""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import deid_spans
from prepost.deidentify import Finder, Names, found_in
from prepost.proportions import wilson

#: A seed that no rule was mended against (those were 1 to 3), and sentences for at least 500 spans of each group.
SEED, MANY = 20240611, 4500
LEVEL = 0.95
FROZEN = Path(__file__).parent / "reference" / "deid_faker.csv"
TARGETS = {"structured identifiers": 0.99, "names after a title or on the list": 0.95}


class Tally:
    """How many spans of each kind were found, and how many found places hold none."""

    def __init__(self) -> None:
        self.planted: Counter[str] = Counter()
        self.found: Counter[str] = Counter()
        self.right = self.wrong = 0

    def take(self, sentence: deid_spans.Planted, names: Names, more: Iterable[Finder] = ()) -> None:
        """Look at one sentence; a span counts as found where every character of it is."""
        places = found_in(sentence.text, names, list(more))
        inside = {at for place in places for at in range(place.start, place.end)}
        for start, end, kind, _ in sentence.spans:
            self.planted[kind] += 1
            self.found[kind] += set(range(start, end)) <= inside
        for place in places:
            hit = any(place.start < end and start < place.end for start, end, *_ in sentence.spans)
            self.right, self.wrong = self.right + hit, self.wrong + (not hit)

    def row(self, label: str, kinds: Iterable[str]) -> tuple[str, int, int, float, float]:
        """Return label, spans, found, recall and its lower bound (Wilson, 95 %, two-sided)."""
        n, k = (sum(counts[kind] for kind in kinds) for counts in (self.planted, self.found))
        return label, n, k, k / n, wilson(k, n, LEVEL)[0]


def measured(seed: int = SEED, many: int = MANY, more: Iterable[Finder] = ()) -> Tally:
    """Measure on the project's own sentences, with the decoys for precision."""
    tally, names = Tally(), Names(deid_spans.LISTED)
    for sentence in deid_spans.planted(seed, many):
        tally.take(sentence, names, more)
    for text in deid_spans.DECOYS:
        tally.take(deid_spans.Planted(text, ()), names, more)
    return tally


def frozen() -> Iterator[deid_spans.Planted]:
    """Yield the sentences that were made elsewhere: values by Faker's British providers (tests/reference)."""
    with FROZEN.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            start = int(row["start"])
            yield deid_spans.Planted(row["text"], ((start, start + len(row["value"]), row["kind"], row["provider"]),))


def measured_elsewhere() -> Tally:
    """Measure on values made by another hand's generator."""
    tally, names = Tally(), Names()
    for sentence in frozen():
        tally.take(sentence, names)
    return tally


def rows() -> list[tuple[str, int, int, float, float]]:
    """Return the table, kind by kind and in the two groups that have targets."""
    own, elsewhere = measured(), measured_elsewhere()
    kinds = [own.row(kind.replace("_", " "), [kind]) for kind in (*deid_spans.STRUCTURED, *deid_spans.NAMES)]
    groups = [
        own.row(label, group) for label, group in zip(TARGETS, (deid_spans.STRUCTURED, deid_spans.NAMES), strict=True)
    ]
    others = [elsewhere.row(f"values by Faker: {kind.replace('_', ' ')}", [kind]) for kind in sorted(elsewhere.planted)]
    alone = own.row("names with neither, without the model", deid_spans.OTHER_NAMES)
    return [*kinds, *groups, *others, alone]


def table() -> str:
    """Return the table as markdown, with the precision under it."""
    lines = ["| identifiers | planted | found whole | recall | lower bound |", "|---|--:|--:|--:|--:|"]
    for label, n, k, recall, low in rows():
        wanted = TARGETS.get(label)
        name = f"**{label}** (wanted: {wanted})" if wanted else label
        lines.append(f"| {name} | {n:,} | {k:,} | {recall:.4f} | {low:.4f} |")
    own = measured()
    precision = own.right / (own.right + own.wrong)
    low = wilson(own.right, own.right + own.wrong, LEVEL)[0]
    told = f"Precision: {own.right:,} of {own.right + own.wrong:,} places found hold an identifier or part of one"
    decoys = f"the {len(deid_spans.DECOYS)} sentences that look like it are in"
    lines += ["", f"{told} ({precision:.4f}, lower bound {low:.4f}); {decoys}."]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(table() + "\n")
