"""Tables are checked both ways, appear whole or not at all, and hold nothing that a spreadsheet would run."""

from __future__ import annotations

import pandas as pd
import pytest
from prepost import tables
from prepost.errors import StudyError

SECRET = "Jane-Secret-4711"
LIVE = [
    '=HYPERLINK("http://x","y")',
    "+44 20 7946 0000",
    "-1+cmd|' /C calc'!A0",
    "@SUM(A1)",
    "\t=1",
    "'=1",
    "''=1",
    "-",
]
PLAIN = ["-99", "+1.5", "-1e-05", "'quoted'", "Nurse", "a=b", "<script>alert(1)</script>"]


def unmapped(answers: list[str]) -> pd.DataFrame:
    """A table of words that came from people."""
    return pd.DataFrame({"source": "s", "item": "role", "answer": answers, "n": range(len(answers))})


@pytest.mark.parametrize("name", ["a.csv", "a.parquet"])
def test_what_is_written_is_read_back_with_types_and_blanks(tmp_path, name) -> None:
    frame = pd.DataFrame({"source": ["s", "s"], "line": [2, 3], "wave": [None, "pre"], "reason": ["NA", 'a,"b"\nc']})
    tables.write(frame, tmp_path / "new" / name, "refused")
    back = tables.read(tmp_path / "new" / name, "refused")
    assert back["wave"].isna().tolist() == [True, False] and back["reason"].tolist() == ["NA", 'a,"b"\nc']
    assert back["line"].tolist() == [2, 3] and isinstance(back["reason"].dtype, pd.StringDtype)


def test_a_check_that_fails_leaves_the_old_file_and_no_scratch(tmp_path) -> None:
    path = tmp_path / "a.csv"
    tables.write(unmapped(["Nurse"]), path, "unmapped")
    before = path.read_bytes()
    with pytest.raises(StudyError):
        tables.write(unmapped(["GP"]).drop(columns="n"), path, "unmapped")
    assert path.read_bytes() == before and [p.name for p in tmp_path.iterdir()] == ["a.csv"]


def test_a_write_that_breaks_off_leaves_the_old_file_and_no_scratch(tmp_path, monkeypatch) -> None:
    path = tmp_path / "a.csv"
    tables.write(unmapped(["Nurse"]), path, "unmapped")
    before = path.read_bytes()

    def half(frame, scratch, **_options):
        scratch.write_text("source,it")
        raise OSError("No space left on device")

    monkeypatch.setattr(pd.DataFrame, "to_csv", half)
    with pytest.raises(StudyError, match="a.csv\n  what      it cannot be written .No space left on device") as caught:
        tables.write(unmapped(["GP"]), path, "unmapped")
    assert caught.value.kind == "file"
    assert path.read_bytes() == before and [p.name for p in tmp_path.iterdir()] == ["a.csv"]


@pytest.mark.parametrize(
    "change",
    [
        lambda frame: frame.assign(line=SECRET),
        lambda frame: frame.assign(line=-1),
        lambda frame: frame.assign(rule=None),
        lambda frame: frame.assign(further=SECRET),
        lambda frame: pd.concat([frame, frame], ignore_index=True),
    ],
    ids=["type", "check", "null", "column", "unique"],
)
def test_a_table_that_does_not_fit_is_told_without_its_values(change) -> None:
    frame = pd.DataFrame({"source": [SECRET], "line": [2], "wave": [SECRET], "rule": [SECRET], "why": [SECRET]})
    with pytest.raises(StudyError) as error:
        tables.check(change(frame), "exclusions", "exclusions.csv")
    assert SECRET not in str(error.value) and "exclusions.csv" in str(error.value) and error.value.kind == "data"
    assert error.value.__suppress_context__  # pandera's own message, which holds values, is not shown with it


def test_a_file_is_checked_on_reading_too(tmp_path) -> None:
    (tmp_path / "a.csv").write_text("source,item,answer\ns,role,Nurse\n")
    with pytest.raises(StudyError, match="column n fails the check column_in_dataframe"):
        tables.read(tmp_path / "a.csv", "unmapped")


@pytest.mark.parametrize("name", ["a.csv", "a.parquet"])
@pytest.mark.parametrize("content", [b"", b'PAR1 "\xff\xfe,broken\n"'])
def test_a_damaged_file_is_told_by_its_name(tmp_path, name, content) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(StudyError, match="the file is damaged") as error:
        tables.read(tmp_path / name, "unmapped")
    assert str(tmp_path) not in str(error.value)


def test_no_cell_of_a_csv_begins_a_formula_and_every_cell_comes_back(tmp_path) -> None:
    path = tmp_path / "unmapped.csv"
    tables.write(unmapped(LIVE + PLAIN), path, "unmapped")
    cells = pd.read_csv(path, dtype=str, keep_default_na=False)["answer"].tolist()
    assert cells == ["'" + text for text in LIVE] + PLAIN
    assert tables.read(path, "unmapped")["answer"].tolist() == LIVE + PLAIN


def test_text_is_written_whole_with_line_feeds(tmp_path) -> None:
    tables.write_text("a\nb\n", tmp_path / "x" / "t.txt")
    assert (tmp_path / "x" / "t.txt").read_bytes() == b"a\nb\n"
    assert [p.name for p in (tmp_path / "x").iterdir()] == ["t.txt"]
