"""What coding free text costs: ten thousand comments from end to end, and a million that stream by."""

from __future__ import annotations

from benching import Place, Table, build, bundled, costs, measure

STEPS = (
    *("gather_comments", "draw_sample", "code_text", "assess_coding", "count_themes", "find_topics"),
    *("choose_quotes", "approve_quotes"),
)
COUNTED = "results/6_statistics/comments_themes.csv"
COMPARED = "results/6_statistics/comments_machine.csv"
QUOTED = "results/6_statistics/quotes.csv"
CODES = "results/5_coded/learners/codes.parquet"
TIMES_FOR_A_MILLION = 100


@measure
def comments(place: Place) -> Table:
    """The bundled study's comments: gathered, drawn, coded, compared, counted and quoted, a row a step."""
    study = bundled(place, 1)
    build(study, place.cores, COUNTED, COMPARED, QUOTED)
    found = [cost for cost in costs(study / "results" / "benchmarks") if cost.rule in STEPS]
    rows: list[tuple[object, ...]] = [(cost.rule, cost.wall, cost.cpu, cost.peak) for cost in found]
    rows.append(("together", sum(c.wall for c in found), sum(c.cpu for c in found), max(c.peak for c in found)))
    import pyarrow.parquet

    many = pyarrow.parquet.read_metadata(study / CODES.replace("codes", "comments")).num_rows
    note = f"{many:,} comments, 600 of them coded by people, 21 themes, no embeddings. Each step starts Python anew."
    return Table(
        "Comments from the answers to the quotations", ("step", "wall s", "CPU s", "most memory, MB"), rows, note
    )


@measure
def stream(place: Place) -> Table:
    """A million comments through the step that codes them, as the workflow runs it on a hundred times the learners."""
    import pyarrow.parquet

    study = bundled(place, TIMES_FOR_A_MILLION)
    build(study, place.cores, CODES)
    cost = next(cost for cost in costs(study / "results" / "benchmarks") if cost.rule == "code_text")
    many, codes = (
        pyarrow.parquet.read_metadata(study / CODES.replace("codes", name)).num_rows for name in ("comments", "codes")
    )
    row = (many, cost.wall, cost.cpu, many / cost.cpu, codes, cost.peak)
    note = (
        "The step code_text from reading the comments to writing every code with its score and the words that carry it."
    )
    columns = ("comments", "wall s", "CPU s", "comments a CPU second", "codes", "most memory, MB")
    return Table("A million comments that stream by", columns, [row], note)
