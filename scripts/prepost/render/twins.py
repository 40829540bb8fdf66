"""Makes the Word and the PDF twin of the page from the same markdown, so that all three say the same."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib
import pypandoc
import typst

from prepost.render.pandoc import begin, front_matter, look, run_pandoc
from prepost.render.qmd import read_qmd
from prepost.render.run import run_document

EPOCH = 315532800  # 1980-01-01: no clock in the files, and the earliest day that a zip archive, so a docx, can hold
PICTURE_PPI = 220.0
REFERENCE = "reference.docx"
_DAY = (1980, 1, 1, 0, 0, 0)
_PICTURE = '#set page(width: auto, height: auto, margin: 0pt)\n#set text(lang: "en")\n#image("{name}")\n'
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_FOOTER = (
    f'<?xml version="1.0" encoding="UTF-8"?>\n<w:ftr xmlns:w="{_W}"><w:p><w:pPr><w:pStyle w:val="Footer" /></w:pPr>'
    '<w:r><w:fldChar w:fldCharType="begin" /></w:r><w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>'
    '<w:r><w:fldChar w:fldCharType="separate" /></w:r><w:r><w:t>1</w:t></w:r>'
    '<w:r><w:fldChar w:fldCharType="end" /></w:r></w:p></w:ftr>'
)
_FOOTER_TYPE = (
    '<Override PartName="/word/footer1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml" />'
)
_FOOTER_PLACE = f'<Relationship Type="{_R}/footer" Id="rId90" Target="footer1.xml" />'
# A4 with margins of 1.8 cm, in twentieths of a point, as in twins.typ.
_PAGE = (
    f'<w:sectPr><w:footerReference w:type="default" r:id="rId90" xmlns:r="{_R}" />'
    '<w:pgSz w:w="11906" w:h="16838" />'
    '<w:pgMar w:top="1134" w:right="1021" w:bottom="1247" w:left="1021" w:header="567" w:footer="567" w:gutter="0" />'
    "</w:sectPr>"
)


def render_twins(qmd: Path, docx: Path, pdf: Path, *, workdir: Path, env: Mapping[str, str]) -> None:
    """Render a ``.qmd`` to a Word document and a tagged PDF; its cells run once.

    Parameters
    ----------
    qmd : Path
        The source. ``report.lua`` and ``paper/`` beside it are used where they stand, otherwise the project's own.
    docx, pdf : Path
        The two files to write; they appear only when both are finished and without fault.
    workdir : Path
        The folder in which the cells run and the figures lie.
    env : mapping of str to str
        Added to the kernel's environment, as ``render`` takes it.

    Raises
    ------
    StudyError
        What the page would refuse: references that lead nowhere, figures without alternative text, and the like.
    RenderError
        A cell failed otherwise.
    RuntimeError
        Pandoc or Typst failed otherwise: our fault.
    """
    document = read_qmd(qmd)
    markdown = run_document(document, workdir=workdir, env=env)
    make_twins(markdown, document.meta, docx, pdf, source=qmd, workdir=workdir)


def make_twins(markdown: str, meta: Mapping[str, Any], docx: Path, pdf: Path, *, source: Path, workdir: Path) -> None:
    """Write markdown as a Word document and as a tagged PDF.

    Parameters
    ----------
    markdown : str
        As ``run_document`` gives it. A YAML block in it overrides the front matter key by key.
    meta : mapping
        The front matter.
    docx, pdf : Path
        The two files to write; they appear only when both are finished and without fault.
    source : Path
        The ``.qmd``: bibliography and filters are looked for beside it, and it is named in faults.
    workdir : Path
        The folder in which the cells left figures; PNG copies of the SVG files are left beside them.

    Notes
    -----
    The PDF is made to PDF/UA-1 (ISO 14289-1), whose checks refuse a picture without alternative text or a skipped
    heading. Word shows no SVG in older versions, so its pictures are PNG files.
    """
    for picture in sorted(workdir.rglob("*.svg")):
        _draw_png(picture)
    _write_reference(look("paper/styles.xml", source), workdir / REFERENCE)
    word, page = workdir / "twin.docx", workdir / "twin.typ"
    command = [*begin(meta, source, workdir), "--lua-filter", str(look("paper/twins.lua", source))]
    to_word = ["--to", "docx", "--reference-doc", REFERENCE, "--output", word.name]
    to_page = ["--to", "typst", "--template", str(look("paper/twins.typ", source)), "--output", page.name]
    text = front_matter(meta) + markdown
    for to in (to_word, to_page):
        run_pandoc([*command, *to], text, source, workdir, SOURCE_DATE_EPOCH=str(EPOCH))
    pressed = _press(page, "pdf", pdf_standards=["ua-1"])
    for path, content in ((docx, word.read_bytes()), (pdf, pressed)):
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(path.name + ".part")
        try:
            unfinished.write_bytes(content)
            os.replace(unfinished, path)
        finally:
            unfinished.unlink(missing_ok=True)


def _draw_png(svg: Path) -> None:
    page = svg.with_suffix(".png.typ")
    page.write_text(_PICTURE.format(name=svg.name), encoding="utf-8")
    svg.with_suffix(".png").write_bytes(_press(page, "png", ppi=PICTURE_PPI))
    page.unlink()


def _press(page: Path, form: str, **options: Any) -> bytes:
    """Compile a Typst file with the fonts that come with the packages, never with those of the machine."""
    fonts = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    compiler = {"root": str(page.parent), "font_paths": [str(fonts)], "ignore_system_fonts": True}
    try:
        return typst.compile(str(page), format=form, timestamp=EPOCH, **compiler, **options)
    except typst.TypstError as error:
        raise RuntimeError(f"typst: {page.name}: {error}") from error


def _write_reference(styles: Path, to: Path) -> None:
    """Pandoc's own reference document with our styles, A4 paper and page numbers."""
    command = [pypandoc.get_pandoc_path(), "--print-default-data-file", "reference.docx"]
    with zipfile.ZipFile(io.BytesIO(run_pandoc(command, "", to, to.parent))) as theirs:
        parts = {name: theirs.read(name).decode() for name in theirs.namelist()}
    parts["word/styles.xml"] = styles.read_text(encoding="utf-8")
    parts["word/footer1.xml"] = _FOOTER
    for name, mark, further in (
        ("[Content_Types].xml", "</Types>", _FOOTER_TYPE),
        ("word/_rels/document.xml.rels", "</Relationships>", _FOOTER_PLACE),
    ):
        parts[name] = parts[name].replace(mark, further + mark)
    document = parts["word/document.xml"]
    begins, ends = document.rindex("<w:sectPr"), document.rindex("</w:sectPr>") + len("</w:sectPr>")
    parts["word/document.xml"] = document[:begins] + _PAGE + document[ends:]
    with zipfile.ZipFile(to, "w") as ours:
        for name, text in parts.items():
            ours.writestr(zipfile.ZipInfo(name, _DAY), text)
