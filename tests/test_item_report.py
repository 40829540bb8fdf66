"""What the report says of single questions: which moved most, what is withheld, and groups that are too small."""

from __future__ import annotations

from pathlib import Path

import pytest
import released_example as example
from prepost.comparing import row_id
from prepost.facts import Facts, facts_of
from prepost.figures.items import answers_that_agree
from prepost.report import item_tables, item_words
from prepost.report.messages import Words
from prepost.study_loading import load
from prepost.study_secondary import Items

ROOT = Path(__file__).resolve().parents[1]
CONFIG = load(ROOT / "config").settings
SHARES = {"understanding_1": (0.50, 0.80), "understanding_2": (0.60, 0.84), "confidence_1": (0.70, 0.755)}


def row(item: str, name: str, *, group=("all", "all"), n: int = 400, **numbers) -> dict:
    address = row_id("primary", item, *group, name)
    common = {"comparison": "primary", "outcome": item, "group_by": group[0], "group": group[1]}
    return {**common, "row_id": address, "estimate_name": name, "n": n, "n_unit": "pairs", **numbers}


def rows(p_module: float | None = 0.4) -> list[dict]:
    found = []
    for item, (before, after) in SHARES.items():
        found.append(row(item, "latent_change", estimate=0.8, ci_low=0.7, ci_high=0.9, p=0.0001, p_adjusted=0.0002))
        for name, value in {"before": before, "after": after, "change": after - before}.items():
            ends = {"estimate": value, "ci_low": value - 0.04, "ci_high": value + 0.04}
            found.append(row(item, f"agree_{name}", statistic_name="answers from 4 upwards", **ends))
        p = p_module if item == "understanding_2" else p_module and 0.9
        found.append(row(item, "interaction_module", **({} if p is None else {"p": p, "p_adjusted": p})))
    return found


def words(given: list[dict], threshold: int = 10) -> Words:
    tables = {"items": example.release(given, "items", threshold)}
    facts = Facts(facts_of(tables, threshold=10))
    secondary = CONFIG.secondary.model_copy(update={"items": Items(by=["module"], top=2)})
    settings = CONFIG.model_copy(update={"secondary": secondary})

    def show(key: str, text: str | None = None) -> str:
        return text or facts[key].text

    return Words(settings, list(example.setting().items.values()), facts, tables, show)


def test_the_question_that_moved_most_and_the_one_that_moved_least():
    said = item_words.single_questions(words(rows()))
    most, least = said.index("changed the most: 50.0% before"), said.index("changed the least: 70.0% before")
    assert most < least and "80.0% straight after the module" in said
    assert "“Agree” or “Strongly agree”" in said and "self-rated" in said
    assert "26.0 points to 34.0 points" in said  # .30 less and more .04
    assert "no question's change differs" in said and "does not show that the groups changed alike" in said


def test_a_question_whose_change_differs_is_named_and_untested_ones_are_told():
    differing = item_words.single_questions(words(rows(0.01)))
    wording = example.setting().items["understanding_2"].wording
    assert f"differs more than chance would give on “{wording[:40]}" in differing
    assert "cannot be said: too few groups are large enough" in item_words.single_questions(words(rows(None)))


def test_all_withheld_and_nothing_to_say():
    hidden = item_words.single_questions(words(rows(), threshold=10**6))
    assert "All shares who agree are withheld" in hidden and "%" not in hidden
    assert item_words.single_questions(words([])) == item_words.NONE


def test_groups_too_small_unstated_and_withheld():
    change = {"estimate": 0.2, "ci_low": 0.1, "ci_high": 0.3}
    groups = [
        row("understanding_1", "agree_change", group=("module", "Core Skills"), n=200, **change),
        row("understanding_1", "agree_change", group=("module", "Remote"), n=20),
        row("understanding_1", "agree_change", group=("module", "not stated"), n=30),
        row("understanding_1", "agree_change", group=("module", "Tiny"), n=4, **change),
    ]
    shown = item_tables.item_groups(words(rows() + groups))
    assert list(shown.iloc[:, 4]) == ["20.0 points (10.0 to 30.0)", "too few to say", "–", "withheld"]
    assert list(shown["Pairs"]) == ["200", "20", "30", "fewer than 10"]


def test_shares_by_answer_are_percentages_under_their_labels():
    share = {"estimate": 0.3, "ci_low": 0.25, "ci_high": 0.352}
    given = rows() + [row("understanding_1", "share_before_4", **share)]
    shown = item_tables.item_shares(words(given))
    assert shown.loc[0, "4 Agree"] == "30.0% (25.0 to 35.2)" and shown.loc[0, "5 Strongly agree"] == "–"
    assert list(shown["Asked"][:2]) == ["Before", "After"]


def test_tests_are_in_columns():
    shown = item_tables.item_tests(words(rows()))
    assert shown.loc[0, "Latent change (95% CI)"] == "0.80 (0.70 to 0.90)"
    assert shown.loc[0, "p: change"] == "<.001" and shown.loc[1, "p: change differs by module"] == ".400"


@pytest.mark.parametrize(("names", "said"), [(["understanding_1"], "“Agree” or “Strongly agree”"),
                                             (["understanding_3"], "one of the highest answers")])  # fmt: skip
def test_which_answers_agree(names, said):
    assert answers_that_agree(names, "answers from 4 upwards", example.setting().items) == said
    assert answers_that_agree(names, "[w]", example.setting().items) == "one of the highest answers"
