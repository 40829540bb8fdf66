"""What other choices would have given, and the plan beside what was done, in words."""

from __future__ import annotations

import pandas as pd

from prepost.figures.specifications import CHOICES, OPTIONS
from prepost.paired import OVERALL
from prepost.render.escape import escape_markdown as esc
from prepost.report.messages import Words


def specifications(words: Words) -> str:
    """Name each choice with its options and the study's reason; the first option is the primary analysis's."""
    declared = words.settings.secondary.specifications
    if not declared:
        return "This study declares no choices that could have been made otherwise, so there is one answer only."
    lines = []
    for choice in declared:
        options = [OPTIONS[option] for option in choice.options]
        rest = " or ".join(options[1:])
        lines.append(f"- **{CHOICES[choice.choice]}**: {options[0]}; or {rest}. {esc(choice.reason.rstrip('.'))}.")
    return (
        "Some choices could have been made otherwise. The study names them, with the reason; what the primary analysis "
        "does stands first. Every combination was run, and none is singled out as the right one.\n\n" + "\n".join(lines)
    )


def plan(words: Words) -> str:
    """Say how much of the plan was done, with the plan's fingerprint."""
    rows = words.table("plan")
    planned = rows[rows["planned"] == "yes"]
    if planned.empty:
        return "The study declares no analyses."
    short = planned["done"] != "yes"
    all_done = "every one of them was done in full" if not short.any() else "those not done in full say why below"
    return (
        "The analyses were declared in the study file before they were run, and " + all_done + ". What was done beside "
        "them is listed too. The plan, as the study file states it, has the fingerprint "
        f"`{planned['plan_sha256'].iloc[0][:12]}…` (whole in plan.csv): a later change of the plan changes it."
    )


def plan_table(words: Words) -> pd.DataFrame:
    """What was planned and what was done, analysis by analysis."""
    rows = words.table("plan")
    labels = {outcome.name: outcome.label for outcome in words.settings.outcomes} | {OVERALL: "All"}
    shown = pd.DataFrame(
        {
            "Analysis": rows["analysis"],
            "Outcome": rows["outcome"].map(labels),
            "Role": rows["role"].str.capitalize(),
            "Planned": rows["planned"].str.capitalize(),
            "Done": rows["done"].str.capitalize(),
            "Remark": rows["note"].fillna("–"),
        }
    ).astype("string")
    shown.attrs["keys"] = pd.DataFrame("", index=shown.index, columns=shown.columns)
    shown.attrs["numbers"] = []
    return shown
