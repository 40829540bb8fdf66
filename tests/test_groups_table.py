"""For whom: rows a group, the tests and shares, and what of them may leave."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from prepost import tables
from prepost.contrasts import DOSE_CAVEAT
from prepost.disclosure import disclose
from prepost.groups_table import groups_table
from prepost.paired import Floor
from prepost.released import read_released
from prepost.study import Comparison, Outcome, Statistics
from prepost.study_secondary import Subgroups

KEYS = ["source", "line", "wave"]
OUTCOME = Outcome(name="use", label="Use", phrase="use", items=["use_1"], smallest_effect=0.5)
PLAN = Comparison(name="primary", label="x", role="primary", wave_from="pre", wave_to="post", outcomes=["use"])


def floor(rows: list[tuple]) -> Floor:
    """Rows of person, module, role, before and after (None: did not answer again)."""
    responses, links, pairs, scores = [], [], [], []
    for line, (person, module, role, before, after) in enumerate(rows, 2):
        for wave, score in (("pre", before), ("post", after)):
            if wave == "post" and after is None:
                continue
            where = {"source": wave, "line": line, "wave": wave}
            responses.append(where | {"module": module, "role": role, "use_1": score, "response_id": None})
            links.append(where | {"module": module, "person": person, "state": "used", "why": None})
            scores.append(where | {"module": module, "person": person, "use": score})
        if after is not None:
            sides = {"source_from": "pre", "line_from": line, "source_to": "post", "line_to": line}
            pairs.append({"person": person, "module": module, "wave_from": "pre", "wave_to": "post", **sides})
    people = pd.DataFrame({"person": sorted({row[0] for row in rows})})
    columns = ["person", "module", "wave_from", "wave_to", "source_from", "line_from", "source_to", "line_to"]
    found = Floor(
        pd.DataFrame(responses), people, pd.DataFrame(links), pd.DataFrame(pairs, columns=columns), pd.DataFrame(scores)
    )
    return Floor(*[frame.convert_dtypes() for frame in found])


def table(rows: list[tuple], fewest: int = 2, counted: tuple[str, ...] = ("role",)) -> pd.DataFrame:
    plan = Subgroups(by=["role"], fewest=fewest)
    return groups_table(floor(rows), [OUTCOME], PLAN, plan, counted, Statistics(ci_level=0.95, resamples=200))


def row(found: pd.DataFrame, group: str, name: str) -> pd.Series:
    (only,) = found[(found["group"] == group) & (found["estimate_name"] == name)].to_dict("records")
    return pd.Series(only)


# a: changes 2, 1, 3 (mean 2); b: changes 0, 1, -1, 0 (mean 0); one of b did not answer again
ROWS = [
    ("p1", "m", "a", 1, 3),
    ("p2", "m", "a", 2, 3),
    ("p3", "m", "a", 1, 4),
    ("p4", "m", "b", 3, 3),
    ("p5", "m", "b", 3, 4),
    ("p6", "m", "b", 3, 2),
    ("p7", "m", "b", 2, 2),
    ("p8", "m", "b", 2, None),
]


def test_a_group_against_the_rest_by_hand():
    found = table(ROWS)
    assert row(found, "a", "mean_change")["estimate"] == pytest.approx(2)
    told = row(found, "a", "difference_from_rest")
    assert told["estimate"] == pytest.approx(2 - 0)
    # independent pairs: the variance of each mean is s²/n, 1/3 and (0 + 1 + 1 + 0)/3/4 = 1/6; t = 2/√(1/2) = 2√2
    assert told["statistic"] == pytest.approx(2 * np.sqrt(2))
    assert row(found, "b", "difference_from_rest")["estimate"] == pytest.approx(-2)
    joint = row(found, "all", "any_difference")
    assert joint["statistic"] == pytest.approx(8)  # F of two groups is t²
    assert joint["n"] == 7
    # two groups, two tests with one p: 2 · p / 2
    assert told["p_adjusted"] == pytest.approx(told["p"])


def test_groups_are_drawn_towards_each_other():
    found = table(ROWS)
    a, b = (row(found, group, "shrunken_change")["estimate"] for group in "ab")
    assert 0 < b < 1 < a < 2  # their mean of two is between


def test_who_was_matched_by_hand():
    found = table(ROWS)
    assert row(found, "b", "share_matched")["estimate"] == pytest.approx(4 / 5)
    assert row(found, "b", "share_matched")["n_told"] == 1
    assert row(found, "b", "share_matched_difference")["estimate"] == pytest.approx(4 / 5 - 1)
    assert row(found, "a", "share_matched")["note"]  # all of them: no interval, and it says so
    assert not table(ROWS, counted=())["estimate_name"].str.startswith("share").any()


@pytest.mark.parametrize("pairs", [0, 1, 2])
def test_a_group_of_few_pairs_says_so(pairs: int):
    few = [(f"q{k}", "m", "c", 1, 2 if k < pairs else None) for k in range(3)]
    found = table([*ROWS, *few], fewest=3)
    for name in ("mean_change", "shrunken_change", "difference_from_rest"):
        told = row(found, "c", name)
        assert told["n"] == pairs
        assert pd.isna(told["estimate"])
        assert ("too few" if pairs else "no pair") in told["note"]
    assert row(found, "a", "mean_change")["estimate"] == pytest.approx(2)
    no_word = found[found["estimate"].isna() & found["p"].isna() & found["note"].isna()]
    assert no_word.empty


@pytest.mark.parametrize(
    "rows",
    [
        [("p1", "m", "a", 1, 2), ("p1", "n", "b", 1, 3)],  # one person gave every pair
        [(f"p{k}", "m", "ab"[k % 2], 1, 2) for k in range(8)],  # all changes equal
        [(f"p{k}", "m", "a", 1, None) for k in range(3)],  # nobody answered again
        [(f"p{k}", None, "a", 1, 2 + k % 2) for k in range(6)],  # one group, and no module
    ],
    ids=["one person", "all equal", "no pairs", "one group"],
)
def test_nothing_is_missing_without_a_word(rows):
    found = table(rows)
    bare = found[found["estimate"].isna() & found["p"].isna()]
    assert bare["note"].notna().all()


def test_a_share_goes_with_the_count_that_it_tells():
    found = table([*[(f"a{k}", "m", "a", 1 + k % 2, 3 if k < 20 else None) for k in range(40)],
                   *[(f"b{k}", "m", "b", 1 + k % 3, 3 if k < 37 else None) for k in range(40)]])  # fmt: skip
    counts = [("a", 20, 20), ("b", 37, 3), ("all", 57, 23)]
    told = [
        ("role", group, side, n)
        for group, yes, no in counts
        for side, n in (("yes", yes), ("no", no), ("all", yes + no))
    ]
    told += [("all", "all", side, n) for side, n in (("yes", 57), ("no", 23), ("all", 80))]
    participants = pd.DataFrame(told, columns=["variable", "category", "matched", "n"])
    participants["row_id"] = [".".join(parts) for parts in participants[["variable", "category", "matched"]].to_numpy()]
    participants = participants.assign(strand="learners", n_unit="responses")
    released, _ = disclose({"groups": found, "participants": participants}, threshold=10)
    out = released["groups"].set_index("row_id")["estimate"]
    # 3 of b were not matched: [c], and 20 of a are withheld beside it, so a's share, which is 20 of 40, goes as well
    assert out["primary.matched.role.a.share_matched"] == "[w]"
    assert out["primary.matched.role.b.share_matched"] in ("[c]", "[w]")


def test_the_toy_study_has_its_groups(toy_results):
    found = tables.read(toy_results / "6_statistics" / "groups.csv", "groups")
    assert set(found["group_by"]) == {"module", "role_group", "all"}
    assert (found["estimate_name"] == "any_difference").sum() == 4  # two outcomes, two groupings
    released = read_released(toy_results / "7_release" / "groups.csv")
    few = released[released["n_mark"] == "c"]
    assert len(few)
    assert few["estimate"].isna().all()
    page = (toy_results / "9_report" / "report.html").read_text(encoding="utf-8")
    assert DOSE_CAVEAT in page or "number of" in page
