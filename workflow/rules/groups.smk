"""Floor 6: for whom. Each group beside all others.

needs: floors 2 to 4 of the learners; the vocabulary sheets and the sheets of places
leaves: 6_statistics/{groups,places}.csv
"""

# The sheets of places that the study names; a list of none or one each.
PLACES = SETTINGS["secondary"]["places"] or {}
PLACE_SHEETS = {
    key: [f"config/{PLACES[key]}"] if PLACES.get(key) else [] for key in ("workforce", "tiles", "successors")
}


rule compare_groups:
    input:
        code=code("compare_groups"),
        responses="results/2_cleaned/learners/responses.parquet",
        people="results/3_matched/learners/people.parquet",
        links="results/3_matched/learners/links.parquet",
        pairs="results/3_matched/learners/pairs.parquet",
        scores="results/4_scored/learners/scores.parquet",
    output:
        found="results/6_statistics/groups.csv",
    log:
        "results/logs/compare_groups.log",
    benchmark:
        "results/benchmarks/compare_groups.tsv"
    params:
        outcomes=SETTINGS["outcomes"],
        primary=PRIMARY,
        plan=SETTINGS["secondary"]["subgroups"],
        counted=SETTINGS["participants"],
        statistics=SETTINGS["statistics"],
    script:
        "../../scripts/compare_groups.py"


rule compare_places:
    input:
        code=code("compare_places"),
        responses="results/2_cleaned/learners/responses.parquet",
        enrolments="results/2_cleaned/learners/enrolments.parquet",
        people="results/3_matched/learners/people.parquet",
        links="results/3_matched/learners/links.parquet",
        pairs="results/3_matched/learners/pairs.parquet",
        scores="results/4_scored/learners/scores.parquet",
        vocabularies=VOCABULARIES,
        workforce=PLACE_SHEETS["workforce"],
        successors=PLACE_SHEETS["successors"],
    output:
        found="results/6_statistics/places.csv",
    log:
        "results/logs/compare_places.log",
    benchmark:
        "results/benchmarks/compare_places.tsv"
    params:
        outcomes=SETTINGS["outcomes"],
        primary=PRIMARY,
        plan=SETTINGS["secondary"]["places"],
        vocabulary=SETTINGS["vocabularies"],
        statistics=SETTINGS["statistics"],
        seed=SETTINGS["seed"],
    script:
        "../../scripts/compare_places.py"
