"""Write every released number with its key, its text and its source cell."""

import json
import logging
from pathlib import Path

from prepost import steps
from prepost import tables as files
from prepost.facts import facts_of
from prepost.released import read_released
from prepost.study import Release

log = logging.getLogger("prepost")


def main(*, tables: list[Path], facts: Path, release: Release) -> None:
    """Make facts.json of the released tables.

    Parameters
    ----------
    tables : list of Path
        Every released table.
    facts : Path
        The JSON file: one line a fact, keys sorted.
    release : Release
        For the threshold, which words name.
    """
    found = facts_of({path.stem: read_released(path) for path in sorted(tables)}, threshold=release.threshold)
    lines = (f"{json.dumps(key)}: {json.dumps(fact, ensure_ascii=False)}" for key, fact in found.items())
    files.write_text("{\n" + ",\n".join(lines) + "\n}\n", facts)
    log.info("%s numbers", f"{len(found):,}")


steps.run(main, globals().get("snakemake"))
