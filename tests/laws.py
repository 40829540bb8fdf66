"""The laws of the house as functions: text of a file in, faults out. `test_house.py` holds the tree to them."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass, field

FLOOR = re.compile(r"results/([1-9])_")
BESIDE = ("audit", "manifest")  # they read everything, and nothing reads them
WITHOUT_LOG = {"all"}
WITHOUT_BENCHMARK = {"all", "resolve", "manifest"}  # they compute nothing
OWN_FLOOR = {
    "draw_sample",
    "code_text",
    "find_topics",
    "compare_plan",
    "gather_specifications",
    "weight",
    "triangulate",
    "choose_quotes",
    "exchange",
}  # second passes, as their door-plates say
BEHIND_THE_WALL = {"plot", "write_facts", "report", "twins"}
READS_THE_STUDY = {"report", "twins", "audit", "manifest"}  # run_config.yaml
CALLS = {"code", "expand", "temp"}
SIMULATES = "simulate"  # how a rule begins that makes raw exports, which have no schema, and may know what it planted
OPENING = {
    *("open", "read_text", "read_bytes", "write_text", "write_bytes", "read_csv", "to_csv", "read_parquet"),
    *("to_parquet", "read_excel", "to_excel", "read_json", "to_json", "savefig", "read_sav", "urlopen"),
}
TABULAR = {"read_csv", "to_csv", "read_parquet", "to_parquet", "read_excel", "to_excel"}


# Rules ---------------------------------------------------------------------------------------------------------------
@dataclass
class Rule:
    """One rule as its text says it."""

    name: str
    text: str
    sections: dict[str, ast.Call] = field(default_factory=dict)
    constants: dict[str, list[str]] = field(default_factory=dict)  # texts in the values of names in capitals

    def names(self, *sections: str) -> list[str]:
        """Names of the files or params of these sections."""
        return [word.arg for s in sections if s in self.sections for word in self.sections[s].keywords if word.arg]

    def texts(self, section: str) -> list[str]:
        """Every piece of text in a section, and in the constants that it names."""
        found = [n.value for n in self._nodes(section) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
        return found + [text for name in sorted(self.words(section)) for text in self.constants.get(name, [])]

    def words(self, section: str) -> set[str]:
        """Every name in a section that the section itself does not give."""
        names = [node for node in self._nodes(section) if isinstance(node, ast.Name)]
        return {n.id for n in names} - {n.id for n in names if isinstance(n.ctx, ast.Store)}

    def floors(self, section: str) -> set[int]:
        """Floors whose files a section names."""
        return {int(found[1]) for text in self.texts(section) if (found := FLOOR.match(text))}

    def _nodes(self, section: str) -> list[ast.AST]:
        call = self.sections.get(section)
        parts = [*call.args, *[word.value for word in call.keywords]] if call is not None else []
        return [node for part in parts for node in ast.walk(part)]


def constants_of(text: str) -> dict[str, list[str]]:
    """Read the texts in the value of each name in capitals, those of the constants it is made of included."""
    values: dict[str, ast.AST] = {}
    for found in re.finditer(r"^([A-Z][A-Z_]*)(?:, [A-Z]+)* = (.*\n(?:[ \t]+.*\n)*(?:[)\]}].*\n)?)", text + "\n", re.M):
        values[found[1]] = ast.parse(found[2].strip(), mode="eval")

    def texts(name: str) -> list[str]:
        nodes = list(ast.walk(values[name]))
        own = [n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)]
        others = {n.id for n in nodes if isinstance(n, ast.Name) and n.id in values and n.id != name}
        return own + [text for other in sorted(others) for text in texts(other)]

    return {name: texts(name) for name in values}


def rules_of(text: str, constants: dict[str, list[str]] | None = None) -> list[Rule]:
    """Read the rules of a rule file; each section is a list of arguments, as Snakemake itself takes it."""
    found = []
    for start in re.finditer(
        r"^([ \t]*)(?:rule|checkpoint)\s+(\w+):[ \t]*\n((?:\1[ \t]+.*\n|[ \t]*\n)+)", text + "\n", re.M
    ):
        body = start[3]
        indent = re.match(r"[ \t]+", body)[0]
        rule = Rule(start[2], body, constants=constants or {})
        for part in re.finditer(rf"^{indent}(\w+):(.*\n(?:{indent}[ \t]+.*\n|[ \t]*\n)*)", body, re.M):
            if part[1] not in ("run", "shell"):
                rule.sections[part[1]] = ast.parse(f"section({part[2].strip()}\n)").body[0].value
        found.append(rule)
    return found


def form_faults(rule: Rule) -> list[str]:
    """Law 4: what a rule may not have, and what it must."""
    faults = [f"{word}:" for word in ("run", "message", "shell") if re.search(rf"^\s+{word}:", rule.text, re.M)]
    faults += ["lambda"] if re.search(r"\blambda\b", rule.text) else []
    faults += ["rules.x.output"] if re.search(r"\brules\.\w+\.(output|input)", rule.text) else []
    faults += [
        f"input function or unknown name {word}"
        for word in sorted(rule.words("input") - CALLS - {"raw", *rule.constants})
    ]
    faults += ["no log"] if "log" not in rule.sections and rule.name not in WITHOUT_LOG else []
    faults += ["no benchmark"] if "benchmark" not in rule.sections and rule.name not in WITHOUT_BENCHMARK else []
    if rule.name not in WITHOUT_LOG:
        script = rule.texts("script")
        faults += [] if script == [f"../../scripts/{rule.name}.py"] else [f"its script is {script}, not its own name"]
        faults += [] if re.search(rf'code=code\(\s*"{rule.name}"', rule.text) else ["its code is not among its inputs"]
        unnamed = [s for s in ("input", "output", "params") if s in rule.sections and rule.sections[s].args]
        faults += [f"{section} without a name" for section in unnamed]
    return [f"{rule.name}: {fault}" for fault in faults]


def floor_faults(rule: Rule) -> list[str]:
    """Laws 2 and 3: which floors a rule may read."""
    if rule.name == "all":
        return []
    faults = []
    reads, leaves = rule.floors("input"), rule.floors("output")
    texts = rule.texts("input")
    if rule.name not in BESIDE:
        if any(text.startswith(("results/audit", "results/manifest")) for text in texts):
            faults.append("reads what is beside the floors")
        top = min(leaves, default=10)
        allowed = top if rule.name in OWN_FLOOR else top - 1
        faults += [f"reads floor {floor}, leaves floor {top}" for floor in sorted(reads) if floor > allowed]
        if len(leaves) > 1:
            faults.append(f"leaves several floors {sorted(leaves)}")
    elif leaves:
        faults.append("writes on a floor, and not beside them")
    if "results/run_config.yaml" in texts and rule.name not in READS_THE_STUDY:
        faults.append("reads the whole study, so that a title would run it again")
    if any(text.startswith("data/truth") for text in texts) and not rule.name.startswith(SIMULATES):
        faults.append("reads the planted truth")
    if rule.name in BEHIND_THE_WALL and not reads <= {7, 8}:
        faults.append(f"stands behind the wall and reads floors {sorted(reads)}")
    if leaves & {7, 8, 9} and rule.name != "release" and reads & {1, 2, 3, 4, 5, 6}:
        faults.append("a second door in the wall")
    if 7 in leaves and rule.name != "release":
        faults.append("leaves floor 7 and is not release")
    if any(text.startswith("data/") for text in rule.texts("output")) and not rule.name.startswith(SIMULATES):
        faults.append("writes raw data")
    return [f"{rule.name}: {fault}" for fault in faults]


# Scripts and library -------------------------------------------------------------------------------------------------
def step_arguments(text: str) -> dict[str, str | None]:
    """Arguments of a script's `main` with their annotations."""
    main = next(n for n in ast.parse(text).body if isinstance(n, ast.FunctionDef) and n.name == "main")
    if main.args.args or main.args.posonlyargs or main.args.vararg or main.args.kwarg:
        return {"(arguments that are not keyword-only)": None}
    return {arg.arg: ast.unparse(arg.annotation) if arg.annotation else None for arg in main.args.kwonlyargs}


def step_faults(rule: Rule, text: str) -> list[str]:
    """The one contract: names of the rule's files and params are the names of `main`'s arguments."""
    given = set(rule.names("input", "output", "params")) - {"code"}
    many = [name for name in given if rule.names("input", "output", "params").count(name) > 1]
    takes = step_arguments(text)
    faults = [f"rule gives {name}, main does not take it" for name in sorted(given - set(takes))]
    faults += [f"main takes {name}, the rule does not give it" for name in sorted(set(takes) - given)]
    faults += [f"{name} has no annotation" for name, hint in takes.items() if hint is None]
    faults += [f"{name} stands twice" for name in sorted(many)]
    return [f"{rule.name}: {fault}" for fault in faults]


def script_faults(name: str, text: str, scripts: set[str]) -> list[str]:
    """A script is 20 to 80 lines, ends as a step does, imports no other script, and opens no file itself."""
    lines = len(text.splitlines())
    faults = [] if 19 <= lines <= 80 else [f"{lines} lines"]
    if text.rstrip().splitlines()[-1] != 'steps.run(main, globals().get("snakemake"))':
        faults.append("does not end with steps.run")
    if "__future__" in imported(text):
        faults.append("imports from __future__, which cannot stand first: Snakemake puts its own lines before a script")
    faults += [f"imports the script {word}" for word in sorted(imported(text) & scripts)]
    faults += [f"opens files itself: {call}" for call in opened(text) if not name.startswith(SIMULATES)]
    return [f"{name}: {fault}" for fault in faults]


def imported(text: str) -> set[str]:
    """First words of what a module imports, relative imports left out."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add((node.module or "").split(".")[0])
    return found


def called(text: str) -> list[str]:
    """Last words of everything that is called, but for what `prepost.tables`, the one door to files, is asked."""
    tree = ast.parse(text)
    froms = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module == "prepost"]
    doors = {alias.asname or alias.name for node in froms for alias in node.names if alias.name == "tables"}
    doors |= {
        n.asname or n.name
        for f in ast.walk(tree)
        if isinstance(f, ast.ImportFrom) and f.module == "prepost.tables"
        for n in f.names
    }
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    calls = [call for call in calls if ast.unparse(call).partition(".")[0] not in doors]
    return [c.attr if isinstance(c, ast.Attribute) else c.id for c in calls if isinstance(c, ast.Attribute | ast.Name)]


def opened(text: str) -> list[str]:
    """Calls by which a module opens files."""
    return sorted(set(called(text)) & OPENING)


def library_faults(place: str, text: str, scripts: set[str], rooms: dict[str, set[str]]) -> list[str]:
    """Laws 1, 5 and 6 for one module; `rooms` says which modules (or folders) may open files, read tables, round."""
    faults = [f"imports {word}" for word in sorted(imported(text) & (scripts | {"snakemake", "scripts"}))]
    inside = {what: any(place == one or place.startswith(f"{one}/") for one in names) for what, names in rooms.items()}
    calls = set(called(text))
    if not inside["open"]:
        faults += [f"opens files: {call}" for call in opened(text) if call not in TABULAR]
    if not inside["tables"]:
        faults += [f"reads or writes tables past their schemas: {call}" for call in sorted(calls & TABULAR)]
    if not inside["round"]:
        faults += [f"rounds: {call}" for call in sorted(calls & {"round", "around", "rint"})]
    tree = ast.parse(text)
    faults += [f"line {node.lineno}: assert" for node in ast.walk(tree) if isinstance(node, ast.Assert)]
    faults += ["print"] if "print" in calls else []
    return [f"{place}: {fault}" for fault in faults]


# Notebooks -----------------------------------------------------------------------------------------------------------
COMPUTING = re.compile(r"\b(groupby|mean|median|std|sum|agg|pivot_table|value_counts|quantile|merge)\b")


def qmd_faults(text: str) -> list[str]:
    """Law 7: cells of at most five lines that compute nothing, and no digit in prose."""
    faults = []
    front = re.match(r"---\n.*?\n---\n", text, re.S)
    body = text[front.end() :] if front else text
    for cell in re.findall(r"^```+\s*\{python\}.*?\n(.*?)^```+\s*$", body, re.M | re.S):
        lines = [line for line in cell.splitlines() if line.strip() and not line.startswith("#|")]
        faults += [f"a cell of {len(lines)} lines: {lines[0]}"] if len(lines) > 5 else []
        faults += [f"a cell computes: {line}" for line in lines if COMPUTING.search(line)]
    prose = re.sub(r"^```+.*?^```+\s*$", "", body, flags=re.M | re.S)
    prose = re.sub(r"<!--.*?-->", "", prose, flags=re.S)
    inline = re.findall(r"`\{python\}([^`]*)`", prose)
    faults += [f"an inline expression computes: {code.strip()}" for code in inline if COMPUTING.search(code)]
    prose = re.sub(r"`[^`]*`", "", prose)  # code, inline expressions
    prose = re.sub(r"\{[^}\n]*\}|\]\([^)]*\)|\[?-?@[\w:.-]+\]?", "", prose)  # attributes, addresses, citations
    faults += [f"a digit in prose: {line.strip()}" for line in prose.splitlines() if re.search(r"\d", line)]
    return faults


def notebook_faults(text: str) -> list[str]:
    """An audit notebook is clean, its cells have ids of their own, and no cell has more than five lines."""
    notebook = json.loads(text)
    cells = notebook["cells"]
    faults = [f"metadata {key}" for key in notebook["metadata"] if key not in ("kernelspec", "language_info")]
    ids = [cell.get("id") for cell in cells]
    faults += ["cells without ids of their own"] if None in ids or len(set(ids)) < len(ids) else []
    for cell in cells:
        code = [line for line in "".join(cell["source"]).splitlines() if line.strip()]
        if cell["cell_type"] == "code" and len(code) > 5:
            faults.append(f"{cell.get('id')}: {len(code)} lines")
        if cell.get("outputs") or cell.get("execution_count") or cell["metadata"]:
            faults.append(f"{cell.get('id')}: not clean")
        if cell["cell_type"] == "code" and any(COMPUTING.search(line) for line in code):
            faults.append(f"{cell.get('id')}: computes")
    return faults


# Lock ----------------------------------------------------------------------------------------------------------------
def lock_faults(text: str) -> list[str]:
    """The lock names versions with hashes, and no place to fetch from."""
    bare = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    faults = [f"an address: {line}" for line in bare.splitlines() if re.search(r"://|file:|@ ", line)]
    faults += [
        line for line in bare.splitlines() if re.match(r"\s*(--(extra-)?index|-i\b|--find|-f\b|--trusted)", line)
    ]
    entries = re.split(r"\n(?=\S)", bare.strip())
    faults += [
        f"no version: {entry.splitlines()[0]}" for entry in entries if not re.match(r"[\w.-]+(\[.*\])?==", entry)
    ]
    faults += [f"no hash: {entry.splitlines()[0]}" for entry in entries if "--hash=sha256:" not in entry]
    return faults


def locked(text: str) -> dict[str, str]:
    """Names and versions of a lock."""
    pairs = re.findall(r"^([A-Za-z0-9_.-]+)(?:\[.*?\])?==([^\s;\\]+)", text, re.M)
    return {normal(name): version for name, version in pairs}


def normal(name: str) -> str:
    """A package's name as registries compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()
