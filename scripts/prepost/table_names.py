"""The result tables of floors 6 and 7 by name, with titles: the one list that rules, schemas and report share."""

from __future__ import annotations

from collections.abc import Iterable

#: Estimates, a row each, in the columns of `prepost.schemas.RESULTS`.
RESULT_TABLES = {
    "comparisons": "Changes",
    "levels": "Levels",
    "reliability": "Reliability",
    "measurement": "How each scale measures",
    "invariance": "The same measure at every survey and in every role",
    "specifications": "What other choices would have given",
    "items": "Single questions as ordered answers",
    "effects": "Effect sizes under other names",
    "room": "Change of those with room to rise",
    "groups": "For whom: changes and matching by group",
    "places": "Regions and boards",
    "lasting": "What is left at the later survey",
    "everyone": "Changes from everyone's answers",
    "attrition": "If those who were lost differ",
    "balance": "Those matched beside everyone",
    "linkage": "How many were linked, and how surely",
    "linkage_changes": "Changes under other ways of linking",
}
#: Counts, a row a cell, with margins.
COUNT_TABLES = {
    "flow": "The flow of responses",
    "missing": "Missing answers, by kind",
    "participants": "Participants, matched and not",
    "participation": "Participation and completion",
    "movement": "Better, same, worse",
    "ceiling": "At the ends of the scales",
    "transitions": "From which answer to which",
    "linked": "Links by procedure and group, and what could not be linked",
}
LEARNERS = tuple(sorted(RESULT_TABLES | COUNT_TABLES))

#: Free text of the learners (`comments:` in study.yaml).
COMMENT_TABLES = {
    "comments_themes": "How often each theme is spoken of",
    "comments_agreement": "How far the coders agree",
    "comments_machine": "How well the machine codes",
    "comments_left": "Who leaves a comment",
    "comments_change": "Themes beside change",
}
RESULT_TABLES |= COMMENT_TABLES

#: Tables of words, without a number of anybody: they pass the wall as they are (`prepost.quotes.approve.words_alone`).
WORD_TABLES = {
    "interviews_themes": "What the experts said",
    "interviews_method": "How the interviews were analysed",
    "triangulation": "Survey, comments and interviews beside each other",
    "quotes": "In their own words",
}
WORD_TABLES_OF = {"interviews": ("interviews_method", "interviews_themes", "triangulation"), "quotes": ("quotes",)}

#: Numbers that others have published (`economics` and `claims` among the strands): columns of their own, no sums.
ECONOMICS_TABLES = {
    "economics_chain": "The economic model, line by line",
    "economics_values": "Value of visits, with plausible ranges",
    "economics_tornado": "What the value depends on",
}
CLAIMS_TABLES = {
    "claims_verdicts": "Published statements and what their arithmetic gives",
    "claims_summary": "Published statements by verdict",
}

#: Surveys beside the learners', by strand (`surveys:` in study.yaml).
SURVEY_TABLES = {
    "population": {
        "population_elements": "The public: elements of personalised care",
        "population_estimates": "The public: every other figure",
        "population_weighting": "The public: what the weights cost",
    },
    "professionals": {
        "professionals_elements": "The professionals: themselves and their organisation",
        "professionals_estimates": "The professionals: what they think",
    },
    "appointments": {"appointments_outcomes": "Appointments: after them, by what was experienced"},
}
RESULT_TABLES |= {name: title for tables in SURVEY_TABLES.values() for name, title in tables.items()}
TITLES = RESULT_TABLES | COUNT_TABLES | ECONOMICS_TABLES | CLAIMS_TABLES
TABLES = sorted(TITLES)

#: The parts of a study in the order of the report. `learners` is always there; each other part is a strand or an
#: analysis that study.yaml switches on, has a rule file of its name (workflow/rules/), and brings what is named here.
PARTS = ("learners", "comments", "interviews", "quotes", *SURVEY_TABLES, "economics", "claims")
TABLES_OF: dict[str, tuple[str, ...]] = {
    "learners": LEARNERS,
    "comments": tuple(sorted(COMMENT_TABLES)),
    "interviews": (),
    "quotes": (),
    **{strand: tuple(tables) for strand, tables in SURVEY_TABLES.items()},
    "economics": tuple(ECONOMICS_TABLES),
    "claims": tuple(CLAIMS_TABLES),
}
FIGURES_OF: dict[str, tuple[str, ...]] = {
    "learners": (
        *("attrition", "balance", "flow", "funnel", "groups", "items", "likert", "linkage", "modules"),
        *("movement", "outcomes", "participants", "specifications", "three_months", "tiles", "transitions"),
    ),
    "comments": ("themes",),
    "interviews": (),
    "quotes": (),
    "population": ("population_elements", "population_consequences"),
    "professionals": ("professionals_elements",),
    "appointments": ("appointments_outcomes",),
    "economics": ("economics_chain", "economics_tornado"),
    "claims": ("claims_checked",),
}
#: Parts whose numbers others have published: they are no synthetic data, whatever the study's own data are.
PUBLISHED = ("economics", "claims")


def tables_of(parts: Iterable[str]) -> list[str]:
    """Names of the result tables that a study of these parts leaves, sorted."""
    return sorted(table for part in parts for table in TABLES_OF[part])


def figures_of(parts: Iterable[str]) -> list[str]:
    """Names of the figures that a study of these parts leaves, sorted."""
    return sorted(figure for part in parts for figure in FIGURES_OF[part])


def words_of(parts: Iterable[str]) -> list[str]:
    """Names of the tables of words that a study of these parts leaves, sorted."""
    return sorted(table for part in parts for table in WORD_TABLES_OF.get(part, ()))
