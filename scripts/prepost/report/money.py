"""The money, in words: what the visits would be worth, how sure that is, and what it does not say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from prepost import formatting
from prepost.economics.inputs import Economics, Model
from prepost.figures.words import listing
from prepost.render.escape import escape_markdown as esc
from prepost.report.messages import Words

if TYPE_CHECKING:
    from prepost.report.book import Report

WHAT = "value of visits that respondents judged avoidable, if all judged right and the capacity were released"
NOT_ESTIMATED = (
    "Whether people who are cared for by trained professionals make fewer visits was not studied, so the training’s "
    "part in this value is not estimated."
)


def money(report: Report) -> str:
    """Return the chapter on money; nothing where the study has no economic model."""
    if "economics" not in report.settings.parts:
        return ""
    found, words = report.economics, report.words
    parts = [
        "### The money {#sec-money}",
        f"What is valued here is the **{WHAT}**. {NOT_ESTIMATED} A visit that is not made frees time, and money only "
        "where that time is given up or used for something else; without that its value in money is nil.",
        *[_range(words, found, model) for model in found.models],
        "The ranges hold 95% of the draws in which every input varies as far as its own uncertainty lets it. They say "
        "nothing of whether people judged right. The two values are not added: the same people may stand behind both.",
        *[said for model in found.models if (said := _stated(report, model))],
        report.exhibit("economics_chain").data,
        report.exhibit("economics_tornado").data,
        report.table("economics_attribution", "Value a year, if only part of the visits counts").data,
        _caveats(found),
    ]
    if report.checklist:
        parts.append(_cheers(report))
    return "\n\n".join(parts)


def message(report: Report) -> str:
    """Return the line for the first screen: the first model's range, its point, and what it is not."""
    words, found = report.words, report.economics
    model = found.models[0]
    low, high, point, unit = _shown(words, found, model, "per_window")
    return (
        f"{esc(model.label)} that respondents judged avoidable are valued at {low} to {high} {unit} over "
        f"{esc(model.window)} (95% of the draws; {point} {unit} from the published inputs as they stand"
        f"{_carried(words, found, model)}), if all judged right and the capacity were released; the training’s part in "
        "it is not estimated. [The money](#sec-money)"
    )


def _carried(words: Words, found: Economics, model: Model) -> str:
    """How many respondents carry the value, of how many asked; nothing where that is not known."""
    row = _key(found, model, "per_window")
    shares = [link.times for link in model.chain if found.inputs[link.times].distribution == "beta"]
    if not shares or words.value(f"{row}/n") is None:
        return ""
    asked = words.show(f"economics_chain/{model.name}.{shares[0]}/n")
    return f"; about {words.show(f'{row}/n')} of {asked} respondents carry it"


def _key(found: Economics, model: Model, measure: str, attribution: int | None = None) -> str:
    return f"economics_values/{model.name}.{measure}.{attribution or max(found.attribution)}"


def _shown(words: Words, found: Economics, model: Model, measure: str) -> tuple[str, str, str, str]:
    """Low, high and point as linked numbers with a pound sign, and the unit after them."""
    row = _key(found, model, measure)
    low, high, point = (_number(words, f"{row}/{column}") for column in ("ci_low", "ci_high", "estimate"))
    return low, high, point, model.chain[-1].unit.replace("GBP", "").strip()


def _number(words: Words, key: str) -> str:
    value = words.value(key)
    if value is None:
        return words.show(key)
    text = formatting.number(value, 0 if value >= 100 else 1)
    return f"£{words.show(key, text)}"


def _range(words: Words, found: Economics, model: Model) -> str:
    low, high, point, unit = _shown(words, found, model, "per_window")
    low_year, high_year, point_year, _ = _shown(words, found, model, "per_year")
    row = _key(found, model, "per_window")
    exact = words.value(f"{row}/estimate")
    if exact is not None:
        point = f"£{words.show(f'{row}/estimate', formatting.number(exact, 1))}"
    return (
        f"**{esc(model.label)}: {low} to {high} {unit} over {esc(model.window)}**, that is {low_year} to {high_year} "
        f"{unit} a year. The inputs as they stand give {point} {unit} over {esc(model.window)}, {point_year} {unit} a "
        f"year{_carried(words, found, model)}."
    )


def _stated(report: Report, model: Model) -> str:
    """What the publication prints about this value, with the verdict of the audit where the study has one."""
    if "claims" not in report.settings.parts or not model.stated:
        return ""
    rows = report.tables["claims_verdicts"].set_index("claim")
    lines = [_printed(report, rows.loc[name]) for name in model.stated if name in rows.index]
    if not lines:
        return ""
    return (
        f"What is printed about {esc(model.label)} beside what the printed inputs give ([why](#sec-claims)):\n\n"
        + "\n".join(lines)
    )


def _printed(report: Report, row: pd.Series) -> str:
    keys = {name: f"claims_verdicts/{row['row_id']}/{name}" for name in ("stated", "estimate", "ci_low", "ci_high")}
    printed = report.span(keys["stated"], str(row["printed"]))
    verdict = str(row["verdict"])
    said = f"- {printed} ({esc(row['place'])}): **{verdict}**"
    if any(report.words.value(keys[name]) is None for name in ("estimate", "ci_low", "ci_high")):
        return f"{said}."
    pound = "£" if "GBP" in str(row["unit"]) else ""
    value, low, high = (
        report.span(keys[name], formatting.number(report.words.value(keys[name]), 1 if pound else 2))
        for name in ("estimate", "ci_low", "ci_high")
    )
    scale = str(row["unit"]).replace("GBP", "").strip()
    return f"{said}; computed {pound}{value} {scale}, and rounding of the inputs allows {pound}{low} to {pound}{high}."


def attribution(words: Words, found: Economics) -> pd.DataFrame:
    """Each model's value a year for each share of its visits that may count: the range first, then the point."""
    heads = [f"{model.label}: {what}" for model in found.models for what in ("plausible range", "as they stand")]
    texts, keys = [], []
    for share in found.attribution:
        text, key = [f"{share}%"], [""]
        for model in found.models:
            row = _key(found, model, "per_year", share)
            low, high, point = (words.value(f"{row}/{column}") for column in ("ci_low", "ci_high", "estimate"))
            known = low is not None and high is not None
            text.append(f"{formatting.number(low, 1)} to {formatting.number(high, 1)}" if known else "withheld")
            text.append("withheld" if point is None else formatting.number(point, 1))
            key += [f"{row}/ci_low", f"{row}/estimate"]
        texts.append(text)
        keys.append(key)
    columns = ["Of the visits, so many count", *heads]
    shown = pd.DataFrame(texts, columns=columns)
    shown.attrs = {"keys": pd.DataFrame(keys, columns=columns), "numbers": heads}
    return shown


def attribution_foot(found: Economics) -> str:
    """Return the foot of the table of shares."""
    units = listing(sorted({model.chain[-1].unit.replace("GBP", "pounds") for model in found.models}))
    return (
        f"In {units} a year. Base: as in the figure above. Plausible range: the central 95% of {found.draws:,} draws. "
        "Where the capacity is not released, nothing counts. Source: economics_values.csv"
    )


def _caveats(found: Economics) -> str:
    costs = [given for given in found.inputs.values() if "GBP" in given.unit]
    lines = [f"Perspective: {found.perspective}."]
    if any(given.price_year is None for given in costs) and found.prices is None:
        lines.append(
            "The price year of the unit costs is not printed, so the values cannot be brought to today’s prices."
        )
    assumed = [f"“{given.label}”" for given in found.inputs.values() if "assumed" in given.source]
    if assumed:
        lines.append(
            f"How uncertain these inputs are is not printed and is assumed, as the table says: {listing(assumed)}."
        )
    lines.append("That a visit was avoidable is what respondents say, thinking back over the whole time.")
    lines += [caveat for model in found.models for caveat in model.caveats]
    return "Caveats:\n\n" + "\n".join(f"- {esc(line)}" for line in lines)


def _cheers(report: Report) -> str:
    lines = ["| Item | What it asks | Answered |", "|---:|:--------------------|:--------------------|"]
    for row in report.checklist:
        where = "not done" if not row.answered.startswith("#") else f"[in this report]({row.answered})"
        note = f": {esc(row.note)}" if row.note else ""
        lines.append(f"| {row.item} | {esc(row.asks)} | {where}{note} |")
    done = sum(row.answered.startswith("#") for row in report.checklist)
    caption = f": The items of CHEERS 2022: {done} answered, {len(report.checklist) - done} not done {{#tbl-cheers}}"
    table = "\n".join(lines) + f"\n\n{caption}"
    return f'::: {{.details summary="Reporting checklist for health economics (CHEERS)"}}\n{table}\n:::'
