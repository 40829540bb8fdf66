"""What leaves the building: nothing small, and nothing from which something small can be worked out."""

from __future__ import annotations

import itertools
import time
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from linkage_attacker import linkage_equations
from prepost import tables
from prepost.disclosure import disclose, rounded
from prepost.quantities import hierarchies
from prepost.released import read_released
from prepost.schemas import TOLD
from prepost.suppression import solved
from prepost.table_names import LEARNERS as TABLES
from result_tables import comparison, flow, moved, movement, participants, transitions
from scipy.optimize import linprog

MARKS = ("[c]", "[w]", "[x]")


def cell(released: dict, table: str, row_id: str, column: str = "n") -> str:
    frame = released[table].set_index("row_id")
    return frame.loc[row_id, column]


# An attacker of our own, who knows the sums of these tables and nothing of the code under test ----------------------
def attacker_equations(private: dict[str, pd.DataFrame]) -> list[tuple[list[tuple], tuple]]:
    """Sums in words: (parts, whole), each a (table, row_id)."""
    found = []

    def sums(table: str, dimension: str, fixed: list[str]) -> None:
        for _, rows in private[table].groupby(fixed):
            ids = dict(zip(rows[dimension], rows["row_id"], strict=True))
            whole = ids.pop("all", None)
            if whole and ids:
                found.append(([(table, part) for part in ids.values()], (table, whole)))

    if "participants" in private:
        sums("participants", "matched", ["variable", "category"])
        sums("participants", "category", ["variable", "matched"])
    if "movement" in private:
        sums("movement", "direction", ["comparison", "outcome", "group_by", "group"])
    if "transitions" in private:
        sums("transitions", "to", ["comparison", "item", "from"])
        sums("transitions", "from", ["comparison", "item", "to"])
        for (name, item), rows in private["transitions"].groupby(["comparison", "item"]):
            inner = rows[(rows["from"] != "all") & (rows["to"] != "all")]
            for direction, keep in (
                ("better", inner["to"] > inner["from"]),
                ("same", inner["to"] == inner["from"]),
                ("worse", inner["to"] < inner["from"]),
            ):
                whole = ("movement", f"{name}.{item}.all.all.{direction}")
                if "movement" in private and whole[1] in set(private["movement"]["row_id"]):
                    found.append(([("transitions", row_id) for row_id in inner.loc[keep, "row_id"]], whole))
    if "ceiling" in private:
        sums("ceiling", "place", ["comparison", "outcome", "wave"])
        for row in private["room"].to_dict("records") if "room" in private else ():
            block = f"{row['comparison']}.{row['outcome']}.{row['wave_from']}"
            parts = [("room", row["row_id"]), ("ceiling", f"{block}.ceiling")]
            found.append((parts, ("ceiling", f"{block}.all")))
    if "missing" in private:
        sums("missing", "kind", ["item", "wave"])
    if "flow" in private:
        frame = private["flow"]
        ids = dict(zip(frame["box"], frame["row_id"], strict=True))
        for parent, rows in frame.dropna(subset="parent").groupby("parent"):
            found.append(([("flow", row_id) for row_id in rows["row_id"]], ("flow", ids[parent])))
    if "comparisons" in private:
        frame = private["comparisons"]
        overall = frame[frame["group_by"] == "all"]
        for key, rows in frame[frame["group_by"] != "all"].groupby(
            ["comparison", "outcome", "estimate_name", "group_by"]
        ):
            whole = overall[(overall["outcome"] == key[1]) & (overall["estimate_name"] == key[2])]
            if len(whole):
                parts = [("comparisons", row_id) for row_id in rows["row_id"]]
                found.append((parts, ("comparisons", whole["row_id"].iloc[0])))
        for row in frame.to_dict("records"):
            same = {"d_z": "mean_change", "mean_before": "mean_change"}.get(row["estimate_name"])
            if same:
                other = row["row_id"].removesuffix(row["estimate_name"].replace(" ", "-")) + same
                found.append(([("comparisons", row["row_id"])], ("comparisons", other)))
            if "participants" in private and row["n_missing"] == 0:
                twin = f"{row['group_by']}.{row['group']}.yes".lower().replace(" ", "-")
                if twin in set(private["participants"]["row_id"]):
                    found.append(([("comparisons", row["row_id"])], ("participants", twin)))
            twin = f"{row['comparison']}.{row['outcome']}.{row['group_by']}.{row['group']}.all".lower().replace(
                " ", "-"
            )
            if "movement" in private and twin in set(private["movement"]["row_id"]):
                found.append(([("comparisons", row["row_id"])], ("movement", twin)))
    return found + linkage_equations(private)


def within_few(released: dict) -> set[tuple]:
    """Counts whose base, the row with "all" in their last dimension, is marked [c]."""
    found = set()
    for name in {"movement", "transitions", "missing", "participants", "ceiling"} & set(released):
        frame = released[name]
        base = frame["row_id"].str.replace(r"\.[^.]*$", ".all", regex=True)
        if name == "participants":  # the base is the variable's or everybody's row with the same last part
            base = "all.all." + frame["row_id"].str.rsplit(".", n=1).str[-1]
        small = set(frame.loc[frame["n"] == "[c]", "row_id"])
        found |= {(name, row_id) for row_id in frame.loc[base.isin(small), "row_id"]}
    return found


def recovered(private: dict, released: dict, threshold: int = 10) -> list[tuple]:
    """Withheld counts that the attacker works out, by least squares and rank, and by one sum with its marks."""
    truth = {(t, r): n for t, f in private.items() for r, n in zip(f["row_id"], f["n"].astype(int), strict=True)}
    shown = {(t, r): n for t, f in released.items() for r, n in zip(f["row_id"], f["n"], strict=True)}
    unknown = [key for key in truth if shown[key] in MARKS]
    column = {key: place for place, key in enumerate(unknown)}
    rows, right = [], []
    for parts, whole in attacker_equations(private):
        row, rest = np.zeros(len(unknown)), 0.0
        for key, sign in [*((part, 1) for part in parts), (whole, -1)]:
            if key in column:
                row[column[key]] += sign
            else:
                rest -= sign * int(shown[key])
        if row.any():
            rows.append(row)
            right.append(rest)
    if not rows:
        return []
    matrix, right = np.array(rows), np.array(right)
    assert np.allclose(matrix @ [truth[key] for key in unknown], right)  # the attacker's equations are true
    # an unknown is determined if its unit vector lies in the row space: projecting on it changes nothing
    projector = np.linalg.pinv(matrix) @ matrix
    solution = np.linalg.lstsq(matrix, right, rcond=None)[0]
    found = [k for k, p in column.items() if abs(projector[p, p] - 1) < 1e-7 and abs(solution[p] - truth[k]) < 1e-6]
    few = within_few(released)

    def told(key):
        """The range that a mark tells; inside a base that is small itself [c] may be none."""
        if shown[key] == "[c]":
            return int(key not in few), threshold - 1
        return (0 if shown[key] == "[x]" or not truth[key] else threshold), 10_000

    for row, rest in zip(matrix, right, strict=True):  # one sum and what the marks tell of its parts
        for place in np.flatnonzero(row):
            if shown[unknown[place]] != "[c]":
                continue
            limits = [told(unknown[p]) for p in np.flatnonzero(row)]
            unit = (np.flatnonzero(row) == place).astype(float)
            equation = {"A_eq": [row[row != 0]], "b_eq": [rest], "bounds": limits}
            if -linprog(-unit, **equation).fun - linprog(unit, **equation).fun < 0.5:
                found.append(unknown[place])
    # [x], and [c] inside a base that is small, are no promise by themselves: a small count has to stand behind them
    return [key for key in found if shown[key] == "[w]" or 0 < truth[key] < threshold]


# Examples from the literature -----------------------------------------------------------------------------------------
def test_opensafely_rounding_example():
    # OpenSAFELY documentation, outputs/sdc.md: redact <= 7, round to 5: 3/18, 8/23, 16/31, 23/44 gives
    # [R]/20, 10/25, 15/30, 25/45
    assert [rounded(n, 5) for n in (8, 16, 23)] == [10, 15, 25]
    assert [rounded(n, 5) for n in (18, 23, 31, 44)] == [20, 25, 30, 45]
    assert rounded(0, 5) == 0


def test_a_zero_among_too_few_is_not_told():
    # by hand: of 3 people 3 moved up and none down; "none of the 3" would say what all of them did
    private = {"movement": movement("later", "item1", {"all": (3, 0, 0), "x": (40, 0, 12)})}
    released, withheld = disclose(private, threshold=10)
    shown = released["movement"].set_index("row_id")["n"]
    few = shown[shown.index.str.contains(r"item1\.all\.all")]
    assert len(few) == 4 and set(few) == {"[c]"}
    assert (withheld["reason"] == "its base is below the threshold").sum() == 2


def test_an_estimate_that_tells_a_small_count_is_withheld():
    # by hand: a share of .04 of 100 pairs is 4 people; a share of .12 is 12. The column that says so never leaves.
    private = comparison("primary", "conf", {"all": 100}, role="primary")
    private[TOLD] = pd.array([4, 12, None], dtype="Int64")
    shown = disclose({"comparisons": private}, threshold=10)[0]["comparisons"]
    assert list(shown["estimate"] == "[c]") == [True, False, False]
    assert list(shown["n"]) == ["100"] * 3
    assert TOLD not in shown


def test_one_small_cell_takes_a_second_one_with_it():
    # by hand: 3 + 12 + 40 = 55. The 3 is small; with the total of 55 shown, a second one must go: 12, the smaller
    private = {"flow": flow({"kept": (None, 55), "a": ("kept", 3), "b": ("kept", 12), "c": ("kept", 40)})}
    released, withheld = disclose(private, threshold=10)
    assert list(released["flow"]["n"]) == ["55", "[c]", "[w]", "40"]
    assert withheld[["row_id", "column", "mark"]].values.tolist() == [["flow.a", "n", "[c]"], ["flow.b", "n", "[w]"]]


def test_differencing_total_minus_men():
    # OpenSAFELY documentation, outputs/sdc.md: total 8 of 20 minus men 7 of 19 tells of one woman. Here, threshold 10:
    # 20 people, 19 men, so 1 woman; the men cannot be shown beside the total
    private = {"participants": participants({"sex": {"men": (12, 7), "women": (1, 0)}})}
    released, _ = disclose(private, threshold=10)
    assert recovered(private, released) == []
    assert cell(released, "participants", "sex.women.all") == "[c]"
    assert (
        cell(released, "participants", "sex.men.all") in MARKS or cell(released, "participants", "all.all.all") in MARKS
    )


def test_zero_stays_zero_and_nothing_is_withheld_without_need():
    private = {"flow": flow({"kept": (None, 52), "a": ("kept", 0), "b": ("kept", 12), "c": ("kept", 40)})}
    released, withheld = disclose(private, threshold=10)
    assert list(released["flow"]["n"]) == ["52", "0", "12", "40"]
    assert withheld.empty


def test_marks_and_total_pin_nothing():
    # 1 + 10 = 11: a [c] is at least 1 and a [w] at least 10, so the pair alone would tell both; a third must go
    private = {"flow": flow({"k": (None, 71), "a": ("k", 1), "b": ("k", 10), "c": ("k", 60)})}
    released, _ = disclose(private, threshold=10)
    assert list(released["flow"]["n"][1:]) == ["[c]", "[w]", "[w]"]


def test_three_sums_of_two_give_each_back():
    # a + b, a + c and b + c known: each follows, although no sum has fewer than two unknowns; a + b alone tells nothing
    rows = [{0: 1, 1: 1, 9: -1}, {0: 1, 2: 1, 8: -1}, {1: 1, 2: 1, 7: -1}]
    assert [number for number, _ in solved(rows, {0, 1, 2})] == [0, 1, 2]
    # the recipe for a: half of the first and the second, less half of the third
    assert solved(rows, {0, 1, 2})[0][1] == {0: Fraction(1, 2), 1: Fraction(1, 2), 2: Fraction(-1, 2)}
    assert solved(rows[:2], {0, 1, 2}) == []


# Tables together ------------------------------------------------------------------------------------------------------
def study_tables(modules: dict[str, int], *, missing: dict[str, int] | None = None) -> dict[str, pd.DataFrame]:
    """Pairs by module in comparisons, participants, flow and movement at once."""
    total = sum(modules.values())
    counts = np.array([[total // 4, total // 4], [total - 3 * (total // 4), total // 4]])
    missing = missing or {}
    answered = {m: n - missing.get(m, 0) for m, n in modules.items()}
    parts = [
        comparison("primary", "conf", {"all": total - sum(missing.values())}, role="primary"),
        comparison("by_module", "conf", answered, group_by="module", missing=missing),
    ]
    parts[0]["n_missing"] = sum(missing.values())
    return {
        "comparisons": pd.concat(parts, ignore_index=True),
        "participants": participants({"module": {m: (n, 2 * n + 5) for m, n in modules.items()}}),
        "flow": flow({"kept": (None, total + 30), "matched": ("kept", total), "unmatched": ("kept", 30)}),
        "movement": movement("primary", "item1", {"all": moved(counts)}),
        "transitions": transitions("primary", "item1", counts),
    }


def test_a_withheld_base_goes_from_every_table():
    # module A has 4 pairs, B 15, C 90. In participants the 15 must go with the 4; comparisons hold the same 15
    private = study_tables({"A": 4, "B": 15, "C": 90})
    released, _ = disclose(private, threshold=10)
    assert recovered(private, released) == []
    assert cell(released, "participants", "module.a.yes") == "[c]"
    assert cell(released, "comparisons", "by_module.conf.module.a.d_z") == "[c]"
    b = {cell(released, "participants", "module.b.yes"), cell(released, "comparisons", "by_module.conf.module.b.d_z")}
    assert b == {"[w]"}
    assert cell(released, "comparisons", "primary.conf.all.all.mean_change") == "109"


def test_what_a_row_loses_with_its_base():
    private = study_tables({"A": 4, "B": 15, "C": 90})
    private["comparisons"]["note"] = "4 pairs: say little"
    released, _ = disclose(private, threshold=10)
    frame = released["comparisons"].set_index("row_id")
    small = frame.loc["by_module.conf.module.a.mean_change"]
    lost = ["statistic", "df", "p", "p_adjusted", "n", "n_people", "n_missing", "note"]
    assert set(small[["estimate", "ci_low", "ci_high", *lost]]) == {"[c]"}
    other = frame.loc["by_module.conf.module.b.mean_change"]
    assert set(other[lost]) == {"[w]"}
    # 0.123456789 + 15/1000 to two decimals: in full a mean tells its denominator
    assert other[["estimate", "ci_low", "ci_high"]].tolist() == ["0.14", "0.05", "0.4"]
    # a standardised effect beside a mean change and its interval gives n by arithmetic
    assert set(frame.loc["by_module.conf.module.b.d_z", ["estimate", "ci_low", "ci_high"]]) == {"[w]"}
    free = frame.loc["by_module.conf.module.c.d_z"]
    assert free["estimate"] == repr(0.123456789 + 0.09)
    assert free["note"] == "4 pairs: say little"


def test_few_people_behind_many_pairs():
    groups = {"x": 12, "y": 40}
    private = {"comparisons": comparison("by_role", "conf", groups, group_by="role", people={"x": 6, "y": 30})}
    released, _ = disclose(private, threshold=10)
    row = released["comparisons"].set_index("row_id").loc["by_role.conf.role.x.mean_change"]
    assert row[["n", "n_people", "estimate", "df", "p"]].tolist() == ["12", "[c]", "[c]", "[c]", "[c]"]


def test_few_missing_answers_are_not_released_and_cost_nothing():
    private = study_tables({"A": 40, "B": 50, "C": 90}, missing={"B": 3})
    released, withheld = disclose(private, threshold=10)
    assert cell(released, "comparisons", "by_module.conf.module.b.d_z", "n_missing") == "[x]"
    assert cell(released, "comparisons", "by_module.conf.module.b.d_z") == "47"
    assert set(withheld["column"]) <= {"n_missing", "n"}
    assert not withheld["mark"].eq("[w]").any() or "transitions" in set(withheld["table"])


def test_a_small_board_is_not_the_rest_of_its_region():
    # region North = boards N1 (4) + N2 (30) + N3 (40); the region's own row shows 74
    boards = {"N1": (4, 20), "N2": (30, 20), "N3": (40, 20), "S1": (50, 20), "S2": (60, 20)}
    regions = {"North": (74, 60), "South": (110, 40)}
    private = {"participants": participants({"board": boards, "region": regions})}
    lines = [("N1", "North"), ("N2", "North"), ("N3", "North"), ("S1", "South"), ("S2", "South")]
    nested = hierarchies([lines], [["board", "region"]])
    assert [(step.fine, step.coarse) for step in nested] == [("board", "region")]
    released, _ = disclose(private, threshold=10, nested=nested)
    north = [cell(released, "participants", f"board.{board}.yes") for board in ("n1", "n2", "n3")]
    assert north.count("[c]") == 1
    assert north.count("[w]") >= 1 or cell(released, "participants", "region.north.yes") in MARKS


def test_comparisons_without_missing_and_movement_by_group():
    private = {
        "comparisons": comparison("by_role", "conf", {"x": 14, "y": 40, "z": 60}, group_by="role"),
        "movement": pd.concat(
            [
                movement("by_role", "conf", {"x": (10, 3, 1), "y": (20, 10, 10), "z": (30, 15, 15)}, "role"),
                movement("primary", "conf", {"all": (60, 28, 26)}),
            ],
            ignore_index=True,
        ),
    }
    released, _ = disclose(private, threshold=10)
    assert recovered(private, released) == []
    shares = released["movement"].set_index("row_id")["share"]
    assert shares["primary.conf.all.all.better"] == repr(60 / 114)
    assert shares["by_role.conf.role.x.same"] == "[c]"


def test_shares_come_from_rounded_counts():
    private = {"movement": movement("primary", "conf", {"all": (61, 28, 23)})}
    released, _ = disclose(private, threshold=10, rounding=5)
    frame = released["movement"].set_index("row_id")
    # 61, 28, 23 of 112 to base 5: 60, 30, 25 of 110
    assert frame["n"].tolist() == ["60", "30", "25", "110"]
    assert frame.loc["primary.conf.all.all.better", "share"] == repr(60 / 110)


def test_rounding_hides_the_degrees_of_freedom():
    released, _ = disclose({"comparisons": comparison("primary", "conf", {"all": 48})}, threshold=10, rounding=5)
    assert released["comparisons"]["n"].tolist() == ["50"] * 3
    assert set(released["comparisons"]["df"]) == {"[w]"}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.integers(0, 10_000),
    modules=st.integers(2, 5),
    scale=st.sampled_from([3, 12, 40]),
    codes=st.integers(2, 4),
)
def test_no_withheld_cell_is_recovered_from_all_tables_together(seed, modules, scale, codes):
    rng = np.random.default_rng(seed)
    pairs = {f"m{i}": int(n) for i, n in enumerate(rng.poisson(scale, modules))}
    others = rng.poisson(scale, modules)
    total = sum(pairs.values())
    cut = rng.multinomial(total, rng.dirichlet(np.ones(codes * codes))).reshape(codes, codes)
    roles = rng.multinomial(total, rng.dirichlet(np.ones(3)))
    unmatched_roles = rng.multinomial(int(others.sum()), rng.dirichlet(np.ones(3)))
    private = {
        "participants": participants(
            {
                "module": {m: (n, int(o)) for (m, n), o in zip(pairs.items(), others, strict=True)},
                "role": {
                    f"r{i}": (int(a), int(b)) for i, (a, b) in enumerate(zip(roles, unmatched_roles, strict=True))
                },
            }
        ),
        "comparisons": pd.concat(
            [
                comparison("primary", "conf", {"all": total}, role="primary"),
                comparison("by_module", "conf", pairs, group_by="module"),
                comparison("by_role", "conf", {f"r{i}": int(n) for i, n in enumerate(roles)}, group_by="role"),
            ],
            ignore_index=True,
        ),
        "movement": movement("primary", "item1", {"all": moved(cut)}),
        "transitions": transitions("primary", "item1", cut),
    }
    released, withheld = disclose(private, threshold=10)
    small = [(t, r) for t, f in private.items() for r in f.loc[f["n"].between(1, 9), "row_id"]]
    # inside a cross table of too few pairs nothing is released at all
    assert all(cell(released, *key) in ("[c]", "[x]" if key[0] == "transitions" else "[c]") for key in small)
    assert recovered(private, released) == []
    assert (withheld["mark"] != "").all()


def test_every_number_of_a_released_table_is_typed_or_marked(tmp_path):
    released, withheld = disclose(study_tables({"A": 4, "B": 15, "C": 90}), threshold=10)
    for name, frame in released.items():
        tables.write(frame, tmp_path / f"{name}.csv", f"released_{name}")
    tables.write(withheld, tmp_path / "withheld.csv", "withheld")
    frame = read_released(tmp_path / "comparisons.csv").set_index("row_id")
    assert frame["n"].dtype == "Int64"
    assert frame.loc["by_module.conf.module.a.d_z", "n_mark"] == "c"
    assert pd.isna(frame.loc["by_module.conf.module.a.d_z", "n"])
    assert frame.loc["by_module.conf.module.c.d_z", "n"] == 90
    assert read_released(tmp_path / "movement.csv")["share"].dtype == "float64"
    assert not set(withheld.columns) & {"n", "value", "estimate"}


def test_order_of_rows_changes_nothing_and_two_runs_are_equal():
    private = study_tables({"A": 4, "B": 15, "C": 90, "D": 15, "E": 2})
    first, lost = disclose(private, threshold=10)
    again, lost_again = disclose(private, threshold=10)
    pd.testing.assert_frame_equal(lost, lost_again)
    for name in first:
        pd.testing.assert_frame_equal(first[name], again[name])


def test_a_study_of_real_size_takes_seconds():
    rng = np.random.default_rng(7)
    items = [f"item{i}" for i in range(35)]
    cuts = {item: rng.multinomial(48, rng.dirichlet(np.ones(25))).reshape(5, 5) for item in items}
    modules = {f"m{i}": int(n) for i, n in enumerate(rng.poisson(130, 19))}
    outcomes = [f"o{i}" for i in range(4)]
    private = {
        "transitions": pd.concat([transitions("primary", i, c) for i, c in cuts.items()], ignore_index=True),
        "movement": pd.concat([movement("primary", i, {"all": moved(c)}) for i, c in cuts.items()], ignore_index=True),
        "comparisons": pd.concat(
            [comparison("primary", o, {"all": sum(modules.values())}) for o in outcomes]
            + [comparison("by_module", o, modules, group_by="module") for o in outcomes],
            ignore_index=True,
        ),
        "participants": participants(
            {
                "board": {f"b{i}": (int(a), int(b)) for i, (a, b) in enumerate(rng.poisson(14, (42, 2)))},
            }
        ),
    }
    start = time.process_time()
    disclose(private, threshold=10)
    assert time.process_time() - start < 5  # about 2 s on an idle core


@pytest.mark.parametrize("threshold", [3, 5, 11])
def test_the_threshold_is_the_studys(threshold):
    private = {"flow": flow({"k": (None, 60), **{f"b{n}": ("k", n) for n in range(11)}, "rest": ("k", 5)})}
    released, _ = disclose(private, threshold=threshold)
    shown = released["flow"]["n"]
    values = private["flow"]["n"]
    for value, text in itertools.islice(zip(values, shown, strict=True), 1, None):
        assert text == "[c]" if 0 < value < threshold else text in (str(value), "[w]")


@pytest.mark.parametrize(("study", "threshold"), [("toy", 5), ("bundled", 10)])
def test_nothing_withheld_is_recovered_from_a_built_study(study, threshold, request) -> None:
    results = request.getfixturevalue(f"{study}_results")
    private = {
        name: pd.read_csv(results / "6_statistics" / f"{name}.csv", dtype={"from": str, "to": str}).dropna(subset="n")
        for name in TABLES
        if (results / "6_statistics" / f"{name}.csv").is_file()  # of the parts that the study has
    }
    released = {name: pd.read_csv(results / "7_release" / f"{name}.csv", dtype=str) for name in private}
    released = {name: frame[frame["row_id"].isin(private[name]["row_id"])] for name, frame in released.items()}
    marks = sum(int(frame["n"].isin(MARKS).sum()) for frame in released.values())
    assert marks > 20
    assert recovered(private, released, threshold) == []
    broken = {name: frame.copy() for name, frame in released.items()}
    moves = broken["transitions"]
    moves["n"] = moves["n"].mask(moves["n"] == "[w]", private["transitions"]["n"].astype(str))
    assert recovered(private, broken, threshold)  # the attacker finds what is not protected


def test_a_cross_table_of_few_pairs_leaves_with_its_margins_only() -> None:
    few, many = (
        np.full((2, 2), 12),
        np.full((2, 2), 13),
    )  # 48 and 52 pairs, of a threshold of 10: fewer than 50, and not
    for cells, shown in ((few, "[x]"), (many, "13")):
        released, withheld = disclose({"transitions": transitions("primary", "item1", cells)}, threshold=10)
        table = released["transitions"].set_index(["from", "to"])["n"]
        assert set(table[[(a, b) for a in "12" for b in "12"]]) == {shown}
        assert table["all", "all"] == str(cells.sum()) and table["1", "all"] == str(cells[0].sum())
        assert withheld["reason"].str.contains("too few pairs").sum() == (4 if shown == "[x]" else 0)
