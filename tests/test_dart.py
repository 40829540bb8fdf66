"""DART, through its study file alone: what its authors published, and what R makes of the raw exports.

tests/reference/dart.csv comes from tests/reference/dart.R (R 4.2.2), which reads the raw exports and none of our code:
``Rscript tests/reference/dart.R ../shared/data/dart > tests/reference/dart.csv``. It holds aggregates only.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest
from prepost import readers
from prepost.clean import Cleaned, Codebook, clean
from prepost.comparing import compare
from prepost.describing import Floors, flow, participants, participation
from prepost.fields import map_columns, waves_of
from prepost.governance import load_governance
from prepost.ingest import check_sha256, ingest
from prepost.matching import Matched, match
from prepost.movement import movement
from prepost.paired import Floor
from prepost.reliability_table import reliability_table
from prepost.scoring import score_all
from prepost.study import Study
from prepost.study_loading import load
from prepost.tables import check


class Built(NamedTuple):
    """Floors 1 to 4 in memory."""

    study: Study
    ingested: pd.DataFrame
    refused: pd.DataFrame
    cleaned: Cleaned
    matched: Matched
    scores: pd.DataFrame

    @property
    def floor(self) -> Floor:
        """What comparisons are made from."""
        matched = self.matched
        return Floor(self.cleaned.responses, matched.people, matched.links, matched.pairs, self.scores)


@pytest.fixture(scope="module")
def config(root: Path) -> Path:
    """The study's description, which needs no data."""
    return root / "studies" / "dart" / "config"


@pytest.fixture(scope="module")
def built(config: Path, shared: Path) -> Built:
    """Floors 1 to 4, each table held to its schema as on disk."""
    study = load(config)
    settings = study.settings
    ingested, refused = [], []
    for source in study.sources:
        raw = shared / "dart" / source.file
        check_sha256(raw, source)
        table = readers.read(raw, source.platform, options=readers.ReadOptions())
        mapping = map_columns(table.columns, source, study.fields, study.items)
        taken = ingest(table, source, mapping, waves_of(source, study.fields), study.items)
        ingested.append(check(taken.responses, "ingested", source.source))
        refused.append(check(taken.refused, "refused", source.source))
    book = Codebook(items=study.items, fields=study.fields, recodes=[], vocabularies=[])
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
    scores = score_all(cleaned.responses, matched.people, matched.links, settings.outcomes, settings.indices)
    where = ["source", "line", "wave"]
    stacked = [pd.concat([part[where] for part in parts], ignore_index=True) for parts in (ingested, refused)]
    return Built(study, *stacked, cleaned, matched, check(scores, "scores", "scores"))


@pytest.fixture(scope="module")
def comparisons(built: Built) -> pd.DataFrame:
    """The estimates by row_id; few resamples, since no bootstrap interval is tested here."""
    settings = built.study.settings
    quick = settings.statistics.model_copy(update={"resamples": 200})
    found = compare(built.floor, settings.outcomes, settings.comparisons, quick, settings.seed)
    return check(found, "comparisons", "comparisons").set_index("row_id")


def test_the_description_stands_without_the_data(config: Path) -> None:
    study = load(config)
    assert not study.settings.synthetic
    assert [len(outcome.items) for outcome in study.settings.outcomes] == [35, 20]
    assert sum(part.role == "primary" for part in study.settings.comparisons) == 1
    assert dict(load_governance(config / "governance.yaml").rows())["Ethics approval"] == "not stated"


# Published (Hartman et al. 2025, doi:10.1371/journal.pcbi.1013249), to the digits that the paper's authors give.
@pytest.mark.parametrize(
    ("row", "column", "published", "digits"),
    [
        ("wave1.ability", "estimate", 0.840664, 6),
        ("wave1.ability", "ci_low", 0.6746013, 7),
        ("wave1.ability", "ci_high", 1.0067267, 7),
        ("wave1.ability", "statistic", 10.184, 3),
        ("wave1.ability", "df", 47, 9),
        ("wave1.ability", "p", 1.772e-13, 16),
        ("wave1.open_science", "estimate", 0.2132554, 7),
        ("wave1.open_science", "ci_low", 0.0929006, 7),
        ("wave1.open_science", "ci_high", 0.3336101, 7),
        ("wave1.open_science", "statistic", 3.5646, 4),
        ("wave1.open_science", "df", 47, 9),
        ("wave1.open_science", "p", 0.0008494, 7),
        ("wave2.ability", "statistic", 17.12, 2),
        ("wave2.ability", "df", 238, 9),
        ("wave2.open_science", "statistic", 7.95, 2),
        ("wave2.open_science", "df", 238, 9),
    ],
)
def test_the_published_tests_are_reproduced(comparisons, row, column, published, digits) -> None:
    found = comparisons.loc[f"{row}.all.all.paired_t", column]
    assert abs(found - published) < 0.51 * 10.0**-digits


OF_R = pd.read_csv(Path(__file__).parent / "reference" / "dart.csv")


@pytest.mark.parametrize("row", [row for _, row in OF_R.iterrows()], ids=lambda row: ".".join(row.iloc[:3]))
def test_every_comparison_equals_r_on_the_raw_exports(comparisons, row) -> None:
    address = f"{row['comparison']}.{row['outcome']}.{row['group']}"
    for kind in ("paired_t", "mean_change"):  # with one pair a person the CR2 interval is that of the paired t
        found = comparisons.loc[f"{address}.{kind}"]
        assert found["n"] == row["n"] == found["n_people"]
        for column in ("estimate", "ci_low", "ci_high", "statistic", "df"):
            assert found[column] == pytest.approx(row[column], rel=1e-9), (kind, column)
        assert found["p"] == pytest.approx(row["p"], rel=1e-6)
    for side in ("mean_before", "mean_after"):
        assert comparisons.loc[f"{address}.{side}", "estimate"] == pytest.approx(row[side], rel=1e-9)


# The authors' public notebook of the second cohort (w2_hypothesis_testing.md), exit survey not required.
def test_the_authors_notebook_is_reproduced(comparisons) -> None:
    ability, science = (comparisons.loc[f"wave2_all.{name}.all.all.paired_t"] for name in ("ability", "open_science"))
    assert [ability["df"], science["df"]] == [252, 253]
    assert abs(ability["statistic"] - 16.995) < 0.00051
    assert abs(science["statistic"] - 4.8074) < 0.000051
    assert abs(ability["estimate"] - 0.6051307) < 0.51e-7
    assert abs(science["estimate"] - 0.2112113) < 0.51e-7


def test_holm_stands_on_the_two_outcomes_of_the_primary_comparison(comparisons) -> None:
    primary = comparisons[comparisons["role"] == "primary"]
    assert list(primary.index) == ["wave1.ability.all.all.mean_change", "wave1.open_science.all.all.mean_change"]
    # Holm over two: the smaller p doubled, the larger as it is.
    assert primary["p_adjusted"].tolist() == pytest.approx([2 * 1.77164623588267e-13, 0.00084943941434977], rel=1e-6)


def test_every_group_is_part_of_its_comparison(comparisons) -> None:
    n = comparisons[comparisons["estimate_name"] == "mean_change"]
    for whole, parts in (("wave1", "wave1_by_pathway"), ("wave2", "wave2_by_pathway"), ("wave2", "wave2_by_role")):
        for outcome in ("ability", "open_science"):
            inside = n[(n["comparison"] == parts) & (n["outcome"] == outcome)]
            assert inside["n"].sum() == n.loc[f"{whole}.{outcome}.all.all.mean_change", "n"]


def test_no_line_is_lost(built: Built) -> None:
    # tests/reference/dart.R counts the same rows, and one empty response after.
    taken = built.ingested["source"].value_counts().to_dict()
    expected = {"pre": 493, "post": 305, "exit_survey": 296, "demographics": 496, "cohorts": 634, "pathways": 516}
    assert taken == expected
    assert built.refused.empty
    assert built.cleaned.exclusions["rule"].tolist() == ["empty"]
    assert len(built.cleaned.responses) == 493 + 305 - 1
    assert built.cleaned.unfitting.empty
    assert built.cleaned.unmapped.empty
    assert len(built.matched.links) == len(built.cleaned.responses)
    assert set(built.matched.links["state"]) == {"used"}


def test_the_pathway_is_the_module_of_every_response(built: Built) -> None:
    assert built.cleaned.responses["module"].isna().all()
    assert built.matched.links["module"].nunique() == 27 == built.matched.people["module"].nunique()
    assert built.matched.links["module"].notna().all()
    assert len(built.matched.pairs) == 304 == built.matched.pairs["person"].nunique()


def test_no_identifier_after_matching(built: Built) -> None:
    for table in (*built.matched, built.scores):
        assert not {"record_id", "response_id"} & set(table.columns)


def test_tables_of_description_fit_and_sum(built: Built) -> None:
    settings, matched = built.study.settings, built.matched
    cleaned = built.cleaned
    floors = Floors(built.ingested, built.refused, cleaned.responses, cleaned.enrolments, cleaned.exclusions, *matched)
    primary = settings.comparisons[0]
    boxes = check(flow(floors, settings.waves, primary), "flow", "flow")
    parents = boxes.groupby("parent")["n"].sum()
    for parent, total in parents.items():
        assert boxes.set_index("box").loc[parent, "n"] == total, parent
    assert boxes.set_index("box").loc["matched.pre", "n"] == 304
    table = check(participants(floors, primary, settings.participants), "participants", "participants")
    sides = table.pivot_table(index=["variable", "category"], columns="matched", values="n")
    assert (sides["yes"] + sides["no"] == sides["all"]).all()
    assert sides.loc[("all", "all"), ["yes", "all"]].tolist() == [304, 493]
    check(participation(floors, settings.waves, settings.outcomes, settings.participants), "participation", "x")


def test_movement_and_reliability_fit(built: Built) -> None:
    settings = built.study.settings
    moves, cells = movement(built.floor, settings.outcomes, built.study.items, settings.comparisons)
    check(moves, "movement", "movement")
    check(cells, "transitions", "transitions")
    whole = moves[(moves["comparison"] == "wave1") & (moves["outcome"] == "ability")].set_index("direction")["n"]
    assert whole["all"] == 48 == whole[["better", "same", "worse"]].sum()
    quick = settings.statistics.model_copy(update={"resamples": 200})
    table = reliability_table(built.cleaned.responses, built.matched.links, settings.outcomes, settings.waves, quick)
    check(table, "reliability", "reliability")
    assert set(table["group"]) >= {"pre", "post"}
