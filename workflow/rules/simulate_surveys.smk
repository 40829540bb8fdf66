"""The rule that writes the bundled study's synthetic surveys beside the learners', where simulation.yaml stands.

needs: the mark that simulate leaves; simulation_surveys.yaml, study.yaml and the sheets
leaves: data/<file> of every source of the population, professionals and appointments strands
"""


rule simulate_surveys:
    input:
        code=code("simulate_surveys"),
        mark="data/SYNTHETIC",
        simulation="config/simulation_surveys.yaml",
        study="config/study.yaml",
        codebook="config/items.csv",
        fields="config/fields.csv",
        sources="config/sources.csv",
        shares=f"config/{SETTINGS['surveys']['shares']}",
        targets="config/targets.csv",
    output:
        written=[f"data/{FILES[source]}" for source in SURVEY_SOURCES],
    log:
        "results/logs/simulate_surveys.log",
    benchmark:
        "results/benchmarks/simulate_surveys.tsv"
    script:
        "../../scripts/simulate_surveys.py"
