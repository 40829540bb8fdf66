"""Quotations: drawn by a rule that can be run again, blurred where few share a role, and shown only when approved."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from prepost.errors import StudyError
from prepost.interviews.sheets import ApprovalRow
from prepost.quotes import approve, choose
from prepost.quotes.about import about_authors, cells_of
from prepost.report import quote_words
from prepost.sheets import ItemRow
from prepost.study_interviews import QuoteConsent, Quotes

KEY = ["source", "line", "wave", "item"]
PLAN = Quotes(
    consent=QuoteConsent(item="may_quote", accept=["Yes"]), strata="role_group", said_by=["role", "role_group"],
    typical=2, dissenting=1, fewest_words=2, most_words=10,
)  # fmt: skip
CONSENT = ItemRow(item="may_quote", wording="May we quote you?", scale="category", labels="1=Yes|2=No")


def _codes(rows: list[tuple]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["line", "theme", "by", "coder"])
    return frame.assign(source="post", wave="post", item="text")


def _rows(many: int = 60) -> pd.DataFrame:
    """Comments on one theme: of 60 people 40 nurses and 20 midwives, every fifth of whom moved against the trend."""
    return pd.DataFrame(
        {
            "source": "post", "line": range(1, many + 1), "wave": "post", "item": "text", "module": "m",
            "person": [f"P{n}" for n in range(many)], "text": [f"these are the words of {n}" for n in range(many)],
            "theme": "time", "by": "human", "role": ["Nurse" if n % 3 else "Midwife" for n in range(many)],
            "role_group": "Clinical", "change": [-1.0 if n % 5 == 0 else 1.0 for n in range(many)], "consented": True,
        }
    )  # fmt: skip


def _cells(threshold: int = 10) -> choose.Cells:
    return choose.Cells({("role", "Nurse"): 40, ("role", "Midwife"): 20, ("role_group", "Clinical"): 60}, threshold)


def _candidates() -> pd.DataFrame:
    return choose.finished([choose.choose_comments(_rows(), PLAN, _cells(), 7)], [])


# Choosing -------------------------------------------------------------------------------------------------------------
def test_the_surest_coder_s_codes_are_in_force() -> None:
    found = choose.codes_in_force(
        _codes(
            [
                (1, "time", "human", "a"), (1, "time", "human", "b"), (1, "team", "human", "a"),
                (1, "team", "machine", "m"),
                (2, "time", "human", "a"), (2, "team", "adjudicated", "c"),
                (3, "time", "machine", "m"), (4, "none", "human", "a"),
            ]
        )
    )  # fmt: skip
    assert found[["line", "theme", "by"]].values.tolist() == [
        [1, "time", "human"],  # team was given by one of two
        [2, "team", "adjudicated"],
        [3, "time", "machine"],
    ]


def test_only_who_agreed_is_quoted_whether_the_export_has_codes_or_labels() -> None:
    comments = pd.DataFrame({"source": "post", "line": [1, 2, 3, 4], "wave": "post", "item": "text", "module": "m"})
    comments["person"], comments["text"] = ["P1", "P2", "P3", None], ["two words", "two words", "two words", "one"]
    responses = comments[["source", "line", "wave"]].assign(may_quote=["1", "yes", "No", "1"], role_group="Clinical")
    people = pd.DataFrame({"person": ["P1", "P2", "P3"], "role": ["Nurse", pd.NA, "Nurse"]})
    scores = pd.DataFrame({"source": [], "line": [], "wave": [], "person": [], "module": []})
    about = about_authors(responses, comments, people, scores, PLAN, [CONSENT], None)
    assert about["consented"].tolist() == [True, True, False, True]
    assert about["role"].isna().tolist() == [False, True, False, True]
    codes = _codes([(line, "time", "human", "a") for line in (1, 2, 3, 4)])
    assert choose.eligible_comments(comments, codes, about, PLAN)["line"].tolist() == [1, 2], "four has one word"
    assert cells_of(about, comments, PLAN, 10).people == {("role", "Nurse"): 2, ("role_group", "Clinical"): 3}


def test_the_rule_draws_the_same_again_and_says_what_it_did() -> None:
    one, other = (choose.choose_comments(_rows(), PLAN, _cells(), seed) for seed in (7, 7))
    pd.testing.assert_frame_equal(one, other)
    assert one["kind"].tolist() == ["typical", "typical", "dissenting"]
    assert set(one["eligible"]) == {48, 12} and "seed 7" in one["reason"][0]
    against = set(_rows().query("change < 0")["line"])
    assert {row.line in against for row in one.itertuples() if row.kind == "dissenting"} == {True}
    assert not {row.line for row in one.itertuples() if row.kind == "typical"} & against
    assert set(choose.choose_comments(_rows(), PLAN, _cells(), 8)["line"]) != set(one["line"])


def test_another_theme_does_not_move_the_draw_and_no_comment_is_drawn_twice() -> None:
    both = pd.concat([_rows(), _rows().assign(theme="zeal")], ignore_index=True)
    drawn = choose.choose_comments(both, PLAN, _cells(), 7)
    alone = choose.choose_comments(_rows(), PLAN, _cells(), 7)
    assert drawn[drawn["theme"] == "time"]["line"].tolist() == alone["line"].tolist()
    assert not drawn.duplicated(KEY).any()


@pytest.mark.parametrize(
    ("role", "here", "everywhere", "said"),
    [
        ("Nurse", 10, 10, "Nurse"),
        ("Nurse", 9, 40, "Clinical"),
        ("Nurse", 40, 9, "Clinical"),
        (pd.NA, 10, 10, "Clinical"),
    ],
)
def test_a_role_is_named_only_where_enough_share_it(role: str, here: int, everywhere: int, said: str) -> None:
    same = pd.DataFrame(
        {"person": range(40), "role": ["Nurse"] * here + ["Other"] * (40 - here), "role_group": "Clinical"}
    )
    cells = choose.Cells({("role", "Nurse"): everywhere, ("role_group", "Clinical"): 60}, 10)
    row = pd.Series({"role": role, "role_group": "Clinical"})
    assert choose.blurred(row, PLAN.said_by, cells, same) == said
    assert choose.blurred(row, PLAN.said_by, choose.Cells({}, 10), same) == ""


def test_a_quotation_has_no_identifier_and_its_number_tells_nothing() -> None:
    rows = _rows().assign(text="ask Dr Halloran on 07700 900861 then")
    one = choose.finished([choose.choose_comments(rows, PLAN, _cells(), 7)], [])
    assert set(one["text"]) == {"ask Dr [name] on [phone number] then"}
    moved = choose.finished([choose.choose_comments(rows.assign(line=rows["line"] + 500), PLAN, _cells(), 7)], [])
    assert set(one["quote"]) & set(moved["quote"]), "the number is of the words, not of where they stand"


# Approving ------------------------------------------------------------------------------------------------------------
def _row(quote: str, mark: str, decision: str = "approve") -> ApprovalRow:
    return ApprovalRow(quote=quote, fingerprint=mark, decision=decision, by="a person", on="2024-10-21")


def test_each_state_of_an_approval() -> None:
    drawn = _candidates()
    a, b, c = drawn[["quote", "fingerprint"]].itertuples(index=False, name=None)
    sheets = {"x.csv": [_row(*a), _row(b[0], b[0][1:] + "00000000")], "y.csv": [_row(*a, "refuse")]}
    assert dict(approve.decided(drawn, sheets)[["row_id", "approval"]].itertuples(index=False, name=None)) == {
        a[0]: "refused", b[0]: "stale", c[0]: "undecided",
    }  # fmt: skip
    found = approve.decided(drawn, {"x.csv": [_row(*a)]})
    assert approve.let_out(found)["row_id"].tolist() == [a[0]]
    assert not {"fingerprint", "approval"} & set(approve.let_out(found).columns)


def test_other_words_or_another_speaker_need_another_approval() -> None:
    drawn = _candidates()
    marks = [choose.fingerprint("time", "typical", who, words) for who in ("Nurse", "") for words in ("a b", "a c")]
    assert len(set(marks)) == 4
    assert approve.decided(drawn, {})["approval"].unique().tolist() == ["undecided"]


def test_a_decision_on_no_quotation_is_a_fault_and_on_one_no_longer_drawn_is_counted() -> None:
    drawn = _candidates()
    with pytest.raises(StudyError, match="no quotation of this study"):
        approve.decided(drawn, {"x.csv": [_row("q12345678", "ffff")]})
    old = {"x.csv": [_row("q12345678", "1234567800000000")]}
    assert approve.gone(drawn, old) == 1 and set(approve.decided(drawn, old)["approval"]) == {"undecided"}


def test_the_wall_looks_again() -> None:
    drawn = _candidates()
    found = approve.decided(drawn, {"x.csv": [_row(*drawn[["quote", "fingerprint"]].iloc[0])]})
    tampered = found.assign(text=found["text"] + " more")
    with pytest.raises(StudyError, match="not those that were approved"):
        approve.let_out(tampered)
    text = "ring 07700 900861 now"
    marks = [choose.fingerprint(*row, text) for row in found[["theme", "kind", "said_by"]].itertuples(index=False)]
    with pytest.raises(StudyError, match="holds an identifier"):
        approve.let_out(found.assign(text=text, fingerprint=marks))


@pytest.mark.parametrize("text", ["Six of the eight said so.", "ask Dr Lima", "P3"])
def test_a_table_of_words_with_a_count_or_a_name_stops_at_the_wall(text: str) -> None:
    frame = pd.DataFrame({"row_id": ["a"], "aspect": ["Agreement"], "statement": [text]})
    with pytest.raises(StudyError):
        approve.words_alone("interviews_method", frame)
    assert len(approve.words_alone("interviews_method", frame.assign(statement="Several agreed."))) == 1


# The report -----------------------------------------------------------------------------------------------------------
def _report(quotes: pd.DataFrame) -> SimpleNamespace:
    settings = SimpleNamespace(parts=["learners", "comments", "quotes"], nouns=SimpleNamespace(learner="learner"))
    return SimpleNamespace(settings=settings, tables={"quotes": quotes})


def test_a_report_without_approvals_shows_none() -> None:
    quotes = approve.let_out(approve.decided(_candidates(), {}))
    shown = quote_words.quotes(_report(quotes))
    assert quote_words.NONE in shown and "words of" not in shown


def test_a_quotation_is_data_and_not_mark_up() -> None:
    drawn = _candidates()
    found = approve.decided(
        drawn, {"x.csv": [_row(*pair) for pair in drawn[["quote", "fingerprint"]].itertuples(index=False)]}
    )
    hostile = approve.let_out(found).assign(text="<script>x</script> [a](http://x) ==b==", said_by="")
    shown = quote_words.quotes(_report(hostile))
    assert not re.search(r"(?<!\\)(<script|\]\()", shown) and "A learner" in shown


def test_the_bundled_study_shows_approved_quotations_alone(bundled_results: Path) -> None:
    private = pd.read_csv(bundled_results / "6_statistics" / "quotes.csv")
    public = pd.read_csv(bundled_results / "7_release" / "quotes.csv")
    assert set(private["approval"]) >= {"approved", "undecided"}
    assert set(public["row_id"]) == set(private.loc[private["approval"] == "approved", "row_id"])
    page = (bundled_results / "9_report" / "report.html").read_text(encoding="utf-8")
    assert all(row in page for row in public["row_id"])
    held = private.loc[private["approval"] != "approved", "row_id"]
    assert not any(row in page for row in held)
