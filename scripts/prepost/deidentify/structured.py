"""Identifiers with a form of their own: mail, links, telephone and NHS numbers, postcodes, dates of birth.

Each finder yields `(start, end)` in code points. They favour finding: a run of digits that might be a telephone number
is taken out, since the reader of a quotation loses little by it and the person quoted might lose much.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

Found = Iterator[tuple[int, int]]

_BLANK = r"[ \t\u00a0\u2007\u2009\u202f]"
_DASH = r"[-\u00ad\u2010-\u2015\u2212]"

# Mail: RFC 5322 dot-atoms and quoted local parts, letters beyond ASCII as RFC 6531 allows them.
_ATOM = r"[\w!#$%&'*+/=?^`{|}~-]+"
_LABEL = r"[^\W_](?:[\w-]*[^\W_])?"
_DOMAIN = rf"{_LABEL}(?:\.{_LABEL})+"
_EMAIL = re.compile(
    rf"(?:mailto:)?(?:\"[^\"\n]{{1,64}}\"|{_ATOM}(?:\.{_ATOM})*){_BLANK}{{0,2}}@{_BLANK}{{0,2}}{_DOMAIN}", re.I
)
# As people write it to hide it from machines: name at host dot org, name(at)host.org, name [at] host [dot] org.
_AT = rf"(?:{_BLANK}*[(\[{{<]{_BLANK}*at{_BLANK}*[)\]}}>]{_BLANK}*|{_BLANK}+at{_BLANK}+)"
_DOT = rf"(?:{_BLANK}*[(\[{{<]{_BLANK}*dot{_BLANK}*[)\]}}>]{_BLANK}*|{_BLANK}+dot{_BLANK}+|\.)"
_SPELT = re.compile(rf"{_ATOM}(?:\.{_ATOM})*(?P<at>{_AT}){_LABEL}(?P<rest>(?:{_DOT}{_LABEL})+)", re.I)
_HANDLE = re.compile(r"(?<![\w@.])@[A-Za-z]\w{2,29}\b")

# Links: RFC 3986 with a scheme, or a host that ends in a known last label.
_LAST = (
    "com|org|net|edu|gov|info|biz|co|io|me|eu|uk|ie|scot|wales|cymru|london|nhs|int|app|dev|health|care|blog|online|"
    "example|de|fr|us|ca|au|nz|tv|ly|be|nl|es|it|in"
)
_TAIL = r"(?::\d{2,5})?(?:[/?#][^\s<>\"]*)?"
_SCHEME = re.compile(r"\b(?:https?|ftps?|sftp|file)://[^\s<>\"]+", re.I)
_HOST = re.compile(rf"(?<![\w@./-])(?:www\.[\w-]+(?:\.[\w-]+)*|(?:[\w-]+\.)+(?:{_LAST}))\b{_TAIL}", re.I)
#: Last labels that are English words too: "my break.it was" is two sentences, unless more of an address follows.
_WORDS_TOO = re.compile(r"^[\w-]+\.(?:it|in|be|me|us|es|is|care|health|blog|example)$", re.I)
_ABBREVIATED = re.compile(r"(?:e\.g|i\.e|etc\.\w+|a\.m|p\.m)\.?$", re.I)

_SEPARATED = rf"(?:{_BLANK}{{1,2}}|{_DASH}|[./]|{_BLANK}?[()]{_BLANK}?){{0,2}}"
# A number that begins as one does: +, 00, 0 or (0, or 07 without its 0; 9 to 15 digits in all.
_PHONE = re.compile(
    rf"(?<![\w.,+/-])(?:\+|\(\+?)?\d(?:{_SEPARATED}\d){{8,16}}(?!\w)"
    rf"(?:{_BLANK}*(?:ext|extension|x){_BLANK}*\.?{_BLANK}*\d{{1,6}}\b)?",
    re.I,
)
_NHS = re.compile(rf"(?<![\w+])\d(?:(?:{_BLANK}{{1,2}}|{_DASH}|\.)?\d){{9}}(?![\w])")
_NHS_SAID = re.compile(
    rf"\b(?:nhs|chi|h&c|hospital|patient)\b{_BLANK}*(?:no\b|num\w*|id\b|#)?[.:#]*{_BLANK}*(?:is|was)?{_BLANK}*"
    rf"(\d(?:(?:{_BLANK}{{1,2}}|{_DASH}|\.)?\d){{6,11}})(?!\w)",
    re.I,
)

# Postcodes: the areas and layouts of the Royal Mail's address file; the inward code has none of C I K M O V.
_AREAS = """
    AB AL B BA BB BD BF BH BL BN BR BS BT BX CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN
    EX FK FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N
    NE NG NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN
    TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO ZE
""".split()  # noqa: SIM905
_OUTWARD = rf"(?:{'|'.join(sorted(_AREAS, key=len, reverse=True))})(?:\d{{1,2}}|\d[A-HJKMNP-Z])"
_POSTCODE = re.compile(
    rf"(?<![\w£$€-])(?:{_OUTWARD}{_BLANK}{{0,2}}(?:\d|(?-i:O))[ABD-HJLNP-UW-Z]{{2}}|GIR{_BLANK}{{0,2}}0AA)(?![\w])",
    re.I,
)

_MONTH = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    "nov(?:ember)?|dec(?:ember)?"
)
_YEAR = r"(?:(?:19|20)\d\d|['’]?\d\d)"
_BETWEEN = rf"(?:{_BLANK}{{0,2}}[-/.\u2010-\u2015,]{_BLANK}{{0,2}}|{_BLANK}{{1,2}})"
_DAY = rf"\d{{1,2}}(?:st|nd|rd|th)?(?:{_BLANK}+of)?(?:{_BLANK}+the)?"
_DATE = re.compile(
    rf"(?<![\w/.-])(?:(?P<iso>(?:19|20)\d\d)[-/.]\d{{1,2}}[-/.]\d{{1,2}}"
    rf"|{_DAY}{_BETWEEN}?(?:{_MONTH})\.?{_BETWEEN}?(?P<named>{_YEAR})"
    rf"|(?:{_MONTH})\.?{_BLANK}+\d{{1,2}}(?:st|nd|rd|th)?{_BETWEEN}(?P<first>{_YEAR})"
    rf"|\d{{1,2}}{_BETWEEN}\d{{1,2}}{_BETWEEN}(?P<digits>{_YEAR}))(?![\w/-])",
    re.I,
)
_BIRTH = re.compile(
    rf"(?:\bd\.?{_BLANK}?o\.?{_BLANK}?b\b\.?|\bdate{_BLANK}+of{_BLANK}+birth\b|\bborn\b(?:{_BLANK}+on\b)?|"
    rf"\bbirth(?:day|date)\b)[^\w\n]{{0,6}}(?:(?:is|was|on|the){_BLANK}+){{0,3}}(?P<date>\d[\w{_BLANK[1:-1]}/.,'’\u2010-\u2015-]{{4,24}})",
    re.I,
)
_RUN = re.compile(r"(?:\d{8}|\d{6})(?!\d)")
#: Whoever takes part in a course or an evaluation was born before this year; a whole date before it is one of birth.
BORN_BEFORE = 2012


def emails(text: str) -> Found:
    """Yield addresses of mail, spelt-out ones and handles included."""
    for found in _EMAIL.finditer(text):
        yield found.span()
    for found in _SPELT.finditer(text):  # "I found it at example.org" is a link: the dot or the brackets tell
        hidden = re.search(r"[(\[{<]", found["at"]) or re.search("dot", found["rest"], re.I)
        if hidden and re.search(rf"(?:\.|dot[)\]}}>\s]*)(?:{_LAST})$", found[0], re.I):
            yield found.span()
    for found in _HANDLE.finditer(text):
        yield found.span()


def urls(text: str) -> Found:
    """Yield links; a full stop, a comma or a bracket that closes the sentence stays outside."""
    for pattern in (_SCHEME, _HOST):
        for found in pattern.finditer(text):
            if pattern is _HOST and (_ABBREVIATED.search(found[0]) or _WORDS_TOO.match(found[0])):
                continue
            yield found.start(), found.start() + len(_without_tail(found[0]))


def _without_tail(link: str) -> str:
    """A link without the marks of its sentence; a bracket stays where the link opens it."""
    while link and (link[-1] in ".,;:!?'\"’”" or (link[-1] in ")]}" and link.count(link[-1]) > _opened(link))):
        link = link[:-1]
    return link


def _opened(link: str) -> int:
    return link.count({")": "(", "]": "[", "}": "{"}[link[-1]])


def phones(text: str) -> Found:
    """Yield telephone numbers of any country that begin with +, 00 or 0, and mobile numbers that lost their 0."""
    for found in _PHONE.finditer(text):
        digits = re.sub(r"\D", "", re.split(r"[a-z]", found[0], maxsplit=1, flags=re.I)[0])
        begins = found[0].lstrip("(").startswith("+") or digits.startswith("0")
        if (begins and 9 <= len(digits) <= 17) or (len(digits) == 10 and digits[0] == "7" and digits[1] in "345789"):
            yield found.span()


def is_nhs_number(digits: str) -> bool:
    """Say whether ten digits have the modulus 11 check digit of an NHS number.

    Parameters
    ----------
    digits : str
        Ten digits.

    Notes
    -----
    Weights 10 to 2 over the first nine; 11 less the remainder of their sum by 11 is the tenth, 11 counts as 0 and 10 is
    no number. NHS Data Dictionary, "NHS number".

    Examples
    --------
    >>> is_nhs_number("9434765919"), is_nhs_number("9434765918")
    (True, False)
    """
    if len(digits) != 10 or not digits.isdecimal() or len(set(digits)) == 1:
        return False
    check = 11 - sum((10 - place) * int(digit) for place, digit in enumerate(digits[:9])) % 11
    return check != 10 and int(digits[9]) == check % 11


def nhs_numbers(text: str) -> Found:
    """Yield ten digits whose check digit is right, and any number that the text calls one."""
    for found in _NHS.finditer(text):
        if is_nhs_number(re.sub(r"\D", "", found[0])):
            yield found.span()
    for found in _NHS_SAID.finditer(text):
        yield found.span(1)


def postcodes(text: str) -> Found:
    """Yield postcodes of the United Kingdom and the Crown dependencies."""
    for found in _POSTCODE.finditer(text):
        yield found.span()


def births(text: str) -> Found:
    """Yield whole dates before `BORN_BEFORE`, and any date that the text calls one of birth."""
    for found in _DATE.finditer(text):
        year = next(part for part in found.group("iso", "named", "first", "digits") if part)
        if len(year) == 4 and int(year) < BORN_BEFORE:
            yield found.span()
    for found in _BIRTH.finditer(text):
        start = found.start("date")
        date = _DATE.match(text, start) or _RUN.match(text, start)
        if date:
            yield date.span()
