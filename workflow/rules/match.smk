"""Floor 3: one person's responses over the waves of one module.

needs: 2_cleaned/learners/{responses,about}.parquet
leaves: 3_matched/learners/{people,links,pairs,triples,unmatched}.parquet; identifiers end here
"""


rule match:
    input:
        code=code("match"),
        responses="results/2_cleaned/learners/responses.parquet",
        about="results/2_cleaned/learners/about.parquet",
    output:
        people="results/3_matched/learners/people.parquet",
        links="results/3_matched/learners/links.parquet",
        pairs="results/3_matched/learners/pairs.parquet",
        triples="results/3_matched/learners/triples.parquet",
        unmatched="results/3_matched/learners/unmatched.parquet",
    log:
        "results/logs/match.log",
    benchmark:
        "results/benchmarks/match.tsv"
    params:
        person=SETTINGS["person"],
        matching=SETTINGS["matching"],
        waves=SETTINGS["waves"],
    script:
        "../../scripts/match.py"
