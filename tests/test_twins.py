"""The report's twins for paper: the same facts in all three, and what a reader of Word or PDF needs to find its way."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import unicodedata
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from builds import ROOT, run_build
from prepost.errors import StudyError
from prepost.render import twins

TWINS = ("results/9_report/report.docx", "results/9_report/report.pdf")
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"


def plain(text: str) -> str:
    """Text without blanks and without hyphens, at which lines break differently; a minus is another character."""
    return re.sub(r"[\s\u00ad\u200b\u2010-]+", "", unicodedata.normalize("NFKC", text))


@dataclass
class Piece:
    """A paragraph, caption, heading or table row, with the facts that it says."""

    text: str = ""
    facts: list[str] = field(default_factory=list)
    has_math: bool = False


class Page(HTMLParser):
    """What the page says in prose and tables: pieces in order, without contents, marks and the rows behind numbers."""

    PARTS = {"p", "li", "h2", "h3", "h4", "h5", "tr", "figcaption", "caption", "div", "ul", "ol", "dt", "dd", "figure"}
    SILENT = {"nav", "style", "head", "header", "footer", "summary"}
    EMPTY = {"img", "br", "meta", "link", "col", "hr", "input"}

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces = [Piece()]
        self.pictures = 0
        self.headings: Counter[str] = Counter()
        self._open: list[tuple[str, bool]] = []
        self.feed(html)
        self.pieces = [piece for piece in self.pieces if piece.text.strip()]

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.pictures += tag == "img"
        if tag in self.EMPTY:
            return
        silent = tag in self.SILENT or given.get("id") == "sec-trace" or "skip-link" in (given.get("class") or "")
        self._open.append((tag, silent or self._silent()))
        if tag in self.PARTS and not any(name == "tr" for name, _ in self._open[:-1]):
            self.pieces.append(Piece())
        self.pieces[-1].has_math |= tag == "math"
        self.headings[tag] += not self._silent()
        if "data-key" in given and not self._silent():
            self.pieces[-1].facts.append(given["data-key"])

    def handle_endtag(self, tag):
        while self._open and self._open.pop()[0] != tag:
            pass
        if tag in self.PARTS and not any(name == "tr" for name, _ in self._open):
            self.pieces.append(Piece())

    def handle_data(self, data):
        if not self._silent():
            self.pieces[-1].text += data

    def _silent(self) -> bool:
        return bool(self._open) and self._open[-1][1]


def missing(pieces: list[Piece], text: str) -> list[str]:
    """Pieces that a text does not say, or not in this order."""
    place, lost = 0, []
    for piece in pieces:
        found = text.find(plain(piece.text), place)
        if found < 0:
            lost.append(piece.text)
        else:
            place = found + len(plain(piece.text))
    return lost


def text_of_word(part: ElementTree.Element) -> str:
    return "".join(node.text or "" for node in part.iter(f"{W}t"))


def text_of_pdf(path: Path) -> str:
    """Text of all pages in the order of their content, without the feet of the pages."""
    tool = shutil.which("pdftotext")
    if tool is None:
        pytest.skip("pdftotext (poppler-utils) is not on this machine")
    # points; 2.2 cm below the text hold the page's number
    crop = ["-x", "0", "-y", "0", "-W", "596", "-H", "780"]
    done = subprocess.run([tool, "-raw", *crop, "-enc", "UTF-8", path, "-"], capture_output=True, check=True)
    return done.stdout.decode()


def strings_of_pdf(pdf: bytes, name: bytes) -> list[str]:
    """Strings under a name in a PDF's dictionaries, literal or hexadecimal (ISO 32000-1, 7.3.4)."""
    inside = rb"[^()\\]|\\."  # brackets stand unescaped where they come in pairs
    literal = re.findall(rb"/%b\(((?:%b|\((?:%b)*\))*)\)" % (name, inside, inside), pdf, re.S)
    found = [re.sub(rb"\\([()\\])", rb"\1", text) for text in literal]
    found += [bytes.fromhex(text.decode()) for text in re.findall(rb"/%b<([0-9A-Fa-f]+)>" % name, pdf)]
    wide = b"\xfe\xff"
    return [text[2:].decode("utf-16-be") if text.startswith(wide) else text.decode("latin-1") for text in found]


def make_twins(results: Path, to: Path, **environment: str) -> Path:
    """Make the twins in a copy of a built study and return its floor 9."""
    shutil.copytree(results.parent, to)
    ended = run_build(to, *TWINS, cores=1, **environment)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return to / "results" / "9_report"


@pytest.fixture(scope="module")
def floor(bundled_results: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Floor 9 of the bundled study, with the page and both twins."""
    return make_twins(bundled_results, tmp_path_factory.mktemp("twins") / "bundled")


@pytest.fixture(scope="module")
def page(floor: Path) -> Page:
    return Page((floor / "report.html").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def word(floor: Path) -> dict[str, ElementTree.Element]:
    with zipfile.ZipFile(floor / "report.docx") as archive:
        assert archive.testzip() is None
        parts = [name for name in archive.namelist() if name.endswith((".xml", ".rels"))]
        return {name: ElementTree.fromstring(archive.read(name)) for name in parts}


@pytest.fixture(scope="module")
def paragraphs(word) -> list[ElementTree.Element]:
    return list(word["word/document.xml"].iter(f"{W}p"))


@pytest.fixture(scope="module")
def alts(floor: Path) -> list[str]:
    shown = json.loads((floor.parent / "8_exhibits" / "alt_texts.json").read_text(encoding="utf-8"))
    return sorted(plain(words["alt"].replace("\\", "").replace('"', "'")) for words in shown.values())


def style(paragraph: ElementTree.Element) -> str:
    named = paragraph.find(f"{W}pPr/{W}pStyle")
    return "" if named is None else named.get(f"{W}val")


# The same facts -------------------------------------------------------------------------------------------------------


def test_the_page_has_facts_to_look_for(page: Page) -> None:
    said = {key for piece in page.pieces for key in piece.facts}
    assert len(said) > 150
    assert {"comparisons/primary.understanding.all.all.mean_change/estimate", "flow/flow.kept.pre/n"} <= said
    assert not any(piece.has_math for piece in page.pieces if piece.facts)


def test_word_says_every_fact_in_its_sentence_or_row_in_the_same_order(page: Page, word) -> None:
    said = [piece for piece in page.pieces if piece.facts]
    assert missing(said, plain(text_of_word(word["word/document.xml"]))) == []


def test_the_pdf_says_every_fact_in_its_sentence_or_row_in_the_same_order(page: Page, floor: Path) -> None:
    said = [piece for piece in page.pieces if piece.facts]
    assert missing(said, plain(text_of_pdf(floor / "report.pdf"))) == []


def test_the_words_around_the_facts_are_the_same_too(page: Page, floor: Path, word) -> None:
    pieces = [piece for piece in page.pieces if not piece.has_math]
    assert len(pieces) > 300
    for text in (text_of_word(word["word/document.xml"]), text_of_pdf(floor / "report.pdf")):
        assert missing(pieces, plain(text)) == []


@pytest.mark.parametrize(
    ("twin", "lost"),
    [
        ("Of 4,602 a, 2,47\n3 b. c −1.2", []),  # a line may break anywhere
        ("Of 4,602 a, 2,474 b. c −1.2", ["Of 4,602 a, 2,473 b."]),
        ("Of 4,602 a, 2,473 b. c -1.2", ["c −1.2"]),  # a minus that became a hyphen
        ("c −1.2 Of 4,602 a, 2,473 b.", ["c −1.2"]),  # another order
    ],
)
def test_a_twin_that_says_something_else_is_found(twin: str, lost: list[str]) -> None:
    assert missing([Piece("Of 4,602 a, 2,473 b."), Piece("c −1.2")], plain(twin)) == lost


def test_the_rows_behind_the_numbers_stay_on_the_page_and_it_is_said_where(floor: Path, word) -> None:
    rows = (floor / "report.html").read_text(encoding="utf-8").count('id="row-')
    assert rows > 100
    for text in (text_of_word(word["word/document.xml"]), text_of_pdf(floor / "report.pdf")):
        assert "report.html" in text
        assert "primary.understanding.all.all.mean_change" not in text


# Word -----------------------------------------------------------------------------------------------------------------


def test_word_knows_its_title_and_language(word, floor: Path) -> None:
    core = {node.tag.rpartition("}")[2]: node.text for node in word["docProps/core.xml"]}
    html = (floor / "report.html").read_text(encoding="utf-8")
    assert core["language"] == "en-GB"
    assert plain(core["title"]) == plain(re.search(r"<title>(.*?)</title>", html)[1])
    defaults = word["word/styles.xml"].find(f"{W}docDefaults//{W}lang")
    assert defaults.get(f"{W}val") == "en-GB"


def test_every_picture_of_word_has_its_alternative_text(word, alts: list[str]) -> None:
    said = [node.get("descr") for node in word["word/document.xml"].iter(f"{WP}docPr")]
    assert sorted(map(plain, said)) == alts


def test_every_table_of_word_has_a_header_row_that_repeats_and_a_caption(word, paragraphs) -> None:
    tables = list(word["word/document.xml"].iter(f"{W}tbl"))
    captions = [text_of_word(one) for one in paragraphs if style(one) == "TableCaption"]
    assert len(tables) == len(captions) > 10
    for table in tables:
        rows = table.findall(f"{W}tr")
        marked = [row.find(f"{W}trPr/{W}tblHeader") is not None for row in rows]
        assert marked == [True] + [False] * (len(rows) - 1)
    numbers = [int(re.match(r"Table\s(\d+):", caption)[1]) for caption in captions]
    assert numbers == list(range(1, len(tables) + 1))


def test_the_headings_of_word_are_headings_and_skip_no_level(page: Page, paragraphs) -> None:
    levels = [int(style(one)[-1]) for one in paragraphs if re.match(r"Heading\d", style(one))]
    assert levels.count(1) == page.headings["h2"] + 1  # that of the rows behind the numbers; the title is no heading
    assert levels.count(2) == page.headings["h3"] > 5
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))


def test_the_contents_of_word_follow_the_key_messages_and_lead_to_headings(word, paragraphs) -> None:
    styles = [style(one) for one in paragraphs]
    texts = [text_of_word(one) for one in paragraphs]
    first = styles.index("TOC1")
    assert texts.index("Key messages") < first < styles.index("CaptionedFigure")
    marks = {node.get(f"{W}name") for node in word["word/document.xml"].iter(f"{W}bookmarkStart")}
    links = [link.get(f"{W}anchor") for link in word["word/document.xml"].iter(f"{W}hyperlink")]
    assert len(links) > 15
    assert {link for link in links if link} <= marks


def test_word_has_paper_of_a4_and_pictures_no_wider_than_its_text(word) -> None:
    section = word["word/document.xml"].find(f".//{W}sectPr")
    size, margins = section.find(f"{W}pgSz"), section.find(f"{W}pgMar")
    text_width = int(size.get(f"{W}w")) - int(margins.get(f"{W}left")) - int(margins.get(f"{W}right"))
    assert size.get(f"{W}w") == "11906"  # 210 mm × 1440 / 25.4
    height = int(size.get(f"{W}h")) - int(margins.get(f"{W}top")) - int(margins.get(f"{W}bottom"))
    sizes = [  # EMU → 1/20 pt
        (int(node.get("cx")) / 635, int(node.get("cy")) / 635) for node in word["word/document.xml"].iter(f"{WP}extent")
    ]
    assert all(width <= text_width and tall <= height for width, tall in sizes)
    # one that is narrower than the text is as tall as the sheet allows
    assert all(width > 0.8 * text_width or tall > 0.8 * height for width, tall in sizes)


# PDF ------------------------------------------------------------------------------------------------------------------


def test_the_pdf_is_tagged_and_knows_its_title_and_language(floor: Path) -> None:
    pdf = (floor / "report.pdf").read_bytes()
    assert b"/Marked true" in pdf
    assert b"/Lang(en-GB)" in pdf
    assert b"pdfuaid:part" in pdf
    assert b"/DisplayDocTitle true" in pdf


def test_every_figure_of_the_pdf_has_its_alternative_text(floor: Path, alts: list[str]) -> None:
    said = strings_of_pdf((floor / "report.pdf").read_bytes(), b"Alt")
    assert sorted(map(plain, said)) == alts


def test_the_pdf_has_tags_of_headings_figures_and_tables_with_headers(floor: Path, page: Page, word) -> None:
    tool = shutil.which("pdfinfo")
    if tool is None:
        pytest.skip("pdfinfo (poppler-utils) is not on this machine")
    told = subprocess.run([tool, "-struct", floor / "report.pdf"], capture_output=True, check=True).stdout.decode()
    tables = list(word["word/document.xml"].iter(f"{W}tbl"))
    columns = sum(len(table.find(f"{W}tr").findall(f"{W}tc")) for table in tables)
    assert len(re.findall(r"^ *Table\b", told, re.M)) == len(re.findall(r"^ *THead\b", told, re.M)) == len(tables)
    assert len(re.findall(r"^ *TH\b", told, re.M)) == columns
    assert len(re.findall(r"^ *Figure\b", told, re.M)) == page.pictures
    assert len(re.findall(r"^ *H1\b", told, re.M)) == 1
    assert len(re.findall(r"^ *H2\b", told, re.M)) == page.headings["h2"] + 1  # that of the rows behind the numbers
    assert len(re.findall(r"^ *H3\b", told, re.M)) == page.headings["h3"]


# Other documents ------------------------------------------------------------------------------------------------------


def small_twins(folder: Path, markdown: str) -> tuple[Path, Path]:
    """Twins of markdown without cells: no kernel, no study."""
    source, docx, pdf = folder / "page.qmd", folder / "page.docx", folder / "page.pdf"
    source.write_text("", encoding="utf-8")
    twins.make_twins(markdown, {"title": "T", "lang": "fi"}, docx, pdf, source=source, workdir=folder)
    return docx, pdf


@pytest.mark.parametrize("columns", [4, 18])
def test_a_table_however_wide_stays_on_the_paper(tmp_path: Path, columns: int) -> None:
    tool = shutil.which("pdftotext")
    if tool is None:
        pytest.skip("pdftotext (poppler-utils) is not on this machine")
    rows = [["Outcome"] + ["Interval"] * columns, [":--"] + ["--:"] * columns]
    rows += [["Understanding"] + ["0.70 to 0.76"] * columns] * 90
    table = "\n".join("| " + " | ".join(row) + " |" for row in rows)
    _, pdf = small_twins(tmp_path, f"## Head\n\n{table}\n\n: Wide {{#tbl-wide}}\n")
    told = subprocess.run([tool, "-bbox", pdf, "-"], capture_output=True, check=True).stdout.decode()
    sheets = [sheet for sheet in told.split("<page ")[1:] if ">Understanding<" in sheet]
    assert len(sheets) > 1
    margin = 1.8 / 2.54 * 72  # 1.8 cm in points
    for sheet in sheets:
        width = float(re.match(r'width="([\d.]+)"', sheet)[1])
        assert max(float(end) for end in re.findall(r'xMax="([\d.]+)"', sheet)) <= width - margin + 0.5
        assert sheet.count(">Outcome<") == 1, "the head stands on each page"
        heights = [float(low) - float(high) for high, low in re.findall(r'yMin="([\d.]+)".*?yMax="([\d.]+)">0', sheet)]
        assert min(heights) > 5, "points; small type is still type"
        lines = re.findall(r'yMin="([\d.]+)"[^>]*>(?:Understanding|0.70|to|0.76)<', sheet)
        assert len(set(lines)) == sheet.count(">Understanding<"), "no number is broken"


def test_the_language_of_the_study_is_that_of_its_twins(tmp_path: Path) -> None:
    docx, pdf = small_twins(tmp_path, "## Otsikko\n\nTeksti.\n")
    with zipfile.ZipFile(docx) as archive:
        assert b"<dc:language>fi</dc:language>" in archive.read("docProps/core.xml")
    assert b"/Lang(fi)" in pdf.read_bytes()


def test_what_the_page_refuses_leaves_no_twin(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="leads nowhere"):
        small_twins(tmp_path, "## Head\n\nSee @tbl-nothing.\n")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("page.")] == ["page.qmd"]


# Bytes and faults -----------------------------------------------------------------------------------------------------


def test_made_twice_they_have_the_same_bytes(floor: Path, bundled_results: Path, tmp_path: Path) -> None:
    again = make_twins(bundled_results, tmp_path / "another folder", TZ="Asia/Kathmandu", LC_ALL="C")
    for name in ("report.docx", "report.pdf"):
        assert (floor / name).read_bytes() == (again / name).read_bytes(), name


def test_twins_that_stand_are_made_anew_with_the_page(bundled_results: Path, tmp_path: Path) -> None:
    """A dry run after an edited word: both where twins stand, the page alone where they do not."""
    shutil.copytree(bundled_results.parent, tmp_path / "study")
    study = tmp_path / "study"
    caveats = study / "config" / "assumptions.md"
    caveats.write_text(caveats.read_text(encoding="utf-8").replace("the", "this", 1), encoding="utf-8")
    command = [sys.executable, "-m", "snakemake", "--dry-run", "--quiet", "reason", "--cores", "1"]
    command += ["--snakefile", str(ROOT / "workflow" / "Snakefile"), "--directory", str(study)]

    def planned() -> list[str]:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return re.findall(r"^(?:local)?rule (\w+):", done.stdout + done.stderr, re.M)

    assert sorted(planned()) == ["all", "manifest", "report"]
    for twin in TWINS:
        (study / twin).write_bytes(b"an old twin")
        os.utime(study / twin, (0, 0))
    assert sorted(planned()) == ["all", "manifest", "report", "twins"]


def test_no_twin_holds_a_path_of_this_machine_or_is_left_half_done(floor: Path) -> None:
    assert sorted(path.name for path in floor.iterdir()) == ["report.docx", "report.html", "report.pdf"]
    assert not (floor.parent / ".twins").exists()
    home = str(floor.parent.parent).encode()
    with zipfile.ZipFile(floor / "report.docx") as archive:
        assert not any(home in archive.read(name) for name in archive.namelist())
    assert home not in (floor / "report.pdf").read_bytes()
