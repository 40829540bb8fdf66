"""How many were linked, how surely, and changes under other ways of linking: by hand and by published numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from by_hand import about_table, floor_of, response_table, scale
from prepost.disclosure import disclose
from prepost.linkage.by_chance import chance_links, key_chances, same_by_chance
from prepost.linkage.changes import changes_table
from prepost.linkage.counts import Linking, linked_table
from prepost.linkage.rates import WARNING, linkage_table
from prepost.linkage.samples import ways_of
from prepost.linkage.sure import BY_CHANCE, BY_WEIGHTS, UNKNOWN, how_sure
from prepost.schemas import SCHEMAS
from prepost.study import Comparison, Statistics
from prepost.study_secondary import Linkage
from prepost.tables import check

PRIMARY = Comparison(name="primary", label="x", role="primary", wave_from="pre", wave_to="post", outcomes=["use"])
OUTCOMES = [scale("use", ["u1"])]
PLAN = Linkage(thresholds=[0.9, 0.5])
STATISTICS = Statistics(ci_level=0.95, resamples=200)
NOTHING = pd.DataFrame(columns=list(SCHEMAS["linkage_quality"].columns))


# Chance --------------------------------------------------------------------------------------------------------------
def test_the_four_element_key_of_the_literature():
    # initial (1/15), day (1/30.4), digit (1/10), town (1/14), 5,000 by 3,000 people; and with the month (1/12)
    elements = [1 / 15, 1 / 30.4, 1 / 10, 1 / 14]
    assert chance_links(5000, 3000, elements) == pytest.approx(235, abs=0.5)
    assert chance_links(5000, 3000, [*elements, 1 / 12]) == pytest.approx(19.6, abs=0.05)


def test_the_chance_to_write_the_same_is_that_of_two_different_people():
    assert same_by_chance(pd.Series(["a", "a", "b", "b", None])) == pytest.approx(4 / 12)
    assert same_by_chance(pd.Series(["a", "b", "c"])) == 0
    assert np.isnan(same_by_chance(pd.Series(["a", None])))


def test_planted_frequencies_give_as_many_chance_links_as_are_there():
    rng = np.random.default_rng(5)
    first, later = (pd.DataFrame({"a": rng.integers(0, 12, n), "b": rng.integers(0, 30, n)}) for n in (3000, 2000))
    there = len(first.merge(later, on=["a", "b"]))  # none of them is the same person
    chances = [same_by_chance(first[name].astype("string")) for name in ("a", "b")]
    assert chance_links(3000, 2000, chances) == pytest.approx(there, rel=0.02)


# A floor by hand -----------------------------------------------------------------------------------------------------
def linking(pre: list[tuple], post: list[tuple], more: list[dict] | None = None, quality=NOTHING) -> Linking:
    """Rows of key, role and answer before, of key and answer after; `more` are candidates beside the exact pairs."""
    rows = [{"wave": "pre", "key": key, "module": "M", "role": role, "u1": u} for key, role, u in pre]
    rows += [{"wave": "post", "key": key, "module": "M", "role": None, "u1": u} for key, u in post]
    responses = response_table(rows, text=("role",))
    floor = floor_of(responses, about_table([]), OUTCOMES)
    found = exact_candidates(floor.pairs)
    if more:
        shared = {"wave_from": "pre", "wave_to": "post", "module": "M", "stage": "tolerant", "decision": "accepted"}
        shared |= {"source_from": "pre_file", "source_to": "post_file", "why": "alike", "evidence": "key: one edit"}
        rest = [{**shared, "pair_id": f"t{place}", **row} for place, row in enumerate(more)]
        parts = [check(frame, "candidates", "x") for frame in (found, pd.DataFrame(rest)[list(found.columns)])]
        found = pd.concat(parts, ignore_index=True)
    keys = key_chances(floor.responses, floor.links, ["key"], ["trim"], ["pre", "post"])
    return Linking(floor, check(found, "candidates", "x"), check(quality, "linkage_quality", "x"), keys)


def exact_candidates(pairs: pd.DataFrame) -> pd.DataFrame:
    """The pairs of exact keys as candidates that nothing weighs."""
    found = pairs[["source_from", "line_from", "wave_from", "source_to", "line_to", "wave_to", "module"]].copy()
    found["pair_id"] = [f"e{place}" for place in range(len(found))]
    found["stage"], found["decision"], found["why"] = "exact", "accepted", "the keys agree"
    return found.reindex(columns=list(SCHEMAS["candidates"].columns))


def small() -> Linking:
    """Six before (one without a key), four after (one without a key); two exact pairs, and two that are alike."""
    pre = [("k1", "a", 1), ("k2", "a", 2), ("k3", "b", 3), ("k4", "b", 4), ("k5", "b", 5), (None, "b", 1)]
    post = [("k1", 3), ("k2", 3), ("k3x", 5), (None, 4)]
    alike = [
        {"line_from": 4, "line_to": 10, "weight": 9.0, "probability": 0.95},
        {"line_from": 7, "line_to": 11, "weight": 4.0, "probability": 0.6},
    ]
    return linking(pre, post, alike)


def count(table: pd.DataFrame, measure: str, variable: str = "all", category: str = "all") -> int:
    (n,) = table.set_index(["measure", "variable", "category"]).loc[[(measure, variable, category)], "n"]
    return n


def test_counts_of_links_by_hand():
    table = check(linked_table(small(), PRIMARY, PLAN, ["module", "role"]), "linked", "x")
    names = ["exact", "tolerant_0.9", "tolerant_0.5"]
    assert [count(table, "pairs", "procedure", name) for name in names] == [2, 3, 4]
    assert [count(table, "step", "procedure", name) for name in names[1:]] == [1, 1]
    assert count(table, "added") == 1 == count(table, "added", "role", "b")
    assert count(table, "no_key") == 1 == count(table, "no_key", "role", "b")
    assert count(table, "no_key_later") == 1


def test_rates_by_hand():
    table = check(linkage_table(small(), PRIMARY, PLAN, ["role"], STATISTICS, 1), "linkage", "x")
    rows = table.set_index(["estimate_name", "group"])
    first = rows.loc[("linked_of_first", "all")]
    assert (first["estimate"], first["n"]) == (2 / 5, 5)
    # Wilson, 2 of 5: R prop.test(2, 5, correct = FALSE)$conf.int
    assert (first["ci_low"], first["ci_high"]) == pytest.approx((0.1176208, 0.7692757), abs=1e-6)
    assert rows.loc[("linked_of_first", "a"), "estimate"] == 1 and rows.loc[("linked_of_first", "b"), "estimate"] == 0
    later = rows.loc[("linked_of_later", "all")]
    assert (later["estimate"], later["n"]) == (2 / 4, 4)
    assert rows.loc[("false_share", "exact"), "note"] == UNKNOWN
    # (1 - .95) and (1 - .6) of four; the two exact pairs, which nothing weighs, are taken for right
    assert rows.loc[("false_share", "tolerant_0.5"), "estimate"] == pytest.approx(0.45 / 4)
    assert np.isnan(rows.loc[("chance_links", "all"), "estimate"])  # one item is no product


def test_a_made_up_key_of_few_values_is_warned_of():
    rng = np.random.default_rng(1)
    pre = [(f"k{n}", "a", 1) for n in range(40)]
    made = linking(pre, [(f"k{n}", 2) for n in range(40)])
    two = pd.concat([made.keys.assign(item="letter"), made.keys.assign(item="day")], ignore_index=True)
    two["chance_same"] = 1 / 12
    table = linkage_table(made._replace(keys=two), PRIMARY, PLAN, [], STATISTICS, int(rng.integers(9)))
    rows = table.set_index(["estimate_name", "group"])
    assert rows.loc[("chance_links", "all"), "estimate"] == pytest.approx(40 * 40 / 144)
    assert rows.loc[("chance_links_in_module", "all"), "note"] == WARNING
    assert rows.loc[("false_share", "exact"), "estimate"] == pytest.approx(40 / 144)
    assert rows.loc[("false_share", "exact"), "note"] == BY_CHANCE


# How sure ------------------------------------------------------------------------------------------------------------
def test_the_models_own_estimate_stands_first():
    quality = pd.DataFrame(
        {"wave_from": "pre", "wave_to": "post", "procedure": "tolerant", "threshold": 0.9}
        | {"measure": ["precision", "recall"], "estimate": [0.97, 0.8], "ci_low": [0.95, 0.7], "ci_high": [0.99, 0.9]}
    ).assign(ci_level=0.95, note=None)
    pairs = pd.DataFrame({"probability": [0.9, 0.8]})
    found = how_sure(pairs, quality, "tolerant", 0.9, np.nan, level=0.95, seed=1)
    assert found.false_share == pytest.approx((0.03, 0.01, 0.05)) and found.recall == (0.8, 0.7, 0.9)
    other = how_sure(pairs, quality, "tolerant", 0.5, np.nan, level=0.95, seed=1)
    assert other.note == BY_WEIGHTS and other.false_share[0] == pytest.approx(0.15)
    assert other.false_share[1] <= 0.15 <= other.false_share[2]
    nobody = how_sure(pairs.assign(probability=np.nan), quality, "exact", None, np.nan, level=0.95, seed=1)
    assert nobody.note == UNKNOWN and np.isnan(nobody.false_share[0])


def test_the_share_of_false_links_from_weights_covers_what_was_drawn():
    rng = np.random.default_rng(2)
    chance = rng.beta(30, 2, 800)
    inside = 0
    for seed in range(20):
        wrong = float((rng.random(800) > chance).mean())
        _, low, high = how_sure(
            pd.DataFrame({"probability": chance}),
            NOTHING.astype({"threshold": float}),
            "tolerant",
            0.5,
            np.nan,
            level=0.95,
            seed=seed,
        ).false_share
        inside += low <= wrong <= high
    assert inside >= 17


# Changes -------------------------------------------------------------------------------------------------------------
def test_changes_under_each_way_of_linking_by_hand():
    table = check(changes_table(small(), OUTCOMES, [], PRIMARY, PLAN, STATISTICS, 1), "linkage_changes", "x")
    mean = table[table["estimate_name"] == "mean_change"].set_index("group")
    assert mean["estimate"].to_dict() == pytest.approx(
        # (3-1), (3-2); + (5-3); + (4-1): the last two have no key and still their scores
        {"exact": 1.5, "tolerant_0.9": 5 / 3, "tolerant_0.5": 2.0}
    )
    assert mean["n"].tolist() == [2, 3, 4]
    assert (table["role"] == "sensitivity").all()


def test_without_other_candidates_there_is_one_way_of_linking():
    made = linking([("k1", "a", 1), ("k2", "a", 2)], [("k1", 3)])
    assert list(ways_of(made.candidates, [0.9])) == ["exact"]
    table = linked_table(made, PRIMARY, PLAN, [])
    assert set(table["measure"]) == {"pairs", "no_key", "no_key_later"}
    assert linked_table(made, None, PLAN, []).empty and linkage_table(made, None, PLAN, [], STATISTICS, 1).empty


def test_near_keys_that_no_model_weighs_stand_beside_the_exact_ones_as_if_reviewed():
    pre, post = [("k1", "a", 1), ("k2", "a", 2), ("k3", "a", 2)], [("k1", 3), ("k2x", 5), ("k3x", 5), ("k3y", 5)]
    waits = {"weight": None, "probability": None, "decision": "review"}
    alike = [{"line_from": a, "line_to": b, **waits} for a, b in ((3, 6), (4, 7), (4, 8))]
    made = linking(pre, post, alike)
    table = linked_table(made, PRIMARY, PLAN, ["role"])
    # k3 is near to two, and neither is guessed
    assert (count(table, "pairs", "procedure", "near"), count(table, "step", "procedure", "near")) == (2, 1)
    assert count(table, "added", "role", "a") == 1
    changes = changes_table(made, OUTCOMES, [], PRIMARY, PLAN, STATISTICS, 1)
    mean = changes[changes["estimate_name"] == "mean_change"].set_index("group")["estimate"]
    assert mean.to_dict() == {"exact": 2.0, "near": 2.5}
    rates = linkage_table(made, PRIMARY, PLAN, [], STATISTICS, 1).set_index(["estimate_name", "group"])
    assert rates.loc[("false_share", "near"), "note"] == UNKNOWN


# The wall ------------------------------------------------------------------------------------------------------------
def test_a_small_step_is_told_by_no_difference_and_variants_lose_their_bases():
    def pairs(names: dict[str, int], steps: dict[str, int]) -> pd.DataFrame:
        rows = [("pairs", name, n) for name, n in names.items()] + [("step", name, n) for name, n in steps.items()]
        frame = pd.DataFrame(rows, columns=["measure", "category", "n"])
        ids = frame["measure"] + "." + frame["category"]
        frame = frame.assign(row_id=ids, strand="learners", comparison="primary", variable="procedure", n_unit="pairs")
        return check(frame[list(SCHEMAS["linked"].columns)], "linked", "x")

    table = pairs({"exact": 400, "tolerant_0.9": 440, "tolerant_0.5": 443}, {"tolerant_0.9": 40, "tolerant_0.5": 3})
    shown = disclose({"linked": table}, threshold=10)[0]["linked"].set_index("row_id")["n"]
    assert shown["step.tolerant_0.5"] == "[c]"
    assert "[w]" in (shown["pairs.tolerant_0.9"], shown["pairs.tolerant_0.5"])
    changes = changes_table(small(), OUTCOMES, [], PRIMARY, PLAN, STATISTICS, 1)
    released = disclose({"linkage_changes": check(changes, "linkage_changes", "x")}, threshold=2)[0]
    assert set(released["linkage_changes"]["n"]) == {"[x]"}


def test_few_responses_without_a_key_are_not_released_and_cost_no_count_of_people():
    pre = [(f"k{n}", "a", 1) for n in range(40)] + [(None, "a", 1)] * 3
    made = linking(pre, [(f"k{n}", 2) for n in range(30)] + [(f"x{n}", 2) for n in range(3)])
    tables = {
        "linked": check(linked_table(made, PRIMARY, PLAN, ["role"]), "linked", "x"),
        "linkage": check(linkage_table(made, PRIMARY, PLAN, ["role"], STATISTICS, 1), "linkage", "x"),
    }
    released, withheld = disclose(tables, threshold=10)
    shown = released["linked"].set_index(["measure", "variable", "category"])["n"]
    assert shown["no_key", "all", "all"] == "[x]" and shown["pairs", "procedure", "exact"] == "30"
    assert withheld.loc[withheld["row_id"] == "no_key.all.all", "reason"].str.contains("could not be linked").all()
    rates = released["linkage"].set_index(["estimate_name", "group"])["estimate"]
    assert rates["linked_of_later", "all"] == "[c]"  # with its base it would tell the three that are not linked
    assert float(rates["linked_of_first", "all"]) == pytest.approx(0.75)


def test_where_no_share_of_false_links_is_known_shares_are_supposed():
    rng = np.random.default_rng(4)
    before = rng.integers(1, 6, 60)
    made = linking(
        [(f"k{n}", "a", int(before[n])) for n in range(60)],
        [(f"k{n}", int(np.clip(before[n] + rng.integers(-1, 3), 1, 5))) for n in range(60)],
    )
    table = check(changes_table(made, OUTCOMES, [], PRIMARY, PLAN, STATISTICS, 1), "linkage_changes", "x")
    rows = table.set_index(["group_by", "group", "estimate_name"])["estimate"]
    observed = rows["procedure", "exact", "correlation"]
    assert np.isnan(rows["procedure", "exact", "correlation_corrected"])
    # one module, so strangers have nothing in common: r / (1 - q)
    assert rows["if_false", "0.1", "correlation_corrected"] == pytest.approx(observed / 0.9)
    assert rows["if_false", "0.05", "correlation_corrected"] == pytest.approx(observed / 0.95)
    assert set(table.loc[table["group_by"] == "if_false", "group"]) == {"0.01", "0.05", "0.1"}
