"""The rules that write raw data: the bundled study's synthetic exports, only where simulation.yaml stands.

needs: simulation.yaml, study.yaml and the sheets
leaves: data/<file> of every source, data/SYNTHETIC, and data/truth/, which only tests read
"""


rule simulate:
    input:
        code=code("simulate"),
        simulation="config/simulation.yaml",
        study="config/study.yaml",
        codebook="config/items.csv",
        fields="config/fields.csv",
        sources="config/sources.csv",
        roles="config/roles.csv",
        regions="config/regions.csv",
    output:
        mark="data/SYNTHETIC",
        exports=[f"data/{FILES[source]}" for source in LEARNERS],
        truth=expand("data/truth/{table}.csv", table=["people", "responses", "warts", "themes", "identifiers"]),
    log:
        "results/logs/simulate.log",
    benchmark:
        "results/benchmarks/simulate.tsv"
    script:
        "../../scripts/simulate.py"
