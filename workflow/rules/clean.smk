"""Floor 2: answers as values, and every response that is set aside, with the rule and the reason.

needs: 1_ingested/*.parquet of the learners; items.csv; fields.csv, recodes.csv and vocabulary sheets if any
leaves: 2_cleaned/learners/{responses,about,identifiers,enrolments}.parquet, {exclusions,unmapped,unfitting}.csv
"""


rule clean:
    input:
        code=code("clean"),
        ingested=expand("results/1_ingested/{source}.parquet", source=LEARNERS),
        codebook="config/items.csv",
        fields=FIELDS,
        recodes=RECODES,
        vocabularies=VOCABULARIES,
    output:
        responses="results/2_cleaned/learners/responses.parquet",
        about="results/2_cleaned/learners/about.parquet",
        identifiers="results/2_cleaned/learners/identifiers.parquet",
        enrolments="results/2_cleaned/learners/enrolments.parquet",
        exclusions="results/2_cleaned/learners/exclusions.csv",
        unmapped="results/2_cleaned/learners/unmapped.csv",
        unfitting="results/2_cleaned/learners/unfitting.csv",
    log:
        "results/logs/clean.log",
    benchmark:
        "results/benchmarks/clean.tsv"
    priority: 2
    params:
        cleaning=SETTINGS["cleaning"],
        waves=SETTINGS["waves"],
        outcomes=SETTINGS["outcomes"],
        vocabulary=SETTINGS["vocabularies"],
        person=SETTINGS["person"],
    script:
        "../../scripts/clean.py"
