"""Floor 6: one rule a question; tidy CSV in full precision, not yet released.

needs: floors 1 to 4 of the learners, items.csv
leaves: 6_statistics/{flow,participants,participation,missing,comparisons,levels,movement,transitions,reliability}.csv
"""


rule describe:
    input:
        code=code("describe"),
        ingested=expand("results/1_ingested/{source}.parquet", source=LEARNERS),
        refused=expand("results/1_ingested/{source}.refused.csv", source=LEARNERS),
        responses="results/2_cleaned/learners/responses.parquet",
        enrolments="results/2_cleaned/learners/enrolments.parquet",
        exclusions="results/2_cleaned/learners/exclusions.csv",
        people="results/3_matched/learners/people.parquet",
        links="results/3_matched/learners/links.parquet",
        pairs="results/3_matched/learners/pairs.parquet",
        triples="results/3_matched/learners/triples.parquet",
        unmatched="results/3_matched/learners/unmatched.parquet",
        scores="results/4_scored/learners/scores.parquet",
    output:
        flow_table="results/6_statistics/flow.csv",
        participants_table="results/6_statistics/participants.csv",
        participation_table="results/6_statistics/participation.csv",
        missing_table="results/6_statistics/missing.csv",
    log:
        "results/logs/describe.log",
    benchmark:
        "results/benchmarks/describe.tsv"
    params:
        waves=SETTINGS["waves"],
        outcomes=SETTINGS["outcomes"],
        comparisons=SETTINGS["comparisons"],
        participants_by=SETTINGS["participants"],
    script:
        "../../scripts/describe.py"


rule compare:
    input:
        code=code("compare"),
        responses="results/2_cleaned/learners/responses.parquet",
        people="results/3_matched/learners/people.parquet",
        links="results/3_matched/learners/links.parquet",
        pairs="results/3_matched/learners/pairs.parquet",
        scores="results/4_scored/learners/scores.parquet",
    output:
        comparisons="results/6_statistics/comparisons.csv",
        levels_table="results/6_statistics/levels.csv",
    log:
        "results/logs/compare.log",
    benchmark:
        "results/benchmarks/compare.tsv"
    params:
        outcomes=SETTINGS["outcomes"],
        plan=SETTINGS["comparisons"],
        levels_plan=SETTINGS["levels"],
        statistics=SETTINGS["statistics"],
        seed=SETTINGS["seed"],
    script:
        "../../scripts/compare.py"


rule count_movement:
    input:
        code=code("count_movement"),
        responses="results/2_cleaned/learners/responses.parquet",
        people="results/3_matched/learners/people.parquet",
        links="results/3_matched/learners/links.parquet",
        pairs="results/3_matched/learners/pairs.parquet",
        scores="results/4_scored/learners/scores.parquet",
        codebook="config/items.csv",
    output:
        movement="results/6_statistics/movement.csv",
        transitions="results/6_statistics/transitions.csv",
    log:
        "results/logs/count_movement.log",
    benchmark:
        "results/benchmarks/count_movement.tsv"
    params:
        outcomes=SETTINGS["outcomes"],
        plan=SETTINGS["comparisons"],
    script:
        "../../scripts/count_movement.py"


rule assess_reliability:
    input:
        code=code("assess_reliability"),
        responses="results/2_cleaned/learners/responses.parquet",
        links="results/3_matched/learners/links.parquet",
    output:
        reliability="results/6_statistics/reliability.csv",
    log:
        "results/logs/assess_reliability.log",
    benchmark:
        "results/benchmarks/assess_reliability.tsv"
    params:
        outcomes=SETTINGS["outcomes"],
        waves=SETTINGS["waves"],
        statistics=SETTINGS["statistics"],
    script:
        "../../scripts/assess_reliability.py"
