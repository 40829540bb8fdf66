"""What linking two registers costs and finds, beside a plain join and a toolkit of the field."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from benching import ROOT, Place, Table, measure, timed

COLUMNS = ("what", "links", "precision", "recall", "wall s", "CPU s", "memory MB")
FIELDS = ["given_name", "surname", "birth_date", "postcode", "number"]
BLOCKING = [
    ["birth_date", "surname"],
    ["birth_date", "given_name"],
    ["surname", "postcode"],
    ["given_name", "postcode"],
    ["number"],
]
FEBRL = ROOT.parent / "shared" / "data" / "linkage_febrl"
NAMES = {"exact": "a plain join on every field", "ours": "this pipeline", "recordlinkage": "recordlinkage"}
#: A Python that has the toolkit, which is no dependency of ours: PREPOST_RECORDLINKAGE=/path/to/python
TOOLKIT = "PREPOST_RECORDLINKAGE"


@measure
def linking(place: Place) -> Table:
    """Febrl 4 and two registers of 100,000, each by three methods in one run."""
    rows = []
    folders = [("Febrl 4, 5,000 and 5,000", _febrl(place)), ("100,000 and 100,000", _registers(place, 100_000))]
    note = "Recall is of the people who are in both. The methods have the same blocks; each decides by its own model. "
    for title, folder in folders:
        if folder is None:
            note += "Febrl 4 is not on this machine. "
            continue
        for method in NAMES:
            found = _once(method, folder)
            if found is None:
                note += f"{NAMES[method]} is not installed; {TOOLKIT} names a Python that has it. "
                continue
            rows.append((f"{title}: {NAMES[method]}", *found))
    return Table("Linking two registers", COLUMNS, rows, note.strip())


@measure
def linking_a_million(place: Place) -> Table:
    """Two registers of a million within 8 GB, the database going to the disk beyond 3 GB."""
    row = _once("ours", _registers(place, 1_000_000, memory="3GB"))
    note = "The database may hold 3 GB and goes to the disk beyond; the rest of the memory is the registers themselves."
    return Table("Linking a million and a million", COLUMNS, [("1,000,000 and 1,000,000: this pipeline", *row)], note)


def _once(method: str, folder: Path) -> tuple | None:
    python = sys.executable
    if method == "recordlinkage":
        python = os.environ.get(TOOLKIT, sys.executable)
        if subprocess.run([python, "-c", "import recordlinkage"], capture_output=True, check=False).returncode:
            return None
    run = timed([python, str(ROOT / "workflow" / "linking_once.py"), method, str(folder)])
    told = json.loads((folder / f"{method}.json").read_text(encoding="utf-8"))
    return (told["links"], f"{told['precision']:.4f}", f"{told['recall']:.4f}", *run)


def _plan(folder: Path, fields: list[str], blocking: list[list[str]], true: int, memory: str) -> Path:
    plan = {"fields": fields, "blocking": blocking, "true": true, "memory": memory, "most_pairs": 100_000_000}
    plan["scratch"] = str(folder / "scratch")
    (folder / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    return folder


def _febrl(place: Place) -> Path | None:
    import pandas as pd

    if not FEBRL.is_dir():
        return None
    folder = place.folder / "febrl"
    folder.mkdir(exist_ok=True)
    for letter, name in (("A", "before"), ("B", "after")):
        frame = pd.read_csv(FEBRL / f"febrl4_{letter}.csv", dtype="string", skipinitialspace=True)
        frame.rename(columns={"rec_id": "id"}).to_csv(folder / f"{name}.csv", index=False)
    fields = ["given_name", "surname", "suburb", "postcode", "date_of_birth", "soc_sec_id"]
    pairs = [["given_name", "surname"], ["surname", "postcode"], ["given_name", "postcode"], ["surname", "suburb"]]
    blocking = [["date_of_birth"], ["soc_sec_id"], *pairs, ["given_name", "suburb"]]
    return _plan(folder, fields, blocking, 5000, "1GB")


def _registers(place: Place, size: int, memory: str = "2GB") -> Path:
    """Two registers of invented people, six in ten of them in both, one field in twelve wrong."""
    import numpy as np
    import pandas as pd

    folder = place.folder / f"registers_{size}"
    folder.mkdir(exist_ok=True)
    rng = np.random.default_rng(size)
    both = int(0.6 * size)
    people = 2 * size - both
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    pools = {"given_name": (2_000, 6), "surname": (20_000, 7), "postcode": (max(size // 40, 500), 5)}
    truth = {}
    for name, (count, length) in pools.items():
        pool = np.array(["".join(row) for row in letters[rng.integers(0, 26, (count, length))]])
        shares = 1 / (np.arange(count) + 20.0)
        truth[name] = rng.choice(pool, people, p=shares / shares.sum())
    days = np.datetime64("1950-01-01") + rng.integers(0, 22_000, people)
    truth["birth_date"] = days.astype(str)
    truth["number"] = rng.integers(0, 10 * size, people).astype(str)
    whole = pd.DataFrame(truth)
    for name, rows in (("before", np.arange(size)), ("after", np.r_[np.arange(both), np.arange(size, people)])):
        frame = whole.iloc[rows].copy()
        for field in FIELDS:
            wrong = np.flatnonzero(rng.random(size) < 1 / 12)
            values = frame[field].to_numpy(dtype=object)
            for place_ in wrong:
                values[place_] = _slip(values[place_], int(rng.integers(0, 1_000_000)))
            frame[field] = values
        frame.insert(0, "id", [f"rec-{person}-{name}" for person in rows])
        frame.sample(frac=1, random_state=rng).to_csv(folder / f"{name}.csv", index=False)
    return _plan(folder, FIELDS, BLOCKING, both, memory)


def _slip(text: str, draw: int) -> str:
    """Exchange two characters, leave one out, or write another."""
    at = draw % max(len(text) - 1, 1)
    kind = draw // 100 % 3
    if kind == 0:
        return text[:at] + text[at + 1 : at + 2] + text[at] + text[at + 2 :]
    other = chr(ord("0") + draw % 10) if text[at].isdigit() else chr(ord("a") + draw % 26)
    return text[:at] + ("" if kind == 1 else other) + text[at + 1 :]
