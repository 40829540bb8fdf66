"""Floor 6: what other choices would have given, one job an outcome, and the jobs gathered.

needs: floors 2 to 4 of the learners; the second rule makes a second pass over its own floor: the batches of the first
leaves: 6_statistics/specifications_<outcome>.csv, which only the second rule reads, and 6_statistics/specifications.csv
"""

WEIGHTS = ["results/4_scored/learners/weights.parquet"]
# The outcomes of the primary comparison; a study without one has an empty curve.
BATCHES = PRIMARY["outcomes"] if PRIMARY else []


rule specify:
    input:
        code=code("specify"),
        responses="results/2_cleaned/learners/responses.parquet",
        people="results/3_matched/learners/people.parquet",
        links="results/3_matched/learners/links.parquet",
        pairs="results/3_matched/learners/pairs.parquet",
        scores="results/4_scored/learners/scores.parquet",
        weights=WEIGHTS,
        candidates="results/3_matched/learners/candidates.parquet",
    output:
        batch=temp("results/6_statistics/specifications_{outcome}.csv"),
    log:
        "results/logs/specify.{outcome}.log",
    benchmark:
        "results/benchmarks/specify.{outcome}.tsv"
    params:
        outcome="{outcome}",
        outcomes=SETTINGS["outcomes"],
        comparison=PRIMARY,
        choices=SETTINGS["secondary"]["specifications"],
        later=SETTINGS["secondary"]["lasting"]["later"],
        statistics=SETTINGS["statistics"],
    script:
        "../../scripts/specify.py"


rule gather_specifications:
    input:
        code=code("gather_specifications"),
        batches=expand("results/6_statistics/specifications_{outcome}.csv", outcome=BATCHES),
    output:
        specifications="results/6_statistics/specifications.csv",
    log:
        "results/logs/gather_specifications.log",
    benchmark:
        "results/benchmarks/gather_specifications.tsv"
    script:
        "../../scripts/gather_specifications.py"
