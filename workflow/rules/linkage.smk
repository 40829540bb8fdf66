"""Floor 6: how many were linked, how surely, and what the error of linking does to the result.

needs: floors 2 to 4 of the learners; what was weighed and how sure it is from 3_matched
leaves: 6_statistics/{linked,linkage,linkage_changes}.csv
"""


rule assess_linkage:
    input:
        code=code("assess_linkage"),
        responses="results/2_cleaned/learners/responses.parquet",
        people="results/3_matched/learners/people.parquet",
        links="results/3_matched/learners/links.parquet",
        pairs="results/3_matched/learners/pairs.parquet",
        scores="results/4_scored/learners/scores.parquet",
        candidates="results/3_matched/learners/candidates.parquet",
        quality="results/3_matched/learners/quality.csv",
        chances="results/3_matched/learners/keys.csv",
    output:
        linked="results/6_statistics/linked.csv",
        linkage="results/6_statistics/linkage.csv",
        linkage_changes="results/6_statistics/linkage_changes.csv",
    log:
        "results/logs/assess_linkage.log",
    benchmark:
        "results/benchmarks/assess_linkage.tsv"
    params:
        outcomes=SETTINGS["outcomes"],
        indices=SETTINGS["indices"],
        comparison=PRIMARY,
        by=[name for name in SETTINGS["secondary"]["subgroups"]["by"] if name in SETTINGS["participants"]],
        plan=SETTINGS["secondary"]["linkage"],
        statistics=SETTINGS["statistics"],
        seed=SETTINGS["seed"],
    script:
        "../../scripts/assess_linkage.py"
