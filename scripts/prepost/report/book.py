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
from prepost.comparing import row_id
from prepost.errors import Fault, StudyError
from prepost.facts import PLACEHOLDER, Fact, Facts
from prepost.governance import intervention_rows, load_governance
from prepost.paired import OVERALL
from prepost.place_sheets import TileRow
from prepost.released import read_released
from prepost.render.escape import escape_markdown as esc
from prepost.report import (
    attrition_words,
    change_words,
    group_words,
    item_words,
    measurement_words,
    messages,
    methods,
    place_words,
    result_tables,
    robustness,
)
from prepost.report.appendix import Appendix
from prepost.sheets import ItemRow, read_sheet
from prepost.study import Study
from prepost.study_loading import load_resolved

BANNER = (
    "**Synthetic data.** Every learner and every answer behind this page is invented. The page shows how the report is "
    "made; no number in it says anything about a real programme."
)
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
        self.words = messages.Words(self.settings, self.study.items, self.facts, self.tables, self._span)

    @classmethod
    def open(cls) -> Report:
        """Open the report of the study that is found from here."""
        return cls(find_study(Path.cwd()))

    # Numbers -------------------------------------------------------------------------------------------------------

    def fact(self, key: str) -> Markdown:
        """Return one number of the report, linked to its row; an unknown key is a StudyError."""
        return Markdown(self._span(key))

    def _span(self, key: str, text: str | None = None) -> str:
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
        return Markdown(f"::: {{.banner}}\n{BANNER}\n:::\n" if self.settings.synthetic else "")

    def key_messages(self) -> Markdown:
        """Return five to seven sentences, each with its number, interval, base and section."""
        return Markdown("\n".join(f"- {message}" for message in messages.key_messages(self.words)))

    def how_sure(self) -> Markdown:
        """Return the line on how sure we can be."""
        return Markdown(messages.how_sure(self.words))

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
        foot = self._foot(exhibits.foot(name, self.tables, self._setting))
        return Markdown("\n\n".join([picture, foot, self._folded(name)]))

    def table(self, name: str, caption: str) -> Markdown:
        """Return a table that stands without a figure, with its foot."""
        shown = result_tables.TABLES[name](self.words)
        return Markdown(self._captioned(shown, name, caption) + "\n\n" + self._foot(result_tables.FEET[name]))

    def response_rate(self) -> Markdown:
        """Say how many of those enrolled completed, or that a response rate cannot be computed."""
        nouns = self.settings.nouns
        keys = [f"participation/{row_id(measure, *[OVERALL] * 3)}/n" for measure in ("enrolled", "completed")]
        if keys[0] not in self.facts:
            return Markdown(
                f"How many {nouns.learners} were enrolled is not part of the data, so a response rate cannot be "
                f"computed: "
                "the counts are of those who answered."
            )
        enrolled, completed = (self._span(key) for key in keys)
        reach = self.table("reach", "Reach and completion").data
        return Markdown(
            f"The enrolment records count {enrolled} enrolments, of which {completed} were completed. The surveys were "
            f"open to all who enrolled, so those who answered chose to.\n\n{reach}"
        )

    def movement_words(self) -> Markdown:
        """Say outcome by outcome which share moved up, stayed and moved down."""
        return Markdown(change_words.movement(self.words))

    def beside_change(self) -> Markdown:
        """Return outcomes that are there for comparison, and changes from answers given thinking back, if any."""
        parts = [change_words.comparison_outcomes(self.words), said := change_words.looking_back_words(self.words)]
        if said:
            parts.append(self.table("thinking_back", "Change from answers given thinking back").data)
        return Markdown("\n\n".join(part for part in parts if part))

    def effect_names(self) -> Markdown:
        """Return every effect size by its name, and the tests by rank and sign."""
        said = change_words.effects(self.words)
        if self.words.primary is None:
            return Markdown(said)
        sizes = self.table("effect_sizes", "The same change under other names").data
        tests = self.table("rank_tests", "Tests by rank and sign").data
        return Markdown("\n\n".join([said, sizes, tests]))

    def room_to_rise(self) -> Markdown:
        """Return who stands at the ends of the scales, and the change of those with room."""
        said = change_words.ceiling(self.words)
        if self.tables["ceiling"].empty:
            return Markdown(said)
        ends = self.table("ceiling", "At the ends of the scales, before and after").data
        room = self.table("room", "Those with room to rise, and everyone").data
        return Markdown("\n\n".join([said, ends, change_words.ROOM, room]))

    def single_questions(self) -> Markdown:
        """Return single questions as ordered answers: words, a figure, and their tables, folded."""
        said = item_words.single_questions(self.words)
        if said == item_words.NONE:
            return Markdown(said)
        captions = {
            "item_shares": "The share who gave each answer, as predicted",
            "item_tests": "Tests, question by question",
            "item_groups": "The change in each group",
        }
        folded = [
            self._folded_table(name, caption)
            for name, caption in captions.items()
            if name != "item_groups" or self.settings.secondary.items.by
        ]
        return Markdown("\n\n".join([said, self.exhibit("items").data, *folded]))

    def later(self) -> Markdown:
        """Return what was found at the surveys after the second, or say that there were none."""
        if not result_tables.later_comparisons(self.words) and not self.settings.levels:
            return Markdown("There was no survey after the second in this study, so it cannot be said what lasted.")
        caption = "Changes to and from the later survey, and what was asked only then"
        parts = [
            self.exhibit("three_months").data,
            self.table("later", caption).data,
            attrition_words.lasting(self.words),
        ]
        if len(result_tables.TABLES["lasting"](self.words)):
            parts.append(self.table("lasting", "Is the gain kept, and how much of it is left").data)
        return Markdown("\n\n".join(parts))

    def missing_people(self) -> Markdown:
        """Return who is missing, what that may have done to the result, and the two figures about it."""
        said = attrition_words.missing_people(self.words)
        if self.words.primary is None:
            return Markdown(said)
        parts = [
            said,
            self.exhibit("balance").data,
            self.exhibit("attrition").data,
            attrition_words.tipping(self.words),
        ]
        if len(result_tables.TABLES["tipping"](self.words)):
            parts.append(self.table("tipping", "By how much those lost must have changed").data)
        return Markdown("\n\n".join(part for part in parts if part))

    def groups(self) -> Markdown:
        """Return which groups changed more than others, and who of each was matched."""
        figure = [self.exhibit("groups").data] if self.settings.secondary.subgroups.by else []
        return Markdown("\n\n".join([group_words.groups(self.words), *figure, group_words.matched(self.words)]))

    def measurement(self) -> Markdown:
        """Say whether the scales measure alike at each survey and in each role, with the fit behind it, folded."""
        said = measurement_words.measurement(self.words)
        captions = {
            "invariance": "Do the scales measure the same at each survey",
            "measurement": "Each scale at each survey: reliability and the fit of one factor",
            "role_items": "Each question between groups, among people who stand alike on the scale",
        }
        shown = [name for name in captions if len(result_tables.TABLES[name](self.words))]
        return Markdown("\n\n".join([said, *[self._folded_table(name, captions[name]) for name in shown]]))

    def places(self) -> Markdown:
        """Return regions and boards: funnel, tiles, reach and the new map."""
        plan = self.settings.secondary.places
        parts = [place_words.places(self.words)]
        if plan is not None and self.words.primary is not None:
            parts += [self.exhibit("funnel").data, *([self.exhibit("tiles").data] if plan.tiles else [])]
            parts.append(place_words.reach(self.words))
            parts += [self._folded_table("reach_by_place", "Reach, place by place")] if plan.workforce else []
            parts.append(place_words.new_map(self.words))
            parts += [self._folded_table("new_places", "Change on the new map")] if plan.successors else []
        return Markdown("\n\n".join(part for part in parts if part))

    def ranks(self) -> Markdown:
        """Return how uncertain the order of places is, for the appendix."""
        if self.settings.secondary.places is None or self.words.primary is None:
            return Markdown(place_words.NOT_DECLARED)
        return Markdown(place_words.RANKS + "\n\n" + self._folded_table("ranks", "Ranks with their intervals"))

    def specifications(self) -> Markdown:
        """Return the choices that could have been made otherwise with their reasons, and what they give."""
        said = robustness.specifications(self.words)
        if not self.settings.secondary.specifications:
            return Markdown(said)
        return Markdown(said + "\n\n" + self.exhibit("specifications").data)

    def plan(self) -> Markdown:
        """Return what was planned beside what was done."""
        shown = self.table("plan", "The plan, and what was done").data
        folded = f'::: {{.details summary="Show the table"}}\n\n{shown}\n\n:::'
        return Markdown(f"{robustness.plan(self.words)}\n\n{folded}")

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
    def _setting(self) -> exhibits.Setting:
        items: Mapping[str, ItemRow] = {item.item: item for item in self.study.items}
        settings = self.settings
        words = (settings.outcomes, settings.waves, settings.nouns, settings.synthetic)
        plan = settings.secondary.places
        sheet = self.home / "config" / plan.tiles if plan and plan.tiles else None
        tiles = read_sheet(sheet, TileRow, key="place") if sheet else []
        return exhibits.Setting(items, *words, settings.release.threshold, tiles)

    def _foot(self, text: str) -> str:
        synthetic = " Synthetic data." if self.settings.synthetic else ""
        return f"::: {{.exhibit-foot}}\n{esc(text)}.{synthetic}\n:::"

    def _folded_table(self, name: str, caption: str) -> str:
        return f'::: {{.details summary="{caption}"}}\n{self.table(name, caption).data}\n:::'

    def _folded(self, name: str) -> str:
        shown = exhibits.exhibit_table(name, self.tables, self._setting)
        caption = f"The numbers of the figure: {self.alt[name]['title']}"
        return f'::: {{.details summary="Show the table"}}\n{self._captioned(shown, name, caption)}\n:::'

    def _captioned(self, shown: pd.DataFrame, name: str, caption: str) -> str:
        return pipe_table(shown, self._span_of_cell) + f"\n\n: {esc(caption)} {{#tbl-{_dashed(name)}}}"

    def _span_of_cell(self, text: str, key: str) -> str:
        """A cell of a display table: its own text (decimals chosen for its column), the fact's key and link."""
        return self._span(key, text)


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
