"""Names of themes, without anything that a figure or the workflow would have to pay for."""

from __future__ import annotations

NONE = "none"  # read, and of no theme of the frame
CANNOT = "cannot_be_coded"  # not readable, or not an answer: "n/a", "see above"
OUTSIDE = (NONE, CANNOT)


def theme_label(theme: str) -> str:
    """Return a theme's name as people read it: "Time and workload"."""
    return theme.replace("_", " ").capitalize()
