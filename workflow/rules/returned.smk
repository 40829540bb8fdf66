"""Sheets that people return: coded segments, decisions on quotations, names to be taken out.

needs: data/returned/, or in the bundled study the rules that simulate what lies there
leaves: returned(), and NAMES
"""


def returned(folder, pattern, synthetic):
    """List the sheets that people returned to a folder, and in the bundled study the one that is simulated there."""
    found = {str(path) for path in (DATA / "returned" / folder).glob(pattern)}
    return sorted(found | ({f"data/returned/{folder}/{synthetic}"} if SIMULATED else set()))


NAMES = (
    [str(DATA / "returned" / "deidentify" / SETTINGS["deidentify"]["names"])] if SETTINGS["deidentify"]["names"] else []
)
