"""The flow sums, and counts of who took part, on a study of seven responses made by hand."""

from __future__ import annotations

import pandas as pd
import pytest
from by_hand import WHERE, about_table, response_table, scale
from prepost import exclusions
from prepost.describing import RULES, Floors, flow, missing_answers, participants, participation
from prepost.matching import match
from prepost.study import Comparison, Wave
from prepost.tables import check

WAVES = [Wave(name=name, label=name.title(), when=name) for name in ("pre", "post", "followup")]
PRIMARY = Comparison(
    name="main", label="Main", role="primary", wave_from="pre", wave_to="post", outcomes=["s"], group_by=None
)
OUTCOMES = [scale("s", ["a", "b"])]
NOBODY = {"source": [], "line": [], "wave": []}


def floors_of(rows: list[dict], excluded: int = 0, refused: int = 0, enrolments: pd.DataFrame | None = None) -> Floors:
    """Floors 1 to 3 of these responses, with further ones set aside for consent and lines that hold nothing."""
    responses = response_table(rows)
    aside = pd.DataFrame({"source": "pre_file", "line": range(100, 100 + excluded), "wave": "pre"})
    lost = pd.DataFrame({"source": "pre_file", "line": range(200, 200 + refused), "wave": None, "reason": "empty line"})
    about = about_table([{"key": "x", "role": "GP"}, {"key": "y", "role": "Nurse"}])
    found = match(responses, about, key=["key"], rules=["trim"], waves=[w.name for w in WAVES], several="last")
    return Floors(
        ingested=pd.concat([responses[WHERE], aside, about[WHERE]], ignore_index=True),
        refused=lost,
        responses=responses,
        enrolments=pd.DataFrame({"enrolled": [], "completed": []}) if enrolments is None else enrolments,
        exclusions=aside.assign(rule="no_consent", why="consent is not given"),
        people=found.people,
        links=found.links,
        pairs=found.pairs,
        triples=found.triples,
        unmatched=found.unmatched,
    )


ROWS = [
    {"wave": "pre", "key": "x", "module": "A", "a": 1, "b": 1},
    {"wave": "pre", "key": "x", "module": "A", "a": 2, "b": 2},  # x a second time: the last is used
    {"wave": "pre", "key": "y", "module": "A", "a": 3},
    {"wave": "pre", "key": None, "module": "A", "a": 3, "b": 3},
    {"wave": "post", "key": "x", "module": "A", "a": 4, "b": 4},
    {"wave": "post", "key": "z", "module": "B", "a": 4, "b": 4},
    {"wave": "followup", "key": "x", "module": "A", "a": 4, "b": 4},
]


@pytest.fixture
def floors() -> Floors:
    """The rows above, two more without consent and three lines that hold nothing."""
    return floors_of(ROWS, excluded=2, refused=3)


def boxes_of(floors: Floors) -> pd.Series:
    """The boxes, after seeing that the children of each sum to it."""
    found = check(flow(floors, WAVES, PRIMARY), "flow", "flow").set_index("box")
    for parent, children in found.groupby("parent"):
        assert children["n"].sum() == found.loc[parent, "n"], parent
    return found["n"]


def test_the_flow_sums_and_keeps_the_three_states_apart(floors) -> None:
    n = boxes_of(floors)
    expected = {
        "records": 12,
        "not_taken": 3,
        "responses": 9,
        "excluded": 2,
        "excluded.no_consent": 2,
        "kept": 7,
        "kept.pre": 4,
        "kept.post": 2,
        "kept.followup": 1,
        "matched.pre": 1,
        "did_not_answer.pre": 1,
        "cannot_be_told.pre": 0,
        "not_used.pre": 2,
        "matched.post": 1,
        "answered_not_linked.post": 1,
        "not_used.post": 0,
    }
    assert n.to_dict() == expected


def test_the_flow_has_a_box_for_every_rule_that_sets_aside() -> None:
    assert set(RULES) == set(exclusions.RULES)


@pytest.mark.parametrize("rows", [[], ROWS[:4], ROWS[4:6]], ids=["nothing", "only before", "only after"])
def test_the_flow_sums_where_waves_are_empty(rows) -> None:
    n = boxes_of(floors_of(rows))
    assert n["kept"] == len(rows)
    assert n["matched.pre"] == 0


def test_a_study_without_primary_comparison_has_a_flow_too(floors) -> None:
    found = check(flow(floors, WAVES, None), "flow", "flow")
    assert not found["box"].str.startswith("matched").any()
    assert check(participants(floors, None, ["role"]), "participants", "participants").empty


def test_participants_are_counted_matched_and_not(floors) -> None:
    table = check(participants(floors, PRIMARY, ["module", "role"]), "participants", "participants")
    n = table.set_index(["variable", "category", "matched"])["n"]
    # Used responses before: x (matched, a GP) and y (not matched, a nurse); a blank key is not used.
    assert n["all", "all"].to_dict() == {"yes": 1, "no": 1, "all": 2}
    assert n["role", "GP"].to_dict() == {"yes": 1, "no": 0, "all": 1}
    assert n["role", "Nurse"].to_dict() == {"yes": 0, "no": 1, "all": 1}
    assert n["role", "all"].to_dict() == {"yes": 1, "no": 1, "all": 2}


def test_participation_counts_responses_people_and_complete_ones(floors) -> None:
    table = check(participation(floors, WAVES, OUTCOMES, ["role"]), "participation", "participation")
    n = table.set_index(["measure", "wave", "group_by", "group"])["n"]
    assert n["responses", "pre", "all", "all"] == 4
    assert n["complete", "pre", "all", "all"] == 3  # y skipped b
    assert n["people", "pre", "all", "all"] == 2
    assert n["people", "all", "all", "all"] == 3
    assert n["all_waves", "all", "all", "all"] == 1
    assert n["responses", "post", "module", "B"] == 1
    assert "enrolled" not in set(table["measure"])


@pytest.mark.parametrize(
    ("missing", "complete"), [("not_applicable", 1), ("not_shown", 1), ("skipped", 0), ("refused", 0)]
)
def test_not_applicable_is_an_answer_and_a_refusal_is_none(missing, complete) -> None:
    floors = floors_of([{"wave": "pre", "key": "x", "module": "A", "a": 3, "b": None}])
    floors.responses["b_missing"] = pd.Series([missing], dtype="string")
    table = participation(floors, WAVES, OUTCOMES, [])
    assert table.set_index(["measure", "wave", "group_by"])["n"]["complete", "pre", "all"] == complete


def test_enrolments_give_reach_where_a_source_has_them() -> None:
    enrolments = pd.DataFrame(
        {"enrolled": [10.0, 5.0], "completed": [4.0, None], "role": pd.array(["GP", None], dtype="string")}
    )
    table = participation(floors_of(ROWS, enrolments=enrolments), WAVES, OUTCOMES, ["role"])
    n = check(table, "participation", "participation").set_index(["measure", "group_by", "group"])["n"]
    assert n["enrolled", "all", "all"] == 15
    assert n["completed", "all", "all"] == 4
    assert n["enrolled", "role", "GP"] == 10
    assert n["enrolled", "role", "not stated"] == 5


def test_conditions_of_the_primary_comparison_have_their_boxes(floors) -> None:
    found = check(flow(floors, WAVES, PRIMARY, included=0), "flow", "flow").set_index("box")
    inside = found[found["parent"] == "matched.pre"]
    assert inside["n"].to_dict() == {"included.pre": 0, "not_included.pre": 1}
    assert set(inside["n_unit"]) == {"pairs"}


def test_missing_answers_are_counted_by_kind() -> None:
    frame = response_table(
        [{"wave": "pre", "key": "x", "q": 1.0}, {"wave": "pre", "key": "y"}, {"wave": "pre", "key": "z"}]
    )
    frame.loc[2, "q_missing"] = "not_applicable"
    table = check(missing_answers(frame, WAVES, [scale("s", ["q"], waves=["pre"])]), "missing", "missing")
    assert set(table["wave"]) == {"pre"}
    n = table.set_index("kind")["n"].to_dict()
    assert n == {"answered": 1, "not_shown": 0, "skipped": 1, "not_applicable": 1, "refused": 0, "all": 3}
