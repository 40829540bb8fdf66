"""Looking for people in what a study leaves: every file is opened, and every raw identifier looked for in it.

A needle is kept in its normal form: case, accents, blanks and punctuation evened out. A file's text is cut into words,
and words, and up to `LONGEST` words that stand side by side, are compared in the same form; so ``ln 1234`` is found
where the raw export says ``LN-1234``, and a name of three words across the tags of a page. `make_each` writes each kind
of file with a given text inside it, by which the tests prove that a leak would be found.
"""

from __future__ import annotations

import base64
import csv
import gzip
import json
import re
import shutil
import subprocess
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pyarrow.parquet as pq
import yaml

LONGEST = 4  # words of which an identifier may consist
#: Shorter ones stand in any text by chance: of letters and digits, of letters alone, of digits alone.
FEWEST_CHARACTERS, FEWEST_LETTERS, FEWEST_DIGITS = 4, 5, 7
#: Where identifiers are let stand: the exports as read, the one table that links people, the sheet that people review.
LET = (
    re.compile(r"1_ingested/[^/]+\.parquet$"),
    re.compile(r"2_cleaned/[^/]+/identifiers\.parquet$"),
    re.compile(r"3_matched/([^/]+/)?review\.xlsx$"),
)
ZIPPED = {".xlsx", ".docx", ".qdpx", ".zip", ".xlsm", ".pptx", ".odt"}
WORD = re.compile(r"[^\W_]+(?:[-.@_+'’][^\W_]+)*")
DATA_URI = re.compile(r"data:[\w/+.-]*(;[\w=-]+)*,[A-Za-z0-9+/=%]+")
TAGGED = {".html", ".svg", ".xml", ".htm", ".rels"}


def normal(text: str) -> str:
    """Return a text without case, accents, blanks and punctuation."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(sign for sign in plain if sign.isalnum())


def needles(values: Iterable[str]) -> dict[str, str]:
    """Return identifiers by their normal form; those that any text holds by chance are left out."""
    found = {}
    for value in values:
        form = normal(str(value or ""))
        fewest = FEWEST_DIGITS if form.isdigit() else FEWEST_LETTERS if form.isalpha() else FEWEST_CHARACTERS
        if len(form) >= fewest:
            found[form] = str(value)
    return found


def leaks(folder: Path, wanted: Mapping[str, str], *, let=LET) -> dict[str, list[str]]:
    """Return the identifiers found in each file of a folder, by the file's place; an empty mapping where none is.

    Parameters
    ----------
    folder : Path
        Such as a study's ``results``.
    wanted : mapping
        Normal form to identifier (`needles`).
    let : sequence of patterns
        Places where identifiers are let stand.
    """
    found, starts = {}, beginnings(wanted)
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        place = path.relative_to(folder).as_posix()
        if any(pattern.search(place) for pattern in let):
            continue
        told = sorted({who for text in (place, path.stem, *texts(path)) for who in seen(text, wanted, starts)})
        if told:
            found[place] = told
    return found


def seen(text: str, wanted: Mapping[str, str], starts: frozenset[str]) -> set[str]:
    """Return the identifiers that stand in a text as one word or as several side by side."""
    words = WORD.findall(text)
    form = {word: normal(word) for word in set(words)}
    found = {wanted[one] for one in form.values() if one in wanted}
    begins = {word for word, one in form.items() if one in starts}
    for place in (place for place, word in enumerate(words) if word in begins):
        together = form[words[place]]
        for word in words[place + 1 : place + LONGEST]:
            together += form[word]
            if together in wanted:
                found.add(wanted[together])
            if together not in starts:
                break
    return found


def beginnings(wanted: Mapping[str, str]) -> frozenset[str]:
    """Return how identifiers may begin, so that only such words are joined with their neighbours."""
    return frozenset(form[:length] for form in wanted for length in range(1, len(form)))


def texts(path: Path) -> Iterator[str]:
    """Every text that a file holds: cells, metadata, members of an archive, what is embedded in a page."""
    if path.suffix == ".parquet":
        yield from _of_parquet(path)
    elif path.suffix.lower() in ZIPPED:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                yield from _of_bytes(member.filename, archive.read(member))
    elif path.suffix == ".pdf":
        yield from _of_pdf(path)
    else:
        yield from _of_bytes(path.name, path.read_bytes())


def _of_parquet(path: Path) -> Iterator[str]:
    file = pq.ParquetFile(path)
    for part in (file.metadata.metadata or {}).items():
        yield " ".join(word.decode("utf-8", "replace") for word in part)
    table = file.read()
    yield " ".join(table.column_names)
    for column in table.columns:
        yield "\n".join(str(value) for value in column.unique().to_pylist() if value is not None)


def _of_bytes(name: str, content: bytes) -> Iterator[str]:
    yield name
    if content[:2] == b"PK":
        return
    if content[:2] == b"\x1f\x8b":
        content = gzip.decompress(content)
    text = content.decode("utf-8", "replace")
    for uri in DATA_URI.finditer(text):
        head, _, body = uri[0].partition(",")
        yield from _of_bytes("", base64.b64decode(body + "==") if head.endswith("base64") else unquote(body).encode())
    text = DATA_URI.sub(" ", text)
    if Path(name).suffix in (".json", ".ipynb"):
        yield "\n".join(_strings(json.loads(text)))
    if Path(name).suffix in TAGGED:
        yield unescape(re.sub(r"<[^>]*>", " ", text))
        if Path(name).suffix == ".xml":  # a word processor parts a word over its runs
            yield unescape(re.sub(r"</(?:\w+:)?(p|si|c|row)>", " ", text).replace("\n", " "))
            yield unescape(re.sub(r"<[^>]*>", "", re.sub(r"</(?:\w+:)?(p|si|c|row)>", "\n", text)))
    yield unquote(unescape(text))


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)
    elif isinstance(value, str):
        yield value


def _of_pdf(path: Path) -> Iterator[str]:
    if shutil.which("pdftotext"):
        for page_info in (["pdftotext", str(path), "-"], ["pdfinfo", str(path)]):
            yield subprocess.run(page_info, capture_output=True, check=True).stdout.decode("utf-8", "replace")


# Identifiers of a study ----------------------------------------------------------------------------------------------
def raw_identifiers(study: Path) -> set[str]:
    """Return what a study's raw exports say in the identifier items and response ids, of responses kept or not.

    The accounts by which the survey was tested are no people: those that study.yaml names, and one called preview.
    """
    with (study / "config" / "items.csv").open(encoding="utf-8-sig", newline="") as sheet:
        names = [row["item"] for row in csv.DictReader(sheet) if row["scale"] == "identifier"]
    found: set[str] = set()
    for path in sorted((study / "results" / "1_ingested").glob("*.parquet")):
        table = pq.read_table(path)
        for name in ["response_id", *names]:
            if name in table.column_names:
                found |= {str(value) for value in table[name].unique().to_pylist() if value}
    settings = yaml.safe_load((study / "config" / "study.yaml").read_text(encoding="utf-8"))
    tests = {str(answer) for part in settings["cleaning"].get("tests", []) for answer in part["answers"]}
    return {value for value in found if value.strip() not in {*tests, "preview"}}


# Proof ---------------------------------------------------------------------------------------------------------------
def make_each(folder: Path, text: str) -> list[Path]:
    """Write one file of each kind with the text inside it, in the ways in which each kind may hold it."""
    import pandas as pd
    import pyarrow as pa
    from docx import Document
    from xlsxwriter import Workbook

    folder.mkdir(parents=True, exist_ok=True)
    made = [folder / name for name in ("cells.parquet", "metadata.parquet", "book.xlsx", "note.docx", "runs.docx")]
    pd.DataFrame({"a": ["x", text]}).to_parquet(made[0], index=False)
    pq.write_table(pa.table({"a": ["x"]}).replace_schema_metadata({"who": text}), made[1])
    with Workbook(made[2]) as book:
        sheet = book.add_worksheet()
        sheet.write_string(0, 0, "x")
        sheet.write_comment(0, 0, text)
    document = Document()
    document.add_paragraph(f"said {text} twice")
    document.save(made[3])
    parted = Document()
    line = parted.add_paragraph("said ")
    line.add_run(text[:3])
    line.add_run(text[3:]).bold = True
    parted.core_properties.title = "x"
    parted.save(made[4])
    for name, inside in {
        "table.csv": f"a,b\n1,{text}\n",
        "page.html": f"<p>said <b>{text[:3]}</b>{text[3:]}</p><img alt='{text}'>",
        "figure.svg": f"<svg><metadata>{text}</metadata></svg>",
        "notebook.ipynb": json.dumps({"cells": [{"outputs": [{"text": [f"x {text}"]}]}]}),
        "facts.json": json.dumps({"a": [{text: 1}]}),
        "match.log": f"WARNING person {text.lower()} twice\n",
        f"{text}.txt": "nothing inside",
        "embedded.html": "<img src='data:image/svg+xml;base64,"
        + base64.b64encode(f"<svg>{text}</svg>".encode()).decode()
        + "'>",
    }.items():
        made.append(folder / name)
        made[-1].write_text(inside, encoding="utf-8")
    made.append(folder / "coded.qdpx")
    with zipfile.ZipFile(made[-1], "w") as archive:
        archive.writestr("sources/one.txt", f"said {text}")
    if shutil.which("pdftotext"):
        import typst

        (folder / "page.typ").write_text(f"said {text.replace('@', chr(92) + '@')}")
        made.append(folder / "page.pdf")
        made[-1].write_bytes(typst.compile(str(folder / "page.typ")))
        (folder / "page.typ").unlink()
    return made
