"""Released tables of an invented study, made in memory: six modules, four outcomes, sixteen items, three waves.

The numbers are drawn with a fixed seed and agree with each other; cells under ten are marked [c] and one module is
withheld in full, so that every kind of cell occurs. It is a stand-in for floor 7, not a test of it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from prepost.figures import Setting
from prepost.place_sheets import TileRow
from prepost.released import typed
from prepost.released_schemas import number_columns
from prepost.schemas import SCHEMAS
from prepost.sheets import ItemRow
from prepost.study import Nouns, Outcome, Wave
from prepost.table_names import TITLES
from released_surveys import surveys

MODULES = {
    "Shared Decision Making": 0.30,
    "Personalised Care and Support Planning": 0.24,
    "Core Skills": 0.21,
    "Remote Consultations": 0.13,
    "Leading Personalised Care as a Junior Doctor": 0.117,
    "Maternity Personalised Care and Support Planning": 0.003,
}
OUTCOMES = {
    "understanding": ("Understanding", "understanding of personalised care", 1.0),
    "confidence": ("Confidence", "confidence in working in a personalised way", 0.8),
    "motivation": ("Motivation", "motivation to work in a personalised way", 0.25),
    "readiness": ("Readiness", "readiness to use what the module covers", 0.3),
}
WORDINGS = (
    "I can say what this subject means for the people I work with",
    "I know which questions help people to say what matters to them",
    "I feel unsure what to say when a person's wishes differ from my advice",
    "I have a clear idea of what I will do",
)
LABELS = "1=Strongly disagree|2=Disagree|3=Neither agree nor disagree|4=Agree|5=Strongly agree"
SHARE_BASE = {
    "ceiling": ("place", ["comparison", "outcome", "wave"]),
    "missing": ("kind", ["item", "wave"]),
    "movement": ("direction", ["comparison", "outcome"]),
    "participants": ("category", ["variable", "matched"]),
    "transitions": ("to", ["comparison", "item", "from"]),
}
GROUPS = {"role_group": ["Clinical", "Non-clinical", "not stated"], "age_band": ["under_30", "30_49", "50_over"]}


def setting(*, synthetic: bool = True) -> Setting:
    items = {}
    for name in OUTCOMES:
        for k, wording in enumerate(WORDINGS, 1):
            row = {"item": f"{name}_{k}", "wording": f"{wording} ({name})", "scale": "ordinal", "low": 1, "high": 5}
            items[row["item"]] = ItemRow(**row, labels=LABELS, reversed="yes" if k == 3 else "no")
    bands = "under_30=Under 30|30_49=30 to 49|50_over=50 or over"
    items["age_band"] = ItemRow(item="age_band", wording="How old are you?", scale="category", labels=bands)
    outcomes = [
        Outcome(name=name, label=label, phrase=phrase, items=[f"{name}_{k}" for k in range(1, 5)], smallest_effect=0.25)
        for name, (label, phrase, _) in OUTCOMES.items()
    ]
    waves = [
        Wave(name="pre", label="Before", when="before the module"),
        Wave(name="post", label="After", when="straight after the module"),
        Wave(name="followup", label="Three months", when="three months after the module"),
    ]
    tiles = [TileRow(place=name, code=f"B{k}", column=k, row=k % 2) for k, name in enumerate(MODULES)]
    return Setting(items, outcomes, waves, Nouns(training="the module"), synthetic, tiles=tiles)


def answers(n: int = 2473, seed: int = 7) -> pd.DataFrame:
    """Draw everyone's answers: columns module and (wave, item), codes 1 to 5."""
    rng = np.random.default_rng(seed)
    module = rng.choice(list(MODULES), size=n, p=list(MODULES.values()))
    columns: dict = {"module": module, "later": rng.random(n) < 0.3}
    for name, (_, _, rise) in OUTCOMES.items():
        person = rng.normal(3.0 if rise > 0.5 else 3.7, 0.7, n)
        own = rng.normal(1, 1.2, n) * (1 + 0.4 * (module == "Core Skills"))
        for k in range(1, 5):
            start = person + rng.normal(0, 0.6, n)
            for wave, gain in (("pre", 0.0), ("post", rise), ("followup", rise * 0.8)):
                score = start + gain * own + rng.normal(0, 0.45, n)
                columns[(wave, f"{name}_{k}")] = np.clip(np.rint(score), 1, 5)
    return pd.DataFrame(columns)


def tables(n: int = 2473, *, threshold: int = 10) -> dict[str, pd.DataFrame]:
    """Return every released table, typed and marked, of `n` pairs."""
    return {name: typed(frame, name) for name, frame in released_text(n, threshold=threshold).items()}


def released_text(n: int = 2473, *, threshold: int = 10) -> dict[str, pd.DataFrame]:
    """Return every released table as its CSV holds it: text, with marks."""
    data = answers(n)
    rows = []
    for comparison, start, end in (
        ("primary", "pre", "post"),
        ("kept", "post", "followup"),
        ("since_start", "pre", "followup"),
    ):
        inside = data[data["later"]] if end == "followup" else data
        rows += _changes(inside, comparison, start, end, "all")
    for module, inside in data.groupby("module"):
        rows += _changes(inside, "by_module", "pre", "post", str(module))
    level = {"comparison": "three_months", "outcome": "readiness", "wave_to": "followup", "estimate_name": "mean_level"}
    rows_level = [{**level, "estimate": 3.42, "ci_low": 3.36, "ci_high": 3.48, "n": 742, "n_unit": "responses"}]
    transitions, movement = _moves(data)
    found = {
        "comparisons": rows,
        "levels": [{"group_by": "all", "group": "all", "role": "secondary", **row} for row in rows_level],
        "reliability": [],
        "flow": _flow(n),
        "participants": _participants(data),
        "participation": [],
        "transitions": transitions,
        "movement": movement,
        "missing": [],
        "items": _single(data),
        "groups": _drawn(data, "module"),
        "places": _placed(data),
        "specifications": _curve(n),
        "linkage_changes": _linked(n),
        "comments_themes": _spoken(n),
        **_lost(n),
        **_published(n),
        **surveys(),
    }
    return {name: as_text(rows, name, threshold) for name, rows in found.items()}


def release(rows: list[dict], table: str, threshold: int = 10) -> pd.DataFrame:
    """Mark small cells and give the table its released columns and types."""
    return typed(as_text(rows, table, threshold), table)


def as_text(rows: list[dict], table: str, threshold: int) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=[c for c in SCHEMAS[f"released_{table}"].columns if c != "share"]).astype(object)
    if table in SHARE_BASE:
        name, same = SHARE_BASE[table]
        whole = frame[frame[name] == "all"].set_index(same)["n"] if len(frame) else {}
        keys = list(frame[same].itertuples(index=False, name=None))
        frame["share"] = [n / whole[key] if whole[key] else np.nan for n, key in zip(frame["n"], keys, strict=True)]
    numbers = number_columns(table)
    small = pd.to_numeric(frame["n"]).between(1, threshold - 1)
    for name in numbers:
        text = frame[name].map(lambda value: "[x]" if pd.isna(value) else repr(value))
        frame[name] = text.mask(small, "[c]")
    frame["row_id"] = [f"{table}.{k}" for k in range(len(frame))] if frame["row_id"].isna().all() else frame["row_id"]
    for name, value in (("strand", "learners"), ("role", "secondary"), ("n_unit", "pairs")):
        if name in frame:
            frame[name] = frame[name].fillna(value)
    return frame.astype("string")


def _changes(data: pd.DataFrame, comparison: str, start: str, end: str, group: str) -> list[dict]:
    rows = []
    for name in OUTCOMES:
        before, after = (data[[(w, f"{name}_{k}") for k in range(1, 5)]].mean(axis=1) for w in (start, end))
        change = after - before
        n, mean = len(change), float(change.mean())
        half = 1.96 * float(change.std()) / n**0.5
        g = mean / (float(before.std() + after.std()) / 2)
        common = {
            "comparison": comparison, "outcome": name, "group_by": "all" if group == "all" else "module",
            "group": group, "wave_from": start, "wave_to": end, "n": n, "n_unit": "pairs",
            "role": "primary" if comparison == "primary" else "secondary",
        }  # fmt: skip
        for estimate, value, width in (
            ("mean_change", mean, half),
            ("mean_before", float(before.mean()), None),
            ("mean_after", float(after.mean()), None),
            ("hedges_g_av", g, 0.05),
        ):
            ends = {} if width is None else {"ci_low": value - width, "ci_high": value + width}
            parts = [comparison, name, common["group_by"], group.lower().replace(" ", "-"), estimate]
            rows.append({**common, "row_id": ".".join(parts), "estimate_name": estimate, "estimate": value, **ends})
    return rows


def _moves(data: pd.DataFrame) -> tuple[list[dict], list[dict]]:
    transitions, movement = [], []
    for name in OUTCOMES:
        sides = [data[[(w, f"{name}_{k}") for k in range(1, 5)]].mean(axis=1) for w in ("pre", "post")]
        movement += _directions(name, sides[1] - sides[0], 0.25)
        for k in range(1, 5):
            item = f"{name}_{k}"
            before, after = (data[(w, item)].astype(int).astype(str) for w in ("pre", "post"))
            table = pd.crosstab(before, after).reindex(index=list("12345"), columns=list("12345"), fill_value=0)
            table.loc["all"] = table.sum()
            table["all"] = table.sum(axis=1)
            for start in table.index:
                for end in table.columns:
                    cell = {"item": item, "from": start, "to": end, "n": int(table.loc[start, end])}
                    transitions.append({"comparison": "primary", "n_unit": "pairs", **cell})
            movement += _directions(item, data[("post", item)] - data[("pre", item)], 0.0)
    return transitions, movement


def _single(data: pd.DataFrame) -> list[dict]:
    rows = []
    for name in OUTCOMES:
        for k in range(1, 5):
            sides = [(data[(wave, f"{name}_{k}")] >= 4).mean() for wave in ("pre", "post")]
            found = {"agree_before": sides[0], "agree_after": sides[1], "agree_change": sides[1] - sides[0]}
            common = {"comparison": "primary", "outcome": f"{name}_{k}", "group_by": "all", "group": "all"}
            for estimate, value in found.items():
                ends = {"ci_low": float(value) - 0.02, "ci_high": float(value) + 0.02, "n": len(data)}
                answers = {"estimate_name": estimate, "statistic_name": "answers from 4 upwards"}
                rows.append({**common, **answers, "estimate": float(value), **ends})
    return rows


def _published(n: int) -> dict[str, list[dict]]:
    """A model of one chain and three statements, made up: 2 million people × 10 % × 3 visits × £5 = £3 million."""
    carried = {"n": n, "n_unit": "people", "strand": "economics", "model": "gp"}
    chain = [
        ("input", "People", 2.0, "million people"),
        ("input", "Share", 10.0, "%"),
        ("product", "With a visit", 0.2, "million people"),
        ("input", "Visits each", 3.0, "visits per person"),
        ("input", "Cost of a visit", 5.0, "GBP per visit"),
        ("product", "Their value", 3.0, "million GBP"),
    ]
    lines = [
        {**carried, "row_id": f"gp.{k}", "kind": kind, "name": f"line_{k}", "label": label, "estimate": value}
        | {"ci_low": value * 0.8, "ci_high": value * 1.25, "unit": unit, "base": "everybody", "source": "made up"}
        for k, (kind, label, value, unit) in enumerate(chain)
    ]
    values = [
        {**carried, "row_id": f"gp.{measure}.{share}", "label": "GP visits", "measure": measure, "unit": "million GBP"}
        | {
            "attribution": str(share),
            "estimate": 3.0 * share / 100,
            "ci_low": 2.4,
            "ci_high": 3.75,
            "period": "2 years",
        }
        for measure in ("per_window", "per_year")
        for share in (50, 100)
    ]
    tornado = [
        {**carried, "row_id": f"gp.{name}", "name": name, "label": name.capitalize(), "input_low": 8.0 + k}
        | {
            "input_high": 12.0 - k,
            "input_unit": "%",
            "estimate": 3.0,
            "ci_low": 2.4,
            "ci_high": 3.6,
            "unit": "million GBP",
        }
        for k, name in enumerate(("share", "people"))
    ]
    claims = [
        {"row_id": f"claim.c{k}", "strand": "claims", "claim": f"c{k}", "statement": f"{stated:g} million visits"}
        | {"place": "text", "stated": stated, "printed": f"{stated:g} million", "unit": "million visits", "n": n}
        | {"formula": "people * each", "estimate": 3.0, "ci_low": 2.9, "ci_high": 3.1, "verdict": verdict, "why": "why"}
        for k, (stated, verdict) in enumerate([(3.0, "reproduces"), (4.0, "does not follow"), (3.4, "does not follow")])
    ]
    return {
        "economics_chain": lines,
        "economics_values": values,
        "economics_tornado": tornado,
        "claims_verdicts": claims,
        "claims_summary": [],
    }


def _lost(n: int) -> dict[str, list[dict]]:
    """What those lost may have done, made up but ordered as such numbers are."""
    common = {"comparison": "primary", "n": n, "wave_from": "pre", "wave_to": "post"}
    attrition, everyone = [], []
    for k, name in enumerate(OUTCOMES):
        main = {**common, "outcome": name, "group_by": "all", "group": "all"}
        for estimate, value, ends in (
            ("weighted_change", 0.8 - k / 10, {"ci_low": 0.76 - k / 10, "ci_high": 0.84 - k / 10}),
            ("lowest_change", -0.7 - k / 10, {"ci_low": -0.75 - k / 10}),
            ("highest_change", 1.2 - k / 10, {"ci_high": 1.25 - k / 10}),
            ("tipping_change.estimate_zero", -0.9 + k / 10, {}),
        ):
            attrition.append({**main, "estimate_name": estimate, "estimate": value, **ends})
        for group in ("everyone", "without unlinked later answers"):
            row = {**main, "group_by": "answers", "group": group, "estimate_name": "mean_change.pre.post"}
            everyone.append({**row, "estimate": 0.78 - k / 10, "ci_low": 0.75 - k / 10, "ci_high": 0.81 - k / 10})
    groups = [("confidence", "all", 0.12), ("role_group", "Clinical", -0.08), ("role_group", "Non-clinical", 0.08)]
    balance = [
        {**common, "outcome": "all", "group_by": by, "group": group, "estimate_name": name, "estimate": value}
        for by, group, far in groups
        for name, value in (("smd_before", far), ("smd_after", far / 10))
    ]
    return {"attrition": attrition, "everyone": everyone, "balance": balance}


def _linked(n: int) -> list[dict]:
    """Three ways of linking an outcome, made up."""
    rows = []
    for k, name in enumerate(OUTCOMES):
        common = {"comparison": "primary", "outcome": name, "role": "sensitivity", "group_by": "procedure", "n": n}
        common |= {"wave_from": "pre", "wave_to": "post"}
        for far, way in enumerate(("exact", "tolerant_0.99", "tolerant_0.5")):
            value = 0.8 - k / 10 - far / 100
            ends = {"ci_low": value - 0.04, "ci_high": value + 0.04}
            rows.append({**common, "group": way, "estimate_name": "mean_change", "estimate": value, **ends})
            for estimate, number in (("hedges_g_av", 0.9), ("correlation", 0.5), ("correlation_corrected", 0.52)):
                rows.append({**common, "group": way, "estimate_name": estimate, "estimate": number})
    return rows


def _curve(n: int) -> list[dict]:
    """Four combinations of two choices an outcome, in made-up standard deviations, and their summary."""
    rows = []
    for k, name in enumerate(OUTCOMES):
        common = {"comparison": "primary", "outcome": name, "role": "sensitivity", "n": n}
        values = [0.9 - k / 5, 0.84 - k / 5, 0.88 - k / 5, 0.8 - k / 5]
        options = [(completions, metric) for completions in ("all", "first") for metric in ("scale", "latent")]
        for value, (completions, metric) in zip(values, options, strict=True):
            said = {"group_by": "specification", "group": f"completions={completions}; metric={metric}"}
            ends = {"estimate": value, "ci_low": value - 0.04, "ci_high": value + 0.04}
            rows.append({**common, **said, "estimate_name": "standardised_change", **ends})
        summary = {"median": sorted(values)[1], "lowest": min(values), "highest": max(values), "beyond_smallest": 1.0}
        summary |= {"variance_of_completions": 0.1, "variance_of_metric": 0.8}
        for estimate, value in summary.items():
            rows.append({**common, "group_by": "summary", "group": "all", "estimate_name": estimate, "estimate": value})
    return rows


def _directions(name: str, change: pd.Series, smallest: float) -> list[dict]:
    counts = {"better": (change > smallest).sum(), "worse": (change < -smallest).sum(), "all": len(change)}
    counts["same"] = counts["all"] - counts["better"] - counts["worse"]
    common = {"comparison": "primary", "outcome": name, "group_by": "all", "group": "all", "n_unit": "pairs"}
    return [{**common, "direction": direction, "n": int(n)} for direction, n in counts.items()]


def _flow(pairs: int) -> list[dict]:
    boxes = [
        ("records", None, "Records in the exports, a wave each", 9012),
        ("not_taken", "records", "Lines that hold no response", 26),
        ("responses", "records", "Responses read", 8986),
        ("excluded", "responses", "Responses set aside", 800),
        ("excluded.no_consent", "excluded", "no consent", 212),
        ("excluded.empty", "excluded", "no outcome question answered", 447),
        ("excluded.duplicate_response", "excluded", "the same response a second time", 141),
        ("kept", "responses", "Responses kept", 8186),
        ("kept.pre", "kept", "Before", 4286),
        ("kept.post", "kept", "After", 3100),
        ("kept.followup", "kept", "Three months", 800),
        ("matched.pre", "kept.pre", "Matched with a later response", pairs),
        ("did_not_answer.pre", "kept.pre", "Did not answer the later survey", 4286 - pairs - 100 - 4),
        ("cannot_be_told.pre", "kept.pre", "No later response found; whether one was given cannot be told", 100),
        ("not_used.pre", "kept.pre", "Without a key, or a second response", 4),
        ("matched.post", "kept.post", "Matched with an earlier response", pairs),
        ("answered_not_linked.post", "kept.post", "Answered, but not linked to an earlier response", 3100 - pairs),
    ]
    return [
        {"row_id": f"flow.{box}", "box": box, "parent": parent, "label": label, "n": n, "n_unit": "responses"}
        for box, parent, label, n in boxes
    ]


def _participants(data: pd.DataFrame) -> list[dict]:
    rng = np.random.default_rng(3)
    whole = pd.DataFrame({"module": rng.choice(list(MODULES), size=4286, p=list(MODULES.values()))})
    for name, categories in GROUPS.items():
        whole[name] = rng.choice(categories, size=4286, p=[0.6, 0.35, 0.05])
    matched = np.where(rng.random(4286) < np.where(whole["role_group"] == "Clinical", 0.62, 0.5), "yes", "no")
    rows = []
    for variable in ["all", "module", *GROUPS]:
        names = [] if variable == "all" else sorted(whole[variable].unique())
        for category in [*names, "all"]:
            inside = np.ones(4286, bool) if category == "all" else (whole[variable] == category).to_numpy()
            for side in ("yes", "no", "all"):
                n = int((inside & ((matched == side) | (side == "all"))).sum())
                cell = {"variable": variable, "category": category, "matched": side, "n": n, "n_unit": "responses"}
                rows.append({"row_id": f"participants.{variable}.{category}.{side}", **cell})
    return rows


def _spoken(n: int) -> list[dict]:
    """Shares of comments, the interval half as wide as that of the coded comments alone; one theme is too rare."""
    common = {"comparison": "comments", "group_by": "all", "group": "all", "n_unit": "comments"}
    rows = [{**common, "outcome": "all", "estimate_name": "comments", "n": 4 * n}]
    for theme, share in {"time_and_workload": 0.21, "listening": 0.18, "agenda_setting": 0.04, "none": 0.1}.items():
        half = 0.98 * (share * (1 - share) / 600) ** 0.5
        bounds = {"estimate": share, "ci_low": share - half, "ci_high": share + half, "n": 600}
        rows.append({**common, "outcome": theme, "estimate_name": "share_of_comments", **bounds})
    return [*rows, {**common, "outcome": "leadership", "estimate_name": "share_of_comments", "n": 600}]


EMPTY = {name: release([], name) for name in TITLES}


def _change(data: pd.DataFrame, name: str) -> pd.Series:
    before, after = (data[[(wave, f"{name}_{k}") for k in range(1, 5)]].mean(axis=1) for wave in ("pre", "post"))
    return after - before


def _drawn(data: pd.DataFrame, by: str) -> list[dict]:
    """Each module's change, and half way to the change of all."""
    rows = []
    for name in OUTCOMES:
        change = _change(data, name)
        for group, inside in change.groupby(data["module"]):
            half = 1.96 * inside.std(ddof=1) / len(inside) ** 0.5
            pairs = {"comparison": "primary", "outcome": name, "group_by": by, "group": str(group), "n": len(inside)}
            pairs |= {"wave_from": "pre", "wave_to": "post"}
            for estimate, value in (
                ("mean_change", inside.mean()),
                ("shrunken_change", (inside.mean() + change.mean()) / 2),
            ):
                bounds = {"estimate": value, "ci_low": value - half, "ci_high": value + half}
                rows.append({**pairs, "estimate_name": estimate, **bounds})
    return rows


def _placed(data: pd.DataFrame) -> list[dict]:
    """The modules as if they were boards, with the limits of chance about the change of all."""
    rows = _drawn(data, "board")
    for name in OUTCOMES:
        change = _change(data, name)
        own = {
            "comparison": "primary",
            "outcome": name,
            "estimate": change.mean(),
            "wave_from": "pre",
            "wave_to": "post",
        }
        rows.append({**own, "group_by": "all", "group": "all", "n": len(change), "estimate_name": "mean_change"})
        for group, inside in change.groupby(data["module"]):
            for estimate, z in (("limits_95", 1.96), ("limits_998", 3.09)):
                half = z * change.std(ddof=1) / len(inside) ** 0.5
                bounds = {"ci_low": change.mean() - half, "ci_high": change.mean() + half, "n": len(inside)}
                rows.append({**own, "group_by": "board", "group": str(group), "estimate_name": estimate, **bounds})
    return rows
