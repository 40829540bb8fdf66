"""The audit of published claims: the programme's own statements, every rule by hand, and every bad input refused.

Expected numbers are recomputed by hand beside each case.
"""

from __future__ import annotations

from fractions import Fraction

import pytest
from builds import ROOT
from claim_mutants import BEGIN, END, FAULTS, KEPT, SOUND, table
from prepost.claims.audit import audit, verdict_key
from prepost.claims.intervals import ENDLESS, Interval, read_printed
from prepost.claims.rules import CHANGED, NOT_FOLLOWING, REPRODUCES, TRUNCATED, UNCONFIRMED, UNTESTABLE
from prepost.claims.sheet import ClaimRow, ReferenceRow, load_claims, read_claims
from prepost.errors import StudyError
from prepost.formulas import FormulaError, find_circle, read_formula
from prepost.units import UnitError, months, only_renamed, read_unit, said, same

CONFIG = ROOT / "config"


@pytest.fixture(scope="module")
def programme():
    verdicts, summary = audit(*load_claims(CONFIG / "claims.csv", CONFIG / "references.csv"))
    return verdicts.set_index("claim"), summary.set_index("verdict")["estimate"]


def row(claim: str, number: str, unit: str, **fields) -> ClaimRow:
    given = {"claim": claim, "statement": claim, "place": "text", "number": number, "unit": unit}
    return ClaimRow.model_validate(given | fields)


def judged(*rows: ClaimRow, references=()) -> dict[str, tuple[str, str]]:
    verdicts, _ = audit(*read_claims(rows, references))
    return {r["claim"]: (r["verdict"], f"{r['why']} {r['also']}") for r in verdicts.to_dict("records")}


# The programme's statements: the arithmetic that was verified by hand before this audit was written ------------------
@pytest.mark.parametrize(
    ("claim", "verdict", "told"),
    [
        # 47.21 million × 3.29 % = 1,553,209: rounds to 1.6, cut off to 1.5
        ("gp_people", TRUNCATED, ["1.553 million"]),
        # × 3.88 = 6,026,451
        ("gp_visits", REPRODUCES, ["6.03 million"]),
        # × .646 × £56 = £218.01 million; over all rounding £215.3 to £220.8 million. What it would need:
        ("gp_value", NOT_FOLLOWING, ["£218.01 million", "£215.27 million to £220.77 million", "3.350%", "3.951",
                                     "65.781%", "£57.02", "48.073 million"]),
        # 5 million are not 6.03 million, and the text says 24 months
        ("gp_visits_headline", NOT_FOLLOWING, ["6.03 million", "period missing: 24 months"]),
        # 5 million × £56 = £280 million; £200 million would be £40 a visit
        ("gp_value_headline", NOT_FOLLOWING, ["£280.00 million", "£40.00 (cost of a visit)", "period missing"]),
        # 2.88 million × £137 = £394.56 million
        ("ae_value", REPRODUCES, ["£394.56 million"]),
        ("ae_visits_headline", TRUNCATED, ["2 million is cut off, not rounded, from 2.88 million", "period missing"]),
        # 2 million × £137 = £274 million; £400 million would be £200 a visit
        ("ae_value_headline", NOT_FOLLOWING, ["£274.00 million", "£200.00"]),
        # 2,262 × 3.29 % / 30 % = 248 people; 20 % of them × 3.04 is 3.15 million visits, not 2.88
        ("ae_visits", NOT_FOLLOWING, ["with 248", "with 2,262", "unit changed: computed from admission, called visit"]),
        # 822 × .45 × .6 × .30 / 2,262 = 2.94 %, up to 4.91 % if all; with 2,262 it is 8.1 % at the least
        ("gp_share", CHANGED, ["with 2,262 (everybody asked) it does not fit", "a professional) it fits"]),
        ("unsuitable", CHANGED, ["base missing"]),
        ("unsuitable_summary", CHANGED, ["base changed: “people” here"]),
        # 47.21 / 68.2652 = 69.2 %; 47.21 / 59.598 = 79.2 %
        ("population", UNCONFIRMED, ["69.2% of", "79.2% of"]),
        ("consistently", CHANGED, ["item changed", "avoid jargon: organisation"]),
        # 512 / 558 = 91.76 %; 305 / 558 = 54.66 %
        ("jargon_self", REPRODUCES, ["91.76%"]),
        ("jargon_organisation", REPRODUCES, ["54.66%"]),
        ("ten_million_again", CHANGED, ["unit changed: intervention here, appointment"]),
        ("target_again", NOT_FOLLOWING, ["50,000 stands beside 75,000"]),
        ("emergency_quoted", CHANGED, ["“emergency conditions” here, “emergency admissions”"]),
        ("gp_cost", UNCONFIRMED, ["price year is not printed"]),
        ("none_of_ten", UNTESTABLE, ["weighted share"]),
    ],
)  # fmt: skip
def test_what_is_known_of_the_programme_is_found(programme, claim, verdict, told):
    found = programme[0].loc[claim]
    assert found["verdict"] == verdict, found["why"]
    for words in told:
        assert words in f"{found['why']}; {found['also']}"


def test_the_computed_numbers_stand_in_the_table(programme):
    value = programme[0].loc["gp_value"]
    # 47.21 × .0329 × 3.88 × .646 × 56
    assert value["estimate"] == pytest.approx(218.01288836, rel=1e-9)
    # ends: 47.205 × .03285 × 3.875 × .6455 × 55.5 and 47.215 × .03295 × 3.885 × .6465 × 56.5
    assert value["ci_low"] == pytest.approx(47.205 * 0.03285 * 3.875 * 0.6455 * 55.5, rel=1e-12)
    assert value["ci_high"] == pytest.approx(47.215 * 0.03295 * 3.885 * 0.6465 * 56.5, rel=1e-12)
    assert programme[1].drop("all").sum() == programme[1]["all"] == len(programme[0])
    assert verdict_key("does not follow") == "claims_summary/statements.does-not-follow/estimate"


def test_the_rules_do_not_know_the_programme():
    """The same numbers under other names and words get the same verdicts; no rule names a statement."""
    rules = (ROOT / "scripts/prepost/claims/rules.py").read_text(encoding="utf-8")
    for name in ("gp_", "ae_", "jargon", "222", "47.21", "population"):
        assert name not in rules
    found = judged(
        row("a", "47.21", "million sheep"),
        row("b", "3.29", "%", base="sheep", weighted="yes"),
        row("c", "1.5", "million sheep", formula="a * b"),
    )
    assert found["c"][0] == TRUNCATED


# Printed numbers -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("number", "unit", "scale", "hedge", "held", "allowed"),
    [
        ("222", "million GBP", 10**6, None, ("221.5e6", "222.5e6"), ("221.5e6", "222.5e6")),
        ("200", "million GBP", 10**6, None, ("199.5e6", "200.5e6"), ("150e6", "250e6")),
        ("400", "million GBP", 10**6, "around", ("350e6", "450e6"), ("350e6", "450e6")),
        ("3.29", "%", 1, None, (".03285", ".03295"), (".03285", ".03295")),
        ("20", "%", 1, None, (".195", ".205"), (".195", ".205")),
        ("60", "%", 1, "more than", (".6", "1"), (".6", "1")),
        ("4,500", "people", 1, "almost", ("4400", "4500"), ("4400", "4500")),
        ("9 in 10", "%", 1, None, (".85", ".95"), (".85", ".95")),
    ],
)  # fmt: skip
def test_what_a_printed_number_is_held_to(number, unit, scale, hedge, held, allowed):
    found = read_printed(number, unit, scale, hedge)
    assert (found.held.low, found.held.high) == tuple(map(Fraction, held))
    assert (found.allowed.low, found.allowed.high) == tuple(map(Fraction, allowed))


def test_over_has_no_end():
    assert read_printed("10,000", "comments", 1, "over").held == Interval(Fraction(10_000), ENDLESS)


def test_intervals_by_hand():
    one, two = Interval(Fraction(1), Fraction(2)), Interval(Fraction(-3), Fraction(4))
    assert one + two == Interval(Fraction(-2), Fraction(6))
    assert one - two == Interval(Fraction(-3), Fraction(5))
    assert one * two == Interval(Fraction(-6), Fraction(8))
    assert two / one == Interval(Fraction(-3), Fraction(4))
    with pytest.raises(ZeroDivisionError):
        one / two
    assert one.within(Interval(Fraction(3, 2), Fraction(9))) == Interval(Fraction(3, 2), Fraction(2))


# The rules, one by one -----------------------------------------------------------------------------------------------
def test_grim_speaks_only_where_it_can():
    # of 50 people no count gives 51 %: 25 are 50 %, 26 are 52 %
    assert judged(row("a", "51", "%", base="b", base_n="50", weighted="no"))["a"][0] == NOT_FOLLOWING
    assert judged(row("a", "52", "%", base="b", base_n="50", weighted="no"))["a"][0] == REPRODUCES
    # of 100 every whole percentage is possible; weighted, or not known to be unweighted, nothing follows
    assert judged(row("a", "51", "%", base="b", base_n="100", weighted="no"))["a"][0] == UNTESTABLE
    for weighted in ("yes", ""):
        assert judged(row("a", "51", "%", base="b", base_n="50", weighted=weighted))["a"][0] == UNTESTABLE
    # 3.29 % of 2,262: 74 are 3.27 %, 75 are 3.32 %; unweighted impossible, weighted no alarm
    assert judged(row("a", "3.29", "%", base="b", base_n="2262", weighted="no"))["a"][0] == NOT_FOLLOWING
    assert judged(row("a", "3.29", "%", base="b", base_n="2262", weighted="yes"))["a"][0] == UNTESTABLE


def test_counts_and_bases():
    assert judged(row("a", "92", "%", base="b", base_n="558", count="512"))["a"][0] == REPRODUCES
    assert judged(row("a", "91", "%", base="b", base_n="558", count="512"))["a"][0] == TRUNCATED  # 91.76 cut off
    assert judged(row("a", "93", "%", base="b", base_n="558", count="512"))["a"][0] == NOT_FOLLOWING
    assert judged(row("a", "12", "%"))["a"][0] == CHANGED  # of whom?


def test_external_numbers():
    def reference(base: str, looked_up: str, number: str = "50") -> ReferenceRow:
        return ReferenceRow.model_validate(
            {"reference": "r", "label": "r", "number": number, "unit": "million people", "base": base}
            | {"source": "s", "looked_up": looked_up}
        )

    stated = row("a", "50.1", "million people", base="Adults", external="yes", compare="r")
    assert judged(stated, references=[reference("adults", "yes", "50.1")])["a"][0] == REPRODUCES
    assert judged(stated, references=[reference("adults", "no", "50.1")])["a"][0] == UNCONFIRMED
    assert judged(stated, references=[reference("adults", "yes", "54")])["a"][0] == NOT_FOLLOWING
    assert judged(stated, references=[reference("everybody", "yes", "60")])["a"][0] == UNCONFIRMED
    cost = {"base": "visits", "external": "yes"}
    assert judged(row("c", "56", "GBP per visit", **cost))["c"][0] == UNCONFIRMED


def test_periods_are_lengths_and_a_divisor_near_zero_is_no_bug():
    share = row("a", "10", "million visits", period="24 months")
    assert judged(share, row("b", "10", "million visits", period="2 years", restates="a"))["b"][0] == REPRODUCES
    assert judged(share, row("b", "10", "million visits", period="1 year", restates="a"))["b"][0] == CHANGED
    one, two = row("a", "2", "visits"), row("b", "1.6", "visits")
    assert judged(one, two, row("c", "5", "visits", formula="a * b / (a - b)"))["c"][0] == UNTESTABLE


# Formulas and units --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "text",
    ["__import__('os')", "a ** 2", "a.b", "a if b else c", "[1]", "1e5", "f(x)", "a < b", "'x'", "True", "a * (",
     "a // b", "base(a, b)", "base(1)", "lambda: 1", "1_000", "(a := 1)", "a" * 500, "", "a b", "0x10"],
)  # fmt: skip
def test_nothing_but_arithmetic_is_a_formula(text):
    with pytest.raises(FormulaError):
        read_formula(text)


def test_a_formula_keeps_its_brackets_and_its_names():
    found = read_formula("a * (b - 2.50) / (c / base(d))")
    assert found.needs == ("a", "b", "c", "d")
    assert found.written({"a": "1 million"}) == "1 million × (b − 2.50) / (c / the base of d)"
    # 6 * (5 - 2.5) / (3 / 4) = 20
    assert found.evaluate({"a": 6.0, "b": 5.0, "c": 3.0}.get, lambda _: 4.0, float) == 20.0
    assert find_circle({n: read_formula(t) for n, t in {"a": "b + 1", "b": "c", "c": "a * 2"}.items()}) == list("abca")


def test_units_cancel_or_do_not():
    (_, cost), (scale, people) = read_unit("GBP per visit"), read_unit("million people")
    assert scale == 1_000_000 and said(cost * people) == "GBP × person per visit"
    pounds = read_unit("GBP")[1]
    assert not same(cost * people, pounds) and not only_renamed(cost * people, pounds)
    assert same(cost * read_unit("visits")[1], pounds)
    assert only_renamed(read_unit("admissions")[1], read_unit("visits")[1])
    assert months("2 years") == 24 and months("by 2023/24") is None
    with pytest.raises(UnitError):
        read_unit("GBP²")


# Bad input -----------------------------------------------------------------------------------------------------------
HEAD = "claim,statement,place,number,unit,hedge,base,base_n,count,formula,restates,compare\n"
GOOD = "people,s,p,2,million people,,,,,,,\nvisits,s,p,3,visits per person,,,,,,,\ncost,s,p,5,GBP per visit,,,,,,,\n"


@pytest.mark.parametrize(
    ("line", "where", "what", "expected"),
    [
        ("x,s,p,1,GBP,,,,,people * visit,,\n", "line 5 · x · formula", "names 'visit'", "did you mean 'visits'"),
        ("x,s,p,1,GBP,,,,,cost * people,,\n", "line 5 · x · formula", "in GBP × person per visit", "cancel to GBP"),
        ("x,s,p,1,visits,,,,,people + cost,,\n", "line 5 · x · formula", "adds person and GBP", "sums of one unit"),
        ("x,s,p,1,visits,,,,,y * 2,,\ny,s,p,1,visits,,,,,x / 2,,\n", "line 5 · x · formula", "circle: x → y → x", ""),
        ("x,s,p,1,visits,,,,,,y,\ny,s,p,1,visits,,,,,x,,\n", "line 6 · y · formula", "circle: y → x → y", ""),
        ("x,s,p,1,%,,b,0,,,,\n", "line 5 · x · base_n", "a base of 0", "1 or more"),
        ("z,s,p,0,people,,,,,,,\nx,s,p,1,%,,b,,,people / z,,\n", "line 6 · x · formula", "divides by zero", ""),
        ("x,s,p,1,%,,b,5,9,,,\n", "line 5 · x · count", "9 of 5", "no more than the base"),
        ("x,s,p,1,%,arround,b,,,,,\n", "line 5 · x · hedge", "'arround' is no known hedge", "did you mean 'around'"),
        ("x,s,p,1.5m,people,,,,,,,\n", "line 5 · x · number", "'1.5m' is no printed number", "such as 47.21"),
        ("x,s,p,1,people/²,,,,,,,\n", "line 5 · x · unit", "is no unit", "such as 'million people'"),
        ("x,s,p,1,GBP,,,,,__import__('os'),,\n", "line 5 · x · formula", "only word with brackets", "names, numbers"),
        ("x,s,p,1,GBP,,,,,,nothing,\n", "line 5 · x · restates", "'nothing' is no statement", ""),
        ("x,s,p,1,people,,,,,,,census\n", "line 5 · x · compare", "'census' is not in config/references.csv", ""),
        ("x,s,p,1,people,,,,,,\n", "line 5", "more or fewer cells", ""),
    ],
)  # fmt: skip
def test_bad_input_is_refused_with_its_row_and_remedy(tmp_path, line, where, what, expected):
    path = tmp_path / "claims.csv"
    path.write_text(HEAD + GOOD + line, encoding="utf-8")
    with pytest.raises(StudyError) as error:
        load_claims(path)
    fault = next(fault for fault in error.value.faults if where in fault.where)
    assert what in fault.what and expected in fault.expected and fault.fix
    assert fault.where.startswith("config/claims.csv") and str(tmp_path) not in str(error.value)


# Proof ---------------------------------------------------------------------------------------------------------------
def test_faults_are_seen_and_sound_statements_left_alone():
    """A small version of `make claims` with another seed; the gates are those of the long one."""
    text, sensitivity, alarms = table(60, 20240611)
    assert sensitivity >= 0.95 and alarms <= 0.05, text


def test_the_page_keeps_the_table():
    kept = KEPT.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]
    assert kept.count("| one fault |") == len(FAULTS) + 2 and kept.count("| sound |") == len(SOUND) + 1
