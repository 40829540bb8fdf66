"""Interviews: turns, codes on the very words, the matrix and its public form, and words in place of every number."""

from __future__ import annotations

import re
from itertools import permutations
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from leaks import leaks, needles
from prepost.errors import StudyError
from prepost.exchange import Code, Project, Segment, TextSource
from prepost.interviews import coding, framework, measures
from prepost.interviews.sheets import (
    AdjudicationRow,
    ParticipantRow,
    SegmentRow,
    SummaryRow,
    ThemeRow,
    TriangulationRow,
)
from prepost.interviews.triangulation import triangulate, verdict
from prepost.interviews.turns import documents, turns_of, without_identifiers
from prepost.report.expert_words import experts_line
from prepost.schemas_words import WORDS
from prepost.table_names import WORD_TABLES, words_of
from sklearn.metrics import cohen_kappa_score

FRAME = coding.Frame(frozenset(["time", "team"]), frozenset(["first", "second"]))
THEMES = [
    ThemeRow(theme="time", label="Time", definition="There is time"),
    ThemeRow(theme="team", label="Team", definition="It helps"),
]


def _ingested() -> pd.DataFrame:
    rows = [
        ("one", 3, "Interviewer", "Why?"),
        ("one", 5, "Dr Ana Lima", "Dr Ana Lima said: no time. No time 😀 at all."),
        ("one", 7, "Note taker", "hm"),
        ("two", 1, "Jo", "And you?"),
        ("two", 2, "Bea", "Ring 07700 900123, the team helps."),
        ("three", 1, "Jo", "And?"),
    ]
    frame = pd.DataFrame(rows, columns=["source", "line", "speaker", "text"])
    return frame.assign(wave="interviews", start="").astype({"speaker": "string", "text": "string"})


def _people() -> list[ParticipantRow]:
    yes = {"consent": "yes"}
    return [
        ParticipantRow(source="one", participant="E1", **yes),
        ParticipantRow(source="two", participant="E2", interviewer="JO", **yes),
        ParticipantRow(source="three", participant="E3"),
    ]


@pytest.fixture(scope="module")
def turns() -> pd.DataFrame:
    return without_identifiers(turns_of(_ingested(), _people())[0], [])[0]


def _segments(rows: list[tuple]) -> pd.DataFrame:
    """source, line, theme, coder, stance; the participant is the source."""
    data = [
        (s, line, "interviews", s, theme, coder, stance, False, line, line + 1, f"{s}{line}", None, "x")
        for s, line, theme, coder, stance in rows
    ]
    return pd.DataFrame(data, columns=coding.SEGMENT)


# Turns ----------------------------------------------------------------------------------------------------------------
def test_who_asks_who_answers_and_who_did_not_agree() -> None:
    found, aside = turns_of(_ingested(), _people())
    assert found["speaker"].tolist() == ["interviewer", "participant", "other", "interviewer", "participant"]
    assert found["turn"].tolist() == [1, 2, 3, 1, 2] and set(found["participant"]) == {"E1", "E2"}
    assert aside[["source", "rule"]].values.tolist() == [["three", "no_consent"]]
    assert len(found) + len(aside) == len(_ingested())


def test_an_interview_that_the_sheet_lacks_is_a_fault() -> None:
    with pytest.raises(StudyError, match="'three' is not in it"):
        turns_of(_ingested(), _people()[:2])


def test_identifiers_go_and_positions_stay_true(turns: pd.DataFrame) -> None:
    whole = documents(turns)
    for row in turns.itertuples():
        assert whole[row.source][row.offset : row.offset + len(row.text)] == row.text
    said = " ".join(turns["text"])
    assert "Ana" not in said and "Lima" not in said and "07700" not in said and "[phone number]" in said


def test_where_identifiers_stood_is_kept_without_them() -> None:
    found = turns_of(_ingested(), _people())[0]
    _, places = without_identifiers(found, [])
    assert list(places.columns) == ["source", "line", "wave", "kind", "start", "end"]
    words = {(row.source, row.line): row.text for row in found.itertuples()}
    cut = [words[p.source, p.line][p.start : p.end] for p in places.itertuples()]
    assert "07700 900123" in cut


# Coding ---------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"line": 5, "words": "No time 😀", "theme": "time"}, None),
        ({"line": 5, "theme": "time"}, None),
        ({"line": 4, "theme": "time"}, "no turn at line 4"),
        ({"line": 3, "theme": "time"}, "not the participant's"),
        ({"line": 5, "theme": "tine"}, "not in the frame"),
        ({"line": 5, "theme": "time", "coder": "x"}, "not in the study"),
        ({"line": 5, "theme": "time", "words": "elsewhere"}, "not in the turn"),
        ({"line": 5, "theme": "time", "words": "time"}, "stand 2 times"),
    ],
)
def test_a_segment_of_a_sheet_is_taken_or_told_why_not(turns: pd.DataFrame, row: dict, told: str | None) -> None:
    sheet = [SegmentRow(**{"source": "one", "coder": "first"} | row)]
    taken = coding.from_sheets(turns, {"a.csv": sheet}, FRAME)
    assert len(taken.segments) + len(taken.refused) == 1
    if told:
        assert told in taken.refused["reason"][0]
    else:
        one = taken.segments.iloc[0]
        assert documents(turns)["one"][one["start"] : one["end"]] == one["text"]


def _project(turns: pd.DataFrame, change=lambda text: text) -> Project:
    texts = documents(turns)
    at = texts["two"].index("the team")
    segments = [Segment("two", at, at + 8, "team", "second", "[against, negative case] my note")]
    sources = [TextSource(name, change(text)) for name, text in texts.items()]
    return Project("p", [Code("team")], sources, segments, ["second"])


def test_a_segment_of_a_project_lands_on_its_words(turns: pd.DataFrame) -> None:
    one = coding.from_project(turns, "p.qdpx", _project(turns), FRAME).segments.iloc[0]
    assert (one["text"], one["line"], one["stance"], one["negative"], one["memo"]) == (
        "the team",
        2,
        "against",
        True,
        "my note",
    )


def test_line_ends_written_anew_move_and_other_changes_are_refused(turns: pd.DataFrame) -> None:
    project = _project(turns, lambda text: text.replace("\n", "\r\n"))
    moved = [s._replace(start=s.start + 1, end=s.end + 1) for s in project.segments]  # behind one line end
    found = coding.from_project(turns, "p", Project("p", project.codes, project.sources, moved), FRAME)
    assert found.segments["text"].tolist() == ["the team"]
    edited = coding.from_project(turns, "p", _project(turns, lambda text: text.replace("helps", "helped")), FRAME)
    assert edited.segments.empty and "not the one that went out" in edited.refused["reason"][0]


def test_what_both_gave_counts_and_the_rest_is_decided() -> None:
    rows = [
        *[("one", 5, "time", coder, "against") for coder in ("first", "second")],
        ("one", 7, "team", "first", "supports"),
        ("one", 9, "team", "second", "supports"),
        ("two", 2, "team", "first", "supports"),  # coded by one alone: no disagreement
    ]
    segments = _segments(rows)
    differ = coding.disagreements(
        segments, [AdjudicationRow(source="one", line=7, theme="team", decision="keep", reason="so")]
    )
    assert differ[["line", "given_by", "not_by"]].values.tolist() == [[7, "first", "second"], [9, "second", "first"]]
    kept = coding.settled(segments, differ)
    assert sorted(kept[["source", "line"]].itertuples(index=False, name=None)) == [("one", 5), ("one", 7), ("two", 2)]


# Measures -------------------------------------------------------------------------------------------------------------
def test_agreement_by_arithmetic_and_by_another_package() -> None:
    """20 turns: both 4, first alone 2, second alone 1, neither 13. po = 17/20, pe = .3·.25 + .7·.75 = .6."""
    turns = pd.DataFrame({"source": "one", "line": range(1, 21), "speaker": "participant"})
    first, second = {1, 2, 3, 4, 5, 6}, {1, 2, 3, 4, 7}
    rows = [
        ("one", line, "time", coder, None) for coder, lines in (("first", first), ("second", second)) for line in lines
    ]
    found = measures.agreement(turns, _segments(rows), ["time"]).set_index("theme").loc["time"]
    assert found["kappa"] == pytest.approx((17 / 20 - 0.6) / 0.4)
    sides = [[line in given for line in range(1, 21)] for given in (first, second)]
    assert found["kappa"] == pytest.approx(cohen_kappa_score(*sides))
    # Krippendorff: 40 values, 11 of them 1; Do = 3/20, De = 2·11·29/(40·39)
    assert found["alpha"] == pytest.approx(1 - (3 / 20) / (2 * 11 * 29 / (40 * 39)))
    assert found["positive_agreement"] == pytest.approx(8 / 11)
    assert (found["n_units"], found["n_both"], found["n_either"]) == (20, 4, 7)


def test_interviews_that_one_alone_coded_do_not_count() -> None:
    turns = pd.DataFrame({"source": ["one", "two"], "line": [1, 1], "speaker": "participant"})
    rows = [("one", 1, "time", "first", None), ("two", 1, "time", "second", None)]
    assert measures.agreement(turns, _segments(rows), ["time"]).empty


def test_accumulation_is_the_mean_over_every_order() -> None:
    heard = {"a": {"x", "y"}, "b": {"y"}, "c": {"y", "z", "w"}, "d": set()}
    rows = [(source, 1, theme, "first", None) for source, themes in heard.items() for theme in sorted(themes)]
    found = measures.accumulation(_segments(rows), 4)
    by_hand = [
        np.mean([len(set().union(*(heard[s] for s in order[:k]))) for order in permutations(heard)])
        for k in range(1, 5)
    ]
    assert found["themes_mean"].tolist() == pytest.approx(by_hand)
    assert found["themes_fewest"].tolist() == [0, 1, 2, 4] and found["themes_most"].tolist() == [3, 4, 4, 4]
    assert "not evidence of saturation" in measures.accumulation_in_words(found)


# The public form ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("Several spoke of time.", False),
        ("One heard the old conversation.", False),
        ("Two things help.", False),
        ("Six of the eight said so.", True),
        ("Most of those interviewed agreed.", True),
        ("A majority was for it.", True),
        ("Three experts told us.", True),
        ("P3 said so.", True),
        ("A half of them.", True),
        ("40% of it.", True),
    ],
)
def test_what_counts_people_is_seen(text: str, counts: bool) -> None:
    assert framework.counts_people(text) is counts


def _summary(**changed) -> SummaryRow:
    given = {
        "theme": "time",
        "fingerprint": "x",
        "summary": "Several spoke of it.",
        "approved_by": "a",
        "approved_on": "2024-09-01",
    }
    return SummaryRow(**given | changed)


def test_a_summary_leaves_only_for_the_words_that_it_was_approved_for() -> None:
    segments = _segments([("one", 5, "time", "first", "against"), ("two", 2, "time", "first", "against")])
    now = framework.fingerprint(segments, "time")

    def shown(*summaries: SummaryRow) -> pd.Series:
        return framework.public_matrix(segments, THEMES, summaries).set_index("theme").loc["time"]

    assert shown(_summary(fingerprint=now))["summary"] == "Several spoke of it."
    assert shown(_summary(fingerprint=now))["extent"] == "some" and shown()["stance"] == "against"
    assert shown()["approved_on"] == framework.NOT_YET and shown()["summary"] is None
    assert shown(_summary(fingerprint=now, approved_by="", approved_on=""))["summary"] is None
    stale = shown(_summary(fingerprint="0" * 16))
    assert stale["approved_on"] == framework.STALE and stale["summary"] is None
    changed = segments.assign(text="other words")
    assert framework.fingerprint(changed, "time") != now


@pytest.mark.parametrize(
    "changed",
    [
        {"summary": "Six of the eight said so."},
        {"negative_case": "Dr Lima differed."},
        {"theme": "tine"},
        {"summary": "P4 did."},
    ],
)
def test_a_summary_that_would_tell_of_people_is_refused(changed: dict) -> None:
    with pytest.raises(StudyError) as error:
        framework.public_matrix(_segments([]), THEMES, [_summary(**changed)])
    assert error.value.kind == "refused" and "Lima" not in str(error.value)


def test_a_signature_is_whole_or_not_there() -> None:
    with pytest.raises(ValueError, match="stand together"):
        _summary(approved_on="")


def test_the_matrix_leads_to_lines_and_stays_private() -> None:
    segments = _segments([("one", 5, "time", "first", "against"), ("one", 9, "time", "first", "supports")])
    cell = framework.matrix(segments).iloc[0]
    assert (cell["lines"], cell["stance"]) == ("5, 9", "both")
    assert set(WORDS) == set(WORD_TABLES) == set(words_of(["interviews", "quotes"]))
    assert not {"interview_matrix", "interviews_agreement", "interviews_accumulation"} & set(WORDS)


# Triangulation --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("said", "together"),
    [
        (["supports", "silent", "supports"], "agree"),
        (["supports", "against", "silent"], "dissent"),
        (["silent", "both", "silent"], "dissent"),
        (["silent", "silent", "against"], "one source alone"),
        (["silent"] * 3, "silent"),
    ],
)
def test_what_sources_say_together(said: list[str], together: str) -> None:
    assert verdict(said) == together


@pytest.mark.parametrize(
    ("low", "high", "said"), [(0.1, 0.5, "supports"), (-0.5, -0.1, "against"), (-0.1, 0.3, "silent")]
)
def test_each_source_is_asked_in_its_own_way(low: float, high: float, said: str) -> None:
    changes = pd.DataFrame({"outcome": ["c"], "estimate_name": ["mean_change"], "ci_low": [low], "ci_high": [high]})
    plan = [
        TriangulationRow(
            finding="f",
            statement="It helps",
            outcome="c",
            comment_theme="t",
            comment_means="against",
            interview_theme="time",
        )
    ]
    key = {"source": "s", "wave": "w", "item": "i", "theme": "t", "by": "human"}
    codes = pd.DataFrame([key | {"line": line} for line in range(10)])
    segments = _segments([(f"s{n}", 1, "time", "first", "supports" if n else "against") for n in range(4)])
    row = triangulate(plan, changes, codes, segments).iloc[0]
    assert (row["survey"], row["comments"], row["interviews"]) == (said, "against", "supports")
    assert triangulate(plan, changes, codes.head(9), segments)["comments"][0] == "silent", "nine comments are too few"


# The bundled study ----------------------------------------------------------------------------------------------------
def test_the_invented_interviews_come_through_as_planted(bundled_results: Path) -> None:
    truth = pd.read_csv(bundled_results.parent / "data" / "truth" / "interviews.csv")
    turns = pd.read_parquet(bundled_results / "3_matched" / "interviews" / "turns.parquet")
    said = turns.set_index(["source", "line"])["text"]
    assert len(truth) > 30 and turns["source"].nunique() == 8
    assert all(row.words in said[row.source, row.line] for row in truth.itertuples())
    segments = pd.read_parquet(bundled_results / "5_coded" / "interviews" / "segments.parquet")
    planted = set(truth[["source", "line", "theme"]].itertuples(index=False, name=None))
    given = set(segments[["source", "line", "theme"]].itertuples(index=False, name=None))
    assert len(planted & given) >= 0.85 * len(planted)


def test_no_planted_identifier_is_past_floor_2(bundled_results: Path) -> None:
    planted = pd.read_csv(bundled_results.parent / "data" / "truth" / "interview_identifiers.csv")["value"].tolist()
    before = " ".join(pd.read_parquet(bundled_results / "2_cleaned" / "interviews" / "turns.parquet")["text"])
    assert all(value in before for value in planted), "they are there to be found"
    for floor in ("3_matched/interviews", "5_coded/interviews", "5_coded/quotes"):
        for path in sorted((bundled_results / floor).glob("*.*")):
            frame = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)
            whole = frame.to_csv()
            assert [value for value in planted if value in whole] == [], path.name


def test_no_identifier_of_a_comment_or_an_interview_leaves(bundled_results: Path) -> None:
    truth = bundled_results.parent / "data" / "truth"
    planted = [pd.read_csv(truth / f"{name}.csv")["value"] for name in ("identifiers", "interview_identifiers")]
    wanted = needles(pd.concat(planted))
    assert len(wanted) >= 15 and len(planted[0]) >= 30
    assert leaks(bundled_results / "1_ingested", wanted, let=()), "they are there to be found"
    for part in ("6_statistics", "7_release", "8_exhibits", "9_report", "audit", "logs"):
        assert leaks(bundled_results / part, wanted) == {}, part


def test_what_leaves_has_no_number_and_no_label(bundled_results: Path) -> None:
    for name in ("interviews_themes", "interviews_method", "triangulation"):
        frame = pd.read_csv(bundled_results / "7_release" / f"{name}.csv")
        words = frame.drop(columns=["row_id", "approved_on"], errors="ignore").to_csv(index=False)
        assert not re.search(r"\d", words), name
    page = (bundled_results / "9_report" / "report.html").read_text(encoding="utf-8")
    assert "SYN-E" not in page and "expert_1" not in page
    assert 'id="sec-experts"' in page and "not evidence of saturation" in page


def test_a_quotation_is_one_click_from_its_context(bundled_results: Path) -> None:
    page = (bundled_results / "audit" / "5_coded.html").read_text(encoding="utf-8")
    public = pd.read_csv(bundled_results / "7_release" / "quotes.csv")
    assert all(f'href="#{quote}"' in page and f'id="{quote}"' in page for quote in public["row_id"])


def test_the_first_screen_says_where_experts_and_survey_agree_and_differ() -> None:
    rows = [("A one", "supports", "supports"), ("B two", "supports", "against"), ("C three", "silent", "against")]
    frame = pd.DataFrame(rows, columns=["statement", "survey", "interviews"])
    line = experts_line(SimpleNamespace(tables={"triangulation": frame}))
    assert "bear out the survey in that a one; they differ from it on whether b two. [" in line
    assert "spoke of what the survey did not ask" in experts_line(
        SimpleNamespace(tables={"triangulation": frame.tail(1)})
    )
