"""The list of every file with the rule, code and inputs that it came from; included last, since it reads all rules.

needs: every artefact, the report, the audit pages
leaves: manifest.csv; nothing reads it
"""

from lineage import lineage

AUDIT = expand("results/audit/{floor}.{ending}", floor=AUDITED, ending=["html", "ipynb"])
LISTED = ["results/run_config.yaml", *ARTEFACTS, "results/9_report/report.html", *AUDIT]


rule manifest:
    input:
        code=code("manifest", "workflow/lineage.py"),
        run_config="results/run_config.yaml",
        artefacts=ARTEFACTS,
        report="results/9_report/report.html",
        audit=AUDIT,
    output:
        manifest="results/manifest.csv",
    log:
        "results/logs/manifest.log",
    params:
        lineage=lineage(workflow.rules, LISTED, repo=REPO, data=DATA, constraints={"source": "|".join(FILES)}),
    script:
        "../../scripts/manifest.py"
