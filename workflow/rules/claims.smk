"""Floor 6: published statements held against their own arithmetic. Nobody answered anything here.

needs: claims.csv, and references.csv where it stands
leaves: 6_statistics/claims_{verdicts,summary}.csv
"""

REFERENCES = ["config/references.csv"] if Path("config/references.csv").is_file() else []


localrules:
    check_claims,


rule check_claims:
    input:
        code=code("check_claims"),
        claims="config/claims.csv",
        references=REFERENCES,
    output:
        verdicts="results/6_statistics/claims_verdicts.csv",
        summary="results/6_statistics/claims_summary.csv",
    log:
        "results/logs/check_claims.log",
    benchmark:
        "results/benchmarks/check_claims.tsv"
    script:
        "../../scripts/check_claims.py"
