"""Gather the batches of the specification curve into one table."""

import logging
from pathlib import Path

import pandas as pd
from prepost import steps, tables
from prepost.schemas import SCHEMAS

log = logging.getLogger("prepost")


def main(*, batches: list[Path], specifications: Path) -> None:
    """Read the batches, an outcome each, write the curve; a study without a primary comparison has an empty one."""
    found = [tables.read(path, "specifications") for path in batches]
    empty = pd.DataFrame(columns=list(SCHEMAS["specifications"].columns))
    table = pd.concat(found, ignore_index=True) if found else empty
    tables.write(table, specifications, "specifications")
    log.info("%d estimates of %d outcomes", (table["group_by"] == "specification").sum(), len(batches))


steps.run(main, globals().get("snakemake"))
