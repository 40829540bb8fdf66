"""The machine that codes: its closed forms against doing it the long way, and what it may not see."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import themes_study as study
from prepost.comments import coder
from prepost.comments.coding import code_comments
from prepost.comments.features import SAME_QUESTION, Features, alike, pieces, tokens
from prepost.comments.folds import grouped_folds
from prepost.comments.frame import ThemeRow
from prepost.comments.meaning import installed, meaning
from prepost.comments.topics import find_topics
from prepost.errors import StudyError
from prepost.study_comments import Comments

WORDS = {"time": ["minutes", "clinics", "late"], "team": ["colleagues", "manager", "shift"], "none": ["fine", "thanks"]}
FRAME = [
    ThemeRow(theme="time", definition="Time", keywords="minute*|clinic"),
    ThemeRow(theme="team", definition="The team", keywords="manager"),
]


def invented(many: int = 240, seed: int = 2) -> tuple[pd.DataFrame, list[frozenset[str]]]:
    rng = np.random.default_rng(seed)
    rows, themes = [], []
    for line in range(many):
        theme = ["time", "team", "none"][rng.integers(3)]
        words = ["we", "had", str(rng.choice(WORDS[theme])), "and", str(rng.choice(["more", "less", "it"]))]
        rows.append(("s", line + 1, "post", f"q{line % 2}", "M", f"P{line // 2}", " ".join(words)))
        themes.append(frozenset({theme}))
    columns = ["source", "line", "wave", "item", "module", "person", "text"]
    return pd.DataFrame(rows, columns=columns).astype({"text": "string"}), themes


def by_people(comments: pd.DataFrame, themes: list[frozenset[str]]) -> pd.DataFrame:
    rows = comments[["source", "line", "wave", "item"]].copy()
    rows["theme"] = [next(iter(one)) for one in themes]
    extra = {"by": "human", "coder": "a", "score": np.nan, "start": pd.NA, "end": pd.NA, "note": None}
    return rows.assign(**extra)


def test_words_stand_where_they_stand():
    text = "Don't – I\u2019ve 10 min\u00fctes \U0001f600 caf\u00e9"
    assert [text[token.start : token.end] for token in tokens(text)] == [
        "Don't",
        "I\u2019ve",
        "10",
        "min\u00fctes",
        "caf\u00e9",
    ]
    assert pieces("ab") == (" a", "ab", "b ", " ab", "ab ", " ab ")


def test_scores_with_a_person_left_out_are_those_of_a_machine_that_never_saw_them():
    comments, themes = invented(60)
    people = comments["person"].str[1:].astype(int).to_numpy()
    rows = Features(["q0", "q1"]).fit(comments["text"]).transform(list(comments["text"]), list(comments["item"]))
    codes = np.array([["time" in one, "team" in one] for one in themes])
    likeness = alike(rows, rows)
    _, _, left_out = coder._solve(likeness, codes.astype(float), 0.7, people)
    for person in (0, 7, 29):
        rest = people != person
        matrix = likeness[np.ix_(rest, rest)] + 0.7 * np.eye(rest.sum())
        mean = codes.mean(axis=0)  # the only number taken from all comments
        weights = np.linalg.solve(matrix, codes[rest] - mean)
        assert left_out[~rest] == pytest.approx(likeness[np.ix_(~rest, rest)] @ weights + mean, abs=1e-9)


def test_likeness_by_hand():
    features = Features(["a", "b"], least=1).fit(["one two", "one two"])
    rows = features.transform(["one two", "one two", "zzz"], ["a", "b", "a"])
    assert alike(rows, rows)[0, 0] == pytest.approx(1 * (1 + SAME_QUESTION) + 0.1)
    assert alike(rows, rows)[0, 1] == pytest.approx(1.0)  # the same words on another question
    assert alike(rows, rows)[0, 2] == pytest.approx(0.1)  # no word in common


def test_a_threshold_is_that_of_the_best_f1_and_borrows_where_a_theme_is_rare():
    scores = np.array([[0.9], [0.8], [0.4], [0.3], [0.1]])
    codes = np.array([[True], [True], [False], [False], [False]])
    assert coder.tuned_thresholds(scores, codes) == pytest.approx(0.6)  # between .8 and .4; shared with nobody
    two = coder.tuned_thresholds(np.hstack([np.repeat(scores, 1, axis=1), scores / 3]), np.hstack([codes, codes]))
    own, shared = np.array([0.6, 0.2]), 0.4
    assert two == pytest.approx((2 * own + coder.SHRINK * shared) / (2 + coder.SHRINK))
    assert coder.tuned_thresholds(scores, np.zeros((5, 1), bool))[0] == np.inf, "a theme nobody gave is never given"


def test_folds_keep_a_person_together_and_share_out_every_theme():
    rng = np.random.default_rng(1)
    people = rng.integers(0, 150, 400)
    codes = rng.random((400, 4)) < [0.5, 0.2, 0.1, 0.05]
    fold = grouped_folds(codes, people, 5, 9)
    assert pd.Series(fold).groupby(people).nunique().max() == 1
    counts = np.array([codes[fold == k].sum(axis=0) for k in range(5)])
    assert (np.abs(counts - codes.sum(axis=0) / 5) <= np.maximum(3, 0.1 * codes.sum(axis=0))).all()
    assert (grouped_folds(codes, people, 5, 9) == fold).all()


def test_every_machine_code_says_which_words_carried_it():
    comments, themes = invented()
    found = code_comments(comments, FRAME, by_people(comments, themes), Comments(questions=["q0"]), 1)
    machine = found.codes[found.codes["by"] == "machine"].merge(comments, on=["source", "line", "wave", "item"])
    given = machine[machine["start"].notna() & (machine["theme"] != "none")]
    span = [row.text[row.start : row.end] for row in given.itertuples()]
    hits = [any(word in words for word in WORDS[theme]) for words, theme in zip(span, given["theme"], strict=True)]
    assert len(given) > 100 and np.mean(hits) > 0.95
    assert given["score"].notna().all() and given["note"].str.contains("score above").all()
    assert machine.groupby(["line"])["theme"].size().min() >= 1, "every comment has a code, if only none"
    held = found.held_out
    assert (held["people"] == held["machine"]).mean() > 0.95


def test_with_few_codes_the_keywords_stand_alone_and_say_so():
    comments, themes = invented()
    few = by_people(comments, themes)[:50]
    found = code_comments(comments, FRAME, few, Comments(questions=["q0"]), 1)
    assert set(found.codes["by"]) == {"human", "keyword"}
    assert found.held_out.empty and list(found.scores) == ["source", "line", "wave", "item"]
    assert "50 comments coded by people, 200 needed: the keywords stand alone" in found.note
    keyword = found.codes[found.codes["by"] == "keyword"].merge(comments, on=["source", "line", "wave", "item"])
    assert {row.text[row.start : row.end] for row in keyword.itertuples()} == {"minutes", "manager"}  # not "clinics"


def test_the_same_codes_twice():
    comments, themes = invented()
    one, two = (
        code_comments(comments, FRAME, by_people(comments, themes), Comments(questions=["q0"]), 1) for _ in "ab"
    )
    pd.testing.assert_frame_equal(one.codes, two.codes)
    pd.testing.assert_frame_equal(one.scores, two.scores)


def test_topics_are_the_same_twice_and_stable_where_comments_are():
    comments, _ = invented(400)
    comments["text"] = comments["text"] + [f" {line}th" for line in range(400)]  # each text once
    one, two = (find_topics(comments, FRAME, 3, 1) for _ in "ab")
    pd.testing.assert_frame_equal(one, two)
    assert one["share"].sum() == pytest.approx(1) and one["stability"].between(0, 1).all()
    assert "time" in set(one["nearest_theme"].dropna())


@pytest.mark.skipif(installed(), reason="the extra is installed here")
def test_the_extra_that_is_not_there_is_told_in_a_sentence():
    with pytest.raises(StudyError, match="make embeddings"):
        meaning(["one"])


# Real comments, a small version of `make themes`
needs_comments = pytest.mark.skipif(
    not study.DATA.is_dir(), reason="the comments are not in ../shared/data/nhs_feedback"
)


@needs_comments
def test_real_comments_are_coded_better_than_by_words_and_a_linear_svm():
    coded = study.multilabel()
    assert coded.codes.shape == (5793, 30)
    some = np.flatnonzero(coded.people % 8 == 0)
    often = np.flatnonzero(coded.codes[some].sum(axis=0) >= 20)
    part = study.Coded(
        [coded.texts[i] for i in some],
        [coded.questions[i] for i in some],
        coded.codes[np.ix_(some, often)],
        pd.factorize(coded.people[some])[0],
        [coded.labels[i] for i in often],
    )
    fold = grouped_folds(part.codes, part.people, 2, 4)
    plain, ours = study.plain_svm(part, fold, balanced=True), study.machine(part, fold)
    gain = study.compared(part, plain, ours, many=400)
    assert gain["micro"][2] > 0 and gain["macro"][2] > 0


@needs_comments
def test_real_shares_are_held_by_their_intervals():
    coded = study.single_label()
    assert len(coded.texts) == 10302 and coded.codes.sum() == 10302
    found = study.draws(study.Coded(*[part[:1500] for part in coded[:4]], coded.labels), 250, 15)
    often = found.true * 250 >= 20
    inside = (found.low <= found.true) & (found.true <= found.high)
    assert inside[:, often].mean() > 0.88
    width = (found.high - found.low).mean(axis=0) / (found.labels_high - found.labels_low).mean(axis=0)
    assert width[often].mean() < 0.97 and (width < 1.05).all()
