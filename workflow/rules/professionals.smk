"""Floor 6 of the professionals' survey: themselves beside their organisation, and what they think.

needs: 2_cleaned/professionals/responses.parquet; items.csv, survey_bases.csv, survey_shares.csv
leaves: 6_statistics/professionals_{elements,estimates}.csv
"""


rule compare_professionals:
    input:
        code=code("compare_professionals"),
        responses="results/2_cleaned/professionals/responses.parquet",
        codebook="config/items.csv",
        bases=f"config/{SETTINGS['surveys']['bases']}",
        shares=f"config/{SETTINGS['surveys']['shares']}",
    output:
        elements="results/6_statistics/professionals_elements.csv",
        estimates="results/6_statistics/professionals_estimates.csv",
    log:
        "results/logs/compare_professionals.log",
    benchmark:
        "results/benchmarks/compare_professionals.tsv"
    params:
        settings=SETTINGS["surveys"]["professionals"],
        level=SETTINGS["statistics"]["ci_level"],
    script:
        "../../scripts/compare_professionals.py"
