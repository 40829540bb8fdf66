"""Transcripts in three formats: the same turns, whichever wrote them."""

from __future__ import annotations

from pathlib import Path

import pytest
from docx import Document
from prepost.errors import StudyError
from prepost.readers import ReadOptions, read

TURNS = [
    ("Jane Roe", "How did you come to the module?"),
    ("Dr O'Neill", "Well: it was 10:30, and somebody said «go». I went."),
    ("Jane Roe", "And then?"),
    ("Dr O'Neill", "Then nothing. 😀 A day later, all of it."),
]


def _turns(path: Path) -> list[tuple[str, str]]:
    table = read(path, "transcript")
    return list(table.rows[["speaker", "text"]].itertuples(index=False, name=None))


def _text(path: Path) -> Path:
    body = "\r\n".join(f"{name}: {text}" for name, text in TURNS).replace(" A day", "\r\nA day")
    path.write_bytes(f"Participant: SYN-E1\r\nDate: 2024-03-01\r\n\r\n{body}\r\n".encode())
    return path


def _vtt(path: Path) -> Path:
    cues = [
        f"00:00:{place:02d}.000 --> 00:00:{place + 1:02d}.500\n<v {n}>{t}</v>" for place, (n, t) in enumerate(TURNS)
    ]
    cues[3] = cues[3].replace(" A day", "</v>\n\n00:00:09.000 --> 00:00:10.000\n<v Dr O'Neill>A day")
    path.write_text(
        "WEBVTT\n\nNOTE\nParticipant: SYN-E1\n\n" + "\n\n".join(cues).replace("&", "&amp;"), encoding="utf-8"
    )
    return path


def _docx(path: Path, *, as_table: bool = False) -> Path:
    document = Document()
    document.add_paragraph("Participant: SYN-E1")
    document.add_paragraph("")
    if as_table:
        table = document.add_table(len(TURNS), 3)
        for place, (name, text) in enumerate(TURNS):
            for cell, words in zip(table.rows[place].cells, (f"00:0{place}:00", name, text), strict=True):
                cell.text = words
    else:
        for name, text in TURNS:
            document.add_paragraph(f"[00:01:00] {name}: {text}")
    document.save(path)
    return path


def test_each_format_gives_the_same_turns(tmp_path: Path) -> None:
    assert _turns(_text(tmp_path / "a.txt")) == TURNS
    assert _turns(_vtt(tmp_path / "a.vtt")) == TURNS
    assert _turns(_docx(tmp_path / "a.docx")) == TURNS
    assert _turns(_docx(tmp_path / "b.docx", as_table=True)) == TURNS


def test_lines_times_and_the_participant(tmp_path: Path) -> None:
    table = read(_text(tmp_path / "a.txt"), "transcript")
    assert list(table.rows.index) == [4, 5, 6, 7] and table.records == 4
    assert set(table.rows["participant"]) == {"SYN-E1"} and table.meta == {"response_id": "participant"}
    assert list(read(_vtt(tmp_path / "a.vtt"), "transcript").rows["start"])[:2] == ["00:00:00.000", "00:00:01.000"]
    assert set(read(_docx(tmp_path / "a.docx"), "transcript").rows["start"]) == {"00:01:00"}


def test_words_without_a_speaker_are_refused_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("A title without a name\n\nInterviewer: One?\nTwo.\n\nAnn (00:02): Three.\n", encoding="utf-8")
    table = read(path, "transcript")
    assert table.refused.values.tolist() == [[1, "words before the first speaker is named"]]
    assert _turns(path) == [("Interviewer", "One? Two."), ("Ann", "Three.")]


@pytest.mark.parametrize("content", [b"no one speaks here\n", b"WEBVTT\n\n00:00.000 --> 00:01.000\nhm\n"])
def test_no_speaker_is_a_fault_of_the_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.txt").write_bytes(content)
    with pytest.raises(StudyError, match="no speaker"):
        read(tmp_path / "a.txt", "transcript", options=ReadOptions())


def test_a_document_that_is_none_is_refused(tmp_path: Path) -> None:
    for name, content in (("a.docx", b"PK no"), ("b.docx", b"words")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(StudyError):
            read(tmp_path / name, "transcript")
