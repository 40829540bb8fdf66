"""What a reader can add up: the counts of all result tables as one system of sums.

Suppression is only as good as the sums that it knows. Here every count of every table becomes a quantity, the same
quantity in several tables becomes one, and each total becomes a relation "parts minus whole is zero". A candidate
relation is kept where it holds in the private counts: a reader who assumes one that does not hold is misled, and one
that holds by accident costs a cell but never protection.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

import pandas as pd

from prepost.quantities import LATENT, MARGIN, ORDINARY, PRIMARY, CountSystem, Hierarchy, Ledger
from prepost.relations_linkage import relate_links
from prepost.schemas import ALL

HIDDEN = ""  # the table of quantities that stand in no table
KEY_COLUMNS = ("strand", "comparison", "outcome", "group_by", "group", "wave_from", "wave_to", "n_unit")

# The dimensions of each table of counts that sum to their margin; a pair is a variable and its categories.
SUMS: dict[str, tuple[tuple[str, ...], ...]] = {
    "participants": (("variable", "category"), ("matched",)),
    "participation": (("group_by", "group"), ("wave",)),
    "transitions": (("from",), ("to",)),
    "movement": (("group_by", "group"), ("direction",)),
    "missing": (("kind",),),
    "ceiling": (("place",),),
    "linked": (("variable", "category"),),
}


def count_system(tables: Mapping[str, pd.DataFrame], nested: Iterable[Hierarchy] = ()) -> CountSystem:
    """Gather the counts of all result tables and every sum that holds among them.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Private result tables by name: comparisons, levels, reliability, flow, participants, participation,
        transitions, movement; any of them may be absent.
    nested : iterable of Hierarchy
        Categories that are sums of finer ones.

    Returns
    -------
    CountSystem
    """
    ledger = Ledger()
    for name in sorted(tables):
        for row in tables[name].to_dict("records"):
            ledger.enter(name, row, _tier(name, row), _in_strand(row, _address(name, row)))
    _same_rows(ledger, tables)
    _same_blocks(ledger, tables)
    _answered_and_missing(ledger, tables)
    _same_groups(ledger)
    for name in sorted(tables):
        if name == "flow":
            _boxes(ledger, tables[name])
        elif name in SUMS:
            _margins(ledger, name, tables[name], nested)
        elif _is_results(tables[name]):
            _partitions(ledger, name, tables[name], nested)
    _diagonals(ledger, tables)
    _ends(ledger, tables)
    relate_links(ledger, tables)
    return ledger.system()


def _text(value: object) -> str:
    return "" if value is None or pd.isna(value) else str(value)


def _tier(table: str, row: Mapping[str, object]) -> int:
    if "estimate_name" in row:
        overall = row["group_by"] == ALL
        return PRIMARY if overall and row["role"] == "primary" else MARGIN if overall else ORDINARY
    dimensions = [name for sums in SUMS.get(table, ()) for name in sums]
    if table == "flow":
        # the way in (records, lines read, set aside) is told before the responses kept, which every table stands on
        return MARGIN if str(row["box"]).startswith(("kept", "matched", "included")) else ORDINARY
    if table == "ceiling":  # who stands between the ends is given up before who stands at them
        return ORDINARY if row["place"] == "between" else MARGIN
    return MARGIN if any(row[name] == ALL for name in dimensions) else ORDINARY


def _address(table: str, row: Mapping[str, object]) -> tuple[str, str] | None:
    """The group of people that the row counts whole, or nothing where it counts a part of a group."""
    if table == "flow":
        return ALL, ALL
    if table == "participants":
        return (str(row["variable"]), str(row["category"])) if row["matched"] in ("yes", ALL) else None
    if table == "missing":
        return (ALL, ALL) if row["kind"] == ALL else None
    if table == "transitions":
        return (ALL, ALL) if row["from"] == ALL and row["to"] == ALL else None
    if table == "movement" and row["direction"] != ALL:
        return None
    if table == "linked":  # the pairs of the headline are the matched of other tables
        return (ALL, ALL) if row["measure"] == "pairs" else None
    if table == "ceiling":
        return (ALL, ALL) if row["place"] == ALL else None
    if "group_by" not in row:  # a table of published numbers: its bases are nobody's of this study
        return None
    return str(row["group_by"]), str(row["group"])


def _in_strand(row: Mapping[str, object], address: tuple[str, str] | None) -> tuple[str, str] | None:
    """An address within its strand: comments of a module are not its people, though their number may be the same."""
    return None if address is None else (f"{row['strand']}/{address[0]}", address[1])


def _is_results(frame: pd.DataFrame) -> bool:
    return "estimate_name" in frame


def _same_rows(ledger: Ledger, tables: Mapping[str, pd.DataFrame]) -> None:
    """Rows of one comparison, outcome and group that count the same pairs, whatever they estimate."""
    for name in sorted(tables):
        if not _is_results(tables[name]):
            continue
        first: dict[tuple, int] = {}
        for row in tables[name].to_dict("records"):
            numbers = {c: ledger.cells.get((name, row["row_id"], c)) for c in ("n", "n_people", "n_missing")}
            who = tuple(_text(row[key]) for key in KEY_COLUMNS)
            for column, number in numbers.items():
                if number is None:
                    continue
                # missing answers belong to one outcome of one comparison; bases are those of the group and its waves
                scope = who if column == "n_missing" else (who[0], *who[3:])
                ledger.same(number, first.setdefault((column, ledger.values[number], *scope), number))
            n, people = numbers["n"], numbers["n_people"]
            if n is not None and people is not None and ledger.values[n] == ledger.values[people]:
                ledger.same(n, people)  # one pair a person, as always within one module


def _same_blocks(ledger: Ledger, tables: Mapping[str, pd.DataFrame]) -> None:
    """Comparisons over the same pairs repeat whole blocks of movement and transitions."""
    for name, block, inner in (
        ("movement", ["strand", "outcome", "group_by", "group"], ["direction"]),
        ("transitions", ["strand", "item"], ["from", "to"]),
    ):
        seen: dict[tuple, list[int]] = {}
        for key, rows in tables[name].groupby([*block, "comparison"], sort=True) if name in tables else ():
            ordered = rows.sort_values(inner, kind="stable")
            numbers = [ledger.cells[name, row_id, "n"] for row_id in ordered["row_id"]]
            inside = tuple(ordered[[*inner, "n"]].itertuples(index=False, name=None))
            for mine, theirs in zip(numbers, seen.setdefault((key[:-1], inside), numbers), strict=True):
                ledger.same(mine, theirs)


def _answered_and_missing(ledger: Ledger, tables: Mapping[str, pd.DataFrame]) -> None:
    """N and n_missing make the pairs of the group, which are the same for all its outcomes."""
    pairs: dict[tuple, int] = {}
    parts: dict[tuple, dict[tuple, int]] = defaultdict(dict)
    for name in sorted(tables):
        for row in tables[name].to_dict("records") if _is_results(tables[name]) else ():
            n, missing = (ledger.cells.get((name, row["row_id"], column)) for column in ("n", "n_missing"))
            if n is None or missing is None:
                continue
            value = ledger.values[n] + ledger.values[missing]
            strand, comparison, _, group_by, group, *waves = (_text(row[key]) for key in KEY_COLUMNS)
            key = (strand, comparison, group_by, group, *waves, value)
            if key not in pairs:
                pairs[key] = ledger.add(value, LATENT)
                ledger.groups[f"{strand}/{group_by}", group, value].append((HIDDEN, pairs[key]))
                parts[(strand, comparison, *waves, group_by)][key] = pairs[key]
            if ledger.values[missing] == 0:
                ledger.same(n, pairs[key])
            else:
                ledger.total(pairs[key], [n, missing])
    wholes = {key: number for key, number in pairs.items() if key[2] == ALL}
    for (strand, _, *waves, group_by), children in parts.items():
        for key, number in wholes.items():
            if group_by != ALL and (key[0], *key[4:-1]) == (strand, *waves):
                ledger.total(number, list(children.values()))


def _same_groups(ledger: Ledger) -> None:
    """One number for one group of people in several tables is one quantity."""
    for members in ledger.groups.values():
        if len({table for table, _ in members}) > 1:
            for _, number in members[1:]:
                ledger.same(members[0][1], number)


def _boxes(ledger: Ledger, frame: pd.DataFrame) -> None:
    """The boxes of one parent sum to it."""
    inside: dict[tuple, list[int]] = defaultdict(list)
    boxes: dict[tuple, int] = {}
    for row in frame.to_dict("records"):
        number = ledger.cells["flow", row["row_id"], "n"]
        boxes[row["strand"], row["box"]] = number
        if _text(row["parent"]):
            inside[row["strand"], _text(row["parent"])].append(number)
    for parent, children in inside.items():
        if parent in boxes:
            ledger.total(boxes[parent], children)


def _margins(ledger: Ledger, name: str, frame: pd.DataFrame, nested: Iterable[Hierarchy]) -> None:
    keys = [column for column in frame.columns if column not in ("row_id", "n", "share")]
    rows = [
        ({key: str(row[key]) for key in keys}, ledger.cells[name, row["row_id"], "n"])
        for row in frame.to_dict("records")
    ]
    for dimensions in SUMS[name]:
        last = dimensions[-1]
        rest = [key for key in keys if key not in dimensions and key != "comparison"]
        own = [*rest, *(key for key in ("comparison", *dimensions[:-1]) if key in keys)]
        wholes: dict[tuple, list[int]] = defaultdict(list)
        parts: dict[tuple, dict[str, int]] = defaultdict(dict)
        for row, number in rows:
            if row[last] == ALL:
                # the whole of a variable's categories is its own "all" row, or everybody's; in any comparison
                variable = row[dimensions[0]] if len(dimensions) == 2 else ALL
                wholes[(variable, *(row[key] for key in rest))].append(number)
            else:
                parts[tuple(row[key] for key in own)][row[last]] = number
        for key, children in parts.items():
            variable = key[-1] if len(dimensions) == 2 else ALL
            for which in dict.fromkeys([variable, ALL]):
                for whole in wholes.get((which, *key[: len(rest)]), ()):
                    ledger.total(whole, list(children.values()))
        if len(dimensions) == 2:
            _nest(ledger, parts, nested)


def _partitions(ledger: Ledger, name: str, frame: pd.DataFrame, nested: Iterable[Hierarchy]) -> None:
    """The groups of a grouping make the overall row, which may stand in another comparison over the same waves."""
    columns = [column for column in ("n", "n_people", "n_missing") if column in frame]
    for column in columns:
        wholes: dict[tuple, list[int]] = defaultdict(list)
        parts: dict[tuple, dict[str, int]] = defaultdict(dict)
        for row in frame.to_dict("records"):
            number = ledger.cells.get((name, row["row_id"], column))
            if number is None:
                continue
            strand, comparison, outcome, group_by, group, *rest = (_text(row[key]) for key in KEY_COLUMNS)
            if group_by == ALL:
                wholes[(strand, outcome, *rest)].append(number)
            else:
                parts[(strand, outcome, *rest, comparison, row["estimate_name"], group_by)][group] = number
        for key, children in parts.items():
            for whole in wholes.get(key[:-3], ()):
                ledger.total(whole, list(children.values()))
        _nest(ledger, parts, nested)


def _nest(ledger: Ledger, parts: Mapping[tuple, dict[str, int]], nested: Iterable[Hierarchy]) -> None:
    """A region is the sum of its boards: `parts` maps (…, variable) to category and quantity."""
    for step in nested:
        for key, fine in parts.items():
            if key[-1] != step.fine:
                continue
            children: dict[str, list[int]] = defaultdict(list)
            for category, number in fine.items():
                children[step.parent.get(category, "")].append(number)
            # the coarse rows may stand in a comparison of their own
            for other, coarse in parts.items():
                if other[-1] == step.coarse and _comparable(key, other):
                    for category, number in coarse.items():
                        ledger.total(number, children.get(category, []))


def _comparable(one: tuple, other: tuple) -> bool:
    return len(one) == len(other) and sum(a != b for a, b in zip(one[:-1], other[:-1], strict=True)) <= 1


def _diagonals(ledger: Ledger, tables: Mapping[str, pd.DataFrame]) -> None:
    """Answers above, on and below the diagonal of an item's transitions are its movement."""
    if "transitions" not in tables or "movement" not in tables:
        return
    moves: dict[tuple, dict[str, int]] = defaultdict(dict)
    for row in tables["movement"].to_dict("records"):
        if row["group_by"] == ALL:
            number = ledger.cells["movement", row["row_id"], "n"]
            moves[row["strand"], row["comparison"], row["outcome"]][row["direction"]] = number
    for key, rows in tables["transitions"].groupby(["strand", "comparison", "item"], sort=True):
        inner = rows[(rows["from"] != ALL) & (rows["to"] != ALL)]
        before, after = (pd.to_numeric(inner[column], errors="coerce") for column in ("from", "to"))
        numbers = pd.Series([ledger.cells["transitions", r, "n"] for r in inner["row_id"]], index=inner.index)
        sides = {s: list(numbers[m]) for s, m in {"up": after > before, "down": after < before}.items()}
        for direction, side in (("better", "up"), ("better", "down"), ("worse", "up"), ("worse", "down")):
            if direction in moves.get(key, {}):
                ledger.total(moves[key][direction], sides[side])
        if "same" in moves.get(key, {}):
            ledger.total(moves[key]["same"], list(numbers[inner["from"].eq(inner["to"])]))


def _ends(ledger: Ledger, tables: Mapping[str, pd.DataFrame]) -> None:
    """Those with room and those at the ceiling make all; an outcome of one item stands where its item stands."""
    places: dict[tuple, dict[str, int]] = defaultdict(dict)
    for row in tables["ceiling"].to_dict("records") if "ceiling" in tables else ():
        key = (row["strand"], row["comparison"], row["outcome"], row["wave"])
        places[key][row["place"]] = ledger.cells["ceiling", row["row_id"], "n"]
    for row in tables["room"].to_dict("records") if "room" in tables else ():
        found = places.get((row["strand"], row["comparison"], row["outcome"], row["wave_from"]))
        if found:
            ledger.total(found[ALL], [ledger.cells["room", row["row_id"], "n"], found["ceiling"]])
    if not places or "transitions" not in tables:
        return
    for (strand, comparison, _), rows in tables["transitions"].groupby(["strand", "comparison", "item"], sort=True):
        for side, other in (("from", "to"), ("to", "from")):
            margin = rows[(rows[other] == ALL) & (rows[side] != ALL)]
            margin = margin.sort_values(side, key=lambda codes: codes.astype(float), kind="stable")
            whole = rows.loc[(rows[other] == ALL) & (rows[side] == ALL), "row_id"]
            ids = [margin["row_id"].iloc[0], margin["row_id"].iloc[-1], *whole]
            numbers = [ledger.cells["transitions", row_id, "n"] for row_id in ids]
            for key, found in places.items():
                mine = [found[place] for place in ("floor", "ceiling", ALL)]
                alike = [ledger.values[n] for n in mine] == [ledger.values[n] for n in numbers]
                if key[:2] == (strand, comparison) and alike:
                    for one, two in zip(mine, numbers, strict=True):
                        ledger.same(one, two)
