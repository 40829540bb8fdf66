"""Hold published statements against their own arithmetic."""

import logging
from pathlib import Path

from prepost import steps, tables
from prepost.claims.audit import audit
from prepost.claims.sheet import load_claims

log = logging.getLogger("prepost")


def main(*, claims: Path, references: list[Path], verdicts: Path, summary: Path) -> None:
    """Read the statements, write a verdict for each and how many there are of each.

    Parameters
    ----------
    claims : Path
        What publications print.
    references : list of Path
        Figures from elsewhere, if the study has such a sheet.
    verdicts, summary : Path
        The tables of floor 6.
    """
    stated, known = load_claims(claims, references[0] if references else None)
    found, counts = audit(stated, known)
    tables.write(found, verdicts, "claims_verdicts")
    tables.write(counts, summary, "claims_summary")
    log.info("%d statements", len(found))


steps.run(main, globals().get("snakemake"))
