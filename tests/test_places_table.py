"""Regions and boards: what each map counts, the limits of chance, reach, and places nobody knows."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from prepost.audit.places import unknown_places
from prepost.disclosure import disclose
from prepost.place_sheets import NO_STAFF, UNLISTED, PlaceRow, TileRow, WorkforceRow, lacking, moved_hierarchy, new_map
from prepost.places_table import maps, places_table
from prepost.sheets import read_sheet
from prepost.study import Statistics
from test_groups_table import OUTCOME, PLAN, floor

SHEET = [
    PlaceRow(name=name, valid_from=date(2022, 7, 1), successors=to)
    for name, to in (("North", "Union"), ("South", "Union"), ("East", "Union; West"), ("West", None))
]
PARENT = {"North": "up", "South": "down", "East": "down", "West": "up", "Nowhere": "up"}


def people(sizes: dict[str, int], change=lambda k: k % 3) -> list[tuple]:
    return [(f"{name}{k}", "m", name, 1, 1 + change(k)) for name, size in sizes.items() for k in range(size)]


def table(rows: list[tuple], *, staff: dict[str, float] | None = None, enrolments: pd.DataFrame | None = None):
    drawn = maps("role", {"region": PARENT}, SHEET)
    enrolled = pd.DataFrame(columns=["source", "line", "wave", "module", "enrolled", "completed"])
    records = enrolled if enrolments is None else enrolments
    settings = Statistics(ci_level=0.95, resamples=200)
    return places_table(floor(rows), records, [OUTCOME], PLAN, drawn, (staff or {}, SHEET), settings, 7)


def cells(found: pd.DataFrame, by: str, name: str, column: str = "estimate") -> dict:
    rows = found[(found["group_by"] == by) & (found["estimate_name"] == name)]
    return dict(zip(rows["group"], rows[column], strict=True))


def test_a_split_place_stands_apart_on_the_new_map():
    moved = new_map(SHEET)
    assert moved.get("North") == moved.get("South") == "Union"
    assert moved.get("East") == "East (split, not moved)"
    assert moved.get("West") == "West"
    assert moved.get("Nowhere") == "Nowhere"
    assert lacking(SHEET) == dict.fromkeys(["Union", "West"], "without those of East, split between boards")


def test_counts_on_every_map_by_hand():
    found = table(people({"North": 12, "South": 15, "East": 11, "West": 20, "Nowhere": 10}))
    assert cells(found, "role", "mean_change", "n") == {"North": 12, "South": 15, "East": 11, "West": 20, "Nowhere": 10}
    assert cells(found, "region", "mean_change", "n") == {"up": 42, "down": 26}
    new = {"Union": 27, "East (split, not moved)": 11, "West": 20, "Nowhere": 10}
    assert cells(found, "role_new", "mean_change", "n") == new
    # 27 changes of 0, 1, 2 in equal parts
    assert cells(found, "role_new", "mean_change")["Union"] == pytest.approx(1)
    assert cells(found, "role_new", "mean_change", "note")["Union"] == lacking(SHEET)["Union"]
    assert "not in the sheet" in cells(found, "role", "mean_change", "note")["Nowhere"]


def test_limits_by_hand():
    found = table(people({"North": 30, "South": 30}))
    # 60 independent changes 0, 1, 2, twenty of each: variance 20 · 2/59; both places have the overall mean, so τ² is 0
    half = 1.959964 * np.sqrt(40 / 59 / 30)
    assert cells(found, "role", "limits_95", "ci_high")["North"] == pytest.approx(1 + half, abs=1e-6)
    half = 3.090232 * np.sqrt(40 / 59 / 30)
    assert cells(found, "role", "limits_998", "ci_low")["South"] == pytest.approx(1 - half, abs=1e-6)
    assert cells(found, "role", "expected_rank")["North"] == pytest.approx(1.5)


def test_reach_by_hand():
    counts = {"enrolled": [30.0, 20.0, 12.0], "completed": [15.0, 10.0, 12.0]}
    records = pd.DataFrame({"role": ["North", "South", "Nowhere"], **counts})
    found = table(people({"North": 12}), staff={"North": 2000, "South": 500}, enrolments=records)
    name = "enrolled_per_1000_staff"
    assert cells(found, "role", name)["North"] == pytest.approx(15)
    assert cells(found, "role", "completed_per_1000_staff")["South"] == pytest.approx(20)
    assert cells(found, "role_new", name)["Union"] == pytest.approx(50 / 2500 * 1000)
    assert pd.isna(cells(found, "role", name)["Nowhere"])
    assert "no number of staff" in cells(found, "role", name, "note")["Nowhere"]


def test_without_enrolments_reach_counts_people():
    found = table(people({"North": 12}), staff={"North": 2000})
    assert cells(found, "role", "answered_per_1000_staff")["North"] == pytest.approx(6)


@pytest.mark.parametrize("sizes", [{}, {"North": 1}, {"North": 2, "South": 1}, {"North": 12}])
@pytest.mark.parametrize("change", [lambda k: k % 3, lambda k: 0], ids=["varied", "all equal"])
def test_nothing_is_missing_without_a_word(sizes, change):
    rows = people(sizes, change) or [("p", "m", "North", 1, None)]
    found = table(rows, staff={"South": 100})
    assert found.loc[found["estimate"].isna(), "note"].notna().all()


def test_the_wall_knows_that_the_new_map_is_a_sum_of_the_old():
    rows = people({"North": 4, "South": 15, "East": 11, "West": 20})
    released, _ = disclose({"places": table(rows)}, threshold=10, nested=[moved_hierarchy("role", new_map(SHEET))])
    frame = released["places"]
    shown = frame[frame["estimate_name"] == "mean_change"].set_index(["group_by", "group"])["n"]
    assert shown["role", "North"] == "[c]"
    # 19 of Union less 15 of South would give the 4 of North: one of the two has to go
    assert {shown["role", "South"], shown["role_new", "Union"]} & {"[w]"}
    whole = 50 - sum(int(n) for n in shown["role"].drop("North") if n.isdigit())
    assert whole != 4


def test_the_sheets_of_the_bundled_study(root):
    rows = read_sheet(root / "config/boards.csv", PlaceRow)
    tiles = read_sheet(root / "config/tiles.csv", TileRow, key="place")
    old = {row.name for row in rows if row.valid_from < date(2026, 4, 1)}
    assert {tile.place for tile in tiles} == old
    assert len(old) == len({(tile.column, tile.row) for tile in tiles}) == 42
    assert {row.place for row in read_sheet(root / "config/workforce.csv", WorkforceRow, key="place")} == old
    gone = [row for row in rows if row.followed_by]
    # of the twelve that ended on 31 March 2026 three were split; what followed is six boards and the rest of Frimley
    assert len(gone) == 12
    assert sum(len(row.followed_by) > 1 for row in gone) == 3
    new = {row.name for row in rows if row.valid_from == date(2026, 4, 1)}
    assert len(new) == 6
    assert {name for row in gone for name in row.followed_by} == new | {"Hampshire and Isle of Wight"}


def test_a_place_that_no_sheet_knows_is_listed_and_not_dropped():
    """Nowhere has ten pairs, and nobody's staff; Atlantis was written by three and is in no vocabulary."""
    found = table(people({"North": 12, "South": 15, "Nowhere": 10}), staff={"North": 100.0, "South": 200.0})
    rows = found[(found["group_by"] == "role") & (found["group"] == "Nowhere")]
    assert rows["note"].str.contains(UNLISTED).all()  # also where a row has a note of its own
    assert (rows["note"] != UNLISTED).any()
    vocabulary = {"item": "job", "sheet": "roles.csv", "columns": ["role"]}
    study = {"settings": {"secondary": {"places": {"by": "role"}}, "vocabularies": [vocabulary]}}
    unmapped = pd.DataFrame({"source": ["a", "b"], "item": ["job", "job"], "answer": ["Atlantis", "-"], "n": [3, 1]})
    view = unknown_places(found, unmapped, study)
    assert view.frame.drop(columns="what is missing").values.tolist() == [
        ["Nowhere", 10, "pairs"],
        ["Nowhere", 10, "people"],
        ["(2 different answers)", 4, "responses"],
    ]
    assert view.frame["what is missing"].tolist()[:2] == [UNLISTED, NO_STAFF]
    assert "Atlantis" not in view._repr_html_()
    nowhere = {"settings": {"secondary": {"places": None}}}
    assert unknown_places(found, unmapped, nowhere).frame.empty
