"""The surveys beside the learners' from sheets to tables: published figures, bad input, the wall, exports."""

from __future__ import annotations

import csv
import re
import shutil
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import released_example as example
from builds import ROOT
from prepost import exhibits
from prepost.clean import Codebook
from prepost.disclosure import disclose
from prepost.errors import StudyError
from prepost.exhibits import survey_figures
from prepost.facts import facts_of
from prepost.ingest import ANSWERS_COLUMN, KNOWN
from prepost.lines import finder
from prepost.private_floors import PrivateFloors
from prepost.readers import ReadOptions, read
from prepost.sheets import FieldRow, ItemRow
from prepost.simulation import survey_exports
from prepost.simulation.quotas import pick, pick_by_group, whole_numbers
from prepost.study_loading import load, load_resolved
from prepost.study_surveys import Appointments, Elements, Fieldwork, Professionals
from prepost.survey_sheets import BaseRow, ShareRow, TargetRow
from prepost.surveys.answers import Answers
from prepost.surveys.appointments_table import appointments_table, bands
from prepost.surveys.cleaning import clean_survey
from prepost.surveys.margins import read_margins, weigh, weights_table
from prepost.surveys.population_table import population_tables, survey_of
from prepost.surveys.professionals_table import professionals_tables
from prepost.surveys.telling import Counted, shared, told
from prepost.table_names import SURVEY_TABLES
from prepost.tables import check

STEP = 5  # of the rows one in so many is walked back
FACTS = ROOT.parent / "shared" / "facts"
CONFIG = ROOT / "config"
YN = "yes=Yes|no=No"


def sheet(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# Published figures ---------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def facts() -> dict[str, dict[str, str]]:
    path = FACTS / "published_figures.csv"
    if not path.is_file():
        pytest.skip("the published figures are not on this machine")
    return {row["id"]: row for row in sheet(path)}


SHARES = sheet(CONFIG / "survey_shares.csv")
#: Figures that a note of the file gives for a group: long-term condition, several conditions.
OF_GROUPS = {
    "P25": {"one": 40, "several": 45},
    "P26": {"one": 40},
    "P27": {"one": 31, "several": 40},
    "P28": {"one": 22, "several": 21},
}


def test_the_sheet_holds_every_published_figure(facts):
    """Each figure of the three strands stands in survey_shares.csv or survey_bases.csv with its value."""
    bases = {row["source_id"]: row["published_n"] for row in sheet(CONFIG / "survey_bases.csv") if row["source_id"]}
    values: dict[str, set[float]] = {}
    for row in SHARES:
        if row["basis"] == "published":
            values.setdefault(row["source_id"], set()).add(float(row["value"]))
    for name, row in facts.items():
        if row["strand"] not in ("population", "professionals", "appointments") or name in ("A01", "A03"):
            continue
        if row["unit"] == "people":
            assert float(bases[name]) == float(row["value"]), name
        else:
            assert float(row["value"]) in values[name], name
    assert values["E02"] == {float(facts["E02"]["value"])}
    for name, groups in OF_GROUPS.items():
        told = {int(number) for number in re.findall(r"\d+", facts[name]["note"])}
        assert told == set(groups.values())
        rows = {r["group"]: float(r["value"]) for r in SHARES if r["source_id"] == name and r["group"]}
        assert rows == groups
    assert {r["value"] for r in SHARES if r["share"] == "self_nice"} == {"4"}
    assert all(r["source"] for r in SHARES if r["basis"] == "published")


@pytest.fixture(scope="module")
def released(bundled_results) -> pd.DataFrame:
    names = ["population_elements", "population_estimates", "professionals_elements", "professionals_estimates"]
    names += ["appointments_outcomes", "population_weighting"]
    frames = [pd.read_csv(bundled_results / "7_release" / f"{name}.csv", dtype=str) for name in names]
    return pd.concat(frames, ignore_index=True)


def test_weighted_and_plain_estimates_round_to_what_was_published(released, facts):
    """All of P06 to P41, H02 to H20, A02 and E02, groups included, from the released tables."""
    seen = set()
    for row in SHARES:
        if row["basis"] != "published":
            continue
        by, group = (row["by"], row["group"]) if row["group"] else ("all", "all")
        here = released[
            (released["outcome"] == row["share"]) & (released["group_by"] == by) & (released["group"] == group)
        ]
        names = {"share", "mean"}
        if (
            row["share"].startswith(("self_", "organisation_"))
            and row["theme"] == "elements"
            and row["item"] != "elements_organisation"
        ):
            own = row["share"].replace("organisation_", "self_")
            here = released[released["outcome"] == own]
            names = {"share_self" if row["share"].startswith("self_") else "share_organisation"}
        here = here[here["estimate_name"].isin(names)]
        assert len(here) == 1, row["share"]
        found, published = here.iloc[0], facts[row["source_id"]]
        value = Decimal(found["estimate"]) * (1 if found["estimate_name"] == "mean" else 100)
        goal = Decimal(row["value"])
        if row["hedge"] == "more than":
            assert value > goal
        else:
            assert value.quantize(goal, ROUND_HALF_UP) == goal, row["share"]
        assert found["note"] == f"published as {published['id']}"
        seen.add(published["id"])
    wanted = {f"P{n:02d}" for n in range(6, 42)} | {f"H{n:02d}" for n in range(2, 21)} | {"A02", "E02"}
    assert seen == wanted


def test_published_counts_of_people_come_back(released, facts):
    """512 and 305 of 558 on jargon, and what these two margins alone allow."""
    for name, column in (("H02", "share_self"), ("H03", "share_organisation")):
        row = released[(released["outcome"] == "self_5") & (released["estimate_name"] == column)].iloc[0]
        people = int(re.match(r"(\d+) people", facts[name]["note"])[1])
        assert float(row["estimate"]) * int(row["n"]) == pytest.approx(people)
    row = released[(released["outcome"] == "self_5") & (released["estimate_name"] == "mcnemar_from_margins")].iloc[0]
    assert (float(row["ci_low"]), float(row["ci_high"])) == pytest.approx((143.3077, 207.0), abs=1e-3)


def test_bases_are_those_published(released):
    for row in sheet(CONFIG / "survey_bases.csv"):
        if row["published_n"] and row["strand"] == "population":
            here = released[(released["comparison"] == "bases") & (released["outcome"] == row["base"])]
            assert set(here["n"]) == {row["published_n"]}, row["base"]
    professionals = released[(released["strand"] == "professionals") & released["n"].notna()]
    assert set(professionals["n"]) == {"558"}
    visits = released[(released["strand"] == "appointments") & (released["estimate_name"] == "risk_ratio")]
    assert all(4450 <= int(n) < 4500 for n in visits["n"]), "almost 4,500"


def test_what_is_not_published_is_marked_so(released):
    marked = released[released["note"] == "illustrative: not published"]
    named = {row["share"] for row in SHARES if row["basis"] == "illustrative" and row["strand"] == "population"}
    assert named <= set(marked["outcome"])


def test_the_planted_ratios_come_back(bundled_results):
    """Adjusted ratios for each further element hold the planted ones; capping chances at .97 costs little."""
    import yaml

    planted = yaml.safe_load((CONFIG / "simulation_surveys.yaml").read_text(encoding="utf-8"))["appointments"][
        "outcomes"
    ]
    rows = pd.read_csv(bundled_results / "6_statistics" / "appointments_outcomes.csv")
    for name, plan in planted.items():
        row = rows[(rows["outcome"] == name) & (rows["estimate_name"] == "risk_ratio_element_adjusted")].iloc[0]
        assert row["ci_low"] - 0.005 <= plan["ratio"] <= row["ci_high"] + 0.005


def test_every_row_is_walked_back_to_as_many_lines_as_its_base(bundled_results):
    floors = PrivateFloors(load_resolved(bundled_results / "run_config.yaml"), bundled_results)
    walked = 0
    for name in [table for tables in SURVEY_TABLES.values() for table in tables]:
        rows = pd.read_csv(bundled_results / "6_statistics" / f"{name}.csv", dtype={"group": str})
        for _, row in rows.drop_duplicates(["outcome", "group_by", "group", "estimate_name"]).iloc[::STEP].iterrows():
            found = finder(name, row)(row, floors)
            assert len(found.drop_duplicates()) == row["n"], row["row_id"]
            walked += 1
    assert walked > 60


# Sheets and settings with faults -------------------------------------------------------------------------------------
def loaded(tmp_path: Path, file: str, old: str, new: str) -> str:
    """The faults of the bundled study after one change."""
    shutil.copytree(CONFIG, tmp_path / "config")
    path = tmp_path / "config" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(StudyError) as error:
        load(tmp_path / "config")
    return str(error.value)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("targets.csv", "gender,female,51.4", "gender,female,52.4",
         "config/targets.csv · margin 'gender' · share|sum to 101"),
        ("targets.csv", "gender,female,51.4", "gender,woman,51.4", "line 2 · category|'woman' is no code of 'gender'"),
        ("targets.csv", "gender,female,51.4", "gender,male,51.4", "stands twice in the margin 'gender'"),
        ("targets.csv", "ethnicity,other,1.8", "ethnicity,other,0", "has a share of 0, and nobody can weigh nothing"),
        ("targets.csv", "gender,female,51.4", "gender,female,inf", "line 2 · share"),
        ("targets.csv", "gender,female,51.4", "genders,female,51.4",
         "'genders' is not in items.csv|did you mean 'gender'"),
        ("survey_bases.csv", "saw_professional=yes,", "saw_professional=often,",
         "'often' is no code of 'saw_professional'"),
        ("survey_bases.csv", "waiting_list=yes", "waiting_list", "is not written item=code"),
        ("survey_shares.csv", "worsened,yes,avoidable", "worsened,yes,avoidible",
         "'avoidible' is no base|did you mean 'avoidable'"),
        ("survey_shares.csv", "days_off,,off_work", "time_off,,off_work", "'time_off' has no mean"),
        ("survey_shares.csv", ",conditions,several,", ",conditions,many,", "'many' is no group of 'conditions'"),
        ("study.yaml", "enough: 5", "enough: 15", "15 of 10 elements cannot be experienced"),
        ("study.yaml", "steps: [0, 1, 4, 7]", "steps: [1, 4, 7]", "the bands do not begin at 0"),
        ("study.yaml", "person: patient_code", "person: patient", "'patient' is not in items.csv"),
        ("study.yaml", "trim: {low: 0.3, high: 3}", "trim: {low: 0.3, high: 0.5}", "surveys.population.trim.high"),
        ("study.yaml", "[understood, motivated", "[patient_age, motivated", "'patient_age' is no yes-or-no question"),
        ("sources.csv", "population_spss,population,population", "population_spss,population,pre",
         "which is asked once"),
        ("sources.csv", "appointments_csv,appointments,appointments", "appointments_csv,professionals,professionals",
         "no source is of the strand 'appointments'"),
    ],
)  # fmt: skip
def test_faults_of_the_sheets_are_named_with_place_and_remedy(tmp_path, file, old, new, said):
    found = loaded(tmp_path, file, old, new)
    for words in said.split("|"):
        assert words in found


def items_of(*rows: tuple[str, str]) -> dict[str, ItemRow]:
    return {name: ItemRow(item=name, wording=name, scale="category", labels=labels) for name, labels in rows}


ITEMS = items_of(
    ("sex", "f=Female|m=Male"),
    ("age", "y=Young|o=Old"),
    *((f"e{k}", YN) for k in range(3)),
    ("seen", YN),
    ("ill", "none=None|one=One|two=Two"),
)
TARGETS = [
    TargetRow(margin=m, category=c, share=s, source="made up")
    for m, c, s in (("sex", "f", 50), ("sex", "m", 50), ("age", "y", 40), ("age", "o", 60))
]


def people(**columns: list) -> pd.DataFrame:
    n = len(next(iter(columns.values())))
    frame = pd.DataFrame({"source": "panel", "line": range(1, n + 1), "wave": "population"})
    for name, cells in columns.items():
        frame[name] = pd.array(cells, dtype="string")
        frame[f"{name}_missing"] = pd.array([pd.NA if pd.notna(cell) else "skipped" for cell in cells], dtype="string")
    return frame


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"sex": ["Female", "Male", "Other"], "age": ["Young", "Old", "Old"]}, "answered 'Other', which has no target"),
        ({"sex": ["Female", "Female"], "age": ["Young", "Old"]}, "no respondent is in 'm' of 'sex'"),
        ({"sex": ["Female", "Male"]}, "the margin 'age' was asked in no source"),
    ],
)
def test_answers_and_targets_that_do_not_match_are_named(columns, said):
    with pytest.raises(StudyError, match=re.escape(said)) as error:
        read_margins(TARGETS, people(**columns), ITEMS, "targets.csv")
    assert "targets.csv" in str(error.value)
    assert "in config/" in str(error.value)


def test_a_category_without_target_is_told_with_its_raw_lines():
    frame = people(sex=["Female", "Male", "Other"], age=["Young", "Old", "Old"])
    with pytest.raises(StudyError) as error:
        read_margins(TARGETS, frame, ITEMS, "targets.csv")
    assert [fault.rows for fault in error.value.faults] == [[3]]


def test_margins_that_contradict_each_other_are_refused_with_a_remedy():
    frame = people(sex=["Female", "Female", "Male", "Male"], age=["Young", "Young", "Old", "Old"])
    margins = read_margins(TARGETS, frame, ITEMS, "targets.csv")
    with pytest.raises(StudyError, match="no weights meet all margins"):
        weigh(margins, None, None, "targets.csv")


def test_those_who_did_not_say_keep_their_share():
    frame = people(sex=["Female"] * 5 + ["Male"] * 3 + [None] * 2, age=["Young", "Old"] * 5)
    margins = read_margins(TARGETS, frame, ITEMS, "targets.csv")
    weights = weigh(margins, None, None, "targets.csv").weights
    assert weights[8:].sum() == pytest.approx(2)
    assert weights[:5].sum() == pytest.approx(4)
    table = weights_table(frame, margins, weights)
    assert set(table["margin_sex"]) == {"f", "m", "not stated"}
    check(table, "survey_weights", "weights")


@pytest.mark.parametrize("bad", [0.0, float("inf"), -1.0, float("nan")])
def test_a_weight_of_zero_or_infinity_is_no_weight(bad):
    table = pd.DataFrame({"source": ["a"], "line": [1], "wave": ["population"], "weight": [bad]})
    with pytest.raises(StudyError, match="weight"):
        check(table, "survey_weights", "weights")


# Cleaning a survey that was asked once -------------------------------------------------------------------------------
def test_rows_kept_and_set_aside_add_up_and_people_become_numbers():
    rows = [("SYN-1", "yes", "P9 "), ("SYN-1", "no", "p9"), ("SYN-2", "yes", "P3"), ("SYN-3", "perhaps", None)]
    table = pd.DataFrame([dict(zip(("response_id", "e0", "key"), row, strict=True)) for row in rows], dtype="string")
    table = table.assign(source="panel", line=range(1, 5), wave="population", received=pd.Timestamp("2024-10-02"))
    table = table.reindex(columns=[*KNOWN, ANSWERS_COLUMN, "e0", "key"])
    key = ItemRow(item="key", wording="key", scale="identifier")
    elsewhere = ItemRow(item="other", wording="other", scale="text")
    fields = [FieldRow(source="panel", column=name, item=name) for name in ("e0", "key")]
    fields.append(FieldRow(source="learners", column="other", item="other"))
    book = Codebook([ITEMS["e0"], key, elsewhere], fields, [], [])
    found = clean_survey([table], book, "population", Fieldwork(), "key")
    assert len(found.responses) + len(found.exclusions) == 4
    assert list(found.exclusions["rule"]) == ["duplicate_response"]
    assert found.responses["key"].tolist() == ["P00003", "P00002", "P00001"]  # "line …" sorts before p3 and p9
    assert "other" not in found.responses
    assert list(found.unfitting["line"]) == [4]
    with pytest.raises(StudyError, match="no response is left"):
        clean_survey([table], book, "population", Fieldwork(opens="2025-01-01"), "key")


# Estimates and the wall ----------------------------------------------------------------------------------------------
BASES = [
    BaseRow(base="all_of_them", strand="population", label="all"),
    BaseRow(base="saw", strand="population", condition="seen=yes", label="seen"),
    BaseRow(base="nobody", strand="population", condition="seen=yes & seen=no", label="nobody"),
]


def line(share: str, **more) -> ShareRow:
    given = {
        "strand": "population",
        "theme": "advice",
        "item": share,
        "answer": "yes",
        "base": "all_of_them",
        "label": share,
    }
    return ShareRow(share=share, **{**given, **more})


def public(e0: np.ndarray, ill: np.ndarray, seen: np.ndarray | None = None) -> pd.DataFrame:
    n = len(e0)
    rng = np.random.default_rng(3)
    words = {"sex": rng.choice(["Female", "Male"], n), "age": rng.choice(["Young", "Old"], n), "ill": ill}
    words |= {
        "e0": np.where(e0, "Yes", "No"),
        "seen": np.where(np.ones(n, bool) if seen is None else seen, "Yes", "No"),
    }
    return people(**{name: list(cells) for name, cells in words.items()})


def tables_of(frame: pd.DataFrame, lines: list[ShareRow]) -> dict[str, pd.DataFrame]:
    margins = read_margins(TARGETS, frame, ITEMS, "targets.csv")
    weights = weights_table(frame, margins, weigh(margins, None, None, "targets.csv").weights)
    survey = survey_of(Answers(frame, ITEMS.values()), weights, 20, 1, 0.95)
    return population_tables(survey, weights, BASES, lines, None)


def released_rows(frame: pd.DataFrame, lines: list[ShareRow]) -> pd.DataFrame:
    table = tables_of(frame, lines)["population_estimates"]
    public_tables, _ = disclose({"population_estimates": table}, threshold=10)
    return public_tables["population_estimates"].set_index("row_id")["estimate"]


def test_a_base_of_zero_gives_no_estimate_and_no_error():
    rng = np.random.default_rng(1)
    frame = public(rng.random(200) < 0.4, rng.choice(["None", "One", "Two"], 200))
    table = tables_of(frame, [line("e0", base="nobody")])["population_estimates"]
    assert table["n"].tolist() == [0]
    assert table["estimate"].isna().all()


def test_a_small_numerator_is_withheld_and_so_is_the_group_that_would_tell_it():
    """Of 60 with two conditions 4 said yes: withheld; the next smallest group goes with it, the whole stays."""
    ill = np.repeat(["None", "One", "Two"], [300, 120, 60])
    e0 = np.r_[np.arange(300) < 150, np.arange(120) < 50, np.arange(60) < 4]
    found = released_rows(public(e0, ill), [line("e0", by="ill")])
    assert found["advice.e0.ill.two.share"] == "[c]"
    assert found["advice.e0.ill.one.share"] == "[c]"
    assert found["advice.e0.ill.none.share"] != "[c]"
    assert found["advice.e0.all.all.share"] != "[c]"


def test_two_bases_that_differ_by_a_few_people_are_not_both_told():
    """All 300, and the 296 of them who were seen: together they would tell of four people."""
    e0, seen = np.arange(300) % 2 == 0, np.arange(300) >= 4
    ill = np.repeat(["None", "One", "Two"], 100)
    shares = [line("e0"), line("e0_seen", item="e0", base="saw")]
    found = released_rows(public(e0, ill, seen), shares)
    assert found["advice.e0_seen.all.all.share"] == "[c]"
    assert found["advice.e0_seen.all.all.share_jackknife"] == "[c]"
    assert found["advice.e0.all.all.share"] != "[c]"


def test_bases_apart_by_enough_are_both_told():
    e0, seen = np.arange(300) % 2 == 0, np.arange(300) >= 60
    shares = [line("e0"), line("e0_seen", item="e0", base="saw")]
    found = released_rows(public(e0, np.repeat(["None", "One", "Two"], 100), seen), shares)
    assert not found.eq("[c]").any()


def test_counts_that_follow_are_told():
    base = np.ones(40, dtype=bool)
    part, hits = np.arange(40) < 38, np.arange(40) % 2 == 0
    assert told([Counted(base, hits), Counted(part, hits)]) == [20, 1]
    assert told([Counted(base, np.zeros(40, bool))]) == [40]  # nobody said yes: all 40 did not
    assert shared([40, 6, 15], keep=[2]) == [6, 6, 15]
    assert shared([0, 0]) == [0, 0]


def test_bases_of_two_strands_that_are_as_large_are_not_one_quantity():
    """Eight professionals are withheld in their table; 80 of the public in theirs are nobody's business."""
    common = {
        "role": "secondary",
        "comparison": "c",
        "outcome": "o",
        "group_by": "all",
        "group": "all",
        "estimate_name": "share",
    }
    one = {
        "row_id": "c.o",
        "strand": "population",
        "n": 500,
        "n_missing": 12,
        "n_unit": "people",
        "estimate": 0.5,
        **common,
    }
    from prepost.surveys.rows import as_table

    tables = {
        "population_estimates": as_table([one], "population_estimates"),
        "professionals_estimates": as_table(
            [one | {"strand": "professionals", "n_missing": 3}], "professionals_estimates"
        ),
    }
    found, _ = disclose(tables, threshold=10)
    assert found["population_estimates"]["n"].tolist() == found["professionals_estimates"]["n"].tolist() == ["500"]
    assert found["population_estimates"]["n_missing"].tolist() == ["12"]


def test_professionals_side_by_side():
    """558 with 512 and 305 yes: the published jargon item, 44 of whom neither."""
    own = np.arange(558) < 512
    organisation = (np.arange(558) < 303) | (np.arange(558) >= 556)
    frame = people(e0=list(np.where(own, "Yes", "No")), e1=list(np.where(organisation, "Yes", "No")))
    for name in ("e2", "seen"):
        frame[name], frame[f"{name}_missing"] = frame["e0"], frame["e0_missing"]
    settings = Professionals(
        own=Elements(name="own", items=["e0", "e2"]), organisation=Elements(name="its", items=["e1", "seen"])
    )
    answers = Answers(frame, ITEMS.values(), [settings.own, settings.organisation])
    rows = professionals_tables(answers, settings, [], [], 0.95)["professionals_elements"]
    rows = rows[rows["outcome"] == "e0"].set_index("estimate_name")
    assert rows.loc["share_self", "estimate"] == pytest.approx(512 / 558)
    assert rows.loc["difference", "estimate"] == pytest.approx(207 / 558)
    assert rows.loc["difference", "n_told"] == 2  # those who say it of their organisation alone
    bounds = rows.loc["mcnemar_from_margins"]
    assert (bounds["ci_low"], bounds["ci_high"]) == pytest.approx((143.3077, 207.0), abs=1e-3)
    assert rows.loc["difference", "p_adjusted"] == pytest.approx(
        2 * rows.loc["difference", "p"]
    )  # Holm, the smaller of two


def test_appointments_count_people_and_bands():
    rng = np.random.default_rng(2)
    person = np.repeat(np.arange(150), 2)
    cells = {f"e{k}": list(rng.choice(["Yes", "No"], 300)) for k in range(3)}
    frame = people(
        seen=list(rng.choice(["Yes", "No"], 300)), ill=list(rng.choice(["None", "One", "Two"], 300)), **cells
    )
    frame["who"] = pd.array([f"A{number:05d}" for number in person], dtype="string")
    settings = Appointments(
        person="who",
        elements=Elements(name="x", items=["e0", "e1", "e2"]),
        enough=2,
        steps=[0, 1, 3],
        outcomes=["seen"],
        adjust=["ill"],
    )
    table = appointments_table(Answers(frame, ITEMS.values(), [settings.elements]), settings, [], [], 0.95)
    assert [name for name, *_ in bands(settings)] == ["0", "1 to 2", "3"]
    whole = table[(table["estimate_name"] == "share") & (table["group_by"] == "all")].iloc[0]
    assert (whole["n"], whole["n_people"]) == (300, 150)
    by_band = table[(table["group_by"] == "number")]
    assert by_band["n"].sum() == 300
    care = table[table["group_by"] == "care"].set_index("group")
    ratio = table[table["estimate_name"] == "risk_ratio"]["estimate"].iloc[0]
    assert ratio == pytest.approx(care.loc["personalised", "estimate"] / care.loc["not personalised", "estimate"])
    assert set(table["estimate_name"]) >= {"risk_ratio_adjusted", "risk_ratio_element_adjusted"}


@pytest.mark.parametrize("name", survey_figures.BUILDERS)
def test_tables_without_a_figure_show_facts(name):
    released_tables = example.tables()
    found = facts_of(released_tables, threshold=10)
    shown = exhibits.exhibit_table(name, released_tables, example.setting())
    keys = shown.attrs["keys"].to_numpy().ravel()
    assert len(shown)
    assert sum(bool(key) for key in keys) >= len(shown)
    assert {key for key in keys if key} <= set(found)
    assert exhibits.foot(name, released_tables, example.setting()).endswith(".csv")
    assert not len(exhibits.exhibit_table(name, example.tables() | example.EMPTY, example.setting()))


# The generator -------------------------------------------------------------------------------------------------------
def test_quotas_are_met():
    rng = np.random.default_rng(4)
    w, base = rng.uniform(0.4, 2.5, 400), np.arange(400) < 250
    yes = pick(rng.normal(size=400), base, w, 0.37)
    assert w[yes].sum() / w[base].sum() == pytest.approx(0.37, abs=0.002)
    assert not (yes & ~base).any()
    groups = {"a": np.arange(400) % 3 == 0, "b": np.arange(400) % 3 == 1}
    both = pick_by_group(rng.normal(size=400), base, w, 0.3, groups, {"a": 0.4})
    assert w[both].sum() / w[base].sum() == pytest.approx(0.3, abs=0.003)
    assert w[both & groups["a"]].sum() / w[base & groups["a"]].sum() == pytest.approx(0.4, abs=0.002)
    with pytest.raises(ValueError, match="no choice comes near"):
        pick(rng.normal(size=400), base, w, 1.2)
    numbers = whole_numbers(rng, w[:74], 3.88, 1, 24, 0.002)
    assert w[:74] @ numbers / w[:74].sum() == pytest.approx(3.88, abs=0.002)


def test_an_spss_file_is_read_back_and_is_the_same_twice(tmp_path):
    items = {
        "e0": ITEMS["e0"].model_copy(update={"allowed_missing": "-1=not_shown"}),
        "n": ItemRow(item="n", wording="n", scale="number", low=0),
    }
    fields = [FieldRow(source="p", column=name.upper(), item=name) for name in ("e0", "n", "response_id")]
    frame = pd.DataFrame({"e0": ["yes", "no", "-1"], "n": ["3", "4", "-1"], "response_id": ["a", "b", "c"]})
    for name in ("one.sav", "two.sav"):
        survey_exports.write_spss(frame, "p", items, fields, tmp_path / name)
    assert (tmp_path / "one.sav").read_bytes() == (tmp_path / "two.sav").read_bytes()
    assert b"08 Nov 2412:00:00" in (tmp_path / "one.sav").read_bytes()[:200]
    table = read(tmp_path / "one.sav", "spss", options=ReadOptions())
    assert table.rows["E0"].tolist() == ["1", "2", "-1"]
    assert table.value_labels["E0"] == {"1": "Yes", "2": "No", "-1": "Not asked"}
