"""How far people agree when they code, and how well the machine does what they do, theme by theme."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from prepost.comments import agreement
from prepost.comments.agreement import Interval
from prepost.comments.cells import STRAND
from prepost.comments.frame import OUTSIDE
from prepost.comments.gather import KEY
from prepost.comments.settle import sets_by_coder
from prepost.comparing import result_rows
from prepost.schemas import ALL, TOLD
from prepost.study import Statistics

BOOTSTRAP = "percentile bootstrap of people"
ONE_CODER = "fewer than two coders: nothing to compare"
NO_MACHINE = "too few comments coded by people: the keywords stand alone"


def agreement_table(
    codes: pd.DataFrame, comments: pd.DataFrame, themes: Sequence[str], statistics: Statistics, seed: int
) -> pd.DataFrame:
    """Compare the two coders, theme by theme and over whole sets of themes.

    Parameters
    ----------
    codes : DataFrame
        Schema ``codes``.
    comments : DataFrame
        Schema ``comments``: who wrote each.
    themes : sequence of str
        The frame's themes.
    statistics : Statistics
        Level of the intervals, number of resamples.
    seed : int

    Returns
    -------
    DataFrame
        Schema ``comments_agreement``: ``kappa``, ``alpha`` and ``positive_agreement`` a theme, and over all themes
        ``alpha_masi`` and ``alpha_jaccard``. ``n`` comments that both coded; a comment that one left blank is not
        among them. Of three or more coders the two with the most comments in common are compared.
    """
    pairs = coded_by_both(codes, comments)
    if pairs.empty:
        row = {"outcome": ALL, "estimate_name": "alpha_masi", "n": 0, "note": ONE_CODER}
        return _table([_common() | row], "comments_agreement")
    rng = np.random.default_rng([seed, 5])
    times = agreement.resamples(pairs["writer"], statistics.resamples, rng)
    rows: list[dict] = []
    for theme in (*themes, *OUTSIDE):
        first, second = ([theme in one for one in pairs[side]] for side in ("first", "second"))
        rows += _of_theme(theme, np.array(first), np.array(second), times, statistics.ci_level)
    for name, distance in (("alpha_masi", agreement.masi), ("alpha_jaccard", agreement.jaccard)):
        units, apart = agreement.sets_of([list(pairs["first"]), list(pairs["second"])], distance)
        drawn = agreement.alpha_of_counts(units, apart, times)
        found = agreement.interval(agreement.alpha_of_counts(units, apart), drawn, statistics.ci_level)
        rows.append(_common() | _row(ALL, name, found, len(pairs), statistics.ci_level))
    return _table(rows, "comments_agreement")


def coded_by_both(codes: pd.DataFrame, comments: pd.DataFrame) -> pd.DataFrame:
    """Return the comments that the two coders with most in common both coded, with the set that each gave."""
    sets = sets_by_coder(codes)
    wide = sets[sets["by"] == "human"].pivot(index=KEY, columns="coder", values="themes")
    names = sorted(wide.columns)
    shared = {
        (one, two): int((wide[one].notna() & wide[two].notna()).sum())
        for place, one in enumerate(names)
        for two in names[place + 1 :]
    }
    best = max(shared, key=lambda pair: (shared[pair], pair), default=None)
    if best is None or not shared[best]:
        return pd.DataFrame()
    rows = wide[list(best)].dropna().set_axis(["first", "second"], axis=1).reset_index()
    rows = rows.merge(comments[[*KEY, "person"]], on=KEY, how="left")
    rows["writer"] = rows["person"].fillna(rows["source"].astype(str) + rows["line"].astype(str))
    return rows


def _of_theme(theme: str, first: np.ndarray, second: np.ndarray, times: np.ndarray, level: float) -> Iterator[dict]:
    tables, drawn = agreement.tables_of(first, second), agreement.tables_of(first, second, times)
    units = np.stack([2.0 - first - second, 0.0 + first + second], axis=1)
    apart = 1.0 - np.eye(2)
    few = {TOLD: min(int(first.sum()), int(second.sum()), int((~first).sum()), int((~second).sum()))}
    for name, estimate, values in (
        ("kappa", agreement.kappa(tables), agreement.kappa(drawn)),
        ("alpha", agreement.alpha_of_counts(units, apart), agreement.alpha_of_counts(units, apart, times)),
        ("positive_agreement", agreement.positive_agreement(tables), agreement.positive_agreement(drawn)),
    ):
        found = agreement.interval(float(estimate), values, level)
        yield _common() | _row(theme, name, found, len(first), level) | few


def machine_table(held: pd.DataFrame, comments: pd.DataFrame, statistics: Statistics, seed: int) -> pd.DataFrame:
    """Say how well the machine, and beside it the keywords, give the codes that people gave.

    Parameters
    ----------
    held : DataFrame
        Schema ``held_out``: codes of folds that the machine did not see.
    comments, statistics, seed
        As in `agreement_table`.

    Returns
    -------
    DataFrame
        Schema ``comments_machine``: ``precision``, ``recall`` and ``f1`` a theme, and ``keyword_f1``; over all themes
        ``f1_micro`` and ``f1_macro``. ``n`` comments that people coded.
    """
    if held.empty:
        row = {"outcome": ALL, "estimate_name": "f1_micro", "n": 0, "note": NO_MACHINE}
        return _table([_common() | row], "comments_machine")
    rows = held.merge(comments[[*KEY, "person"]], on=KEY, how="left").sort_values([*KEY, "theme"], kind="stable")
    names = sorted(rows["theme"].unique())
    shape = (len(rows) // len(names), len(names))
    people, machine, keyword = (
        rows[name].to_numpy(dtype=bool).reshape(shape) for name in ("people", "machine", "keyword")
    )
    writer = rows["person"].fillna(rows["source"].astype(str) + rows["line"].astype(str)).to_numpy()[:: len(names)]
    times = agreement.resamples(writer, statistics.resamples, np.random.default_rng([seed, 6]))
    whole, drawn = (_scores(people, machine, w) for w in (np.ones((1, shape[0])), times))
    plain, plain_drawn = (_scores(people, keyword, w) for w in (np.ones((1, shape[0])), times))
    found: list[dict] = []
    for place, theme in enumerate(names):
        given, made = int(people[:, place].sum()), int(machine[:, place].sum())
        few = {TOLD: min(given, made, shape[0] - given, shape[0] - made)}
        for name in ("precision", "recall", "f1"):
            one = agreement.interval(whole[name][0, place], drawn[name][:, place], statistics.ci_level)
            found.append(_common() | _row(theme, name, one, shape[0], statistics.ci_level) | few)
        one = agreement.interval(plain["f1"][0, place], plain_drawn["f1"][:, place], statistics.ci_level)
        few = {TOLD: min(given, int(keyword[:, place].sum()) or given)}
        found.append(_common() | _row(theme, "keyword_f1", one, shape[0], statistics.ci_level) | few)
    for name in ("f1_micro", "f1_macro"):
        one = agreement.interval(whole[name][0], drawn[name], statistics.ci_level)
        found.append(_common() | _row(ALL, name, one, shape[0], statistics.ci_level))
    return _table(found, "comments_machine")


def _scores(people: np.ndarray, given: np.ndarray, times: np.ndarray) -> dict[str, np.ndarray]:
    hits, said, there = (times @ part.astype(float) for part in (people & given, given, people))
    with np.errstate(divide="ignore", invalid="ignore"):
        single = np.where(said + there > 0, 2 * hits / (said + there), 0.0)
        return {
            "precision": hits / said,
            "recall": hits / there,
            "f1": single,
            "f1_micro": 2 * hits.sum(axis=1) / (said + there).sum(axis=1),
            "f1_macro": single.mean(axis=1),
        }


def _common() -> dict:
    return {"role": "secondary", "comparison": STRAND, "group_by": ALL, "group": ALL, "n_unit": "comments"}


def _row(theme: str, name: str, found: Interval, n: int, level: float) -> dict:
    return {
        "outcome": theme,
        "estimate_name": name,
        "estimate": found.estimate,
        "ci_low": found.ci_low,
        "ci_high": found.ci_high,
        "ci_level": level,
        "ci_method": BOOTSTRAP,
        "n": n,
        "note": "" if np.isfinite(found.estimate) else "never given, so not defined",
    }


def _table(rows: Sequence[dict], name: str) -> pd.DataFrame:
    return result_rows(rows, name).assign(strand=STRAND)
