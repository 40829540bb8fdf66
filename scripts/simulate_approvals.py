"""Write what an invented reviewer decides on the quotations: most approved, some refused, some stale."""

import logging
import random
from pathlib import Path

import pandas as pd
import yaml
from prepost import steps, tables

log = logging.getLogger("prepost")
REFUSED, STALE, OPEN = 0.10, 0.05, 0.10  # shares
BY, ON = "invented reviewer", "2024-10-21"


def main(*, candidates: Path, study: Path, approvals: Path) -> None:
    """Decide on each candidate by chance, so that every state is there to be seen."""
    rng = random.Random(f"{yaml.safe_load(study.read_text(encoding='utf-8'))['seed']} approvals")
    rows = []
    for row in tables.read(candidates, "quote_candidates").itertuples():
        chance = rng.random()
        if chance < OPEN:
            continue
        stale = chance < OPEN + STALE
        decision = "refuse" if not stale and chance < OPEN + STALE + REFUSED else "approve"
        mark = f"{row.fingerprint[:8]}{'0' * 8}" if stale else row.fingerprint
        rows.append((row.quote, mark, decision, BY, ON, "synthetic: decided by chance"))
    table = pd.DataFrame(rows, columns=["quote", "fingerprint", "decision", "by", "on", "note"])
    tables.write_text(table.to_csv(index=False, lineterminator="\n"), approvals)
    log.info("%d decisions on quotations", len(rows))


steps.run(main, globals().get("snakemake"))
