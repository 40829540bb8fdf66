"""REFI-QDA out and in: nothing lost or shifted, the standard's own schema, and archives that would harm refused."""

from __future__ import annotations

import csv
import io
import random
import zipfile
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from lxml import etree
from prepost.comments.returned import read_returned
from prepost.errors import StudyError
from prepost.exchange import (
    Code,
    Project,
    Segment,
    TextSource,
    codebook_bytes,
    project_bytes,
    read_codebook,
    read_project,
)
from prepost.exchange import archive as archives
from prepost.exchange.alignment import alignment
from prepost.exchange.model import CODEBOOK, PROJECT
from prepost.exchange.study import coding_sheets, comment_project, interview_project
from prepost.interviews import coding
from prepost.interviews.sheets import ThemeRow
from prepost.sheets import read_sheet

WHEN = date(2024, 10, 18)
XSD = Path(__file__).parent / "reference" / "refi_qda_project.xsd"  # REFI, 18 March 2019, MIT licence, as published
#: Characters of one code point and of several, of one, two, three and four bytes in UTF-8 and of two units in UTF-16.
SIGNS = [
    "a",
    " ",
    "é",
    "e\u0301",
    "ß",
    "中",
    "😀",
    "👩🏽\u200d⚕️",
    "\r\n",
    "\n",
    "\r",
    "\t",
    "\u2028",
    "\ufeff",
    "&",
    "<",
    '"',
    "ﬁ",
    "\u0000",
]


def invented(many: int, seed: int = 5) -> Project:
    """Texts of every kind of sign, and codings over any stretch of them, also through the middle of an emoji."""
    rng = random.Random(seed)
    codes = [
        Code("time", "", "Takes in: <minutes> & hours"),
        Code("team"),
        Code("own skill", "team", "é\n2"),
        Code("none"),
    ]
    sources, segments = [], []
    for place in range(many):
        text = "".join(rng.choice(SIGNS) for _ in range(rng.randrange(1, 60)))
        text = text if not text.startswith("\ufeff") else f"x{text}"
        source = TextSource(f"post_forms · {place} · text_useful", text)
        sources.append(source)
        for _ in range(rng.randrange(4)):
            start = rng.randrange(len(text))
            end = rng.randrange(start + 1, len(text) + 1)
            code = rng.choice(codes).name
            segments.append(
                Segment(source.name, start, end, code, rng.choice(["first", "second"]), rng.choice(["", "memo é"]))
            )
    return Project("A study", codes, sources, sorted(set(segments)), ["first", "second"])


def _saved(folder: Path, content: bytes, name: str = "x.qdpx") -> Path:
    (folder / name).write_bytes(content)
    return folder / name


def _again(content: bytes, **changed: bytes | None) -> bytes:
    """An archive with files changed, added, or left out (None)."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in changed:
                new.writestr(name, old.read(name))
        for name, inside in changed.items():
            if inside is not None:
                new.writestr(name, inside)
    return packed.getvalue()


def _inside(content: bytes, name: str = "project.qde") -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name)


def test_ten_thousand_comments_come_back_as_they_went(tmp_path: Path) -> None:
    out = invented(10_000)
    back = read_project(_saved(tmp_path, project_bytes(out, WHEN)))
    assert back.sources == out.sources
    assert sorted(back.segments) == out.segments
    assert back.codes == out.codes
    assert len(out.segments) > 10_000 and any("\r\n" in source.text for source in out.sources)


def test_the_same_project_gives_the_same_bytes() -> None:
    assert project_bytes(invented(50), WHEN) == project_bytes(invented(50), WHEN)


def test_a_project_is_what_the_standard_s_schema_says() -> None:
    schema = etree.XMLSchema(etree.parse(XSD))
    schema.assertValid(etree.fromstring(_inside(project_bytes(invented(200), WHEN))))
    broken = _inside(project_bytes(invented(20), WHEN)).replace(b"startPosition", b"begin")
    assert not schema.validate(etree.fromstring(broken)), "the schema can refuse"


def test_every_selection_and_coding_has_its_time_and_coder() -> None:
    """Optional in the standard; QualCoder reads each selection's creationDateTime unasked."""
    root = etree.fromstring(_inside(project_bytes(invented(50), WHEN)))
    for name in ("PlainTextSelection", "Coding"):
        found = list(root.iter(f"{{{PROJECT}}}{name}"))
        assert found and all(element.get("creationDateTime") and element.get("creatingUser") for element in found)


def test_texts_have_no_byte_order_mark_and_stand_in_sources() -> None:
    with zipfile.ZipFile(io.BytesIO(project_bytes(invented(20), WHEN))) as archive:
        names = archive.namelist()
        assert names[0] == "project.qde" and all(name.startswith("Sources/") for name in names[1:])
        assert not any(archive.read(name).startswith(b"\xef\xbb\xbf") for name in names[1:])


def test_positions_count_code_points() -> None:
    """REFI-QDA 1.5: positions are Unicode code points. UTF-16 units would put 'b' of 😀b at 2 and 3."""
    project = Project("p", [Code("c")], [TextSource("t", "😀b")], [Segment("t", 1, 2, "c", "first")])
    root = etree.fromstring(_inside(project_bytes(project, WHEN)))
    selection = next(root.iter(f"{{{PROJECT}}}PlainTextSelection"))
    assert (selection.get("startPosition"), selection.get("endPosition"), selection.get("name")) == ("1", "2", "b")


def test_a_code_book_comes_back(tmp_path: Path) -> None:
    codes = invented(1).codes
    path = _saved(tmp_path, codebook_bytes(codes, "A study"), "x.qdc")
    assert read_codebook(path) == codes
    assert etree.fromstring(path.read_bytes()).tag == f"{{{CODEBOOK}}}CodeBook"


def test_what_other_programs_write_is_read(tmp_path: Path) -> None:
    """A small folder name, texts inline, a coding of a whole text, a coder at the selection alone, CR LF."""
    guid = "{00000000-0000-4000-8000-00000000000%d}"
    qde = f"""<?xml version="1.0" encoding="utf-8"?><Project xmlns="{PROJECT}" name="p">
      <Users><User guid="{guid % 1}" name="Ann"/></Users>
      <CodeBook><Codes><Code guid="{guid % 2}" name="a" isCodable="true">
      <Code guid="{guid % 3}" name="a" isCodable="true"/>
      </Code></Codes></CodeBook>
      <Sources><TextSource guid="{guid % 4}" name="one"><PlainTextContent>ab cd</PlainTextContent>
        <PlainTextSelection guid="{guid % 5}" startPosition="3" endPosition="5" creatingUser="{guid % 1}">
          <Coding guid="{guid % 6}"><CodeRef targetGUID="{guid % 3}"/></Coding></PlainTextSelection>
        <Coding guid="{guid % 7}"><CodeRef targetGUID="{guid % 2}"/></Coding></TextSource>
      <TextSource guid="{guid % 8}" name="two" plainTextPath="internal://x.TXT"/>
      <PictureSource guid="{guid % 9}" name="a picture"/></Sources></Project>""".encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("project.qde", qde)
        archive.writestr("sources/x.txt", b"\xef\xbb\xbfa\r\nb")
    found = read_project(_saved(tmp_path, packed.getvalue()))
    assert found.codes == [Code("a"), Code("a / a", "a")]
    assert found.segments == [Segment("one", 0, 5, "a", "unknown"), Segment("one", 3, 5, "a / a", "Ann")]
    assert found.sources[1].text == "a\r\nb"


@pytest.mark.parametrize(
    ("theirs", "ours", "moved"),
    [
        ("a\r\nb\r\nc", "a\nb\nc", {0: 0, 1: 1, 3: 2, 6: 4, 7: 5}),
        ("a\nb\nc", "a\r\nb\nc", {0: 0, 1: 1, 2: 3, 4: 5, 5: 6}),
        ("a\rb", "a\r\nb", {2: 3, 3: 4}),
    ],
)
def test_positions_move_with_line_ends(theirs: str, ours: str, moved: dict) -> None:
    move = alignment(theirs, ours)
    assert {place: move(place) for place in moved} == moved


def test_a_text_that_was_edited_gives_no_positions() -> None:
    assert alignment("abc", "abd") is None


BOMB = b"0" * 30_000_000


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"../../etc/cron.d/x": b"x"}, "leads out of it"),
        ({"/abs.txt": b"x"}, "leads out of it"),
        ({"C:\\x.txt": b"x"}, "leads out of it"),
        ({"Sources\\..\\..\\x.txt": b"x"}, "leads out of it"),
        ({"Sources/bomb.txt": BOMB}, "looks like a bomb"),
        ({"PROJECT.QDE": b"x"}, "stands twice"),
        ({"project.qde": None}, "no project.qde"),
        ({"project.qde": b"<Project/>"}, "no Project of REFI-QDA"),
        ({"project.qde": b"<Project"}, "damaged"),
        (
            {"project.qde": b'<!DOCTYPE p [<!ENTITY x SYSTEM "file:///etc/passwd">]><p>&x;</p>'},
            "a document type or an entity",
        ),
        ({"project.qde": '<!DOCTYPE p [<!ENTITY a "b">]><p>&a;</p>'.encode("utf-16")}, "a document type or an entity"),
    ],
)
def test_archives_that_would_harm_are_refused(tmp_path: Path, change: dict, told: str) -> None:
    path = _saved(tmp_path, _again(project_bytes(invented(3), WHEN), **change))
    with pytest.raises(StudyError, match=told):
        read_project(path)
    assert sorted(tmp_path.iterdir()) == [path], "nothing was unpacked"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (b'endPosition="2"', b'endPosition="99"', "goes from 0 to 99"),
        (b'endPosition="2"', b'endPosition="0"', "goes from 0 to 0"),
        (b'startPosition="0"', b'startPosition="-1"', "goes from -1 to 2"),
        (b'startPosition="0"', b'startPosition="x"', "no whole number"),
        (b"internal://", b"internal://../", "not in the archive"),
        (b"internal://", b"absolute:///etc/", "outside the archive"),
        (b'CodeRef targetGUID="', b'CodeRef targetGUID="0', "a code that the project does not hold"),
        (b'<User guid="', b'<User guid="0', "a coder whom the project does not hold"),
        (b' name="c"', b' name=" "', "a code has no name"),
    ],
)
def test_what_would_put_a_code_on_other_words_is_refused(tmp_path: Path, old: bytes, new: bytes, told: str) -> None:
    content = project_bytes(
        Project("p", [Code("c")], [TextSource("t", "ab")], [Segment("t", 0, 2, "c", "first")]), WHEN
    )
    qde = _inside(content)
    assert old in qde
    with pytest.raises(StudyError, match=told):
        read_project(_saved(tmp_path, _again(content, **{"project.qde": qde.replace(old, new)})))


def test_a_missing_text_is_refused(tmp_path: Path) -> None:
    content = project_bytes(invented(3), WHEN)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        first = archive.namelist()[1]
    with pytest.raises(StudyError, match="not in the archive"):
        read_project(_saved(tmp_path, _again(content, **{first: None})))
    with pytest.raises(StudyError, match="not UTF-8"):
        read_project(_saved(tmp_path, _again(content, **{first: b"\xff\xfe\x00"})))


def test_a_header_that_lies_and_what_is_no_archive_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for content in (b"", b"PK\x03\x04 and no more", project_bytes(invented(3), WHEN)[:-30]):
        with pytest.raises(StudyError):
            read_project(_saved(tmp_path, content))
    monkeypatch.setattr(archives, "MOST_FILES", 3)
    with pytest.raises(StudyError, match="files"):
        read_project(_saved(tmp_path, project_bytes(invented(9), WHEN)))
    monkeypatch.setattr(archives, "MOST_FILES", 99)
    monkeypatch.setattr(archives, "MOST_BYTES", 100)
    with pytest.raises(StudyError, match="unpack to more"):
        read_project(_saved(tmp_path, project_bytes(invented(9), WHEN)))


def test_a_link_in_the_archive_is_refused(tmp_path: Path) -> None:
    packed = io.BytesIO(project_bytes(invented(3), WHEN))
    with zipfile.ZipFile(packed, "a") as archive:
        entry = zipfile.ZipInfo("Sources/link.txt")
        entry.create_system, entry.external_attr = 3, 0o120777 << 16
        archive.writestr(entry, "/etc/passwd")
    with pytest.raises(StudyError, match="a link"):
        read_project(_saved(tmp_path, packed.getvalue()))


@pytest.mark.parametrize(
    "project",
    [
        Project("p", [Code("c")], [TextSource("t", "ab")], [Segment("t", 0, 3, "c", "x")]),
        Project("p", [Code("c")], [TextSource("t", "ab")], [Segment("u", 0, 1, "c", "x")]),
        Project("p", [Code("c"), Code("c")], []),
        Project("p", [Code("c", "d")], []),
        Project("p", [], [TextSource("t", "\ud83d")]),
    ],
)
def test_what_does_not_fit_is_not_exported(project: Project) -> None:
    with pytest.raises(StudyError):
        project_bytes(project, WHEN)


# A study's own --------------------------------------------------------------------------------------------------------
def _comments(texts: list[str]) -> pd.DataFrame:
    rows = {"source": "post", "line": range(2, 2 + len(texts)), "wave": "post", "item": "text", "text": texts}
    return pd.DataFrame(rows)


def _codes(rows: list[tuple]) -> pd.DataFrame:
    """line, theme, by, coder, start, end, note."""
    frame = pd.DataFrame(rows, columns=["line", "theme", "by", "coder", "start", "end", "note"])
    return frame.assign(source="post", wave="post", item="text")


def test_comments_that_were_coded_elsewhere_come_back_as_coding_sheets(tmp_path: Path) -> None:
    comments = _comments(["no time 😀\r\nat all", "=team", "fine"])
    codes = _codes(
        [
            (2, "time", "human", "ann", 3, 7, "sure"),
            (2, "team", "human", "bea", None, None, None),
            (3, "team", "human", "ann", None, None, None),
            (4, "time", "machine", "m", None, None, None),
        ]
    )
    project = comment_project(comments, codes, [Code("time"), Code("team")], "p")
    back = read_project(_saved(tmp_path, project_bytes(project, WHEN)))
    assert sorted(back.segments) == [
        Segment("post:2:post:text", 0, 17, "team", "bea"),
        Segment("post:2:post:text", 3, 7, "time", "ann", "sure"),
        Segment("post:3:post:text", 0, 5, "team", "ann"),
    ]
    sheets = coding_sheets(back, comments, {"text": "What?"}, "x.qdpx")
    assert set(sheets) == {"ann", "bea"}
    assert sheets["ann"][0][:4] == ["comment", "question", "text", "theme_1"]
    assert sheets["ann"][1] == ["post:2:post:text", "What?", "no time 😀\r\nat all", "time", *[""] * 5, "sure"]
    assert sheets["ann"][2][2] == "'=team", "no live formula"


def test_comments_that_were_edited_elsewhere_are_refused() -> None:
    comments = _comments(["no time"])
    changed = Project(
        "p", [Code("c")], [TextSource("post:2:post:text", "No time")], [Segment("post:2:post:text", 0, 2, "c", "x")]
    )
    with pytest.raises(StudyError, match="not those that went out"):
        coding_sheets(changed, comments, {}, "x.qdpx")
    stranger = Project(
        "p", [Code("c")], [TextSource("post:9:post:text", "a")], [Segment("post:9:post:text", 0, 1, "c", "x")]
    )
    with pytest.raises(StudyError, match="no comment of the study"):
        coding_sheets(stranger, comments, {}, "x.qdpx")


def test_interviews_go_out_and_their_segments_come_back(bundled_results: Path, tmp_path: Path) -> None:
    turns = pd.read_parquet(bundled_results / "3_matched" / "interviews" / "turns.parquet")
    segments = pd.read_parquet(bundled_results / "5_coded" / "interviews" / "segments.parquet")
    frame = read_sheet(bundled_results.parent / "config" / "interview_themes.csv", ThemeRow)
    project = interview_project(turns, segments, frame, ["first", "second"], "p")
    back = read_project(_saved(tmp_path, project_bytes(project, WHEN)))
    known = coding.Frame(frozenset(row.theme for row in frame), frozenset(["first", "second"]))
    again = coding.from_project(turns, "x.qdpx", back, known)
    columns = ["source", "line", "theme", "coder", "start", "end", "text", "stance", "negative"]
    order = ["source", "start", "end", "theme", "coder"]
    one, other = (frame[columns].sort_values(order, ignore_index=True) for frame in (segments, again.segments))
    pd.testing.assert_frame_equal(one, other, check_dtype=False)
    assert again.refused.empty and len(one) > 40


def test_a_coding_sheet_from_elsewhere_is_taken_as_one_that_came_back(tmp_path: Path) -> None:
    comments = _comments(["no time 😀\r\nat all", "=team", "fine"]).assign(module="m", person="P1")
    project = comment_project(comments, _codes([(2, "time", "human", "ann", None, None, None)]), [Code("time")], "p")
    extra = Segment("post:3:post:text", 0, 5, "team", "ann")
    project = Project("p", [Code("time"), Code("team")], project.sources, sorted([*project.segments, extra]))
    rows = coding_sheets(project, comments, {}, "x.qdpx")["ann"]
    with (tmp_path / "ann.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    taken = read_returned([tmp_path / "ann.csv"], comments, ["time", "team"])
    assert taken[["line", "theme", "by", "coder"]].values.tolist() == [
        [2, "time", "human", "ann"],
        [3, "team", "human", "ann"],
    ]
