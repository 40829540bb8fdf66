"""How many were linked, by group, and how surely, as rows of results."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from prepost.comparing import result_rows
from prepost.linkage.by_chance import chance_links
from prepost.linkage.counts import NO_KEY, Linking, at, group_of, inside_pairs
from prepost.linkage.samples import PROCEDURE, of_comparison, ways_of
from prepost.linkage.sure import Sure, how_sure
from prepost.paired import OVERALL
from prepost.proportions import proportion
from prepost.schemas import TOLD
from prepost.study import Comparison, Statistics
from prepost.study_secondary import Linkage

#: Beyond this share of the links, chance agreement of the key is warned of.
MATTERS = 0.01
SINGLE = "the key is a single item that people were given, so how often two write the same cannot be seen"
WARNING = "different people agreeing by chance would make more than one in a hundred of the links: lengthen the key"


def linkage_table(
    linking: Linking,
    comparison: Comparison | None,
    plan: Linkage,
    by: Sequence[str],
    statistics: Statistics,
    seed: int,
) -> pd.DataFrame:
    """Estimate how many were linked, by group, and how sure the links of each procedure are.

    Parameters
    ----------
    linking, comparison, plan
        As in `linked_table`.
    by : sequence of str
        Groups of the first survey.
    statistics : Statistics
        Level of the intervals.
    seed : int

    Returns
    -------
    DataFrame
        Schema ``linkage``. ``linked_of_first``: of the first wave's responses with a key, one a person and module,
        the share in a pair of the headline, overall and by group. ``linked_of_later``: the same of all kept responses
        of the later wave, overall and by module. ``false_share``, ``precision``, ``recall`` by procedure.
        ``chance_links`` and ``chance_links_in_module``: how many exact links chance alone would make.

    Notes
    -----
    What is reported, and in which groups, follows GUILD (Gilbert, Lafferty, Hagger-Johnson et al. 2018,
    doi:10.1093/pubmed/fdx037). Intervals of shares are Wilson's, on the effective number of people.
    """
    if comparison is None:
        return result_rows([], "linkage")
    level = statistics.ci_level
    common = {
        "comparison": comparison.name,
        "outcome": OVERALL,
        "wave_from": comparison.wave_from,
        "wave_to": comparison.wave_to,
        "role": "secondary",
    }
    chance = list(by_chance_rows(linking, comparison))
    rows = [*_rates(linking, comparison, by, level), *chance, *_sure(linking, comparison, plan, chance, level, seed)]
    return result_rows([common | row for row in rows], "linkage")


def _rates(linking: Linking, comparison: Comparison, by: Sequence[str], level: float) -> Iterator[dict]:
    first = at(linking, comparison.wave_from, ["used"])
    inside = inside_pairs(linking.floor.pairs, first, comparison, "from")
    yield from _rate(linking, "linked_of_first", first, inside, [OVERALL, *by], level)
    later = at(linking, comparison.wave_to, [*NO_KEY, "used", "another_used", "part"])
    inside = inside_pairs(linking.floor.pairs, later, comparison, "to")
    known = ["module"] if later["module"].notna().any() else []
    yield from _rate(linking, "linked_of_later", later, inside, [OVERALL, *known], level)


def _rate(
    linking: Linking, name: str, rows: pd.DataFrame, inside: np.ndarray, by: Sequence[str], level: float
) -> Iterator[dict]:
    person = rows["person"].astype("object").to_numpy().copy()
    unknown = pd.isna(person)
    person[unknown] = [f"X{place}" for place in range(int(unknown.sum()))]
    for variable in by:
        group = pd.Series(OVERALL, index=rows.index) if variable == OVERALL else group_of(linking.floor, rows, variable)
        for value in sorted(group.unique()):
            here = (group == value).to_numpy()
            found = proportion(inside[here].astype(float), person[here], level)
            sides = [count for count in (found.count, found.n - found.count) if count]
            yield {
                "estimate_name": name,
                "group_by": variable,
                "group": str(value),
                "estimate": found.estimate,
                "ci_low": found.ci_low,
                "ci_high": found.ci_high,
                "ci_level": level,
                "ci_method": found.ci_method,
                "n": found.n,
                "n_unit": "responses",
                "n_people": found.n_people if not unknown.any() else None,
                "note": found.note,
                TOLD: min(sides, default=0),
            }


def by_chance_rows(linking: Linking, comparison: Comparison) -> Iterator[dict]:
    """Yield chance agreement of the whole key over all pairs of the two waves, and over those of one module."""
    sides = [at(linking, wave, ["used"]) for wave in (comparison.wave_from, comparison.wave_to)]
    keys = linking.keys
    chances = keys.loc[keys["wave"] == comparison.wave_from, "chance_same"].to_numpy(dtype=float)
    usable = len(chances) > 1 and np.isfinite(chances).all()
    by_module = [side["module"].value_counts() for side in sides]
    links = int(inside_pairs(linking.floor.pairs, sides[0], comparison, "from").sum())
    base = {"group_by": OVERALL, "group": OVERALL, "n": len(sides[0]), "n_unit": "responses"}
    for name, numbers in (
        ("chance_links", [(len(sides[0]), len(sides[1]))]),
        ("chance_links_in_module", list(zip(*by_module[0].align(by_module[1], fill_value=0), strict=True))),
    ):
        value = sum(chance_links(one, other, chances) for one, other in numbers) if usable else np.nan
        note = SINGLE if not usable else WARNING if value > MATTERS * links else ""
        yield base | {"estimate_name": name, "estimate": value, "note": note}


def _sure(
    linking: Linking, comparison: Comparison, plan: Linkage, chance: Sequence[dict], level: float, seed: int
) -> Iterator[dict]:
    for name, (pairs, sure) in surely(linking, comparison, plan, chance, level, seed).items():
        base = {"group_by": PROCEDURE, "group": name, "n": len(pairs), "n_unit": "pairs", "role": "secondary"}
        for measure in ("false_share", "precision", "recall"):
            estimate, low, high = getattr(sure, measure)
            yield base | {
                "estimate_name": measure,
                "estimate": estimate,
                "ci_low": low,
                "ci_high": high,
                "ci_level": level,
                "ci_method": "linkage model" if np.isfinite(low) else None,
                "note": sure.note or ("" if np.isfinite(estimate) else "not asked of the linkage model"),
            }


def surely(
    linking: Linking, comparison: Comparison, plan: Linkage, chance: Sequence[dict], level: float, seed: int
) -> dict[str, tuple[pd.DataFrame, Sure]]:
    """Return the pairs of each procedure, and how sure they are."""
    weighed = of_comparison(linking.candidates, comparison)
    quality = of_comparison(linking.quality, comparison)
    by_chance = next(row["estimate"] for row in chance if row["estimate_name"] == "chance_links_in_module")
    found = {}
    for name, way in ways_of(weighed, plan.thresholds).items():
        asked = (way.procedure, way.threshold, by_chance)
        found[name] = (way.pairs, how_sure(way.pairs, quality, *asked, level=level, seed=seed))
    return found
