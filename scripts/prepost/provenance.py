"""Which file came from which rule, code and inputs, each with its hash: the manifest, and ways back through it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd
import pandera.pandas as pa
import pyarrow.parquet as parquet
from pydantic import BaseModel, ConfigDict

from prepost.errors import Fault, StudyError, did_you_mean
from prepost.schemas import COUNT, SCHEMAS, TEXT

PUBLIC = ("results/7_release/", "results/8_exhibits/", "results/9_report/")
SEPARATOR = ";"
ROOT = Path(__file__).resolve().parents[2]
MANIFEST = "results/manifest.csv"


def _text(*, null: bool = False, **checks: object) -> pa.Column:
    return pa.Column(TEXT, nullable=null, coerce=True, **checks)


SCHEMAS["manifest"] = pa.DataFrameSchema(
    {
        "file": _text(unique=True),
        "rule": _text(),
        "script": _text(),
        "code_hash": _text(),
        "sha256": _text(),
        "rows": pa.Column(COUNT, nullable=True, coerce=True),
        "columns": pa.Column(COUNT, nullable=True, coerce=True),
        "inputs": _text(null=True),
        "visibility": _text(checks=pa.Check.isin(["private", "public"])),
    },
    strict=True,
    ordered=True,
)


class Origin(BaseModel):
    """Where one file comes from."""

    model_config = ConfigDict(extra="forbid")
    rule: str
    script: str
    code: list[str]
    inputs: list[str]


def manifest_of(files: Iterable[Path], lineage: Mapping[str, Origin], root: Path = ROOT) -> pd.DataFrame:
    """Describe each file: what made it, what it was made from, and what it holds.

    Parameters
    ----------
    files : iterable of Path
        Artefacts, relative to the study, which is the working directory.
    lineage : mapping of str to Origin
        Where each comes from; code relative to `root`.
    root : Path
        The project's folder.

    Returns
    -------
    DataFrame
        ``file``; ``rule``; ``script``; ``code_hash`` (SHA-256 over the names and bytes of the rule's code);
        ``sha256``; ``rows`` and ``columns`` of a table; ``inputs`` joined by ``;``; ``visibility``: floors 7 to 9 are
        public. Sorted by file.
    """
    hashes: dict[tuple[str, ...], str] = {}
    rows = []
    for path in sorted(set(files)):
        origin = lineage[path.as_posix()]
        code = tuple(origin.code)
        if code not in hashes:
            hashes[code] = code_hash(code, root)
        shape = _shape(path)
        rows.append(
            {
                "file": path.as_posix(),
                "rule": origin.rule,
                "script": origin.script,
                "code_hash": hashes[code],
                "sha256": sha256(path),
                "rows": shape[0],
                "columns": shape[1],
                "inputs": SEPARATOR.join(origin.inputs) or None,
                "visibility": "public" if path.as_posix().startswith(PUBLIC) else "private",
            }
        )
    return pd.DataFrame(rows, columns=list(SCHEMAS["manifest"].columns))


def sha256(path: Path) -> str:
    """Return a file's SHA-256."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def code_hash(code: Sequence[str], root: Path = ROOT) -> str:
    """Return one SHA-256 over the names and bytes of several code files.

    Parameters
    ----------
    code : sequence of str
        Files relative to `root`; their order does not matter.
    root : Path
        The project's folder.
    """
    whole = hashlib.sha256()
    for name in sorted(code):
        whole.update(f"{name}\0{sha256(root / name)}\n".encode())
    return whole.hexdigest()


def _shape(path: Path) -> tuple[int | None, int | None]:
    if path.suffix == ".parquet":
        about = parquet.read_metadata(path)
        return about.num_rows, about.num_columns
    if path.suffix == ".csv":
        return pd.read_csv(path, dtype="string", keep_default_na=False).shape
    return None, None


def way_back(manifest: pd.DataFrame, file: str) -> list[pd.Series]:
    """Return the manifest's rows of a file and of everything that it was made from, nearest first.

    Parameters
    ----------
    manifest : DataFrame
        As `manifest_of` gives it.
    file : str
        A file of the manifest.

    Returns
    -------
    list of Series
        One row of the manifest for each file, each file once.

    Raises
    ------
    StudyError
        If the manifest has no such file.
    """
    rows = {row["file"]: row for _, row in manifest.iterrows()}
    if file not in rows:
        raise StudyError(
            Fault(MANIFEST, f"'{file}' is not in it", did_you_mean(file, rows), "build the study again"), kind="file"
        )
    way, seen = [file], {file}
    for place in way:  # grows while it is walked: breadth first
        for step in inputs_of(rows[place]):
            if step in rows and step not in seen:
                seen.add(step)
                way.append(step)
    return [rows[step] for step in way]


def inputs_of(row: pd.Series) -> list[str]:
    """Return the inputs of a row of the manifest."""
    return [] if pd.isna(row["inputs"]) else str(row["inputs"]).split(SEPARATOR)
