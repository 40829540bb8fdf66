"""Floor 6 of the interviews: words that may pass the wall, and private numbers that may not.

needs: 3_matched and 5_coded of the interviews, summaries that people wrote; for triangulation a second pass over floor 6
leaves: 6_statistics/interviews_{themes,method,agreement,accumulation}.csv, triangulation.csv
"""

TRIANGULATION = [f"config/{INTERVIEW_PLAN['triangulation']}"] if INTERVIEW_PLAN["triangulation"] else []
CODED_COMMENTS = ["results/5_coded/learners/codes.parquet"] if "comments" in PARTS else []


rule summarise_interviews:
    input:
        code=code("summarise_interviews"),
        turns="results/3_matched/interviews/turns.parquet",
        segments="results/5_coded/interviews/segments.parquet",
        disagreements="results/5_coded/interviews/coders_differ.csv",
        frame=INTERVIEW_FRAME,
        summaries=SUMMARIES,
    output:
        themes="results/6_statistics/interviews_themes.csv",
        method="results/6_statistics/interviews_method.csv",
        agreement="results/6_statistics/interviews_agreement.csv",
        accumulation="results/6_statistics/interviews_accumulation.csv",
    log:
        "results/logs/summarise_interviews.log",
    benchmark:
        "results/benchmarks/summarise_interviews.tsv"
    params:
        plan=INTERVIEW_PLAN,
    script:
        "../../scripts/summarise_interviews.py"


rule triangulate:
    input:
        code=code("triangulate"),
        declared=TRIANGULATION,
        comparisons="results/6_statistics/comparisons.csv",
        codes=CODED_COMMENTS,
        segments="results/5_coded/interviews/segments.parquet",
        disagreements="results/5_coded/interviews/coders_differ.csv",
    output:
        triangulation="results/6_statistics/triangulation.csv",
    log:
        "results/logs/triangulate.log",
    benchmark:
        "results/benchmarks/triangulate.tsv"
    params:
        primary=PRIMARY["name"] if PRIMARY else "",
        release=SETTINGS["release"],
    script:
        "../../scripts/triangulate.py"
