"""The invented panel of adults: who joined it, and answers whose weighted shares are those of survey_shares.csv."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from prepost.sheets import ItemRow
from prepost.simulation.quotas import pick, pick_by_group, whole_numbers
from prepost.study_surveys import Population
from prepost.survey_sheets import ShareRow, TargetRow
from prepost.surveys.raking import rake_within

NOT_ASKED = "-1"
YES, NO = "yes", "no"
#: Who of which age works, studies or has retired: how much more often than the public as a whole.
LIFE = {
    "18_24": {"student": 6.0, "retired": 0.0, "full_time": 0.9},
    "25_34": {"student": 0.7, "retired": 0.0, "full_time": 1.5},
    "35_44": {"student": 0.3, "retired": 0.0, "full_time": 1.5},
    "45_54": {"student": 0.2, "retired": 0.05, "full_time": 1.4},
    "55_64": {"student": 0.1, "retired": 0.8, "full_time": 1.0},
    "65_over": {"student": 0.05, "retired": 3.4, "full_time": 0.2, "part_time": 0.5, "not_working": 0.4},
}


class Panel:
    """The panel while it is being made: a column of codes an item, and the weights that the study will give."""

    def __init__(self, frame: pd.DataFrame, weights: np.ndarray, rng: np.random.Generator) -> None:
        self.frame, self.weights, self.rng = frame, weights, rng
        self.lived = rng.normal(size=len(frame))  # how personal somebody's care was

    def all(self) -> np.ndarray:
        """Everyone."""
        return np.ones(len(self.frame), dtype=bool)

    def has(self, item: str, *codes: str) -> np.ndarray:
        """Who gave one of these answers."""
        return self.frame[item].isin(codes).to_numpy(dtype=bool)

    def noise(self, care: float = 0.0) -> np.ndarray:
        """A score to choose by; `care` says how much personal care makes a yes more likely."""
        return care * self.lived + self.rng.normal(size=len(self.frame))

    def put(self, item: str, asked: np.ndarray, yes: np.ndarray, codes: tuple[str, str] = (YES, NO)) -> None:
        """Write the answers of those who were asked."""
        self.frame[item] = np.where(asked, np.where(yes, *codes), NOT_ASKED)


def panel(
    plan: Mapping, survey: Population, targets: Sequence[TargetRow], lines: Sequence[ShareRow], rng: np.random.Generator
) -> pd.DataFrame:
    """Invent the panel.

    Parameters
    ----------
    plan : mapping
        The part ``population`` of simulation_surveys.yaml.
    survey : Population
        The study's settings, for the bounds of the weights.
    targets : sequence of TargetRow
    lines : sequence of ShareRow
        What comes out.
    rng : Generator

    Returns
    -------
    DataFrame
        A column an item with the code of each answer, ``-1`` where it was not asked; a row a respondent.
    """
    frame = _joined(plan, targets, rng)
    found = Panel(frame, _weights(frame, survey, targets), rng)
    value = {(line.share, line.group): line.value for line in lines}
    _bases(found, plan)
    _elements(found, survey, value)
    _unsuitable(found, plan, value)
    _consequences(found, plan, value)
    _plain(found, lines)
    _work(found, value)
    return found.frame


def _joined(plan: Mapping, targets: Sequence[TargetRow], rng: np.random.Generator) -> pd.DataFrame:
    """Who joined: the public's shares, bent by how readily each category joins."""
    n, columns = int(plan["respondents"]), {}
    for margin in dict.fromkeys(row.margin for row in targets):
        own = {row.category: row.share for row in targets if row.margin == margin}
        ready = plan["opt_in"].get(margin, {})
        chance = np.array([share * ready.get(category, 1.0) for category, share in own.items()])
        if margin == "employment":
            of_age = [[LIFE[age].get(work, 1.0) for work in own] for age in columns["age_group"]]
            bent = chance * np.array(of_age)
            bent /= bent.sum(axis=1, keepdims=True)
            columns[margin] = np.array(list(own))[(bent.cumsum(axis=1) < rng.random((n, 1))).sum(axis=1)]
        else:
            columns[margin] = rng.choice(list(own), n, p=chance / chance.sum())
    return pd.DataFrame(columns, dtype="object")


def _weights(frame: pd.DataFrame, survey: Population, targets: Sequence[TargetRow]) -> np.ndarray:
    codes, goals = [], []
    for margin in dict.fromkeys(row.margin for row in targets):
        own = {row.category: row.share for row in targets if row.margin == margin}
        codes.append(frame[margin].map({category: place for place, category in enumerate(own)}).to_numpy(dtype=int))
        goals.append(np.array(list(own.values())) / 100 * len(frame))
    return rake_within(np.array(codes).T, goals, survey.trim.low, survey.trim.high).weights


def _first(score: np.ndarray, among: np.ndarray, count: int) -> np.ndarray:
    """The `count` of highest score among some."""
    who = np.flatnonzero(among)
    found = np.zeros(len(among), dtype=bool)
    found[who[np.argsort(-score[who], kind="stable")][:count]] = True
    return found


def _bases(panel: Panel, plan: Mapping) -> None:
    """Exact sizes of the bases that are published, and of those that are not."""
    sizes, rng = plan["sizes"], panel.rng
    age = panel.frame["age_group"].map({name: place for place, name in enumerate(LIFE)}).to_numpy(dtype=float)
    ill = 0.35 * age + rng.normal(size=len(age))
    several = _first(ill, panel.all(), sizes["conditions"]["several"])
    one = _first(ill + 0.6 * rng.normal(size=len(age)), ~several, sizes["conditions"]["one"])
    panel.frame["conditions"] = np.select([several, one], ["several", "one"], "none")
    chance = panel.frame["conditions"].map(plan["seen_by_condition"]).to_numpy(dtype=float)
    ready = np.log(chance / (1 - chance)) + rng.logistic(size=len(age))
    saw = _first(ready, panel.all(), sizes["saw_professional"])
    panel.put("saw_professional", panel.all(), saw)
    for item, lean in (("waiting_list", 0.8), ("had_surgery", 1.2), ("surgery_recommended", 1.2)):
        panel.put(item, panel.all(), _first(lean * saw + 0.5 * several + panel.noise(), panel.all(), sizes[item]))
    medicated = _first(
        0.9 * saw + 1.2 * several + 0.8 * one + panel.noise(), panel.all(), sizes["medication_recommended"]
    )
    panel.put("medication_recommended", panel.all(), medicated)


def _elements(panel: Panel, survey: Population, value: Mapping[tuple, float]) -> None:
    """Each element its share, and of all of them none and all theirs; who had more of one had more of the others."""
    items, saw, w = survey.elements.items, panel.has("saw_professional", YES), panel.weights
    lived = panel.lived + 0.3 * panel.rng.normal(size=len(w))
    none = pick(-lived, saw, w, value["none_of_ten", None] / 100)
    full = pick(lived, saw & ~none, w, value["all_ten", None] / 100 / (1 - _part(w, none, saw)))
    middle = saw & ~none & ~full
    had = {
        item: full | pick(panel.noise(0.7), middle, w, _inside(w, value[item, None], full, middle, saw))
        for item in items
    }
    grid = np.array(list(had.values()))
    for _ in range(2000):  # nobody in the middle has none or all: exchange with somebody of like weight
        counts = grid.sum(axis=0)
        wrong = np.flatnonzero(middle & ((counts == 0) | (counts == len(items))))
        if not len(wrong):
            break
        person, gives = wrong[0], bool(counts[wrong[0]])
        element = panel.rng.integers(len(items))
        fit = middle & (grid[element] != gives) & ((counts >= 3) if not gives else (counts <= len(items) - 3))
        partners = np.flatnonzero(fit)
        if not len(partners):
            continue
        other = partners[np.argmin(np.abs(w[partners] - w[person]))]
        grid[element, person], grid[element, other] = not gives, gives
    for place, item in enumerate(items):
        panel.put(item, saw, grid[place])


def _part(w: np.ndarray, who: np.ndarray, base: np.ndarray) -> float:
    return float(w[who & base].sum() / w[base].sum())


def _inside(w: np.ndarray, percent: float, settled: np.ndarray, rest: np.ndarray, base: np.ndarray) -> float:
    """The share among the rest that, with those settled as yes, gives the percentage of the base."""
    return float((percent / 100 * w[base].sum() - w[settled & base].sum()) / w[rest].sum())


def _unsuitable(panel: Panel, plan: Mapping, value: Mapping[tuple, float]) -> None:
    """Asked of those who saw a professional or live with a condition; two shares over bases that overlap."""
    saw, several, w = panel.has("saw_professional", YES), panel.has("conditions", "several"), panel.weights
    asked = saw | ~panel.has("conditions", "none")
    score = panel.noise(-0.6)
    both = pick(score, saw & several, w, plan["several_seen_unsuitable"])
    seen = pick(score, saw & ~several, w, _inside(w, value["unsuitable", None], both, saw & ~several, saw))
    unseen = several & ~saw
    others = pick(score, unseen, w, _inside(w, value["unsuitable_several", None], both, unseen, several))
    rest = pick(score, asked & ~saw & ~several, w, 0.3)
    yes = both | seen | others | rest
    panel.put("unsuitable", asked, yes)
    unsuited = saw & yes
    for item in ("reason_physical", "reason_side_effects", "reason_benefits", "reason_cost"):
        share = value[item, None] / 100 / _part(w, unsuited, saw)
        panel.put(item, saw, pick(panel.noise(), unsuited, w, share))


def _consequences(panel: Panel, plan: Mapping, value: Mapping[tuple, float]) -> None:
    """Of avoidable advice: its size is what makes the published 3.29 per cent of all adults come out."""
    saw, w = panel.has("saw_professional", YES), panel.weights
    unsuited = saw & panel.has("unsuitable", YES)
    needed = value["extra_gp_of_all", None] / 100 * w.sum()
    avoidable = pick(panel.noise(), unsuited, w, needed / plan["avoidable_extra_gp"] / w[unsuited].sum())
    panel.put("avoidable", unsuited, avoidable)
    groups = {name: panel.has("conditions", name) for name in ("none", "one", "several")}
    for item in ("worsened", "extra_gp", "stopped_early", "emergency"):
        shares = {name: value[item, name] / 100 for name in groups if value.get((item, name)) is not None}
        share = needed / w[avoidable].sum() if item == "extra_gp" else value[item, None] / 100
        near = 0.0001 if item == "extra_gp" else 0.002
        panel.put(item, avoidable, pick_by_group(panel.noise(), avoidable, w, share, groups, shares, near))
    for item, of in (("extra_gp_visits", "extra_gp"), ("emergency_visits", "emergency")):
        who = panel.has(of, YES)
        numbers = whole_numbers(panel.rng, w[who], value[item, None], 1, 24, 0.002)
        _numbers(panel, item, who, numbers)


def _numbers(panel: Panel, item: str, who: np.ndarray, numbers: np.ndarray) -> None:
    cells = np.full(len(who), NOT_ASKED, dtype=object)
    cells[who] = [str(number) for number in numbers]
    panel.frame[item] = cells


def _plain(panel: Panel, lines: Sequence[ShareRow]) -> None:
    """Shares over one base each, asked of that base alone."""
    bases = {
        "unsuited": panel.has("saw_professional", YES) & panel.has("unsuitable", YES),
        "saw": panel.has("saw_professional", YES),
        "waiting": panel.has("waiting_list", YES),
        "operated": panel.has("had_surgery", YES),
        "surgery_recommended": panel.has("surgery_recommended", YES),
        "medication_recommended": panel.has("medication_recommended", YES),
    }
    for line in lines:
        if line.group or line.base not in bases or line.item in panel.frame or line.theme == "elements":
            continue
        base = bases[line.base]
        yes = pick(panel.noise(), base, panel.weights, line.value / 100)
        panel.put(line.item, base, yes, (YES, NO) if line.answers == [YES] else (line.answers[0], YES))


def _work(panel: Panel, value: Mapping[tuple, float]) -> None:
    """Work and health: shares of everyone, asked of those out of work and of those in work."""
    w, rng = panel.weights, panel.rng
    idle, busy = panel.has("employment", "not_working"), panel.has("employment", "full_time", "part_time")
    ill = panel.noise() + 0.8 * panel.has("conditions", "several")
    for item, asked in (("unemployed_health", idle), ("time_off", busy)):
        share = value[item, None] / 100 * w.sum() / w[asked].sum()
        panel.put(item, asked, pick(ill, asked, w, share))
    out, off = panel.has("unemployed_health", YES), panel.has("time_off", YES)
    panel.put("plan_would_help", out, pick(panel.noise(), out, w, value["plan_would_help", None] / 100))
    _numbers(panel, "days_off", off, whole_numbers(rng, w[off], value["days_off", None], 1, 260, 0.05))
    much = pick(panel.noise(), off, w, value["days_avoidable", None] / 100)
    words = np.where(much, rng.choice(["most", "all"], len(w)), rng.choice(["none", "some"], len(w)))
    panel.frame["days_avoidable"] = np.where(off, words, NOT_ASKED)


def ordered(frame: pd.DataFrame, items: Mapping[str, ItemRow]) -> pd.DataFrame:
    """Return the columns in the codebook's order."""
    return frame[[name for name in items if name in frame]]
