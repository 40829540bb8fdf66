"""Warts planted in the exports, each counted: what cleaning should set aside, and what it should see through."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from prepost.simulation.lines import LETTERS
from prepost.simulation.people import OTHER, learner_ids
from prepost.simulation.text import NO_THEME, Comment

FORMULAS = (
    '=HYPERLINK("https://example.invalid/","my notes")',
    "=1+1",
    "+44 is not a phone number here",
    "@SUM(1,1)",
    "-2 for the quiz",
    "=cmd|'/C calc'!A0",
)
SCRIPTS = (
    "<script>alert('x')</script>",
    "<img src=x onerror=alert(1)> good module",
    "Useful <b>tools</b> & links <script>document.title='x'</script>",
    "</td></table><script>alert(2)</script>",
)
OFF_SCALE = ("6", "0", "55", "7", "-1")
UNMAPPED = ("Link worker (PCN)", "Wellbeing navigator", "Practice team")
EXCLUDED_BY = {
    "preview": "preview_or_test",
    "test_account": "preview_or_test",
    "no_consent": "no_consent",
    "outside_window": "outside_window",
    "empty": "empty",
    "duplicate": "duplicate_response",
    "broken_line": "not_taken",
}
TEST_ACCOUNT = "LN-000000"
OTHERWISE: tuple[Callable[[str], str], ...] = (
    str.lower,
    lambda key: f" {key}",
    lambda key: f"{key} ",
    lambda key: key.replace("-", " -"),
    lambda key: f"{key.lower()}  ",
    lambda key: key.title(),
)
LIKERT = ("understanding_", "confidence_", "motivation_", "readiness_", "application_")
Planted = list[tuple[int, str, str, str]]  # uid, wave, item, kind


def _by_uid(lines: pd.DataFrame) -> pd.DataFrame:
    return lines.set_axis(pd.Index(lines["uid"].to_numpy()))


class Bench:
    """One export's lines while warts are put into them.

    Parameters
    ----------
    source : str
    lines : DataFrame
        See `lines.lay_out`; every line of it is to be kept by cleaning.
    planted : dict
        (uid, wave, item) to Comment, changed where a comment is overwritten.
    before_only : set of int
        uids whose person answered at the start only, of whom straight lines are made.
    rng : numpy Generator

    Attributes
    ----------
    lines : DataFrame
    warts : list of (uid, wave, item, kind)
    stands_for : dict of int to int
        uid of a repeated line to the uid of its last copy, which is the one kept.
    """

    def __init__(
        self,
        source: str,
        lines: pd.DataFrame,
        planted: dict[tuple[int, str, str], Comment],
        before_only: set[int],
        rng: np.random.Generator,
    ) -> None:
        # Objects, since a cell of an Arrow column cannot be written without copying the column.
        cells = [name for name in lines if "." in name]
        self.lines = _by_uid(lines).astype(dict.fromkeys(cells, object))
        self.source, self.planted, self.rng = source, planted, rng
        self.before_only = before_only
        self.warts: Planted = []
        self.stands_for: dict[int, int] = {}
        self.kept = list(self.lines.index)
        self.touched: set[int] = set()
        self.waves = list(dict.fromkeys(name.split(".")[0] for name in cells))
        self.scales = [name for name in cells if name.split(".")[1].startswith(LIKERT)]
        self.comments = [name for name in cells if ".text_" in name]

    def plant(self, wanted: dict[str, int]) -> None:
        """Plant what simulation.yaml asks for: first in the kept lines, then lines to be set aside."""
        inside = ["key_written_otherwise", "trailing_blank", "curly_quote", "speeder", "straight_liner"]
        inside += ["formula", "script", "line_break", "out_of_range", "unmapped_role"]
        for kind in inside:
            if wanted.get(kind):
                getattr(self, f"_{kind}")(wanted[kind])
        for kind in ("preview", "test_account", "no_consent", "outside_window", "empty", "broken_line"):
            if wanted.get(kind):
                self._add(kind, wanted[kind])
        self.lines = self.lines.sort_values(["received", "uid"], kind="stable")
        self.lines["response_id"] = [f"SYN-{LETTERS[self.source]}{n:05d}" for n in range(1, len(self.lines) + 1)]
        if wanted.get("duplicate"):
            self._duplicate(wanted["duplicate"])

    def _choose(self, count: int, suits: Callable[[pd.Series], bool] | pd.Series | None = None) -> list[int]:
        """Draw untouched kept lines, at most one wart in each so that every one can be told."""
        free = [uid for uid in self.kept if uid not in self.touched]
        if suits is not None:
            free = [uid for uid in free if suits[uid]]
        drawn = sorted(int(uid) for uid in self.rng.permutation(free)[:count])
        if len(drawn) < count:
            raise ValueError(f"{self.source}: only {len(drawn)} lines of {count} suit")
        self.touched |= set(drawn)
        return drawn

    def _mark(self, uid: int, wave: str, item: str, kind: str) -> None:
        self.warts.append((uid, wave, item, kind))

    def _key_written_otherwise(self, count: int) -> None:
        name = f"{self.waves[0]}.learner_id"
        for uid in self._choose(count, self.lines[name] != ""):
            way = OTHERWISE[int(self.rng.integers(len(OTHERWISE)))]
            self._write_key(uid, way(self.lines.at[uid, name]))
            self._mark(uid, self.waves[0], "learner_id", "key_written_otherwise")

    def _write_key(self, uid: int, key: str) -> None:
        for wave in self.waves:
            self.lines.at[uid, f"{wave}.learner_id"] = key

    def _trailing_blank(self, count: int) -> None:
        for uid in self._choose(count):
            filled = [name for name in self.scales if self.lines.at[uid, name]]
            name = filled[int(self.rng.integers(len(filled)))]
            self.lines.at[uid, name] += " "
            self._mark(uid, *name.split("."), "trailing_blank")

    def _curly_quote(self, count: int) -> None:
        straight = self.lines[self.comments].apply(lambda cells: cells.str.contains("'"))
        for uid in self._choose(count, straight.any(axis=1)):
            name = next(name for name in self.comments if straight.at[uid, name])
            self.lines.at[uid, name] = self.lines.at[uid, name].replace("'", "’")
            self._mark(uid, *name.split("."), "curly_quote")

    def _speeder(self, count: int) -> None:
        for uid in self._choose(count):
            self.lines.at[uid, "seconds"] = int(self.rng.integers(12, 44))
            self._mark(uid, self.waves[0], "", "speeder")

    def _straight_liner(self, count: int) -> None:
        suits = pd.Series(self.lines.index.isin(self.before_only), index=self.lines.index)
        chosen = self._choose(count, suits)
        self.lines.loc[chosen, self.scales] = "Agree"
        for uid in chosen:
            self._mark(uid, self.waves[0], "", "straight_liner")

    def _formula(self, count: int) -> None:
        self._overwrite("formula", FORMULAS, count)

    def _script(self, count: int) -> None:
        self._overwrite("script", SCRIPTS, count)

    def _overwrite(self, kind: str, texts: tuple[str, ...], count: int) -> None:
        name = self.comments[-1]
        wave, item = name.split(".")
        for number, uid in enumerate(self._choose(count)):
            text = texts[number % len(texts)]
            self.lines.at[uid, name] = text
            self.planted[(uid, wave, item)] = Comment(text, ((NO_THEME, False),))
            self._mark(uid, wave, item, kind)

    def _line_break(self, count: int) -> None:
        name = self.comments[0]
        long = self.lines[name].str.contains(". ", regex=False)
        for uid in self._choose(count, long):
            self.lines.at[uid, name] = self.lines.at[uid, name].replace(". ", ".\n\n", 1)
            self._mark(uid, *name.split("."), "line_break")

    def _out_of_range(self, count: int) -> None:
        for number, uid in enumerate(self._choose(count)):
            filled = [name for name in self.scales if self.lines.at[uid, name]]
            name = filled[int(self.rng.integers(len(filled)))]
            self.lines.at[uid, name] = OFF_SCALE[number % len(OFF_SCALE)]
            self._mark(uid, *name.split("."), "out_of_range")

    def _unmapped_role(self, count: int) -> None:
        for number, uid in enumerate(self._choose(count)):
            self.lines.at[uid, f"{self.waves[0]}.job_role"] = UNMAPPED[number % len(UNMAPPED)]
            self._mark(uid, self.waves[0], "job_role", "unmapped_role")

    def _add(self, kind: str, count: int) -> None:
        """Add lines that cleaning sets aside, made after kept ones but of people who answer nothing else."""
        start = int(self.lines["uid"].max()) + 1
        plain = [uid for uid in self.kept if uid not in self.touched]
        models = [int(uid) for uid in self.rng.permutation(plain)[:count]]
        fresh = self.lines.loc[models].copy()
        fresh["uid"] = np.arange(start, start + count)
        fresh = _by_uid(fresh)
        taken = sorted(set(self.lines[f"{self.waves[0]}.learner_id"].str.strip().str.upper()))
        keys = learner_ids(count, self.rng, [key for key in taken if len(key) == len(TEST_ACCOUNT)])
        for wave in self.waves:
            fresh[f"{wave}.learner_id"] = keys
        self._spoil(fresh, kind)
        fresh["received"] += pd.to_timedelta(self.rng.integers(60, 900, count), unit="s")
        self.lines = pd.concat([self.lines, fresh])
        for uid in fresh.index:
            for wave in self.waves:
                if wave == self.waves[0] or (fresh.loc[uid, self._of(wave)] != "").any() or kind == "broken_line":
                    self._mark(int(uid), wave, "", kind)

    def _of(self, wave: str) -> list[str]:
        """Cells that only this wave has."""
        return [name for name in [*self.scales, *self.comments] if name.startswith(f"{wave}.")]

    def _spoil(self, fresh: pd.DataFrame, kind: str) -> None:
        if kind == "preview":
            fresh["status"] = "Survey Preview"
            for wave in self.waves:
                fresh[f"{wave}.learner_id"] = ""
        elif kind == "test_account":
            for wave in self.waves:
                fresh[f"{wave}.learner_id"] = TEST_ACCOUNT
        elif kind == "no_consent":
            keep = [f"{wave}.{item}" for wave in self.waves for item in ("learner_id", "module")]
            for wave in self.waves:
                fresh[f"{wave}.consent"] = "2" if (fresh[f"{wave}.consent"] == "1").all() else "No"
            cells = [name for name in fresh if "." in name and name not in keep and not name.endswith(".consent")]
            answered = [name for name in self.scales if name.startswith(f"{self.waves[0]}.")][:1]
            fresh[[name for name in cells if name not in answered]] = ""
            # Where before and after share a line, one answer shows that the line was there at all.
            fresh[answered] = fresh[answered].replace("", "Agree" if len(self.waves) > 1 else "")
        elif kind == "outside_window":
            fresh["received"] = _before_opening(self.source, len(fresh), self.rng)
        elif kind == "empty":
            fresh[[*self.scales, *self.comments]] = ""

    def _duplicate(self, count: int) -> None:
        """Repeat whole lines at the file's end; the first of two is the one set aside where the last is kept."""
        chosen = self._choose(count)
        start = int(self.lines["uid"].max()) + 1
        again = self.lines.loc[chosen].copy()
        again["uid"] = np.arange(start, start + count)
        self.lines = pd.concat([self.lines, _by_uid(again)])
        for first, uid in zip(chosen, again["uid"], strict=True):
            self.stands_for[first] = int(uid)
            for wave in self.waves:
                if wave == self.waves[0] or (self.lines.loc[uid, self._of(wave)] != "").any():
                    self._mark(first, wave, "", "duplicate")


def _before_opening(source: str, count: int, rng: np.random.Generator) -> np.ndarray:
    """Dates of a pilot, before the survey opened."""
    opened = np.datetime64("2022-11-28" if source == "followup_surveymonkey" else "2022-08-29", "m")
    back = rng.integers(0, 20, count).astype("timedelta64[D]") - rng.integers(480, 1080, count).astype("timedelta64[m]")
    return (opened - back).astype("datetime64[us]")


def natural(rows: pd.DataFrame, lines: pd.DataFrame, waves: list[str]) -> Planted:
    """Return the warts that stand in the responses by the plan of who answers: keys, second responses, other roles."""
    found: Planted = []
    uid_of = dict(zip(zip(lines["unit"], lines["second"], strict=True), lines["uid"], strict=True))
    kinds = {"blank": "blank_key", "mistyped": "mistyped_key"}
    for row in rows[(rows["key_state"] != "right") | rows["second"]].itertuples():
        uid = int(uid_of[(row.unit, row.second)])
        if row.key_state in kinds:
            found.append((uid, row.wave, "learner_id", kinds[row.key_state]))
        if row.second:
            found.append((uid, row.wave, "", "second_response"))
    name = f"{waves[0]}.job_role"
    if name in lines:
        found += [(int(uid), waves[0], "job_role", "other_specified") for uid in lines.loc[lines[name] == OTHER, "uid"]]
    return found
