"""The whole of the bundled study's exports and of the truth planted in them, from one seed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from prepost.simulation import lines as layout
from prepost.simulation.answers import APPLICATION, responses
from prepost.simulation.enrolments import enrolments, write_enrolments
from prepost.simulation.exports import WRITERS
from prepost.simulation.identifiers import plant
from prepost.simulation.lines import Sheets
from prepost.simulation.people import completions, people, states
from prepost.simulation.plan import LATENT, Plan
from prepost.simulation.text import Writer
from prepost.simulation.warts import EXCLUDED_BY, Bench, natural

ENROLMENTS = "enrolments"


class Truth(NamedTuple):
    """What was planted; no step of the evaluation reads it.

    Attributes
    ----------
    people : DataFrame
        One row an invented person.
    responses : DataFrame
        ``source, line, wave, module, key_state, second, person, state`` and ``expected_<outcome>`` of each response
        to be kept.
    warts : DataFrame
        ``source, line, wave, item, kind, rule``: line blank where the wart is the whole file's; rule blank where the
        response is kept.
    themes : DataFrame
        ``source, line, wave, item, theme, denied``: comments of kept responses, ``none`` where of no theme.
    identifiers : DataFrame
        ``source, line, wave, item, kind, value``: what identifies somebody in a comment.
    """

    people: pd.DataFrame
    responses: pd.DataFrame
    warts: pd.DataFrame
    themes: pd.DataFrame
    identifiers: pd.DataFrame


class _Planned(NamedTuple):
    learners: pd.DataFrame
    table: pd.DataFrame
    rows: pd.DataFrame


def build(plan: Plan, sheets: Sheets, seed: int, paths: Mapping[str, Path]) -> Truth:
    """Write every export and return the truth.

    Parameters
    ----------
    plan : Plan
    sheets : Sheets
    seed : int
        The same seed and sheets give the same bytes.
    paths : mapping of str to Path
        Where each source of sources.csv is written.

    Returns
    -------
    Truth
    """
    rng = np.random.default_rng(seed)
    learners = people(plan, sheets.regions, sheets.roles, rng)
    table = states(completions(learners, plan, rng), learners, plan, rng)
    turned = [name for name, item in sheets.items.items() if item.reversed]
    planned = _Planned(learners, table, responses(table, learners, plan, turned, rng))
    parts, warts, themes, slips = [], [], [], []
    for number, (source, path) in enumerate(paths.items()):
        if source == ENROLMENTS:
            write_enrolments(enrolments(table, learners, plan, np.random.default_rng([seed, 99])), path)
            continue
        own = np.random.default_rng([seed, number])
        found = _export(source, path, planned, sheets, plan, own, (Writer(plan.comments, seed + number), seed))
        for whole, part in zip((parts, warts, themes, slips), found, strict=True):
            whole.append(part)
    return Truth(
        learners.drop(columns="modules"),
        _sorted(parts, ["source", "line", "wave"]),
        pd.concat([_sorted(warts, ["source", "line", "wave", "kind", "item"]), _of_files(sheets)], ignore_index=True),
        _sorted(themes, ["source", "line", "wave", "item"]),
        _sorted(slips, ["source", "line", "wave", "item"]),
    )


def _sorted(parts: list[pd.DataFrame], by: list[str]) -> pd.DataFrame:
    return pd.concat(parts, ignore_index=True).sort_values(by, kind="stable", ignore_index=True)


def _export(
    source: str,
    path: Path,
    planned: _Planned,
    sheets: Sheets,
    plan: Plan,
    rng: np.random.Generator,
    words: tuple[Writer, int],
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    rows = planned.rows[planned.rows["source"] == source]
    laid = layout.lay_out(source, rows, planned.learners, sheets, plan, rng)
    waves = list(dict.fromkeys(wave for _, wave, _ in sheets.of(source)))
    answered = layout.answered_waves(laid, waves, rows)
    writer, seed = words
    planted = layout.comment(source, laid, answered, sheets, writer)
    slips = plant(source, laid, planted, seed)
    grown = natural(rows, laid, waves)
    before_only = _before_only(laid, planned.table)
    bench = Bench(source, laid, planted, before_only, rng)
    bench.plant(plan.warts[source])
    broken = {uid for uid, _, _, kind in bench.warts if kind == "broken_line"}
    final = bench.lines.assign(broken=bench.lines["uid"].isin(broken))
    starts = WRITERS[sheets.sources[source].platform](path, source, final, sheets)
    line_of = dict(zip(final["uid"], starts, strict=True))
    kept_line = {uid: line_of[bench.stands_for.get(uid, uid)] for uid in line_of}
    return (
        _responses(rows, laid, planned, kept_line),
        _warts(source, [*grown, *bench.warts], line_of),
        pd.DataFrame(
            layout.themes_table(planted, source, kept_line),
            columns=["source", "line", "wave", "item", "theme", "denied"],
        ),
        pd.DataFrame(
            [(source, kept_line[uid], *rest) for uid, *rest in slips],
            columns=["source", "line", "wave", "item", "kind", "value"],
        ),
    )


def _before_only(laid: pd.DataFrame, table: pd.DataFrame) -> set[int]:
    state = table["state"].to_numpy()[laid["unit"]]
    once = ~table["followup"].to_numpy()[laid["unit"]] & ~laid["second"].to_numpy()
    return {int(uid) for uid in laid.loc[(state == "before_only") & once, "uid"]}


def _responses(rows: pd.DataFrame, laid: pd.DataFrame, planned: _Planned, line_of: Mapping[int, int]) -> pd.DataFrame:
    uid_of = dict(zip(zip(laid["unit"], laid["second"], strict=True), laid["uid"], strict=True))
    lines = [line_of[uid_of[pair]] for pair in zip(rows["unit"], rows["second"], strict=True)]
    found = rows[["source", "wave", "module", "key_state", "second"]].copy()
    found.insert(1, "line", lines)
    found["person"] = planned.learners["person"].to_numpy()[rows["place"]]
    found["state"] = planned.table["state"].to_numpy()[rows["unit"]]
    for outcome in (*LATENT, APPLICATION):
        found[f"expected_{outcome}"] = rows[f"expected_{outcome}"]
    return found


def _warts(source: str, planted: list[tuple[int, str, str, str]], line_of: Mapping[int, int]) -> pd.DataFrame:
    rows = [(source, line_of[uid], wave, item, kind, EXCLUDED_BY.get(kind, "")) for uid, wave, item, kind in planted]
    return pd.DataFrame(rows, columns=["source", "line", "wave", "item", "kind", "rule"]).astype({"line": "Int64"})


def _of_files(sheets: Sheets) -> pd.DataFrame:
    """Warts that are a whole file's: marks, encodings, forms of dates, wordings and scales that changed."""
    rows = []
    for source, sheet in sheets.sources.items():
        if sheet.platform == "qualtrics":
            rows.append((source, None, "", "", "byte_order_mark", ""))
        if sheet.encoding == "latin-1":
            rows.append((source, None, "", "", "latin_1", ""))
        if sheet.date_format:
            rows.append((source, None, "", "", "date_format", ""))
    for row in sheets.fields:
        item = sheets.items.get(row.item)
        if item and item.scale == "ordinal" and row.wording and not row.wording.endswith(f" - {item.wording}"):
            rows += [(source, None, row.wave or "", row.item, "wording_changed", "") for source in row.sources]
    frame = pd.DataFrame(rows, columns=["source", "line", "wave", "item", "kind", "rule"])
    return frame.astype({"line": "Int64"})
