"""From answers to values: what is set aside and why, what is kept, and nothing lost between."""

import csv

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prepost import tables
from prepost.clean import Codebook, clean
from prepost.errors import StudyError
from prepost.exclusions import RULES
from prepost.fields import map_columns, waves_of
from prepost.ingest import KNOWN, ingest
from prepost.readers import read
from prepost.sheets import FieldRow, ItemRow, RecodeRow, SourceRow
from prepost.study import Cleaning, Outcome, Vocabulary, Wave
from prepost.vocabularies import read_vocabulary

ITEMS = [
    ItemRow(item="key", wording="k", scale="identifier"),
    ItemRow(item="consent", wording="c", scale="category", labels="1=Yes|2=No"),
    ItemRow(item="a", wording="a", scale="ordinal", low=1, high=5),
    ItemRow(item="b", wording="b", scale="ordinal", low=1, high=5, reversed="yes"),
    ItemRow(item="c", wording="c", scale="ordinal", low=1, high=5),
    ItemRow(item="role", wording="r", scale="category"),
    ItemRow(item="text", wording="t", scale="text"),
    ItemRow(item="enrolled", wording="e", scale="number", low=0),
    ItemRow(item="completed", wording="e", scale="number", low=0),
]
WAVES = [Wave(name="pre", label="Pre", when="before", opens="2024-01-01", closes="2024-06-30")]
WAVES += [Wave(name="post", label="Post", when="after")]
OUTCOMES = [Outcome(name="o", label="O", phrase="o", items=["a", "b", "c"], smallest_effect=0.5)]
NOTHING = {
    "consent": None,
    "tests": [],
    "duplicates": "last",
    "min_answered": 1,
    "speeders": None,
    "straight_liners": None,
    "unfitting_share": 0.5,
}


def ingested(*rows, source="s"):
    """Floor 1, a row each: line, then cells by name; wave pre, answered, unless a row says otherwise."""
    usual = {"source": source, "wave": "pre", "a": "3", "received": "2024-03-01", "_answers": None}
    frame = pd.DataFrame([{**usual, "line": line, **row} for line, row in enumerate(rows, start=2)])
    for name in KNOWN:
        if name not in frame:
            frame[name] = None
    frame["received"] = pd.to_datetime(frame["received"], format="ISO8601").astype("datetime64[us]")
    return frame.astype({name: "string" for name in frame if name not in ("line", "received")})


def run(*frames, recodes=(), vocabularies=(), items=ITEMS, **rules):
    book = Codebook(list(items), [FieldRow(source="s", column="Q7", item="a")], list(recodes), list(vocabularies))
    return clean(list(frames), book, Cleaning(**{**NOTHING, **rules}), WAVES, OUTCOMES)


def told(found):
    return dict(zip(found.exclusions["line"], found.exclusions["rule"], strict=True))


def kept(found):
    return found.responses["line"].tolist()


def test_previews_by_status_and_tests_by_an_answer():
    rows = [{"status": "Survey Preview"}, {"status": "IP Address"}, {"key": " test "}, {"key": "Contest"}]
    found = run(ingested(*rows), tests=[{"item": "key", "answers": ["TEST"]}])
    assert told(found) == {2: "preview_or_test", 4: "preview_or_test"} and kept(found) == [3, 5]


def test_redcaps_complete_and_incomplete_are_no_previews():
    assert told(run(ingested({"status": "1"}, {"status": "Incomplete"}, {"status": "Unverified"}))) == {}


def test_consent_by_code_or_label_and_only_where_it_was_asked():
    rows = [{"consent": "Yes"}, {"consent": "1"}, {"consent": "no"}, {"consent": ""}, {"consent": None}]
    found = run(ingested(*rows), consent={"item": "consent", "accept": ["1"]})
    assert told(found) == {4: "no_consent", 5: "no_consent"}
    assert "no answer" in found.exclusions["why"].iloc[1]


def test_consent_that_no_source_asks_is_a_fault_of_the_study():
    with pytest.raises(StudyError, match="no source asks 'consent'"):
        run(ingested({}), consent={"item": "consent", "accept": ["1"]})


def test_the_window_includes_its_last_day_and_an_unknown_date_is_no_reason():
    days = ["2023-12-31 23:59", "2024-01-01", "2024-06-30 23:59", "2024-07-01 00:00", None]
    found = run(ingested(*[{"received": day} for day in days]))
    assert told(found) == {2: "outside_window", 5: "outside_window"}
    assert run(ingested({"received": "1999-01-01", "wave": "post"})).exclusions.empty


def test_too_few_outcome_items_make_a_response_empty_but_never_a_file_that_asks_none():
    asked = ingested({"a": "", "b": ""}, {"a": "1", "b": ""}, {"a": "9", "b": ""}, {"a": "1", "b": "2"}, {"a": "3"})
    other = ingested({"a": None, "text": "x"}, source="t")
    found = run(asked, other, min_answered=2)
    assert told(found) == {2: "empty", 3: "empty", 4: "empty", 6: "empty"}
    assert kept(found) == [5, 2]


@pytest.mark.parametrize(("keep", "line"), [("first", 3), ("last", 4), ("most_complete", 2)])
def test_one_response_id_stays_once_by_the_studys_rule(keep, line):
    rows = [
        {"response_id": "R", "received": "2024-03-02", "b": "1", "c": "2"},
        {"response_id": "R ", "received": "2024-03-01", "b": "", "c": ""},
        {"response_id": "R", "received": "2024-03-03", "b": "4", "c": ""},
    ]
    found = run(ingested(*rows), duplicates=keep)
    assert kept(found) == [line] and set(told(found).values()) == {"duplicate_response"}
    assert found.exclusions["why"].str.contains(f"line {line},").all()


def test_a_response_id_counts_within_its_source_wave_and_module_and_never_blank():
    rows = [
        {"response_id": "R"},
        {"response_id": "R", "wave": "post"},
        {"response_id": "R", "module": "M"},
        {"response_id": None},
        {"response_id": ""},
    ]
    assert told(run(ingested(*rows), ingested({"response_id": "R"}, source="t"))) == {}


def test_identical_responses_are_one_only_with_a_key_and_the_same_time():
    same = {"key": "K", "text": "hello"}
    rows = [same, {**same, "text": " hello "}, {**same, "received": "2024-03-02"}, {**same, "text": "bye"}]
    assert told(run(ingested(*rows))) == {2: "duplicate_response"}
    assert told(run(ingested({"key": ""}, {"key": ""}))) == {}


def test_a_preview_never_stands_in_for_the_response_it_repeats():
    rows = [{"response_id": "R"}, {"response_id": "R", "status": "Survey Preview", "received": "2024-03-09"}]
    assert told(run(ingested(*rows))) == {3: "preview_or_test"}


@pytest.mark.parametrize("drop", [False, True])
def test_speeders_and_straight_liners_are_flagged_and_dropped_only_where_the_study_says(drop):
    rows = [
        {"duration_seconds": "19.5", "a": "1", "b": "2", "c": "2"},
        {"duration_seconds": "0:00:20", "a": "1", "b": "2", "c": "2"},
        {"duration_seconds": None, "a": "4", "b": "4", "c": "4"},  # b is reversed: 4 ticked is worth 2
        {"a": "4", "b": "4", "c": ""},
    ]
    found = run(ingested(*rows), speeders={"seconds": 20, "drop": drop}, straight_liners={"items": 3, "drop": drop})
    if drop:
        assert told(found) == {2: "speeder", 4: "straight_liner"} and kept(found) == [3, 5]
    else:
        assert told(found) == {} and found.responses["speeder"].tolist() == [True, False, False, False]
        assert found.responses["straight_liner"].tolist() == [False, False, True, False]


def test_values_reversal_and_kinds_of_missing_on_floor_2():
    first = ingested({"a": "5", "b": "1"}, {"a": "2", "b": ""})
    second = ingested({"a": "1"}, source="t")
    found = run(first, second).responses
    assert found["b"].tolist()[:1] == [5] and found["b"].isna().tolist() == [False, True, True]
    assert found["b_missing"].fillna("answered").tolist() == ["answered", "skipped", "not_shown"]
    assert found["c_missing"].tolist() == ["not_shown"] * 3
    assert "role" not in found and "enrolled" not in found


def test_an_answer_off_its_scale_is_listed_without_its_words_and_the_response_stays():
    found = run(ingested({"a": "77", "b": "2"}, {"a": "1"}, {"a": "2"}))
    assert found.unfitting.values.tolist() == [["s", 2, "pre", "a", "off the scale (1 to 5)"]]
    assert kept(found) == [2, 3, 4] and found.responses["a_missing"].iloc[0] == "skipped"


def test_four_answers_off_the_scale_are_slips_whatever_their_share():
    found = run(ingested(*[{"a": "77"}] * 4, {"a": "3"}), unfitting_share=0.2)
    assert len(found.unfitting) == 4 and kept(found) == [6]  # the four answered nothing else, so they are empty
    with pytest.raises(StudyError, match="5 of 6 answers"):
        run(ingested(*[{"a": "77"}] * 5, {"a": "3"}), unfitting_share=0.2)


def test_another_scale_is_refused_with_the_place_to_mend_it():
    frame = ingested(*[{"a": "Often"}] * 4, {"a": "Never"}, {"a": "3"}, {"a": ""})
    with pytest.raises(StudyError) as error:
        run(frame)
    (fault,) = error.value.faults
    assert "5 of 6 answers" in fault.what and "recodes.csv" in fault.fix and "'Q7'" in fault.where
    assert list(fault.rows) == [2, 3, 4, 5, 6] and "Often" not in str(error.value)
    rows = [
        RecodeRow(source="s", item="a", answer=word, value=value, note="n")
        for word, value in [("often", "4"), ("never", "1")]
    ]
    assert run(frame, recodes=rows).responses["a"].tolist()[:6] == [4, 4, 4, 4, 1, 3]


def vocabulary(tmp_path, text):
    part = Vocabulary(item="role", sheet="roles.csv", columns=["role", "role_group"])
    (tmp_path / "roles.csv").write_text(text, encoding="utf-8")
    return part, read_vocabulary(tmp_path / "roles.csv", part)


def test_a_vocabulary_maps_what_it_has_and_lists_what_it_has_not(tmp_path):
    sheet = vocabulary(tmp_path, "answer,role,role_group,note\nGP,General practitioner,Clinical,\nporter,Porter,,x\n")
    rows = [{"role": " gp"}, {"role": "Porter"}, {"role": "Astronaut"}, {"role": ""}, {"role": "astronaut "}]
    found = run(ingested(*rows), ingested({}, source="t"), vocabularies=[sheet])
    blank = ["not stated"] * 2
    expected = [["General practitioner", "Clinical"], ["Porter", "not stated"], blank, blank, blank, blank]
    assert found.responses[["role", "role_group"]].values.tolist() == expected
    assert found.unmapped.values.tolist() == [["s", "role", "Astronaut", 1], ["s", "role", "astronaut", 1]]


def test_a_vocabulary_that_says_two_things_of_one_answer_is_refused(tmp_path):
    with pytest.raises(StudyError, match="twice"):
        vocabulary(tmp_path, "answer,role,role_group\nGP,a,b\n gp,a,c\n")


def test_an_item_called_module_brings_its_names_into_one_form():
    module = ItemRow(item="module", wording="m", scale="category", labels="l=Listening|p=Planning")
    rows = [{"module": "  listening "}, {"module": "P"}, {"module": None}, {"module": "Planning"}]
    found = run(ingested(*rows), items=[*ITEMS, module])
    assert found.responses["module"].fillna("-").tolist() == ["Listening", "Planning", "-", "Planning"]
    assert run(ingested(*rows[:1])).responses["module"].tolist() == ["listening"]


def test_people_and_enrolments_go_their_own_way_and_know_no_windows():
    rows = [
        {"wave": "about_person", "a": None, "role": "GP", "received": "1999-01-01", "key": "K"},
        {"wave": "enrolments", "a": None, "module": "M", "enrolled": "40", "completed": "12"},
        {"wave": "enrolments", "a": None, "module": "M", "enrolled": "40", "completed": "12"},
        {},
    ]
    found = run(ingested(*rows))
    assert found.about[["line", "role", "key"]].values.tolist() == [[2, "GP", "K"]]
    assert "a" not in found.about and "response_id" not in found.about
    assert found.enrolments[["module", "enrolled", "completed"]].values.tolist() == [["M", 40, 12]] * 2
    assert kept(found) == [5]


def test_tables_without_rows_are_tables(tmp_path):
    found = run(ingested({}).iloc[:0])
    for name, frame in found._asdict().items():
        path = tmp_path / (f"{name}.parquet" if name in ("responses", "about", "enrolments") else f"{name}.csv")
        tables.write(frame, path, name)
        assert len(tables.read(path, name)) == 0
    assert {"a", "a_missing", "key"} <= set(found.responses)


row = st.fixed_dictionaries(
    {
        "wave": st.sampled_from(["pre", "post", "about_person", "enrolments"]),
        "key": st.sampled_from(["", "K", "L", None]),
        "response_id": st.sampled_from([None, "R", "Q"]),
        "status": st.sampled_from([None, "Survey Preview"]),
        "consent": st.sampled_from([None, "", "Yes", "No"]),
        "received": st.sampled_from([None, "2024-03-01", "2025-01-01"]),
        "duration_seconds": st.sampled_from([None, "3", "300", "x"]),
        "a": st.sampled_from([None, "", "1", "4"]),
        "b": st.sampled_from([None, "", "4", "nine"]),
        "c": st.sampled_from(["", "4"]),
    }
)


@settings(max_examples=20, deadline=None)
@given(st.lists(row, min_size=1, max_size=14), st.sampled_from(["first", "last", "most_complete"]))
def test_every_response_is_kept_or_set_aside_once(rows, keep):
    half = len(rows) // 2
    # One row asks for consent and has an answer on every scale, so that the study's own checks let the file pass.
    sound = {"consent": "Yes", "a": "1", "b": "2", "c": "3"}
    frames = [ingested(*rows[:half], sound), ingested(*rows[half:], sound, source="t")]
    strict = {"speeders": {"seconds": 20, "drop": True}, "straight_liners": {"items": 3, "drop": True}}
    consent = {"item": "consent", "accept": ["Yes"]}
    found = run(*frames, consent=consent, duplicates=keep, unfitting_share=0.999999, **strict)
    parts = [found.responses, found.about, found.enrolments, found.exclusions]
    where = ["source", "line", "wave"]
    after = pd.concat([part[where] for part in parts]).sort_values(where).values.tolist()
    before = pd.concat([frame[where] for frame in frames]).sort_values(where).values.tolist()
    assert after == before
    assert set(found.exclusions["rule"]) <= set(RULES)


def by_hand(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_dart_from_labels_gives_the_codes_that_its_authors_give(shared):
    """The authors publish every answer as words and as codes; recoding the words has to give the codes."""
    dart = shared / "dart"
    labels: dict[str, dict[str, str]] = {}
    for entry in by_hand(dart / "nih_pre.value_labels.csv"):
        labels.setdefault(entry["column"], {})[entry["code"]] = entry["label"]
    items = [ItemRow(item="record_id", wording="record", scale="identifier")]
    for name, codes in labels.items():
        numbers = sorted(float(code) for code in codes)
        joined = "|".join(f"{code}={label}" for code, label in codes.items())
        items.append(ItemRow(item=name, wording=name, scale="ordinal", low=numbers[0], high=numbers[-1], labels=joined))
    outcome = Outcome(name="all", label="All", phrase="all", items=list(labels), smallest_effect=0.1)
    frames, expected = [], {}
    for wave, count in (("pre", 493), ("post", 305)):
        source = SourceRow(
            source=f"nih_{wave}", strand="learners", wave=wave, file=f"nih_{wave}.labels.csv", platform="redcap"
        )
        raw = read(dart / source.file, "redcap")
        found = ingest(raw, source, map_columns(raw.columns, source, [], items), waves_of(source, []), items)
        assert len(found.responses) + len(found.refused) == count
        frames.append(found.responses)
        for record in by_hand(dart / f"nih_{wave}.codes.csv"):
            expected[(wave, record["record_id"])] = {name: record[name] for name in labels}
    book = Codebook(items, [], [], [])
    cleaned = clean(
        frames, book, Cleaning(**NOTHING), [*WAVES[1:], WAVES[0].model_copy(update={"opens": None})], [outcome]
    )
    answered = {key: cells for key, cells in expected.items() if any(cells.values())}
    assert len(cleaned.responses) == len(answered) and len(cleaned.responses) + len(cleaned.exclusions) == 493 + 305
    assert cleaned.unfitting.empty
    for response in cleaned.responses.to_dict("records"):
        cells = answered[(response["wave"], response["record_id"])]
        wrong = [name for name, cell in cells.items() if (float(cell) if cell else None) != _none(response[name])]
        assert not wrong


def _none(value):
    return None if pd.isna(value) else value
