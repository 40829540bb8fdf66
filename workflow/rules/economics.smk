"""Floor 6: what published inputs give. Nobody answered anything here, so nothing stands on floors 1 to 5.

needs: economics.yaml
leaves: 6_statistics/economics_{chain,values,tornado}.csv
"""


localrules:
    value_visits,


rule value_visits:
    input:
        code=code("value_visits"),
        economics="config/economics.yaml",
    output:
        chain="results/6_statistics/economics_chain.csv",
        values="results/6_statistics/economics_values.csv",
        tornado="results/6_statistics/economics_tornado.csv",
    log:
        "results/logs/value_visits.log",
    benchmark:
        "results/benchmarks/value_visits.tsv"
    params:
        seed=SETTINGS["seed"],
    script:
        "../../scripts/value_visits.py"
