"""Floor 6: the plan beside what was done.

needs: every table of estimates: a second pass over its own floor, when all else on it is finished
leaves: 6_statistics/plan.csv
"""


rule compare_plan:
    input:
        code=code("compare_plan"),
        tables=expand("results/6_statistics/{table}.csv", table=TABLES),
    output:
        plan="results/6_statistics/plan.csv",
    log:
        "results/logs/compare_plan.log",
    benchmark:
        "results/benchmarks/compare_plan.tsv"
    params:
        waves=SETTINGS["waves"],
        outcomes=SETTINGS["outcomes"],
        comparisons=SETTINGS["comparisons"],
        levels=SETTINGS["levels"],
        secondary=SETTINGS["secondary"],
    script:
        "../../scripts/compare_plan.py"
