"""Beside the floors, private: an audit page a floor, and the list of every file with where it came from.

needs: everything; nothing reads what is left here
leaves: audit/<floor>.{ipynb,html}, manifest.csv
"""


rule audit:
    input:
        code=code("audit", *AUDIT_PAGES),
        run_config="results/run_config.yaml",
        artefacts=ARTEFACTS,
    output:
        notebook="results/audit/{floor}.ipynb",
        page="results/audit/{floor}.html",
    params:
        floor="{floor}",
    log:
        "results/logs/audit.{floor}.log",
    benchmark:
        "results/benchmarks/audit.{floor}.tsv"
    script:
        "../../scripts/audit.py"


rule manifest:
    input:
        code=code("manifest", "workflow/lineage.py"),
        run_config="results/run_config.yaml",
        artefacts=ARTEFACTS,
        report="results/9_report/report.html",
        audit=expand("results/audit/{floor}.{ending}", floor=AUDITED, ending=["html", "ipynb"]),
    output:
        manifest="results/manifest.csv",
    params:
        lineage=LINEAGE,
    log:
        "results/logs/manifest.log",
    script:
        "../../scripts/manifest.py"
