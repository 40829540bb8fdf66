"""Faults of whole files: each told in a sentence or counted, within bounded time and memory."""

import hashlib
import runpy
import zipfile

import openpyxl
import pandas as pd
import pyreadstat
import pytest
from builds import ROOT
from prepost import readers, steps
from prepost.errors import StudyError
from prepost.readers import read
from prepost.readers.table import MOST_CHARACTERS, steady

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def fault(path, platform="plain"):
    with pytest.raises(StudyError) as caught:
        read(path, platform)
    assert caught.value.kind == "file" and str(path.parent) not in str(caught.value)
    return str(caught.value)


def workbook(path, far=None):
    book = openpyxl.Workbook()
    for row in range(50):
        book.active.append([row, f"answer {row}"])
    if far:
        book.active[far] = 1
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("export.csv", PNG, "the file is an image"),
        ("export.xlsx", PNG, "the file is an image"),
        ("export.csv", b"PK\x03\x04" + bytes(500), "zip file"),
        ("export.xlsx", OLE, "password-protected"),
        ("export.csv", OLE, "password-protected"),
        ("export.csv", b"a,b\n1,x\n2,\0\n", "1 NUL character"),
        ("export.csv", b'a,b\n1,x\n2,"and no end', "never closes"),
        ("export.csv", "a,b\né,ü\nö,ä\n".encode() + "ø,å\n".encode("latin-1"), "on line 4"),
    ],
)
def test_a_file_that_is_no_whole_export_is_told(tmp_path, name, data, words):
    path = tmp_path / name
    path.write_bytes(data)
    assert words.replace("1 NUL character", "NUL") in fault(path)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_truncated_workbook_or_spss_file_is_never_read_in_part(tmp_path, share):
    whole = workbook(tmp_path / "whole.xlsx").read_bytes()
    (tmp_path / "cut.xlsx").write_bytes(whole[: int(len(whole) * share)])
    assert "not a readable .xlsx" in fault(tmp_path / "cut.xlsx")
    pyreadstat.write_sav(pd.DataFrame({"id": [f"s{i}" for i in range(400)], "a": range(400)}), tmp_path / "whole.sav")
    whole = (tmp_path / "whole.sav").read_bytes()
    (tmp_path / "cut.sav").write_bytes(whole[: int(len(whole) * share)])
    assert "cannot be read" in fault(tmp_path / "cut.sav", "spss")


def test_a_workbook_with_a_broken_directory_is_told(tmp_path):
    path = workbook(tmp_path / "export.xlsx")
    path.write_bytes(path.read_bytes().replace(b"PK\x01\x02", b"PK\x01\x09", 1))
    assert "the workbook cannot be read" in fault(path)


def test_a_cell_far_to_the_lower_right_takes_no_memory(tmp_path):
    assert "row 1,048,576 and column 16,384" in fault(workbook(tmp_path / "export.xlsx", far="XFD1048576"))


def test_a_zip_bomb_is_not_opened(tmp_path):
    path = workbook(tmp_path / "export.xlsx")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/more.xml", bytes(60_000_000))
    assert "it is not opened" in fault(path)


@pytest.mark.parametrize("quote", ["", '"'])
def test_a_cell_of_a_million_characters_refuses_its_row_alone(tmp_path, quote):
    path = tmp_path / "export.csv"
    path.write_text(f"a,b\n1,x\n2,{quote}{'y' * 1_000_000}{quote}\n3,z\n", encoding="utf-8")
    table = read(path, "plain")
    assert table.rows["a"].tolist() == ["1", "3"] and table.records == 3
    assert table.refused["line"].tolist() == [3] and f"{MOST_CHARACTERS:,}" in table.refused["reason"][0]


@pytest.mark.parametrize("width", [1, 500])
def test_one_column_or_five_hundred_and_a_header_in_the_middle(tmp_path, width):
    header = ",".join(f"q{i}" for i in range(width))
    path = tmp_path / "export.csv"
    path.write_text("\n".join([header, ",".join("1" * width), header, ",".join("2" * width)]), encoding="utf-8")
    table = read(path, "plain")
    assert table.rows.shape == (2, width) and table.refused["reason"].tolist() == ["the header again"]


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path):
    path = tmp_path / "export.csv"
    path.write_text("a\n1\n", encoding="utf-8")
    with pytest.raises(StudyError, match="changed while it was read"), steady(path):
        path.write_text("a\n2\n", encoding="utf-8")
    with pytest.raises(StudyError, match="changed while it was read"), steady(path):
        path.unlink()


@pytest.fixture
def ingest(tmp_path, monkeypatch):
    """The step, called on a copy of the toy study's export after the course, whose sha256 is registered."""
    monkeypatch.setattr(steps, "run", lambda *_: None)
    main = runpy.run_path(str(ROOT / "scripts/ingest.py"))["main"]
    toy = ROOT / "tests/toy_study"
    raw, sources = tmp_path / "after_plain.csv", tmp_path / "sources.csv"
    raw.write_bytes((toy / "data/after_plain.csv").read_bytes())
    text = (toy / "config/sources.csv").read_text(encoding="utf-8")
    registered = text.replace("plain,2025-07-01,", "plain,2025-07-01," + hashlib.sha256(raw.read_bytes()).hexdigest())
    assert registered != text
    sources.write_text(registered, encoding="utf-8")

    def step():
        main(
            raw=raw,
            codebook=toy / "config/items.csv",
            fields=[toy / "config/fields.csv"],
            sources=sources,
            responses=tmp_path / "out/after.parquet",
            refused=tmp_path / "out/after.refused.csv",
            source="after",
            synthetic=True,
            person_key=["learner_id"],
        )

    return step


def test_a_file_exchanged_between_its_check_and_its_reading_is_refused(tmp_path, monkeypatch, ingest):
    ingest()
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["after.parquet", "after.refused.csv"]
    whole = readers.read
    for path in (tmp_path / "out").iterdir():
        path.unlink()

    def exchanged(path, *given, **options):
        path.write_bytes(path.read_bytes().replace(b"Strongly agree", b"Agree"))
        return whole(path, *given, **options)

    monkeypatch.setattr(readers, "read", exchanged)
    with pytest.raises(StudyError, match="the file is not the one that was registered"):
        ingest()
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("share", [0.2, 0.6])
def test_an_image_and_a_zip_bomb_under_the_name_csv_are_told_whatever_the_platform(tmp_path, share):
    path = tmp_path / "export.csv"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("export.csv", bytes(30_000_000))
    assert path.stat().st_size < 100_000 and "zip file" in fault(path, "redcap")
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    assert "zip file" in fault(path, "redcap")
    path.write_bytes(PNG)
    assert "an image" in fault(path, "redcap")
