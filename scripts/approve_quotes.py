"""Set what people decided beside each quotation; without an approval none will leave."""

import logging
from pathlib import Path

from prepost import steps, tables
from prepost.interviews.sheets import ApprovalRow
from prepost.quotes.approve import FOLDER, decided, gone
from prepost.sheets import read_sheet

log = logging.getLogger("prepost")


def main(*, candidates: Path, sheets: list[Path], quotes: Path) -> None:
    """Read the candidates and the returned sheets, write floor 6."""
    drawn = tables.read(candidates, "quote_candidates")
    given = {path.name: read_sheet(path, ApprovalRow, where=f"{FOLDER}/{path.name}") for path in sheets}
    found = decided(drawn, given)
    tables.write(found, quotes, "quotes")
    counts = ", ".join(f"{n} {state}" for state, n in found["approval"].value_counts().sort_index().items())
    log.info("%s; %d rows are of quotations that are no longer drawn", counts or "no quotations", gone(drawn, given))


steps.run(main, globals().get("snakemake"))
