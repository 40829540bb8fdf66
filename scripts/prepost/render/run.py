"""Runs the cells and inline expressions of a ``.qmd`` in one kernel, and writes what they gave as markdown."""

from __future__ import annotations

import ast
import json
import logging
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpec
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from prepost.errors import Fault, StudyError
from prepost.render.escape import escape_markdown
from prepost.render.qmd import Cell, Document, Inline, Prose

log = logging.getLogger(__name__)

CELL_SECONDS = 600
_SOCKET_PATH = 80  # a socket's whole path may have about 105 characters
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_JSON = "application/json"

# Defined in the kernel once. Inline expressions of one piece of prose are evaluated together, in order, because a
# report has hundreds of them; each keeps its own file and line in a traceback.
_PRELUDE = f"""
def __show_inline__(expressions):
    from IPython import get_ipython
    from IPython.display import display
    shell = get_ipython()
    values = []
    for where, expression in expressions:
        value = eval(compile(expression, where, "eval"), shell.user_ns)
        values.append({{"text": value}} if isinstance(value, str) else shell.display_formatter.format(value)[0])
    display({{"{_JSON}": values}}, raw=True)


def __show_fault__():
    import dataclasses, sys
    from IPython.display import display
    from prepost.errors import StudyError
    error = sys.last_value
    faults = [dataclasses.asdict(f) for f in error.faults] if isinstance(error, StudyError) else None
    for fault in faults or []:
        fault["rows"] = [int(row) for row in fault["rows"]]
    display({{"{_JSON}": {{"kind": getattr(error, "kind", ""), "faults": faults}}}}, raw=True)
"""


class RenderError(RuntimeError):
    """A cell failed in a way that is our fault, not the user's: it carries the kernel's own traceback."""


class _ThisPython(AsyncKernelManager):
    """A kernel of the interpreter that runs now, whatever kernels a user has installed."""

    @property
    def kernel_spec(self) -> KernelSpec:
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", "--quiet"]
        argv += ["--HistoryManager.enabled=False", "--InteractiveShell.colors=NoColor"]
        return KernelSpec(argv=argv, display_name="Python", language="python", metadata={"debugger": False})


def run_document(document: Document, *, workdir: Path, env: Mapping[str, str]) -> str:
    """Run a document's cells and inline expressions in order and return the whole as pandoc markdown.

    Parameters
    ----------
    document : Document
        As ``read_qmd`` gives it.
    workdir : Path
        The folder in which the cells run.
    env : mapping of str to str
        Added to the environment of the kernel, such as ``PYTHONPATH`` and ``PREPOST_STUDY``.

    Returns
    -------
    str
        Markdown without front matter.

    Raises
    ------
    StudyError
        The one that a cell raised; or, naming the cell, an output that cannot stand on the page.
    RenderError
        Any other exception of a cell, with its traceback.
    """
    with _kernel(workdir, env) as client:
        _execute(client, _PRELUDE, "the kernel's beginning")
        pieces = []
        for block in document.blocks:
            if isinstance(block, Cell):
                outputs = _execute(client, block.code, block.where)
                pieces.append(_cell_markdown(block, outputs))
            else:
                pieces.append(_prose_markdown(block, client))
    return "\n".join(pieces)


@contextmanager
def _kernel(workdir: Path, env: Mapping[str, str]) -> Iterator[NotebookClient]:
    """Start one silent kernel that talks through sockets in a folder of its own, and leave nothing behind."""
    folder = Path(tempfile.mkdtemp(prefix="pp-"))  # mode 0700: on a shared node nobody else can listen
    manager = _ThisPython(connection_file=str(folder / "kernel.json"))
    if os.name != "nt" and len(str(folder)) < _SOCKET_PATH:  # otherwise loopback
        manager.transport, manager.ip = "ipc", str(folder / "socket")
    quiet = {
        "IPYTHONDIR": str(folder / "ipython"),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "PYTHONHASHSEED": "0",
    }
    inherited = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    notebook = nbformat.v4.new_notebook()
    client = NotebookClient(
        notebook, km=manager, timeout=CELL_SECONDS, record_timing=False, coalesce_streams=True, store_widget_state=False
    )
    try:
        kernel_env = {**inherited, **quiet, **env}
        with client.setup_kernel(env=kernel_env, cwd=str(workdir), cleanup_kc=True):
            yield client
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _execute(client: NotebookClient, code: str, where: str) -> list[Any]:
    cell = nbformat.v4.new_code_cell(code, id=f"cell-{len(client.nb.cells)}")
    client.nb.cells.append(cell)
    try:
        client.execute_cell(cell, len(client.nb.cells) - 1)
    except CellExecutionError as error:
        raise _fault_of(client, error, where) from None
    except (CellTimeoutError, DeadKernelError) as error:
        raise RenderError(f"{where}: {type(error).__name__}: the kernel stopped or took too long") from error
    return cell.outputs


def _fault_of(client: NotebookClient, error: CellExecutionError, where: str) -> Exception:
    if error.ename == "StudyError":
        told = _execute(client, "__show_fault__()", where)[0]["data"][_JSON]
        if told["faults"] is not None:
            return StudyError(*(Fault(**fault) for fault in told["faults"]), kind=told["kind"])
    return RenderError(f"{where}: {error.ename}\n{_ANSI.sub('', error.traceback)}")


def _prose_markdown(prose: Prose, client: NotebookClient) -> str:
    asked = [part for part in prose.parts if isinstance(part, Inline)]
    values: Iterator[Any] = iter(())
    if asked:
        pairs = [(part.where, part.expression) for part in asked]
        outputs = _execute(client, f"__show_inline__({pairs!r})", asked[0].where)
        values = iter(outputs[-1]["data"][_JSON])
    return "".join(_inline_markdown(next(values)) if isinstance(part, Inline) else part for part in prose.parts)


def _inline_markdown(value: Mapping[str, Any]) -> str:
    """Markdown objects stand as they are; everything else is text and is escaped, as Quarto does."""
    if "text" in value:
        return escape_markdown(value["text"])
    if "text/markdown" in value:
        return str(value["text/markdown"])
    return escape_markdown(value.get("text/plain", ""))


def _cell_markdown(cell: Cell, outputs: list[Any]) -> str:
    options = cell.options
    shown = ["```python\n" + cell.code.strip("\n") + "\n```\n"] if options.get("echo") is True else []
    asis = options.get("output") == "asis"
    results = [text for output in outputs if (text := _output_markdown(output, asis, cell.where))]
    if options.get("include") is False:
        return "\n"
    if options.get("output") is False:
        results = []
    body = "\n\n".join(results)
    label = str(options.get("label", ""))
    if label.startswith(("fig-", "tbl-")):
        body = _float_markdown(cell, label, body)
    return "\n" + "\n\n".join([*shown, body]) + "\n"


def _float_markdown(cell: Cell, label: str, body: str) -> str:
    if not body.strip():
        raise StudyError(Fault(f"{cell.where} · {label}", "the cell shows nothing", "a figure or a table"))
    caption = " ".join(str(cell.options.get("fig-cap", cell.options.get("tbl-cap", ""))).split())
    alt = cell.options.get("fig-alt")
    attribute = f" fig-alt={json.dumps(' '.join(str(alt).split()), ensure_ascii=False)}" if alt else ""
    return f":::::::: {{#{label}{attribute}}}\n\n{body}\n\n{caption}\n\n::::::::\n"


def _output_markdown(output: Mapping[str, Any], asis: bool, where: str) -> str:
    if output["output_type"] == "stream":
        if output["name"] == "stderr":  # warnings are for the log, never for the page
            log.warning("%s: %s", where, output["text"].strip())
            return ""
        return output["text"] if asis else _listing(output["text"])
    data = output.get("data", {})
    if "text/markdown" in data:
        return str(data["text/markdown"])
    foreign = sorted(key for key in data if key != "text/plain")
    if foreign:
        raise StudyError(
            Fault(
                where,
                f"the cell shows {' and '.join(foreign)}, which the report cannot hold",
                expected="markdown (IPython.display.Markdown, or print with output: asis); figures as SVG files",
                fix="mend the cell, or end it with a semicolon or an assignment",
            )
        )
    text = str(data.get("text/plain", ""))
    if asis and text[:1] in "'\"":
        return str(ast.literal_eval(text))
    return _listing(text) if text else ""


def _listing(text: str) -> str:
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", text)), default=0))
    return f"{fence}\n{text.rstrip()}\n{fence}\n"
