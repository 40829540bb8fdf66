"""What the audit pages show of each floor: what came in, what left, what was set aside and why.

Everything here takes tables and gives a `View`; nothing opens a file. The pages are private, and yet no identifier
and no comment is shown on any of them: of such columns a page says only how many cells are filled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import pandas as pd

from prepost.audit_places import unknown_places as unknown_places
from prepost.audit_view import SUM, View, Views, with_sums

RESPONSE = ["source", "line", "wave"]
# Columns of ours, whose content no respondent wrote. An item of the study may bear one of the second group's names, and
# then it is the item's scale that counts.
ALWAYS = frozenset([*RESPONSE, "module", "received"])
OURS = frozenset(
    "speeder straight_liner person state why reason rule item n method certainty waves wave_from wave_to "  # noqa: SIM905
    "source_from line_from source_to line_to enrolled completed answers_as".split()
)
ESTIMATES = ["estimate", "ci_low", "ci_high", "ci_level", "n_missing", "statistic", "df", "p", "p_adjusted", "n_people"]
MISSING_SUFFIX, TICK = "_missing", "__"
HIDDEN, CODED, OPEN = "hidden", "coded", "open"
FIRST, MOST = 5, 200  # rows shown of a table of responses, and of a table of results
OFF_LABEL = "·"  # an answer that is neither a label nor a number might be anything, so it is not shown


class Codebook:
    """Which columns may be shown, from the study as resolved.

    Parameters
    ----------
    study : mapping
        ``results/run_config.yaml`` as plain values.
    scores : bool
        Whether outcome and index columns are expected (floor 4).
    """

    def __init__(self, study: Mapping) -> None:
        settings = study["settings"]
        self.scales = {row["item"]: row["scale"] for row in study["items"]}
        self.labels = {row["item"]: _labels(row.get("labels")) for row in study["items"]}
        self.mapped = {name for row in settings["vocabularies"] for name in row["columns"]}
        self.scores = {row["name"] for key in ("outcomes", "indices") for row in settings[key]}

    def kind(self, column: str) -> str:
        """Return whether a column is shown whole, shown where the answer is a label or number, or not shown."""
        if column in ALWAYS:
            return OPEN
        if column in self.scales:
            scale = self.scales[column]
            return CODED if scale in ("ordinal", "number") or (scale == "category" and self.labels[column]) else HIDDEN
        if column.endswith(MISSING_SUFFIX) or column in OURS or column in self.mapped or column in self.scores:
            return OPEN
        ticked = TICK in column and column.partition(TICK)[0] in self.scales
        return OPEN if ticked else HIDDEN

    def shown(self, values: pd.Series, column: str) -> pd.Series:
        """Return a column with whatever is neither a label of the item nor a number taken out."""
        if self.kind(column) == OPEN or pd.api.types.is_numeric_dtype(values):
            return values
        text = values.astype("string").str.strip()
        listed = text.str.casefold().isin(self.labels.get(column, frozenset()))
        numbers = (
            pd.to_numeric(text, errors="coerce").notna() if self.scales[column] in ("ordinal", "number") else False
        )
        return text.where(listed | numbers | text.isna() | (text == ""), OFF_LABEL)


def _labels(text: str | None) -> frozenset[str]:
    parts = [part.partition("=") for part in (text or "").split("|") if part.strip()]
    return frozenset(word.strip().casefold() for code, _, label in parts for word in (code, label) if word.strip())


# Any floor -----------------------------------------------------------------------------------------------------------
def columns_of(frame: pd.DataFrame, codebook: Codebook, name: str) -> View:
    """List a table's columns.

    Parameters
    ----------
    frame : DataFrame
        Any table.
    codebook : Codebook
        Says which columns are identifiers or free text.
    name : str
        The table's name.

    Returns
    -------
    View
        ``column``, ``type``, ``filled``, ``blank`` and ``distinct`` (blank for identifiers and free text).
    """
    blank = pd.DataFrame({column: _blank(frame[column]) for column in frame}, index=frame.index)
    told = [codebook.kind(column) != HIDDEN for column in frame]
    distinct = [
        frame.loc[~blank[column], column].nunique() if may else None for column, may in zip(frame, told, strict=True)
    ]
    rows = pd.DataFrame(
        {
            "column": list(frame.columns),
            "type": [str(kind) for kind in frame.dtypes],
            "filled": [int(n) for n in (~blank).sum()],
            "blank": [int(n) for n in blank.sum()],
            "distinct": pd.array(distinct, dtype="Int64"),
        }
    )
    return View(f"The {len(frame.columns):,} columns of {name}, {len(frame):,} rows.", rows)


def _blank(cells: pd.Series) -> pd.Series:
    texts = pd.api.types.is_string_dtype(cells) or cells.dtype == object
    empty = cells.astype("string").str.strip().eq("").fillna(False).astype(bool) if texts else False
    return cells.isna() | empty


def first_rows(frame: pd.DataFrame, codebook: Codebook, name: str) -> View:
    """Show the first rows, without identifiers and free text, and without columns that are empty throughout."""
    head = frame.head(FIRST)
    kept = [c for c in head if codebook.kind(c) != HIDDEN and frame[c].notna().any() and not c.endswith(MISSING_SUFFIX)]
    rows = pd.DataFrame({column: codebook.shown(head[column], column) for column in kept})
    if "received" in rows:
        rows["received"] = rows["received"].astype("string")
    return View(f"The first rows of {name}; identifiers, comments and empty columns are left out.", rows)


def counted(frame: pd.DataFrame, by: Sequence[str], caption: str) -> View:
    """Count a table's rows by some of its columns: those columns and ``n``, most frequent last sorted by name."""
    rows = frame.groupby(list(by), dropna=False, sort=True).size().rename("n").reset_index()
    return View(caption, rows)


def together(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the tables one below the other; tables without rows keep their columns."""
    filled = [frame for frame in tables.values() if len(frame)] or list(tables.values())[:1]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=[*RESPONSE, "reason"])


def each(show: Callable[..., View], tables: Mapping[str, pd.DataFrame], *given: Codebook) -> Views:
    """Apply a view to every table, by name: ``show(frame, *given, name)``."""
    return Views(show(frame, *given, name) for name, frame in tables.items())


def _by(frame: pd.DataFrame, by: Sequence[str]) -> pd.Series:
    return frame.groupby(list(by), sort=True).size()


# 1 ingested ----------------------------------------------------------------------------------------------------------
def records(
    sources: Iterable[Mapping], responses: Mapping[str, pd.DataFrame], refused: Mapping[str, pd.DataFrame]
) -> View:
    """Sum each raw export: its lines, once a wave, are taken or refused.

    Parameters
    ----------
    sources : iterable of mapping
        Rows of sources.csv.
    responses, refused : mapping of str to DataFrame
        Schemas ``ingested`` and ``refused`` by source.

    Returns
    -------
    View
        ``source``, ``file``, ``platform`` (as declared; with ``auto`` what was found, how surely and why), ``encoding``
        (as declared), ``lines``, ``waves``, ``records`` (lines × waves), ``taken``, ``refused``, ``sum``.
    """
    rows = []
    for row in sources:
        taken, not_taken = responses[row["source"]], refused[row["source"]]
        lines = len({*taken["line"], *not_taken["line"]})
        waves = max(1, len({*taken["wave"].dropna(), *not_taken["wave"].dropna()}))
        everywhere = not_taken["wave"].isna().sum() * waves  # a line that belongs to no wave is refused for each
        rows.append(
            {
                "source": row["source"],
                "file": row["file"],
                "platform": taken.attrs.get("read_as", row["platform"]),
                "encoding": row.get("encoding") or "as found in the file",
                "lines": lines,
                "waves": waves,
                "records": lines * waves,
                "taken": len(taken),
                "refused": int(not_taken["wave"].notna().sum() + everywhere),
            }
        )
    frame = pd.DataFrame(rows)
    return View(
        "Every line of every export, once a wave, is taken or refused.",
        with_sums(frame, "records", ["taken", "refused"]),
    )


# 2 cleaned -----------------------------------------------------------------------------------------------------------
def cleaned(ingested: pd.DataFrame, kept: Mapping[str, pd.DataFrame], exclusions: pd.DataFrame) -> View:
    """Sum floor 2: what came from floor 1 is in one of three tables, or set aside.

    Parameters
    ----------
    ingested : DataFrame
        All of floor 1 (schema ``ingested``).
    kept : mapping of str to DataFrame
        ``responses``, ``about``, ``enrolments``.
    exclusions : DataFrame
        Schema ``exclusions``.

    Returns
    -------
    View
        ``source``, ``wave``, ``came in``, one column a table, ``set aside``, ``sum``.
    """
    by = ["source", "wave"]
    parts = {"came in": ingested, **kept, "set aside": exclusions}
    frame = pd.DataFrame({name: _by(table, by) for name, table in parts.items()}).fillna(0).astype("int64")
    frame = frame.rename_axis(by).reset_index()
    return View(
        "What came in is kept in one of the tables, or set aside.", with_sums(frame, "came in", [*kept, "set aside"])
    )


def unmapped(frame: pd.DataFrame) -> View:
    """Count answers that no vocabulary maps: ``source``, ``item``, ``answers`` (distinct) and ``responses``."""
    rows = frame.groupby(["source", "item"], sort=True).agg(answers=("answer", "size"), responses=("n", "sum"))
    return View("Answers that no vocabulary sheet maps (listed in unmapped.csv).", rows.reset_index())


def missing_kinds(frame: pd.DataFrame) -> View:
    """Count the kinds of missing of each item: ``item``, ``answered``, one column a kind, ``responses``, ``sum``."""
    kinds = ["not_shown", "skipped", "not_applicable", "refused"]
    rows = []
    for column in [name for name in frame if name.endswith(MISSING_SUFFIX)]:
        counts = frame[column].value_counts()
        rows.append(
            {
                "item": column.removesuffix(MISSING_SUFFIX),
                "responses": len(frame),
                "answered": int(frame[column].isna().sum()),
            }
            | {kind: int(counts.get(kind, 0)) for kind in kinds}
        )
    columns = ["item", "responses", "answered", *kinds]
    rows = with_sums(pd.DataFrame(rows, columns=columns), "responses", ["answered", *kinds])
    return View("Each item: answered, or missing of one of four kinds.", rows)


# 3 matched -----------------------------------------------------------------------------------------------------------
def links_by_state(responses: pd.DataFrame, links: pd.DataFrame) -> View:
    """Sum floor 3: each response of floor 2 has one link, of one state (a column each), by wave."""
    states = links.groupby(["wave", "state"], sort=True).size().unstack(fill_value=0)
    frame = pd.DataFrame({"responses": _by(responses, ["wave"])}).join(states).fillna(0).astype("int64")
    found = list(states.columns)
    return View(
        "Each response has one link, of one state.",
        with_sums(frame.rename_axis("wave").reset_index(), "responses", found),
    )


def pairs_by_waves(links: pd.DataFrame, pairs: pd.DataFrame, unmatched: pd.DataFrame) -> View:
    """Sum both sides of each two waves: a used response is in a pair or is unmatched, in one of three states.

    Parameters
    ----------
    links, pairs, unmatched : DataFrame
        Floor 3.

    Returns
    -------
    View
        ``wave_from``, ``wave_to``, ``side`` (a wave), ``responses`` (used; of the later wave also those without a key
        or module), ``in pairs``, ``did_not_answer``, ``answered_not_linked``, ``cannot_be_told``, ``sum``.
    """
    states = ["did_not_answer", "answered_not_linked", "cannot_be_told"]
    ways = pd.concat([pairs[["wave_from", "wave_to"]], unmatched[["wave_from", "wave_to"]]]).drop_duplicates()
    rows = []
    for start, end in ways.sort_values(["wave_from", "wave_to"]).itertuples(index=False, name=None):
        matched = int(((pairs["wave_from"] == start) & (pairs["wave_to"] == end)).sum())
        loose = unmatched[(unmatched["wave_from"] == start) & (unmatched["wave_to"] == end)]
        for side in (start, end):
            counts = loose.loc[loose["wave"] == side, "state"].value_counts()
            meant = ["used"] if side == start else ["used", "blank_key", "no_module"]
            total = int(((links["wave"] == side) & links["state"].isin(meant)).sum())
            rows.append(
                {"wave_from": start, "wave_to": end, "side": side, "responses": total, "in pairs": matched}
                | {state: int(counts.get(state, 0)) for state in states}
            )
    columns = ["wave_from", "wave_to", "side", "responses", "in pairs", *states]
    rows = with_sums(pd.DataFrame(rows, columns=columns), "responses", ["in pairs", *states])
    return View("Both sides of each two waves: in a pair, or unmatched in one of three states.", rows)


def several_in_a_wave(links: pd.DataFrame) -> View:
    """Count people who gave several responses in one wave of one module: ``wave``, ``responses`` each, ``people``."""
    known = links[links["person"].notna()]
    size = known.groupby(["wave", "module", "person"], dropna=False).size()
    many = size[size > 1].rename("responses").reset_index()
    return View(
        "Several responses of one person in one wave of one module.",
        many.groupby(["wave", "responses"]).size().rename("people").reset_index(),
    )


# 4 scored ------------------------------------------------------------------------------------------------------------
def scores(frame: pd.DataFrame, codebook: Codebook) -> View:
    """Describe each score at each wave: ``score, wave, rows, scored, missing, mean, sd, sum``."""
    rows = []
    for name in [column for column in frame if column in codebook.scores]:
        for wave, values in frame.groupby("wave", sort=True)[name]:
            scored = int(values.notna().sum())
            told = {
                "scored": scored,
                "missing": int(values.isna().sum()),
                "mean": values.mean(),
                "sd": values.std(ddof=1),
            }
            rows.append({"score": name, "wave": wave, "rows": len(values)} | told)
    columns = ["score", "wave", "rows", "scored", "missing", "mean", "sd"]
    return View(
        "Each score at each wave.", with_sums(pd.DataFrame(rows, columns=columns), "rows", ["scored", "missing"])
    )


def used_and_scored(links: pd.DataFrame, frame: pd.DataFrame) -> View:
    """Sum floor 4: every used response has one row of scores, by wave."""
    used = links[links["state"] == "used"]
    counts = pd.DataFrame({"used": _by(used, ["wave"]), "scored": _by(frame, ["wave"])}).fillna(0).astype("int64")
    return View(
        "Every response that is used has one row of scores.",
        with_sums(counts.rename_axis("wave").reset_index(), "used", ["scored"]),
    )


# 6 statistics and 7 release ------------------------------------------------------------------------------------------
def table_sizes(tables: Mapping[str, pd.DataFrame]) -> View:
    """List tables: ``table``, ``rows``, ``columns``."""
    rows = [{"table": name, "rows": len(frame), "columns": len(frame.columns)} for name, frame in tables.items()]
    return View("The tables and their sizes.", pd.DataFrame(rows, columns=["table", "rows", "columns"]))


def flow_sums(flow: pd.DataFrame) -> View:
    """Check that the boxes of one parent sum to it: ``box``, ``label``, ``n``, ``parts`` (their sum), ``sum``."""
    parts = flow.dropna(subset="parent").groupby("parent")["n"].sum()
    whole = flow[flow["box"].isin(parts.index)][["box", "label", "n"]]
    return View(
        "The boxes of the flow, and what their parts sum to.",
        with_sums(whole.assign(parts=whole["box"].map(parts)), "n", ["parts"]),
    )


def estimates(frame: pd.DataFrame, name: str) -> View:
    """Count the rows of a table of estimates by role, comparison, kind of estimate and grouping."""
    return counted(frame, ["role", "comparison", "estimate_name", "group_by"], f"The estimates of {name}.")


def rows_of(frame: pd.DataFrame, name: str) -> View:
    """Show a table's rows, numbers as numbers; columns that are empty throughout are left out."""
    rows = frame.head(MOST).dropna(axis="columns", how="all").copy()
    for column in rows.columns.intersection(ESTIMATES):
        rows[column] = pd.to_numeric(rows[column])
    told = f"All {len(frame):,} rows" if len(frame) <= MOST else f"The first {MOST:,} of {len(frame):,} rows"
    return View(f"{told} of {name}.", rows)


def released(statistics: Mapping[str, pd.DataFrame], release: Mapping[str, pd.DataFrame]) -> View:
    """Sum the wall: the rows of each table, before and after, and its cells by what the wall left of them.

    Parameters
    ----------
    statistics, release : mapping of str to DataFrame
        Tables of floors 6 and 7 by name, floor 7 as text.

    Returns
    -------
    View
        ``table``, ``rows``, ``released rows``, ``held back`` (tables that are private as a whole, and quotations that
        nobody approved), ``as they are``, ``[c]``, ``[w]``, ``[x]``, ``sum`` (of the rows).
    """
    rows = []
    for name, frame in statistics.items():
        left = release.get(name, frame.head(0))
        cells = left.stack(future_stack=True) if len(left) else pd.Series(dtype="string")
        marks = {mark: int((cells == mark).sum()) for mark in ("[c]", "[w]", "[x]")}
        plain = {
            "rows": len(frame),
            "released rows": len(left),
            "held back": _held_back(name, frame, release),
            "as they are": len(cells) - sum(marks.values()),
        }
        rows.append({"table": name} | plain | marks)
    parts = ["released rows", "held back"]
    frame = with_sums(pd.DataFrame(rows), "rows", parts) if rows else pd.DataFrame(columns=["table", SUM])
    return View("Every row passes the wall or is held back; cells pass it whole or marked.", frame)


def _held_back(name: str, frame: pd.DataFrame, release: Mapping[str, pd.DataFrame]) -> int:
    if name not in release:
        return len(frame)
    return int((frame["approval"] != "approved").sum()) if "approval" in frame else 0


# 8 exhibits ----------------------------------------------------------------------------------------------------------
def facts_by_mark(facts: Mapping[str, Mapping]) -> View:
    """Count facts: ``table``, ``said`` (numbers), ``[c]``, ``[w]``, ``[x]``, ``facts``, ``sum``."""
    frame = pd.DataFrame(
        [{"table": key.partition("/")[0], "mark": fact.get("mark") or "said"} for key, fact in facts.items()],
        columns=["table", "mark"],
    )
    counts = (
        frame.groupby(["table", "mark"])
        .size()
        .unstack(fill_value=0)
        .reindex(columns=["said", "c", "w", "x"], fill_value=0)
    )
    counts.columns = ["said", "[c]", "[w]", "[x]"]
    counts.insert(0, "facts", counts.sum(axis=1))
    return View(
        "Every number that the prose may say.",
        with_sums(counts.rename_axis("table").reset_index(), "facts", list(counts.columns[1:])),
    )
