"""The wall: result tables as they may leave the building.

Marks: ``[c]`` a count from 1 to threshold - 1, or a number whose base is so small; ``[w]`` withheld because another
withheld cell would follow from it; ``[x]`` missing, or a number of missing answers that is not released; zero is ``0``.

A row whose base is ``[w]`` keeps its mean, mean change and its interval, to two decimals; nothing else. In full
precision a mean of integer answers tells its denominator, and an interval beside a standardised effect (or a standard
deviation, a statistic or its degrees of freedom) gives n by arithmetic.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import pandas as pd

from prepost.quantities import CountSystem, Hierarchy
from prepost.relations import count_system
from prepost.relations_linkage import LINKED, UNLINKED, of_people
from prepost.released_schemas import MARKS, SHARE, SHARE_OF, number_columns
from prepost.schemas import ALL, COUNT_COLUMNS, TOLD
from prepost.suppression import NOT_RELEASED, SMALL, WITHHELD, withhold
from prepost.table_names import RESULT_TABLES

TELLS_THE_BASE = ("statistic", "df", "p", "p_adjusted", "note")
# Further numbers of the tables of parts that go with an estimate, as the mean over draws does.
BESIDE_ESTIMATES = ("psa_mean", "input_low", "input_high", "stated")
ESTIMATES = ("estimate", "ci_low", "ci_high")
KEEPS_ESTIMATE = ("mean_change", "mean_before", "mean_after", "mean_level", "hedges_g_av")
KEEPS_INTERVAL = ("mean_change", "mean_level")
DECIMALS_BESIDE_WITHHELD = 2
REASONS = {
    (SMALL, True): "a count below the threshold",
    (SMALL, False): "its base is below the threshold",
    (WITHHELD, True): "a withheld count would follow from it",
    (WITHHELD, False): "it would tell a withheld base",
    (NOT_RELEASED, True): "few missing answers: no category of people, but not needed either",
}
CROSS_TABLE = "transitions"
SPARSE = 5  # a cross table of fewer than so many thresholds of pairs leaves with its margins only
TOO_SPARSE = "too few pairs for a cross table: its margins stand"
# Tables that estimate one thing on bases which differ by few people. Two of them in full, with their n, would give the
# mean of those few; so no count of theirs leaves, and estimates with two decimals only.
VARIANTS = ("specifications", "invariance", "everyone", "attrition", "balance", "lasting", "linkage_changes")
# Shares matched, of the responses that the table of participants counts: a share beside its base tells its count.
GROUPS_TABLE, COUNTED = "groups", "participants"
SHARES_TABLES = (GROUPS_TABLE, "linkage")
NOT_NEEDED = "few responses that could not be linked: no category of people, and not needed"
# Estimates that borrow from every group of their grouping, those of withheld size among them, which they would help to
# tell in full precision.
BORROWED = ("shrunken_change", "limits_95", "limits_998", "expected_rank")
DIFFERS_BY_FEW = "beside the other variants it would tell of the few by whom they differ"
ROUNDED_DF = "rounded counts: it would tell the count"


def disclose(
    tables: Mapping[str, pd.DataFrame],
    *,
    threshold: int,
    rounding: int | None = None,
    nested: Iterable[Hierarchy] = (),
) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """Withhold what is small and what would give it back, together over all tables.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Private result tables by name (`prepost.table_names.TABLES`).
    threshold : int
        Counts from 1 to threshold - 1 are withheld.
    rounding : int or None
        Round released counts to this base, after suppression.
    nested : iterable of Hierarchy
        Categories that are sums of finer ones, such as regions of boards.

    Returns
    -------
    released : dict of str to DataFrame
        The same tables and columns, numbers as text with marks; movement, participants and transitions with
        ``share``, from released counts only, of their row with ``all`` in direction, category or to.
    withheld : DataFrame
        table, row_id, column, mark, reason: each cell that was withheld.

    Notes
    -----
    Inside a cross table (transitions) of fewer than `SPARSE` times `threshold` pairs nothing is released, only its
    margins. Suppress first, round second, shares from rounded counts: OpenSAFELY documentation, Statistical disclosure
    control.
    Each count is rounded by itself, so equal quantities stay equal in every table and totals may be off by rounding.

    Examples
    --------
    See `prepost.suppression.withhold`.
    """
    sparse = _too_sparse(tables, threshold)
    counted = {name: frame for name, frame in tables.items() if name not in VARIANTS}
    if LINKED in counted:
        counted[LINKED] = of_people(counted[LINKED])
    system = count_system(counted, nested)
    marks = withhold(system, threshold)
    released, withheld = {}, []
    for name in sorted(tables):
        cell_marks = _marks(name, tables[name], system, marks, rounding is not None)
        if name in VARIANTS:
            cell_marks |= _of_variants(tables[name], threshold)
        cell_marks |= _telling_of_few(tables[name], threshold)
        if name in SHARES_TABLES:
            cell_marks |= _telling_of_withheld(tables[name], _withheld_parts(tables, system, marks))
        if name == GROUPS_TABLE:
            cell_marks |= _of_joint_tests(tables[name], cell_marks)
        if name == LINKED:
            cell_marks |= _of_unlinked(tables[name], threshold)
        if name == CROSS_TABLE:
            cell_marks |= {(row_id, "n"): (NOT_RELEASED, TOO_SPARSE) for row_id in sparse}
        cell_marks |= _parts_of_few(name, tables[name], cell_marks)
        released[name] = _as_text(name, tables[name], cell_marks, rounding)
        withheld.extend(_reasons(name, tables[name], cell_marks))
    columns = ["table", "row_id", "column", "mark", "reason"]
    return released, pd.DataFrame(withheld, columns=columns, dtype="string")


def _too_sparse(tables: Mapping[str, pd.DataFrame], threshold: int) -> set[str]:
    """Rows inside a cross table of few pairs: its zeros and marks together would tell the small cells among them."""
    if CROSS_TABLE not in tables:
        return set()
    frame = tables[CROSS_TABLE]
    block = ["strand", "comparison", "item"]
    whole = frame[(frame["from"] == ALL) & (frame["to"] == ALL)].set_index(block)["n"]
    base = pd.MultiIndex.from_frame(frame[block]).map(whole.to_dict())
    inside = (frame["from"] != ALL) & (frame["to"] != ALL)
    return set(frame.loc[inside & (pd.Series(base, index=frame.index) < SPARSE * threshold), "row_id"])


def _of_variants(frame: pd.DataFrame, threshold: int) -> dict[tuple[str, str], tuple[str, str]]:
    """What variants of one estimate lose: all of it on too few people, else what would tell their bases."""
    found: dict[tuple[str, str], tuple[str, str]] = {}
    small = frame[["n", "n_people"]].lt(threshold).any(axis=1)
    for row_id, few in zip(frame["row_id"], small, strict=True):
        columns = (*COUNT_COLUMNS, *ESTIMATES, *TELLS_THE_BASE) if few else (*COUNT_COLUMNS, *TELLS_THE_BASE[:-1])
        cell = (SMALL, REASONS[SMALL, False]) if few else (NOT_RELEASED, DIFFERS_BY_FEW)
        found |= {(row_id, column): cell for column in columns}
    return found


def _telling_of_few(frame: pd.DataFrame, threshold: int) -> dict[tuple[str, str], tuple[str, str]]:
    """Estimates from which a small count can be worked out, as a share's numerator from the share and its base."""
    if TOLD not in frame:
        return {}
    few = frame.loc[frame[TOLD].between(1, threshold - 1), "row_id"]
    reason = (SMALL, "a count below the threshold would follow from it")
    columns = (*ESTIMATES, *TELLS_THE_BASE, *BESIDE_ESTIMATES)
    return {(row_id, column): reason for row_id in few for column in columns}


def _withheld_parts(
    tables: Mapping[str, pd.DataFrame], system: CountSystem, marks: Mapping[int, str]
) -> set[tuple[str, str]]:
    """Categories of which the number of matched or of unmatched responses is withheld."""
    rows = tables[COUNTED].to_dict("records") if COUNTED in tables else []
    return {(row["variable"], row["category"]) for row in rows if marks.get(system.cells[COUNTED, row["row_id"], "n"])}


def _telling_of_withheld(frame: pd.DataFrame, parts: set[tuple[str, str]]) -> dict[tuple[str, str], tuple[str, str]]:
    """Shares whose numerator is withheld where it stands as a count; all of them where it is everybody's."""
    shares = frame[frame["n_unit"] == "responses"]
    told = [(ALL, ALL) in parts or key in parts for key in zip(shares["group_by"], shares["group"], strict=True)]
    cell = (WITHHELD, REASONS[WITHHELD, True])
    return {(row_id, column): cell for row_id in shares.loc[told, "row_id"] for column in (*ESTIMATES, *TELLS_THE_BASE)}


def _of_unlinked(frame: pd.DataFrame, threshold: int) -> dict[tuple[str, str], tuple[str, str]]:
    """Responses that could not be linked, where they are few: no people with something in common, and not needed."""
    few = frame["measure"].isin(UNLINKED) & frame["n"].between(1, threshold - 1)
    return {(row_id, "n"): (NOT_RELEASED, NOT_NEEDED) for row_id in frame.loc[few, "row_id"]}


def _beside_withheld(frame: pd.DataFrame, marks: Mapping[tuple[str, str], tuple[str, str]]) -> pd.Series:
    """Rows of an outcome and grouping of which some group's size is withheld."""
    few = pd.Series([(row_id, "n") in marks for row_id in frame["row_id"]], index=frame.index, dtype=bool)
    return few.groupby([frame["outcome"], frame["group_by"]]).transform("any").astype(bool)


def _borrowing(frame: pd.DataFrame, marks: Mapping[tuple[str, str], tuple[str, str]]) -> set[str]:
    borrowed = frame["estimate_name"].isin(BORROWED)
    return set(frame.loc[borrowed & _beside_withheld(frame, marks), "row_id"]) if borrowed.any() else set()


def _of_joint_tests(
    frame: pd.DataFrame, marks: Mapping[tuple[str, str], tuple[str, str]]
) -> dict[tuple[str, str], tuple[str, str]]:
    """A joint test's degrees of freedom follow from its groups' sizes, and from F beside p: kept where all are told."""
    some = _beside_withheld(frame, marks)
    joint = frame.loc[some & frame["df"].notna() & (frame["group"] == ALL) & (frame["group_by"] != ALL), "row_id"]
    return {
        (row_id, column): (WITHHELD, REASONS[WITHHELD, False]) for row_id in joint for column in ("statistic", "df")
    }


def _parts_of_few(
    name: str, frame: pd.DataFrame, marks: Mapping[tuple[str, str], tuple[str, str]]
) -> dict[tuple[str, str], tuple[str, str]]:
    """Counts inside a base that is itself too small: a zero there would say "none of these few"."""
    if name not in SHARE_OF:
        return {}
    few = {row_id for (row_id, column), (mark, _) in marks.items() if (column, mark) == ("n", SMALL)}
    inside = share_bases(frame, name).isin(few)
    return {
        (row_id, "n"): (SMALL, REASONS[SMALL, False]) for row_id in frame.loc[inside, "row_id"] if row_id not in few
    }


def rounded(count: int, base: int) -> int:
    """Round a count to the nearest multiple of `base`, halves up.

    Examples
    --------
    >>> [rounded(count, 5) for count in (8, 16, 23, 44)]
    [10, 15, 25, 45]
    """
    return (2 * count + base) // (2 * base) * base


def _marks(
    name: str, frame: pd.DataFrame, system: CountSystem, marks: Mapping[int, str], rounding: bool
) -> dict[tuple[str, str], tuple[str, str]]:
    """Mark and reason of each withheld cell of a table, by row and column."""
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for row in frame.to_dict("records"):
        row_id = row["row_id"]
        of = {column: marks.get(system.cells.get((name, row_id, column), -1), "") for column in COUNT_COLUMNS}
        cells = {column: (mark, REASONS[mark, True]) for column, mark in of.items() if mark}
        if name in RESULT_TABLES:
            cells = {**_lost_with_the_base(row, of), **cells}
            if SMALL in of["n"]:
                cells |= dict.fromkeys(("n_people", "n_missing"), (SMALL, REASONS[SMALL, False]))
            if rounding:
                cells = {"df": (WITHHELD, ROUNDED_DF), "note": (WITHHELD, ROUNDED_DF), **cells}
        for column, cell in cells.items():
            found[row_id, column] = cell
    return found


def _lost_with_the_base(row: Mapping[str, object], of: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    if SMALL in (of["n"], of["n_people"]):
        return dict.fromkeys((*ESTIMATES, *TELLS_THE_BASE), (SMALL, REASONS[SMALL, False]))
    if of["n"] == WITHHELD:
        lost = [*TELLS_THE_BASE, *(c for c in ("n_people", "n_missing") if not of[c])]
        lost += [] if row["estimate_name"] in KEEPS_ESTIMATE else ["estimate"]
        lost += [] if row["estimate_name"] in KEEPS_INTERVAL else ["ci_low", "ci_high"]
    else:
        lost = list(TELLS_THE_BASE) if of["n_people"] == WITHHELD else []
    return dict.fromkeys(lost, (WITHHELD, REASONS[WITHHELD, False]))


def _as_text(
    name: str, frame: pd.DataFrame, marks: Mapping[tuple[str, str], tuple[str, str]], rounding: int | None
) -> pd.DataFrame:
    released = frame.drop(columns=TOLD, errors="ignore")
    ids = list(frame["row_id"])
    numbers = number_columns(name)
    coarse = {row_id for row_id in ids if name in VARIANTS or marks.get((row_id, "n"), ("",))[0] == WITHHELD}
    coarse |= _borrowing(frame, marks) if name in RESULT_TABLES else set()
    for column in numbers:
        if column == SHARE:
            continue
        values = [
            _cell(value, marks.get((row_id, column), ("",))[0], column, rounding, row_id in coarse)
            for row_id, value in zip(ids, frame[column], strict=True)
        ]
        released[column] = pd.array(values, dtype="string")
    if "note" in frame:
        notes = zip(ids, frame["note"], strict=True)
        values = [_note(marks.get((row_id, "note"), ("",))[0], note) for row_id, note in notes]
        released["note"] = pd.array(values, dtype="string")
    if SHARE in numbers:
        released[SHARE] = _shares(name, released)
    return released


def _cell(value: object, mark: str, column: str, rounding: int | None, coarse: bool) -> str:
    if mark:
        return MARKS[mark]
    if pd.isna(value):
        return MARKS[NOT_RELEASED]
    if column in COUNT_COLUMNS:
        return str(rounded(int(value), rounding) if rounding else int(value))
    if not math.isfinite(float(value)):
        return MARKS[NOT_RELEASED]
    return repr(round(float(value), DECIMALS_BESIDE_WITHHELD) if coarse and column in ESTIMATES else float(value))


def _note(mark: str, note: object) -> object:
    """A note that stands is withheld with its row, for it may tell the base; where there is none, none is told."""
    if mark == WITHHELD and pd.notna(note) and not any(character.isdigit() for character in str(note)):
        return note
    return MARKS[mark] if mark and pd.notna(note) else note


def share_bases(frame: pd.DataFrame, table: str) -> pd.Series:
    """Return the row that is the base of each row's share.

    Parameters
    ----------
    frame : DataFrame
        A released table of counts: movement, participants or transitions.
    table : str
        Its name.

    Returns
    -------
    Series of str
        ``row_id`` of the base, on the frame's index; missing where the table holds none.
    """
    keys = [column for column in frame.columns if column not in ("row_id", "n", SHARE)]
    index = {tuple(map(str, key)): row_id for *key, row_id in frame[[*keys, "row_id"]].itertuples(index=False)}
    bases = []
    for row in frame[keys].to_dict("records"):
        tried = (index.get(tuple(str(v) for v in {**row, **change}.values())) for change in SHARE_OF[table])
        bases.append(next((row_id for row_id in tried if row_id is not None), None))
    return pd.Series(bases, index=frame.index, dtype="string")


def _shares(table: str, frame: pd.DataFrame) -> pd.array:
    counts = dict(zip(frame["row_id"], frame["n"], strict=True))
    shares = []
    for part, base in zip(frame["n"], share_bases(frame, table), strict=True):
        whole = counts[base] if pd.notna(base) else MARKS[NOT_RELEASED]
        if part in MARKS.values() or whole in MARKS.values():
            shares.append(part if part in MARKS.values() else whole)
        else:
            shares.append(repr(int(part) / int(whole)) if int(whole) else MARKS[NOT_RELEASED])
    return pd.array(shares, dtype="string")


def _reasons(name: str, frame: pd.DataFrame, marks: Mapping[tuple[str, str], tuple[str, str]]) -> list[list[str]]:
    return [
        [name, row_id, column, MARKS[mark], reason]
        for row_id in frame["row_id"]
        for column in [*number_columns(name), "note"]
        if column in frame
        for mark, reason in [marks.get((row_id, column), ("", ""))]
        if mark and not (column == "note" and mark and frame.loc[frame["row_id"] == row_id, "note"].isna().all())
    ]


__all__ = ["disclose", "rounded", "share_bases"]
