"""Keyed hashes in the place of identifiers, and the key: kept outside the study and outside the project.

An identifier that is hashed without a secret is found again by hashing every candidate: learner numbers are few. With
HMAC-SHA256 (RFC 2104) it is not, as long as the key is secret; and once the key is destroyed nobody can tell again
whose a hash was.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from prepost.disk import disk_fault
from prepost.errors import Fault, StudyError
from prepost.matching import normalise
from prepost.schemas import MISSING_SUFFIX
from prepost.sheets import ItemRow
from prepost.study_linkage import Person

log = logging.getLogger("prepost")

#: Of a synthetic study, so that it gives the same bytes everywhere. It is published, and so protects nobody.
SYNTHETIC_KEY = b"SYNTHETIC: prepost, invented people, this key protects nobody"
KEY, KEY_FILE = "PREPOST_KEY", "PREPOST_KEY_FILE"
FEWEST_BYTES = 16
RESPONSE = ["source", "line", "wave"]
RESPONSE_ID = "response_id"
BETWEEN = "\x1f"  # stands in no answer


def identifier_items(items: Sequence[ItemRow], person: Person) -> list[str]:
    """Return the questions that tell who somebody is.

    Those of the scale ``identifier``; and what people are known again by, where it is text or a date (a name, a birth
    date). A category that is compared too, such as the role, is an answer like others and stays one.
    """
    compared = {*person.key, *[element.item for element in person.elements]}
    return [
        item.item
        for item in items
        if item.scale == "identifier" or (item.item in compared and item.scale in ("text", "date"))
    ]


def separate(
    responses: pd.DataFrame, about: pd.DataFrame, names: list[str]
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Part the identifiers from the answers, so that only who links people reads who they are.

    Parameters
    ----------
    responses, about : DataFrame
        Floor 2, with the identifier items among their columns.
    names : list of str
        The identifier items.

    Returns
    -------
    responses, about, identifiers : DataFrame
        Both tables without identifiers and without `response_id`; and ``source, line, wave, response_id`` with the
        identifier items as text and their kinds of missing, a row each row of either.

    Notes
    -----
    The separation principle of record linkage: who links sees no answers, who analyses sees no identifiers (Kelman,
    Bass & Holman 2002, doi:10.1111/j.1467-842X.2002.tb00682.x).
    """
    columns = [RESPONSE_ID, *[column for name in names for column in (name, f"{name}{MISSING_SUFFIX}")]]
    rows = pd.concat([frame.reindex(columns=[*RESPONSE, *columns]) for frame in (responses, about)], ignore_index=True)
    identifiers = rows.astype(dict.fromkeys(columns, "string"))
    return (*(frame.drop(columns=columns, errors="ignore") for frame in (responses, about)), identifiers)


def joined(frame: pd.DataFrame, identifiers: pd.DataFrame) -> pd.DataFrame:
    """Return rows of floor 2 with their identifiers beside them, as they were before `separate`."""
    return frame.merge(identifiers, on=RESPONSE, how="left", validate="one_to_one")


def nameless(frame: pd.DataFrame, identifiers: pd.DataFrame) -> pd.DataFrame:
    """Return a table without identifiers, those outside the person's key included, such as an e-mail."""
    return frame.drop(columns=identifiers.columns.difference(RESPONSE), errors="ignore")


def the_key(*, synthetic: bool, study: Path, environment: Mapping[str, str] | None = None) -> bytes:
    """Return the study's secret key; where there is none yet, make one and warn where it is.

    Parameters
    ----------
    synthetic : bool
        The fixed key of invented people is taken, whatever the environment says.
    study : Path
        The study's folder. The key may stand neither in it nor in the project.
    environment : mapping or None
        ``PREPOST_KEY`` holds the key itself, ``PREPOST_KEY_FILE`` names its file; else the file is
        ``prepost/<name of the study's folder>.key`` in the user's configuration folder. None: the process's own.

    Returns
    -------
    bytes
        Never written to a result or a log.

    Raises
    ------
    StudyError
        The key is too short, its file can be read by others or stands where results or code are shared.
    """
    if synthetic:
        return SYNTHETIC_KEY
    environment = os.environ if environment is None else environment
    if given := environment.get(KEY, "").strip():
        return _long_enough(given.encode(), f"the environment variable {KEY}")
    named = environment.get(KEY_FILE, "").strip()
    home = Path(environment.get("XDG_CONFIG_HOME") or Path(environment.get("HOME") or Path.home()) / ".config")
    path = Path(named).expanduser() if named else home / "prepost" / f"{study.resolve().name}.key"
    _outside(path, study)
    if not path.is_file():
        _make(path)
    if path.stat().st_mode & 0o077:
        raise StudyError(
            Fault(
                "the key file",
                "others than its owner may read the file that holds the study's secret key",
                "a file that only its owner may read (mode 0600)",
                f"chmod 600 the file that {KEY_FILE} names, or the one in your configuration folder",
            )
        )
    return _long_enough(path.read_bytes().strip(), "the key file")


def _long_enough(key: bytes, where: str) -> bytes:
    if len(key) < FEWEST_BYTES:
        raise StudyError(
            Fault(
                where,
                f"the study's secret key has fewer than {FEWEST_BYTES} characters, and could be guessed",
                "a long random text",
                "take one that nobody can guess, such as the output of: openssl rand -hex 32",
            )
        )
    return key


def _outside(path: Path, study: Path) -> None:
    project = Path(__file__).resolve().parents[2]
    if any(path.resolve().is_relative_to(folder) for folder in (study.resolve(), project)):
        raise StudyError(
            Fault(
                "the key file",
                "the study's secret key would stand in the study's own folder or in the project, and leave with it",
                "a file elsewhere, on a disk that is not shared with the results",
                f"name another file in {KEY_FILE}",
            )
        )


def _make(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32) + "\n")
    except FileExistsError:  # another job was first
        return
    except OSError as error:
        fault = disk_fault(error, path.name)
        if fault is None:
            raise
        raise fault from None
    home = Path.home()
    told = f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path)
    log.warning(
        "a secret key was made for this study: %s. It turns identifiers into hashes. Keep it apart from the results, "
        "back it up if later exports are to be linked, and destroy it when the study's plan says so.",
        told,
    )


def keyed_hash(text: str, key: bytes) -> str:
    """Return the HMAC-SHA256 of a text as 64 hexadecimal digits.

    Examples
    --------
    >>> keyed_hash("what do ya want for nothing?", b"Jefe")[:16]  # RFC 4231, test case 2
    '5bdcc146bf60754e'
    """
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def person_hashes(
    responses: pd.DataFrame, links: pd.DataFrame, *, items: list[str], rules: list[str], key: bytes
) -> pd.DataFrame:
    """Return what stands for each person's identifiers once they are gone.

    Parameters
    ----------
    responses : DataFrame
        Floor 2 with identifiers (`joined`).
    links : DataFrame
        Floor 3: which person gave each response.
    items, rules
        The person's key and how it is evened out (`prepost.matching.normalise`), so that what was compared is hashed.
    key : bytes
        See `the_key`.

    Returns
    -------
    DataFrame
        ``person, person_hash``, sorted: several rows where one person wrote the key in several ways. Who gave no whole
        key has none.
    """
    parts = [normalise(responses[item], rules) for item in items]
    whole = parts[0].str.cat(parts[1:], sep=BETWEEN) if parts[1:] else parts[0]
    of_lines = responses[RESPONSE].assign(written=whole).merge(links[[*RESPONSE, "person"]], on=RESPONSE)
    known = of_lines.dropna(subset=["written", "person"])[["person", "written"]].drop_duplicates()
    known["person_hash"] = [keyed_hash(text, key) for text in known["written"]]
    return known[["person", "person_hash"]].sort_values(["person", "person_hash"], ignore_index=True)
