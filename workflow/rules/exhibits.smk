"""Floor 8: figures with their alternative texts, and every number that the prose may say.

needs: floor 7, items.csv
leaves: 8_exhibits/<figure>.svg, alt_texts.json, facts.json
"""


rule plot:
    input:
        code=code("plot"),
        tables=expand("results/7_release/{table}.csv", table=TABLES),
        codebook="config/items.csv",
        tiles=PLACE_SHEETS["tiles"],
        shares=SHARES,
        bases=BASES,
    output:
        figures=expand("results/8_exhibits/{figure}.svg", figure=FIGURES),
        alt="results/8_exhibits/alt_texts.json",
    log:
        "results/logs/plot.log",
    benchmark:
        "results/benchmarks/plot.tsv"
    params:
        outcomes=SETTINGS["outcomes"],
        waves=SETTINGS["waves"],
        nouns=SETTINGS["nouns"],
        synthetic=SETTINGS["synthetic"],
    script:
        "../../scripts/plot.py"


rule write_facts:
    input:
        code=code("write_facts"),
        tables=expand("results/7_release/{table}.csv", table=TABLES),
    output:
        facts="results/8_exhibits/facts.json",
    log:
        "results/logs/write_facts.log",
    benchmark:
        "results/benchmarks/write_facts.tsv"
    params:
        release=SETTINGS["release"],
    script:
        "../../scripts/write_facts.py"
