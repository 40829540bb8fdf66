"""Text without identifiers: what every finder found, put together, and a placeholder in each place."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from prepost.deidentify import structured
from prepost.deidentify.names import Names, no_names

#: What stands in the place of each kind.
PLACEHOLDERS = {
    "email": "[e-mail address]",
    "url": "[link]",
    "nhs_number": "[NHS number]",
    "date_of_birth": "[date of birth]",
    "postcode": "[postcode]",
    "phone": "[phone number]",
    "name": "[name]",
}
#: Finders of identifiers with a form of their own, the more certain first.
STRUCTURED: dict[str, Callable[[str], Iterator[tuple[int, int]]]] = {
    "email": structured.emails,
    "url": structured.urls,
    "nhs_number": structured.nhs_numbers,
    "date_of_birth": structured.births,
    "postcode": structured.postcodes,
    "phone": structured.phones,
}
Finder = Callable[[str], Iterable[tuple[int, int]]]


class Span(NamedTuple):
    """A place of the text as it was: `start` and `end` in code points, and the kind of identifier found there."""

    start: int
    end: int
    kind: str


class Deidentified(NamedTuple):
    """Text with placeholders, and where in the text as it was each stands.

    Attributes
    ----------
    text : str
        With a placeholder of `PLACEHOLDERS` in each place.
    spans : tuple of Span
        Places of the text as it was, in order, none over another.
    """

    text: str
    spans: tuple[Span, ...]

    def moved(self, place: int) -> int:
        """Return where a place of the text as it was stands now; inside an identifier, its placeholder's start."""
        shift = 0
        for span in self.spans[: bisect.bisect_right(self.spans, (place, -1, ""))]:
            if place < span.end:
                return span.start + shift
            shift += len(PLACEHOLDERS[span.kind]) - (span.end - span.start)
        return place + shift


def deidentify(text: str, names: Names | None = None, more: Sequence[Finder] = ()) -> Deidentified:
    """Return a text with its identifiers replaced.

    Parameters
    ----------
    text : str
        Any text.
    names : Names, optional
        The study's list; without it only names after titles and set phrases are found.
    more : sequence of callable
        Further finders of names, such as `prepost.deidentify.model.finder`, each from a text to (start, end).

    Returns
    -------
    Deidentified

    Examples
    --------
    >>> deidentify("Ask Dr Smith on 07700 900123.").text
    'Ask Dr [name] on [phone number].'
    """
    spans = tuple(found_in(text, names, more))
    parts, at = [], 0
    for span in spans:
        parts += [text[at : span.start], PLACEHOLDERS[span.kind]]
        at = span.end
    return Deidentified("".join([*parts, text[at:]]), spans)


def found_in(text: str, names: Names | None = None, more: Sequence[Finder] = ()) -> list[Span]:
    """Return the identifiers of a text in order; of two that overlap the longer, and of two as long the more certain.

    Parameters
    ----------
    text, names, more
        See `deidentify`.

    Returns
    -------
    list of Span
    """
    found = [Span(*place, kind) for kind, find in STRUCTURED.items() for place in find(text)]
    kept = _without_overlaps(found, list(STRUCTURED))
    named = [Span(*place, "name") for place in (names or no_names()).find(text)]
    named += [Span(*place, "name") for find in more for place in find(text)]
    kept += [span for span in _joined(named) if not any(_overlap(span, other) for other in kept)]
    return sorted(span for span in kept if text[span.start : span.end] not in PLACEHOLDERS.values())


def _without_overlaps(found: Iterable[Span], order: Sequence[str]) -> list[Span]:
    kept: list[Span] = []
    for span in sorted(found, key=lambda span: (span.start - span.end, order.index(span.kind), span.start)):
        if not any(_overlap(span, other) for other in kept):
            kept.append(span)
    return kept


def _joined(spans: Iterable[Span]) -> list[Span]:
    """Places of names that overlap or touch, as one."""
    joined: list[Span] = []
    for span in sorted(spans):
        if joined and span.start <= joined[-1].end:
            joined[-1] = joined[-1]._replace(end=max(span.end, joined[-1].end))
        else:
            joined.append(span)
    return joined


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end
