"""Estimates of change and of level: one row an estimate, in the columns of the results' schema."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from prepost import effects, ranks
from prepost.multiplicity import adjust
from prepost.paired import OVERALL, Floor, Paired, Sides, first_stated, groups
from prepost.pairs import TIE_TOLERANCE, Effect
from prepost.robust import mean_change
from prepost.schemas import SCHEMAS, TOLD
from prepost.study import Comparison, Level, Outcome, Statistics

STRAND = "learners"
WILCOXON_RULE = "zero changes dropped and tied ranks averaged"


def row_id(*parts: str) -> str:
    """Join names into a row's address: lower case, other signs than letters, digits and . _ as a hyphen.

    Examples
    --------
    >>> row_id("by_module", "confidence", "module", "Core Skills", "mean_change")
    'by_module.confidence.module.core-skills.mean_change'
    """
    return ".".join(re.sub(r"[^a-z0-9_.]+", "-", part.lower()).strip("-") for part in parts)


def unique_ids(ids: Iterable[str]) -> list[str]:
    """Number the addresses that several rows would share, since names such as "A/B" and "A B" come out alike.

    Examples
    --------
    >>> unique_ids(["role.a-b", "role.a-b", "role.c"])
    ['role.a-b', 'role.a-b-2', 'role.c']
    """
    taken: set[str] = set()
    found = []
    for name in ids:
        free, count = name, 1
        while free in taken:
            count += 1
            free = f"{name}-{count}"
        taken.add(free)
        found.append(free)
    return found


def compare(
    floor: Floor, outcomes: Sequence[Outcome], plan: Sequence[Comparison], statistics: Statistics, seed: int
) -> pd.DataFrame:
    """Estimate every declared change.

    Parameters
    ----------
    floor : Floor
        Floors 2 to 4.
    outcomes : sequence of Outcome
        The study's outcomes.
    plan : sequence of Comparison
        The declared comparisons; the mean change of the primary one, overall, has the role ``primary``.
    statistics : Statistics
        Level of the intervals, and resamples of people.
    seed : int
        Seed of the bootstraps; each estimate's own stream follows from it and its row, so that adding a comparison
        moves no other interval.

    Returns
    -------
    DataFrame
        Schema ``comparisons``. ``mean_change`` has CR2 variance on the person and Satterthwaite degrees of freedom;
        ``paired_t`` treats pairs as independent; ``p_adjusted`` stands on the mean changes of a family.
    """
    sides = Sides(floor)
    by_name = {outcome.name: outcome for outcome in outcomes}
    rows: list[dict] = []
    for comparison in plan:
        found = sides.paired(comparison)
        group = groups(found, comparison.group_by)
        found = found.only(comparison.outcomes)
        for name in comparison.outcomes:
            for value in sorted(group.unique()) or [OVERALL]:
                part = found.take(group == value)
                rows += _changes(part, comparison, by_name[name], str(value), statistics, seed)
    return _with_adjusted(result_rows(rows, "comparisons"), plan)


def levels(floor: Floor, plan: Sequence[Level], statistics: Statistics) -> pd.DataFrame:
    """Estimate the level of an outcome at one wave, over every used response of that wave.

    Returns
    -------
    DataFrame
        Schema ``levels``: ``mean_level`` with CR2 variance on the person; ``sd_level``.
    """
    sides = Sides(floor)
    rows: list[dict] = []
    for level in plan:
        at_wave = sides.at_wave(level.wave)
        group = pd.Series(OVERALL, index=at_wave.index, dtype="string")
        if level.group_by:
            column = [at_wave[level.group_by]] if level.group_by in at_wave else []
            group = first_stated(column, at_wave.index)
        for name in level.outcomes:
            for value in sorted(group.unique()) or [OVERALL]:
                rows += _levels(at_wave[group == value], level, name, str(value), statistics)
    return result_rows(rows, "levels")


def _levels(rows: pd.DataFrame, level: Level, name: str, value: str, statistics: Statistics) -> Iterator[dict]:
    scores = rows[name].astype("float64")
    mean = mean_change(scores, rows["person"].to_numpy(dtype=object), statistics.ci_level)
    common = {
        "comparison": level.name,
        "outcome": name,
        "group_by": level.group_by or OVERALL,
        "group": value,
        "wave_to": level.wave,
        "n": mean.n,
        "n_unit": "responses",
        "n_people": mean.n_people,
        "n_missing": int(scores.isna().sum()),
    }
    yield {
        **common,
        "role": level.role,
        "estimate_name": "mean_level",
        "estimate": mean.estimate,
        "ci_low": mean.ci_low,
        "ci_high": mean.ci_high,
        "ci_level": statistics.ci_level,
        "ci_method": "CR2 on the person with Satterthwaite t",
        "df": mean.df,
        "note": mean.note,
    }
    yield {**common, "role": "secondary", "estimate_name": "sd_level", "estimate": scores.std(ddof=1)}


class Complete(NamedTuple):
    """The pairs of one outcome with both scores, and the columns that every row about them has."""

    before: np.ndarray
    after: np.ndarray
    person: np.ndarray
    common: dict

    @property
    def change(self) -> np.ndarray:
        """After minus before."""
        return self.after - self.before


def complete(part: Paired, comparison: Comparison, outcome: Outcome, value: str) -> Complete:
    """Return the pairs of a comparison, or of one of its groups, in which both sides have the outcome.

    Parameters
    ----------
    part : Paired
        Matched completions of the group.
    comparison, outcome
        As declared.
    value : str
        The group, ``all`` where the comparison has none.
    """
    before = part.before[outcome.name].to_numpy(dtype=float)
    after = part.after[outcome.name].to_numpy(dtype=float)
    both = np.isfinite(before) & np.isfinite(after)
    person = part.pairs["person"].to_numpy()[both]
    common = {
        "comparison": comparison.name,
        "outcome": outcome.name,
        "group_by": comparison.group_by or OVERALL,
        "group": value,
        "wave_from": comparison.wave_from,
        "wave_to": comparison.wave_to,
        "n": int(both.sum()),
        "n_unit": "pairs",
        "n_people": len(pd.unique(person)),
        "n_missing": int((~both).sum()),
        "role": "sensitivity" if comparison.role == "sensitivity" else "secondary",
    }
    return Complete(before[both], after[both], person, common)


def stream(seed: int, common: Mapping[str, object]) -> np.random.Generator:
    """Return the random numbers of one group of pairs, the same in every table about it."""
    address = "/".join(str(common[key]) for key in ("comparison", "outcome", "group"))
    return np.random.default_rng([seed, zlib.crc32(address.encode())])


def _changes(
    part: Paired, comparison: Comparison, outcome: Outcome, value: str, statistics: Statistics, seed: int
) -> list[dict]:
    pairs = complete(part, comparison, outcome, value)
    before, after, person, common = pairs
    made = [
        {
            **_mean_change(before, after, person, statistics.ci_level),
            "role": comparison.role,
            "family": comparison.family,
        },
        *_moments(before, after),
        *_standardised(before, after, person, statistics, stream(seed, common)),
        *_tests(before, after, person, statistics.ci_level),
    ]
    return [{**common, **row} for row in made]


def _mean_change(before: np.ndarray, after: np.ndarray, person: np.ndarray, level: float) -> dict:
    mean = mean_change(after - before, person, level)
    return {
        "estimate_name": "mean_change",
        "estimate": mean.estimate,
        "ci_low": mean.ci_low,
        "ci_high": mean.ci_high,
        "ci_level": level,
        "ci_method": "CR2 on the person with Satterthwaite t",
        "statistic_name": "t",
        "statistic": mean.statistic,
        "df": mean.df,
        "p": mean.p,
        "note": mean.note,
    }


def _moments(before: np.ndarray, after: np.ndarray) -> Iterator[dict]:
    for name, values in (("before", before), ("after", after)):
        note = None if len(values) > 1 else "fewer than two pairs"
        yield {"estimate_name": f"mean_{name}", "estimate": values.mean() if len(values) else np.nan, "note": note}
        yield {
            "estimate_name": f"sd_{name}",
            "estimate": values.std(ddof=1) if len(values) > 1 else np.nan,
            "note": note,
        }


def _standardised(
    before: np.ndarray, after: np.ndarray, person: np.ndarray, statistics: Statistics, rng: np.random.Generator
) -> list[dict]:
    options = {"level": statistics.ci_level, "rng": rng, "resamples": statistics.resamples}
    sizes = effects.effect_sizes(before, after, person, **options)
    return [effect_row(name, sizes[name], statistics.ci_level) for name in ("hedges_g_av", "d_z", "rank_biserial")]


def effect_row(name: str, found: Effect, level: float) -> dict:
    """Return an effect size in the columns of the results."""
    return {
        "estimate_name": name,
        "estimate": found.estimate,
        "ci_low": found.ci_low,
        "ci_high": found.ci_high,
        "ci_level": level,
        "ci_method": found.ci_method,
        "note": found.note,
    }


def _tests(before: np.ndarray, after: np.ndarray, person: np.ndarray, level: float) -> Iterator[dict]:
    change = after - before
    rank = ranks.wilcoxon(change, person)
    yield {
        "estimate_name": "wilcoxon",
        "statistic_name": f"{rank.method} ({WILCOXON_RULE})" if rank.method else None,
        "statistic": rank.statistic,
        "p": rank.p,
        "note": rank.note,
        TOLD: _moved_or_not(change),  # beside the rank-biserial a rank sum tells how many moved
    }
    naive = mean_change(change, None, level)
    yield {
        "estimate_name": "paired_t",
        "estimate": naive.estimate,
        "ci_low": naive.ci_low,
        "ci_high": naive.ci_high,
        "ci_level": level,
        "ci_method": "paired t with pairs taken as independent",
        "statistic_name": "t",
        "statistic": naive.statistic,
        "df": naive.df,
        "p": naive.p,
        "note": naive.note,
    }


def _moved_or_not(change: np.ndarray) -> int:
    still = int(np.sum(np.abs(change) <= TIE_TOLERANCE))
    return min((count for count in (still, len(change) - still) if count), default=0)


def result_rows(rows: Sequence[dict], name: str) -> pd.DataFrame:
    """Return rows as a table of results: each with its address, blanks where there is nothing to say.

    Parameters
    ----------
    rows : sequence of dict
        Columns of `prepost.schemas.RESULTS` but ``strand`` and ``row_id``; those that a row lacks are blank.
    name : str
        The table (`prepost.table_names.RESULT_TABLES`).
    """
    columns = list(SCHEMAS[name].columns)
    table = pd.DataFrame(list(rows), columns=columns)
    table["strand"] = STRAND
    names = table[["comparison", "outcome", "group_by", "group", "estimate_name"]]
    table["row_id"] = unique_ids(row_id(*parts) for parts in names.itertuples(index=False))
    blank = ["note", "ci_method", "statistic_name", "family"]
    table[blank] = table[blank].replace("", None)
    table["ci_level"] = table["ci_level"].where(table["ci_low"].notna())
    return table


def _with_adjusted(table: pd.DataFrame, plan: Sequence[Comparison]) -> pd.DataFrame:
    """Adjust the p-values of the mean changes within their family, by the method that the comparison declares."""
    method = {comparison.name: comparison.adjust for comparison in plan}
    for name in sorted({m for m in method.values() if m != "none"}):
        inside = (
            (table["estimate_name"] == "mean_change")
            & table["family"].notna()
            & table["comparison"].map(method).eq(name)
        )
        if inside.any():
            p = table.loc[inside, "p"].astype("float64")
            table.loc[inside, "p_adjusted"] = adjust(p, table.loc[inside, "family"], name)
    return table
