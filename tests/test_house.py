"""The laws of docs/architecture.md, held over the tree; and each law shown able to fail."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import laws
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "workflow"))
from used_code import used_code  # noqa: E402

SCRIPTS = {path.stem: path for path in sorted((ROOT / "scripts").glob("*.py"))}
MODULES = {
    p.relative_to(ROOT / "scripts/prepost").as_posix(): p for p in sorted((ROOT / "scripts/prepost").rglob("*.py"))
}
RULE_FILES = sorted((ROOT / "workflow/rules").glob("*.smk"))
SMK = "\n\n".join(path.read_text(encoding="utf-8") for path in RULE_FILES)
CONSTANTS = laws.constants_of(SMK)
RULES = {rule.name: rule for rule in laws.rules_of(SMK, CONSTANTS)}
STEPS = {name: rule for name, rule in RULES.items() if name != "all"}

# Which modules, or folders of modules, may open files; read and write tables past `tables`; round.
ROOMS = {
    "open": {
        *("tables.py", "sheets.py", "yaml_files.py", "study_checks.py", "yaml_files.py", "steps.py", "vocabularies.py"),
        "ingest.py",  # the sha256 of a raw export
        "facts.py",
        "comments/returned.py",  # the sheets that coders send back
        "keyed.py",  # the secret key, outside the study
        "governance.py",
        "provenance.py",  # the manifest hashes every file
        "audit/run.py",
        "report/book.py",
        "figures/style.py",  # leaves an SVG
        *("readers", "render", "simulation"),
        "exchange",  # archives of other programs
    },
    "tables": {
        "tables.py",
        "audit/run.py",  # shows tables that have passed their schemas twice
        "provenance.py",  # counts rows and columns of any file
        "readers",  # raw exports have no schema yet
        "simulation",  # makes raw exports
    },
    "round": {
        *("disclosure.py", "formatting.py", "simulation"),
        *("linkage/model.py", "linkage/weigh.py"),  # the match weight, before any threshold
    },
}
# A module above 400 lines needs a reason here.
LONG: dict[str, str] = {}


def _named(mapping) -> list:
    return [pytest.param(value, id=str(key)) for key, value in mapping.items()]


# Rules ---------------------------------------------------------------------------------------------------------------
def test_the_parser_finds_every_rule():
    assert len(RULES) == len(re.findall(r"^\s*rule \w+:", SMK, re.M)) >= 12
    assert RULES["audit"].floors("input") == {1, 2, 3, 4, 6, 7, 8}, "constants in capitals are looked into"


@pytest.mark.parametrize("rule", _named(STEPS))
def test_law_4_the_form_of_a_rule(rule):
    assert laws.form_faults(rule) == []


@pytest.mark.parametrize("rule", _named(STEPS))
def test_laws_2_and_3_floors_and_the_wall(rule):
    assert laws.floor_faults(rule) == []


@pytest.mark.parametrize("rule", _named(STEPS))
def test_a_step_takes_what_its_rule_gives(rule):
    assert laws.step_faults(rule, SCRIPTS[rule.name].read_text(encoding="utf-8")) == []


def test_rules_and_scripts_bear_the_same_names():
    assert set(STEPS) == set(SCRIPTS)


def test_rule_files_have_a_door_plate_and_a_length():
    for path in RULE_FILES:
        text = path.read_text(encoding="utf-8")
        lines = len(text.splitlines())
        assert 15 <= lines <= 120, f"{path.name}: {lines} lines"
        assert re.match(r'""".+?needs: .+?leaves: .+?"""', text, re.S), f"{path.name}: no door-plate"
    assert len((ROOT / "workflow/Snakefile").read_text(encoding="utf-8").splitlines()) <= 60


def test_every_rule_writes_to_the_floors_or_beside_them():
    for rule in STEPS.values():
        for place in rule.texts("output"):
            if "/" in place and not rule.name.startswith(laws.SIMULATES):
                assert place.startswith("results/"), f"{rule.name}: {place}"


_RULE = """
rule {name}:
    input:
        code=code("{name}"),
        {input}
    output:
        {output}
    params:
        a=1,
    log:
        "results/logs/{name}.log",
    benchmark:
        "results/benchmarks/{name}.tsv"
    script:
        "../../scripts/{name}.py"
"""


def _rule(
    name="compare",
    input='table="results/4_scored/learners/scores.parquet",',
    output='out="results/6_statistics/a.csv",',
):
    return laws.rules_of(_RULE.format(name=name, input=input, output=output))[0]


def test_a_sound_rule_has_no_fault():
    assert laws.form_faults(_rule()) == laws.floor_faults(_rule()) == []
    assert laws.step_faults(_rule(), "def main(*, table: Path, out: Path, a: int) -> None: ...") == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("    script:", "    message:\n        'm'\n    script:", "message:"),
        ('    script:\n        "../../scripts/compare.py"', "    run:\n        x()", "run:"),
        ('table="results/4_scored/learners/scores.parquet"', "table=lambda w: 1", "lambda"),
        ('table="results/4_scored/learners/scores.parquet"', "table=rules.score.output", "rules.x.output"),
        ('table="results/4_scored/learners/scores.parquet"', "table=find_it", "unknown name find_it"),
        ('code=code("compare"),', '"results/4_scored/x.parquet",', "input without a name"),
        ('    log:\n        "results/logs/compare.log",\n', "", "no log"),
        ('    benchmark:\n        "results/benchmarks/compare.tsv"\n', "", "no benchmark"),
        ("scripts/compare.py", "scripts/other.py", "not its own name"),
        ('code=code("compare"),', "", "code is not among"),
    ],
)
def test_law_4_can_fail(old, new, fault):
    text = _RULE.format(
        name="compare",
        input='table="results/4_scored/learners/scores.parquet",',
        output='out="results/6_statistics/a.csv",',
    )
    assert old in text
    assert any(fault in found for found in laws.form_faults(laws.rules_of(text.replace(old, new))[0]))


@pytest.mark.parametrize(
    ("name", "reads", "leaves", "fault"),
    [
        ("compare", "results/7_release/a.csv", "results/6_statistics/b.csv", "reads floor 7"),
        ("compare", "results/6_statistics/a.csv", "results/6_statistics/b.csv", "reads floor 6"),
        ("compare", "results/run_config.yaml", "results/6_statistics/b.csv", "reads the whole study"),
        ("compare", "results/audit/1_ingested.html", "results/6_statistics/b.csv", "what is beside"),
        ("compare", "data/truth/people.csv", "results/6_statistics/b.csv", "planted truth"),
        ("compare", "results/4_scored/a.parquet", "results/7_release/b.csv", "second door"),
        ("plot", "results/6_statistics/a.csv", "results/8_exhibits/a.svg", "behind the wall"),
        ("other", "results/6_statistics/a.csv", "results/8_exhibits/a.svg", "second door"),
        ("audit", "results/6_statistics/a.csv", "results/9_report/a.html", "writes on a floor"),
        ("clean", "results/1_ingested/a.parquet", "data/a.csv", "writes raw data"),
    ],
)
def test_laws_2_and_3_can_fail(name, reads, leaves, fault):
    rule = _rule(name, f'table="{reads}",', f'out="{leaves}",')
    assert any(fault in found for found in laws.floor_faults(rule))


def test_a_floor_behind_a_constant_is_found():
    text = _RULE.format(name="compare", input="table=ALL_OF_IT,", output='out="results/6_statistics/a.csv",')
    constants = laws.constants_of('PART = "results/8_exhibits/a.svg"\nALL_OF_IT = (\n    [PART]\n    + ["b"]\n)\n')
    assert laws.floor_faults(laws.rules_of(text, constants)[0]) == ["compare: reads floor 8, leaves floor 6"]
    assert laws.form_faults(laws.rules_of(text)[0]) == ["compare: input function or unknown name ALL_OF_IT"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("def main(*, table: Path, out: Path) -> None: ...", "gives a, main does not"),
        ("def main(*, table: Path, out: Path, a: int, b: int) -> None: ...", "takes b, the rule does not"),
        ("def main(*, table, out: Path, a: int) -> None: ...", "table has no annotation"),
        ("def main(table: Path, out: Path, a: int) -> None: ...", "not keyword-only"),
    ],
)
def test_the_contract_of_a_step_can_fail(text, fault):
    assert any(fault in found for found in laws.step_faults(_rule(), text))


# Scripts and library -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", _named(SCRIPTS))
def test_a_script_is_a_step(path):
    assert laws.script_faults(path.name, path.read_text(encoding="utf-8"), set(SCRIPTS)) == []


@pytest.mark.parametrize("place", sorted(MODULES))
def test_laws_1_5_and_6_in_the_library(place):
    assert laws.library_faults(place, MODULES[place].read_text(encoding="utf-8"), set(SCRIPTS), ROOMS) == []


def test_modules_are_no_longer_than_400_lines_without_a_reason():
    long = {place for place, path in MODULES.items() if len(path.read_text(encoding="utf-8").splitlines()) > 400}
    assert long == {place for place in LONG if place in long}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("import snakemake", "imports snakemake"),
        ("from clean import main", "imports clean"),
        ("open('x')", "opens files: open"),
        ("path.read_text()", "opens files: read_text"),
        ("pd.read_csv(path)", "past their schemas: read_csv"),
        ("frame.to_parquet(path)", "past their schemas: to_parquet"),
        ("x = round(1.5)", "rounds: round"),
        ("frame.round(2)", "rounds: round"),
        ("assert x", "assert"),
        ("print(1)", "print"),
    ],
)
def test_laws_1_5_and_6_can_fail(text, fault):
    assert any(fault in found for found in laws.library_faults("scoring.py", text, {"clean"}, ROOMS))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("x = 1\n" * 90, "90 lines"),
        ("x = 1\n" * 30, "does not end with steps.run"),
        ("import match\n" * 30, "imports the script match"),
        ("from __future__ import annotations\n" * 30, "imports from __future__"),
        ("pd.read_csv(p)\n" * 30, "opens files itself: read_csv"),
    ],
)
def test_the_law_of_scripts_can_fail(text, fault):
    assert any(fault in found for found in laws.script_faults("x.py", text, {"match"}))


# What a rule depends on ----------------------------------------------------------------------------------------------
COMMON = (ROOT / "workflow/rules/common.smk").read_text(encoding="utf-8")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for place, text in {
        "scripts/clean.py": "from prepost import steps\nfrom prepost.deep.inner import f\n",
        "scripts/prepost/__init__.py": "",
        "scripts/prepost/steps.py": "import prepost.errors\n",
        "scripts/prepost/errors.py": "",
        "scripts/prepost/deep/__init__.py": "from . import beside\n",
        "scripts/prepost/deep/inner.py": "def f():\n    from .helper import g\n",
        "scripts/prepost/deep/helper.py": "from ..above import h\n",
        "scripts/prepost/deep/beside.py": "",
        "scripts/prepost/above.py": "import prepost.above\n",
        "scripts/prepost/stranger.py": "",
        "scripts/prepost/shown.py": "",
        "notebooks/x.ipynb": json.dumps({"cells": [{"cell_type": "code", "source": ["from prepost import shown\n"]}]}),
    }.items():
        path = tmp_path / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def test_code_lists_every_helper_however_deep(tree: Path):
    listed = used_code(tree, "clean", "notebooks/x.lua", "notebooks/x.ipynb")
    names = [Path(path).relative_to(tree).as_posix() for path in listed]
    library = [
        "__init__",
        "above",
        "deep/__init__",
        "deep/beside",
        "deep/helper",
        "deep/inner",
        "errors",
        "shown",
        "steps",
    ]
    pages = ["notebooks/x.ipynb", "notebooks/x.lua"]
    assert names == [*pages, "scripts/clean.py", *[f"scripts/prepost/{name}.py" for name in library]]


@pytest.mark.parametrize("name", sorted(STEPS))
def test_code_lists_no_other_script_and_misses_no_import(name):
    listed = {Path(path).relative_to(ROOT / "scripts").as_posix() for path in used_code(ROOT, name)}
    assert {f"{name}.py", "prepost/steps.py", "prepost/errors.py"} <= listed
    assert {path for path in listed if "/" not in path} == {f"{name}.py"}
    packages = {f"{parent}/__init__.py" for path in listed for parent in Path(path).parents if parent.name}
    assert packages - listed == set(), "importing a module runs its packages first"


def test_the_workflow_starts_without_pandas():
    """Nothing-to-do must stay fast: what the Snakefile imports of ours never reaches a data frame."""
    code = "import sys; import prepost.study_loading, prepost.simulation.guard; sys.exit('pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT / "scripts", check=False)
    assert done.returncode == 0


# Notebooks -----------------------------------------------------------------------------------------------------------
QMD = sorted((ROOT / "notebooks").glob("*.qmd"))


@pytest.mark.parametrize(
    "path", QMD or [pytest.param(None, marks=pytest.mark.skip(reason="no .qmd stands yet"))], ids=str
)
def test_law_7_the_report_computes_nothing(path):
    assert laws.qmd_faults(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_audit_notebooks_are_clean_and_thin(path):
    assert laws.notebook_faults(path.read_text(encoding="utf-8")) == []


def test_every_audited_floor_has_its_page():
    audited = re.search(r"^AUDITED = (\[.*?\])", COMMON, re.M | re.S)[1]
    floors = set(re.findall(r'"([^"]+)"', audited))
    assert floors == {path.stem.removeprefix("audit_") for path in (ROOT / "notebooks").glob("audit_*.ipynb")}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("Confidence rose by 0.8 points.", "a digit in prose"),
        ("```{python}\na\nb\nc\nd\ne\nf\n```\n", "a cell of 6 lines"),
        ("```{python}\ntable.groupby('x')\n```\n", "a cell computes"),
        ("It was `{python} table.mean()` points.", "an inline expression computes"),
    ],
)
def test_law_7_can_fail(text, fault):
    assert any(fault in found for found in laws.qmd_faults(f"---\ntitle: T1\n---\n\n{text}\n"))


def test_law_7_lets_pass_what_is_no_result():
    text = "## Who {#sec-1}\n\nSee @fig-2 and `{python} fact('a/b1/n')`, [one](https://x.org/1) <!-- 3 -->\n"
    assert laws.qmd_faults(text) == []


# Lock, papers, what is committed -------------------------------------------------------------------------------------
LOCK = (ROOT / "requirements.txt").read_text(encoding="utf-8")


def test_the_lock_names_no_place_to_fetch_from():
    assert laws.lock_faults(LOCK) == []


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("a @ https://x.org/a.whl", "an address"),
        ("--index-url x", "--index-url"),
        ("a==1", "no hash"),
        ("a>=1 --hash=sha256:0", "no version"),
    ],
)
def test_the_law_of_the_lock_can_fail(line, fault):
    assert any(fault in found for found in laws.lock_faults(line))


def test_conda_installs_the_lock_and_nothing_beside_it():
    env = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    plain = [entry for entry in env["dependencies"] if isinstance(entry, str)]
    pip = [entry["pip"] for entry in env["dependencies"] if isinstance(entry, dict)]
    assert pip == [["-r requirements.txt"]]
    assert sorted(entry.partition("=")[0] for entry in plain) == ["git", "make", "pip", "python", "quarto"]
    assert [e for e in plain if e.startswith("python")][0] in {"python=3.11", "python=3.12", "python=3.13"}
    assert set(env["channels"]) <= {"conda-forge", "nodefaults"}


def test_the_lock_holds_what_the_project_asks_for():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    have = laws.locked(LOCK)
    for entry in asked:
        name, _, version = re.match(r"([\w.-]+)(==|>=)?(.*)", entry).groups()
        assert laws.normal(name) in have, name
        if "==" in entry:
            assert have[laws.normal(name)] == version, entry


def test_the_schema_of_study_yaml_is_that_of_the_models():
    from prepost.study import json_schema

    path = ROOT / "workflow/schemas/study.schema.json"
    assert path.read_text(encoding="utf-8") == json_schema(), "write prepost.study.json_schema() into it"


def test_what_is_private_is_ignored():
    lines = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {"results/", "data/", ".snakemake/", ".venv/", "__pycache__/"} <= set(lines)
    assert [line for line in lines if line.startswith("!")] == ["!tests/toy_study/data/"]


@pytest.fixture(scope="module")
def tracked() -> list[str]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("this is no git checkout")
    return [name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_no_data_and_no_results_are_tracked(tracked):
    private = [name for name in tracked if {"data", "results", ".snakemake"} & set(Path(name).parts[:-1])]
    assert [name for name in private if not name.startswith("tests/toy_study/data/")] == []


_spec = importlib.util.spec_from_file_location("committed", ROOT / "workflow/checks/committed.py")
committed = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(committed)


def test_nothing_tracked_is_large_or_secret(tracked):
    assert {name: fault for name in tracked if (fault := committed.size_fault(ROOT / name))} == {}
    assert {name: fault for name in tracked if (fault := committed.secret_fault(ROOT / name))} == {}


@pytest.mark.parametrize(
    "line",
    [
        "-----BEGIN " + "RSA PRIVATE KEY-----",
        "-----BEGIN " + "PRIVATE KEY-----",
        "AKIA" + "A" * 16,
        "ghp_" + "a" * 36,
        "X-API-TOKEN: " + "a" * 40,
        "api_key = '" + "a" * 32 + "'",
    ],
)
def test_the_check_for_secrets_can_fail(tmp_path, line):
    path = tmp_path / "x.txt"
    path.write_text(f"first\n{line}\n")
    fault = committed.secret_fault(path)
    assert fault and "line 2" in fault and "aaaa" not in fault


def test_the_checks_of_files_can_fail(tmp_path, capsys):
    large = tmp_path / "large.csv"
    large.write_bytes(b"0" * 1_000_001)
    used = tmp_path / "used.ipynb"
    used.write_text(
        '{"cells": [{"id": "a", "cell_type": "code", "outputs": [1], "metadata": {}, "source": []}], "metadata": {}}'
    )
    assert committed.main(["large", str(large)]) == committed.main(["notebooks", str(used)]) == 1
    assert "large.csv: 1,000,001 bytes" in capsys.readouterr().err
    assert laws.notebook_faults(used.read_text()) == ["a: not clean"]


def test_the_hooks_fetch_nothing_and_exist():
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert [repo["repo"] for repo in config["repos"]] == ["local"]
    for hook in config["repos"][0]["hooks"]:
        for word in hook["entry"].split():
            if word.endswith(".py"):
                assert (ROOT / word).is_file(), word


def test_no_place_of_one_machine_is_written_down(tracked):
    place = re.compile(r"(?<![\w.])/(?:home|Users|root)/\w+")
    kinds = {".py", ".smk", ".yaml", ".yml", ".toml", ".qmd", ".ipynb", ".md", ".csv", ".sh"}
    texts = {
        name: (ROOT / name).read_text(encoding="utf-8", errors="replace")
        for name in tracked
        if Path(name).suffix in kinds
    }
    assert [name for name, text in texts.items() if place.search(text) and not name.startswith("tests/")] == []


def test_the_papers_stand():
    docs = ("architecture", "quarto", "data_protection")
    for name in ["LICENSE", "CITATION.cff", "CHANGELOG.md", "CONTRIBUTING.md", *[f"docs/{doc}.md" for doc in docs]]:
        assert (ROOT / name).read_text(encoding="utf-8").strip(), name
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert citation["version"] == project["version"]
    assert f"## {project['version']}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
