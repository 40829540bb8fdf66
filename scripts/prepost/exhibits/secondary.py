"""The tables under the figures of the secondary analyses."""

from __future__ import annotations

from collections.abc import Callable

from prepost.exhibits.grid import Grid
from prepost.figures.cells import Setting, Tables

BUILDERS: dict[str, Callable[[Tables, Setting], Grid]] = {}
# Each exhibit: its CSV, what its numbers are, and whether the base of the primary comparison is stated.
FEET: dict[str, tuple[str, str, bool]] = {}
