"""Clerical review: what goes out, what comes back, and what is refused on the way."""

from __future__ import annotations

import io

import numpy as np
import openpyxl
import pandas as pd
import pytest
from prepost.errors import StudyError
from prepost.linkage.review_sheet import read_returned, workbook
from prepost.linkage.stage import link
from prepost.matching import match
from prepost.study_linkage import Element, Matching, Person
from prepost.tables import check

PERSON = Person(key=["code"], normalise=["trim", "lower"], elements=[Element(item="code", comparison="edit_distance")])
MATCHING = Matching(
    several_in_wave="last",
    most_with_one_key=5,
    headline="tolerant",
    tolerant={
        "use": True,
        "accept": 0.99,
        "review": 0.5,
        "without_review": "refuse",
        "most_pairs": 10_000,
        "blocking": [],
        "memory": "200MB",
    },
)
CODES = {"pre": ["abc123", "=1+1", "mmmm5", "same"], "post": ["abc132", "=1+2", "kkkk1", "same"]}


def responses(codes: dict = CODES) -> pd.DataFrame:
    """Responses with one code; two are near each other, two are formulas in a spreadsheet's eyes, one agrees."""
    rows = [(wave, line, code) for wave, given in codes.items() for line, code in enumerate(given, start=2)]
    frame = pd.DataFrame(rows, columns=["wave", "line", "code"])
    frame = frame.assign(source=frame["wave"], module="M", received=pd.Series(pd.NaT, index=frame.index))
    texts = dict.fromkeys(["wave", "source", "module", "code"], "string")
    return frame.astype(texts | {"received": "datetime64[us]", "line": "int64"})


def stage(frame: pd.DataFrame, returned: pd.DataFrame | None = None):
    """The exact stage and the one behind it."""
    how = {"key": PERSON.key, "rules": PERSON.normalise, "waves": ["pre", "post"], "several": "last"}
    exact = match(frame, frame.iloc[:0], **how)
    sheets = read_returned([]) if returned is None else returned
    asked = {"person": PERSON, "matching": MATCHING, "waves": how["waves"], "returned": sheets}
    return exact, link(frame, exact.links, exact.pairs, **asked, level=0.95, seed=1)


def fill(sheet: pd.DataFrame, path, **columns: list) -> None:
    """Fill in a sheet as a reviewer's spreadsheet would, and save it."""
    book = openpyxl.load_workbook(io.BytesIO(workbook(sheet)))
    page = book["review"]
    header = [cell.value for cell in page[1]]
    for name, values in columns.items():
        for row, value in enumerate(values, start=2):
            page.cell(row, header.index(name) + 1).value = value
    book.save(path)


@pytest.fixture
def sheet() -> pd.DataFrame:
    return stage(responses())[1].sheet


def answered(sheet, tmp_path, decisions, *, reviewer="R. Evans", on="2025-03-01", name="back.xlsx"):
    """Returned rows with these decisions."""
    n = len(decisions)
    fill(sheet, tmp_path / name, decision=decisions, reviewer=[reviewer] * n, reviewed_on=[on] * n)
    return read_returned([tmp_path / name])


def test_the_sheet_shows_both_side_by_side_and_marks_what_differs(sheet) -> None:
    assert sheet[["code · before", "code · after"]].to_numpy().tolist() == [["abc123", "abc132"], ["=1+1", "=1+2"]]
    page = openpyxl.load_workbook(io.BytesIO(workbook(sheet)))["review"]
    header = [cell.value for cell in page[1]]
    before = page.cell(3, header.index("code · before") + 1)
    assert "FCE3D6" in str(before.fill.fgColor.rgb)
    (rule,) = page.data_validations.dataValidation
    assert rule.formula1 == '"same person,different people,cannot tell"'


def test_nothing_on_the_sheet_is_a_formula_and_its_bytes_are_the_same_twice(sheet) -> None:
    page = openpyxl.load_workbook(io.BytesIO(workbook(sheet)))["review"]
    types = {cell.data_type for row in page.iter_rows() for cell in row if cell.value is not None}
    assert types == {"s"}
    assert workbook(sheet) == workbook(sheet)


def test_a_returned_sheet_overrides_and_says_who_and_when(sheet, tmp_path) -> None:
    exact, found = stage(responses(), answered(sheet, tmp_path, ["different people", "Same person "]))
    check(found.candidates, "candidates", "candidates")
    check(found.reviewed, "reviewed", "reviewed")
    decided = found.candidates[found.candidates["stage"] == "reviewed"].set_index("line_from")["decision"].to_dict()
    assert decided == {2: "refused", 3: "accepted"}
    assert set(found.reviewed["reviewer"]) == {"R. Evans"}
    assert set(found.reviewed["reviewed_on"]) == {"2025-03-01"}
    assert set(found.reviewed["state"]) == {"applied"}
    assert found.sheet.empty
    frame = responses()
    more = found.candidates.query("decision == 'accepted' and stage != 'exact'")
    how = {"key": PERSON.key, "rules": PERSON.normalise, "waves": ["pre", "post"], "several": "last"}
    merged = match(frame, frame.iloc[:0], **how, joined=more).pairs
    assert sorted(merged["method"]) == ["exact", "reviewed"]


def test_cannot_tell_leaves_the_default_and_is_listed(sheet, tmp_path) -> None:
    _, found = stage(responses(), answered(sheet, tmp_path, ["cannot tell", None]))
    assert set(found.candidates.query("stage != 'exact'")["decision"]) == {"review"}
    assert found.reviewed["decision"].tolist() == ["cannot tell"]


@pytest.mark.parametrize(
    ("wave", "old", "new"),
    [("post", "abc132", "abc142"), ("post", "kkkk1", "abc123")],
    ids=["the answer has changed", "the key links one of the two by now"],
)
def test_a_row_about_answers_that_changed_is_stale_and_counts_no_more(sheet, tmp_path, wave, old, new) -> None:
    returned = answered(sheet, tmp_path, ["same person", None])
    codes = CODES | {wave: [new if code == old else code for code in CODES[wave]]}
    _, found = stage(responses(codes), returned)
    assert found.reviewed["state"].tolist() == ["stale"]
    assert found.stale == 1
    assert "reviewed" not in set(found.candidates["stage"])


def test_a_row_that_nobody_can_have_meant_is_told_with_its_number(sheet, tmp_path) -> None:
    returned = answered(sheet, tmp_path, ["yes", "same person"], reviewer="", on="last week")
    with pytest.raises(StudyError) as error:
        stage(responses(), returned)
    told = str(error.value)
    assert "data/returned/review/back.xlsx · decision" in told
    assert "1 row; first: 2" in told
    assert "the reviewer is blank" in told and "the reviewed_on is no date" in told
    assert "abc123" not in told


def test_two_sheets_that_disagree_are_refused(sheet, tmp_path) -> None:
    parts = [
        answered(sheet, tmp_path, [word, None], name=f"{word[:4]}.xlsx") for word in ("same person", "different people")
    ]
    with pytest.raises(StudyError, match="decided in different ways"):
        stage(responses(), pd.concat(parts, ignore_index=True))


def test_one_response_cannot_be_the_same_person_as_two_others(tmp_path) -> None:
    codes = {"pre": ["abc123"], "post": ["abc132", "abc124"]}
    sheet = stage(responses(codes))[1].sheet
    assert len(sheet) == 2
    with pytest.raises(StudyError, match="same person's as two others"):
        stage(responses(codes), answered(sheet, tmp_path, ["same person"] * 2))


def test_a_sheet_without_its_columns_is_refused_by_name(tmp_path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "review"
    book.active.append(["pair_id", "decision"])
    book.save(tmp_path / "x.xlsx")
    with pytest.raises(StudyError, match="column row_hash"):
        read_returned([tmp_path / "x.xlsx"])


def test_a_date_typed_into_a_spreadsheet_is_a_date(sheet, tmp_path) -> None:
    when = pd.Timestamp("2025-03-01").to_pydatetime()
    _, found = stage(responses(), answered(sheet, tmp_path, ["same person", None], on=when))
    assert found.reviewed["reviewed_on"].tolist() == ["2025-03-01"]


def test_the_order_of_the_rows_does_not_change_the_sheet() -> None:
    frame = responses()
    shuffled = frame.sample(frac=1, random_state=2).reset_index(drop=True)
    first, other = (stage(rows)[1].sheet for rows in (frame, shuffled))
    assert np.array_equal(first.to_numpy(), other.to_numpy())
