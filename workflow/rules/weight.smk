"""Floor 4: what each pair of the primary comparison weighs, so that the pairs stand for all first surveys.

needs: floors 2 and 3 of the learners; a second pass over its own floor: the scores, since who answers may hang on them
leaves: 4_scored/learners/weights.parquet
"""


rule weight:
    input:
        code=code("weight"),
        responses="results/2_cleaned/learners/responses.parquet",
        people="results/3_matched/learners/people.parquet",
        links="results/3_matched/learners/links.parquet",
        pairs="results/3_matched/learners/pairs.parquet",
        scores="results/4_scored/learners/scores.parquet",
    output:
        weights="results/4_scored/learners/weights.parquet",
    log:
        "results/logs/weight.log",
    benchmark:
        "results/benchmarks/weight.tsv"
    params:
        comparison=PRIMARY,
        plan=SETTINGS["secondary"]["attrition"],
    script:
        "../../scripts/weight.py"
