"""`make themes`: how well the machine codes real comments, and how often a theme's interval holds its true share.

Reads ../shared/data/nhs_feedback (patients' comments with people's codes; none is ever printed) and prints the two
tables that docs/themes.md keeps. Everything is tuned inside the training folds.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from prepost.comments.coder import fit, tuned_thresholds
from prepost.comments.features import Features
from prepost.comments.folds import grouped_folds
from prepost.comments.meaning import installed, meaning
from prepost.comments.prevalence import Sample, corrected_share
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data" / "nhs_feedback"
PAGE = ROOT / "docs" / "themes.md"
NO_THEME = ("Labelling not possible", "Not assigned")
LEAST, MANY = 30, 100  # uses of a label that is coded, and of one that is reported apart
SEED = 20240611


class Coded(NamedTuple):
    """Comments that people coded: texts, questions, codes (n x k), writers and the names of the labels."""

    texts: list[str]
    questions: list[str]
    codes: np.ndarray
    people: np.ndarray
    labels: list[str]


def multilabel(data: Path = DATA) -> Coded:
    """Read the comments with several labels each: those with at least one of the labels used 30 times or more."""
    frame = pd.read_csv(data / "v6framework_230831.csv", dtype={"FFT answer": "string", "FFT question": "string"})
    columns = list(frame.columns[frame.columns.get_loc("Comment sentiment") + 1 :])
    given = frame[columns].fillna(0).gt(0)
    labels = [name for name in columns if given[name].sum() >= LEAST and name not in NO_THEME]
    keep = frame["FFT answer"].str.strip().fillna("").ne("") & given[labels].any(axis=1)
    rows = frame[keep]
    questions = rows["FFT question"].str.replace(r"\s+", " ", regex=True)
    people = pd.factorize(rows["Respondent ID"])[0]
    return Coded(list(rows["FFT answer"]), list(questions), given.loc[keep, labels].to_numpy(), people, labels)


# How well it codes ---------------------------------------------------------------------------------------------------
def plain_svm(coded: Coded, fold: np.ndarray, balanced: bool, tuned: bool = False) -> np.ndarray:
    """Code with words' TF-IDF and a linear SVM a label, in scikit-learn's own settings."""
    found = np.zeros_like(coded.codes)
    for number in np.unique(fold):
        train, test = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
        scores = _svm_scores(coded, train, test, balanced)
        limit = np.zeros(len(coded.labels))
        if tuned:
            inner = grouped_folds(coded.codes[train], coded.people[train], 5, SEED + 1)
            held = np.zeros((len(train), len(coded.labels)))
            for part in range(5):
                held[inner == part] = _svm_scores(coded, train[inner != part], train[inner == part], balanced)
            limit = tuned_thresholds(held, coded.codes[train])
        found[test] = scores > limit
    return found


def _svm_scores(coded: Coded, train: np.ndarray, test: np.ndarray, balanced: bool) -> np.ndarray:
    words = TfidfVectorizer()
    rows = words.fit_transform([coded.texts[i] for i in train])
    new = words.transform([coded.texts[i] for i in test])
    scores = np.full((len(test), len(coded.labels)), -1.0)
    for label in np.flatnonzero(coded.codes[train].any(axis=0)):
        model = LinearSVC(class_weight="balanced" if balanced else None, random_state=SEED)
        scores[:, label] = model.fit(rows, coded.codes[train, label]).decision_function(new)
    return scores


def machine(coded: Coded, fold: np.ndarray, vectors: np.ndarray | None = None) -> np.ndarray:
    """Code with prepost's machine; words, thresholds and all else are learnt in the training folds."""
    found = np.zeros_like(coded.codes)
    for number in np.unique(fold):
        train, test = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
        features = Features(coded.questions).fit(coded.texts[i] for i in train)
        made = [
            features.transform(
                [coded.texts[i] for i in part],
                [coded.questions[i] for i in part],
                None if vectors is None else vectors[part],
            )
            for part in (train, test)
        ]
        fitted = fit(made[0], coded.codes[train], coded.people[train])
        found[test] = fitted.scores(made[1]) > fitted.thresholds
    return found


def f1(hits: np.ndarray, wrong: np.ndarray, absent: np.ndarray, which: np.ndarray) -> dict[str, np.ndarray]:
    """Return micro and macro F1 from counts a label (last axis): true, false and absent positives."""
    with np.errstate(invalid="ignore", divide="ignore"):
        single = np.nan_to_num(2 * hits / (2 * hits + wrong + absent))
    pooled = 2 * hits.sum(-1) / (2 * hits + wrong + absent).sum(-1)
    return {"micro": pooled, "macro": single.mean(-1), "macro100": single[..., which].mean(-1)}


def compared(coded: Coded, first: np.ndarray, second: np.ndarray, many: int = 2000) -> dict[str, tuple[float, ...]]:
    """Return each score of both codings and the 95 % interval of the gain, over resamples of respondents."""
    which = coded.codes.sum(axis=0) >= MANY
    persons = coded.people.max() + 1
    times = (
        np.random.default_rng(SEED).multinomial(persons, np.full(persons, 1 / persons), size=many).astype(np.float32)
    )

    def counts(given: np.ndarray) -> list[np.ndarray]:
        parts = (coded.codes & given, ~coded.codes & given, coded.codes & ~given)
        tables = [np.zeros((persons, given.shape[1]), dtype=np.float32) for _ in parts]
        for table, part in zip(tables, parts, strict=True):
            np.add.at(table, coded.people, part.astype(np.float32))
        return tables

    tables = [counts(given) for given in (first, second)]
    whole = [f1(*[table.sum(axis=0) for table in group], which) for group in tables]
    drawn = [f1(*[times @ table for table in group], which) for group in tables]
    found = {}
    for name in whole[0]:
        gain = drawn[1][name] - drawn[0][name]
        found[name] = (whole[0][name], whole[1][name], *np.quantile(gain, [0.025, 0.975]))
    return found


def coding_rows(coded: Coded, extra: bool) -> Iterator[list[str]]:
    """Yield the rows of the first table."""
    fold = grouped_folds(coded.codes, coded.people, 5, SEED)
    plain = {
        "words, linear SVM": plain_svm(coded, fold, balanced=False),
        "words, linear SVM, classes balanced": plain_svm(coded, fold, balanced=True),
        "words, linear SVM, balanced, thresholds tuned": plain_svm(coded, fold, balanced=True, tuned=True),
    }
    ours = {"prepost": machine(coded, fold)}
    if extra:
        ours["prepost with embeddings"] = machine(coded, fold, meaning(coded.texts))
    for name, given in (plain | ours).items():
        exact = float((given == coded.codes).all(axis=1).mean())
        against = compared(coded, given, given, many=2)
        yield [name, *[f"{against[key][0]:.3f}" for key in against], f"{exact:.3f}", "", ""]
        if name in ours:
            for other, theirs in plain.items():
                gain = compared(coded, theirs, given)
                shown = [f"+{v[1] - v[0]:.3f} ({v[2]:.3f} to {v[3]:.3f})" for v in gain.values()]
                yield [f"… gain over {other}", *shown, "", ""]


# How often the interval holds ----------------------------------------------------------------------------------------
def single_label(data: Path = DATA) -> Coded:
    """Read the comments with one label each; those without text or label are left out."""
    frame = pd.read_csv(data / "phase1_text_data.csv", dtype="string")
    rows = frame[frame["feedback"].str.strip().fillna("").ne("") & frame["label"].notna()]
    labels = sorted(rows["label"].unique())
    codes = np.stack([rows["label"].eq(name).to_numpy() for name in labels], axis=1)
    # nobody's number is in the file: every comment is another writer's
    questions = rows["question"].fillna("") + " " + rows["organization"].fillna("")
    return Coded(list(rows["feedback"]), list(questions), codes, np.arange(len(rows)), labels)


class Draws(NamedTuple):
    """What many samples gave, theme by theme (arrays of draws x themes)."""

    true: np.ndarray
    estimate: np.ndarray
    low: np.ndarray
    high: np.ndarray
    labels_low: np.ndarray
    labels_high: np.ndarray
    naive: np.ndarray


def draws(coded: Coded, size: int, many: int, seed: int = SEED) -> Draws:
    """Draw samples of people's codes, train on each and estimate every theme's share of all comments."""
    features = Features(coded.questions).fit(coded.texts)
    rows = features.transform(coded.texts, coded.questions)
    whole = _likeness(rows)
    rng, total, themes = np.random.default_rng(seed), len(coded.texts), len(coded.labels)
    everything = np.ones(total, dtype=bool)
    found = np.full((6, many, themes), np.nan)
    for draw in range(many):
        at = np.sort(rng.choice(total, size, replace=False))
        fitted = fit(rows.take(at), coded.codes[at], coded.people[at])
        scores = whole[at].T @ fitted.weights.astype(np.float32) + fitted.mean
        scores[at] = fitted.left_out
        sample = Sample(at, np.full(size, total / size), np.zeros(size, dtype=int), coded.people)
        for theme in range(themes):
            given = coded.codes[at, theme]
            share = corrected_share(given, scores[:, theme], sample, everything, finite=True)
            alone = corrected_share(given, scores[:, theme], sample, everything, finite=True, tune=False)
            found[:5, draw, theme] = share.estimate, share.ci_low, share.ci_high, alone.ci_low, alone.ci_high
        found[5, draw] = (scores > fitted.thresholds).mean(axis=0)
    return Draws(coded.codes.mean(axis=0), *found)


def _likeness(rows) -> np.ndarray:
    from prepost.comments.features import alike

    parts = [
        alike(rows.take(np.arange(at, min(at + 1000, len(rows.asked)))), rows) for at in range(0, len(rows.asked), 1000)
    ]
    return np.concatenate([part.astype(np.float32) for part in parts])


def prevalence_rows(coded: Coded, found: Draws, size: int) -> Iterator[list[str]]:
    """Yield the rows of the second table, the commonest theme first."""
    inside = (found.low <= found.true) & (found.true <= found.high)
    alone = (found.labels_low <= found.true) & (found.true <= found.labels_high)
    width = (found.high - found.low).mean(axis=0) / (found.labels_high - found.labels_low).mean(axis=0)
    for theme in np.argsort(-found.true):
        yield [
            coded.labels[theme],
            f"{found.true[theme]:.1%}",
            f"{found.true[theme] * size:.0f}",
            f"{(found.estimate[:, theme].mean() - found.true[theme]) * 100:+.2f}",
            f"{(np.nanmean(found.naive[:, theme]) - found.true[theme]) * 100:+.1f}",
            f"{inside[:, theme].mean():.3f}",
            f"{alone[:, theme].mean():.3f}",
            f"{width[theme]:.3f}",
        ]
    yield ["mean over themes", "", "", "", "", "", "", f"{width.mean():.3f}"]


def table(head: list[str], rows: Iterator[list[str]]) -> str:
    """Return a Markdown table."""
    lines = ["| " + " | ".join(head) + " |", "|" + "|".join([":--"] + ["--:"] * (len(head) - 1)) + "|"]
    return "\n".join([*lines, *["| " + " | ".join(row) + " |" for row in rows]])


def main() -> None:
    """Print both tables; with --write keep them in docs/themes.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--size", type=int, default=600)
    parser.add_argument("--only", choices=["coding", "prevalence"])
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    if not DATA.is_dir():
        sys.exit("The comments are not here: ../shared/data/nhs_feedback")
    parts: dict[str, str] = {}
    start = time.monotonic()
    if given.only != "prevalence":
        head = ["coding", "micro F1", "macro F1", f"macro F1, labels with {MANY} uses", "all labels right"]
        parts["coding"] = table(head, ([*row[:5]] for row in coding_rows(multilabel(), installed())))
        print(parts["coding"], f"\n\n{time.monotonic() - start:.0f} s\n", flush=True)
    if given.only != "coding":
        coded = single_label()
        head = ["theme", "true share", "expected positives", "bias, points", "machine alone, points"]
        head += ["coverage", "coverage, labels only", "width against labels only"]
        found = draws(coded, given.size, given.draws)
        parts["prevalence"] = table(head, prevalence_rows(coded, found, given.size))
        print(
            f"{len(coded.texts):,} comments\n", parts["prevalence"], f"\n\n{time.monotonic() - start:.0f} s", flush=True
        )
    if given.write:
        text = PAGE.read_text(encoding="utf-8")
        for name, found in parts.items():
            text = re.sub(
                rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)",
                lambda match, found=found: f"{match[1]}{found}\n{match[2]}",
                text,
                flags=re.S,
            )
        PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
