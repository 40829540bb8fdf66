"""Which rule left each file, by which code and from which files: read off the rules once they are all parsed.

The Snakefile calls `lineage` after its last include. It knows of a rule only its name and the names of its inputs and
outputs, so that it can be tried without a workflow.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

WILDCARD = re.compile(r"\{(\w+)(?:,[^{}]*)?\}")


def lineage(
    rules: Iterable[Any], files: Iterable[str], *, repo: Path, data: Path, constraints: dict[str, str] | None = None
) -> dict[str, dict[str, Any]]:
    """Find for each file the rule that leaves it, the code of that rule, and the files that it reads.

    Parameters
    ----------
    rules : iterable
        Snakemake's parsed rules: each has ``name``, and ``input`` and ``output`` that can be listed and have
        ``items()`` of names; an input may be a function of the wildcards.
    files : iterable of str
        Study-relative files.
    repo : Path
        The project's folder, to which code is relative.
    data : Path
        The folder of the raw exports; a raw file is named ``data/<file>`` wherever that folder is.
    constraints : dict of str to str
        Patterns of wildcards.

    Returns
    -------
    dict
        File to ``rule``, ``script``, ``code`` (list, relative to the project) and ``inputs`` (list, relative to the
        study).

    Raises
    ------
    ValueError
        If no rule leaves a file, or two do.
    """
    patterns = [
        (re.compile(_pattern(str(output), constraints or {})), rule) for rule in rules for output in rule.output
    ]
    found: dict[str, dict[str, Any]] = {}
    for file in files:
        matches = {rule.name: (match, rule) for pattern, rule in patterns if (match := pattern.fullmatch(file))}
        if len(matches) != 1:
            raise ValueError(f"{file} is left by {len(matches)} rules: {sorted(matches)}")
        match, rule = next(iter(matches.values()))
        code, inputs = _inputs(rule, Wildcards(**match.groupdict()))
        found[file] = {
            "rule": rule.name,
            "script": f"scripts/{rule.name}.py",
            "code": sorted(_relative(path, repo) for path in code),
            "inputs": sorted({_named(path, data) for path in inputs}),
        }
    return found


class Wildcards(dict):
    """The wildcards of one file, by attribute."""

    def __getattr__(self, name: str) -> str:
        return self[name]


def _pattern(output: str, constraints: dict[str, str]) -> str:
    parts, place, seen = [], 0, set()
    for wildcard in WILDCARD.finditer(output):
        parts.append(re.escape(output[place : wildcard.start()]))
        name = wildcard[1]
        parts.append(f"(?P={name})" if name in seen else f"(?P<{name}>{constraints.get(name, '.+')})")
        seen.add(name)
        place = wildcard.end()
    return "".join([*parts, re.escape(output[place:])])


def _inputs(rule: Any, wildcards: Wildcards) -> tuple[list[str], list[str]]:
    """Code, and everything else."""
    code: list[str] = []
    inputs: list[str] = []
    for name, value in rule.input.items():
        for one in [value] if isinstance(value, str) or callable(value) else value:
            (code if name == "code" else inputs).append(_filled(one, wildcards))
    return code, inputs


def _filled(value: str | Callable[[Wildcards], str], wildcards: Wildcards) -> str:
    if callable(value):
        return str(value(wildcards))
    return WILDCARD.sub(lambda found: wildcards[found[1]], str(value))


@cache
def _whole(path: str | Path) -> Path:
    """The path without links; many files have the same code."""
    return Path(path).resolve()


@cache
def _relative(path: str, repo: Path) -> str:
    return _whole(path).relative_to(_whole(repo)).as_posix()


def _named(path: str, data: Path) -> str:
    whole = _whole(path)
    if whole.is_relative_to(_whole(data)):
        return (Path("data") / whole.relative_to(_whole(data))).as_posix()
    return Path(path).as_posix()
