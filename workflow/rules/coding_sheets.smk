"""Beside the floors, private, on request (make coding-sheets): what coders are sent; included by comments.smk.

needs: the sample and the codes of floor 5, themes.csv, items.csv
leaves: coding/{first,second,adjudicator,next_round}.{xlsx,csv}, coding/drawn_next.csv; filled in, they come back to
        data/returned/coding/ under the coder's name
"""

SENT = ["first", "second", "adjudicator", "next_round"]


rule write_coding_sheets:
    input:
        code=code("write_coding_sheets"),
        comments="results/5_coded/learners/comments.parquet",
        coding_sample="results/5_coded/learners/coding_sample.parquet",
        codes="results/5_coded/learners/codes.parquet",
        theme_scores="results/5_coded/learners/theme_scores.parquet",
        apart="results/5_coded/learners/disagreements.csv",
        frame=FRAME,
        codebook="config/items.csv",
    output:
        workbooks=expand("results/coding/{coder}.xlsx", coder=SENT),
        texts=expand("results/coding/{coder}.csv", coder=SENT),
        drawn_next="results/coding/drawn_next.csv",
    log:
        "results/logs/write_coding_sheets.log",
    benchmark:
        "results/benchmarks/write_coding_sheets.tsv"
    params:
        plan=SETTINGS["comments"],
        seed=SETTINGS["seed"],
    script:
        "../../scripts/write_coding_sheets.py"
