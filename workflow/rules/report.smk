"""Floor 9: the page, rendered by Quarto where it is on the PATH and by the embedded renderer elsewhere.

needs: floors 7 and 8; study.yaml, run_config.yaml, governance.yaml, assumptions.md and report/*.md; the notebooks
leaves: 9_report/report.html
"""

# Sheets that the report reads beside the released tables, where the study has them.
REPORT_SHEETS = (
    [f"config/{sheet}.csv" for sheet in ("recommendations", "cheers") if Path(f"config/{sheet}.csv").is_file()]
    + (["config/economics.yaml"] if "economics" in PARTS else [])
    + SHARES
    + BASES
)


rule resolve:
    input:
        code=code("resolve", "workflow/defaults.yaml"),
        settings="config/study.yaml",
        sheets=["config/sources.csv", "config/items.csv", *FIELDS, *RECODES, *VOCABULARIES],
    output:
        run_config="results/run_config.yaml",
    log:
        "results/logs/resolve.log",
    script:
        "../../scripts/resolve.py"


rule report:
    input:
        code=code("report", *NOTEBOOKS),
        run_config="results/run_config.yaml",
        tables=expand("results/7_release/{table}.csv", table=TABLES),
        words=expand("results/7_release/{table}.csv", table=WORDS),
        plan="results/7_release/plan.csv",
        withheld="results/7_release/withheld.csv",
        figures=expand("results/8_exhibits/{figure}.svg", figure=FIGURES),
        alt="results/8_exhibits/alt_texts.json",
        facts="results/8_exhibits/facts.json",
        governance="config/governance.yaml",
        assumptions="config/assumptions.md",
        prose=PROSE,
        sheets=REPORT_SHEETS,
    output:
        html="results/9_report/report.html",
    log:
        "results/logs/report.log",
    benchmark:
        "results/benchmarks/report.tsv"
    script:
        "../../scripts/report.py"
