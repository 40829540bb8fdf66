"""Which comments and segments may be quoted, and which of them are drawn: a seeded rule that says what it did."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np
import pandas as pd

from prepost.deidentify import Finder, Names, deidentify
from prepost.study_interviews import Quotes

KEY = ["source", "line", "wave", "item"]
TYPICAL, DISSENTING = "typical", "dissenting"
COMMENT, INTERVIEW = "comment", "interview"
EXPERT = "an expert who was interviewed"
#: Themes of a coding frame that are no themes.
NO_THEME = frozenset(("none", "cannot_be_coded"))
#: Who may have given the code, the surest first.
SUREST = ("adjudicated", "human", "machine", "keyword")
BY_PEOPLE = SUREST[:2]
CANDIDATE = [
    *("quote", "theme", "kind", "origin", "stratum", "said_by", "text", "source", "line", "wave", "item"),
    *("eligible", "coded_by", "reason", "fingerprint"),
]
UNKNOWN = "not stated"


class Cells(NamedTuple):
    """Of how many people each category consists: by variable and category, among all learners."""

    people: Mapping[tuple[str, str], int]
    threshold: int


def codes_in_force(codes: pd.DataFrame) -> pd.DataFrame:
    """Return the codes of each comment by the surest who gave any: an adjudicator, people, the machine, keywords.

    Parameters
    ----------
    codes : DataFrame
        Schema ``codes``.

    Returns
    -------
    DataFrame
        ``source``, ``line``, ``wave``, ``item``, ``theme``, ``by``; a theme that one of two coders gave is not in
        force.
    """
    ranked = codes.assign(rank=codes["by"].map({by: place for place, by in enumerate(SUREST)}))
    best = ranked.groupby(KEY)["rank"].transform("min")
    kept = ranked[ranked["rank"] == best]
    coders = kept.groupby(KEY)["coder"].transform("nunique")
    given = kept.groupby([*KEY, "theme"])["coder"].transform("nunique")
    kept = kept[(kept["by"] != "human") | (given >= coders)]
    kept = kept[~kept["theme"].isin(NO_THEME)]
    return kept.drop_duplicates([*KEY, "theme"])[[*KEY, "theme", "by"]].reset_index(drop=True)


def eligible_comments(comments: pd.DataFrame, codes: pd.DataFrame, about: pd.DataFrame, plan: Quotes) -> pd.DataFrame:
    """Return the comments that may be quoted on each theme, with who wrote them and how they changed.

    Parameters
    ----------
    comments, codes : DataFrame
        Schemas ``comments`` and ``codes``.
    about : DataFrame
        ``source``, ``line``, ``wave``; ``consented``; the columns of ``plan.said_by`` and ``plan.strata``; ``change``,
        the change of the person in that module in the first primary outcome, or nothing.
    plan : Quotes

    Returns
    -------
    DataFrame
        A row a comment and theme: consented, of `fewest_words` to `most_words` words.
    """
    words = comments["text"].str.split().str.len()
    fit = comments[words.between(plan.fewest_words, plan.most_words)]
    rows = fit.merge(codes_in_force(codes), on=KEY).merge(about, on=KEY[:3], how="left")
    return rows[rows["consented"].fillna(False).astype(bool)].reset_index(drop=True)


def choose_comments(rows: pd.DataFrame, plan: Quotes, cells: Cells, seed: int) -> pd.DataFrame:
    """Draw the quotations from comments: so many typical and dissenting ones a theme and stratum.

    Parameters
    ----------
    rows : DataFrame
        See `eligible_comments`.
    plan : Quotes
    cells : Cells
    seed : int
        Each theme, stratum and kind draws for itself, so that a change in one leaves the others.

    Returns
    -------
    DataFrame
        Candidates without placeholders yet; see `finished`.

    Notes
    -----
    Typical: of comments whose author changed as learners did on the whole, or whose change is not known. Dissenting: of
    authors who moved against it. Comments whose theme people gave go before those whose theme the machine gave, and a
    comment is drawn for one theme only.
    """
    whole = float(rows.drop_duplicates("person")["change"].mean())
    against = (rows["change"] * np.sign(whole) < 0).fillna(False).astype(bool)
    drawn: list[dict] = []
    taken: set[tuple] = set()
    strata = rows[plan.strata].fillna(UNKNOWN).astype("string")
    for (theme, stratum), part in rows.groupby([rows["theme"], strata], sort=True):
        for kind, many in ((TYPICAL, plan.typical), (DISSENTING, plan.dissenting)):
            pool = part[against.loc[part.index] == (kind == DISSENTING)].sort_values(KEY)
            order = np.random.default_rng([seed, *_number(theme, stratum, kind)]).permutation(len(pool))
            by_machine = ~pool["by"].isin(BY_PEOPLE).to_numpy()
            order = order[np.argsort(by_machine[order], kind="stable")]
            keys = list(pool[KEY].itertuples(index=False, name=None))
            free = list(islice((place for place in order if keys[place] not in taken), many))
            for number, place in enumerate(free, start=1):
                row = pool.iloc[place]
                taken.add(keys[place])
                said_by = blurred(row, plan.said_by, cells, rows[rows["theme"] == theme])
                reason = f"{kind}: {number} of {many} drawn for {theme} among {plan.strata} {stratum}, seed {seed}"
                drawn.append(_drawn(row, theme, kind, COMMENT, str(stratum), said_by, len(pool), row["by"], reason))
    return pd.DataFrame(drawn)


def _number(*parts: object) -> list[int]:
    digest = hashlib.sha256("\x1f".join(str(part) for part in parts).encode("utf-8")).digest()
    return [int.from_bytes(digest[place : place + 4], "big") for place in (0, 4)]


def _drawn(row, theme, kind, origin, stratum, said_by, eligible, coded_by, reason) -> dict:
    place = {name: row[name] for name in ("source", "line", "wave")} | {"item": row.get("item")}
    about = {"theme": theme, "kind": kind, "origin": origin, "stratum": stratum, "said_by": said_by}
    return about | place | {"text": row["text"], "eligible": eligible, "coded_by": coded_by, "reason": reason}


def blurred(row: pd.Series, said_by: Sequence[str], cells: Cells, same_theme: pd.DataFrame) -> str:
    """Return who spoke, as finely as the number of people like them allows; the empty text where it allows nothing.

    Parameters
    ----------
    row : Series
        The comment.
    said_by : sequence of str
        Categories, finest first.
    cells : Cells
    same_theme : DataFrame
        Everybody whose comment might have been quoted on the theme.

    Returns
    -------
    str
        The first category of which there are at least `threshold` people among all learners, and among those who might
        have been quoted on this theme.
    """
    for variable in said_by:
        category = row[variable]
        if pd.isna(category):
            continue
        here = same_theme.loc[same_theme[variable] == category, "person"].nunique()
        if min(here, cells.people.get((variable, str(category)), 0)) >= cells.threshold:
            return str(category)
    return ""


def choose_segments(segments: pd.DataFrame, may_quote: set[str], plan: Quotes, seed: int) -> pd.DataFrame:
    """Draw quotations from interviews: a typical and, where there is one, a dissenting segment a theme.

    Parameters
    ----------
    segments : DataFrame
        The settled ones, without identifiers.
    may_quote : set of str
        Sources whose participant agreed to be quoted.
    plan : Quotes
        Its lengths count; of a theme one segment a kind, since with so few people more would draw a profile.
    seed : int

    Returns
    -------
    DataFrame
        Candidates without placeholders yet; see `finished`.
    """
    words = segments["text"].str.split().str.len()
    rows = segments[segments["source"].isin(may_quote) & words.between(plan.fewest_words, plan.most_words)]
    drawn = []
    for theme, part in rows.groupby("theme", sort=True):
        said = part["stance"].dropna()
        usual = said.mode().iloc[0] if len(said) else None
        other = part["negative"] | (part["stance"].notna() & (part["stance"] != usual)).fillna(False)
        for kind, pool in ((TYPICAL, part[~other]), (DISSENTING, part[other])):
            if pool.empty:
                continue
            pool = pool.sort_values(["source", "start", "end"])
            row = pool.iloc[int(np.random.default_rng([seed, *_number(theme, INTERVIEW, kind)]).integers(len(pool)))]
            reason = f"{kind}: drawn for {theme} among the interviews, seed {seed}"
            drawn.append(_drawn(row, theme, kind, INTERVIEW, INTERVIEW, EXPERT, len(pool), row["coder"], reason))
    return pd.DataFrame(drawn)


def finished(drawn: Sequence[pd.DataFrame], names: Sequence[str], more: Sequence[Finder] = ()) -> pd.DataFrame:
    """Return the candidates without identifiers, with their number and fingerprint.

    Parameters
    ----------
    drawn : sequence of DataFrame
        See `choose_comments` and `choose_segments`.
    names : sequence of str
        The study's list.
    more : sequence of callable
        Further finders of names.

    Returns
    -------
    DataFrame
        Schema ``quote_candidates``, sorted. ``quote`` and ``fingerprint`` are made from the words that may be shown and
        from nothing else, so that they tell nothing of where these stand.
    """
    rows = pd.concat([part for part in drawn if len(part)] or [pd.DataFrame(columns=CANDIDATE)], ignore_index=True)
    finder = Names(names)
    rows["text"] = [deidentify(text, finder, more).text for text in rows["text"]]
    rows["fingerprint"] = [
        fingerprint(*row) for row in rows[["theme", "kind", "said_by", "text"]].itertuples(index=False)
    ]
    rows["quote"] = "q" + rows["fingerprint"].str[:8]
    rows["item"] = rows["item"].astype("string")
    rows = rows.drop_duplicates("quote")
    order = {TYPICAL: 0, DISSENTING: 1}
    return rows.sort_values(
        ["origin", "theme", "kind", "stratum", "quote"], key=lambda c: c.map(order) if c.name == "kind" else c,
        ignore_index=True,
    )[CANDIDATE]  # fmt: skip


def fingerprint(theme: str, kind: str, said_by: str, text: str) -> str:
    """Return a short hash of all that would be shown: an approval of other words or of another speaker is stale."""
    content = "\x1f".join((theme, kind, said_by, text))
    return hashlib.sha256(content.encode("utf-8")).hexdigest()[:16]
