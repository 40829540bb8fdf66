"""The tables under the figures of the secondary analyses."""

from __future__ import annotations

from collections.abc import Callable

from prepost.exhibits.grid import Grid
from prepost.exhibits.items import items
from prepost.exhibits.specifications import specifications
from prepost.figures.cells import Setting, Tables

BUILDERS: dict[str, Callable[[Tables, Setting], Grid]] = {
    "items": items,
    "specifications": specifications,
}
# Each exhibit: its CSV, what its numbers are, and whether the base of the primary comparison is stated.
FEET: dict[str, tuple[str, str, bool]] = {
    "items": ("items.csv", "Secondary analysis. Pairs with both answers; shares averaged over people, predicted by a "
              "cumulative logit mixed model, which takes only the order of the answers", False),
    "specifications": ("specifications.csv", "Sensitivity analysis. Combinations that leave the same completions, "
                       "weights and measure as another are not counted twice. Bases are not given, since they differ "
                       "by few people", False),
}  # fmt: skip
