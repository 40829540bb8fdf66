"""The raw lines behind one row of a result table. They are private: shown on the terminal, written nowhere."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from prepost.attrition.target import target_population
from prepost.ceiling_table import CEILING, limits, place_of
from prepost.comments import lines as comment_lines
from prepost.describing import is_complete, kinds_of
from prepost.errors import Fault, StudyError
from prepost.everyone_table import EVERYONE, every_answer
from prepost.lasting_table import three_waves
from prepost.linkage.behind import behind_changes, behind_counts, behind_rates
from prepost.matching import completions
from prepost.measurement_table import base_of
from prepost.paired import Paired, first_stated, groups
from prepost.pairs import TIE_TOLERANCE
from prepost.places_table import at_place
from prepost.private_floors import RESPONSE, PrivateFloors
from prepost.schemas import ALL
from prepost.specifications.lines import behind
from prepost.surveys.behind import behind_surveys
from prepost.table_names import PUBLISHED, RESULT_TABLES, SURVEY_TABLES, TABLES_OF
from prepost.thresholds import threshold

Finder = Callable[[pd.Series, "PrivateFloors"], pd.DataFrame]


def lines_behind(table: str, row: pd.Series, floors: PrivateFloors) -> pd.DataFrame:
    """Find the raw lines from which a row of a result table was computed.

    Parameters
    ----------
    table : str
        Name of the table: comparisons, levels, reliability, movement, transitions, participants, participation, flow,
        missing.
    row : Series
        The private row.
    floors : PrivateFloors
        Floors 1 to 4.

    Returns
    -------
    DataFrame
        ``source``, ``line``, ``wave``: each response once, sorted. A pair stands behind its row with both its
        responses; a response of which a part came in another file, with both lines.

    Raises
    ------
    StudyError
        If the study has no such comparison, or the table is of another strand.
    """
    found = finder(table, row)(row, floors)[RESPONSE]
    links = floors.table("links")
    keys = ["person", "module", "wave"]
    parts = links[links["state"] == "part"]
    if len(parts):
        with_parts = found.merge(links[[*RESPONSE, "person", "module"]], on=RESPONSE)[keys].drop_duplicates()
        found = pd.concat([found, parts.merge(with_parts, on=keys)[RESPONSE]])
    return found.drop_duplicates().sort_values(RESPONSE, kind="stable").reset_index(drop=True)


def finder(table: str, row: pd.Series) -> Finder:
    """Return what finds a row's lines: the table's own finder, else by what a result row says of itself.

    A result row of two waves stands on the pairs of its comparison, one of a single wave on the responses of that
    wave. A row that is about items (a model of answers) names an item where others name a scale.
    """
    if table in FINDERS:
        return FINDERS[table]
    if table in RESULT_TABLES:
        return _compared if pd.notna(row["wave_from"]) else _levelled
    raise StudyError(
        Fault(f"results/6_statistics/{table}.csv", "no way back to raw lines is known for this table"), kind="refused"
    )


def _paired(row: pd.Series, floors: PrivateFloors, outcome: str) -> Paired:
    """The completions of the row's comparison and group in which both sides have the outcome."""
    comparison = next((part for part in floors.study.settings.comparisons if part.name == row["comparison"]), None)
    if comparison is None:
        raise StudyError(Fault("config/study.yaml · comparisons", f"'{row['comparison']}' is not there any more"))
    found = floors.paired(comparison)
    if "group" in row.index:
        # a row says itself by what it is grouped: one comparison may be cut by several categories
        found = found.take(groups(found, None if row["group_by"] == ALL else row["group_by"]) == row["group"])
    return found.take(found.before[outcome].notna() & found.after[outcome].notna())


def _lines(pairs: pd.DataFrame) -> pd.DataFrame:
    sides = [
        pairs[[f"source_{side}", f"line_{side}", f"wave_{side}"]].set_axis(RESPONSE, axis=1) for side in ("from", "to")
    ]
    return pd.concat(sides, ignore_index=True)


def _compared(row: pd.Series, floors: PrivateFloors) -> pd.DataFrame:
    return _lines(_paired(row, floors, row["outcome"]).pairs)


def _specified(row: pd.Series, floors: PrivateFloors) -> pd.DataFrame:
    later, found = floors.study.settings.secondary.lasting.later, floors.paired(floors.primary)
    return _lines(behind(row, found, floors.floor, floors.primary, later, floors.table("weights")))


def _moved(row: pd.Series, floors: PrivateFloors) -> pd.DataFrame:
    found = _paired(row, floors, row["outcome"])
    change = found.after[row["outcome"]].astype("float64") - found.before[row["outcome"]].astype("float64")
    scale = next((scale for scale in floors.study.settings.outcomes if scale.name == row["outcome"]), None)
    edge = TIE_TOLERANCE
    if scale is not None:
        comparison = next(part for part in floors.study.settings.comparisons if part.name == row["comparison"])
        edge += threshold(floors.sides.at_wave(comparison.wave_from), scale).edge
    masks = {"better": change > edge, "worse": change < -edge, ALL: change.notna()}
    masks["same"] = ~(masks["better"] | masks["worse"])
    return _lines(found.take(masks[row["direction"]]).pairs)


def _crossed(row: pd.Series, floors: PrivateFloors) -> pd.DataFrame:
    found = _paired(row, floors, row["item"])
    inside = pd.Series(True, index=found.pairs.index)
    for frame, code in ((found.before, row["from"]), (found.after, row["to"])):
        if code != ALL:
            inside &= frame[row["item"]].astype("float64").eq(float(code))
    return _lines(found.take(inside).pairs)


def _levelled(row: pd.Series, floors: PrivateFloors) -> pd.DataFrame:
    rows = floors.sides.at_wave(row["wave_to"])
    rows = rows[rows[row["outcome"]].notna()]
    if row["group_by"] == ALL:
        return rows
    said = [rows[row["group_by"]]] if row["group_by"] in rows else []
    return rows[first_stated(said, rows.index) == row["group"]]


def _reliable(row: pd.Series, floors: PrivateFloors) -> pd.DataFrame:
    used = completions(floors.table("responses"), floors.table("links"))
    one_each = used[used["wave"] == row["wave_to"]].drop_duplicates("person")
    items = floors.study.settings.outcome(row["outcome"]).items
    return one_each[one_each.reindex(columns=items).notna().all(axis=1)]


def _taking_part(row: pd.Series, floors: PrivateFloors) -> pd.DataFrame:
    primary, links, pairs = floors.primary, floors.table("links"), floors.table("pairs")
    used = links[(links["state"] == "used") & (links["wave"] == primary.wave_from)]
    rows = used.merge(floors.table("responses").drop(columns="module"), on=RESPONSE, how="left")
    if row["matched"] != ALL:
        chosen = pairs[(pairs["wave_from"] == primary.wave_from) & (pairs["wave_to"] == primary.wave_to)]
        lines = pd.MultiIndex.from_frame(chosen[["source_from", "line_from"]])
        matched = pd.MultiIndex.from_frame(rows[["source", "line"]]).isin(lines)
        rows = rows[matched == (row["matched"] == "yes")].reset_index(drop=True)
    if row["category"] == ALL:
        return rows
    about = floors.table("people").set_index("person").reindex(rows["person"]).reset_index(drop=True)
    said = [frame[row["variable"]] for frame in (rows, about) if row["variable"] in frame]
    return rows[first_stated(said, rows.index) == row["category"]]


def _participating(row: pd.Series, floors: PrivateFloors) -> pd.DataFrame:
    if row["measure"] in ("enrolled", "completed"):
        rows = floors.table("enrolments")
        rows = rows[rows[row["measure"]].fillna(0) > 0]
        said = [rows[row["group_by"]]] if row["group_by"] in rows else []
        return rows if row["group_by"] == ALL else rows[first_stated(said, rows.index) == row["group"]]
    rows = floors.table("responses").drop(columns="module").merge(floors.table("links"), on=RESPONSE, how="left")
    if row["wave"] != ALL:
        rows = rows[rows["wave"] == row["wave"]]
    if row["group_by"] == "module":
        rows = rows[first_stated([rows["module"]], rows.index) == row["group"]]
    if row["measure"] == "complete":
        return rows[is_complete(rows, floors.study.settings.outcomes)]
    if row["measure"] == "all_waves":
        keys = ["person", "module"]
        return rows[rows["state"] == "used"].merge(floors.table("triples")[keys], on=keys)
    return rows[rows["person"].notna()] if row["measure"] == "people" else rows


def _in_box(row: pd.Series, floors: PrivateFloors) -> pd.DataFrame:
    box, _, rest = row["box"].partition(".")
    if box in ("records", "not_taken", "responses"):
        ingested, refused = (floors.first_floor(kind) for kind in ("ingested", "refused"))
        ingested = ingested[ingested["wave"].isin(floors.waves)]
        refused = refused[refused["wave"].isin(floors.waves) | refused["wave"].isna()]
        return {"records": pd.concat([ingested, refused]), "not_taken": refused, "responses": ingested}[box]
    if box == "excluded":
        rows = floors.table("exclusions")
        rows = rows[rows["wave"].isin(floors.waves)]
        return rows[rows["rule"] == rest] if rest else rows
    if box == "kept":
        rows = floors.table("responses")
        return rows[rows["wave"] == rest] if rest else rows
    return _end(box, rest, floors)


def _end(box: str, wave: str, floors: PrivateFloors) -> pd.DataFrame:
    primary = floors.primary
    both = {"wave_from": primary.wave_from, "wave_to": primary.wave_to}
    pairs, unmatched, links = (floors.table(name) for name in ("pairs", "unmatched", "links"))
    pairs, unmatched = (frame[(frame[list(both)] == both).all(axis=1)] for frame in (pairs, unmatched))
    matched = _lines(pairs)
    matched = matched[matched["wave"] == wave]
    unmatched = unmatched[unmatched["wave"] == wave]
    if box == "matched":
        return matched
    if box in ("included", "not_included"):
        inside = _lines(floors.paired(floors.primary).pairs)[RESPONSE]
        rows = matched.merge(inside, on=RESPONSE, how="left", indicator=True)
        return rows[rows["_merge"] == ("both" if box == "included" else "left_only")]
    if box == "not_used":
        elsewhere = pd.concat([matched, unmatched[RESPONSE]])
        rows = links[links["wave"] == wave].merge(elsewhere, on=RESPONSE, how="left", indicator=True)
        return rows[rows["_merge"] == "left_only"]
    return unmatched[unmatched["state"] == box]


def _answering(row: pd.Series, floors: PrivateFloors) -> pd.DataFrame:
    rows = floors.table("responses")
    rows = rows[rows["wave"] == row["wave"]]
    return rows if row["kind"] == ALL else rows[kinds_of(rows, row["item"]) == row["kind"]]


def _sized(row: pd.Series, floors: PrivateFloors) -> pd.DataFrame:
    return _reliable(row, floors) if pd.isna(row["wave_from"]) else _compared(row, floors)


def _standing(row: pd.Series, floors: PrivateFloors) -> pd.DataFrame:
    found = _paired(row, floors, row["outcome"])
    if row["place"] == ALL:
        return _lines(found.pairs)
    side = found.before if row["wave"] == floors.primary.wave_from else found.after
    return _lines(found.take(_place(row, side, floors) == row["place"]).pairs)


def _with_room(row: pd.Series, floors: PrivateFloors) -> pd.DataFrame:
    found = _paired(row.drop("group"), floors, row["outcome"])
    return _lines(found.take(_place(row, found.before, floors) != CEILING).pairs)


def _place(row: pd.Series, side: pd.DataFrame, floors: PrivateFloors) -> pd.Series:
    items = {item.item: item for item in floors.study.items}
    ends = limits(floors.study.settings.outcome(row["outcome"]), items)
    return pd.Series(place_of(side[row["outcome"]].to_numpy(dtype=float), ends), index=side.index)


def _same_measure(row: pd.Series, floors: PrivateFloors) -> pd.DataFrame:
    used = completions(floors.table("responses"), floors.table("links"))
    return base_of(row, used, floors.table("people"), floors.study.settings.outcomes)


def _grouped(row: pd.Series, floors: PrivateFloors) -> pd.DataFrame:
    """Pairs of the primary comparison in one group of any grouping, or responses of its first wave in one."""
    if row["n_unit"] == "responses":
        asked = {"variable": row["group_by"], "category": row["group"], "matched": ALL}
        return _taking_part(pd.Series(asked), floors)
    found = _paired(row.drop("group"), floors, row["outcome"])
    if row["group"] == ALL:
        return _lines(found.pairs)
    return _lines(found.take(groups(found, row["group_by"]) == row["group"]).pairs)


def _everyones(row: pd.Series, floors: PrivateFloors) -> pd.DataFrame:
    waves = [floors.primary.wave_from, *floors.waves[floors.waves.index(floors.primary.wave_from) + 1 :]]
    outcome = floors.study.settings.outcome(row["outcome"])
    rows = every_answer(floors.floor, floors.primary, [outcome], waves)
    rows = rows[rows["wave"].isin([row["wave_from"], row["wave_to"]]) & rows[outcome.name].notna()]
    return rows if row["group"] == EVERYONE else rows[rows["linked"]]


def _targeted(row: pd.Series, floors: PrivateFloors) -> pd.DataFrame:
    """First surveys and, with the outcome where one is named, the later ones of those who were matched."""
    target = target_population(floors.floor, floors.primary, [])
    if row["estimate_name"] == "weighted_change":
        return _compared(row, floors)
    if row["outcome"] == ALL:
        return pd.concat([target.first[RESPONSE], target.later[RESPONSE]])
    answered = target.found.before[row["outcome"]].notna() & target.found.after[row["outcome"]].notna()
    first = target.first[target.first[row["outcome"]].notna()]
    return pd.concat([first[RESPONSE], _lines(target.found.pairs[answered])[RESPONSE]]).drop_duplicates()


def _lasting(row: pd.Series, floors: PrivateFloors) -> pd.DataFrame:
    waves = [floors.primary.wave_from, floors.primary.wave_to, floors.study.settings.secondary.lasting.later]
    rows = three_waves(floors.floor, floors.primary, waves)
    rows = rows[rows[row["outcome"]].notna()]
    wanted = waves if row["group"] == "all three" else [row["wave_from"], row["wave_to"]]
    rows = rows[rows["wave"].isin(wanted)]
    whole = rows.groupby(["person", "module"], dropna=False)["wave"].transform("nunique") == len(wanted)
    return rows[whole]


def _placed(row: pd.Series, floors: PrivateFloors) -> pd.DataFrame:
    """Pairs or records of one place, on any of the maps."""
    by = floors.study.settings.secondary.places.by
    if row["n_unit"] == "enrolments":
        records = floors.table("enrolments")
        records = records[records[row["estimate_name"].partition("_")[0]].fillna(0) > 0]
        place = first_stated([records[by]], records.index)
    elif row["n_unit"] == "people":
        records = floors.sides.at_wave(floors.primary.wave_from).drop_duplicates("person")
        place = first_stated([records[by]] if by in records else [], records.index)
    else:
        found = _paired(row.drop("group"), floors, row["outcome"])
        return _lines(found.take(at_place(row, groups(found, by), floors.maps)).pairs)
    return records[at_place(row, place, floors.maps)]


def _published(row: pd.Series, floors: PrivateFloors) -> pd.DataFrame:
    """Nobody answered anything: these tables come from config/economics.yaml and config/claims.csv."""
    return floors.first_floor("ingested").iloc[:0]


FINDERS: dict[str, Finder] = {
    "comments_themes": comment_lines.behind_themes,
    "comments_change": comment_lines.behind_themes,
    "comments_agreement": comment_lines.behind_agreement,
    "comments_machine": comment_lines.behind_machine,
    "comments_left": comment_lines.behind_left,
    **{table: _published for part in PUBLISHED for table in TABLES_OF[part]},
    **{table: behind_surveys for tables in SURVEY_TABLES.values() for table in tables},
    "linked": behind_counts,
    "linkage": behind_rates,
    "linkage_changes": behind_changes,
    "places": _placed,
    "specifications": _specified,
    "everyone": _everyones,
    "attrition": _targeted,
    "balance": _targeted,
    "lasting": _lasting,
    "groups": _grouped,
    "comparisons": _compared,
    "effects": _sized,
    "ceiling": _standing,
    "room": _with_room,
    "levels": _levelled,
    "reliability": _reliable,
    "measurement": _reliable,
    "invariance": _same_measure,
    "movement": _moved,
    "transitions": _crossed,
    "participants": _taking_part,
    "participation": _participating,
    "flow": _in_box,
    "missing": _answering,
}
