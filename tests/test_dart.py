"""The DART study reproduces, through its study file alone, what its authors published and what R makes of the raw exports.

Numbers marked R come from tests/reference/dart.R (R 4.2.2), which reads the raw exports and none of our code:
``Rscript tests/reference/dart.R ../shared/data/dart``. Of people there are only aggregates here.
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

TO_R = {"rel": 1e-9}


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


# R: estimate, ci_low, ci_high, statistic, df, p, mean before, mean after.
OF_R = {
    ("wave1", "ability", "all.all", 48): (
        8.40663992869875e-01, 6.74601325358474e-01, 1.00672666038128e00, 1.01840939823157e01, 47, 1.77164623588267e-13,
        2.06695155334861e00, 2.90761554621849e00,
    ),
    ("wave1", "open_science", "all.all", 48): (
        0.21325536062378167, 0.09290061855201387, 0.33361010269554947, 3.56458284361650390, 47, 0.00084943941434977,
        6.24599780701754348, 6.45925316764132518,
    ),
    ("wave2", "ability", "all.all", 239): (
        6.24797616035618e-01, 5.52892780864315e-01, 6.96702451206920e-01, 1.71176216502299e01, 238, 2.32270628501446e-43,
        2.32450849667192e00, 2.94930611270754e00,
    ),
    ("wave2", "open_science", "all.all", 239): (
        2.57521593383738e-01, 1.93743086821072e-01, 3.21300099946405e-01, 7.95429071269676e00, 238, 7.28268806573141e-14,
        6.18698524554063e00, 6.44450683892437e00,
    ),
    # The authors' public notebook w2_hypothesis_testing (2024-01-19): t = 16.995, df = 252; t = 4.8074, df = 253.
    ("wave2_all", "ability", "all.all", 253): (
        6.05130667209254e-01, 5.35007629648175e-01, 6.75253704770332e-01, 1.69952402437341e01, 252, 1.11049830657352e-43,
        2.33636516935750e00, 2.94149583656675e00,
    ),
    ("wave2_all", "open_science", "all.all", 254): (
        2.11211263065801e-01, 1.24687759614294e-01, 2.97734766517308e-01, 4.80743653884932e00, 253, 2.62520759873367e-06,
        6.19838375466225e00, 6.40959501772805e00,
    ),
    ("everyone", "ability", "all.all", 303): (
        6.46014077813728e-01, 5.80895707002452e-01, 7.11132448625005e-01, 1.95222781846263e01, 302, 1.81649499140224e-55,
        2.28646505245224e00, 2.93247913026597e00,
    ),
    ("everyone", "open_science", "all.all", 304): (
        2.12949176669745e-01, 1.38355004989218e-01, 2.87543348350271e-01, 5.61768449205242e00, 303, 4.38393159544652e-08,
        6.20639716066482e00, 6.41934633733456e00,
    ),
    ("wave2_by_pathway", "ability", "module.camellia", 26): (
        7.86166774402069e-01, 5.20468398277494e-01, 1.05186515052664e00, 6.09390544417786e00, 25, 2.27836350990821e-06,
        2.23833225597931e00, 3.02449903038138e00,
    ),
    ("wave2_by_role", "open_science", "role.research-staff", 76): (
        3.75796398891967e-01, 2.87409308430921e-01, 4.64183489353012e-01, 8.46984341032146e00, 75, 1.52078156107460e-12,
        6.15103878116344e00, 6.52683518005540e00,
    ),
}  # fmt: skip


@pytest.mark.parametrize("row", list(OF_R), ids=lambda row: ".".join(map(str, row)))
def test_every_comparison_equals_r_on_the_raw_exports(comparisons, row) -> None:
    name, outcome, group, n = row
    estimate, low, high, t, df, p, before, after = OF_R[row]
    address = f"{name}.{outcome}.{group}"
    for kind in ("paired_t", "mean_change"):  # with one pair a person the CR2 interval is that of the paired t
        found = comparisons.loc[f"{address}.{kind}"]
        assert (found["n"], found["n_people"]) == (n, n)
        expected = pd.Series([estimate, low, high, t, df], ["estimate", "ci_low", "ci_high", "statistic", "df"])
        for column, value in expected.items():
            assert found[column] == pytest.approx(value, **TO_R), (kind, column)
        assert found["p"] == pytest.approx(p, rel=1e-6)
    assert comparisons.loc[f"{address}.mean_before", "estimate"] == pytest.approx(before, **TO_R)
    assert comparisons.loc[f"{address}.mean_after", "estimate"] == pytest.approx(after, **TO_R)


def test_holm_stands_on_the_two_outcomes_of_the_primary_comparison(comparisons) -> None:
    primary = comparisons[comparisons["role"] == "primary"]
    assert list(primary.index) == ["wave1.ability.all.all.mean_change", "wave1.open_science.all.all.mean_change"]
    # Holm over two: the smaller p doubled, the larger as it is. R: p.adjust(c(1.77164623588267e-13, 0.00084943941434977), "holm")
    assert primary["p_adjusted"].tolist() == pytest.approx([2 * 1.77164623588267e-13, 0.00084943941434977], rel=1e-6)


def test_every_group_is_part_of_its_comparison(comparisons) -> None:
    n = comparisons[comparisons["estimate_name"] == "mean_change"]
    for whole, parts in (("wave1", "wave1_by_pathway"), ("wave2", "wave2_by_pathway"), ("wave2", "wave2_by_role")):
        for outcome in ("ability", "open_science"):
            inside = n[(n["comparison"] == parts) & (n["outcome"] == outcome)]
            assert inside["n"].sum() == n.loc[f"{whole}.{outcome}.all.all.mean_change", "n"]


def test_no_line_is_lost(built: Built) -> None:
    # R: "responses 493 305 of them empty 0 1"; a pathway for 516, a cohort for 634, demographics of 496, exit survey of 296.
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
