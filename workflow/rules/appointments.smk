"""Floor 6 of the appointments survey: how people felt after appointments, by what they experienced in them.

needs: 2_cleaned/appointments/responses.parquet; items.csv, survey_bases.csv, survey_shares.csv
leaves: 6_statistics/appointments_outcomes.csv
"""


rule model_appointments:
    input:
        code=code("model_appointments"),
        responses="results/2_cleaned/appointments/responses.parquet",
        codebook="config/items.csv",
        bases=f"config/{SETTINGS['surveys']['bases']}",
        shares=f"config/{SETTINGS['surveys']['shares']}",
    output:
        outcomes="results/6_statistics/appointments_outcomes.csv",
    log:
        "results/logs/model_appointments.log",
    benchmark:
        "results/benchmarks/model_appointments.tsv"
    params:
        settings=SETTINGS["surveys"]["appointments"],
        level=SETTINGS["statistics"]["ci_level"],
    script:
        "../../scripts/model_appointments.py"
