"""Value visits from published inputs: the chain, its plausible range, and what it depends on."""

import logging
from pathlib import Path

from prepost import steps, tables
from prepost.economics import model
from prepost.economics.inputs import load_economics

log = logging.getLogger("prepost")


def main(*, economics: Path, chain: Path, values: Path, tornado: Path, seed: int) -> None:
    """Read the model, write its three tables.

    Parameters
    ----------
    economics : Path
        Inputs and chains.
    chain, values, tornado : Path
        The tables of floor 6.
    seed : int
        The study's; the draws depend on it and on each input's name.
    """
    found = load_economics(economics)
    tables.write(model.chain(found, seed), chain, "economics_chain")
    tables.write(model.values(found, seed), values, "economics_values")
    tables.write(model.tornado(found), tornado, "economics_tornado")
    log.info("%d inputs, %d chains, %s draws", len(found.inputs), len(found.models), f"{found.draws:,}")


steps.run(main, globals().get("snakemake"))
