"""The embedded renderer: what the page holds, what it refuses by name, and how it looks to a reader's eye."""

from __future__ import annotations

import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest
from prepost.errors import StudyError
from prepost.render import RenderError, escape_markdown, find_page_faults, render, render_with_quarto, renderer
from prepost.render.page import make_page
from prepost.render.qmd import Cell, Inline, Prose, read_qmd

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "tests" / "render_sample"
CSS = ROOT / "notebooks" / "report.css"
ENV = {"PYTHONPATH": str(ROOT / "scripts")}


class Outline(HTMLParser):
    """Elements in order, as (tag, attributes), and the text of the whole."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def sample(tmp_path_factory) -> str:
    """The sample's page, rendered once."""
    folder = tmp_path_factory.mktemp("sample")
    shutil.copytree(SAMPLE, folder / "work")
    render(folder / "work" / "sample.qmd", folder / "sample.html", workdir=folder / "work", env=ENV)
    return (folder / "sample.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def outline(sample) -> Outline:
    return Outline(sample)


def write(folder: Path, text: str, name: str = "page.qmd") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def page_of(folder: Path, markdown: str, **meta) -> str:
    """The page of markdown without cells: pandoc and the filter alone, no kernel."""
    source = write(folder, "")
    make_page(markdown, {"title": "T", **meta}, folder / "page.html", source=source, workdir=folder)
    return (folder / "page.html").read_text(encoding="utf-8")


# The page ------------------------------------------------------------------------------------------------------------


def test_no_request_leaves_the_page(sample, outline):
    loads = [a[k] for _, a in outline.elements for k in ("src", "srcset", "data", "poster") if a.get(k)]
    loads += [a["href"] for t, a in outline.elements if t == "link"]
    loads += re.findall(r"url\(['\"]?([^'\")]+)", sample) + re.findall(r"@import", sample)
    assert len(loads) == 3  # the wide and the narrow forest plot, and the bars
    assert all(load.startswith("data:image/svg+xml") for load in loads)
    assert not outline.all("script") and not outline.all("iframe") and not outline.all("link")
    policy = next(a["content"] for a in outline.all("meta") if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'")


def test_a_page_that_would_load_or_run_something_is_refused():
    page = '<link rel="stylesheet" href="https://example.org/x.css"><style>a{background:url(//e.org/y.png)}</style>'
    page += '<script>1</script><p id="a" style="background:url(z.png)"></p><p id="a"></p><a href="#none">x</a>'
    told = "\n".join(map(str, find_page_faults(page, "page.qmd")))
    for word in ("https://example.org/x.css", "//e.org/y.png", "z.png", "live <script>", "#none", "given twice"):
        assert word in told
    assert find_page_faults('<a href="https://example.org">a link is not a load</a>', "page.qmd") == []


def test_landmarks_language_and_headings(outline):
    assert outline.all("html")[0]["lang"] == "en-GB"
    first = next(a for t, a in outline.elements if t == "a")
    assert first["class"] == "skip-link" and first["href"] == "#main"
    assert [a.get("id") for a in outline.all("main")] == ["main"]
    assert all(len(outline.all(tag)) == 1 for tag in ("header", "nav", "main", "footer", "h1", "title"))
    levels = [int(t[1]) for t, _ in outline.elements if re.fullmatch(r"h[1-6]", t)]
    assert levels[0] == 1
    assert all(later <= earlier + 1 for earlier, later in zip(levels, levels[1:], strict=False))


def test_numbers_and_references(sample):
    # In the order of the text: forest plot, its table, the cell's table, the cell's figure, the module table.
    assert sample.count('<span class="caption-label">') == 5
    for label, words in {
        "fig-forest": "Figure\u00a01",
        "fig-cell": "Figure\u00a02",
        "tbl-forest": "Table\u00a01",
    }.items():
        assert f'<a href="#{label}" class="xref">{words}</a>' in sample
    assert '<a href="#tbl-modules" class="xref">Table\u00a03</a>, ' in sample
    assert 'alone is <a href="#tbl-modules" class="xref">3</a>.' in sample
    assert '<a href="#eq-gav" class="xref">Equation\u00a01</a>' in sample
    assert '<a href="#sec-modules" class="xref">Section\u00a02</a>' in sample
    assert '<span class="header-section-number">1.2</span> A listing' in sample
    assert "(Morris and DeShon 2002)" in sample and "Psychological Methods" in sample


def test_each_number_keeps_its_key_and_its_row(outline):
    facts = [a for a in outline.all("a") if a.get("class") == "fact"]
    assert {a["data-key"] for a in facts} == {f"comparisons/{k}/estimate" for k in ("n", "confidence", "low", "high")}
    ids = {a.get("id") for _, a in outline.elements}
    assert all(a["href"][1:] in ids for a in facts)


def test_pictures_say_what_they_show(outline):
    alts = [a["alt"] for a in outline.all("img")]
    assert alts[0] == alts[1] and alts[0].startswith("Forest plot of four self-rated outcomes")
    assert alts[2] == "Bars: 38 in a hundred agreed before, 61 after."
    assert [a["class"] for a in outline.all("img")[:2]] == ["for-wide", "for-phone"]


def test_values_stay_text(sample, outline):
    assert "&lt;script&gt;alert(" in sample and "<script" not in sample
    assert "*not bold* $x$ @fig-none [x](y)" in outline.text


def test_the_authors_and_the_kernels_own_words_stay_out(sample):
    for words in ("A comment of the author", "UserWarning", "this neither", "A title that the first cell replaces"):
        assert words not in sample
    assert '<h1 class="title">A sample evaluation' in sample
    for tool in ("pandoc", "quarto", "jupyter", "generator"):
        assert tool not in re.sub(r"<style.*?</style>", "", sample, flags=re.S).lower()


def test_parts_of_the_page(sample, outline):
    classes = [a.get("class") or "" for _, a in outline.elements]
    for wanted in ("banner", "exhibit-foot", "callout callout-note", "table-scroll table-wide"):
        assert wanted in classes
    assert any("key-messages" in c for c in classes)
    assert "<summary>Show the table</summary>" in sample and "<summary>Read with care</summary>" in sample
    wide = next(a for a in outline.all("div") if a.get("class") == "table-scroll table-wide")
    assert wide["tabindex"] == "0" and wide["role"] == "region" and wide["aria-labelledby"] == "tbl-modules-caption"
    assert '<math display="block"' in sample
    assert "Its expressions run in the same kernel: 6." in sample  # 1 + 2 + 3, summed in another file's cell


def test_two_renders_give_the_same_bytes(sample, tmp_path):
    shutil.copytree(SAMPLE, tmp_path / "elsewhere")
    before = sorted(p.name for p in (tmp_path / "elsewhere").rglob("*"))
    render(tmp_path / "elsewhere" / "sample.qmd", tmp_path / "b.html", workdir=tmp_path / "elsewhere", env=ENV)
    assert (tmp_path / "b.html").read_bytes() == sample.encode()
    assert sorted(p.name for p in (tmp_path / "elsewhere").rglob("*")) == before  # nothing is left behind
    assert str(tmp_path) not in sample


# Refusals ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("```{python}\n#| fig-capp: x\n1\n```", "fig-capp"),
        ("```{python}\n#| output: hold\n1\n```", "hold"),
        ("```{python}\n#| label: fig-a\n1\n```", "fig-a"),
        ("```{python, echo=FALSE}\n1\n```", "python, echo=FALSE"),
        ("```{r}\n1\n```", "'{r}'"),
        ("```{=html}\n<b>\n```", "{=html}"),
        ("```{python}\n1", "not closed"),
        ("a `{r} x` b", "'r'"),
        ("a `<b>`{=html} b", "raw inline 'html'"),
        ("{{< video x >}}", "video"),
        ("text {{< include _x.qmd >}} text", "include"),
        ("{{< include _nowhere.qmd >}}", "_nowhere.qmd"),
        ("::: {.panel-tabset}\n:::", "panel-tabset"),
        ("::: panel-tabset\n:::", "panel-tabset"),
        ("::: {.callout-nota}\n:::", "callout-note"),
        ("::: {layout-ncol=2}\n:::", "layout-ncol"),
        ("::: {#thm-one}\n:::", "thm-one"),
        ("<div>\nx\n</div>", "<div>"),
        ("---\ntitle: x\ntittle: y\n---", "did you mean 'title'"),
        ("---\nexecute:\n  ekho: false\n---", "did you mean 'echo'"),
        ("---\nengine: knitr\n---", "knitr"),
        ("---\ntitle: x", "not closed"),
        ("---\ntitle: [x\n---", "not valid YAML"),
    ],
)
def test_what_it_does_not_know_it_refuses_by_name(tmp_path, text, named):
    with pytest.raises(StudyError) as raised:
        read_qmd(write(tmp_path, text))
    assert named in str(raised.value)
    assert "page.qmd" in str(raised.value)


def test_all_faults_at_once_with_file_and_line(tmp_path):
    write(tmp_path, "fine\n\n```{ojs}\n1\n```\n", "_part.qmd")
    with pytest.raises(StudyError) as raised:
        read_qmd(write(tmp_path, "one\n\n{{< video a >}}\n\n{{< include _part.qmd >}}\n"))
    assert [fault.where for fault in raised.value.faults] == ["page.qmd · line 3", "_part.qmd · line 3"]


def test_circular_include(tmp_path):
    write(tmp_path, "{{< include page.qmd >}}", "_part.qmd")
    with pytest.raises(StudyError, match="includes this file"):
        read_qmd(write(tmp_path, "{{< include _part.qmd >}}"))


def test_what_is_only_shown_is_not_read(tmp_path):
    text = "````markdown\n```{r}\n{{< video x >}} `{python} x`\n```\n````\n\n"
    text += "`{{< video >}}` and `<b>`, <https://e.org> and 3 < 4"
    blocks = read_qmd(write(tmp_path, text)).blocks
    assert all(isinstance(part, str) for block in blocks for part in block.parts)


def test_cells_prose_and_expressions(tmp_path):
    text = '---\ntitle: T\n---\nA `{python} f("x")` b.\n\n'
    text += "```{python}\n#| label: tbl-a\n#| tbl-cap: >\n#|   Two\n#|   lines\nf(1)\n```\n"
    document = read_qmd(write(tmp_path, text))
    prose, cell = document.blocks[:2]
    assert document.meta == {"title": "T"}
    assert isinstance(prose, Prose) and prose.parts[1] == Inline('f("x")', "page.qmd · line 4")
    assert isinstance(cell, Cell) and cell.code == "f(1)" and cell.options["tbl-cap"] == "Two lines"


@pytest.mark.parametrize(
    ("markdown", "named"),
    [
        ("See @fig-none.", "reference '@fig-none' leads nowhere"),
        ("See @smith2020.", "without a bibliography"),
        ("# One", "at level 1"),
        ("## One\n\n#### Two", "skips a level"),
        ("## One {#sec-a}\n\n## Two {#sec-a}", "given twice"),
        ("![Caption](x.svg){#fig-x}", "no fig-alt"),
        ('![](x.svg){#fig-x fig-alt="a"}', "no caption"),
        ('![Caption](none.svg){#fig-x fig-alt="a"}', "none.svg"),
        ('![Caption](https://example.org/x.svg){#fig-x fig-alt="a"}', "not a file of the report"),
        ("[a](#row-none)", "#row-none"),
        ("::: {#tbl-a}\nno table\n\nCaption\n:::", "holds no table"),
    ],
)
def test_a_page_with_loose_ends_is_refused(tmp_path, markdown, named):
    (tmp_path / "x.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>')
    with pytest.raises(StudyError) as raised:
        page_of(tmp_path, markdown)
    assert named in str(raised.value)
    assert not (tmp_path / "page.html").exists()  # nothing half-written


def test_live_html_in_any_text_is_escaped(tmp_path):
    table = "| a <img src=x onerror=alert(1)> | b |\n|---|--:|\n| <script>alert(1)</script> | `<b>` |\n\n"
    table += ": <i>Caption</i> {#tbl-a}\n"
    page = page_of(tmp_path, table, title="A <script>title</script>")
    assert "<script" not in page and "<img" not in page and "<i>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page and '<h1 class="title">A &lt;script&gt;' in page


@pytest.mark.parametrize(
    "text",
    ["*a* _b_ `c` [d](e) <f> {g} #h |i| ~j~ ^k^ $l$ @m & &lt; ! \\n", "- a", "1. a", "a) b", "(1) c", ": d", "+ e",
     "% t", "--- a ... \"b\" 'c'", "=HYPERLINK(\"x\")", "    code", "@fig-x", "::: {.x}", "# h", "> q", "-0.5"],
)  # fmt: skip
def test_escaped_markdown_shows_its_own_text(tmp_path, text):
    page = page_of(tmp_path, escape_markdown(text))
    main = re.search(r"<main.*?>(.*)</main>", page, re.S)[1].strip()
    assert re.fullmatch(r"<p>[^<]*</p>", main)
    assert Outline(main).text == text.strip()


def test_escape_keeps_to_one_line():
    assert escape_markdown("a\n\n# b\u2028c\x00d") == "a \\# b c d"


# Cells that fail -----------------------------------------------------------------------------------------------------


def test_a_study_error_of_a_cell_comes_out_whole(tmp_path):
    code = "from prepost.errors import Fault, StudyError\ndef fact(key):\n"
    code += "    raise StudyError(Fault('report.qmd', 'no fact ' + key, 'a key', 'mend it', (4, 5)), kind='data')"
    source = write(tmp_path, f"```{{python}}\n{code}\n```\n\nA `{{python}} fact('x')` b.")
    with pytest.raises(StudyError) as raised:
        render(source, tmp_path / "page.html", workdir=tmp_path, env=ENV)
    fault = raised.value.faults[0]
    assert (fault.what, fault.expected, list(fault.rows), raised.value.kind) == ("no fact x", "a key", [4, 5], "data")
    assert not (tmp_path / "page.html").exists()


def test_another_exception_keeps_its_traceback(tmp_path):
    source = write(tmp_path, "one\n\n```{python}\ndef f():\n    return 1 / 0\nf()\n```\n")
    with pytest.raises(RenderError) as raised:
        render(source, tmp_path / "page.html", workdir=tmp_path, env=ENV)
    assert "page.qmd · line 3" in str(raised.value) and "ZeroDivisionError" in str(raised.value)
    assert "return 1 / 0" in str(raised.value) and "\x1b" not in str(raised.value)


def test_a_cell_that_shows_html_is_refused(tmp_path):
    source = write(tmp_path, "```{python}\nimport IPython.display\nIPython.display.HTML('<b>x</b>')\n```\n")
    with pytest.raises(StudyError, match="text/html"):
        render(source, tmp_path / "page.html", workdir=tmp_path, env=ENV)


# The look ------------------------------------------------------------------------------------------------------------


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2: 0.2126 R + 0.7152 G + 0.0722 B of the linearised channels."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_by_hand():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)  # (1 + 0.05) / (0 + 0.05)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)  # the W3C's own example of a bare pass


def test_every_pair_of_colours_can_be_read():
    css = CSS.read_text(encoding="utf-8")
    named = dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6});", css))
    assert {named[k].upper() for k in ("navy", "teal", "plum", "orange")} == {
        "#12436D",
        "#28A197",
        "#801650",
        "#F46A25",
    }

    def value(text: str) -> str | None:
        found = re.fullmatch(r"var\(--([\w-]+)\)|(#[0-9a-f]{6})", text)
        return found and (found[2] or named[found[1]])

    texts, grounds, pairs = set(), {named["paper"]}, []
    for rule in re.findall(r"\{([^{}]*)\}", css):
        declared = dict(re.findall(r"(?:^|[;\s])((?:background-)?color):\s*([^;]+);", rule))
        text, ground = value(declared.get("color", "")), value(declared.get("background-color", ""))
        if ground:
            grounds.add(ground)
        if text and ground:
            pairs.append((text, ground))
        elif text:
            texts.add(text)
    light = {ground for ground in grounds if luminance(ground) > 0.5}
    pairs += [(text, ground) for text in texts - {named["paper"]} for ground in light]
    assert len(pairs) > 20
    assert {pair: round(contrast(*pair), 2) for pair in pairs if contrast(*pair) < 4.5} == {}


def test_css_asks_for_nothing_and_has_the_three_media():
    css = CSS.read_text(encoding="utf-8")
    assert "url(" not in css and "@import" not in css and "@font-face" not in css
    assert "@media print" in css and "size: A4" in css and "(max-width: 37.5rem)" in css


# Quarto --------------------------------------------------------------------------------------------------------------


def test_quarto_gives_the_same_facts(outline, tmp_path):
    if renderer() != "quarto":
        pytest.skip("Quarto is not on the PATH")
    shutil.copytree(SAMPLE, tmp_path / "work")
    for name in ("report.css", "report.lua"):
        shutil.copy(CSS.with_name(name), tmp_path / "work")
    render_with_quarto(tmp_path / "work" / "sample.qmd", tmp_path / "q.html", workdir=tmp_path / "work", env=ENV)
    other = Outline((tmp_path / "q.html").read_text(encoding="utf-8"))
    assert [a["data-key"] for a in other.all("a") if "data-key" in a] == [
        a["data-key"] for a in outline.all("a") if "data-key" in a
    ]


def test_without_quarto_the_embedded_one_serves(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert renderer() == "embedded"
    with pytest.raises(StudyError, match="not on the PATH"):
        render_with_quarto(SAMPLE / "sample.qmd", tmp_path / "q.html", workdir=tmp_path, env={})
