"""Running a step: its `main` gets what its signature names, from Snakemake or from the command line."""

from __future__ import annotations

import argparse
import inspect
import json
import logging
import os
import shlex
import sys
import time
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from types import UnionType
from typing import Any, NoReturn, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter, ValidationError

from prepost.disk import disk_fault
from prepost.errors import StudyError

log = logging.getLogger("prepost")
ERROR_MARK = "StudyError"
NOT_ARGUMENTS = {"code"}


def run(main: Callable[..., None], snakemake: Any | None) -> None:
    """Call `main` with its arguments and report how it went.

    Parameters
    ----------
    main : callable
        A step: keyword-only arguments, each annotated.
    snakemake : object or None
        Snakemake's script object, whose input, output and params are looked up by name; None on the command
        line, where ``--name value`` gives each argument (lists and mappings as JSON).

    Notes
    -----
    The first line of the log is the command that runs the step alone. A StudyError is written to stderr and to
    the log without a traceback, and ends the process with its exit code; so does a disk that is full or read-only.
    Anything else keeps its traceback.
    """
    hints = get_type_hints(main)
    hints.pop("return", None)
    given = _from_snakemake(snakemake, hints) if snakemake is not None else _from_command_line(main, hints)
    path = Path(str(snakemake.log[0])) if snakemake is not None and len(snakemake.log) else None
    last = _Last()
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        try:
            _start_log(path, last, _command(_script(main, snakemake), given))
            start = time.monotonic()
            main(**_typed(hints, given, alone=snakemake is None))
        except StudyError as error:
            _end(error, alone=snakemake is None)
        except Exception as error:
            fault = disk_fault(error)
            if fault is not None:
                _end(fault, alone=snakemake is None)
            log.exception("a fault of prepost itself, not of the study")
            raise
        finally:
            logging.captureWarnings(False)
    label = snakemake.rule if snakemake is not None else Path(sys.argv[0]).stem
    which = " ".join(str(value) for value in dict(snakemake.wildcards).values()) if snakemake is not None else ""
    sys.stderr.write(f"  {label:<18} {which:<18} {last.message}  ({time.monotonic() - start:.1f} s)\n")


def _end(error: StudyError, *, alone: bool) -> NoReturn:
    """Tell a fault and end; where the log cannot be written, stderr tells it, each line marked for build.py."""
    log.error("%s\n%s", ERROR_MARK, error)
    if alone:
        sys.stderr.write(f"{error}\n")
    elif not any(isinstance(handler, _File) and handler.whole for handler in log.handlers):
        sys.stderr.write("".join(f"{ERROR_MARK}: {line}\n" for line in str(error).splitlines()))
    sys.exit(error.exit_code)


class _File(logging.FileHandler):
    """A log that says whether all of it was written, in place of a traceback for each line that was not."""

    whole = True

    def handleError(self, record: logging.LogRecord) -> None:
        self.whole = False


class _Last(logging.Handler):
    """Keeps the last message, which the progress line shows."""

    message = ""

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno == logging.INFO:
            self.message = record.getMessage().partition("\n")[0]


def _start_log(path: Path | None, last: logging.Handler, command: str) -> None:
    log.setLevel(logging.INFO)
    for handler in log.handlers:
        handler.close()
    log.handlers.clear()
    log.propagate = False
    log.addHandler(last)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(command + "\n", encoding="utf-8")
        log.addHandler(_File(path, encoding="utf-8"))
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").handlers = log.handlers[1:] or [logging.NullHandler()]


def _from_snakemake(snakemake: Any, hints: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for part in (snakemake.input, snakemake.output, snakemake.params):
        for name, value in part.items():
            if name not in NOT_ARGUMENTS:
                found[name] = _plain(value)
    unknown, absent = set(found) - set(hints), set(hints) - set(found)
    if unknown or absent:
        raise TypeError(f"rule {snakemake.rule} and its script differ: not taken {unknown}, not given {absent}")
    return found


def _plain(value: Any) -> Any:
    """Snakemake's own lists and strings as plain ones."""
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple) or (hasattr(value, "__iter__") and not isinstance(value, str | bytes)):
        return [_plain(inner) for inner in value]
    return str(value) if isinstance(value, str) else value


def _from_command_line(main: Callable[..., None], hints: Mapping[str, Any]) -> dict[str, Any]:
    parser = argparse.ArgumentParser(description=inspect.getdoc(sys.modules[main.__module__]) or "")
    for name, hint in hints.items():
        words = str(hint) if get_args(hint) else getattr(hint, "__name__", str(hint))
        parser.add_argument(f"--{name.replace('_', '-')}", dest=name, required=True, help=words)
    return {name: _from_text(hints[name], text) for name, text in vars(parser.parse_args()).items()}


def _typed(hints: Mapping[str, Any], given: Mapping[str, Any], *, alone: bool) -> dict[str, Any]:
    """The arguments as `main` takes them; alone, one that does not fit is the user's, told in a sentence."""
    found: dict[str, Any] = {}
    for name, value in given.items():
        try:
            found[name] = TypeAdapter(hints[name]).validate_python(value)
        except ValidationError as error:
            if not alone:
                raise
            first = error.errors()[0]
            place = "".join(f" · {part}" for part in first["loc"])
            sys.stderr.write(f"--{name.replace('_', '-')}{place}\n  what      {first['msg']}\n")
            sys.exit(2)
    return found


def _from_text(hint: Any, text: str) -> Any:
    """JSON where the hint wants a list, a mapping or nothing; the text itself where it wants a str or a Path."""
    kinds = get_args(hint) if get_origin(hint) is UnionType else (hint,)
    if str in kinds or Path in kinds:
        return None if text == "null" and type(None) in kinds else text
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def _script(main: Callable[..., None], snakemake: Any | None) -> str:
    """The script's own path: Snakemake runs a copy of it."""
    home = Path(inspect.getfile(main)) if snakemake is None else Path(snakemake.scriptdir) / f"{snakemake.rule}.py"
    return os.path.relpath(home)


def _command(script: str, given: Mapping[str, Any]) -> str:
    words = [f"--{name.replace('_', '-')} {shlex.quote(_to_text(value))}" for name, value in given.items()]
    return " ".join(["python", script, *words])


def _to_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
