"""Invented learners, the modules that they complete, and which waves they answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np
import pandas as pd

from prepost.simulation.plan import LATENT, Plan

OTHER = "Other (please specify)"
OUTSIDE = "Outside England"
EARLIER_FIRST, EARLIER_LAST = datetime(2022, 9, 12), datetime(2022, 11, 25)
FIRST, LAST = datetime(2023, 1, 9), datetime(2024, 6, 12)
# Which states of a completion answered before and afterwards.
BEFORE = ("linked", "before_only", "blank_after", "mistyped_after", "blank_before", "blank_before_only")
AFTER = ("linked", "after_only", "blank_after", "mistyped_after", "blank_before")


def people(plan: Plan, boards: pd.DataFrame, groups: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Draw learners, enough of them for every completion.

    Parameters
    ----------
    plan : Plan
        Shares of roles and categories, and how many modules people complete.
    boards : DataFrame
        ``answer``, ``icb``, ``region``: one row a board and way of writing it.
    groups : DataFrame
        ``answer``, ``role``, ``role_group``.
    rng : numpy Generator

    Returns
    -------
    DataFrame
        One row a person: ``person`` (T00001 …), ``learner_id`` (LN-dddddd, with nine digits
        where people are many), ``role``, ``role_group``,
        ``role_other`` (text or null), ``icb``, ``region``, each of the plan's categories (code, "" for none given),
        ``heard_from`` (codes split by |), ``modules`` (how many).
    """
    wanted = sum(plan.states().values())
    share = np.array(plan.invented.modules_a_person)
    many = rng.choice(np.arange(1, len(share) + 1), size=wanted, p=share / share.sum())
    count = int(np.searchsorted(np.cumsum(many), wanted) + 1)
    many = many[:count]
    many[-1] -= int(many.sum()) - wanted
    role = _roles(plan, count, rng)
    group = dict(zip(groups["role"], groups["role_group"], strict=True))
    icb = _boards(plan, boards, count, rng)
    region = dict(zip(boards["icb"], boards["region"], strict=True))
    found = {
        "person": [f"T{number:05d}" for number in range(1, count + 1)],
        "learner_id": learner_ids(count, rng),
        "role": role,
        "role_group": [group.get(name, "Other role") for name in role],
        "role_other": np.where(role == OTHER, rng.choice(plan.other_roles.texts, count), None),
        "icb": icb,
        "region": [region[name] for name in icb],
    }
    for name, shares in plan.categories.items():
        weights = np.array(list(shares.values()))
        found[name] = rng.choice(list(shares), size=count, p=weights / weights.sum())
    ticks = {code: rng.random(count) < share for code, share in plan.heard_from.items()}
    found["heard_from"] = ["|".join(code for code in ticks if ticks[code][i]) for i in range(count)]
    return pd.DataFrame({**found, "modules": many})


def _roles(plan: Plan, count: int, rng: np.random.Generator) -> np.ndarray:
    shares = {name: role.share for name, role in plan.roles.items()} | {OTHER: plan.other_roles.share}
    weights = np.array(list(shares.values()))
    return rng.choice(np.array(list(shares), dtype=object), size=count, p=weights / weights.sum())


def _boards(plan: Plan, boards: pd.DataFrame, count: int, rng: np.random.Generator) -> np.ndarray:
    names = np.array([name for name in boards["icb"].unique() if name != OUTSIDE], dtype=object)
    weights = rng.gamma(4.0, size=len(names))
    chosen = rng.choice(names, size=count, p=weights / weights.sum())
    return np.where(rng.random(count) < plan.outside_england, OUTSIDE, chosen)


def learner_ids(count: int, rng: np.random.Generator, taken: Sequence[str] = ()) -> list[str]:
    """Draw account numbers, none of which becomes another's when two neighbouring digits change places.

    They have six digits, and more where a twentieth of all with six would not do.
    """
    digits = 6 if count <= 50_000 else 9
    used = {swapped for name in taken for swapped in (name, *swaps(name))}
    found: list[str] = []
    while len(found) < count:
        name = f"LN-{int(rng.integers(1000, 10**digits)):0{digits}d}"
        if name not in used and swaps(name):
            found.append(name)
            used |= {name, *swaps(name)}
    return found


def swaps(name: str) -> list[str]:
    """Return every different account number with two neighbouring digits changed."""
    head, digits = name[:3], name[3:]
    return [
        head + digits[:i] + digits[i + 1] + digits[i] + digits[i + 2 :]
        for i in range(len(digits) - 1)
        if digits[i] != digits[i + 1]
    ]


def completions(learners: pd.DataFrame, plan: Plan, rng: np.random.Generator) -> pd.DataFrame:
    """Give each learner their modules, and draw the latent scores of every wave.

    Parameters
    ----------
    learners : DataFrame
        As `people` gives them.
    plan : Plan
    rng : numpy Generator

    Returns
    -------
    DataFrame
        One row a person and module: ``place`` (row of the person), ``module``, ``first`` (the person's first
        module), and ``<wave>.<outcome>``, the latent score in standard deviations.
    """
    place = np.repeat(np.arange(len(learners)), learners["modules"])
    first = np.r_[True, place[1:] != place[:-1]]
    module = _modules(learners, plan, rng)
    table = pd.DataFrame({"place": place, "module": module, "first": first})
    level = learners["role"].map({name: role.level for name, role in plan.roles.items()}).fillna(0.0).to_numpy()
    factor = dict(zip(plan.modules, plan.module_change, strict=True))
    times = table["module"].map(factor).to_numpy()
    share = plan.variance
    person = rng.normal(0, np.sqrt(share.person), len(learners)) + level
    for outcome in LATENT:
        change = plan.outcomes[outcome]
        own = rng.normal(0, np.sqrt(share.person_outcome), len(learners))
        base = change.level + (person + own)[place] + rng.normal(0, np.sqrt(share.completion), len(place))
        for wave, part in (("pre", 0.0), ("post", 1.0), ("followup", change.kept)):
            occasion = rng.normal(0, np.sqrt(share.occasion), len(place))
            table[f"{wave}.{outcome}"] = base + part * change.change * times + occasion
    return table


def _modules(learners: pd.DataFrame, plan: Plan, rng: np.random.Generator) -> list[str]:
    names = list(plan.modules)
    base = np.array([plan.modules[name].share for name in names])
    chosen: list[str] = []
    for role, many in zip(learners["role"], learners["modules"], strict=True):
        suits = np.array([not plan.modules[n].only or role in plan.modules[n].only for n in names])
        weights = base * np.where(suits, 1.0, 0.01)
        drawn = rng.choice(len(names), size=many, replace=False, p=weights / weights.sum())
        chosen += [names[i] for i in drawn]
    return chosen


def states(table: pd.DataFrame, learners: pd.DataFrame, plan: Plan, rng: np.random.Generator) -> pd.DataFrame:
    """Decide who answers which wave, with which key, so that every planned count is met exactly.

    Parameters
    ----------
    table : DataFrame
        As `completions` gives it.
    learners : DataFrame
    plan : Plan
    rng : numpy Generator

    Returns
    -------
    DataFrame
        `table` with ``state`` (see `Plan.states`), ``followup`` (answered at three months), ``followup_blank``
        (without a key) and ``earlier`` (the cohort of 2022).

    Notes
    -----
    Who answers afterwards is a draw without replacement whose log odds rise with the role's ``stays`` and with the
    latent score before: those who stay differ from those who go, in known ways.
    """
    counts = plan.states()
    role = learners["role"].map({name: r.stays for name, r in plan.roles.items()}).fillna(0.0).to_numpy()
    stays = role[table["place"]]
    before = table[[f"pre.{outcome}" for outcome in LATENT]].mean(axis=1).to_numpy()
    state = np.array([""] * len(table), dtype=object)
    order = rng.permutation(len(table))
    state[order[: counts["after_only"]]] = "after_only"
    open_ = np.flatnonzero(state == "")
    both = [name for name in BEFORE if name in AFTER]
    odds = stays + plan.dropout.first_score * before
    answered = _draw(open_, odds, sum(counts[name] for name in both), rng)
    _deal(state, answered, both, counts, rng)
    _deal(state, np.flatnonzero(state == ""), ["before_only", "blank_before_only"], counts, rng)
    table = table.assign(state=state)
    table["followup"], table["followup_blank"] = _third_wave(table, stays, plan, rng)
    return table.assign(earlier=_earlier(table, plan, rng))


def _draw(places: np.ndarray, odds: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    keys = odds[places] + rng.logistic(size=len(places))
    return places[np.argsort(-keys, kind="stable")[:count]]


def _deal(state: np.ndarray, places: np.ndarray, names: Sequence[str], counts: dict[str, int], rng) -> None:
    shuffled = rng.permutation(places)
    start = 0
    for name in names:
        state[shuffled[start : start + counts[name]]] = name
        start += counts[name]


def _third_wave(table: pd.DataFrame, stays: np.ndarray, plan: Plan, rng) -> tuple[np.ndarray, np.ndarray]:
    size = plan.invented
    after = table[[f"post.{outcome}" for outcome in LATENT]].mean(axis=1).to_numpy()
    odds = stays + plan.dropout.third_wave_score * after
    keyed = size.kept.followup - size.second_responses.followup - size.blank_keys.followup
    rest = keyed - size.triples - size.followup_without_post - size.followup_without_pre
    followup, blank = np.zeros(len(table), dtype=bool), np.zeros(len(table), dtype=bool)
    for names, count in (
        (["linked"], size.triples + size.blank_keys.followup),
        (["before_only"], size.followup_without_post),
        (["after_only"], size.followup_without_pre),
        (["blank_after", "mistyped_after"], rest),
    ):
        followup[_draw(np.flatnonzero(table["state"].isin(names)), odds, count, rng)] = True
    linked = np.flatnonzero(followup & (table["state"] == "linked").to_numpy())
    blank[rng.permutation(linked)[: size.blank_keys.followup]] = True
    return followup, blank


def _earlier(table: pd.DataFrame, plan: Plan, rng: np.random.Generator) -> np.ndarray:
    earlier = np.zeros(len(table), dtype=bool)
    ran = [name for name, module in plan.modules.items() if module.earlier_cohort]
    size = plan.invented.earlier_cohort
    suits = table["first"] & table["module"].isin(ran)
    for name, count in (("linked", size.post), ("before_only", size.pre - size.post)):
        places = np.flatnonzero(suits & (table["state"] == name))
        earlier[rng.permutation(places)[:count]] = True
    return earlier


def dates(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return when each completion answers each wave: columns ``pre``, ``post``, ``followup``, one row a completion."""
    count = len(table)
    span = np.where(table["earlier"], (EARLIER_LAST - EARLIER_FIRST).days, (LAST - FIRST).days)
    start = np.where(table["earlier"], np.datetime64(EARLIER_FIRST, "s"), np.datetime64(FIRST, "s"))
    minute = np.clip(rng.normal(13.5 * 60, 170, count), 6 * 60, 23 * 60).astype("int64")
    pre = start + np.floor(rng.random(count) * span).astype("timedelta64[D]") + minute.astype("timedelta64[m]")
    pre = pre + rng.integers(0, 60, count).astype("timedelta64[s]")
    soon = rng.random(count) < 0.7
    later = np.where(soon, rng.integers(25, 180, count), rng.integers(1440, 14000, count))
    post = pre + later.astype("timedelta64[m]")
    third = (
        post
        + rng.integers(88, 104, count).astype("timedelta64[D]")
        + rng.integers(0, 600, count).astype("timedelta64[m]")
    )
    return pd.DataFrame({"pre": pre, "post": post, "followup": third}, index=table.index)
