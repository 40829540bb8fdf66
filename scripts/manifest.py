"""List every file of every floor: what made it, from what, and its hash."""

import logging
from pathlib import Path

from prepost import steps, tables
from prepost.provenance import Origin, manifest_of

log = logging.getLogger("prepost")


def main(
    *,
    run_config: Path,
    artefacts: list[Path],
    report: Path,
    audit: list[Path],
    manifest: Path,
    lineage: dict[str, Origin],
) -> None:
    """Write the manifest.

    Parameters
    ----------
    run_config : Path
        The resolved study.
    artefacts : list of Path
        Every file of floors 1 to 8.
    report : Path
        The page.
    audit : list of Path
        The audit pages.
    manifest : Path
        The CSV.
    lineage : dict of str to Origin
        Where each file comes from, as workflow/lineage.py reads it off the rules.
    """
    found = manifest_of([run_config, *artefacts, report, *audit], lineage)
    tables.write(found, manifest, "manifest")
    log.info("%s files, %s of them public", f"{len(found):,}", f"{int(found['visibility'].eq('public').sum()):,}")


steps.run(main, globals().get("snakemake"))
