"""Regions and boards in words: how to read them, reach, and the change of map."""

from __future__ import annotations

from prepost.figures.words import listing
from prepost.place_sheets import new_name
from prepost.render.escape import escape_markdown as esc
from prepost.report.messages import Words
from prepost.report.place_tables import measures

NOT_DECLARED = "This study declares no regions or boards, so nothing can be said about places."
NO_STAFF = "How many people work in each place is not given, so reach per 1,000 staff cannot be said."
RANKS = (
    "Places are not ranked in this report. Whoever needs to know how far an order could be trusted finds it here: the "
    "intervals of the ranks are wide, and two places whose intervals overlap cannot be told apart."
)


def places(words: Words) -> str:
    """Say how places are compared and that their order tells nothing."""
    if words.settings.secondary.places is None or words.primary is None:
        return NOT_DECLARED
    return (
        "Small places lie far from the overall change by chance alone. Each is therefore set against the limits within "
        "which chance keeps a place of its size; only what lies beyond them asks for a closer look, and it may still "
        "come from who took part there. This is no league table, and no place is ranked. These analyses are secondary."
    )


def reach(words: Words) -> str:
    """Say what reach counts, or why it cannot be said."""
    found = measures(words)
    if not found:
        return NO_STAFF
    if "enrolled" in found:
        said = "Reach is the number of enrolments for each 1,000 staff; one person may enrol in several modules."
    else:
        said = "Reach is the number of people who answered the first survey for each 1,000 staff."
    return said + (" The numbers of staff are illustrative." if words.settings.synthetic else "")


def new_map(words: Words) -> str:
    """Say what the new map does to the results, and whose people cannot be moved."""
    rows = words.table("places")
    names = set(rows.loc[rows["group_by"] == new_name(words.settings.secondary.places.by), "group"])
    if not names:
        return ""
    end = " (split, not moved)"
    split = sorted(name.removesuffix(end) for name in names if name.endswith(end))
    said = "The map has changed since. The same results follow for the places as they are now."
    if split:
        said += (
            f" {esc(listing(split))} {'was' if len(split) == 1 else 'were'} split between several new places: from the "
            "old place alone it cannot be told to which of them a person belongs, so these people stand apart, and the "
            "new places that took parts are without them."
        )
    return said
