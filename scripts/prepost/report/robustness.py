"""What other choices would have given, and the plan beside what was done, in words."""

from __future__ import annotations

from prepost.figures.specifications import CHOICES, OPTIONS
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
