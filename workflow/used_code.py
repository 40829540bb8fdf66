"""Which files of ours a rule runs: its script, what that imports, and what a notebook imports, however deep.

Snakemake makes anew what a rule left once one of its `code` files changes, so that nothing stale stays.
"""

from __future__ import annotations

import ast
import json
from functools import cache
from pathlib import Path


def used_code(repo: Path, rule: str, *files: str) -> list[str]:
    """List a rule's script and further files of the project, and every module of ours that it or a notebook imports.

    Parameters
    ----------
    repo : Path
        The project's folder.
    rule : str
        Its script is ``scripts/<rule>.py``.
    files : str
        Further files, relative to the project.

    Returns
    -------
    list of str
        Sorted paths.
    """
    found = {repo / file for file in files}
    todo = [repo / "scripts" / f"{rule}.py", *[path for path in found if path.suffix == ".ipynb"]]
    while todo:
        path = todo.pop()
        found.add(path)
        todo += [file for file in imported_by(path, repo / "scripts") if file not in found]
    return sorted(str(path) for path in found)


@cache
def imported_by(path: Path, scripts: Path) -> tuple[Path, ...]:
    """The modules of ours that one file imports; each file is read once, however many rules stand on it."""
    found: list[Path] = []
    for node in ast.walk(ast.parse(_source(path))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                home = path.parent.relative_to(scripts).parts
                base = ".".join([*home[: len(home) - node.level + 1], *([base] if base else [])])
            names = [base, *[f"{base}.{alias.name}" for alias in node.names]]
        # importing a.b.c runs a and a.b as well
        for name in {".".join(n.split(".")[:i]) for n in names for i in range(1, n.count(".") + 2)}:
            if name.split(".")[0] == "prepost":
                stem = scripts / Path(*name.split("."))
                found += [file for file in (stem.with_suffix(".py"), stem / "__init__.py") if file.is_file()]
    return tuple(found)


def _source(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        return text
    return "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"] if cell["cell_type"] == "code")
