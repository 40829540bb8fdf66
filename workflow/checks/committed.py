"""Checks of files that are about to be committed: clean notebooks, no large file, no secret.

Usage: python workflow/checks/committed.py {notebooks,large,secrets} FILE …
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

LARGEST = 1_000_000  # bytes
# Shapes of keys and tokens that are never ours to commit. The parts are joined so that this file does not match itself.
SECRETS = {
    "a private key": re.compile("-----BEGIN " + r"(?:[A-Z]+ )*PRIVATE KEY-----"),
    "a cloud access key": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "a forge token": re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|glpat-[A-Za-z0-9_-]{20})\b"),
    "a survey platform's token": re.compile(r"(?i)\bx-api-token\b\W{1,5}[A-Za-z0-9]{30,}"),
    "a token": re.compile(
        r"(?i)\b(?:api[_-]?key|secret|token|password)\b['\"]?\s*[:=]\s*['\"][A-Za-z0-9+/_-]{24,}['\"]"
    ),
}


def notebook_fault(path: Path) -> str | None:
    """Say what a run has left in a notebook, if anything."""
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell.get("outputs") or cell.get("execution_count") or cell.get("metadata"):
            return f"cell '{cell.get('id', '?')}' holds outputs, an execution count or metadata; clear them"
    return None


def size_fault(path: Path) -> str | None:
    """Say that a file is too large to be committed."""
    size = path.stat().st_size
    return f"{size:,} bytes; at most {LARGEST:,} are committed" if size > LARGEST else None


def secret_fault(path: Path) -> str | None:
    """Say that a file holds something of the shape of a secret, and on which line; never the secret."""
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
        for kind, pattern in SECRETS.items():
            if pattern.search(line):
                return f"line {number} looks like {kind}"
    return None


CHECKS: dict[str, Callable[[Path], str | None]] = {
    "notebooks": notebook_fault,
    "large": size_fault,
    "secrets": secret_fault,
}


def main(words: list[str]) -> int:
    """Run one check over the files and return how it ended."""
    if not words or words[0] not in CHECKS:
        sys.stderr.write(__doc__ or "")
        return 2
    faults = [(name, CHECKS[words[0]](Path(name))) for name in words[1:]]
    found = [f"{name}: {fault}\n" for name, fault in faults if fault]
    sys.stderr.writelines(found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
