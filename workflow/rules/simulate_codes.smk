"""The rule that writes the raw data of a study of self-made codes, only where its simulation.yaml holds `codes`.

needs: simulation.yaml, study.yaml and fields.csv
leaves: data/<file> of both sources, data/SYNTHETIC, and data/truth/responses.csv, which only tests read
"""


rule simulate_codes:
    input:
        code=code("simulate_codes"),
        simulation="config/simulation.yaml",
        study="config/study.yaml",
        fields="config/fields.csv",
    output:
        mark="data/SYNTHETIC",
        exports=[f"data/{FILES[source]}" for source in LEARNERS],
        truth="data/truth/responses.csv",
    log:
        "results/logs/simulate_codes.log",
    benchmark:
        "results/benchmarks/simulate_codes.tsv"
    script:
        "../../scripts/simulate_codes.py"
