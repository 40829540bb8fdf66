"""The bundled study's eight invented interviews, and the sheets that its invented coders send back.

needs: simulation_interviews.yaml; for the sheets the turns without identifiers, as coders are given them
leaves: data/interviews/, data/returned/interviews/*_synthetic.*, the list of names, and the truth, which only tests read
"""


rule simulate_interviews:
    input:
        code=code("simulate_interviews"),
        mark="data/SYNTHETIC",
        simulation="config/simulation_interviews.yaml",
        study="config/study.yaml",
        sources="config/sources.csv",
    output:
        transcripts=[f"data/{FILES[source]}" for source in INTERVIEWS],
        participants=PARTICIPANTS,
        names=NAMES,
        truth=expand("data/truth/{table}.csv", table=["interviews", "interview_identifiers"]),
    log:
        "results/logs/simulate_interviews.log",
    benchmark:
        "results/benchmarks/simulate_interviews.tsv"
    script:
        "../../scripts/simulate_interviews.py"


rule simulate_interview_coding:
    input:
        code=code("simulate_interview_coding"),
        simulation="config/simulation_interviews.yaml",
        study="config/study.yaml",
        frame=INTERVIEW_FRAME,
        turns="results/3_matched/interviews/turns.parquet",
    output:
        sheet="data/returned/interviews/segments_synthetic.csv",
        project="data/returned/interviews/second_synthetic.qdpx",
        adjudications="data/returned/interviews/adjudications_synthetic.csv",
        summaries="data/returned/interviews/summaries_synthetic.csv",
    log:
        "results/logs/simulate_interview_coding.log",
    benchmark:
        "results/benchmarks/simulate_interview_coding.tsv"
    script:
        "../../scripts/simulate_interview_coding.py"
