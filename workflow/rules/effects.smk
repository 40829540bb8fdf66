"""Floor 6: effect sizes by their names, change beyond error, and room to rise.

needs: floors 2 to 4 of the learners, items.csv
leaves: 6_statistics/{effects,ceiling,room}.csv
"""


rule measure_effects:
    input:
        code=code("measure_effects"),
        responses="results/2_cleaned/learners/responses.parquet",
        people="results/3_matched/learners/people.parquet",
        links="results/3_matched/learners/links.parquet",
        pairs="results/3_matched/learners/pairs.parquet",
        scores="results/4_scored/learners/scores.parquet",
        codebook="config/items.csv",
    output:
        effects="results/6_statistics/effects.csv",
    log:
        "results/logs/measure_effects.log",
    benchmark:
        "results/benchmarks/measure_effects.tsv"
    params:
        outcomes=SETTINGS["outcomes"],
        plan=SETTINGS["comparisons"],
        statistics=SETTINGS["statistics"],
        seed=SETTINGS["seed"],
    script:
        "../../scripts/measure_effects.py"


rule assess_ceiling:
    input:
        code=code("assess_ceiling"),
        responses="results/2_cleaned/learners/responses.parquet",
        people="results/3_matched/learners/people.parquet",
        links="results/3_matched/learners/links.parquet",
        pairs="results/3_matched/learners/pairs.parquet",
        scores="results/4_scored/learners/scores.parquet",
        codebook="config/items.csv",
    output:
        ceiling="results/6_statistics/ceiling.csv",
        room="results/6_statistics/room.csv",
    log:
        "results/logs/assess_ceiling.log",
    benchmark:
        "results/benchmarks/assess_ceiling.tsv"
    params:
        outcomes=SETTINGS["outcomes"],
        primary=PRIMARY,
        statistics=SETTINGS["statistics"],
    script:
        "../../scripts/assess_ceiling.py"
