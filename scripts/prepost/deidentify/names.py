"""Names of people: after titles, in set phrases ("my name is …"), and those of the study's own list."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache

from prepost.deidentify.common_words import COMMON, OPENERS, SURNAMES

_BLANK = r"[ \t\u00a0]{1,3}"
_APOSTROPHE = "'\u2019\u02bc"
_HYPHEN = r"\-\u2010\u2011"
_CAPITAL = r"[^\W\d_a-zà-öø-ÿ]"
# One word of a name: Smith, O'Brien, McDonald, Smith-Okoye, Ångström, D'Souza; or all in capitals.
_WORD = rf"{_CAPITAL}[^\W\d_]*(?:[{_HYPHEN}][^\W\d_]+|[{_APOSTROPHE}][^\W\d_]{{2,}})*"
_INITIAL = rf"{_CAPITAL}(?:\.{_CAPITAL})*\.?(?![^\W\d_])"
_PARTICLE = r"(?:van|von|der|den|de|del|della|la|le|du|dos|da|di|el|al|bin|ibn|bint|ap|ab|ferch|ter|ten|st|zu)"
_NAME = (
    rf"(?:{_INITIAL}{_BLANK}?){{0,3}}(?:{_PARTICLE}{_BLANK}){{0,3}}{_WORD}"
    rf"(?:{_BLANK}(?:{_PARTICLE}{_BLANK}){{0,3}}{_WORD}){{0,3}}"
)
_TITLES = """
    mr mrs ms miss mx dr doctor prof professor sir dame lady lord rev revd reverend fr father sr sister br
    brother nurse matron canon rabbi imam cllr councillor captain capt major sgt sergeant pc
""".split()  # noqa: SIM905
#: Titles that are words too: a name must follow them in capitals, and they must bear one themselves.
_WORDY = "miss sir lady lord father sister brother nurse doctor major captain canon fr sr br pc"
_WORDS_TOO = frozenset(_WORDY.split())
_TITLED = re.compile(rf"\b(?P<title>{'|'.join(sorted(_TITLES, key=len, reverse=True))})\b\.?{_BLANK}", re.I)
_CAPITAL_NAME = re.compile(_NAME)
_SMALL_NAME = re.compile(rf"[^\W\d_]+(?:[{_APOSTROPHE}{_HYPHEN}][^\W\d_]{{2,}})*")
_PHRASE = re.compile(
    rf"\b(?i:my name is|my name's|i am called|i'm called|is called|was called|a man called|a woman called|"
    rf"(?:colleague|manager|supervisor|trainer|tutor|mentor|patient|husband|wife|partner|daughter|son|mum|dad|mother|"
    rf"friend|carer|neighbour|facilitator|teacher|boss|lead|client|resident|secretary|receptionist|consultant),?"
    rf"(?: is| was| called| named)?|yours sincerely,?|(?:kind |best |many )?regards,?|signed,?)"
    rf"\s{{1,3}}(?P<name>{_NAME})"
)
_POSSESSIVE = re.compile(rf"[{_APOSTROPHE}](?:s|S)?$")
_LEAST_FOR_A_SLIP = 6


class Names:
    """Finds names; built once for a study and used for every text.

    Parameters
    ----------
    listed : iterable of str
        Names as the study lists them: ``Jane Smith``, ``Anne-Marie``, ``Dr Okafor``. Each whole name is found, and each
        of its parts; without accents and with other hyphens too, and one slip of the pen in a part of six letters and
        more. A part that is an English word (Will, Hope, Brown) is found only where it bears a capital; one that often
        opens a sentence (Will, May), at its beginning only beside another part.
    """

    def __init__(self, listed: Iterable[str] = ()) -> None:
        parts = {_plain(part) for name in listed for part in re.split(r"[\s,]+", name.strip()) if part}
        self._parts = frozenset(part for part in parts if len(part) > 1 and part not in _TITLES)
        self._hyphened = frozenset(piece for part in self._parts for piece in _pieces(part) if len(piece) > 2)

    def find(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield the places of names in a text; titles stay outside."""
        yield from _after_titles(text)
        yield from _in_phrases(text)
        if self._parts:
            yield from self._on_list(text)

    def _on_list(self, text: str) -> Iterator[tuple[int, int]]:
        words = list(_SMALL_NAME.finditer(text))
        hits = [self._hit(word, text) for word in words]
        for place, hit in enumerate(hits):
            beside = any(0 <= near < len(hits) and hits[near] for near in (place - 1, place + 1))
            word = words[place]
            opens = _plain(word[0]) in OPENERS and _begins_sentence(text, word.start())
            if hit == "sure" or (hit == "word" and (beside or not opens)):
                start = _with_initial(text, word.start())
                yield start, word.end() - len(_tail(word[0]))
        yield from _between(text, words, hits)

    def _hit(self, word: re.Match, text: str) -> str:
        bare = word[0].removesuffix(_tail(word[0]))
        plain, capital = _plain(bare), bare[:1].isupper()
        if plain in COMMON:
            return "word" if capital and plain in self._parts else ""
        if plain in self._parts or (capital and _pieces(plain)[0] in self._hyphened and len(_pieces(plain)) > 1):
            return "sure"
        if plain in self._hyphened and capital:
            return "sure"
        return "sure" if capital and len(plain) >= _LEAST_FOR_A_SLIP and self._slips(plain) else ""

    def _slips(self, plain: str) -> bool:
        return any(abs(len(part) - len(plain)) <= 1 and _one_slip(part, plain) for part in self._parts if len(part) > 5)


@cache
def no_names() -> Names:
    """Return the finder of a study without a list."""
    return Names()


def _after_titles(text: str) -> Iterator[tuple[int, int]]:
    for title in _TITLED.finditer(text):
        said = title["title"]
        capital = _CAPITAL_NAME.match(text, title.end())
        if said.lower() in _WORDS_TOO and not said[0].isupper():
            continue
        if capital:
            name = _without_words(capital[0])
            if name and name not in ("I", "A"):
                yield title.end(), title.end() + len(name)
            continue
        small = _SMALL_NAME.match(text, title.end())
        if small and said.lower() not in _WORDS_TOO and _plain(small[0]) not in COMMON and len(small[0]) > 2:
            yield small.start(), small.end() - len(_tail(small[0]))


def _in_phrases(text: str) -> Iterator[tuple[int, int]]:
    for found in _PHRASE.finditer(text):
        name = _without_words(found["name"])
        first = re.split(r"\s", name, maxsplit=1)[0] if name else ""
        if name and _plain(first) not in COMMON and not (first.isupper() and 1 < len(first) <= 4):
            yield found.start("name"), found.start("name") + len(name)


def _without_words(name: str) -> str:
    """A name without what follows it: a possessive, and words that merely bear a capital (Dr Patel, Thanks)."""
    words = re.split(r"(\s+)", name)
    while len(words) > 2 and _plain(words[-1]) in COMMON - SURNAMES and not words[-1].isupper():
        words = words[:-2]
    name = "".join(words)
    return name.removesuffix(_tail(name))


def _tail(word: str) -> str:
    found = _POSSESSIVE.search(word)
    return found[0] if found else ""


def _begins_sentence(text: str, start: int) -> bool:
    before = text[:start].rstrip(" \t\u00a0\"'“‘([")
    return not before or before[-1] in ".!?:;\n\r•-–—"


def _with_initial(text: str, start: int) -> int:
    """Where a name begins, with the initial before it."""
    found = re.search(rf"(?<![^\W_])(?:{_CAPITAL}\.?[ \u00a0]?){{1,2}}$", text[max(0, start - 8) : start])
    return start - len(found[0]) if found else start


def _between(text: str, words: list[re.Match], hits: list[str]) -> Iterator[tuple[int, int]]:
    """The blank or the comma between two parts of one name, so that they become one place."""
    for one, other, left, right in zip(words, words[1:], hits, hits[1:], strict=False):
        gap = text[one.end() : other.start()]
        if left and right and "sure" in (left, right) and re.fullmatch(r",?[ \t\u00a0]{0,3}", gap):
            yield one.start(), other.end() - len(_tail(other[0]))


@cache
def _plain(word: str) -> str:
    """Folded for comparison: no case, no accents, one kind of hyphen and no apostrophe."""
    letters = unicodedata.normalize("NFKD", word.casefold())
    kept = "".join(letter for letter in letters if not unicodedata.combining(letter))
    kept = re.sub(f"[{_HYPHEN}]", "-", kept)
    return re.sub(f"[{_APOSTROPHE}.]", "", kept).translate(str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ı": "i"}))


def _pieces(plain: str) -> list[str]:
    return plain.split("-")


def _one_slip(one: str, other: str) -> bool:
    """Whether two words differ by one letter put in, left out or changed, or by two neighbours exchanged."""
    if one[0] != other[0] or one == other:
        return False
    short, long = sorted((one, other), key=len)
    first = next((place for place in range(len(short)) if short[place] != long[place]), len(short))
    if len(short) < len(long):
        return short[first:] == long[first + 1 :]
    rest = short[first + 1 :] == long[first + 1 :]
    swapped = short[first : first + 2] == long[first : first + 2][::-1] and short[first + 2 :] == long[first + 2 :]
    return rest or swapped
