"""Floor 6: what the codes of the comments say, and how sure they are; included by comments.smk.

needs: floors 2 to 5 of the learners, themes.csv
leaves: 6_statistics/comments_{agreement,machine,themes,left,change}.csv
"""

FRAME_SHEET = f"config/{SETTINGS['comments']['frame']}"


rule assess_coding:
    input:
        code=code("assess_coding"),
        comments="results/5_coded/learners/comments.parquet",
        codes="results/5_coded/learners/codes.parquet",
        held_out="results/5_coded/learners/held_out.parquet",
        frame=FRAME_SHEET,
    output:
        agreement="results/6_statistics/comments_agreement.csv",
        machine="results/6_statistics/comments_machine.csv",
    log:
        "results/logs/assess_coding.log",
    benchmark:
        "results/benchmarks/assess_coding.tsv"
    params:
        statistics=SETTINGS["statistics"],
        seed=SETTINGS["seed"],
    script:
        "../../scripts/assess_coding.py"


rule count_themes:
    input:
        code=code("count_themes"),
        responses="results/2_cleaned/learners/responses.parquet",
        people="results/3_matched/learners/people.parquet",
        links="results/3_matched/learners/links.parquet",
        pairs="results/3_matched/learners/pairs.parquet",
        scores="results/4_scored/learners/scores.parquet",
        comments="results/5_coded/learners/comments.parquet",
        coding_sample="results/5_coded/learners/coding_sample.parquet",
        codes="results/5_coded/learners/codes.parquet",
        theme_scores="results/5_coded/learners/theme_scores.parquet",
        frame=FRAME_SHEET,
    output:
        themes="results/6_statistics/comments_themes.csv",
        left="results/6_statistics/comments_left.csv",
        change="results/6_statistics/comments_change.csv",
    log:
        "results/logs/count_themes.log",
    benchmark:
        "results/benchmarks/count_themes.tsv"
    params:
        plan=SETTINGS["comments"],
        waves=SETTINGS["waves"],
        outcomes=SETTINGS["outcomes"],
        primary=PRIMARY,
        statistics=SETTINGS["statistics"],
    script:
        "../../scripts/count_themes.py"
