"""The sections of the page that are more than one exhibit: words, figures and tables in their order.

A section is a function of the report that gives markdown. That of a part which the study has not switched on gives
nothing, its heading included, so `report.qmd` is the same for every study.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from prepost.comparing import row_id
from prepost.paired import OVERALL
from prepost.report import (
    attrition_words,
    change_words,
    checklists,
    claims_words,
    comment_words,
    expert_words,
    group_words,
    item_words,
    linkage_tables,
    linkage_words,
    measurement_words,
    money,
    place_words,
    quote_words,
    recommendation_map,
    result_tables,
    robustness,
    survey_words,
)
from prepost.report import guild as guild_words
from prepost.report.summary import rest_of_the_picture

if TYPE_CHECKING:
    from prepost.report.book import Report


def response_rate(report: Report) -> str:
    """Say how many of those enrolled completed, or that a response rate cannot be computed."""
    nouns = report.settings.nouns
    keys = [f"participation/{row_id(measure, *[OVERALL] * 3)}/n" for measure in ("enrolled", "completed")]
    if keys[0] not in report.facts:
        return (
            f"How many {nouns.learners} were enrolled is not part of the data, so a response rate cannot be "
            f"computed: "
            "the counts are of those who answered."
        )
    enrolled, completed = (report.span(key) for key in keys)
    reach = report.table("reach", "Reach and completion").data
    return (
        f"The enrolment records count {enrolled} enrolments, of which {completed} were completed. The surveys were "
        f"open to all who enrolled, so those who answered chose to.\n\n{reach}"
    )


def movement_words(report: Report) -> str:
    """Say outcome by outcome which share moved up, stayed and moved down."""
    return change_words.movement(report.words)


def beside_change(report: Report) -> str:
    """Return outcomes that are there for comparison, and changes from answers given thinking back, if any."""
    parts = [change_words.comparison_outcomes(report.words), said := change_words.looking_back_words(report.words)]
    if said:
        parts.append(report.table("thinking_back", "Change from answers given thinking back").data)
    return "\n\n".join(part for part in parts if part)


def effect_names(report: Report) -> str:
    """Return every effect size by its name, and the tests by rank and sign."""
    said = change_words.effects(report.words)
    if report.words.primary is None:
        return said
    sizes = report.table("effect_sizes", "The same change under other names").data
    tests = report.table("rank_tests", "Tests by rank and sign").data
    return "\n\n".join([said, sizes, tests])


def room_to_rise(report: Report) -> str:
    """Return who stands at the ends of the scales, and the change of those with room."""
    said = change_words.ceiling(report.words)
    if report.tables["ceiling"].empty:
        return said
    ends = report.table("ceiling", "At the ends of the scales, before and after").data
    room = report.table("room", "Those with room to rise, and everyone").data
    return "\n\n".join([said, ends, change_words.ROOM, room])


def single_questions(report: Report) -> str:
    """Return single questions as ordered answers: words, a figure, and their tables, folded."""
    said = item_words.single_questions(report.words)
    if said == item_words.NONE:
        return said
    captions = {
        "item_shares": "The share who gave each answer, as predicted",
        "item_tests": "Tests, question by question",
        "item_groups": "The change in each group",
    }
    folded = [
        report.folded_table(name, caption)
        for name, caption in captions.items()
        if name != "item_groups" or report.settings.secondary.items.by
    ]
    return "\n\n".join([said, report.exhibit("items").data, *folded])


def later(report: Report) -> str:
    """Return what was found at the surveys after the second, or say that there were none."""
    if not result_tables.later_comparisons(report.words) and not report.settings.levels:
        return "There was no survey after the second in this study, so it cannot be said what lasted."
    caption = "Changes to and from the later survey, and what was asked only then"
    parts = [
        report.exhibit("three_months").data,
        report.table("later", caption).data,
        attrition_words.lasting(report.words),
    ]
    if len(result_tables.TABLES["lasting"](report.words)):
        parts.append(report.table("lasting", "Is the gain kept, and how much of it is left").data)
    return "\n\n".join(parts)


def missing_people(report: Report) -> str:
    """Return who is missing, what that may have done to the result, and the two figures about it."""
    said = attrition_words.missing_people(report.words)
    if report.words.primary is None:
        return said
    parts = [
        said,
        report.exhibit("balance").data,
        report.exhibit("attrition").data,
        attrition_words.tipping(report.words),
    ]
    if len(result_tables.TABLES["tipping"](report.words)):
        parts.append(report.table("tipping", "By how much those lost must have changed").data)
    return "\n\n".join(part for part in parts if part)


def groups(report: Report) -> str:
    """Return which groups changed more than others, and who of each was matched."""
    figure = [report.exhibit("groups").data] if report.settings.secondary.subgroups.by else []
    said = [group_words.groups(report.words), *figure, group_words.matched(report.words)]
    if len(result_tables.TABLES["linkage_groups"](report.words)) > 1:
        said.append(report.folded_table("linkage_groups", "Linkage by group"))
    return "\n\n".join(said)


def matching(report: Report) -> str:
    """Return how people were matched and how sure that is."""
    return linkage_words.matching(report.words)


def false_links(report: Report) -> str:
    """Return what false links do to the results, and other ways of linking side by side."""
    said = linkage_words.false_links(report.words)
    if report.words.primary is None:
        return said
    parts = [said]
    if linkage_words.supposed_shares(report.words):
        caption = "What true pairs would give if so many links were false"
        parts.append(report.table("linkage_supposed", caption).data)
    if linkage_words.several_ways(report.words):
        parts.append(report.table("linkage_procedures", "Ways of linking, and the pairs that each gives").data)
        parts.append(report.exhibit("linkage").data)
    return "\n\n".join(parts)


def guild(report: Report) -> str:
    """Return the items of the reporting guideline for linked data, for the appendix."""
    return guild_words.guild(report.words, linkage_tables.largest_imbalance(report.words))


def measurement(report: Report) -> str:
    """Say whether the scales measure alike at each survey and in each role, with the fit behind it, folded."""
    said = measurement_words.measurement(report.words)
    captions = {
        "invariance": "Do the scales measure the same at each survey",
        "measurement": "Each scale at each survey: reliability and the fit of one factor",
        "role_items": "Each question between groups, among people who stand alike on the scale",
    }
    shown = [name for name in captions if len(result_tables.TABLES[name](report.words))]
    return "\n\n".join([said, *[report.folded_table(name, captions[name]) for name in shown]])


def places(report: Report) -> str:
    """Return regions and boards: funnel, tiles, reach and the new map."""
    plan = report.settings.secondary.places
    parts = [place_words.places(report.words)]
    if plan is not None and report.words.primary is not None:
        parts += [report.exhibit("funnel").data, *([report.exhibit("tiles").data] if plan.tiles else [])]
        parts.append(place_words.reach(report.words))
        parts += [report.folded_table("reach_by_place", "Reach, place by place")] if plan.workforce else []
        parts.append(place_words.new_map(report.words))
        parts += [report.folded_table("new_places", "Change on the new map")] if plan.successors else []
        if len(result_tables.TABLES["unknown_places"](report.words)):
            parts.append(report.folded_table("unknown_places", "Places that a sheet of this study lacks"))
    return "\n\n".join(part for part in parts if part)


def ranks(report: Report) -> str:
    """Return how uncertain the order of places is, for the appendix."""
    if report.settings.secondary.places is None or report.words.primary is None:
        return place_words.NOT_DECLARED
    return place_words.RANKS + "\n\n" + report.folded_table("ranks", "Ranks with their intervals")


def specifications(report: Report) -> str:
    """Return the choices that could have been made otherwise with their reasons, and what they give."""
    said = robustness.specifications(report.words)
    if not report.settings.secondary.specifications:
        return said
    return said + "\n\n" + report.exhibit("specifications").data


def plan(report: Report) -> str:
    """Return what was planned beside what was done."""
    shown = report.table("plan", "The plan, and what was done").data
    folded = f'::: {{.details summary="Show the table"}}\n\n{shown}\n\n:::'
    return f"{robustness.plan(report.words)}\n\n{folded}"


AROUND = ("population", "professionals", "appointments", "economics", "claims")


def around(report: Report) -> str:
    """Return the heading over what was found around the programme, where the study has any of it."""
    if not set(AROUND) & set(report.settings.parts):
        return ""
    return "## Around the programme {#sec-around}"


SECTIONS: dict[str, Callable[[Report], str]] = {
    "response_rate": response_rate,
    "movement_words": movement_words,
    "beside_change": beside_change,
    "effect_names": effect_names,
    "room_to_rise": room_to_rise,
    "single_questions": single_questions,
    "later": later,
    "missing_people": missing_people,
    "groups": groups,
    "matching": matching,
    "false_links": false_links,
    "guild": guild,
    "measurement": measurement,
    "places": places,
    "ranks": ranks,
    "specifications": specifications,
    "plan": plan,
    "quotes": quote_words.quotes,
    "experts": expert_words.experts,
    "checklists": checklists.checklists,
    "around": around,
    "population": survey_words.population,
    "professionals": survey_words.professionals,
    "appointments": survey_words.appointments,
    "rest_of_the_picture": rest_of_the_picture,
    "money": money.money,
    "claims": claims_words.claims,
    "recommendation_map": recommendation_map.recommendation_map,
    "themes": comment_words.themes,
}
