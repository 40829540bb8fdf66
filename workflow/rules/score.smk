"""Floor 4: scale scores and indices of each response that is used.

needs: 2_cleaned/learners/responses.parquet, 3_matched/learners/{people,links}.parquet
leaves: 4_scored/learners/scores.parquet
"""


rule score:
    input:
        code=code("score"),
        responses="results/2_cleaned/learners/responses.parquet",
        people="results/3_matched/learners/people.parquet",
        links="results/3_matched/learners/links.parquet",
    output:
        scores="results/4_scored/learners/scores.parquet",
    log:
        "results/logs/score.log",
    benchmark:
        "results/benchmarks/score.tsv"
    priority: 1
    params:
        outcomes=SETTINGS["outcomes"],
        indices=SETTINGS["indices"],
    script:
        "../../scripts/score.py"
