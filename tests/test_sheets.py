"""Sheets as people save them: every fault of one told at once, with line and column."""

from __future__ import annotations

from pathlib import Path

import pytest
from prepost.errors import StudyError
from prepost.sheets import FieldRow, ItemRow, RecodeRow, SourceRow, header_of, read_sheet

HEAD = "item,wording,scale,low,high,labels\n"


def items(folder: Path, text: str | bytes, row=ItemRow, key: str | None = "item") -> list:
    """Read a sheet of this text."""
    path = folder / "items.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_sheet(path, row, key=key)


def faults(folder: Path, text: str | bytes, **options) -> list:
    """The faults of a sheet of this text."""
    with pytest.raises(StudyError) as error:
        items(folder, text, **options)
    return list(error.value.faults)


def test_rows_are_typed_and_know_their_line(tmp_path) -> None:
    rows = items(tmp_path, HEAD + "a,A?,ordinal,1,2,1=no|2=yes\n\n,,,,,\nb, B ,text,,,\n")
    assert [(row.item, row.line) for row in rows] == [("a", 2), ("b", 5)]
    assert rows[0].codes == {"1": "no", "2": "yes"} and rows[0].low == 1.0 and rows[0].reversed is False
    assert rows[1].wording == "B"


@pytest.mark.parametrize(
    "text", ["\ufeff" + HEAD + "a,A?,text,,,\n", HEAD.replace("\n", ",,\r\n") + "a,A?,text,,,,,\r\n"]
)
def test_a_byte_order_mark_and_excels_trailing_commas_are_no_faults(tmp_path, text) -> None:
    assert [row.item for row in items(tmp_path, text)] == ["a"]


def test_a_line_separator_inside_a_cell_is_part_of_it(tmp_path) -> None:
    (row,) = items(tmp_path, HEAD + 'a,"one\u2028two\nthree",text,,,\n')
    assert row.wording == "one\u2028two\nthree" and row.line == 3


def test_a_missing_file_names_its_columns_and_no_folder(tmp_path) -> None:
    with pytest.raises(StudyError) as error:
        read_sheet(tmp_path / "items.csv", ItemRow)
    (fault,) = error.value.faults
    assert fault.where == "config/items.csv" and "construct" in fault.expected and str(tmp_path) not in str(fault)


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("", "config/items.csv", "the file is empty"),
        ((HEAD + "a,café,text,,,\n").encode("latin-1"), "config/items.csv", "the file is not UTF-8"),
        (HEAD.replace(",", ";"), "config/items.csv", "the cells are not split by commas"),
        (HEAD.replace("high", "low"), "config/items.csv · column low", "the column stands twice"),
        ("item,wording\na,A\n", "config/items.csv · column scale", "the column is missing"),
        (HEAD + "a,A,text\n", "config/items.csv · line 2", "more or fewer cells than the header has"),
        (HEAD + "a,Yes, or no?,text,,,\n", "config/items.csv · line 2", "more or fewer cells than the header has"),
        (HEAD + 'a,"A,text,,,\n', "config/items.csv · line 2", "the line cannot be read as CSV"),
    ],
)
def test_the_form_of_a_sheet(tmp_path, text, where, what) -> None:
    (fault,) = faults(tmp_path, text)
    assert fault.where == where and fault.what.startswith(what) and fault.fix


def test_unknown_columns_are_told_together_with_the_nearest_name(tmp_path) -> None:
    first, second = faults(tmp_path, "item,wordings,scale,lo\na,A,text,\n")[:2]
    assert first.where == "config/items.csv · column wordings" and first.expected == "did you mean 'wording'?"
    assert second.where == "config/items.csv · column lo" and "'low'" in second.expected


def test_bad_cells_of_all_lines_are_told_at_once(tmp_path) -> None:
    text = "item,wording,scale,low,high,reversed\n"
    text += "A b,w,text,,,\nc,,text,,,\nd,w,ordnial,,,\ne,w,number,x,,\nf,w,text,,,si\n"
    found = {fault.where.removeprefix("config/items.csv · "): fault for fault in faults(tmp_path, text)}
    assert set(found) == {"line 2 · item", "line 3 · wording", "line 4 · scale", "line 5 · low", "line 6 · reversed"}
    assert found["line 3 · wording"].what == "the cell is blank"
    assert found["line 4 · scale"].expected == "did you mean 'ordinal'?"
    assert "number" in found["line 5 · low"].expected and "yes or no" in found["line 6 · reversed"].expected


def test_a_name_stands_once(tmp_path) -> None:
    first, second = faults(tmp_path, HEAD + "a,A,text,,,\nb,B,text,,,\na,C,text,,,\na,D,text,,,\n")
    assert first.where == "config/items.csv · line 4 · item" and first.what == "'a' stands already on line 2"
    assert second.where == "config/items.csv · line 5 · item" and second.what == "'a' stands already on line 2"


@pytest.mark.parametrize(
    ("cells", "what"),
    [
        ("ordinal,,5,", "low and high are needed (low is None, high is 5.0)"),
        ("ordinal,5,1,", "low (5) is not below high (1)"),
        ("number,3,3,", "low (3) is not below high (3)"),
        ("number,nan,3,", "does not fit"),
        ("text,1,5,", "scale is text, so low and high must be blank"),
        ("multiple,,,", "scale is multiple, so labels are needed"),
        ("ordinal,1,5,1=a|2=b|3=c|4=d", "low 1 and high 5 disagree with labels, which run from 1 to 4"),
        ("ordinal,1,4,1=a|2=b|4=d", "labels name 3 steps, low to high has 4"),
        ("ordinal,1,2,low=a|high=b", "labels of an ordinal item are written number=label"),
        ("category,,,1=a|1=b", "labels give the code '1' twice"),
        ("category,,,1=a|b", "labels are written code=label|code=label, and 'b' is not"),
    ],
)
def test_a_scale_whose_low_high_and_labels_disagree(tmp_path, cells, what) -> None:
    (fault,) = faults(tmp_path, HEAD + f"a,A,{cells}\n")
    assert what in fault.what and fault.where.startswith("config/items.csv · line 2")


def test_reversing_and_missing_answers_fit_the_scale(tmp_path) -> None:
    head = "item,wording,scale,reversed,allowed_missing\n"
    reversed_text, unknown_kind = faults(tmp_path, head + "a,A,text,yes,\nb,B,text,no,n/a=absent\n")
    assert "only ordinal and number items can be reversed" in reversed_text.what
    assert "'absent', which is none of not_shown, skipped, not_applicable, refused" in unknown_kind.what


@pytest.mark.parametrize(
    ("cell", "column", "expected"),
    [
        ("file", "../x.csv", "without '..'"),
        ("file", "/etc/x.csv", "inside the data folder"),
        ("sha256", "abc", "64 hex digits"),
        ("received", "1/2/2024", "2025-01-31"),
        ("strand", "learner", "did you mean 'learners'?"),
        ("answers", "numbers", "'codes'"),
    ],
)
def test_a_sources_cells(tmp_path, cell, column, expected) -> None:
    cells = {"source": "s", "strand": "learners", "wave": "pre", "file": "x.csv", "platform": "plain"}
    cells |= {"received": "", "sha256": "", "answers": "", cell: column}
    text = ",".join(cells) + "\n" + ",".join(cells.values()) + "\n"
    (fault,) = faults(tmp_path, text, row=SourceRow, key="source")
    assert fault.where == f"config/items.csv · line 2 · {cell}" and expected in str(fault)


def test_a_line_may_speak_of_several_sources() -> None:
    assert FieldRow(source="a | b", column="Q1", item="x").sources == ["a", "b"]
    assert RecodeRow(source="a|b", item="x", answer="1", value="1", note="n").sources == ["a", "b"]


def test_the_header_alone(tmp_path) -> None:
    (tmp_path / "roles.csv").write_bytes("\ufeffanswer, role\nNurse,Nurse\n".encode())
    assert header_of(tmp_path / "roles.csv") == ["answer", "role"]
    (tmp_path / "roles.csv").write_bytes("réponse,role\n".encode("latin-1"))
    assert header_of(tmp_path / "roles.csv") == []
