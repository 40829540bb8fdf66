"""The tables of floor 5: comments, the codes that people and machines gave them, and what the frame's authors look at.

Importing this module registers them in `prepost.schemas.SCHEMAS`.
"""

from __future__ import annotations

from prepost.schemas import CODED_BY, SCHEMAS, _count, _flag, _number, _schema, _text, _where_from

# comments: one row a comment that is not blank. A comment is known by where it stands: source, line, wave and item.
COMMENTS = _schema(
    {
        **_where_from(),
        "item": _text(),
        "module": _text(null=True),
        "person": _text(null=True),
        "text": _text(),
    },
    unique=["source", "line", "wave", "item"],
)
# codes: one row a theme that somebody or something gave a comment. "none" and "cannot_be_coded" are themes of their
# own; a comment without a row of a coder was not coded by them, which is not the same as "none". `start` and `end` are
# character offsets in the comment's text of the words that carried the decision (end exclusive).
CODES = _schema(
    {
        **_where_from(),
        "item": _text(),
        "theme": _text(),
        "by": _text(isin=CODED_BY),
        "coder": _text(null=True),
        "score": _number(),
        "start": _count(null=True),
        "end": _count(null=True),
        "note": _text(null=True),
    },
    unique=["source", "line", "wave", "item", "theme", "by", "coder"],
)
# coding_sample: the comments drawn for people to code, and with which chance.
CODING_SAMPLE = _schema(
    {
        **_where_from(),
        "item": _text(),
        "round": _count(),
        "stratum": _text(),
        "probability": _number(),  # of being drawn; blank where the draw went by the machine's doubt: it trains only
        "coders": _text(isin=["both", "first", "second"]),
        "reason": _text(),
    },
    unique=["source", "line", "wave", "item"],
)
# theme_scores: the machine's score of every comment for every theme that it knows, a column a theme. That of a comment
# which people coded is from a machine that saw nothing of its writer.
THEME_SCORES = _schema({**_where_from(), "item": _text()}, wide=True, unique=["source", "line", "wave", "item"])
# held_out: what people and the machine say of the same comments, from folds in which the machine saw neither the
# comment nor its writer, thresholds included.
HELD_OUT = _schema(
    {**_where_from(), "item": _text(), "theme": _text(), "people": _flag(), "machine": _flag(), "keyword": _flag()},
    unique=["source", "line", "wave", "item", "theme"],
)
# disagreements: comments that two coders saw differently, for the adjudicator.
DISAGREEMENTS = _schema(
    {
        **_where_from(),
        "item": _text(),
        "coders": _text(),
        "first": _text(),
        "second": _text(),
        "settled": _text(null=True),
    },
    unique=["source", "line", "wave", "item"],
)
# topics: groups of words that stand together in the comments; a help for the frame's authors and nothing else.
TOPICS = _schema(
    {
        "topic": _count(),
        "words": _text(),
        "share": _number(),  # of the weight of all topics
        "stability": _number(),  # how alike the topic comes out of resampled comments, 0 to 1
        "nearest_theme": _text(null=True),
    }
)

SCHEMAS |= {
    "comments": COMMENTS,
    "codes": CODES,
    "coding_sample": CODING_SAMPLE,
    "theme_scores": THEME_SCORES,
    "held_out": HELD_OUT,
    "disagreements": DISAGREEMENTS,
    "topics": TOPICS,
}
