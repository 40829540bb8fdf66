"""What a reader can add up about linking, written from the words of the tables and not from the code under test."""

from __future__ import annotations

import pandas as pd


def linkage_equations(private: dict[str, pd.DataFrame]) -> list[tuple[list[tuple], tuple]]:
    """Sums in words: (parts, whole), each a (table, row_id); those that do not hold are no equations."""
    if not {"linked", "linkage"} <= set(private) or private["linked"].empty:
        return []
    truth = {(t, r): int(n) for t, f in private.items() for r, n in zip(f["row_id"], f["n"], strict=True)}
    later = private["linkage"]["wave_to"].iloc[0]
    tried: list[tuple[list[tuple], tuple]] = [([("linked", "pairs.procedure.exact")], ("participants", "all.all.yes"))]
    linked = private["linked"]
    people = linked["measure"].isin(["pairs", "step", "added"])
    for (measure, variable), rows in linked[people & (linked["variable"] != "all")].groupby(["measure", "variable"]):
        if variable != "procedure":
            parts = [("linked", row_id) for row_id in rows["row_id"]]
            tried.append((parts, ("linked", f"{measure}.all.all")))
    steps = list(linked.loc[linked["measure"] == "step", "row_id"])
    whole = [row_id.replace("step.", "pairs.") for row_id in steps]
    for before, step, after in zip(["pairs.procedure.exact", *whole], steps, whole, strict=False):
        tried.append(([("linked", before), ("linked", step)], ("linked", after)))
    for row in private["linkage"].to_dict("records"):
        twin = {"linked_of_first": ("participants", "all"), "linked_of_later": ("participation", "")}
        table, end = twin.get(row["estimate_name"], ("", ""))
        group = row["row_id"].removeprefix("primary.all.").removesuffix(f".{row['estimate_name']}")
        name = f"{group}.{end}" if table == "participants" else f"responses.{later}.{group}"
        tried.append(([("linkage", row["row_id"])], (table, name)))
        if row["group_by"] == "procedure":
            tried.append(([("linkage", row["row_id"])], ("linked", f"pairs.procedure.{row['group'].lower()}")))
    return [
        (parts, whole)
        for parts, whole in tried
        if parts
        and whole in truth
        and all(part in truth for part in parts)
        and sum(truth[part] for part in parts) == truth[whole]
    ]
