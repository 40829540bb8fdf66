"""Floor 2 of the surveys that were asked once: answers as values, and who is set aside, with the rule and the reason.

needs: 1_ingested/*.parquet of the strands population, professionals and appointments; items.csv, fields.csv, recodes.csv
leaves: 2_cleaned/<strand>/responses.parquet, {exclusions,unmapped,unfitting}.csv
"""

SURVEY_SOURCES = [source for strand in SURVEYS for source in STUDY.sources_of(strand)]

ARTEFACTS += expand("results/2_cleaned/{strand}/responses.parquet", strand=SURVEYS)
ARTEFACTS += expand("results/2_cleaned/{strand}/{t}.csv", strand=SURVEYS, t=["exclusions", "unmapped", "unfitting"])


rule clean_surveys:
    input:
        code=code("clean_surveys"),
        ingested=expand("results/1_ingested/{source}.parquet", source=SURVEY_SOURCES),
        codebook="config/items.csv",
        fields=FIELDS,
        recodes=RECODES,
    output:
        responses=expand("results/2_cleaned/{strand}/responses.parquet", strand=SURVEYS),
        exclusions=expand("results/2_cleaned/{strand}/exclusions.csv", strand=SURVEYS),
        unmapped=expand("results/2_cleaned/{strand}/unmapped.csv", strand=SURVEYS),
        unfitting=expand("results/2_cleaned/{strand}/unfitting.csv", strand=SURVEYS),
    log:
        "results/logs/clean_surveys.log",
    benchmark:
        "results/benchmarks/clean_surveys.tsv"
    params:
        strands={strand: STUDY.sources_of(strand) for strand in SURVEYS},
        fieldwork={strand: SETTINGS["surveys"][strand]["fieldwork"] for strand in SURVEYS},
        person={
            strand: SETTINGS["surveys"][strand]["person"]
            for strand in SURVEYS
            if "person" in SETTINGS["surveys"][strand]
        },
    script:
        "../../scripts/clean_surveys.py"
