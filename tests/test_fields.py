"""Which column holds which item, and whether its wording is the study's."""

import pytest
from prepost.errors import StudyError
from prepost.fields import Mapped, map_columns, slug, waves_of
from prepost.readers import Column
from prepost.sheets import FieldRow, ItemRow, SourceRow
from prepost.wording import drift, fold, fold_wording

COLUMNS = (
    Column("_recordId", "ResponseId", "Response ID"),
    Column("QID1", "Q1", "Your learner number"),
    Column("QID3_1", "Q3_1", "How far do you agree? - I can listen"),
    Column("QID3_2", "Q3_2", "How far do you agree? - I can ask"),
    Column("QID9_1", "Q3_1", "How far do you agree? - I can listen"),
)
ITEMS = [
    ItemRow(item="key", wording="Your learner number", scale="identifier"),
    ItemRow(item="listen", wording="I can listen", scale="ordinal", low=1, high=5),
    ItemRow(item="ask", wording="I can ask", scale="ordinal", low=1, high=5),
]


def source(**given):
    return SourceRow(**{"source": "a", "strand": "learners", "file": "a.csv", "platform": "qualtrics", **given})


def line(column, item, **given):
    return FieldRow(source=given.pop("source", "a"), column=column, item=item, **given)


def columns_of(mapping):
    return [(found.column, found.item, found.wave) for found in mapping]


def test_a_name_goes_before_a_header_and_a_header_before_the_wording():
    rows = [line("QID3_1", "listen"), line("Q3_2", "ask"), line("your LEARNER  number", "key")]
    mapping = map_columns(COLUMNS, source(wave="pre"), rows, ITEMS)
    assert columns_of(mapping) == [("QID3_1", "listen", "pre"), ("QID3_2", "ask", "pre"), ("QID1", "key", "pre")]


def test_a_pattern_has_to_match_the_whole_of_name_header_or_question():
    mapping = map_columns(COLUMNS, source(wave="pre"), [line(".* - I can ask", "ask", match="pattern")], ITEMS)
    assert columns_of(mapping) == [("QID3_2", "ask", "pre")]
    with pytest.raises(StudyError, match="is not in a.csv"):
        map_columns(COLUMNS, source(wave="pre"), [line("I can ask", "ask", match="pattern")], ITEMS)


def test_every_line_that_finds_none_or_several_is_told_at_once():
    rows = [line("QID3_3", "listen"), line("Q3_1", "ask"), line("QID(", "key", match="pattern")]
    with pytest.raises(StudyError) as error:
        map_columns(COLUMNS, source(wave="pre"), rows, ITEMS)
    absent, several, broken = error.value.faults
    assert "'QID3_1'" in absent.expected and "line 2" in absent.where
    assert "fits 2 columns" in several.what and "'QID9_1'" in several.what
    assert "regular expression" in broken.what


def test_a_wide_file_gives_each_wave_its_columns_and_every_wave_the_key():
    rows = [
        line("QID1", "key"),
        line("QID3_1", "listen", wave="pre"),
        line("QID9_1", "listen", wave="post"),
    ]
    wide = source()
    assert waves_of(wide, rows) == ["post", "pre"]
    mapping = map_columns(COLUMNS, wide, rows, ITEMS)
    assert columns_of(mapping) == [
        ("QID1", "key", "post"),
        ("QID1", "key", "pre"),
        ("QID3_1", "listen", "pre"),
        ("QID9_1", "listen", "post"),
    ]
    assert [found.shared for found in mapping] == [True, True, False, False]


def test_a_line_may_speak_of_several_sources_and_other_sources_lines_do_not_count():
    rows = [line("QID1", "key", source="a|b"), line("absent", "ask", source="b")]
    assert columns_of(map_columns(COLUMNS, source(wave="pre"), rows, ITEMS)) == [("QID1", "key", "pre")]


def test_one_item_from_two_columns_of_one_wave_is_refused():
    rows = [line("QID3_1", "listen"), line("QID9_1", "listen")]
    with pytest.raises(StudyError, match="already on line 2"):
        map_columns(COLUMNS, source(wave="pre"), rows, ITEMS)


def test_without_lines_every_column_keeps_its_slugged_name():
    columns = (Column("Full name", "Full name"), Column("full-name", "full-name"), Column("1st", "1st"))
    mapping = map_columns(columns, source(wave="pre"), [], ITEMS)
    assert [found.item for found in mapping] == ["full_name", "full_name_2", "x_1st"]
    assert slug("2. How confident…?") == "x_2_how_confident"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Don’t  know", "don't know"),
        ("Yes\u00a0–\u00a0always", "YES - always"),
        ("\ufeff“Agree” ", '"agree"'),
        ("ﬁne", "fine"),
    ],
)
def test_answers_that_differ_in_writing_only(one, other):
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "same"),
    [
        ("<p>2.a. I can&nbsp;listen.</p>", True),
        ("Q12) I can listen *", True),
        ("1. I can listen", True),
        ("I can often listen", False),
        ("1.5 I can listen", False),
    ],
)
def test_wordings_that_ask_the_same(one, same):
    assert (fold_wording(one) == fold_wording("I can listen")) is same


def test_a_wording_that_changed_is_refused_and_both_are_shown():
    mapping = [Mapped("listen", "pre", "QID3_1", line=2)]
    (fault,) = drift(mapping, COLUMNS, ITEMS, "a", "a.csv")
    assert "How far do you agree? - I can listen" in fault.what and '"I can listen"' in fault.expected
    assert "fields.csv" in fault.fix


def test_a_wording_or_a_pattern_signs_a_difference_off_and_other_scales_are_free():
    accepted = Mapped("listen", "pre", "QID3_1", wording="How far do you agree? – I can LISTEN", line=2)
    pattern = Mapped("ask", "pre", "QID3_2", pattern=True, line=3)
    free = Mapped("key", "pre", "QID3_1", line=4)
    assert drift([accepted, pattern, free], COLUMNS, ITEMS, "a", "a.csv") == []
