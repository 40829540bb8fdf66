"""Floors 4 and 6 of the population survey: weights that meet known margins, and what the public reports.

needs: 2_cleaned/population/responses.parquet; items.csv, targets.csv, survey_bases.csv, survey_shares.csv
leaves: 4_scored/population/weights.parquet; 6_statistics/population_{elements,estimates,weighting}.csv
"""

ARTEFACTS += ["results/4_scored/population/weights.parquet"]
POPULATION = SETTINGS["surveys"]["population"]


rule weight_population:
    input:
        code=code("weight_population"),
        responses="results/2_cleaned/population/responses.parquet",
        targets=f"config/{POPULATION['margins']}",
        codebook="config/items.csv",
    output:
        weights="results/4_scored/population/weights.parquet",
    log:
        "results/logs/weight_population.log",
    benchmark:
        "results/benchmarks/weight_population.tsv"
    params:
        trim=POPULATION["trim"],
    script:
        "../../scripts/weight_population.py"


rule estimate_population:
    input:
        code=code("estimate_population"),
        responses="results/2_cleaned/population/responses.parquet",
        weights="results/4_scored/population/weights.parquet",
        codebook="config/items.csv",
        bases=f"config/{SETTINGS['surveys']['bases']}",
        shares=f"config/{SETTINGS['surveys']['shares']}",
    output:
        elements="results/6_statistics/population_elements.csv",
        estimates="results/6_statistics/population_estimates.csv",
        weighting="results/6_statistics/population_weighting.csv",
    log:
        "results/logs/estimate_population.log",
    benchmark:
        "results/benchmarks/estimate_population.tsv"
    params:
        counted=POPULATION["elements"],
        replicates=POPULATION["replicates"],
        level=SETTINGS["statistics"]["ci_level"],
        seed=SETTINGS["seed"],
    script:
        "../../scripts/estimate_population.py"
