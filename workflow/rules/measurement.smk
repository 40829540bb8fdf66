"""Floor 6: whether the scales measure one thing, and the same at every survey and in every role.

needs: floors 2 and 3 of the learners
leaves: 6_statistics/{measurement,invariance}.csv
"""


rule assess_measurement:
    input:
        code=code("assess_measurement"),
        responses="results/2_cleaned/learners/responses.parquet",
        people="results/3_matched/learners/people.parquet",
        links="results/3_matched/learners/links.parquet",
    output:
        measurement="results/6_statistics/measurement.csv",
        invariance="results/6_statistics/invariance.csv",
    log:
        "results/logs/assess_measurement.log",
    benchmark:
        "results/benchmarks/assess_measurement.tsv"
    params:
        outcomes=SETTINGS["outcomes"],
        waves=SETTINGS["waves"],
        primary=PRIMARY,
        plan=SETTINGS["secondary"]["measurement"],
    script:
        "../../scripts/assess_measurement.py"
