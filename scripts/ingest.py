"""Read one raw export as text and put its answers under the study's names, one row a response."""

import logging
from pathlib import Path

from prepost import readers, steps, tables
from prepost.errors import StudyError
from prepost.fields import map_columns, waves_of
from prepost.ingest import check_sha256, check_synthetic, ingest
from prepost.sheets import FieldRow, ItemRow, SourceRow, read_sheet
from prepost.wording import drift

DELIMITERS = {"tab": "\t", "comma": ",", "semicolon": ";", "bar": "|"}  # a bare tab is lost in a sheet
log = logging.getLogger("prepost")


def main(
    *,
    raw: Path,
    codebook: Path,
    fields: list[Path],
    sources: Path,
    responses: Path,
    refused: Path,
    source: str,
    synthetic: bool,
    person_key: list[str],
) -> None:
    """Leave the responses of one source, and each raw line that was not taken."""
    row = next(row for row in read_sheet(sources, SourceRow, key="source") if row.source == source)
    code_book = read_sheet(codebook, ItemRow, key="item")
    field_rows = [row for path in fields for row in read_sheet(path, FieldRow)]  # none: every column keeps its name
    check_sha256(raw, row)
    delimiter = DELIMITERS.get(row.delimiter or "", row.delimiter)
    options = readers.ReadOptions(encoding=row.encoding, sheet=row.sheet, delimiter=delimiter)
    table = readers.read(raw, row.platform, options=options)
    check_sha256(raw, row)  # again: what was read is what was registered, also where the file changed in between
    if row.platform == readers.AUTO:
        log.info("platform %s (%s): %s", *(table.notes[name] for name in ("platform", "confidence", "reason")))
    mapping = map_columns(table.columns, row, field_rows, code_book)
    faults = drift(mapping, table.columns, code_book, row.source, row.file)
    if faults:
        raise StudyError(*faults, kind="data")
    left = len({column.name for column in table.columns} - {line.column for line in mapping})
    log.info("%s columns of the export are not named in fields.csv and stay behind", f"{left:,}")
    taken = ingest(table, row, mapping, waves_of(row, field_rows), code_book)
    check_synthetic(taken.responses, row, synthetic=synthetic, person_key=person_key)
    if row.platform == readers.AUTO:  # kept with the table, for the audit page
        taken.responses.attrs["read_as"] = "auto: {platform} ({confidence}; {reason})".format(**table.notes)
    tables.write(taken.responses, responses, "ingested")
    tables.write(taken.refused, refused, "refused")
    dates = f", {taken.unreadable_dates:,} dates not readable" if taken.unreadable_dates else ""
    log.info("%s responses taken, %s not taken%s", f"{len(taken.responses):,}", f"{len(taken.refused):,}", dates)


steps.run(main, globals().get("snakemake"))
