"""The sums among counts of links, of what could not be linked, and of the responses that both are part of."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from prepost.quantities import Ledger
from prepost.schemas import ALL

LINKED, LINKAGE, PROCEDURE = "linked", "linkage", "procedure"


def relate_links(ledger: Ledger, tables: Mapping[str, pd.DataFrame]) -> None:
    """Enter every sum that a reader of the tables ``linked``, ``flow``, ``participants``, ``participation`` can form.

    Parameters
    ----------
    ledger : Ledger
        With the counts of all tables entered.
    tables : mapping of str to DataFrame
        Private result tables by name.

    Notes
    -----
    Pairs of a procedure are those of the stricter one before it and its step. Kept responses of the first wave are
    those with a key that stand for their person, those without a key, and those that stand aside; kept responses of
    the later wave are those linked and those not.
    """
    if LINKED not in tables or tables[LINKED].empty:
        return
    linked = {
        (row["measure"], row["variable"], row["category"]): ledger.cells[LINKED, row["row_id"], "n"]
        for row in tables[LINKED].to_dict("records")
    }
    _steps(ledger, tables, linked)
    if LINKAGE in tables and len(tables[LINKAGE]):
        first, later = tables[LINKAGE][["wave_from", "wave_to"]].iloc[0]
        _boxes(ledger, tables, linked, str(first), str(later))
        _modules(ledger, tables, linked, str(first), str(later))


def _steps(ledger: Ledger, tables: Mapping[str, pd.DataFrame], linked: Mapping[tuple, int]) -> None:
    names = [key[2] for key in linked if key[:2] == ("pairs", PROCEDURE)]
    for before, name in zip(names, names[1:], strict=False):
        step = linked.get(("step", PROCEDURE, name))
        if step is not None:
            ledger.total(linked["pairs", PROCEDURE, name], [linked["pairs", PROCEDURE, before], step])
    steps = [number for key, number in linked.items() if key[0] == "step"]
    more = linked.get(("added", ALL, ALL))
    if steps and more is not None and ledger.values[steps[0]] == ledger.values[more]:
        ledger.same(steps[0], more)
    for row in tables[LINKAGE].to_dict("records") if LINKAGE in tables else ():
        pairs = linked.get(("pairs", PROCEDURE, row["group"])) if row["group_by"] == PROCEDURE else None
        if pairs is not None:
            ledger.same(pairs, ledger.cells[LINKAGE, row["row_id"], "n"])


def _boxes(ledger: Ledger, tables: Mapping[str, pd.DataFrame], linked: Mapping, first: str, later: str) -> None:
    flow = tables["flow"].set_index("box")["row_id"] if "flow" in tables else {}
    box = {name: ledger.cells["flow", row_id, "n"] for name, row_id in flow.items()}
    one = {key[0]: number for key, number in linked.items() if key[1:] == (ALL, ALL)}
    for whole, parts in (
        (box.get(f"not_used.{first}"), [one.get("no_key"), one.get("second")]),
        (box.get(f"answered_not_linked.{later}"), [one.get("no_key_later"), one.get("keyed_unlinked")]),
        (one.get("unlinked"), [box.get(f"answered_not_linked.{later}"), box.get(f"not_used.{later}")]),
    ):
        if whole is not None and None not in parts:
            ledger.total(whole, parts)


def _modules(ledger: Ledger, tables: Mapping[str, pd.DataFrame], linked: Mapping, first: str, later: str) -> None:
    """By module the kept responses of both waves are told, and so is who of the first is matched."""
    if "participation" not in tables or "participants" not in tables:
        return
    kept = {
        (row["wave"], row["group"]): ledger.cells["participation", row["row_id"], "n"]
        for row in tables["participation"].to_dict("records")
        if row["measure"] == "responses" and row["group_by"] in ("module", ALL)
    }
    taking = {
        (row["variable"], row["category"], row["matched"]): ledger.cells["participants", row["row_id"], "n"]
        for row in tables["participants"].to_dict("records")
    }
    for (wave, group), whole in kept.items():
        variable = ALL if group == ALL else "module"
        key = (variable, group)
        parts = {
            first: [taking.get((*key, ALL)), linked.get(("no_key", *key)), linked.get(("second", *key))],
            later: [taking.get((*key, "yes")), linked.get(("unlinked", *key))],
        }.get(wave, [])
        known = [part for part in parts if part is not None]  # a group that none of a kind is in has no row
        if known:
            ledger.total(whole, known)
