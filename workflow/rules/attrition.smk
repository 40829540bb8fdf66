"""Floor 6: what those who were lost may have done to the result, and what is left of it later.

needs: floors 2 to 4 of the learners, items.csv
leaves: 6_statistics/{everyone,attrition,balance,lasting}.csv
"""


rule model_everyone:
    input:
        code=code("model_everyone"),
        responses="results/2_cleaned/learners/responses.parquet",
        people="results/3_matched/learners/people.parquet",
        links="results/3_matched/learners/links.parquet",
        pairs="results/3_matched/learners/pairs.parquet",
        scores="results/4_scored/learners/scores.parquet",
    output:
        everyone="results/6_statistics/everyone.csv",
    log:
        "results/logs/model_everyone.log",
    benchmark:
        "results/benchmarks/model_everyone.tsv"
    params:
        outcomes=SETTINGS["outcomes"],
        comparison=PRIMARY,
        later=SETTINGS["secondary"]["lasting"]["later"],
        statistics=SETTINGS["statistics"],
    script:
        "../../scripts/model_everyone.py"


rule weigh_attrition:
    input:
        code=code("weigh_attrition"),
        responses="results/2_cleaned/learners/responses.parquet",
        people="results/3_matched/learners/people.parquet",
        links="results/3_matched/learners/links.parquet",
        pairs="results/3_matched/learners/pairs.parquet",
        scores="results/4_scored/learners/scores.parquet",
        weights="results/4_scored/learners/weights.parquet",
        codebook="config/items.csv",
    output:
        attrition="results/6_statistics/attrition.csv",
        balance="results/6_statistics/balance.csv",
    log:
        "results/logs/weigh_attrition.log",
    benchmark:
        "results/benchmarks/weigh_attrition.tsv"
    params:
        outcomes=SETTINGS["outcomes"],
        comparison=PRIMARY,
        plan=SETTINGS["secondary"]["attrition"],
        statistics=SETTINGS["statistics"],
    script:
        "../../scripts/weigh_attrition.py"


rule assess_lasting:
    input:
        code=code("assess_lasting"),
        responses="results/2_cleaned/learners/responses.parquet",
        people="results/3_matched/learners/people.parquet",
        links="results/3_matched/learners/links.parquet",
        pairs="results/3_matched/learners/pairs.parquet",
        scores="results/4_scored/learners/scores.parquet",
    output:
        lasting="results/6_statistics/lasting.csv",
    log:
        "results/logs/assess_lasting.log",
    benchmark:
        "results/benchmarks/assess_lasting.tsv"
    params:
        outcomes=SETTINGS["outcomes"],
        comparison=PRIMARY,
        plan=SETTINGS["secondary"]["lasting"],
        statistics=SETTINGS["statistics"],
    script:
        "../../scripts/assess_lasting.py"
