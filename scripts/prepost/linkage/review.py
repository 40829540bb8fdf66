"""Clerical review: what a person is shown, what was decided, and whether that still concerns the same answers."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

import pandas as pd

from prepost.errors import Fault, StudyError
from prepost.schemas import SCHEMAS
from prepost.study_linkage import Person

DECISIONS = ["same person", "different people", "cannot tell"]
RETURNED = ["file", "row", "pair_id", "row_hash", "decision", "reviewer", "reviewed_on"]
FOLDER = "data/returned/review"
#: Rows of a sheet that a person can go through; the likeliest come first, and `candidates.parquet` holds all.
MOST_ROWS = 2_000
_DATE = r"\d{4}-\d{2}-\d{2}"


class Decided(NamedTuple):
    """What reviewers said: ``said`` by the two responses of a pair, where it applies; and `reviewed`, a row each."""

    said: dict[tuple[str, str], str]
    reviewed: pd.DataFrame


def response_id(wave: pd.Series, source: pd.Series, line: pd.Series) -> pd.Series:
    """Name a response by its wave, source and raw line, as ``"pre:post_forms:17"``."""
    return wave.astype(object) + ":" + source.astype(object) + ":" + line.astype("int64").astype(str).astype(object)


def pair_id(one: pd.Series, other: pd.Series) -> pd.Series:
    """Name a pair by its two responses."""
    return one + "~" + other


def looked_at(person: Person) -> list[str]:
    """Return the items that are compared, or shown to a reviewer: the key and the elements, each once."""
    return list(dict.fromkeys([*person.key, *[element.item for element in person.elements]]))


def shown_of(rows: pd.DataFrame, person: Person) -> pd.DataFrame:
    """Return what a reviewer is shown of each response: key and elements as written, blank where nothing is."""
    names = looked_at(person)
    return pd.DataFrame({n: rows[n].astype("string").fillna("") if n in rows else "" for n in names}, index=rows.index)


def row_hash(pair: str, one: list[str], other: list[str]) -> str:
    """Return 16 hexadecimal digits that change when what a reviewer saw of a pair changes."""
    text = "\x1f".join([pair, *one, "\x1e", *other])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def decisions_of(returned: pd.DataFrame, rows: pd.DataFrame, pairs: pd.DataFrame, person: Person) -> Decided:
    """Take what reviewers decided, where it still concerns the answers that they saw.

    Parameters
    ----------
    returned : DataFrame
        Columns `RETURNED`, text, a row each row of a returned sheet; rows without a decision say nothing.
    rows : DataFrame
        Responses that may be linked, with ``response`` and the elements.
    pairs : DataFrame
        Pairs of the exact stage: a decision about one of their responses comes too late and is stale.
    person : Person

    Returns
    -------
    Decided

    Raises
    ------
    StudyError
        Each row that no reviewer can have meant: another word, no name, no date, one pair decided twice in different
        ways, a response in two pairs that are said to be the same person's.
    """
    given = returned[returned["decision"].str.strip() != ""].copy()
    given["decision"] = given["decision"].str.strip().str.casefold()
    faults = [*_form_faults(given), *_contradictions(given)]
    if faults:
        raise StudyError(*faults, kind="data")
    given = given.drop_duplicates("pair_id", keep="last")
    shown = shown_of(rows, person).set_axis(rows["response"])
    ends = given["pair_id"].str.split("~", n=1, expand=True).reindex(columns=[0, 1])
    linked = _by_key(pairs)
    states = []
    for row, one, other in zip(given.itertuples(), ends[0], ends[1], strict=True):
        known = one in shown.index and other in shown.index
        same = known and row.row_hash == row_hash(row.pair_id, [*shown.loc[one]], [*shown.loc[other]])
        late = known and not linked.isdisjoint({(one, other.split(":")[0]), (other, one.split(":")[0])})
        states.append("applied" if same and not late else "stale")
    reviewed = given.assign(state=states)[list(SCHEMAS["reviewed"].columns)]
    applied = reviewed["state"].eq("applied").to_numpy()
    words = zip(ends[0], ends[1], given["decision"], applied, strict=True)
    said = {(one, other): word for one, other, word, counts in words if counts and word != "cannot tell"}
    return Decided(said, reviewed.sort_values("pair_id", kind="stable").reset_index(drop=True))


def _by_key(pairs: pd.DataFrame) -> set[tuple[str, str]]:
    """Each response that its key links, and the wave that it is linked to."""
    found = set()
    for side, other in (("from", "to"), ("to", "from")):
        ids = response_id(pairs[f"wave_{side}"], pairs[f"source_{side}"], pairs[f"line_{side}"])
        found |= set(zip(ids, pairs[f"wave_{other}"], strict=True))
    return found


def _form_faults(given: pd.DataFrame) -> list[Fault]:
    checks = {
        "decision": (~given["decision"].isin(DECISIONS), "is none of the decisions", ", ".join(DECISIONS)),
        "reviewer": (given["reviewer"].str.strip() == "", "is blank", "who decided"),
        "reviewed_on": (~given["reviewed_on"].str.strip().str.fullmatch(_DATE), "is no date", "a date, as 2025-01-31"),
        "pair_id": (~given["pair_id"].str.contains("~"), "is not as the sheet gave it", "the text as it was sent out"),
    }
    return [
        Fault(
            f"{FOLDER}/{file} · {column}",
            f"the {column} {what}",
            expected,
            "mend the sheet, or clear the decision of the row",
            rows=[int(row) for row in part["row"]],
        )
        for column, (wrong, what, expected) in checks.items()
        for file, part in given[wrong.fillna(True)].groupby("file", sort=True)
    ]


def _contradictions(given: pd.DataFrame) -> list[Fault]:
    faults = []
    several = given.groupby("pair_id")["decision"].transform("nunique") > 1
    yes = given[given["decision"].eq("same person") & ~given["pair_id"].duplicated()]
    ends = yes["pair_id"].str.split("~", n=1, expand=True).reindex(columns=[0, 1])
    waves = ends.apply(lambda column: column.str.partition(":")[0])
    twice = (ends[0] + waves[1]).duplicated(keep=False) | (ends[1] + waves[0]).duplicated(keep=False)
    for rows, what, expected in (
        (given[several], "one pair is decided in different ways", "one decision a pair"),
        (yes[twice], "a response is said to be the same person's as two others", "at most one partner in each wave"),
    ):
        for file, part in rows.groupby("file", sort=True):
            fix = "agree on one, and clear the others"
            faults.append(Fault(f"{FOLDER}/{file}", what, expected, fix, rows=[int(row) for row in part["row"]]))
    return faults


def sheet_of(candidates: pd.DataFrame, rows: pd.DataFrame, person: Person, decided: Decided) -> pd.DataFrame:
    """Return the rows of the review sheet, the likeliest first.

    Parameters
    ----------
    candidates : DataFrame
        Schema ``candidates``: those that a person is to see.
    rows : DataFrame
        Responses with ``response`` and the elements.
    person : Person
    decided : Decided
        What has been decided already is not asked again, unless it is stale.

    Returns
    -------
    DataFrame
        Text: ``pair_id, why, probability``, for each shown item ``<item> · before`` and ``<item> · after``,
        ``decision, reviewer, reviewed_on`` (blank), ``row_hash``.
    """
    order = candidates.assign(chance=-candidates["probability"].fillna(0.0).astype(float))
    order = order.sort_values(["chance", "pair_id"], kind="stable").head(MOST_ROWS)
    ends = order["pair_id"].str.split("~", n=1, expand=True).reindex(columns=[0, 1])
    shown = shown_of(rows, person).set_axis(rows["response"])
    sides = [shown.loc[ends[side]].reset_index(drop=True) for side in (0, 1)]
    sheet = pd.DataFrame({"pair_id": order["pair_id"].to_numpy(), "why": order["why"].to_numpy()})
    sheet["probability"] = [
        f"{chance:.3f}" if chance == chance else "" for chance in order["probability"].astype(float)
    ]
    for name in shown:
        sheet[f"{name} · before"], sheet[f"{name} · after"] = sides[0][name], sides[1][name]
    for name in ("decision", "reviewer", "reviewed_on"):
        sheet[name] = ""
    both = zip(sheet["pair_id"], sides[0].to_numpy().tolist(), sides[1].to_numpy().tolist(), strict=True)
    sheet["row_hash"] = [row_hash(pair, one, other) for pair, one, other in both]
    return sheet
