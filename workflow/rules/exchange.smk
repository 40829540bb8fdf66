"""On request: interviews and comments as REFI-QDA projects for teams that code in a program of their own.

needs: floor 5 of the comments, floors 3 and 5 of the interviews: a second pass over floor 5
leaves: 5_coded/exchange/{interviews.qdpx, interviews.qdc, comments.qdpx}, as far as the study has them
"""

EXCHANGED_INTERVIEWS = (
    ["results/3_matched/interviews/turns.parquet", "results/5_coded/interviews/segments.parquet"]
    if "interviews" in PARTS
    else []
)
EXCHANGED_COMMENTS = (
    expand("results/5_coded/learners/{t}.parquet", t=["comments", "codes"]) if "comments" in PARTS else []
)
EXCHANGED_FRAMES = [
    *([f"config/{SETTINGS['interviews']['themes']}"] if "interviews" in PARTS else []),
    *([f"config/{SETTINGS['comments']['frame']}"] if "comments" in PARTS else []),
]
EXCHANGE_OF_INTERVIEWS = (
    expand("results/5_coded/exchange/interviews.{ending}", ending=["qdpx", "qdc"]) if "interviews" in PARTS else []
)
EXCHANGE_OF_COMMENTS = ["results/5_coded/exchange/comments.qdpx"] if "comments" in PARTS else []


rule exchange:
    input:
        code=code("exchange"),
        interviews=EXCHANGED_INTERVIEWS,
        comments=EXCHANGED_COMMENTS,
        frames=EXCHANGED_FRAMES,
    output:
        of_interviews=EXCHANGE_OF_INTERVIEWS,
        of_comments=EXCHANGE_OF_COMMENTS,
    log:
        "results/logs/exchange.log",
    benchmark:
        "results/benchmarks/exchange.tsv"
    params:
        title=SETTINGS["title"],
        when=SETTINGS["data_date"],
        plan=SETTINGS["interviews"],
    script:
        "../../scripts/exchange.py"
