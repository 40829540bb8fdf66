"""Mutated exports of the toy study, driven through reading, ingest and clean: `make fuzz N=10000` prints the table."""

from __future__ import annotations

import csv
import functools
import hashlib
import io
import sys
import tempfile
import time
import warnings
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

from hypothesis import HealthCheck, Phase, given, seed, settings
from mutants import EXPORTS, SOURCES, STUDY, TOY, kind_of, mutants, mutated, original
from prepost import readers
from prepost.clean import Codebook, clean
from prepost.errors import StudyError
from prepost.fields import map_columns, waves_of
from prepost.ingest import check_synthetic, ingest
from prepost.readers.decoding import DELIMITER_NAMES
from prepost.vocabularies import read_vocabulary
from prepost.wording import drift

REFUSED, IN_PART, WHOLE, BROKEN = "refused with a sentence", "read with refusals", "read whole", "law broken"
SEED, WORKERS, ROUND = 20250701, 2, 500


class End(NamedTuple):
    """How far a file came, its records, and those taken as responses."""

    stage: str
    records: int = 0
    taken: int = 0

    @property
    def column(self) -> str:
        if self.stage != "cleaned":
            return BROKEN if self.stage == BROKEN else REFUSED
        return WHOLE if self.records == self.taken else IN_PART


@functools.cache
def book() -> Codebook:
    """The toy study's sheets."""
    sheets = [(part, read_vocabulary(TOY / "config" / part.sheet, part)) for part in STUDY.settings.vocabularies]
    return Codebook(items=STUDY.items, fields=STUDY.fields, recodes=STUDY.recodes, vocabularies=sheets)


def filled_lines(data: bytes, table: readers.RawTable) -> int:
    """Records with any cell below the header, counted anew by the csv module alone."""
    text = data.decode(table.notes["encoding"]).removeprefix("\ufeff")
    delimiters = {name: mark for mark, name in DELIMITER_NAMES.items()}
    records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiters[table.notes["delimiter"]])
    filled = [number for number, cells in enumerate(records) if any(cells)]
    header = filled[0] + int(table.notes["header_rows"])
    return sum(number >= header for number in filled)


def drive(export: str, data: bytes, folder: Path) -> End:
    """Drive one file as the steps do and return how it ended.

    Anything but a StudyError, and any row lost or invented on the way, is raised.
    """
    row, fields, file, _ = EXPORTS[export]
    path = folder / file
    path.write_bytes(data)
    try:
        table = readers.read(path, row.platform)
    except StudyError as error:
        return told(error, "refused by the reader")
    lines = [*table.rows.index, *table.refused["line"]]
    expect(table.records == len(lines) == len(set(lines)), "each record is a row or refused, once")
    if path.suffix == ".csv":
        taken = len(table.rows) + int((table.refused["reason"] != "empty line").sum())
        expect(taken == filled_lines(data, table), "as many records as the csv module counts")
    try:
        mapping = map_columns(table.columns, row, fields, STUDY.items)
        faults = drift(mapping, table.columns, STUDY.items, row.source, row.file)
        if faults:
            raise StudyError(*faults, kind="data")
        found = ingest(table, row, mapping, waves_of(row, fields), STUDY.items)
        expect(table.records == len(found.responses) + len(found.refused), "ingest loses and invents no row")
        check_synthetic(found.responses, row, synthetic=True, person_key=STUDY.settings.person.key)
    except StudyError as error:
        return told(error, "refused by ingest")
    # The consent rule wants a source that asks for it: rows about people come with a whole export.
    parts = [found.responses, *([whole_before(folder)] if row.source == "about" else [])]
    part = STUDY.settings
    try:
        cleaned = clean(parts, book(), part.cleaning, part.waves, part.outcomes)
    except StudyError as error:
        return told(error, "refused by clean")
    rows = sorted(key for frame in parts for key in frame[["source", "line", "wave"]].itertuples(index=False))
    kept = [cleaned.responses, cleaned.about, cleaned.enrolments, cleaned.exclusions]
    left = sorted(key for frame in kept for key in frame[["source", "line", "wave"]].itertuples(index=False))
    expect([tuple(key) for key in rows] == [tuple(key) for key in left], "clean loses and invents no row")
    return End("cleaned", table.records, len(found.responses))


def expect(holds: bool, law: str) -> None:
    """Raise where a law does not hold."""
    if not holds:
        raise AssertionError(law)


def told(error: StudyError, stage: str) -> End:
    """The end of a file that was refused: its faults say where and what."""
    expect(all(fault.where and fault.what for fault in error.faults), "a fault says where and what")
    expect("\0" not in str(error) and len(str(error)) < 100_000, "a fault is a text to read")
    return End(stage)


@functools.cache
def whole_before(folder: Path):
    """The unchanged responses of `before`."""
    row, path = SOURCES["before"], folder / "whole_before.csv"
    path.write_bytes(original("before"))
    table = readers.read(path, row.platform)
    mapping = map_columns(table.columns, row, STUDY.fields, STUDY.items)
    return ingest(table, row, mapping, waves_of(row, STUDY.fields), STUDY.items).responses


# The table ---------------------------------------------------------------------------------------------------------
class Tally(NamedTuple):
    """What one worker saw."""

    ends: Counter
    digests: set[bytes]
    records: list[int]
    broken: list[str]


def work(number: int, n: int, seconds: float) -> Tally:
    """Drive n different mutants, or as many as the time allows; hypothesis begins anew each round."""
    tally = Tally(Counter(), set(), [0, 0], [])
    until = time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as name, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        start = 0
        while len(tally.digests) < n and time.monotonic() < until:
            _round(SEED + number + 100 * start, n, until, Path(name), tally)
            start += 1
    return tally


def _round(begin: int, n: int, until: float, folder: Path, tally: Tally) -> None:
    @seed(begin)
    @settings(
        max_examples=ROUND,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(mutants())
    def one(mutant) -> None:
        if len(tally.digests) >= n or time.monotonic() > until:
            return
        export, changes = mutant
        data = mutated(export, changes)
        digest = hashlib.sha256(export.encode() + data).digest()
        if digest in tally.digests or data == original(export):
            return
        tally.digests.add(digest)
        (folder / "last").write_text(f"{export} · {changes}")  # what a crash of the process itself was about
        try:
            end = drive(export, data, folder)
        except Exception as error:
            end = End(BROKEN)
            tally.broken.append(f"{type(error).__name__}: {str(error)[:100]} · {export} · {changes}")
        tally.ends[export, kind_of(changes), end.column] += 1
        tally.records[0] += end.records
        tally.records[1] += end.taken

    one()


def main(n: int, seconds: float) -> int:
    """Drive n different mutants in two processes, print the table and return how many broke a law."""
    with ProcessPoolExecutor(WORKERS) as pool:
        shares = [(n + n // 16) // WORKERS + 1] * WORKERS  # some more, since both may come to the same file
        tallies = list(pool.map(work, range(WORKERS), shares, [seconds] * WORKERS))
    ends = sum((tally.ends for tally in tallies), Counter())
    different = len(set().union(*(tally.digests for tally in tallies)))
    broken = [line for tally in tallies for line in tally.broken]
    records, taken = (sum(tally.records[place] for tally in tallies) for place in (0, 1))
    show(ends)
    print(f"\n{ends.total():,} files from {len(EXPORTS)} exports, {different:,} of them different. In those read")
    print(f"stood {records:,} records: {taken:,} taken as responses, {records - taken:,} refused with a reason.")
    print(f"{len(broken):,} files broke a law.")
    sys.stderr.write("".join(f"{line}\n" for line in broken[:40]))
    return len(broken)


def show(ends: Counter) -> None:
    """Print the table that docs/fuzz.md keeps."""
    columns = [REFUSED, IN_PART, WHOLE, BROKEN]
    print("| export | platform | mutation | tried | " + " | ".join(columns) + " |")
    print("|---|---|---|" + "---:|" * (1 + len(columns)))
    total: Counter = Counter()
    for export, whole in EXPORTS.items():
        for kind in [*whole.kinds, "several"]:
            counts = [ends[export, kind, column] for column in columns]
            total.update(dict(zip(columns, counts, strict=True)))
            cells = " | ".join(f"{count:,}" for count in [sum(counts), *counts])
            print(f"| {export} | {whole.row.platform} | {kind} | {cells} |")
    print(f"| all | | | {total.total():,} | " + " | ".join(f"{total[column]:,}" for column in columns) + " |")


if __name__ == "__main__":
    given_words = [int(word) for word in sys.argv[1:]]
    sys.exit(1 if main(*(given_words + [10_000, 2_400][len(given_words) :])) else 0)
