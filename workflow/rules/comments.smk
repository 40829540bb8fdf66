"""Floor 5: the learners' comments, what people coded of them, and what the machine makes of the rest.

needs: floors 2 and 3 of the learners; themes.csv; sheets in data/returned/coding/
leaves: 5_coded/learners/{comments,codes}.parquet
"""


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
    params:
        plan=SETTINGS["comments"],
    script:
        "../../scripts/gather_comments.py"
