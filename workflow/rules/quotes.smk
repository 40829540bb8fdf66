"""Quotations: candidates on floor 5, a second pass over it, and on floor 6 what people decided on each.

needs: coded comments and interviews; who consented, roles and changes (floors 2 to 4); data/returned/quotes/
leaves: 5_coded/quotes/candidates.parquet and to_approve.csv, 6_statistics/quotes.csv
"""

QUOTED_COMMENTS = expand("results/5_coded/learners/{t}.parquet", t=["comments", "codes"]) if "comments" in PARTS else []
QUOTED_SEGMENTS = (
    expand("results/5_coded/interviews/{t}", t=["segments.parquet", "coders_differ.csv"])
    if "interviews" in PARTS
    else []
)
MAY_BE_QUOTED = PARTICIPANTS if "interviews" in PARTS else []
APPROVALS = returned("quotes", "*.csv", "approvals_synthetic.csv")

ARTEFACTS += expand("results/5_coded/quotes/{t}", t=["candidates.parquet", "to_approve.csv"])


if SIMULATED:

    include: "simulate_quotes.smk"


rule choose_quotes:
    input:
        code=code("choose_quotes"),
        comments=QUOTED_COMMENTS,
        segments=QUOTED_SEGMENTS,
        participants=MAY_BE_QUOTED,
        responses="results/2_cleaned/learners/responses.parquet",
        people="results/3_matched/learners/people.parquet",
        scores="results/4_scored/learners/scores.parquet",
        codebook="config/items.csv",
        names=NAMES,
    output:
        candidates="results/5_coded/quotes/candidates.parquet",
        sheet="results/5_coded/quotes/to_approve.csv",
    log:
        "results/logs/choose_quotes.log",
    benchmark:
        "results/benchmarks/choose_quotes.tsv"
    params:
        plan=SETTINGS["quotes"],
        deidentify=SETTINGS["deidentify"],
        primary=PRIMARY,
        release=SETTINGS["release"],
        seed=SETTINGS["seed"],
    script:
        "../../scripts/choose_quotes.py"


rule approve_quotes:
    input:
        code=code("approve_quotes"),
        candidates="results/5_coded/quotes/candidates.parquet",
        sheets=APPROVALS,
    output:
        quotes="results/6_statistics/quotes.csv",
    log:
        "results/logs/approve_quotes.log",
    benchmark:
        "results/benchmarks/approve_quotes.tsv"
    script:
        "../../scripts/approve_quotes.py"
