"""Weighing, choosing and refusing pairs: each part against arithmetic, enumeration or planted truth."""

from __future__ import annotations

import re
from itertools import combinations, permutations, product

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from linkage_study import BUILT, PLAN, WHOLE, Setting, hold, responses_of, settings_of
from prepost.errors import StudyError
from prepost.linkage import tolerant
from prepost.linkage.blocking import MODULE, SHORTER, chance_blocked, check_rules, compared_pairs, with_shorter
from prepost.linkage.chances import marginals, prior_odds
from prepost.linkage.elements import columns_of, levels_of
from prepost.linkage.model import Model, Seen, fit, log_ratios, unidentified, weights_of
from prepost.linkage.one_to_one import CHOSEN, NOT_BEST, TIE, assign
from prepost.linkage.persons import consistent
from prepost.linkage.procedures import pairs_by, with_tolerant
from prepost.linkage.review_sheet import read_returned
from prepost.linkage.stage import link
from prepost.linkage.tolerant import side_of, weigh
from prepost.linkage.weigh import Weigher, database
from prepost.matching import match
from prepost.normalising import normalise
from prepost.report.methods import EVENING_OUT, SEVERAL
from prepost.simulation.codes import cohort, read_codes_plan
from prepost.study_linkage import Element, Matching, Person, Tolerant
from prepost.study_loading import load
from prepost.tables import check
from pydantic import ValidationError

TOLERANT = {
    "use": True,
    "accept": 0.99,
    "review": 0.5,
    "without_review": "refuse",
    "most_pairs": 10_000_000,
    "blocking": [],
    "memory": "500MB",
}
SMALL = Setting("small", None, 500, 0.99)


# How identifiers are written -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("written", "rules", "expected"),
    [
        ("122o", ["confusables"], normalise(pd.Series(["1220"]), ["confusables"])[0]),
        ("Il1|", ["confusables"], "llll"),
        ("Jo.Smith+nhs@X.uk", ["lower", "plus_tags"], "jo.smith@x.uk"),
        ("a+b", ["plus_tags"], "a+b"),  # no address
        ("0071", ["leading_zeros"], "71"),
        ("0", ["leading_zeros"], "0"),
    ],
)
def test_how_something_is_written_is_evened_out(written, rules, expected) -> None:
    assert normalise(pd.Series([written]), rules)[0] == expected


def test_a_number_and_the_text_of_it_are_one_code() -> None:
    element = Element(item="code")
    numbers = columns_of(element, pd.Series([12.0, np.nan]), [])["code"]
    texts = columns_of(element, pd.Series(["12", None], dtype="string"), [])["code"]
    assert numbers.tolist()[0] == texts.tolist()[0] == "12"
    assert numbers.isna()[1] and texts.isna()[1]


@pytest.mark.parametrize(
    ("element", "one", "other", "level"),
    [
        (Element(item="x", comparison="edit_distance", thresholds=[1, 2]), "abcd", "abdc", "one edit"),
        (Element(item="x", comparison="edit_distance", thresholds=[1, 2]), "abcd", "abxy", "2 edits"),
        (Element(item="x", comparison="edit_distance"), "abcd", "wxyz", "different"),
        (Element(item="x"), "a", "b", "different"),
        (Element(item="x"), "a", None, "blank"),
        (Element(item="x", comparison="date_parts"), "1980-03-04", "1980-04-03", "day and month exchanged"),
        (Element(item="x", comparison="date_parts"), "1980-03-04", "1981-03-04", "two of day, month and year"),
        (Element(item="x", comparison="date_parts"), "1980-03-04", "4 March", "blank"),
        (Element(item="x", comparison="token"), "Ann Lee", "lee ANN", "same"),
        (Element(item="x", comparison="token"), "ann lee", "ann leo", "one edit"),
        (Element(item="x", comparison="token"), "ann", "ann mary lee", "one within the other"),
        (Element(item="x", comparison="token"), "ann mary lee", "ann mary fox", "50% of the words"),
    ],
)
def test_comparisons_find_their_level(element, one, other, level) -> None:
    sides = []
    for text in (one, other):
        frame = pd.DataFrame(columns_of(element, pd.Series([text], dtype="string"), ["lower"]))
        sides.append(frame.assign(_id=0, _module="", _day=pd.NaT))
    with database(None, "200MB") as connection:
        found = Weigher(connection, *sides, [element], [[]]).counted(1)[0]
    assert [*levels_of(element), "blank"][found[0, 0]] == level


@pytest.mark.parametrize(
    "wrong",
    [
        {"comparison": "exact", "thresholds": [1]},
        {"comparison": "edit_distance", "thresholds": [2, 1]},
        {"comparison": "edit_distance", "thresholds": [0.5]},
        {"comparison": "token", "thresholds": [0.5, 0.8]},
    ],
)
def test_thresholds_that_make_no_sense_are_refused(wrong) -> None:
    with pytest.raises(ValidationError):
        Element(item="x", **wrong)


def test_review_cannot_lie_above_accept() -> None:
    with pytest.raises(ValidationError, match="review is 0.9"):
        Tolerant(**TOLERANT | {"accept": 0.8, "review": 0.9})


# One to one ----------------------------------------------------------------------------------------------------------
def _every_best(cells, gain):
    """By enumeration: which cells are in every best assignment, and which in some."""
    best, found = -1.0, []
    for size in range(len(cells) + 1):
        for some in combinations(range(len(cells)), size):
            if len({cells[s][0] for s in some}) == len({cells[s][1] for s in some}) == size:
                value = sum(gain[s] for s in some)
                if value > best + 1e-9:
                    best, found = value, [set(some)]
                elif abs(value - best) <= 1e-9:
                    found.append(set(some))
    every = [all(s in one for one in found) for s in range(len(cells))]
    return [CHOSEN if e else TIE if any(s in one for one in found) else NOT_BEST for s, e in enumerate(every)]


GRAPHS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(1, 3)), max_size=8, unique_by=lambda cell: cell[:2]
)


@settings(max_examples=150, deadline=None)
@given(GRAPHS)
def test_the_assignment_is_the_best_and_what_is_not_unique_is_a_tie(cells) -> None:
    left, right, gain = (np.array([cell[at] for cell in cells], dtype=float) for at in range(3))
    assert assign(left, right, gain).tolist() == _every_best(cells, gain)


@settings(max_examples=60, deadline=None)
@given(GRAPHS, st.randoms())
def test_the_assignment_does_not_depend_on_the_order(cells, random) -> None:
    shuffled = cells.copy()
    random.shuffle(shuffled)
    found = []
    for order in (cells, shuffled):
        columns = [np.array([cell[at] for cell in order], dtype=float) for at in range(3)]
        found.append(dict(zip([cell[:2] for cell in order], assign(*columns), strict=True)))
    assert found[0] == found[1]


def test_a_crowd_that_nothing_tells_apart_is_listed_and_not_solved() -> None:
    left, right = (np.repeat(np.arange(600), 2), np.r_[np.repeat(np.arange(600), 2)[1:], 0])
    assert set(assign(left, right, np.ones(1200))) == {TIE}


# Chances -------------------------------------------------------------------------------------------------------------
def test_chances_are_those_of_all_matchings_where_candidates_form_no_cycle() -> None:
    """A path a1-b1-a2-b2-a3: every matching is listed, its odds are the product of its pairs'."""
    cells, odds = [(0, 0), (1, 0), (1, 1), (2, 1)], np.array([3.0, 0.5, 8.0, 2.0])
    total, each = 0.0, np.zeros(4)
    for size in range(5):
        for some in combinations(range(4), size):
            if len({cells[s][0] for s in some}) == len({cells[s][1] for s in some}) == size:
                value = np.prod(odds[list(some)])
                total += value
                each[list(some)] += value
    found = marginals(np.array([c[0] for c in cells]), np.array([c[1] for c in cells]), odds)
    np.testing.assert_allclose(found, each / total, rtol=1e-6)


def test_two_alike_candidates_share_the_chance() -> None:
    found = marginals(np.array([0, 0]), np.array([0, 1]), np.array([1e4, 1e4]))
    np.testing.assert_allclose(found, [1e4 / 20001] * 2, rtol=1e-6)


def test_prior_odds_are_those_of_a_pair_among_the_free() -> None:
    assert prior_odds(50, 100 * 200, 100, 200) == pytest.approx(50 / 20000 / (0.5 * 0.75))


# The model -----------------------------------------------------------------------------------------------------------
def _seen(m: list[float], u: list[float], links: int, pairs: int, rules: list[list[int]]) -> Seen:
    """Expected counts of every pattern of two-level elements that the rules compare."""
    n = len(m)
    patterns = np.array([[mask >> at & 1 for at in range(n)] for mask in range(2**n)])
    m, u = np.array(m), np.array(u)
    of = [np.prod(np.where(patterns == 0, chance, 1 - chance), axis=1) for chance in (m, u)]
    counts = links * of[0] + (pairs - links) * of[1]
    keep = np.array([any(all(row[at] == 0 for at in rule) for rule in rules) for row in patterns])
    share = links / pairs
    chance = [np.array([f, 1 - f]) for f in share * m + (1 - share) * u]
    cells = pd.DataFrame({"pattern": [0], "group_left": [0], "group_right": [0], "n": [1]})
    return Seen(patterns[keep], counts[keep], pairs, rules, chance, np.ones(n), pairs**0.5, cells)


@pytest.mark.parametrize("rules", [[[]], [[0], [1]], [[0, 1], [2], [3]]])
def test_the_model_is_found_again_whichever_pairs_were_compared(rules) -> None:
    """From exact expected counts the planted chances come back, blocked or not."""
    m, u = [0.95, 0.9, 0.85, 0.8, 0.9], [0.05, 0.1, 0.02, 0.2, 0.01]
    found = fit(_seen(m, u, 600, 1_000_000, rules), steps=3000, tolerance=1e-11)
    np.testing.assert_allclose([each[0] for each in found.m], m, atol=2e-3)
    np.testing.assert_allclose([each[0] for each in found.u], u, atol=1e-4)
    assert found.links == pytest.approx(600, rel=4e-3)


def test_weights_are_the_log_of_the_ratio_and_a_blank_weighs_nothing() -> None:
    model = Model([np.array([0.9, 0.1])] * 2, [np.array([0.1, 0.9])] * 2, 10, 1)
    assert weights_of(model)[0].tolist() == [3.169925, -3.169925]  # log2 9
    np.testing.assert_allclose(log_ratios(np.array([[0, -1], [1, 0]]), model), [np.log(9), 0], atol=1e-12)


def test_chance_of_being_compared_is_that_of_any_rule() -> None:
    same = np.array([0.5, 0.4, 0.2])
    by_hand = 1 - (1 - 0.5) * (1 - 0.4 * 0.2)  # the two rules share no element
    assert chance_blocked(same, [[0], [1, 2]]) == pytest.approx(by_hand)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"chance": [np.array([1.0, 0.0])] * 3 + [np.array([0.1, 0.9])] * 2}, "2 elements vary"),
        ({"counts": np.zeros(32)}, "no two responses"),
        ({"most": 0.001}, "agree in every element"),
    ],
)
def test_a_model_that_cannot_be_identified_is_refused_with_the_reason(change, why) -> None:
    seen = _seen([0.9] * 5, [0.1] * 5, 100, 100_000, [[]])
    assert unidentified(seen, list("abcde")) is None
    assert why in unidentified(seen._replace(**change), list("abcde"))


def test_splink_weighs_as_the_model_says() -> None:
    plan = read_codes_plan(PLAN)
    person, matching = settings_of(plan, SMALL)
    frame = responses_of(cohort(plan.model_copy(update={"people": 200}), 1), person.key)
    sides = [side_of(frame[frame["wave"] == wave], person) for wave in ("pre", "post")]
    found = weigh(*sides, set(), set(), person, matching.tolerant, ("pre", "post"))
    names = [element.item for element in person.elements]
    each = [
        np.append(weight, 0)[found.candidates[n].astype(int)]
        for weight, n in zip(weights_of(found.model), names, strict=True)
    ]
    assert len(found.candidates) > 50
    np.testing.assert_allclose(found.candidates["weight"], np.sum(each, axis=0), atol=1e-5)


# The whole stage -----------------------------------------------------------------------------------------------------
def test_wrong_codes_are_found_again_where_exact_keys_lose_most() -> None:
    """A small cohort; docs/linkage.md keeps twenty large ones."""
    held = hold(read_codes_plan(PLAN), SMALL, 201)
    assert held.exact / held.there < 0.5
    assert held.recall >= 0.9
    assert held.precision >= 0.99
    assert held.covered()


def test_the_estimated_precision_covers_the_truth_where_links_are_often_false() -> None:
    setting = BUILT[1]._replace(people=1200)
    held = hold(read_codes_plan(PLAN), setting, 202)
    assert held.right < held.linked
    assert held.covered()


@pytest.fixture(scope="module")
def small():
    """Responses, exact pairs, person and matching of a cohort of four elements, so that there are rivals and ties."""
    plan = read_codes_plan(PLAN)
    person, matching = settings_of(plan, BUILT[1])
    frame = responses_of(cohort(plan.model_copy(update={"people": 350}), 7), person.key).drop(columns="person_truth")
    return frame, person, matching, *_linked(frame, person, matching)


def _linked(frame, person, matching):
    exact = match(frame, frame.iloc[:0], key=person.key, rules=person.normalise, waves=["pre", "post"], several="none")
    asked = {"person": person, "matching": matching, "waves": ["pre", "post"], "returned": read_returned([])}
    return exact, link(frame, exact.links, exact.pairs, **asked, level=0.95, seed=1)


def test_nothing_depends_on_the_order_of_the_rows_and_nobody_is_linked_twice(small) -> None:
    frame, person, matching, _, found = small
    first, other = (
        _linked(rows, person, matching)[1]
        for rows in (frame, frame.sample(frac=1, random_state=3).reset_index(drop=True))
    )
    for name in ("candidates", "model", "quality"):
        pd.testing.assert_frame_equal(getattr(first, name), getattr(other, name))
    check(first.candidates, "candidates", "candidates")
    check(first.model, "linkage_model", "model")
    check(first.quality, "linkage_quality", "quality")
    for threshold in (None, 0.3, 0.9):
        pairs = pairs_by(first.candidates, "tolerant", threshold)
        for side in ("from", "to"):
            assert not pairs.duplicated([f"source_{side}", f"line_{side}"]).any()


def test_lower_thresholds_link_more_and_exact_pairs_stay(small) -> None:
    frame, person, matching, exact, found = small
    sizes = [len(pairs_by(found.candidates, "tolerant", threshold)) for threshold in (0.99, 0.8, 0.3)]
    assert sizes[0] < sizes[1] < sizes[2]
    assert len(pairs_by(found.candidates, "exact")) == len(exact.pairs)
    whole = with_tolerant(exact.pairs, exact.links, found.candidates)
    check(whole, "pairs", "pairs")
    assert set(whole["method"]) == {"exact", "tolerant"}


def test_evidence_names_levels_and_no_answer(small) -> None:
    found = small[-1].candidates
    words = set(found["evidence"].dropna().str.split("; ").explode().str.partition(": ")[2])
    assert words <= {"same", "one edit", "different", "blank"}
    assert found.loc[found["decision"] == "accepted", "evidence"].notna().all()


def test_the_tolerant_headline_makes_one_person_of_a_pair(small) -> None:
    frame, person, matching, exact, found = small
    more = found.candidates.query("decision == 'accepted' and stage != 'exact'")
    how = {"key": person.key, "rules": person.normalise, "waves": ["pre", "post"], "several": "none"}
    merged = match(frame, frame.iloc[:0], **how, joined=more)
    check(merged.pairs, "pairs", "pairs")
    assert len(merged.pairs) == len(exact.pairs) + len(more)
    counts = merged.pairs["method"].value_counts()
    assert counts["exact"] == len(exact.pairs)
    assert merged.pairs.loc[merged.pairs["method"] == "exact", "certainty"].eq(1).all()
    assert not merged.links.query("state == 'used'").duplicated(["person", "module", "wave"]).any()


def test_links_of_three_waves_do_not_contradict_each_other() -> None:
    """a-b and b-c make one person; a-d, with d in the wave of b, would give that person two answers to one survey."""
    links = pd.DataFrame(
        {"source": list("abcd"), "line": 2, "wave": ["pre", "post", "later", "post"], "module": "M", "state": "used"}
    ).assign(person=["P1", "P2", "P3", "P4"])
    rows = [("a", "pre", "b", "post", 0.99), ("b", "post", "c", "later", 0.98), ("d", "post", "c", "later", 0.97)]
    candidates = pd.DataFrame(rows, columns=["source_from", "wave_from", "source_to", "wave_to", "probability"])
    candidates = candidates.assign(line_from=2, line_to=2, stage="tolerant", decision="accepted", why="", module="M")
    candidates["pair_id"] = candidates["source_from"] + candidates["source_to"]
    assert consistent(candidates, links)["decision"].tolist() == ["accepted", "accepted", "refused"]


# Bad input -----------------------------------------------------------------------------------------------------------
def _frame(codes: list, names: list | None = None, waves: tuple = ("pre", "post")) -> pd.DataFrame:
    half = len(codes) // 2
    frame = pd.DataFrame({"code": pd.array(codes, dtype="string")})
    frame["name"] = pd.array(names if names is not None else codes, dtype="string")
    frame["wave"] = pd.array([waves[0]] * half + [waves[1]] * (len(codes) - half), dtype="string")
    frame["source"], frame["line"] = frame["wave"], np.arange(len(frame)) + 2
    frame["module"] = pd.array(["M"] * len(frame), dtype="string")
    return frame.assign(received=pd.Series(pd.NaT, index=frame.index, dtype="datetime64[us]"))


def _stage(frame: pd.DataFrame, person: Person | None = None, most: int | None = 5, **changes):
    person = person or Person(
        key=["code"], normalise=["trim", "lower"], elements=[Element(item="code", comparison="edit_distance")]
    )
    matching = Matching(several_in_wave="last", most_with_one_key=5, headline="exact", tolerant=TOLERANT | changes)
    how = {"key": person.key, "rules": person.normalise, "waves": ["pre", "post"], "several": "last"}
    exact = match(frame, frame.iloc[:0], **how, most_with_one_key=most)
    asked = {"person": person, "matching": matching, "waves": ["pre", "post"], "returned": read_returned([])}
    return exact, link(frame, exact.links, exact.pairs, **asked, level=0.95, seed=1)


def test_all_keys_blank_link_nobody() -> None:
    exact, found = _stage(_frame([None, "", " ", None]))
    assert exact.pairs.empty and found.candidates.empty
    assert set(exact.links["state"]) == {"blank_key"}


def test_a_key_that_half_the_people_share_is_nobodys() -> None:
    codes = [f"p{n}" for n in range(10)] + ["n/a"] * 10
    exact, _ = _stage(_frame(codes + codes))
    assert len(exact.pairs) == 10
    shared = exact.links[exact.links["state"] == "blank_key"]
    assert len(shared) == 20
    assert shared["why"].unique().tolist() == ["more responses give the key than one person can: it names nobody"]


def test_keys_that_occur_in_one_wave_only_give_no_pair_and_no_error() -> None:
    codes = [f"aaaa{n:04d}" for n in range(50)] + [f"zzzz{n:04d}" for n in range(50)]
    exact, found = _stage(_frame(codes))
    assert exact.pairs.empty and found.candidates.empty


def test_two_hundred_thousand_rows_with_one_value_end_in_a_refusal_with_the_number() -> None:
    frame = _frame(["same"] * 200_000)
    with pytest.raises(StudyError, match=r"10,000,000,000 pairs"):
        _stage(frame)
    exact, found = _stage(frame, use=False)
    assert len(exact.pairs) == 0 and found.candidates.empty
    exact, _ = _stage(_frame(["same"] * 20_000), use=False, most=None)
    assert len(exact.pairs) == 1  # one person who answered 10,000 times


def test_a_rule_that_compares_too_many_is_refused_with_the_number_and_others_are_not_blamed() -> None:
    frame = _frame([f"c{n % 50}" for n in range(400)], [f"n{n}" for n in range(400)])
    person = Person(key=["name"], normalise=[], elements=[Element(item="code"), Element(item="name")])
    sides = [side_of(frame[frame["wave"] == wave], person) for wave in ("pre", "post")]
    with pytest.raises(StudyError) as error:
        check_rules(*sides, [["code"], ["name"]], 700, ("pre", "post"))
    assert "the rule code would compare 800 pairs" in str(error.value)
    assert len(error.value.faults) == 1


def test_one_value_in_every_element_is_refused_by_the_model_and_exact_matching_stands() -> None:
    frame = _frame([f"k{n % 30}" for n in range(60)]).assign(a="x", b="y", c="z")
    person = Person(key=["code"], normalise=[], elements=[Element(item=name) for name in ("a", "b", "c")])
    exact, found = _stage(frame, person)
    assert len(exact.pairs) == 30
    refusal = found.model.loc[found.model["level"] == "refused", "note"].item()
    assert "0 elements vary" in refusal and refusal.endswith("exact matching stands")


def test_time_is_a_constraint_and_no_evidence() -> None:
    frame = _frame(["abcd1", "abcd2", "abcd1x", "abcd2x"])
    frame["received"] = pd.to_datetime(["2025-01-01", "2025-03-01", "2025-02-01", "2025-02-02"]).astype(
        "datetime64[us]"
    )
    found = _stage(frame)[1].candidates
    assert found[["line_from", "line_to"]].to_numpy().tolist() == [[2, 4]]  # line 5 answered before line 3 did


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_near_codes_go_to_a_reviewer_where_no_model_can_be_had(order) -> None:
    frame = _frame(["abc123", "zzzz9", "mmmm5", "abc132", "kkkk1", "pppp2"]).iloc[[*order, 3, 4, 5]]
    found = _stage(frame.reset_index(drop=True))[1]
    assert found.candidates["decision"].tolist() == ["review"]
    assert found.sheet["code · before"].tolist() == ["abc123"]
    assert "1 element varies" in found.model["note"].item()


@pytest.mark.parametrize("edits", [1, 2])
def test_what_is_near_shares_a_shorter_text(edits) -> None:
    """Every two texts of up to five letters of two: DuckDB's distance is the oracle."""
    texts = ["".join(letters) for n in range(1, 6) for letters in product("ab", repeat=n)]
    element = Element(item="code", comparison="edit_distance", thresholds=[edits])
    side = with_shorter(pd.DataFrame({"code": texts, MODULE: ""}), element)
    shorter = dict(zip(texts, map(set, side[SHORTER]), strict=True))
    every = "(SELECT unnest($t) AS t)"
    asked = f"SELECT a.t, b.t, damerau_levenshtein(a.t, b.t) FROM {every} a, {every} b"
    rows = duckdb.sql(asked, params={"t": texts}).fetchall()
    near = [(one, other) for one, other, distance in rows if distance <= edits]
    assert len(near) > len(texts)
    assert [pair for pair in near if not shorter[pair[0]] & shorter[pair[1]]] == []
    assert len(near) <= compared_pairs(side, side, [SHORTER])


def test_near_codes_are_those_that_comparing_all_finds(monkeypatch) -> None:
    rng = np.random.default_rng(3)
    codes = ["".join(rng.choice(list("0123"), 5)) for _ in range(160)]
    found = _stage(_frame(codes))[1].candidates
    monkeypatch.setattr(tolerant, "near_rules", lambda elements: [])
    slow = _stage(_frame(codes))[1].candidates
    assert (found["decision"] == "review").sum() > 20
    pd.testing.assert_frame_equal(found, slow)


def test_one_element_is_searched_however_many_people_there_are(monkeypatch) -> None:
    """Comparing all would be refused here."""
    monkeypatch.setitem(TOLERANT, "most_pairs", 60)
    found = _stage(
        _frame([f"code{n:02}{n:02}{n:02}x" for n in range(10)] + [f"code{n:02}{n:02}{n:02}" for n in range(10)])
    )
    assert len(found[1].candidates) == 10


def test_a_key_may_hold_the_module() -> None:
    frame = _frame(["a", "b", "a", "b"])
    elements = [Element(item="code", comparison="edit_distance")]
    person = Person(key=["code", "module"], normalise=["trim"], elements=elements)
    exact, found = _stage(frame, person)
    assert len(exact.pairs) == len(found.candidates) == 2


def test_the_whole_setting_is_the_bundled_one() -> None:
    person, matching = settings_of(read_codes_plan(PLAN), WHOLE)
    study = load(PLAN.parent).settings
    assert study.person == person
    assert study.matching.tolerant.accept == matching.tolerant.accept
    assert study.matching.headline == "tolerant"


def test_the_methods_section_knows_every_setting_of_matching() -> None:
    for model, name, words in ((Person, "normalise", EVENING_OUT), (Matching, "several_in_wave", SEVERAL)):
        allowed = re.findall(r"'(\w+)'", str(model.model_fields[name].annotation))
        assert allowed and set(allowed) <= set(words)
