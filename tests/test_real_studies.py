"""The other two studies on real data, through their files alone, counted against the exports and their README."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest
from builds import built_once
from prepost import readers
from prepost.clean import Cleaned, Codebook, clean
from prepost.fields import map_columns, waves_of
from prepost.governance import load_governance
from prepost.ingest import check_sha256, ingest
from prepost.matching import Matched, match
from prepost.scoring import score_all
from prepost.study import Study
from prepost.study_loading import load
from prepost.tables import check
from prepost.wording import drift

NAMES = ["koodiaapinen", "biomed_workshops"]


class Built(NamedTuple):
    """Floors 1 to 4 in memory."""

    study: Study
    ingested: pd.DataFrame
    refused: pd.DataFrame
    cleaned: Cleaned
    matched: Matched
    scores: pd.DataFrame


def build(config: Path, data: Path) -> Built:
    """Take a study through floors 1 to 4, each table held to its schema as on disk."""
    study = load(config)
    settings = study.settings
    ingested, refused = [], []
    for source in study.sources:
        raw = data / source.file
        check_sha256(raw, source)
        table = readers.read(raw, source.platform, options=readers.ReadOptions())
        mapping = map_columns(table.columns, source, study.fields, study.items)
        assert drift(mapping, table.columns, study.items, source.source, source.file) == []
        taken = ingest(table, source, mapping, waves_of(source, study.fields), study.items)
        assert taken.unreadable_dates == 0
        ingested.append(check(taken.responses, "ingested", source.source))
        refused.append(check(taken.refused, "refused", source.source))
    book = Codebook(items=study.items, fields=study.fields, recodes=study.recodes, vocabularies=[])
    cleaned = clean(ingested, book, settings.cleaning, settings.waves, settings.outcomes)
    cleaned = Cleaned(*[check(part, name, name) for name, part in zip(Cleaned._fields, cleaned, strict=True)])
    matched = match(
        cleaned.responses,
        cleaned.about,
        key=settings.person.key,
        rules=settings.person.normalise,
        waves=[wave.name for wave in settings.waves],
        several=settings.matching.several_in_wave,
    )
    matched = Matched(*[check(part, name, name) for name, part in zip(Matched._fields, matched, strict=True)])
    scores = check(
        score_all(cleaned.responses, matched.people, matched.links, settings.outcomes, settings.indices), "scores", "x"
    )
    where = ["source", "line", "wave", "reason"]
    return Built(
        study,
        pd.concat([part[where[:3]] for part in ingested], ignore_index=True),
        pd.concat([part[where] for part in refused], ignore_index=True),
        cleaned,
        matched,
        scores,
    )


@pytest.fixture(scope="module")
def koodiaapinen(root: Path, shared: Path) -> Built:
    """The teachers' course."""
    return build(root / "studies" / "koodiaapinen" / "config", shared / "koodiaapinen")


@pytest.fixture(scope="module")
def workshops(root: Path, shared: Path) -> Built:
    """The workshops."""
    return build(root / "studies" / "biomed_workshops" / "config", shared / "biomed_workshops")


def pairs_of(built: Built) -> dict[str, int]:
    """Number of pairs by the two waves."""
    pairs = built.matched.pairs
    return (pairs["wave_from"] + " " + pairs["wave_to"]).value_counts().to_dict()


@pytest.mark.parametrize("name", NAMES)
def test_the_description_stands_without_the_data(root: Path, name: str) -> None:
    config = root / "studies" / name / "config"
    study = load(config)
    assert not study.settings.synthetic
    assert all(source.sha256 for source in study.sources)
    assert sum(part.role == "primary" for part in study.settings.comparisons) == 1
    stated = dict(load_governance(config / "governance.yaml").rows())
    assert stated["Ethics approval"] == stated["Consent"] == "not stated"


def test_respondents_of_the_course_are_counted_without_the_legend(koodiaapinen: Built) -> None:
    # ../shared/data/README.md: 317, 107 and 1,001; the authors' 333 and 117 are lines, legend and blanks included.
    assert koodiaapinen.ingested["source"].value_counts().to_dict() == {"before": 317, "after": 107, "background": 1001}
    assert koodiaapinen.refused["source"].value_counts().to_dict() == {"before": 333 - 317, "after": 117 - 107}
    legend = koodiaapinen.refused["reason"].str.contains("legend")
    assert (koodiaapinen.refused.loc[~legend, "reason"] == "empty line").all()
    # The legend is one run of lines at the end: in a file of 335 lines with two header rows the data end at 319.
    first = koodiaapinen.refused.groupby("source")["line"].min().to_dict()
    assert first == {"before": 2 + 317 + 1, "after": 2 + 107 + 1}


def test_every_teacher_asked_after_is_paired(koodiaapinen: Built) -> None:
    assert pairs_of(koodiaapinen) == {"pre post": 107}
    assert koodiaapinen.matched.pairs["person"].nunique() == 107
    assert set(koodiaapinen.cleaned.exclusions["source"]) <= {"background"}
    assert koodiaapinen.cleaned.unfitting.empty
    assert set(koodiaapinen.matched.links["state"]) == {"used"}


def test_a_background_without_an_id_is_nobodys(koodiaapinen: Built) -> None:
    # Of 198 different cells in the column ID one is '#N/A'; 139 of the other 197 are IDs of the survey before.
    people, links = koodiaapinen.matched.people, koodiaapinen.matched.links
    assert len(people) == 317 + (197 - 139)
    known = people.loc[people["age_group"] != "not stated", "person"].dropna()
    assert known.isin(links["person"]).sum() == 139


def test_worry_is_turned_round(koodiaapinen: Built) -> None:
    # In the export 99 of 317 tick 1, "Disagree entirely", for "strange and frightening": 5 once turned, and 14 tick 5.
    before = koodiaapinen.cleaned.responses.query("wave == 'pre'")
    assert [int((before["worry_foreign"] == tick).sum()) for tick in (5, 1)] == [99, 14]


def test_respondents_of_the_workshops(workshops: Built) -> None:
    assert workshops.ingested["wave"].value_counts().to_dict() == {"pre": 67, "post": 43, "later": 11}
    assert workshops.refused.empty
    assert workshops.cleaned.unfitting.empty


def test_people_of_the_workshops_are_known_again(workshops: Built) -> None:
    # Counted in the exports by set arithmetic on the key: 27 before and after, 3 before and later, 2 in all three.
    # 3 responses before and 1 after stop before any outcome; the one after is one of the 27, so none is set aside.
    assert workshops.cleaned.exclusions.empty
    assert pairs_of(workshops) == {"pre post": 27, "pre later": 3, "post later": 2}
    assert len(workshops.matched.triples) == 2


def test_one_question_under_two_numbers_is_one_item(workshops: Built) -> None:
    # "Write program" is Q5.2_2 before and Q4.1_2 after; 11, 13 and 4 of the exports tick "Strongly Agree", 7 of 7.
    answers = workshops.cleaned.responses.groupby("wave")["write_program"]
    assert answers.apply(lambda ticked: int(ticked.eq(7).sum())).to_dict() == {"pre": 11, "post": 13, "later": 4}
    missing = workshops.cleaned.responses.groupby("wave")["write_program_missing"]
    assert missing.apply(lambda kind: int(kind.notna().sum())).sum() <= 3 + 1 + 0  # NA is an item left blank


@pytest.mark.parametrize("name", NAMES)
def test_no_identifier_after_matching(name: str, request: pytest.FixtureRequest) -> None:
    built = request.getfixturevalue({"biomed_workshops": "workshops"}.get(name, name))
    for table in (*built.matched, built.scores):
        assert not {*built.study.settings.person.key, "response_id"} & set(table.columns)


@pytest.fixture(scope="module")
def workshops_results(builds: Path, root: Path, shared: Path) -> Path:
    """The results of the workshops, built to the report in a folder of their own."""

    def prepare(to: Path) -> Path:
        shutil.copytree(root / "studies" / "biomed_workshops" / "config", to / "config")
        shutil.copytree(shared / "biomed_workshops", to / "data")
        return to

    return built_once(builds, "biomed_workshops", prepare)


def test_no_estimate_that_stands_on_two_or_three_people_leaves(workshops_results: Path) -> None:
    shown = pd.read_csv(workshops_results / "7_release" / "comparisons.csv", dtype=str)
    few = shown[shown["comparison"].isin(["lasting", "fading"])]
    assert len(few)
    for column in ("estimate", "ci_low", "ci_high", "statistic", "df", "p", "p_adjusted", "n", "n_people"):
        assert not few[column].dropna().str.contains(r"\d").any(), column
    assert (workshops_results / "9_report" / "report.html").is_file()
