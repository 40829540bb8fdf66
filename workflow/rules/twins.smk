"""Floor 9, on request: the report for paper, as a Word document and a PDF. `make report` makes them anew where they stand.

needs: what the report needs, and notebooks/paper/; the figures are drawn anew, wider than for a phone
leaves: 9_report/report.docx, 9_report/report.pdf
"""

PAPER = sorted(str(path.relative_to(REPO)) for path in (REPO / "notebooks" / "paper").glob("*.*"))


rule twins:
    input:
        code=code("twins", *NOTEBOOKS, *PAPER),
        run_config="results/run_config.yaml",
        tables=expand("results/7_release/{table}.csv", table=TABLES),
        words=expand("results/7_release/{table}.csv", table=WORDS),
        plan="results/7_release/plan.csv",
        withheld="results/7_release/withheld.csv",
        alt="results/8_exhibits/alt_texts.json",
        facts="results/8_exhibits/facts.json",
        governance="config/governance.yaml",
        assumptions="config/assumptions.md",
        prose=PROSE,
        sheets=REPORT_SHEETS,
    output:
        docx="results/9_report/report.docx",
        pdf="results/9_report/report.pdf",
    log:
        "results/logs/twins.log",
    benchmark:
        "results/benchmarks/twins.tsv"
    script:
        "../../scripts/twins.py"
