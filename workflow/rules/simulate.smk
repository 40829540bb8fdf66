"""The rules that write raw data: the bundled study's synthetic exports, only where simulation.yaml stands.

needs: simulation.yaml, study.yaml and the sheets
leaves: data/<file> of every source, data/SYNTHETIC, and data/truth/, which only tests and later generators read
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


# The comments that were drawn for coding are known only once the exports have been read, so this generator comes later.
if "comments" in PARTS:

    rule simulate_coding:
        input:
            code=code("simulate_coding"),
            mark="data/SYNTHETIC",
            simulation="config/simulation.yaml",
            frame=FRAME,
            truth="data/truth/themes.csv",
            comments="results/5_coded/learners/comments.parquet",
            coding_sample="results/5_coded/learners/coding_sample.parquet",
        output:
            sheets=SYNTHETIC_SHEETS,
        log:
            "results/logs/simulate_coding.log",
        benchmark:
            "results/benchmarks/simulate_coding.tsv"
        params:
            seed=SETTINGS["seed"],
        script:
            "../../scripts/simulate_coding.py"
