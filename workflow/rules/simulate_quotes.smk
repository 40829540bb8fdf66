"""What an invented reviewer decides on the bundled study's quotations.

needs: the candidates, as a reviewer is given them
leaves: data/returned/quotes/approvals_synthetic.csv
"""


rule simulate_approvals:
    input:
        code=code("simulate_approvals"),
        candidates="results/5_coded/quotes/candidates.parquet",
        study="config/study.yaml",
    output:
        approvals="data/returned/quotes/approvals_synthetic.csv",
    log:
        "results/logs/simulate_approvals.log",
    benchmark:
        "results/benchmarks/simulate_approvals.tsv"
    script:
        "../../scripts/simulate_approvals.py"
