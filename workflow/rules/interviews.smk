"""Floors 2, 3 and 5 of the interviews: turns, turns without identifiers, and what people coded of them.

needs: 1_ingested/*.parquet of the interviews; data/returned/interviews/ and deidentify/; the frame
leaves: 2_cleaned/interviews/, 3_matched/interviews/, 5_coded/interviews/
"""

INTERVIEWS = STUDY.sources_of("interviews")
INTERVIEW_PLAN = SETTINGS["interviews"]
INTERVIEW_FRAME = f"config/{INTERVIEW_PLAN['themes']}"
PARTICIPANTS = [str(DATA / "returned" / "interviews" / "participants.csv")]
SEGMENT_SHEETS = returned("interviews", "segments*.csv", "segments_synthetic.csv")
SEGMENT_PROJECTS = returned("interviews", "*.qdpx", "second_synthetic.qdpx")
ADJUDICATIONS = returned("interviews", "adjudications*.csv", "adjudications_synthetic.csv")
SUMMARIES = returned("interviews", "summaries*.csv", "summaries_synthetic.csv")
# The report prints the versions of the code book.
PROSE += [INTERVIEW_FRAME, f"config/{INTERVIEW_PLAN['codebook']}"]

ARTEFACTS += [
    *expand("results/2_cleaned/interviews/{t}", t=["turns.parquet", "exclusions.csv"]),
    *expand("results/3_matched/interviews/{t}.parquet", t=["turns", "redactions"]),
    *expand("results/5_coded/interviews/{t}.parquet", t=["segments", "matrix"]),
    *expand("results/5_coded/interviews/{t}.csv", t=["refused", "coders_differ"]),
    *expand("results/6_statistics/interviews_{t}.csv", t=["agreement", "accumulation"]),
]


include: "interviews_statistics.smk"


if SIMULATED:

    include: "simulate_interviews.smk"


rule clean_interviews:
    input:
        code=code("clean_interviews"),
        ingested=expand("results/1_ingested/{source}.parquet", source=INTERVIEWS),
        participants=PARTICIPANTS,
    output:
        turns="results/2_cleaned/interviews/turns.parquet",
        exclusions="results/2_cleaned/interviews/exclusions.csv",
    log:
        "results/logs/clean_interviews.log",
    benchmark:
        "results/benchmarks/clean_interviews.tsv"
    script:
        "../../scripts/clean_interviews.py"


rule deidentify_interviews:
    input:
        code=code("deidentify_interviews"),
        turns="results/2_cleaned/interviews/turns.parquet",
        names=NAMES,
    output:
        coded="results/3_matched/interviews/turns.parquet",
        redactions="results/3_matched/interviews/redactions.parquet",
    log:
        "results/logs/deidentify_interviews.log",
    benchmark:
        "results/benchmarks/deidentify_interviews.tsv"
    params:
        plan=SETTINGS["deidentify"],
    script:
        "../../scripts/deidentify_interviews.py"


rule code_interviews:
    input:
        code=code("code_interviews"),
        turns="results/3_matched/interviews/turns.parquet",
        frame=INTERVIEW_FRAME,
        sheets=SEGMENT_SHEETS,
        projects=SEGMENT_PROJECTS,
        adjudications=ADJUDICATIONS,
    output:
        segments="results/5_coded/interviews/segments.parquet",
        matrix="results/5_coded/interviews/matrix.parquet",
        refused="results/5_coded/interviews/refused.csv",
        disagreements="results/5_coded/interviews/coders_differ.csv",
    log:
        "results/logs/code_interviews.log",
    benchmark:
        "results/benchmarks/code_interviews.tsv"
    params:
        plan=INTERVIEW_PLAN,
    script:
        "../../scripts/code_interviews.py"
