"""The toy study's results are those that its forty people give on paper (tests/toy_study/README.md)."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

TOY = Path(__file__).parent / "toy_study"
GOLDEN = TOY / "golden"
RESPONSE = ["source", "line", "wave"]
RELATIVE = 1e-8  # the golden tables hold ten digits
UNPINNED = "-"


def golden(name: str) -> pd.DataFrame:
    """A golden table as text; blank where the result has to be blank."""
    return pd.read_csv(GOLDEN / f"{name}.csv", dtype=str, keep_default_na=False)


def built(path: Path) -> pd.DataFrame:
    """A built table as text, blank where it is missing."""
    if path.suffix == ".parquet":
        return pd.read_parquet(path).astype("string").fillna("")
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def counts(table: pd.DataFrame, keys: list[str]) -> dict[tuple[str, ...], int]:
    """Keys to n, each key once."""
    found = {tuple(row[:-1]): int(row[-1]) for row in table[[*keys, "n"]].itertuples(index=False)}
    assert len(found) == len(table)
    return found


def rows(table: pd.DataFrame, keys: list[str]) -> set[tuple[str, ...]]:
    """The rows as a set, each once."""
    found = set(table[keys].itertuples(index=False, name=None))
    assert len(found) == len(table)
    return found


def test_the_golden_tables_follow_from_the_raw_exports_without_prepost():
    done = subprocess.run([sys.executable, TOY / "derive.py"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_derivation_imports_nothing_that_it_is_to_check():
    text = (TOY / "derive.py").read_text() + (TOY / "arithmetic.py").read_text()
    imported = {line.split()[1].split(".")[0] for line in text.splitlines() if line.startswith(("import ", "from "))}
    assert imported <= {"__future__", "arithmetic", *sys.stdlib_module_names}


@pytest.mark.parametrize(
    ("table", "keys"),
    [
        ("flow", ["box", "parent"]),
        ("participants", ["variable", "category", "matched"]),
        ("movement", ["comparison", "outcome", "group_by", "group", "direction"]),
    ],
)
def test_counts(toy_results: Path, table: str, keys: list[str]):
    assert counts(built(toy_results / "6_statistics" / f"{table}.csv"), keys) == counts(golden(table), keys)


def test_transitions_of_one_item(toy_results: Path):
    keys = ["comparison", "item", "from", "to"]
    table = built(toy_results / "6_statistics" / "transitions.csv")
    one = table[(table["comparison"] == "primary") & (table["item"] == "listen")]
    assert counts(one, keys) == counts(golden("transitions"), keys)


def test_the_boxes_of_one_parent_sum_to_it(toy_results: Path):
    table = built(toy_results / "6_statistics" / "flow.csv")
    n = dict(zip(table["box"], table["n"].astype(int), strict=True))
    sums = table[table["parent"] != ""].groupby("parent")["n"].agg(lambda cells: sum(map(int, cells)))
    assert {parent: n[parent] for parent in sums.index} == sums.to_dict()


@pytest.mark.parametrize("table", ["comparisons", "levels"])
def test_estimates(toy_results: Path, table: str):
    keys = ["comparison", "outcome", "group_by", "group", "estimate_name"]
    wanted = golden(table).set_index(keys)
    found = built(toy_results / "6_statistics" / f"{table}.csv").set_index(keys)
    assert set(found.index) == set(wanted.index)
    wrong = []
    for key, row in wanted.iterrows():
        for column, text in row.items():
            got = found.at[key, column]
            if text == UNPINNED:
                continue
            same = (
                got == text if "" in (got, text) else float(got) == pytest.approx(float(text), rel=RELATIVE, abs=1e-9)
            )
            if not same:
                wrong.append(f"{'.'.join(key)}/{column}: {got!r}, on paper {text!r}")
    assert not wrong, "\n".join(wrong)


def test_only_the_primary_mean_changes_are_primary(toy_results: Path):
    table = built(toy_results / "6_statistics" / "comparisons.csv")
    primary = table[table["role"] == "primary"]
    assert rows(primary, ["comparison", "outcome", "estimate_name"]) == {
        ("primary", "confidence", "mean_change"),
        ("primary", "knowledge", "mean_change"),
    }


def test_exclusions(toy_results: Path):
    found = built(toy_results / "2_cleaned" / "learners" / "exclusions.csv")
    survey = found[found["wave"].isin(["pre", "post", "followup"])]
    assert rows(survey, [*RESPONSE, "rule"]) == rows(golden("exclusions"), [*RESPONSE, "rule"])


def test_lines_not_taken(toy_results: Path):
    parts = [built(path) for path in sorted((toy_results / "1_ingested").glob("*.refused.csv"))]
    found = pd.concat(parts, ignore_index=True)
    assert rows(found, ["source", "line"]) == rows(golden("refused"), ["source", "line"])
    assert (found["reason"] != "").all()


def test_four_kinds_of_missing_stay_apart(toy_results: Path):
    found = built(toy_results / "2_cleaned" / "learners" / "responses.parquet")
    asked = {"pre": "LISTEN KNOW", "post": "LISTEN KNOW", "followup": "LISTEN USE"}
    items = {
        "LISTEN": ["listen", "ask", "begin"],
        "KNOW": ["active_listening", "shared_plan"],
        "USE": ["use_listening", "use_planning"],
    }
    seen, not_asked = set(), set()
    for row in found.to_dict("records"):
        mine = [item for part in asked[row["wave"]].split() for item in items[part]]
        for item in [item for part in items.values() for item in part]:
            kind = row[f"{item}_missing"]
            if item in mine and kind:
                seen.add((row["source"], row["line"], row["wave"], item, kind))
            elif item not in mine:
                not_asked.add(kind)
    assert seen == rows(golden("missing"), [*RESPONSE, "item", "kind"])
    assert not_asked == {"not_shown"}
    assert set(golden("missing")["kind"]) == {"skipped", "refused", "not_applicable", "not_shown"}


def test_answers_off_the_scale_and_off_the_sheet_are_listed(toy_results: Path):
    floor = toy_results / "2_cleaned" / "learners"
    assert rows(built(floor / "unfitting.csv"), [*RESPONSE, "item"]) == rows(golden("unfitting"), [*RESPONSE, "item"])
    assert rows(built(floor / "unmapped.csv"), ["source", "item", "n"]) == rows(
        golden("unmapped"), ["source", "item", "n"]
    )


def test_links_know_each_person_again(toy_results: Path):
    found = built(toy_results / "3_matched" / "learners" / "links.parquet")
    wanted = golden("links")
    assert rows(found, [*RESPONSE, "module", "state"]) == rows(wanted, [*RESPONSE, "module", "state"])
    both = found.merge(wanted, on=RESPONSE, validate="one_to_one")
    known = both[both["learner"] != ""]
    assert (both.loc[both["learner"] == "", "person"] == "").all()
    # One person number for one learner, and one learner for one person number.
    assert known.groupby("learner")["person"].nunique().eq(1).all()
    assert known.groupby("person")["learner"].nunique().eq(1).all()


def test_pairs_and_the_unmatched(toy_results: Path):
    floor = toy_results / "3_matched" / "learners"
    ends = ["module", "wave_from", "wave_to", "source_from", "line_from", "source_to", "line_to"]
    assert rows(built(floor / "pairs.parquet"), ends) == rows(golden("pairs"), ends)
    three = [*RESPONSE, "wave_from", "wave_to", "state"]
    assert rows(built(floor / "unmatched.parquet"), three) == rows(golden("unmatched"), three)


def test_some_cells_are_withheld_and_some_are_not(toy_results: Path):
    released = built(toy_results / "7_release" / "comparisons.csv").set_index("row_id")
    primary = released.loc["primary.confidence.all.all.mean_change"]
    small = released.loc["by_module.confidence.module.shared-planning.mean_change"]
    other = released.loc["by_module.confidence.module.listening-well.mean_change"]
    assert primary["n"] == "20" and float(primary["estimate"]) == 1
    assert small["n"] == "[c]" and small["estimate"] == "[c]"
    assert other["n"] == "[w]"  # 20 less 16 would tell the 4


def test_no_answer_reaches_the_page_alive(toy_results: Path):
    page = (toy_results / "9_report" / "report.html").read_text(encoding="utf-8")
    assert "alert('x')" not in page and "HYPERLINK" not in page


def test_no_identifier_above_floor_2(toy_results: Path):
    keys = {row["learner"] for row in csv.DictReader((GOLDEN / "links.csv").open(encoding="utf-8")) if row["learner"]}
    for path in sorted((toy_results / "3_matched").rglob("*.parquet")) + sorted(
        (toy_results / "6_statistics").glob("*.csv")
    ):
        cells = {str(cell).strip().lower() for column in built(path).to_numpy().T for cell in column}
        assert not cells & keys, path.name
