"""The bundled study built twice from scratch, each file of the byte law compared: `make bytes` prints the table."""

from __future__ import annotations

import os
import re
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from builds import copy_bundled, copy_checkout, run_build
from test_law_8 import hashes

# Two people on one machine, as unlike as an environment makes them.
FIRST = {"LC_ALL": "C.UTF-8", "TZ": "Europe/London", "HOME": "first", "USER": "first", "PYTHONHASHSEED": "0"}
SECOND = {"LC_ALL": "tr_TR.UTF-8", "TZ": "Asia/Kathmandu", "HOME": "second", "USER": "second", "PYTHONHASHSEED": "4711"}
SECOND |= {"LANG": "fi_FI.UTF-8", "LC_NUMERIC": "de_DE.UTF-8", "MPLBACKEND": "svg", "COLUMNS": "40"}


def build(home: Path, cores: int, environment: dict[str, str], mask: int) -> tuple[dict[str, str], float]:
    """Build the bundled study from scratch in a checkout of its own; its fingerprints, and the seconds that it took."""
    study = copy_bundled(copy_checkout(home))
    (home / environment["HOME"]).mkdir()
    environment = {**environment, "HOME": str(home / environment["HOME"])}
    start = time.monotonic()
    ended = run_build(study, cores=cores, root=home, preexec_fn=lambda: os.umask(mask), **environment)
    if ended.returncode:
        raise RuntimeError(ended.stderr[-3000:])
    return hashes(study / "results"), time.monotonic() - start


def show(one: dict[str, str], two: dict[str, str]) -> list[str]:
    """Print what docs/same_bytes.md keeps and return the files that differ."""
    different = [name for name in sorted(one | two) if one.get(name) != two.get(name)]
    of = {name: re.match(r"[^/]+", name)[0] for name in one | two}
    files, unlike = Counter(of.values()), Counter(of[name] for name in different)
    print("| files | compared | the same bytes | different |\n|---|---:|---:|---:|")
    for part in sorted(files):
        print(f"| {part} | {files[part]} | {files[part] - unlike[part]} | {unlike[part]} |")
    print(f"| all | {files.total()} | {files.total() - unlike.total()} | {unlike.total()} |")
    return different


def main() -> int:
    """Build twice, print the table, and return how many files differ."""
    with tempfile.TemporaryDirectory() as name:
        one, first = build(Path(name) / "one", 1, FIRST, 0o022)
        two, second = build(Path(name) / "another folder, ü" / "deeper", 2, SECOND, 0o077)
    different = show(one, two)
    print(f"\nFrom scratch: {first:.0f} s on 1 core, {second:.0f} s on 2.")
    sys.stderr.write("".join(f"different: {name}\n" for name in different))
    return len(different)


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
