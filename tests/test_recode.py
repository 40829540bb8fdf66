"""Answers made into values: every expected value is read off the item's own line."""

import math

import pandas as pd
import pytest
from prepost.errors import StudyError
from prepost.recode import accepted, reader, recode
from prepost.sheets import ItemRow, RecodeRow

AGREE = "1=Strongly disagree|2=Disagree|3=Neither agree nor disagree|4=Agree|5=Strongly agree"


def ordinal(**given):
    return ItemRow(**{"item": "q", "wording": "q", "scale": "ordinal", "low": 1, "high": 5, "labels": AGREE, **given})


def several(labels, **given):
    return ItemRow(item="q", wording="q", scale="multiple", labels=labels, **given)


def one(item, answer, *, mode=None, recodes=()):
    return reader(item, "a", mode, list(recodes))(answer)


def series(*answers):
    return pd.Series(list(answers), dtype="string")


def all_of(item, answers, recodes=()):
    return recode(answers, item, pd.Series(["a"] * len(answers)), {}, list(recodes))


@pytest.mark.parametrize(
    ("answer", "value"),
    [("Agree", 4), (" strongly  AGREE ", 5), ("Strongly\u00a0disagree", 1), ("4", 4), ("4.0", 4), (" 04 ", 4)],
)
def test_labels_and_codes_of_an_ordinal_item(answer, value):
    assert one(ordinal(), answer).value == value


@pytest.mark.parametrize("answer", ["6", "0", "3.5", "Maybe", "1e9", "nan", "inf", "1_0"])
def test_what_is_off_the_scale_is_missing_as_skipped_and_says_why(answer):
    found = one(ordinal(), answer)
    assert (found.value, found.missing) == (None, "skipped")
    assert found.unfit and answer not in found.unfit


def test_a_source_of_labels_takes_no_codes_and_a_source_of_codes_no_labels():
    assert one(ordinal(), "4", mode="labels").unfit and one(ordinal(), "Agree", mode="labels").value == 4
    assert one(ordinal(), "Agree", mode="codes").unfit and one(ordinal(), "4", mode="codes").value == 4


def test_without_labels_a_source_of_labels_still_gives_numbers():
    hours = ItemRow(item="q", wording="q", scale="number", low=0)
    assert one(hours, "7.25", mode="labels").value == 7.25
    assert one(hours, "-1").unfit and one(hours, "seven").unfit


def test_four_kinds_of_missing_stay_apart():
    item = ordinal(allowed_missing="Not applicable=not_applicable|99=refused|Not asked=not_shown")
    found = all_of(item, series(None, "", "  ", "not applicable", "99", "Not asked", "2"))
    kinds = ["not_shown", "skipped", "skipped", "not_applicable", "refused", "not_shown"]
    assert found.missing.tolist()[:6] == kinds and found.missing.isna().tolist() == [False] * 6 + [True]
    assert found.values["q"].notna().tolist() == [False] * 6 + [True]
    assert found.unfit.isna().all()


def test_an_allowed_missing_code_covers_its_label_and_the_other_way_round():
    sex = {"item": "q", "wording": "q", "scale": "category", "labels": "1=Female|2=Male|9=Rather not say"}
    by_code = ItemRow(**sex, allowed_missing="9=refused")
    assert one(by_code, "Rather not say").missing == "refused"
    assert one(ItemRow(**sex, allowed_missing="Rather not say=refused"), "9").missing == "refused"


def test_recodes_go_before_everything_and_only_for_their_sources():
    rows = [
        RecodeRow(source="a|b", item="q", answer="A little", value="2", note="signed off"),
        RecodeRow(source="a", item="q", answer="Agree", value="5", note="signed off"),
        RecodeRow(source="a", item="q", answer="?", value="refused", note="signed off"),
    ]
    found = recode(series("a LITTLE", "Agree", "?", "Agree"), ordinal(), series("a", "a", "a", "b"), {}, rows)
    assert found.values["q"].tolist()[:2] == [2, 5] and found.values["q"].iloc[3] == 4
    assert found.missing.iloc[2] == "refused"


def test_a_recode_off_the_scale_is_a_fault_of_the_sheet():
    hours = ItemRow(item="q", wording="q", scale="number", low=0, high=24)
    with pytest.raises(StudyError, match="0 to 24"):
        one(hours, "7", recodes=[RecodeRow(source="a", item="q", answer="many", value="40", note="n")])


def test_reversal_is_low_plus_high_minus_x_and_the_tick_is_kept():
    found = all_of(ordinal(low=0, high=4, labels="0=a|1=b|2=c|3=d|4=e", reversed="yes"), series("0", "b", "4", ""))
    assert found.values["q"].tolist()[:3] == [4, 3, 0] and math.isnan(found.values["q"].iloc[3])
    assert found.as_ticked.tolist()[:3] == [0, 1, 4]


def test_a_reversed_number_without_range_is_refused():
    with pytest.raises(StudyError, match="low and high"):
        one(ItemRow(item="q", wording="q", scale="number", reversed="yes"), "3")


def test_words_that_are_one_label_and_another_code_need_the_sources_word():
    item = ItemRow(item="q", wording="q", scale="category", labels="1=2|2=1|3=Many")
    with pytest.raises(StudyError, match="answers"):
        one(item, "1")
    assert one(item, "1", mode="codes").value == "2" and one(item, "1", mode="labels").value == "1"
    assert one(item, "many").value == "Many"


def test_a_category_is_its_label_and_free_where_no_labels_are_given():
    item = ItemRow(item="q", wording="q", scale="category", labels="1=Part time|2=Full time")
    assert one(item, "part  TIME").value == "Part time" and one(item, "2").value == "Full time"
    assert one(item, "Bank").unfit
    assert one(ItemRow(item="q", wording="q", scale="category"), " Care  home ").value == "Care home"


def test_an_answer_in_own_words_counts_as_other_and_is_listed():
    item = ItemRow(item="q", wording="q", scale="category", labels="1=Nurse|9=Other (please specify)")
    found = one(item, "Lay  adviser")
    assert (found.value, found.unlisted, found.unfit) == ("Other (please specify)", "Lay adviser", None)
    assert one(item, "7").unfit


@pytest.mark.parametrize(
    ("answer", "ticked"),
    [
        ("1 | 3", {"1", "3"}),
        ("A course, long or short;Nothing yet;", {"1", "3"}),
        ("Read about it,A course, long or short", {"1", "2"}),
        ("A course, long or short", {"1"}),
        ("nothing yet", {"3"}),
    ],
)
def test_several_answers_split_by_any_tool_even_where_labels_hold_commas(answer, ticked):
    item = several("1=A course, long or short|2=Read about it|3=Nothing yet|4=A course")
    assert one(item, answer).value == ticked


def test_several_answers_make_a_column_each_and_blank_is_skipped():
    found = all_of(several("1=One|2=Two"), series("One", "Two | One", "", None))
    assert found.values["q__1"].tolist()[:2] == [1, 1] and found.values["q__2"].tolist()[:2] == [0, 1]
    assert found.values["q__1"].isna().tolist() == [False, False, True, True]
    assert found.missing.tolist()[2:] == ["skipped", "not_shown"]


def test_an_option_that_no_label_has_is_counted_and_the_others_stay():
    found = one(several("1=One|2=Two"), "One;Twelve")
    assert found.value == {"1"} and "Twelve" not in found.unfit and "1 of the options" in found.unfit
    other = one(several("1=One|2=Other"), "One;my own words")
    assert other.value == {"1", "2"} and other.unlisted == "my own words"


def test_free_text_stays_to_the_letter():
    text = ItemRow(item="q", wording="q", scale="text", allowed_missing="n/a=not_applicable")
    cells = ['=HYPERLINK("x")', "<script>1</script>", " two  blanks ", "e\u0301", "N/A"]
    assert all_of(text, series(*cells)).values["q"].tolist()[:4] == cells[:4]
    assert all_of(text, series(*cells)).missing.iloc[4] == "not_applicable"
    plain = ItemRow(item="q", wording="q", scale="text")
    assert all_of(plain, series(*cells, "", None)).values["q"].tolist()[:5] == cells
    assert all_of(plain, series(" ", None)).missing.tolist() == ["skipped", "not_shown"]


def test_accepted_answers_are_known_by_code_and_by_label():
    item = ItemRow(item="q", wording="q", scale="category", labels="1=Yes|2=No")
    assert accepted(item, ["1"]) == {"1", "yes"} == accepted(item, ["YES"])
    assert accepted(ItemRow(item="q", wording="q", scale="identifier"), ["TEST"]) == {"test"}
