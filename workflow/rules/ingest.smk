"""Floor 1: each raw export as text, one row a response.

needs: the raw exports; sources.csv, items.csv, fields.csv if there is one
leaves: 1_ingested/<source>.parquet and <source>.refused.csv
"""


rule ingest:
    input:
        code=code("ingest"),
        raw=raw,
        codebook="config/items.csv",
        fields=FIELDS,
        sources="config/sources.csv",
    output:
        responses="results/1_ingested/{source}.parquet",
        refused="results/1_ingested/{source}.refused.csv",
    log:
        "results/logs/ingest.{source}.log",
    benchmark:
        "results/benchmarks/ingest.{source}.tsv"
    priority: 2
    params:
        source="{source}",
        synthetic=SETTINGS["synthetic"],
        person_key=SETTINGS["person"]["key"],
    script:
        "../../scripts/ingest.py"
