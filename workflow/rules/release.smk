"""Floor 7: the wall. The one door between what is private and what may leave the building.

needs: every table of floor 6; the vocabulary sheets, which say which categories are sums of others
leaves: 7_release/<table>.csv, disclosure-controlled, and withheld.csv
"""


rule release:
    input:
        code=code("release"),
        tables=expand("results/6_statistics/{table}.csv", table=TABLES),
        words=expand("results/6_statistics/{table}.csv", table=WORDS),
        plan="results/6_statistics/plan.csv",
        vocabularies=VOCABULARIES,
        successors=PLACE_SHEETS["successors"],
    output:
        released=expand("results/7_release/{table}.csv", table=TABLES),
        released_words=expand("results/7_release/{table}.csv", table=WORDS),
        released_plan="results/7_release/plan.csv",
        withheld="results/7_release/withheld.csv",
    log:
        "results/logs/release.log",
    benchmark:
        "results/benchmarks/release.tsv"
    params:
        release=SETTINGS["release"],
        vocabulary=SETTINGS["vocabularies"],
        places=SETTINGS["secondary"]["places"],
    script:
        "../../scripts/release.py"
