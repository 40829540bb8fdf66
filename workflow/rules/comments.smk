"""Floor 5: the learners' comments, what people coded of them, and what the machine makes of the rest.

needs: floors 2 and 3 of the learners; themes.csv; sheets in data/returned/coding/
leaves: 5_coded/learners/{comments,coding_sample,codes,theme_scores,held_out}.parquet, disagreements.csv, topics.csv
"""

ARTEFACTS += expand(
    "results/5_coded/learners/{t}",
    t=[f"{t}.parquet" for t in ("comments", "coding_sample", "codes", "theme_scores", "held_out")]
    + ["disagreements.csv", "topics.csv"],
)


# Ways of high priority are the longest to the release: nothing shall wait for them alone at the end.
rule gather_comments:
    input:
        code=code("gather_comments"),
        responses="results/2_cleaned/learners/responses.parquet",
        links="results/3_matched/learners/links.parquet",
    output:
        comments="results/5_coded/learners/comments.parquet",
    log:
        "results/logs/gather_comments.log",
    benchmark:
        "results/benchmarks/gather_comments.tsv"
    priority: 1
    params:
        plan=SETTINGS["comments"],
    script:
        "../../scripts/gather_comments.py"


# Sheets that came back; the bundled study's own are filled in by the generator.
SHEETS = DATA / "returned" / "coding"
SYNTHETIC_SHEETS = [str(SHEETS / f"synthetic_{coder}.csv") for coder in ("first", "second", "adjudicator")]
RETURNED = sorted(
    {str(path) for ending in ("csv", "xlsx") for path in SHEETS.glob(f"[!.~]*.{ending}")}
    | {sheet for sheet in SYNTHETIC_SHEETS if SIMULATED}
)
FRAME = f"config/{SETTINGS['comments']['frame']}"


rule draw_sample:
    input:
        code=code("draw_sample"),
        comments="results/5_coded/learners/comments.parquet",
    output:
        coding_sample="results/5_coded/learners/coding_sample.parquet",
    log:
        "results/logs/draw_sample.log",
    benchmark:
        "results/benchmarks/draw_sample.tsv"
    priority: 1
    params:
        plan=SETTINGS["comments"],
        seed=SETTINGS["seed"],
    script:
        "../../scripts/draw_sample.py"


rule code_text:
    input:
        code=code("code_text"),
        comments="results/5_coded/learners/comments.parquet",
        frame=FRAME,
        returned=RETURNED,
    output:
        codes="results/5_coded/learners/codes.parquet",
        scores="results/5_coded/learners/theme_scores.parquet",
        held_out="results/5_coded/learners/held_out.parquet",
        apart="results/5_coded/learners/disagreements.csv",
    log:
        "results/logs/code_text.log",
    benchmark:
        "results/benchmarks/code_text.tsv"
    priority: 1
    params:
        plan=SETTINGS["comments"],
        seed=SETTINGS["seed"],
    script:
        "../../scripts/code_text.py"


rule find_topics:
    input:
        code=code("find_topics"),
        comments="results/5_coded/learners/comments.parquet",
        frame=FRAME,
    output:
        topics="results/5_coded/learners/topics.csv",
    log:
        "results/logs/find_topics.log",
    benchmark:
        "results/benchmarks/find_topics.tsv"
    params:
        plan=SETTINGS["comments"],
        seed=SETTINGS["seed"],
    script:
        "../../scripts/find_topics.py"


include: "comments_results.smk"
include: "coding_sheets.smk"
