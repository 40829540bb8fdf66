"""Beside the floors, private: an audit page a floor.

needs: everything; nothing reads what is left here
leaves: audit/<floor>.{ipynb,html}
"""


rule audit:
    input:
        code=code("audit", *AUDIT_PAGES),
        run_config="results/run_config.yaml",
        artefacts=ARTEFACTS,
    output:
        notebook="results/audit/{floor}.ipynb",
        page="results/audit/{floor}.html",
    log:
        "results/logs/audit.{floor}.log",
    benchmark:
        "results/benchmarks/audit.{floor}.tsv"
    params:
        floor="{floor}",
    script:
        "../../scripts/audit.py"
