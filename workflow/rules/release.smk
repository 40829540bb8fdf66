"""Floor 7: the wall. The one door between what is private and what may leave the building.

needs: every table of floor 6; the vocabulary sheets, which say which categories are sums of others
leaves: 7_release/<table>.csv, disclosure-controlled, and withheld.csv
"""


rule release:
    input:
        code=code("release"),
        tables=expand("results/6_statistics/{table}.csv", table=TABLES),
        vocabularies=VOCABULARIES,
    output:
        released=expand("results/7_release/{table}.csv", table=TABLES),
        withheld="results/7_release/withheld.csv",
    log:
        "results/logs/release.log",
    benchmark:
        "results/benchmarks/release.tsv"
    params:
        release=SETTINGS["release"],
        vocabulary=SETTINGS["vocabularies"],
    script:
        "../../scripts/release.py"
