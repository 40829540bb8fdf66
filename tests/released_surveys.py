"""Released rows of the surveys beside the learners', made by hand, for `released_example`."""

from __future__ import annotations


def _row(strand: str, comparison: str, outcome: str, name: str, value: float, half: float, n: int, **more) -> dict:
    by, group = more.pop("group_by", "all"), more.pop("group", "all")
    parts = [comparison, outcome, by, group.replace(" ", "-"), name]
    ends = {"estimate": value, "ci_low": max(value - half, 0.0), "ci_high": value + half, "ci_level": 0.95}
    return {
        "row_id": ".".join(parts), "strand": strand, "role": "secondary", "comparison": comparison, "outcome": outcome,
        "group_by": by, "group": group, "estimate_name": name, "n": n, "n_unit": "people", **ends, **more,
    }  # fmt: skip


def _public() -> tuple[list[dict], list[dict], list[dict]]:
    shares = {"had_1": 0.34, "had_2": 0.31, "had_3": 0.46, "had_4": 0.26, "none_of_ten": 0.17, "all_ten": 0.02}
    elements = []
    for name, value in shares.items():
        note = {"note": "illustrative: not published" if name in ("had_2", "had_3") else "published as P00"}
        elements.append(_row("population", "elements", name, "share", value, 0.03, 822, **note))
        elements.append(_row("population", "elements", name, "share_jackknife", value, 0.031, 822, **note))
    elements.append(_row("population", "elements", "had", "share_with", 0.17, 0.03, 822, group_by="number", group="0"))
    for group, value in (("none", 0.3), ("one", 0.33)):
        elements.append(
            _row("population", "elements", "had_1", "share", value, 0.05, 280, group_by="conditions", group=group)
        )
    test = {"group_by": "conditions", "p": 0.012, "statistic": 4.4}
    elements.append({**_row("population", "elements", "had_1", "any_difference", 0, 0, 822, **test), "estimate": None})
    themes = {
        "unsuitable_advice": (0.45, 822),
        "reasons": (0.11, 822),
        "consequences": (0.32, 248),
        "work": (0.09, 2262),
    }
    others = [_row("population", theme, f"{theme}_x", "share", p, 0.04, n) for theme, (p, n) in themes.items()]
    others.append(_row("population", "consequences", "visits", "mean", 3.88, 0.6, 74))
    others.append(
        _row("population", "consequences", "consequences_x", "share", 0.4, 0.09, 87, group_by="conditions", group="one")
    )
    weights = [
        _row("population", "bases", "everyone", "design_effect", 1.28, 0, 2262),
        _row("population", "bases", "everyone", "n_effective", 1764.0, 0, 2262),
        _row("population", "margins", "gender", "share_sample", 0.56, 0, 1267, group_by="gender", group="female"),
        _row("population", "margins", "gender", "share_weighted", 0.51, 0, 1267, group_by="gender", group="female"),
    ]
    return elements, others, weights


def _professionals() -> tuple[list[dict], list[dict]]:
    rows = []
    for name, own, its in (("self_1", 0.92, 0.55), ("self_2", 0.84, 0.65), ("self_3", 0.80, 0.59)):
        note = {"note": "illustrative: not published"} if name == "self_3" else {}
        for kind, value in (("share_self", own), ("share_organisation", its), ("difference", own - its)):
            rows.append(_row("professionals", "elements", name, kind, value, 0.04, 558, p_adjusted=0.0004, **note))
        rows.append(_row("professionals", "elements", name, "difference_widest", own - its, 0.05, 558))
    return rows, [_row("professionals", "attitudes", "in_plan", "share", 0.85, 0.03, 558)]


def _appointments() -> list[dict]:
    rows = []
    for outcome in ("understood", "in_control"):
        for band, value, n in (("0", 0.38, 410), ("1 to 3", 0.44, 1400), ("4 to 10", 0.58, 2600)):
            more = {"group_by": "number", "group": band, "n_people": n - 90}
            rows.append(_row("appointments", "after", outcome, "share", value, 0.03, n, **more))
        for name, value in (("risk_ratio", 1.29), ("risk_ratio_adjusted", 1.27)):
            rows.append(_row("appointments", "after", outcome, name, value, 0.06, 4410, n_people=2900))
        for name, value in (("risk_ratio_element", 1.06), ("risk_ratio_element_adjusted", 1.05)):
            rows.append(_row("appointments", "after", outcome, name, value, 0.01, 4410, n_people=2900))
    return rows


def surveys() -> dict[str, list[dict]]:
    """Return the rows of every table of the three surveys."""
    elements, others, weights = _public()
    gaps, thoughts = _professionals()
    return {
        "population_elements": elements,
        "population_estimates": others,
        "population_weighting": weights,
        "professionals_elements": gaps,
        "professionals_estimates": thoughts,
        "appointments_outcomes": _appointments(),
    }
