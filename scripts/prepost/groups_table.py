"""For whom: each group's change against everyone else's, drawn towards the others, and who of it was matched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from scipy import stats

from prepost.comparing import complete, result_rows
from prepost.contrasts import TOO_FEW, any_difference, dose_response, group_contrasts
from prepost.paired import OVERALL, Floor, Paired, Sides, first_stated, groups
from prepost.pooling import pool
from prepost.robust import mean_change
from prepost.schemas import TOLD
from prepost.study import Comparison, Outcome, Statistics
from prepost.study_secondary import Subgroups

CR2 = "CR2 on the person with Satterthwaite t"
MATCHED = "matched"
SHARES = ("share_matched", "share_matched_difference")
#: The families within which p is adjusted (Benjamini-Hochberg): a test a grouping, a test a group.
FAMILIES = {"any_difference": "subgroups", "difference_from_rest": "subgroup_differences"}
NOBODY = "no pair with both scores"


def groups_table(
    floor: Floor,
    outcomes: Sequence[Outcome],
    comparison: Comparison | None,
    plan: Subgroups,
    counted: Sequence[str],
    statistics: Statistics,
) -> pd.DataFrame:
    """Set each group beside all others, in change and in being matched.

    Parameters
    ----------
    floor : Floor
        Floors 2 to 4.
    outcomes : sequence of Outcome
        The study's outcomes.
    comparison : Comparison or None
        The primary comparison; None gives an empty table.
    plan : Subgroups
        Groupings, and the fewest people of a group that is compared.
    counted : sequence of str
        Groupings whose matched and unmatched responses stand in the table of participants. Shares are given for
        these only, since a share tells its count and the wall judges counts.
    statistics : Statistics
        Level of the intervals.

    Returns
    -------
    DataFrame
        Schema ``groups``. A row a group: ``mean_change``; ``shrunken_change``, partially pooled over the groups of
        its grouping; ``difference_from_rest``. A row a grouping, in its group ``all``: ``any_difference``, a joint
        test. Overall: ``dose_slope``, the difference in change a module more. Over the responses of the first wave:
        ``share_matched`` and its difference from the rest. Those who stated no group are a group like the others.
    """
    rows: list[dict] = []
    if comparison is not None:
        sides = Sides(floor)
        found, first = sides.paired(comparison), sides.at_wave(comparison.wave_from)
        by_name = {outcome.name: outcome for outcome in outcomes}
        for name in comparison.outcomes:
            for by in plan.by:
                asked = [first[by]] if by in first else []
                known = set(groups(found, by).unique()) | set(first_stated(asked, first.index).unique())
                rows += _changes(found, comparison, by_name[name], by, sorted(known), plan.fewest, statistics.ci_level)
            if plan.by:
                rows.append(_dose(found, floor, comparison, by_name[name], statistics.ci_level))
        rows += _matched(floor, comparison, [by for by in plan.by if by in counted], plan.fewest, statistics.ci_level)
    return _with_adjusted(result_rows(rows, "groups"))


def change_of(found: Paired, outcome: Outcome) -> np.ndarray:
    """Return after minus before of every matched completion, missing where a side has no score."""
    return found.after[outcome.name].to_numpy(dtype=float) - found.before[outcome.name].to_numpy(dtype=float)


def _changes(
    found: Paired, comparison: Comparison, outcome: Outcome, by: str, labels: Sequence[str], fewest: int, level: float
) -> Iterator[dict]:
    group = groups(found, by)
    found = found.only([outcome.name])
    change, person = change_of(found, outcome), found.pairs["person"].to_numpy()
    contrasts = group_contrasts(change, group, person, level=level, fewest_people=fewest).set_index("group")
    parts = {
        value: complete(found.take(group == value), comparison, outcome, value).common | {"group_by": by}
        for value in labels
    }
    means = {value: mean_change(change[(group == value).to_numpy()], person[group == value], level) for value in labels}
    large = [value for value in labels if parts[value]["n_people"] >= fewest]
    pooled = pool([means[v].estimate for v in large], [means[v].se for v in large], large, level=level)
    shrunken = pooled.groups.set_index("name")
    for value in labels:
        few = "" if value in large else TOO_FEW.format(fewest) if parts[value]["n"] else NOBODY
        yield parts[value] | mean_row(means[value], level, few)
        if few:
            yield parts[value] | {"estimate_name": "shrunken_change", "note": few}
        else:
            yield parts[value] | shrunken_row(shrunken.loc[value], pooled.method, pooled.note, level)
        yield parts[value] | _difference(contrasts.loc[value] if value in contrasts.index else None, level)
    yield _joint(found, group, comparison, outcome, by, fewest)


def mean_row(mean, level: float, few: str = "") -> dict:
    """Return the mean change of a group in the columns of the results; empty, with the reason, where it has too few."""
    if few:
        return {"estimate_name": "mean_change", "note": few}
    return {
        "estimate_name": "mean_change",
        "estimate": mean.estimate,
        "ci_low": mean.ci_low,
        "ci_high": mean.ci_high,
        "ci_level": level,
        "ci_method": CR2,
        "note": mean.note,
    }


def shrunken_row(row: pd.Series, method: str, note: str, level: float) -> dict:
    """Return a group's shrunken change (a row of ``pooling.Pooled.groups``) in the columns of the results."""
    none = "" if np.isfinite(row["shrunken"]) else "nothing to draw it towards"
    return {
        "estimate_name": "shrunken_change",
        "estimate": row["shrunken"],
        "ci_low": row["ci_low"],
        "ci_high": row["ci_high"],
        "ci_level": level,
        "ci_method": f"partial pooling, {method}" if np.isfinite(row["shrunken"]) else None,
        "note": row["note"] or note or none,
    }


def _difference(row: pd.Series | None, level: float, name: str = "difference_from_rest") -> dict:
    if row is None:
        return {"estimate_name": name, "note": NOBODY}
    return {
        "estimate_name": name,
        "family": FAMILIES.get(name),
        **{key: row[key] for key in ("estimate", "ci_low", "ci_high", "statistic", "df", "p", "note")},
        "ci_level": level,
        "ci_method": CR2,
        "statistic_name": "t" if np.isfinite(row["statistic"]) else None,
    }


def _joint(found: Paired, group: pd.Series, comparison: Comparison, outcome: Outcome, by: str, fewest: int) -> dict:
    change = change_of(found, outcome)
    test = any_difference(change, group, found.pairs["person"].to_numpy(), fewest_people=fewest)
    common = complete(found, comparison, outcome, OVERALL).common | {"group_by": by}
    known = np.isfinite(test.statistic)
    # the base is that of all groups: a base without the small ones would tell how many they are
    return common | {
        "estimate_name": "any_difference",
        "family": FAMILIES["any_difference"],
        "statistic_name": f"F on {int(test.df_num)} (HTZ)" if known else None,
        "statistic": test.statistic,
        "df": test.df_denom,
        "p": test.p,
        "note": test.note,
    }


def _dose(found: Paired, floor: Floor, comparison: Comparison, outcome: Outcome, level: float) -> dict:
    person = found.pairs["person"]
    used = floor.links[(floor.links["state"] == "used") & (floor.links["wave"] == comparison.wave_from)]
    taken = used.groupby("person")["module"].nunique()
    common = complete(found, comparison, outcome, OVERALL).common
    name = {"estimate_name": "dose_slope"}
    if taken.max() == 0 or taken.empty:
        return common | name | {"note": "no module is known: no slope"}
    slope = dose_response(
        change_of(found, outcome), person.map(taken).to_numpy(dtype=float), pd.factorize(person)[0], level=level
    )
    return common | _difference(pd.Series(slope._asdict()), level, "dose_slope")


def _matched(floor: Floor, comparison: Comparison, by: Sequence[str], fewest: int, level: float) -> Iterator[dict]:
    """Who of each group answered again and was linked: shares of the used responses of the first wave."""
    keys = ["source", "line", "wave"]
    used = floor.links[(floor.links["state"] == "used") & (floor.links["wave"] == comparison.wave_from)]
    rows = used.merge(floor.responses.drop(columns="module"), on=keys, how="left")
    about = floor.people.set_index("person").reindex(rows["person"]).reset_index(drop=True)
    chosen = floor.pairs["wave_from"].eq(comparison.wave_from) & floor.pairs["wave_to"].eq(comparison.wave_to)
    lines = pd.MultiIndex.from_frame(floor.pairs.loc[chosen, ["source_from", "line_from"]])
    inside = pd.MultiIndex.from_frame(rows[["source", "line"]]).isin(lines).astype(float)
    person = pd.factorize(rows["person"])[0]
    common = {
        "comparison": comparison.name,
        "outcome": MATCHED,
        "wave_from": comparison.wave_from,
        "wave_to": comparison.wave_to,
        "n_unit": "responses",
        "role": "secondary",
    }
    if by:
        yield common | {"group_by": OVERALL, "group": OVERALL} | _share(inside, person, level)
    for name in by:
        group = first_stated([frame[name] for frame in (rows, about) if name in frame], rows.index)
        contrasts = group_contrasts(inside, group, person, level=level, fewest_people=fewest).set_index("group")
        for value in sorted(group.unique()):
            here = (group == value).to_numpy()
            share = _share(inside[here], person[here], level)
            if share["n_people"] < fewest:
                share |= dict.fromkeys(("estimate", "ci_low", "ci_high"), np.nan) | {"note": TOO_FEW.format(fewest)}
            where = common | {"group_by": name, "group": value}
            yield where | share
            base = {key: share[key] for key in ("n", "n_people", TOLD)}
            yield where | base | _difference(contrasts.loc[value], level, SHARES[1])


def _share(inside: np.ndarray, person: np.ndarray, level: float) -> dict:
    mean = mean_change(inside, person, level)
    sides = [int(inside.sum()), int(len(inside) - inside.sum())]
    return {
        "estimate_name": SHARES[0],
        "estimate": mean.estimate,
        "ci_low": mean.ci_low,
        "ci_high": mean.ci_high,
        "ci_level": level,
        "ci_method": CR2,
        "n": mean.n,
        "n_people": mean.n_people,
        "note": mean.note or ("" if np.isfinite(mean.ci_low) else "all alike: no interval"),
        TOLD: min((count for count in sides if count), default=0),
    }


def _with_adjusted(table: pd.DataFrame) -> pd.DataFrame:
    for family in FAMILIES.values():
        known = table["family"].eq(family).fillna(False) & table["p"].notna()
        if known.any():
            p = table.loc[known, "p"].to_numpy(dtype=float)
            table.loc[known, "p_adjusted"] = stats.false_discovery_control(p, method="bh")
    return table
