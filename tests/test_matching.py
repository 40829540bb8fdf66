"""Linking a person's responses: keys, several in a wave, parts over files, and what is not linked. Made by hand."""

from __future__ import annotations

import pandas as pd
import pytest
from prepost.matching import completions, match, normalise
from prepost.schemas import MISSING_SUFFIX
from prepost.tables import check

WAVES = ["pre", "post", "followup"]
TEXT = ["source", "wave", "module", "response_id", "key"]


def responses(*rows: tuple, items: tuple[str, ...] = ("a", "b"), waves_of_items: dict | None = None) -> pd.DataFrame:
    """Rows of floor 2: (source, line, wave, module, key, answers…), answers in the order of `items`."""
    records = []
    for source, line, wave, module, key, *answers in rows:
        record = {"source": source, "line": line, "wave": wave, "module": module, "key": key}
        record |= dict(zip(items, [*answers, *[None] * (len(items) - len(answers))], strict=True))
        records.append(record)
    frame = pd.DataFrame(records, columns=["source", "line", "wave", "module", "key", *items])
    frame["received"] = pd.Series(pd.NaT, index=frame.index, dtype="datetime64[us]")
    frame["response_id"] = pd.Series(pd.NA, index=frame.index)
    for name in ("speeder", "straight_liner"):
        frame[name] = pd.Series(False, index=frame.index, dtype="boolean")
    for item in items:
        frame[item] = frame[item].astype("float64")
        frame[item + MISSING_SUFFIX] = pd.Series("skipped", index=frame.index, dtype="string").mask(frame[item].notna())
    frame["key_missing"] = pd.Series("skipped", index=frame.index, dtype="string").mask(frame["key"].notna())
    frame["line"] = frame["line"].astype("int64")
    return frame.astype(dict.fromkeys(TEXT, "string"))


def about(*rows: dict) -> pd.DataFrame:
    """Rows about people, with text columns and the key."""
    frame = pd.DataFrame(list(rows), columns=sorted({"key", *[name for row in rows for name in row]}))
    frame = frame.astype("string")
    where = pd.DataFrame({"source": "list", "line": range(2, len(frame) + 2), "wave": "about_person"})
    return pd.concat([where.astype({"source": "string", "wave": "string"}), frame], axis=1)


def linked(frame: pd.DataFrame, people: pd.DataFrame | None = None, *, several: str = "last", waves=tuple(WAVES[:2])):
    """Match with the usual settings and hold pairs, people and unmatched to their schemas."""
    people = about() if people is None else people
    found = match(frame, people, key=["key"], rules=["trim", "lower"], waves=list(waves), several=several)
    for name in ("people", "pairs", "triples", "unmatched"):
        check(getattr(found, name), name, name)
    assert len(found.links) == len(frame)
    return found


def states(found) -> dict:
    """State by source and line."""
    return found.links.set_index(["source", "line"])["state"].to_dict()


@pytest.mark.parametrize(
    ("written", "rules", "expected"),
    [
        (" LN-7 ", ["trim", "lower"], "ln-7"),
        ("Zoë", ["lower", "accents"], "zoe"),
        ("a b\tc", ["blanks"], "abc"),
        ("LN_7-x", ["punctuation"], "LN7x"),
        ("---", ["punctuation"], None),
        ("   ", [], None),
        ("007", ["trim"], "007"),
    ],
)
def test_keys_are_evened_out_as_told(written, rules, expected) -> None:
    found = normalise(pd.Series([written]), rules).iloc[0]
    assert (None if pd.isna(found) else found) == expected


def test_waves_of_one_person_are_linked_within_a_module() -> None:
    found = linked(
        responses(
            ("s", 2, "pre", "A", "x"),
            ("s", 3, "pre", "B", "x"),
            ("t", 2, "post", "A", " X "),
            ("t", 3, "post", "B", "y"),
        )
    )
    pairs = found.pairs[["person", "module", "line_from", "line_to"]].values.tolist()
    assert pairs == [["P00001", "A", 2, 2]]


def test_blank_keys_never_match_each_other() -> None:
    found = linked(responses(("s", 2, "pre", "A", None), ("t", 2, "post", "A", None), ("t", 3, "post", "A", "  ")))
    assert set(states(found).values()) == {"blank_key"}
    assert found.pairs.empty
    assert found.people.empty


def test_one_blank_part_makes_the_whole_key_blank() -> None:
    frame = responses(("s", 2, "pre", "A", "x"), ("t", 2, "post", "A", "x"))
    frame["initials"] = pd.array(["ab", None], dtype="string")
    found = match(frame, about(), key=["key", "initials"], rules=["trim"], waves=WAVES[:2], several="last")
    assert states(found) == {("s", 2): "used", ("t", 2): "blank_key"}


@pytest.mark.parametrize(("several", "used"), [("first", 2), ("last", 4), ("most_complete", 3)])
def test_several_responses_in_a_wave_are_resolved_by_the_rule(several, used) -> None:
    frame = responses(("s", 2, "pre", "A", "x", 1), ("s", 3, "pre", "A", "x", 1, 2), ("s", 4, "pre", "A", "x", 3))
    found = linked(frame, several=several)
    expected = {("s", line): "used" if line == used else "another_used" for line in (2, 3, 4)}
    assert states(found) == expected
    assert set(found.links.loc[found.links["state"] == "another_used", "why"]) == {
        f"the person's {several} response is used".replace("_", " ")
    }


def test_last_goes_by_time_before_line() -> None:
    frame = responses(("s", 2, "pre", "A", "x", 1), ("s", 3, "pre", "A", "x", 1))
    frame["received"] = pd.to_datetime(["2025-02-01", "2025-01-01"]).astype("datetime64[us]")
    assert states(linked(frame)) == {("s", 2): "used", ("s", 3): "another_used"}


def test_parts_of_one_response_in_two_files_are_joined() -> None:
    frame = responses(
        ("s", 2, "pre", "A", "x", 1, None), ("t", 5, "pre", "A", "x", None, 4), ("u", 2, "post", "A", "x", 2, 2)
    )
    frame.loc[0, "b_missing"] = "not_shown"
    frame.loc[1, "a_missing"] = "not_shown"
    frame["role"] = pd.array(["GP", "not stated", "not stated"], dtype="string")
    found = linked(frame, several="last")
    assert states(found) == {("s", 2): "part", ("t", 5): "used", ("u", 2): "used"}
    assert len(found.pairs) == 1
    rows = completions(frame, found.links).set_index("wave")
    assert len(rows) == 2
    assert rows.loc["pre", ["source", "line", "a", "b", "role"]].tolist() == ["t", 5, 1.0, 4.0, "GP"]
    assert rows.loc["pre", ["a_missing", "b_missing"]].isna().all()
    assert rows.loc["post", "role"] == "not stated"


def test_parts_keep_the_kind_of_missing_that_says_more() -> None:
    frame = responses(("s", 2, "pre", "A", "x", 1, None), ("t", 5, "pre", "A", "x", None, None))
    frame.loc[1, ["a_missing", "b_missing"]] = ["not_shown", "not_shown"]
    frame.loc[0, "b_missing"] = "refused"
    rows = completions(frame, linked(frame).links)
    assert rows.loc[0, "source"] == "t"
    assert rows.loc[0, "a"] == 1.0
    assert pd.isna(rows.loc[0, "a_missing"])
    assert rows.loc[0, "b_missing"] == "refused"


def test_two_files_with_the_same_answers_are_two_responses() -> None:
    frame = responses(("s", 2, "pre", "A", "x", 1), ("t", 5, "pre", "A", "x", 4))
    assert states(linked(frame)) == {("s", 2): "another_used", ("t", 5): "used"}


def test_parts_are_joined_where_no_module_is_known_at_all() -> None:
    frame = responses(
        ("s", 2, "pre", None, "x", 1, None), ("t", 5, "pre", None, "x", None, 4), ("u", 2, "post", None, "x", 2)
    )
    found = linked(frame)
    assert states(found) == {("s", 2): "part", ("t", 5): "used", ("u", 2): "used"}
    assert len(found.pairs) == 1
    rows = completions(frame, found.links).set_index("wave")
    assert rows.loc["pre", ["a", "b"]].tolist() == [1.0, 4.0]


def test_the_module_comes_from_what_is_known_of_the_person() -> None:
    frame = responses(("s", 2, "pre", None, "x"), ("t", 2, "post", None, "X"), ("t", 3, "post", None, "y"))
    found = linked(frame, about({"key": "x", "module": "red"}, {"key": "z", "module": "blue"}))
    assert found.links["module"].tolist()[:2] == ["red", "red"]
    assert states(found)["t", 3] == "no_module"
    assert found.pairs["module"].tolist() == ["red"]
    assert len(found.people) == 3  # z answered no survey and is known all the same


def test_what_is_said_of_a_person_is_gathered_over_files() -> None:
    rows = about(
        {
            "key": "x",
            "role": None,
            "role_missing": "not_shown",
            "group": "not stated",
            "age": "30",
            "age_missing": None,
        },
        {"key": "X ", "role": "GP", "role_missing": None, "group": "Clinical", "age": None, "age_missing": "skipped"},
        {
            "key": "y",
            "role": None,
            "role_missing": "refused",
            "group": "not stated",
            "age": None,
            "age_missing": "not_shown",
        },
    )
    people = linked(responses(("s", 2, "pre", "A", "x"), ("s", 3, "pre", "A", "q")), rows).people.set_index("person")
    assert people.loc["P00001", ["role", "group", "age"]].tolist() == ["GP", "Clinical", "30"]
    assert people.loc["P00001", ["role_missing", "age_missing"]].isna().all()
    y = people[people["role_missing"] == "refused"].iloc[0]
    assert pd.isna(y["group"])
    assert y["age_missing"] == "not_shown"
    assert people.loc["P00002", "role_missing"] == "not_shown"  # answered a survey, and no file says anything of them
    assert not {"key", "key_missing", "response_id", "received"} & set(people)


def test_the_three_states_stay_apart() -> None:
    frame = responses(
        ("s", 2, "pre", "A", "x"),
        ("s", 3, "pre", "A", "gone"),
        ("s", 4, "pre", "B", "unsure"),
        ("s", 5, "pre", "B", "pair"),
        ("t", 2, "post", "A", "x"),
        ("t", 3, "post", "B", "new"),
        ("t", 4, "post", "B", "pair"),
        ("t", 5, "post", "B", None),
    )
    state = linked(frame).unmatched.set_index(["source", "line"])["state"].to_dict()
    # Module A: its one post response is x's, so the other did not answer. Module B: two post responses have no pre.
    assert state == {
        ("s", 3): "did_not_answer",
        ("s", 4): "cannot_be_told",
        ("t", 3): "answered_not_linked",
        ("t", 5): "answered_not_linked",
    }


def test_a_response_without_module_leaves_every_module_in_doubt() -> None:
    frame = responses(("s", 2, "pre", "A", "x"), ("t", 2, "post", None, "y"))
    state = linked(frame).unmatched.set_index(["source", "line"])["state"].to_dict()
    assert state == {("s", 2): "cannot_be_told", ("t", 2): "answered_not_linked"}


def test_three_waves_give_every_two_and_a_triple() -> None:
    frame = responses(
        ("s", 2, "pre", "A", "x"),
        ("t", 2, "post", "A", "x"),
        ("u", 2, "followup", "A", "x"),
        ("u", 3, "followup", "A", "y"),
    )
    found = linked(frame, waves=WAVES)
    waves = found.pairs[["wave_from", "wave_to"]].values.tolist()
    assert waves == [["post", "followup"], ["pre", "followup"], ["pre", "post"]]
    assert found.triples[["person", "waves", "lines"]].values.tolist() == [
        ["P00001", "pre|post|followup", "s:2|t:2|u:2"]
    ]


def test_no_response_at_all() -> None:
    found = linked(responses())
    assert all(table.empty for table in found)
    assert completions(responses(), found.links).empty


def test_every_response_of_a_wave_is_in_one_state() -> None:
    frame = responses(
        ("s", 2, "pre", "A", "x"),
        ("s", 3, "pre", "A", "x"),
        ("s", 4, "pre", "A", None),
        ("s", 5, "pre", None, "y"),
        ("s", 6, "pre", "A", "z"),
        ("t", 2, "post", "A", "x"),
    )
    found = linked(frame)
    at_pre = found.links[found.links["wave"] == "pre"]["state"].value_counts().to_dict()
    assert at_pre == {"used": 2, "another_used": 1, "blank_key": 1, "no_module": 1}
    used = 2
    assert used == len(found.pairs) + (found.unmatched["wave"] == "pre").sum()
