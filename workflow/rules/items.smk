"""Floor 6: single questions as ordered answers.

needs: floors 2 to 4 of the learners, items.csv
leaves: 6_statistics/items.csv
"""


rule model_items:
    input:
        code=code("model_items"),
        responses="results/2_cleaned/learners/responses.parquet",
        people="results/3_matched/learners/people.parquet",
        links="results/3_matched/learners/links.parquet",
        pairs="results/3_matched/learners/pairs.parquet",
        scores="results/4_scored/learners/scores.parquet",
        codebook="config/items.csv",
    output:
        items_results="results/6_statistics/items.csv",
    log:
        "results/logs/model_items.log",
    benchmark:
        "results/benchmarks/model_items.tsv"
    priority: 1
    params:
        outcomes=SETTINGS["outcomes"],
        comparison=PRIMARY,
        plan=SETTINGS["secondary"]["items"],
        fewest=SETTINGS["secondary"]["subgroups"]["fewest"],
        statistics=SETTINGS["statistics"],
    script:
        "../../scripts/model_items.py"
