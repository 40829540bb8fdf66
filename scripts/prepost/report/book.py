"""The report's one door to what it shows: study, facts, figures, tables, prose, and the rows behind the numbers."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

import pandas as pd
from IPython.display import Markdown

from prepost import exhibits
from prepost import facts as fact_files
from prepost.economics.inputs import Economics, load_economics
from prepost.errors import Fault, StudyError
from prepost.facts import PLACEHOLDER, Fact, Facts
from prepost.governance import intervention_rows, load_governance
from prepost.place_sheets import TileRow
from prepost.recommendations import ChecklistRow, RecommendationRow, load_checklist, load_recommendations
from prepost.released import read_released
from prepost.render.escape import escape_markdown as esc
from prepost.report import claims_words, messages, methods, money, result_tables
from prepost.report.appendix import Appendix
from prepost.report.sections import SECTIONS
from prepost.sheets import ItemRow, read_sheet
from prepost.study import Study
from prepost.study_loading import load_resolved
from prepost.survey_sheets import BaseRow, ShareRow, labels_of
from prepost.table_names import FIGURES_OF, PUBLISHED

BANNER = (
    "**Synthetic data.** Every learner and every answer behind this page is invented. The page shows how the report is "
    "made; no number in it says anything about a real programme."
)
#: Beside the banner where the study holds chapters of which nothing is synthetic.
BUT_PUBLISHED = (
    " Only the chapters on money and on published claims, and what is said of published figures elsewhere, use what "
    "the programme itself has published; each exhibit of theirs says so."
)
FROM_PRINT = "From published figures"
SOFTWARE = ("snakemake", "pandas", "numpy", "scipy", "pingouin", "matplotlib", "pandera", "pypandoc-binary")


def find_study(start: Path) -> Path:
    """Return the study's folder: PREPOST_STUDY, else the nearest parent with results/run_config.yaml."""
    if named := os.environ.get("PREPOST_STUDY"):
        return Path(named)
    for folder in (start, *start.parents):
        if (folder / "results" / "run_config.yaml").is_file():
            return folder
    raise StudyError(
        Fault(
            "report.qmd",
            "no study was found",
            "results/run_config.yaml in this folder or above it",
            "run make report first, or set PREPOST_STUDY to the study's folder",
        )
    )


class Report:
    """What the report is made of. Nothing is computed here: released cells are looked up and put into words."""

    def __init__(self, home: Path) -> None:
        results = home / "results"
        self.home = home
        self.study: Study = load_resolved(results / "run_config.yaml")
        self.settings = self.study.settings
        self.tables = {
            path.stem: read_released(path)
            for path in sorted((results / "7_release").glob("*.csv"))
            if path.stem != "withheld"
        }
        self.facts: Facts = fact_files.load(results / "8_exhibits" / "facts.json")
        self.alt: dict[str, dict[str, str]] = json.loads(
            (results / "8_exhibits" / "alt_texts.json").read_text(encoding="utf-8")
        )
        self.appendix = Appendix()
        self.words = messages.Words(self.settings, self.study.items, self.facts, self.tables, self.span)

    @classmethod
    def open(cls) -> Report:
        """Open the report of the study that is found from here."""
        return cls(find_study(Path.cwd()))

    # Numbers -------------------------------------------------------------------------------------------------------

    def fact(self, key: str) -> Markdown:
        """Return one number of the report, linked to its row; an unknown key is a StudyError."""
        return Markdown(self.span(key))

    def span(self, key: str, text: str | None = None) -> str:
        """Return one number as a span that links to its row; `text` stands for how prose would write it."""
        fact = self._cited(self.facts.fact(key))
        return fact_files.span(fact if text is None else replace(fact, text=text))

    def _cited(self, fact: Fact) -> Fact:
        table, row, _ = fact.key.split("/", 2)
        self.appendix.cite(table, row)
        return fact

    def _filled(self, path: Path, where: str) -> Markdown:
        """Return prose of the study with its [[keys]] filled; what it cites is noted for the appendix."""
        text = path.read_text(encoding="utf-8-sig")
        filled = self.facts.fill(text, where=where)
        for found in PLACEHOLDER.findall(text):
            self._cited(self.facts.fact(found.strip()))
        return Markdown(filled)

    # Parts of the page ---------------------------------------------------------------------------------------------

    def head(self) -> Markdown:
        """Return the page's title block."""
        settings = self.settings
        head = {
            "title": settings.title,
            "subtitle": settings.subtitle,
            "author": f"Commissioner: {settings.commissioner}",
            "date": f"Data window: {settings.data_window}. Date of the data: {settings.data_date:%-d %B %Y}",
            "lang": settings.language,
        }
        return Markdown("---\n" + json.dumps(head, ensure_ascii=False) + "\n---\n")

    def banner(self) -> Markdown:
        """Return the banner of a synthetic study, or nothing."""
        more = BUT_PUBLISHED if set(PUBLISHED) & set(self.settings.parts) else ""
        return Markdown(f"::: {{.banner}}\n{BANNER}{more}\n:::\n" if self.settings.synthetic else "")

    def key_messages(self) -> Markdown:
        """Return five to seven sentences, each with its number, interval, base and section."""
        return Markdown("\n".join(f"- {message}" for message in messages.key_messages(self.words)))

    def how_sure(self) -> Markdown:
        """Return the line on how sure we can be."""
        return Markdown(messages.how_sure(self.words))

    def section(self, name: str) -> Markdown:
        """Return a section of the page by its name in `prepost.report.sections`; empty where the study has none."""
        return Markdown(SECTIONS[name](self))

    def prose(self, name: str) -> Markdown:
        """Return the study's own prose of that name, its [[keys]] filled, headings one level down."""
        path = self.home / "config" / "report" / f"{name}.md"
        if not path.is_file():
            return Markdown("*Not written for this study.*")
        return self._filled(path, f"config/report/{name}.md")

    def caveats(self) -> Markdown:
        """Return the study's numbered caveats."""
        return self._filled(self.home / "config" / "assumptions.md", "config/assumptions.md")

    def exhibit(self, name: str) -> Markdown:
        """Return a figure with its foot, and under it, folded, the table that it draws."""
        shown = self.alt[name]
        alt = shown["alt"].replace("\\", "").replace('"', "'")
        picture = f'![{esc(shown["title"])}](exhibits/{name}.svg){{#fig-{_dashed(name)} fig-alt="{alt}"}}'
        published = any(name in FIGURES_OF[part] for part in PUBLISHED)
        foot = self._foot(exhibits.foot(name, self.tables, self.setting), published=published)
        return Markdown("\n\n".join([picture, foot, self._folded(name)]))

    def table(self, name: str, caption: str) -> Markdown:
        """Return a table that stands without a figure, with its foot."""
        if name == "economics_attribution":
            shown, foot = money.attribution(self.words, self.economics), money.attribution_foot(self.economics)
        else:
            shown, foot = result_tables.TABLES[name](self.words), result_tables.FEET[name]
        published = name == "economics_attribution" or name in claims_words.TABLES
        return Markdown(self._captioned(shown, name, caption) + "\n\n" + self._foot(foot, published=published))

    def grid(self, name: str, caption: str) -> Markdown:
        """Return a table of `prepost.exhibits` that stands without a figure, with its foot."""
        shown = exhibits.exhibit_table(name, self.tables, self.setting)
        foot = self._foot(exhibits.foot(name, self.tables, self.setting))
        return Markdown(self._captioned(shown, name, caption) + "\n\n" + foot)

    def methods(self) -> Markdown:
        """Return the methods, written from the study."""
        return Markdown("\n\n".join(f"### {title}\n\n{text}" for title, text in methods.paragraphs(self.study)))

    def governance(self) -> Markdown:
        """Return governance as a table of statements."""
        found = self._governance
        note = f"{esc(found.note)}\n\n" if found.note else ""
        return Markdown(
            note + _statements(found.rows()[1:] if found.note else found.rows()) + "\n\n: Governance {#tbl-governance}"
        )

    def intervention(self) -> Markdown:
        """Return the description of the training by TIDieR's items."""
        return Markdown(
            _statements(intervention_rows(self._governance))
            + "\n\n: The training, by the items of TIDieR {#tbl-tidier}"
        )

    def software(self) -> Markdown:
        """Return the packages that made the numbers, with their versions."""
        return Markdown("Made with prepost and " + ", ".join(f"{name} {version(name)}" for name in SOFTWARE) + ".")

    def rows_behind(self) -> Markdown:
        """Return the appendix: every released row whose numbers the report says, each with an anchor."""
        return Markdown(self.appendix.markdown(self.tables, self.facts))

    # Pieces --------------------------------------------------------------------------------------------------------

    @cached_property
    def _governance(self):
        return load_governance(self.home / "config" / "governance.yaml")

    @cached_property
    def setting(self) -> exhibits.Setting:
        """The study's words, as figures and their tables take them."""
        items: Mapping[str, ItemRow] = {item.item: item for item in self.study.items}
        settings = self.settings
        words = (settings.outcomes, settings.waves, settings.nouns, settings.synthetic)
        plan = settings.secondary.places
        sheet = self.home / "config" / plan.tiles if plan and plan.tiles else None
        tiles = read_sheet(sheet, TileRow, key="place") if sheet else []
        sheet = self.home / "config" / settings.surveys.shares
        shares = read_sheet(sheet, ShareRow) if sheet.is_file() else []
        sheet = self.home / "config" / settings.surveys.bases
        bases = read_sheet(sheet, BaseRow) if sheet.is_file() else []
        labels = labels_of(shares, bases)
        return exhibits.Setting(items, *words, settings.release.threshold, tiles, labels)

    @cached_property
    def economics(self) -> Economics:
        """The study's economic model."""
        return load_economics(self.home / "config" / "economics.yaml")

    @cached_property
    def recommendations(self) -> list[RecommendationRow]:
        """The study's recommendations with the numbers that bear on them; none where it has no such sheet."""
        path = self.home / "config" / "recommendations.csv"
        return load_recommendations(path) if path.is_file() else []

    @cached_property
    def checklist(self) -> list[ChecklistRow]:
        """Answers to the checklist for health economics; none where the study has no such sheet."""
        path = self.home / "config" / "cheers.csv"
        return load_checklist(path) if path.is_file() else []

    def _foot(self, text: str, *, published: bool = False) -> str:
        origin = f" {FROM_PRINT}." if published else " Synthetic data." if self.settings.synthetic else ""
        return f"::: {{.exhibit-foot}}\n{esc(text)}.{origin}\n:::"

    def folded_table(self, name: str, caption: str) -> str:
        """Return a table that stands folded under its caption."""
        return f'::: {{.details summary="{caption}"}}\n{self.table(name, caption).data}\n:::'

    def _folded(self, name: str) -> str:
        shown = exhibits.exhibit_table(name, self.tables, self.setting)
        caption = f"The numbers of the figure: {self.alt[name]['title']}"
        return f'::: {{.details summary="Show the table"}}\n{self._captioned(shown, name, caption)}\n:::'

    def _captioned(self, shown: pd.DataFrame, name: str, caption: str) -> str:
        return pipe_table(shown, self._span_of_cell) + f"\n\n: {esc(caption)} {{#tbl-{_dashed(name)}}}"

    def _span_of_cell(self, text: str, key: str) -> str:
        """A cell of a display table: its own text (decimals chosen for its column), the fact's key and link."""
        return self.span(key, text)


def pipe_table(shown: pd.DataFrame, span) -> str:
    """Return a display table as a pipe table.

    Parameters
    ----------
    shown : DataFrame
        Text cells. ``shown.attrs["keys"]`` may hold a frame of the same shape with each cell's fact key, or blank;
        ``shown.attrs["numbers"]`` names the columns that are aligned right.
    span : callable
        Makes a cell's text and key into a linked number.
    """
    keys = shown.attrs.get("keys")
    numbers = shown.attrs.get("numbers", [])
    lines = ["| " + " | ".join(esc(name) for name in shown.columns) + " |"]
    lines.append("|" + "|".join("--:" if name in numbers else ":--" for name in shown.columns) + "|")
    for place in range(len(shown)):
        cells = []
        for column in range(shown.shape[1]):
            text = str(shown.iat[place, column])
            key = "" if keys is None else keys.iat[place, column]
            cells.append(span(text, key) if isinstance(key, str) and key else esc(text))
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _statements(rows: list[tuple[str, str]]) -> str:
    lines = ["| Item | Statement |", "|:----------|:------------------------------|"]
    return "\n".join([*lines, *[f"| {esc(head)} | {esc(text)} |" for head, text in rows]])


def _dashed(name: str) -> str:
    return name.replace("_", "-")
