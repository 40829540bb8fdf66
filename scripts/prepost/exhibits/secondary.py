"""The tables under the figures of the secondary analyses."""

from __future__ import annotations

from collections.abc import Callable

from prepost.exhibits.attrition import attrition, balance
from prepost.exhibits.claims import checked
from prepost.exhibits.economics import chain, tornado
from prepost.exhibits.grid import Grid
from prepost.exhibits.groups import groups
from prepost.exhibits.items import items
from prepost.exhibits.linkage import linkage
from prepost.exhibits.places import funnel, tiles
from prepost.exhibits.specifications import specifications
from prepost.exhibits.themes import themes
from prepost.figures.cells import Setting, Tables

BUILDERS: dict[str, Callable[[Tables, Setting], Grid]] = {
    "attrition": attrition,
    "balance": balance,
    "groups": groups,
    "funnel": funnel,
    "tiles": tiles,
    "items": items,
    "linkage": linkage,
    "specifications": specifications,
    "economics_chain": chain,
    "economics_tornado": tornado,
    "claims_checked": checked,
    "themes": themes,
}
# Each exhibit: its CSV, what its numbers are, and whether the base of the primary comparison is stated.
FEET: dict[str, tuple[str, str, bool]] = {
    "attrition": ("comparisons.csv, everyone.csv, attrition.csv", "Sensitivity analyses beside the main result. Bases "
                  "are not given, since they differ by few people", False),
    "balance": ("balance.csv", "Secondary analysis. Base: valid first surveys, one for each person and module. "
                "Answers given by few are taken together", False),
    "funnel": ("places.csv", "Secondary analysis. Limits: 1.96 and 3.09 standard errors of a place of that size, with "
               "additive over-dispersion. In the order of the alphabet: this is no league table", False),
    "tiles": ("places.csv", "Secondary analysis. Drawn: partial pooling with random effects", False),
    "groups": ("groups.csv", "Secondary analysis. Drawn: partial pooling with random effects. Against the rest: "
               "everyone else, those who stated no group among them; the interval takes account of people who "
               "gave several pairs", False),
    "items": ("items.csv", "Secondary analysis. Pairs with both answers; shares averaged over people, predicted by a "
              "cumulative logit mixed model, which takes only the order of the answers", False),
    "linkage": ("linkage_changes.csv", "Sensitivity analysis. Change and g: as found. r: correlation of before with "
                "after. Up: share that moved up beyond the smallest change of interest. Of true pairs: corrected for "
                "the share of false links, its uncertainty included. Bases are not given, since they differ by few "
                "people", False),
    "specifications": ("specifications.csv", "Sensitivity analysis. Combinations that leave the same completions, "
                       "weights and measure as another are not counted twice. Bases are not given, since they differ "
                       "by few people", False),
    "economics_chain": ("economics_chain.csv", "Base: as each line says; People: those behind an input. Ranges of "
                        "shares: beta by moments, with a design effect; of means: gamma by mean and "
                        "standard error", False),
    "economics_tornado": ("economics_tornado.csv", "One input at a time, at the ends of the range that holds 95% of "
                          "its distribution, or of what its printed digits allow", False),
    "claims_checked": ("claims_verdicts.csv", "Base: statements whose number follows from others in print, or differs "
                       "from the one it repeats. A number without a hedge is held to every digit that it prints, one "
                       "with a hedge to those that are no noughts", False),
    "themes": ("comments_themes.csv", "Shares of comments, not of people. The machine's scores of all comments, "
               "corrected by what people coded of a random sample (prediction-powered inference). Intervals: Wilson on "
               "the effective sample, taking account of people who wrote several comments", False),
}  # fmt: skip
