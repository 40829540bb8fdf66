"""Floor 3: one person's responses over the waves of one module.

needs: 2_cleaned/learners/{responses,about,identifiers}.parquet; the study's secret key, outside the study; review sheets
    that came back, in data/returned/review/
leaves: 3_matched/learners/{people,links,pairs,triples,unmatched,hashes,candidates}.parquet, {model,quality,reviewed,keys}.csv,
    review.xlsx; identifiers end here
"""

# Sheets that reviewers of pairs sent back; the raw folder of a study may be anywhere, but they lie in the study's own.
RETURNED_REVIEWS = sorted(str(path) for path in Path("data/returned/review").glob("*.xlsx") if path.name[0] not in "~.")


rule match:
    input:
        code=code("match"),
        responses="results/2_cleaned/learners/responses.parquet",
        about="results/2_cleaned/learners/about.parquet",
        identifiers="results/2_cleaned/learners/identifiers.parquet",
        returned=RETURNED_REVIEWS,
    output:
        people="results/3_matched/learners/people.parquet",
        links="results/3_matched/learners/links.parquet",
        pairs="results/3_matched/learners/pairs.parquet",
        triples="results/3_matched/learners/triples.parquet",
        unmatched="results/3_matched/learners/unmatched.parquet",
        hashes="results/3_matched/learners/hashes.parquet",
        candidates="results/3_matched/learners/candidates.parquet",
        model="results/3_matched/learners/model.csv",
        quality="results/3_matched/learners/quality.csv",
        reviewed="results/3_matched/learners/reviewed.csv",
        review="results/3_matched/learners/review.xlsx",
        chances="results/3_matched/learners/keys.csv",
    log:
        "results/logs/match.log",
    benchmark:
        "results/benchmarks/match.tsv"
    priority: 2
    params:
        synthetic=SETTINGS["synthetic"],
        person=SETTINGS["person"],
        matching=SETTINGS["matching"],
        waves=SETTINGS["waves"],
        statistics=SETTINGS["statistics"],
        seed=SETTINGS["seed"],
    script:
        "../../scripts/match.py"
