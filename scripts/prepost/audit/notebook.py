"""Executing an audit notebook and making its page: the same bytes for the same run, and no request to elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from pathlib import Path

import nbformat
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

from prepost.render import RenderError
from prepost.render.run import _kernel

_STYLE = """
:root{color-scheme:light}body{font:16px/1.5 system-ui,sans-serif;color:#0b0c0c;margin:0 auto;max-width:72rem;
padding:1rem}
.private{background:#801650;color:#fff;padding:.5rem 1rem;margin:0 0 1rem;font-weight:600}
h1{font-size:1.75rem;line-height:1.2}h2{font-size:1.25rem;margin-top:2.5rem;border-top:1px solid #b1b4b6;
padding-top:1rem}
.jp-OutputArea-output,.output_html{overflow-x:auto}table{border-collapse:collapse;margin:1rem 0;font-size:.875rem}
caption{text-align:left;white-space:nowrap;font-weight:600;padding-bottom:.25rem}th,td{border-bottom:1px solid #b1b4b6;
padding:.25rem .75rem;text-align:left;vertical-align:top}
th{background:#f3f2f1}.number,th.number{text-align:right;font-variant-numeric:tabular-nums}
.fault{background:#801650;color:#fff;font-weight:700}figure{margin:1rem 0}figure img{max-width:100%;height:auto}
.anchor-link,.prompt,.jp-InputPrompt,.jp-OutputPrompt{display:none}
"""
_PAGE = """<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<p class="private">Private: this page is for those who may see the study's data, and must not be passed on.</p>
<main>
{body}
</main>
</body>
</html>
"""


def execute(source: Path, *, workdir: Path, env: Mapping[str, str]) -> NotebookNode:
    """Run a notebook's cells in order in one kernel.

    Parameters
    ----------
    source : Path
        A clean notebook, with fixed cell ids.
    workdir : Path
        The folder in which the cells run: the study's.
    env : mapping of str to str
        Added to the kernel's environment.

    Returns
    -------
    NotebookNode
        With outputs, and without anything about the machine or the time.

    Raises
    ------
    RenderError
        A cell failed; with its traceback.
    """
    notebook = nbformat.read(source, as_version=4)
    with _kernel(workdir, env) as client:
        client.nb = notebook
        for place, cell in enumerate(notebook.cells):
            try:
                client.execute_cell(cell, place)
            except CellExecutionError as error:
                raise RenderError(f"{source.name}: {error.ename}\n{error.traceback}") from None
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({})
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if output.output_type != "stream"]
    return notebook


def as_ipynb(notebook: NotebookNode) -> str:
    """Return a notebook as the text of an .ipynb file."""
    return nbformat.writes(notebook) + "\n"


def to_html(notebook: NotebookNode, *, title: str, lang: str) -> str:
    """Return an executed notebook as one self-contained page without its code.

    Parameters
    ----------
    notebook : NotebookNode
        As `execute` returns it.
    title : str
        Of the page.
    lang : str
        Of the page, such as ``en-GB``.

    Notes
    -----
    nbconvert's ``basic`` template gives the body alone; the addresses that its other templates would ask are empty as
    well, so that no version of it can bring one in.
    """
    from nbconvert.exporters.html import HTMLExporter
    from traitlets.config import Config

    nowhere = dict.fromkeys(("mathjax_url", "require_js_url", "jquery_url", "mermaid_js_url"), "")
    exporter = HTMLExporter(
        config=Config(
            {"HTMLExporter": {"template_name": "basic", "exclude_input": True, "exclude_output_prompt": True}}
        ),
        **nowhere,
    )
    body, _ = exporter.from_notebook_node(notebook)
    body = "\n".join(line.rstrip() for line in body.splitlines() if line.strip())
    return _PAGE.format(lang=escape(lang), title=escape(title), style=_STYLE, body=body)
