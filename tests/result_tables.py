"""Small result tables for tests of what may be released: counts go in, tables in their schemas come out."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
from prepost.schemas import SCHEMAS

STRAND = "learners"


def _frame(schema: str, rows: list[dict]) -> pd.DataFrame:
    return SCHEMAS[schema].validate(pd.DataFrame(rows, columns=list(SCHEMAS[schema].columns)))


def participants(counts: dict[str, dict[str, tuple[int, int]]]) -> pd.DataFrame:
    """Table 1 from {variable: {category: (matched, not matched)}}, with every margin."""
    first = next(iter(counts.values()))
    total = tuple(sum(pair[side] for pair in first.values()) for side in (0, 1))
    rows = []
    for variable, category, (yes, no) in [
        ("all", "all", total),
        *((v, c, pair) for v, categories in counts.items() for c, pair in [*categories.items(), ("all", total)]),
    ]:
        for matched, n in (("yes", yes), ("no", no), ("all", yes + no)):
            row_id = f"{variable}.{category}.{matched}".lower().replace(" ", "-")
            rows.append(
                {"row_id": row_id, "strand": STRAND, "variable": variable, "category": category}
                | {"matched": matched, "n": n, "n_unit": "responses"}
            )
    return _frame("participants", rows)


def comparison(
    name: str,
    outcome: str,
    groups: dict[str, int],
    *,
    group_by: str = "all",
    missing: dict[str, int] | None = None,
    people: dict[str, int] | None = None,
    role: str = "secondary",
    note: str | None = None,
) -> pd.DataFrame:
    """Rows of comparisons: mean_change and d_z for each group of n pairs."""
    rows = []
    for (group, n), estimate in itertools.product(groups.items(), ("mean_change", "d_z", "mean_before")):
        row_id = f"{name}.{outcome}.{group_by}.{group}.{estimate}".lower().replace(" ", "-")
        rows.append(
            {"row_id": row_id, "strand": STRAND, "role": role if estimate == "mean_change" else "secondary"}
            | {"comparison": name, "outcome": outcome, "group_by": group_by, "group": group}
            | {"wave_from": "pre", "wave_to": "post", "estimate_name": estimate, "estimate": 0.123456789 + n / 1000}
            | {"ci_low": 0.0512345, "ci_high": 0.3987654, "ci_level": 0.95, "ci_method": "t", "n": n, "n_unit": "pairs"}
            | {"n_missing": (missing or {}).get(group, 0), "statistic_name": "t", "statistic": 4.2, "df": n - 1.0}
            | {"p": 0.01, "p_adjusted": 0.02, "family": "main", "note": note, "n_people": (people or {}).get(group, n)}
        )
    return _frame("comparisons", rows)


def movement(name: str, outcome: str, counts: dict[str, tuple[int, int, int]], group_by: str = "all") -> pd.DataFrame:
    """Rows of movement from {group: (better, same, worse)}."""
    rows = []
    for group, moved in counts.items():
        for direction, n in zip(("better", "same", "worse", "all"), (*moved, sum(moved)), strict=True):
            row_id = f"{name}.{outcome}.{group_by}.{group}.{direction}".lower().replace(" ", "-")
            rows.append(
                {"row_id": row_id, "strand": STRAND, "comparison": name, "outcome": outcome, "group_by": group_by}
                | {"group": group, "direction": direction, "n": n, "n_unit": "pairs"}
            )
    return _frame("movement", rows)


def transitions(name: str, item: str, counts: np.ndarray) -> pd.DataFrame:
    """Rows of transitions from a square table of counts (before × after), with margins."""
    table = pd.DataFrame(counts, index=range(1, len(counts) + 1), columns=range(1, len(counts) + 1))
    table.loc["all"] = table.sum()
    table["all"] = table.sum(axis=1)
    rows = [
        {"row_id": f"{name}.{item}.{before}.{after}", "strand": STRAND, "comparison": name, "item": item}
        | {"from": str(before), "to": str(after), "n": int(table.loc[before, after]), "n_unit": "pairs"}
        for before in table.index
        for after in table.columns
    ]
    return _frame("transitions", rows)


def flow(boxes: dict[str, tuple[str | None, int]]) -> pd.DataFrame:
    """Rows of flow from {box: (parent, n)}."""
    rows = [
        {"row_id": f"flow.{box}", "strand": STRAND, "box": box, "parent": parent, "wave": None, "label": box}
        | {"n": n, "n_unit": "responses"}
        for box, (parent, n) in boxes.items()
    ]
    return _frame("flow", rows)


def moved(counts: np.ndarray) -> tuple[int, int, int]:
    """Better, same, worse of a table of transitions."""
    return int(np.triu(counts, 1).sum()), int(np.trace(counts)), int(np.tril(counts, -1).sum())
