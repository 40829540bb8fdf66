"""The page as its readers meet it: honest words, numbers that lead to their rows, nothing too wide for a phone."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest
from builds import ROOT

REFUSED = (
    r"\bimpact",
    r"(?<!design )\beffects? of\b(?! interest)",  # the smallest effect of interest and the design effect are terms
    r"\bled to\b",
    r"\bimproved by\b",
    r"\bdrives?\b",
    r"\bproves?\b|\bproved\b",
    r"\bsignificant",
    r"\bsavings?\b",
    r"\brepresentative\b",
)
SUSTAINED = r"\bsustain(?!ed[ _]use\b)"  # "sustained use" is the name of a theme of comments, and no finding
AMONG = "among those who answered at three months"


class Page(HTMLParser):
    """Prose by block, facts with their links, ids, and what stands after each figure and table."""

    BLOCKS = ("p", "li", "h1", "h2", "h3", "h4", "td", "th", "figcaption", "caption", "summary", "div")
    QUOTED = ("blockquote", "q", "style", "script", "title", "svg")

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[str] = [""]
        self.facts: list[tuple[str, str, str]] = []
        self.ids: list[str] = []
        self.alts: list[str] = []
        self._quoted = 0
        self._fact: dict | None = None
        self.feed(text)

    def handle_starttag(self, tag, attrs) -> None:
        given = dict(attrs)
        self._quoted += tag in self.QUOTED
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "img":
            self.alts.append(given.get("alt", ""))
        if tag in self.BLOCKS:
            self.blocks.append("")
        if "data-key" in given:
            self._fact = {"key": given["data-key"], "href": given.get("href", ""), "text": ""}
        elif self._fact is not None and tag == "a":
            self._fact["href"] = given["href"]

    def handle_endtag(self, tag) -> None:
        self._quoted -= tag in self.QUOTED
        if self._fact is not None and tag in ("a", "span") and self._fact["href"]:
            self.facts.append((self._fact["key"], self._fact["href"], self._fact["text"]))
            self._fact = None

    def handle_data(self, data) -> None:
        if not self._quoted:
            self.blocks[-1] += data
        if self._fact is not None:
            self._fact["text"] += data


@pytest.fixture(scope="module")
def html(bundled_results: Path) -> str:
    return (bundled_results / "9_report" / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return Page(html)


@pytest.fixture(scope="module")
def facts(bundled_results: Path) -> dict:
    return json.loads((bundled_results / "8_exhibits" / "facts.json").read_text(encoding="utf-8"))


def refusals(blocks: list[str]) -> list[str]:
    """What a block says that this design cannot know."""
    found = [f"{pattern}: {block}" for block in blocks for pattern in REFUSED if re.search(pattern, block, re.I)]
    lasting = [block for block in blocks if re.search(SUSTAINED, block, re.I) and AMONG not in block.lower()]
    return found + lasting


def test_the_words_stay_within_what_the_design_can_say(page: Page) -> None:
    assert len([block for block in page.blocks if block.strip()]) > 100
    assert refusals(page.blocks) == []
    assert refusals(page.alts) == []


@pytest.mark.parametrize(
    "sentence",
    ["The training led to more confidence.", "A significant rise.", "The impact was large.", "Gains were sustained."],
)
def test_the_guard_of_words_can_fail(sentence: str) -> None:
    assert refusals([sentence])


def test_lasting_may_be_said_of_those_who_answered() -> None:
    assert refusals(["Among those who answered at three months, gains were sustained."]) == []


def test_outcomes_are_called_self_rated(page: Page) -> None:
    messages = [block for block in page.blocks if "points higher" in block]
    assert len(messages) >= 4
    assert all("self-rated" in message.lower() for message in messages)


def test_synthetic_data_are_bannered_on_the_first_screen_and_under_every_exhibit(html: str) -> None:
    """Under every exhibit but those of figures that others have published, which say that instead."""
    banner, first_message = html.index('class="banner"'), html.index('key-messages"', html.index("<main"))
    assert banner < first_message
    feet = re.findall(r'<div class="exhibit-foot">(.*?)</div>', html, flags=re.S)
    exhibits = len(re.findall(r"<img ", html))
    assert len(feet) >= exhibits > 5
    assert all(("Synthetic data" in foot) != ("From published figures" in foot) for foot in feet)
    assert sum("Synthetic data" in foot for foot in feet) > 20


def test_every_number_says_what_its_fact_says_and_leads_to_its_row(page: Page, facts: dict) -> None:
    assert len(page.facts) > 200
    ids = set(page.ids)
    for key, href, text in page.facts:
        assert key in facts
        assert href.startswith("#row-") and href[1:] in ids, key
        value = facts[key]["value"]
        if text.endswith("\u00a0%"):  # as a publication prints it, in per cent: the released number is in per cent too
            assert text.rstrip("\u00a0%").split()[-1] in (f"{value:g}", f"{value:.1f}", f"{value:.2f}", "10"), key
            continue
        said = text.replace("\u2212", "-").replace(",", "").split(" to ")[0].split(" (")[0]
        if value is not None and re.fullmatch(r"-?\d+(\.\d+)?%?", said):
            number = float(said.rstrip("%")) / (100 if said.endswith("%") else 1)
            decimals = len(said.rstrip("%").partition(".")[2]) + (2 if said.endswith("%") else 0)
            assert abs(number - value) <= 0.5001 * 10**-decimals, key


def test_the_headline_stands_in_prose_with_interval_and_base(page: Page, facts: dict) -> None:
    message = next(block for block in page.blocks if "understanding of personalised care was" in block)
    for column in ("estimate", "ci_low", "ci_high", "n", "n_people"):
        assert facts[f"comparisons/primary.understanding.all.all.mean_change/{column}"]["text"] in message


def test_nothing_of_the_workshop_is_on_show(page: Page) -> None:
    words = " ".join(page.blocks)
    assert not re.search(r"Traceback|Warning:|\bNaN\b|\bnan\b|<NA>|\[\[|In \[\d*\]", words)
    assert not re.search(r"\{python\}|:::|@(fig|tbl|sec)-", words)


def test_study_prose_is_not_in_the_report_source() -> None:
    source = (ROOT / "notebooks" / "report.qmd").read_text(encoding="utf-8").lower()
    for word in ("personalised", "e-learning", "confidence", "dart", "nhs"):
        assert word not in source


MEASURE = """<script>addEventListener("load", () => parent.postMessage(
  [document.documentElement.scrollWidth, innerWidth].join(" "), "*"));</script>"""
WATCH = """<!DOCTYPE html><iframe src="page.html" style="width:{width}px;height:900px;border:0"></iframe>
<p id="said">nothing</p>
<script>addEventListener("message", e => document.getElementById("said").textContent = e.data);</script>"""
CHROMIUM = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--virtual-time-budget=8000", "--dump-dom"),
]


@pytest.mark.parametrize("width", [375, 768, 1440])
def test_nothing_is_wider_than_the_screen(html: str, tmp_path: Path, width: int) -> None:
    browser = shutil.which("chromium")
    if browser is None:
        pytest.skip("chromium is not on this machine")
    open_to_scripts = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", html)
    (tmp_path / "page.html").write_text(open_to_scripts.replace("</body>", MEASURE + "</body>"), encoding="utf-8")
    (tmp_path / "watch.html").write_text(WATCH.format(width=width), encoding="utf-8")
    command = [browser, *CHROMIUM, f"--user-data-dir={tmp_path / 'profile'}", "--window-size=1600,1000"]
    told = subprocess.run([*command, f"file://{tmp_path / 'watch.html'}"], capture_output=True, text=True, check=True)
    content, window = re.search(r'<p id="said">(\d+) (\d+)</p>', told.stdout).groups()
    assert int(window) == width
    assert int(content) <= width
