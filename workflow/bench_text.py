"""What coding free text costs: ten thousand comments from end to end, and a million that stream by."""

from __future__ import annotations

import resource
import time
from pathlib import Path

from benching import Place, Table, build, bundled, costs, measure

STEPS = (
    *("gather_comments", "draw_sample", "code_text", "assess_coding", "count_themes", "find_topics"),
    *("choose_quotes", "approve_quotes"),
)
MANY = 1_000_000
FLOOR = "results/5_coded/learners"


@measure
def comments(place: Place) -> Table:
    """The bundled study's comments: gathered, drawn, coded, compared and counted, a row a step."""
    study = _built(place)
    found = [cost for cost in costs(study / "results" / "benchmarks") if cost.rule in STEPS]
    rows: list[tuple[object, ...]] = [(cost.rule, cost.wall, cost.cpu, cost.peak) for cost in found]
    rows.append(("together", sum(c.wall for c in found), sum(c.cpu for c in found), max(c.peak for c in found)))
    import pyarrow.parquet

    many = pyarrow.parquet.read_metadata(study / FLOOR / "comments.parquet").num_rows
    note = f"{many:,} comments, 600 of them coded by people, 21 themes, no embeddings. Each step starts Python anew."
    return Table("Comments from the answers to the shares", ("step", "wall s", "CPU s", "most memory, MB"), rows, note)


@measure
def stream(place: Place) -> Table:
    """A million comments through the trained machine, batch by batch; memory is that of the whole process."""
    study = _built(place)
    many, wall, codes, peak = streamed(study, MANY)
    row = (many, wall, many / wall, codes, peak)
    note = "The bundled study's comments over and over. Codes come with their score and the words that carried them."
    columns = ("comments", "wall s", "comments a second", "codes", "most memory, MB")
    return Table("A million comments that stream by", columns, [row], note)


def streamed(study: Path, many: int) -> tuple[int, float, int, float]:
    """Code so many comments and return their number, the seconds, the codes given and the most memory in MB."""
    import numpy as np
    import pandas as pd
    from prepost import tables
    from prepost.comments.coding import BATCH, code_batches, learn
    from prepost.comments.gather import KEY
    from prepost.comments.settle import settle

    texts = tables.read(study / FLOOR / "comments.parquet", "comments")
    settled = settle(tables.read(study / FLOOR / "codes.parquet", "codes")).themes
    known = texts[KEY].reset_index(names="place").merge(settled, on=KEY)
    names = sorted({theme for one in known["themes"] for theme in one})
    target = np.array([[name in one for name in names] for one in known["themes"]])
    learnt, _ = learn(texts, known["place"].to_numpy(), target, names)
    rng, started, done, codes = np.random.default_rng(1), time.perf_counter(), 0, 0
    while done < many:
        batch = texts.iloc[rng.integers(0, len(texts), min(BATCH, many - done))].reset_index(drop=True)
        batch["line"] = np.arange(done + 1, done + 1 + len(batch))
        for _, given in code_batches(learnt._replace(left_out={}), pd.DataFrame(batch)):
            codes += len(given)
        done += len(batch)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return done, time.perf_counter() - started, codes, peak


def _built(place: Place) -> Path:
    study = bundled(place, 1)
    if not (study / "results/6_statistics/comments_themes.csv").exists():
        build(
            study, place.cores, "results/6_statistics/comments_themes.csv", "results/6_statistics/comments_machine.csv"
        )
    return study
