"""A long proof as a table: which test holds what, how it ended and how long it took; `--write PAGE` keeps it.

python tests/proof_table.py "Title" tests/test_interruption.py [more tests] [--write docs/interruptions.md]
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import pytest


class Outcomes:
    """Collects each test's name in words, its outcome and its seconds, set-up included."""

    def __init__(self) -> None:
        self.rows: dict[str, list] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a phase of a test: the worst outcome stands."""
        name = report.nodeid.split("::")[-1].removeprefix("test_").replace("_", " ")
        row = self.rows.setdefault(name, ["held", 0.0, ""])
        row[1] += report.duration
        if report.failed:
            row[0] = "FAILED"
        elif report.skipped:
            row[0], row[2] = "not tried", str(report.longrepr[-1]).removeprefix("Skipped: ")


def table(title: str, outcomes: Outcomes) -> str:
    """Return the outcomes as a page of Markdown."""
    load = os.getloadavg()[0]
    lines = [f"# {title}", "", f"*{os.cpu_count()} cores; load {load:.1f} at the end.*", ""]
    lines += ["| what is tried | outcome | seconds |", "|---|---|---:|"]
    for name, (outcome, seconds, why) in outcomes.rows.items():
        lines.append(f"| {name} | {outcome}{': ' + why if why else ''} | {seconds:.1f} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Run the tests, print the table, keep it where asked; the exit code is pytest's."""
    parser = argparse.ArgumentParser()
    parser.add_argument("title")
    parser.add_argument("tests", nargs="+")
    parser.add_argument("--write", type=Path)
    given = parser.parse_args()
    outcomes = Outcomes()
    code = pytest.main(["-q", "-n0", *given.tests], plugins=[outcomes])
    page = table(given.title, outcomes)
    sys.stdout.write("\n" + page)
    if given.write:
        given.write.write_text(page, encoding="utf-8")
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
