"""What the rules share: the study, and the two input functions, `code()` and `raw()`.

needs: config/ of the study, which is the working directory; the folder of the raw exports in config["data"]
leaves: STUDY, SETTINGS, DATA, SIMULATED, and the names of the tables
"""

import sys
from pathlib import Path

REPO = Path(workflow.basedir).resolve().parent
sys.path[:0] = [str(REPO / "scripts"), str(REPO / "workflow")]

from prepost.errors import StudyError
from prepost.sheets import ONE_WAVE
from prepost.simulation.guard import refusal
from prepost.study_loading import load, missing_raw_files
from prepost.table_names import figures_of, tables_of, words_of
from prepost.yaml_files import read_yaml
from used_code import used_code

AUDITED = ["1_ingested", "2_cleaned", "3_matched", "4_scored", "5_coded", "6_statistics", "7_release", "8_exhibits"]


def study_or_exit():
    """Load the study; a fault is printed alone, since raising here would show a stack."""
    try:
        found = load(Path("config"))
        simulated = Path("config/simulation.yaml").is_file() and DATA == Path("data")
        if simulated:
            fault = refusal(DATA, {row.file for row in found.sources})
            if fault:
                raise StudyError(fault, kind="refused")
        else:
            missing_raw_files(found, DATA)
        return found, simulated
    except StudyError as error:
        sys.stderr.write(f"\nThe study needs mending:\n\n{error}\n\n")
        sys.exit(error.exit_code)


def code(rule, *files):
    """List a rule's script, further files of the project, and every module of ours that they import."""
    return used_code(REPO, rule, *files)


def raw(wildcards):
    """Return the raw export of a source, named as sources.csv names it, in the data folder."""
    return str(DATA / FILES[wildcards.source])


DATA = Path(config.get("data", "data"))
if DATA.is_absolute() and DATA.is_relative_to(Path.cwd()):
    DATA = DATA.relative_to(Path.cwd())
STUDY, SIMULATED = study_or_exit()
SETTINGS = STUDY.settings.model_dump(mode="json", by_alias=True)
GENERATOR = "simulate_codes" if SIMULATED and "codes" in read_yaml(Path("config/simulation.yaml"), "") else "simulate"
FILES = {row.source: row.file for row in STUDY.sources}
PARTS = STUDY.settings.parts
AUDITED = [floor for floor in AUDITED if floor != "5_coded" or {"comments", "interviews"} & set(PARTS)]
TABLES = tables_of(PARTS)
WORDS = words_of(PARTS)
FIGURES = figures_of(PARTS)
LEARNERS = STUDY.sources_of("learners")
SURVEYS = [strand for strand in ONE_WAVE if strand in PARTS]
PRIMARY = next((part for part in SETTINGS["comparisons"] if part["role"] == "primary"), None)
SHARES = [f"config/{SETTINGS['surveys']['shares']}"] if SURVEYS else []
BASES = [f"config/{SETTINGS['surveys']['bases']}"] if SURVEYS else []
# Sheets that a study may leave out.
FIELDS = ["config/fields.csv"] if Path("config/fields.csv").is_file() else []
RECODES = ["config/recodes.csv"] if Path("config/recodes.csv").is_file() else []
VOCABULARIES = [f"config/{vocabulary['sheet']}" for vocabulary in SETTINGS["vocabularies"]]
NOTEBOOKS = sorted(str(path.relative_to(REPO)) for path in (REPO / "notebooks").glob("*.*") if path.suffix != ".ipynb")
AUDIT_PAGES = [f"notebooks/audit_{floor}.ipynb" for floor in AUDITED]
PROSE = sorted(str(path) for path in Path("config/report").glob("*.md"))
# Twins that stand are made anew with the page, so that no paper says something else than the page beside it.
PAPERS = ["results/9_report/report.docx", "results/9_report/report.pdf"]
TWINS = PAPERS if any(Path(paper).is_file() for paper in PAPERS) else []

# Every file of floors 1 to 8, for the audit pages and the manifest; the rule file of a further part adds its own.
ARTEFACTS = (
    expand("results/1_ingested/{source}.{ending}", source=FILES, ending=["parquet", "refused.csv"])
    + expand("results/2_cleaned/learners/{t}.parquet", t=["responses", "about", "identifiers", "enrolments"])
    + expand("results/2_cleaned/learners/{t}.csv", t=["exclusions", "unmapped", "unfitting"])
    + expand("results/3_matched/learners/{t}.parquet", t=["people", "links", "pairs", "triples", "unmatched", "hashes"])
    + expand("results/3_matched/learners/{t}", t=["candidates.parquet", "model.csv", "quality.csv", "reviewed.csv"])
    + ["results/3_matched/learners/review.xlsx", "results/3_matched/learners/keys.csv"]
    + expand("results/4_scored/learners/{t}.parquet", t=["scores", "weights"])
    + expand("results/6_statistics/{table}.csv", table=[*TABLES, *WORDS, "plan"])
    + expand("results/7_release/{table}.csv", table=[*TABLES, *WORDS, "plan", "withheld"])
    + expand("results/8_exhibits/{figure}.svg", figure=FIGURES)
    + ["results/8_exhibits/alt_texts.json", "results/8_exhibits/facts.json"]
)


wildcard_constraints:
    source="|".join(FILES),
    floor="|".join(AUDITED),
    outcome="|".join(outcome["name"] for outcome in SETTINGS["outcomes"]),
