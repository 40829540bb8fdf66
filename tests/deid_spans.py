"""Sentences with identifiers whose places are known, to measure de-identification; written before the rules.

The forms follow public definitions and not the rules' patterns: addresses of mail by RFC 5322 section 3.4.1 (dot-atom,
quoted local part, domain literal left out) and RFC 6531 for letters beyond ASCII; the telephone numbers that Ofcom
keeps for drama, in the layouts of its numbering plan and of ITU-T E.123; NHS numbers by the check digit of the NHS Data
Dictionary; postcodes by the seven layouts of the Royal Mail's address file (BS 7666); URLs by RFC 3986; dates by BS
EN ISO 8601 and as English style guides write them; names from the lists of first names that statistical offices
publish, with the particles and marks of several languages. Then noise, as people type: case, doubled or missing
blanks, other hyphens and spaces, letters for digits, punctuation hard against the span.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import NamedTuple

STRUCTURED = ("email", "phone", "nhs_number", "postcode", "url", "date_of_birth")
NAMES = ("name_after_title", "name_on_list")
#: Neither after a title nor on a list: reported, and no part of the target (the optional model looks for them).
OTHER_NAMES = ("name_alone",)

_FIRST = """
    Olivia Amelia Isla Ava Freya Lily Florence Mia Willow Ivy Noah Muhammad George Oliver Leo Arthur Theo Oscar
    Freddie Archie Agnieszka Zofia Siân Rhys Niamh Siobhán Eoin Chidinma Oluwaseun Kwame Yaw Thandiwe Fatima
    Ayesha Imran Bilal Priyanka Harpreet Gurpreet Anil Xiuying Wei Nguyen Mehmet Ayşe Ioana Călin José María
    Björn Søren Zoë André Renée
""".split()  # noqa: SIM905
_LAST = """
    Smith Jones Taylor Brown Williams Wilson Johnson Davies Patel Robinson Wright Thompson Evans Walker White
    Roberts Green Hall Wood Jackson Clarke Khan Begum Hussain Singh Kaur Ahmed Ali Okafor Adeyemi Mensah Nowak
    Kowalska Wójcik Popescu Öztürk Núñez Müller Ångström O'Brien O’Connor McDonald MacLeod Fitzgerald
    Llewellyn-Jones Smith-Okoye D'Souza Al-Rashid Ben-David Mbeki Nkrumah Zhang Chaudhry
""".split()  # noqa: SIM905
_PARTICLES = ("van der Berg", "de la Cruz", "von Braun", "ap Rhys", "bin Yusuf", "dos Santos", "St John", "le Roux")
_TITLES = ("Mr", "Mrs", "Ms", "Miss", "Mx", "Dr", "Prof", "Professor", "Sir", "Dame", "Lady", "Lord", "Rev", "Sister")
_MARKS = ("Mr.", "Mrs.", "Dr.", "Prof.", "Revd", "Rev.", "MR", "MRS", "DR", "dr", "mrs", "mr")
_MONTHS = (
    """
    January February March April May June July August September October November December
""".split()  # noqa: SIM905
)  # fmt: skip
# Areas of the Royal Mail, one a form of the outward code at least.
_AREAS = """
    AB B BD BN BS CF CV DE DY EC EH G GL HX IV KY L LE M ME N NE NN OX PE PL RG S SA SE SY TR UB W WC YO ZE
""".split()  # noqa: SIM905
_INWARD = "ABDEFGHJLNPQRSTUWXYZ"  # never C I K M O V

#: Sentences with identifier-like strings that identify nobody: what must stay.
DECOYS = (
    "The module took 45 minutes and I scored 18/20.",
    "We meet on 12/03/2024 at 10.30 in room 4B.",
    "Session 3.2.1 of version 2.0 was the best.",
    "About 1,200 people came, 07 of them late.",
    "It cost 20 7946 pounds in all, so they say.",
    "Ref 1234567890 was on the certificate.",
    "I will miss the team and my sister too.",
    "The dr was late and the nurse was kind.",
    "Will you mark this as done? I hope so.",
    "My may day plan: 5 a day, 10,000 steps, 8 hours.",
    "Modules 1 to 6 are good; Core Skills most of all.",
    "e.g. the NHS App, i.e. what everyone uses; etc.and so on",
    "In March 2024 we changed the template, and in 2019 the one before.",
    "Our PCN has 9 practices and 52,000 patients.",
    "Score 5/5, 100%, A* - see page 12-14.",
    "The A1 and the M25 were shut, so I joined from home.",
    "Grace under pressure is what it needs, and joy.",
    "Black and white thinking, brown envelopes, green spaces.",
    "We used the PHQ-9, GAD-7 and EQ-5D with E10 codes.",
    "Half of it was said @ the end, more or less.",
)

#: The study's own list, as a study would give it.
LISTED = tuple(f"{first} {last}" for first, last in zip(_FIRST[:24], _LAST[5:29], strict=True)) + (
    "Bronwen",
    "Tomasz Wiśniewski",
    "Anne-Marie",
    "Jean-Luc Dubois",
)


class Planted(NamedTuple):
    """A sentence, and where in it the identifiers stand: (start, end, kind, form) in code points."""

    text: str
    spans: tuple[tuple[int, int, str, str], ...]


def nhs_number(rng: random.Random) -> str:
    """Ten digits with the modulus 11 check digit of the NHS Data Dictionary (a remainder of 10 is never issued)."""
    while True:
        digits = [rng.choice("4679"), *(rng.choice("0123456789") for _ in range(8))]
        check = 11 - sum((10 - place) * int(digit) for place, digit in enumerate(digits)) % 11
        if check != 10:
            return "".join(digits) + str(check % 11)


def _email(rng: random.Random) -> tuple[str, str]:
    first, last = rng.choice(_FIRST), rng.choice(_LAST)
    plain = "".join(c for c in f"{first}.{last}".lower() if c.isascii() and (c.isalnum() or c == "."))
    domain = rng.choice(
        ("nhs.net", "gp-surgery.nhs.uk", "example.co.uk", "mail.example.org", "x-y.example", "uni.ac.uk")
    )
    forms: list[tuple[str, Callable[[], str]]] = [
        ("dot-atom", lambda: f"{plain}@{domain}"),
        ("tag and digits", lambda: f"{plain}+pci{rng.randrange(99)}@{domain}"),
        ("upper case", lambda: f"{plain}@{domain}".upper()),
        ("rare atoms", lambda: f"o'{plain}_{rng.randrange(9)}!#$%&*-/=?^`{{|}}~@{domain}"[2:]),
        ("quoted local part", lambda: f'"{first} {last}"@{domain}'),
        ("letters beyond ASCII", lambda: f"{first.lower()}.müller@bücher.example"),
        ("mailto", lambda: f"mailto:{plain}@{domain}"),
        ("blanks round the at", lambda: f"{plain} @ {domain}"),
        (
            "at and dot in words",
            lambda: f"{plain.replace('.', '')} at {domain.split('.')[0]} dot {domain.split('.', 1)[1]}",
        ),
        ("at in brackets", lambda: f"{plain}(at){domain}"),
        ("subdomains", lambda: f"{plain}@a.b.c.{domain}"),
    ]
    return _one(rng, forms)


def _phone(rng: random.Random) -> tuple[str, str]:
    """Ofcom's numbers for drama: 07700 900xxx, 020 7946 0xxx, 0113 496 0xxx, 01632 960xxx, 0808 157 0xxx and so on."""
    x = f"{rng.randrange(1000):03d}"
    forms: list[tuple[str, Callable[[], str]]] = [
        ("mobile", lambda: f"07700 900{x}"),
        ("mobile in one", lambda: f"07700900{x}"),
        ("mobile in threes", lambda: f"07700 900 {x}"),
        ("mobile, hyphens", lambda: f"07700-900-{x}"),
        ("mobile, dots", lambda: f"07700.900.{x}"),
        ("mobile, abroad", lambda: f"+44 7700 900{x}"),
        ("mobile, abroad in one", lambda: f"+447700900{x}"),
        ("mobile, 0044", lambda: f"0044 7700 900{x}"),
        ("both prefixes", lambda: f"+44 (0) 7700 900 {x}"),
        ("London", lambda: f"020 7946 0{x}"),
        ("London in brackets", lambda: f"(020) 7946 0{x}"),
        ("London, old fashion", lambda: f"0207 946 0{x}"),
        ("city", lambda: f"0113 496 0{x}"),
        ("town", lambda: f"01632 960{x}"),
        ("town in brackets", lambda: f"(01632) 960 {x}"),
        ("freephone", lambda: f"0808 157 0{x}"),
        ("UK-wide", lambda: f"03069 990{x}"),
        ("extension", lambda: f"0113 496 0{x} ext. {rng.randrange(10, 999)}"),
        ("no-break spaces", lambda: f"07700\u00a0900\u00a0{x}"),
        ("other hyphens", lambda: f"07700\u2011900\u2011{x}"),
        ("France", lambda: f"+33 1 23 45 6{x[0]} {x[1:]}"),
        ("North America", lambda: f"+1 (613) 555-0{x}"),
        ("slash", lambda: f"0113/496 0{x}"),
    ]
    return _one(rng, forms)


def _nhs(rng: random.Random) -> tuple[str, str]:
    ten = nhs_number(rng)
    a, b, c = ten[:3], ten[3:6], ten[6:]
    forms: list[tuple[str, Callable[[], str]]] = [
        ("3 3 4", lambda: f"{a} {b} {c}"),
        ("in one", lambda: ten),
        ("hyphens", lambda: f"{a}-{b}-{c}"),
        ("dots", lambda: f"{a}.{b}.{c}"),
        ("wide blanks", lambda: f"{a}  {b}  {c}"),
        ("no-break spaces", lambda: f"{a}\u00a0{b}\u00a0{c}"),
        ("2 by 2", lambda: " ".join(ten[i : i + 2] for i in range(0, 10, 2))),
    ]
    return _one(rng, forms)


def _postcode(rng: random.Random) -> tuple[str, str]:
    area = rng.choice(_AREAS)
    outward = {
        1: (f"{area}{rng.randrange(1, 10)}", f"{area}{rng.randrange(10, 29)}"),
        2: (f"{area}{rng.randrange(1, 10)}", f"{area}{rng.randrange(10, 29)}"),
    }[len(area)]
    out = rng.choice((*outward, "W1A", "EC1V", "SW1A", "WC2H"))
    inward = f"{rng.randrange(10)}{rng.choice(_INWARD)}{rng.choice(_INWARD)}"
    forms: list[tuple[str, Callable[[], str]]] = [
        ("as printed", lambda: f"{out} {inward}"),
        ("without the blank", lambda: f"{out}{inward}"),
        ("lower case", lambda: f"{out} {inward}".lower()),
        ("lower case in one", lambda: f"{out}{inward}".lower()),
        ("two blanks", lambda: f"{out}  {inward}"),
        ("mixed case", lambda: f"{out} {inward}".capitalize()),
        ("letter O for zero", lambda: f"{out} O{inward[1:]}"),
        ("no-break space", lambda: f"{out}\u00a0{inward}"),
        ("Girobank", lambda: "GIR 0AA"),
    ]
    return _one(rng, forms)


def _url(rng: random.Random) -> tuple[str, str]:
    host = rng.choice(("www.example.org", "example.co.uk", "my-practice.nhs.uk", "sub.example.ac.uk", "example.gov.uk"))
    forms: list[tuple[str, Callable[[], str]]] = [
        ("https", lambda: f"https://{host}/staff/{rng.choice(_FIRST[:20]).lower()}?id={rng.randrange(999)}#top"),
        ("http upper case", lambda: f"HTTP://{host.upper()}"),
        ("www", lambda: f"www.example.com/~{rng.choice(_FIRST[:20]).lower()}/"),
        ("host and path", lambda: f"{host}/a/b_(c)/d.html"),
        (
            "bare host",
            lambda: rng.choice(("example.co.uk", "ourpractice.nhs.uk", "myblog.org.uk", "linkedin.com/in/jo-s")),
        ),
        ("port and user", lambda: f"https://user:pass@{host}:8080/x"),
        ("ftp", lambda: f"ftp://{host}/file.txt"),
        ("per cent", lambda: f"https://{host}/%C3%A9t%C3%A9?q=a%20b&c=d"),
    ]
    return _one(rng, forms)


def _birth(rng: random.Random) -> tuple[str, str]:
    """A date of birth: an old enough year, or the words that say so before it."""
    day, month, year = rng.randrange(1, 29), rng.randrange(1, 13), rng.randrange(1931, 2006)
    name = _MONTHS[month - 1]
    suffix = "th" if 10 <= day % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    forms: list[tuple[str, Callable[[], str]]] = [
        ("ISO", lambda: f"{year}-{month:02d}-{day:02d}"),
        ("slashes", lambda: f"{day:02d}/{month:02d}/{year}"),
        ("slashes without zeros", lambda: f"{day}/{month}/{year}"),
        ("dots", lambda: f"{day:02d}.{month:02d}.{year}"),
        ("hyphens", lambda: f"{day:02d}-{month:02d}-{year}"),
        ("blanks", lambda: f"{day:02d} {month:02d} {year}"),
        ("day and month's name", lambda: f"{day} {name} {year}"),
        ("with suffix", lambda: f"{day}{suffix} {name} {year}"),
        ("the … of", lambda: f"{day}{suffix} of {name} {year}"),
        ("month first", lambda: f"{name} {day}, {year}"),
        ("short month", lambda: f"{day} {name[:3]} {year}"),
        ("hyphens and short month", lambda: f"{day:02d}-{name[:3]}-{year}"),
        ("upper case", lambda: f"{day} {name} {year}".upper()),
    ]
    said: list[tuple[str, Callable[[], str]]] = [
        ("said, two-digit year", lambda: f"{day:02d}/{month:02d}/{year % 100:02d}"),
        ("said, two-digit year, dots", lambda: f"{day}.{month}.{year % 100:02d}"),
        ("said, apostrophe", lambda: f"{day} {name[:3]} '{year % 100:02d}"),
        ("said, one run of digits", lambda: f"{day:02d}{month:02d}{year}"),
    ]
    return _one(rng, forms + said)


def _whole_name(rng: random.Random) -> tuple[str, str]:
    first, last = rng.choice(_FIRST), rng.choice(_LAST)
    forms: list[tuple[str, Callable[[], str]]] = [
        ("surname", lambda: last),
        ("both", lambda: f"{first} {last}"),
        ("initial", lambda: f"{first[0]} {last}"),
        ("initial with point", lambda: f"{first[0]}. {last}"),
        ("two initials", lambda: f"{first[0]}.{last[0]}. {last}"),
        ("particle", lambda: rng.choice(_PARTICLES)),
        ("three", lambda: f"{first} {rng.choice(_FIRST)} {last}"),
        ("upper case", lambda: last.upper()),
    ]
    return _one(rng, forms)


def _listed(rng: random.Random) -> tuple[str, str]:
    name = rng.choice(LISTED)
    forms: list[tuple[str, Callable[[], str]]] = [
        ("as listed", lambda: name),
        ("first name only", lambda: name.split()[0]),
        ("last name only", lambda: name.split()[-1]),
        ("upper case", lambda: name.upper()),
        ("lower case", lambda: name.lower()),
        ("without accents", lambda: _unaccented(name)),
        ("last name first", lambda: ", ".join(reversed(name.split(" ", 1)))),
        ("two blanks", lambda: name.replace(" ", "  ")),
        ("initial and last", lambda: f"{name[0]} {name.split()[-1]}" if " " in name else name),
    ]
    return _one(rng, forms)


def _unaccented(text: str) -> str:
    import unicodedata

    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def _one(rng: random.Random, forms: list[tuple[str, Callable[[], str]]]) -> tuple[str, str]:
    form, make = rng.choice(forms)
    return make(), form


BEFORE = {
    "email": ("You can write to {} if need be.", "my address ({}) has changed", "Contact: {}; thanks", "it's {}, ok?"),
    "phone": ("Ring me on {} after five.", "tel:{}", "My number is {}, mornings only", "({}) is the ward", "call {}."),
    "nhs_number": (
        "His NHS number {} was on the letter.",
        "patient {} was seen twice",
        "NHS No: {}.",
        "no. {}, I think",
    ),
    "postcode": (
        "We live at {} and it is far.",
        "The practice ({}) moved.",
        "postcode {}, second floor",
        "from {} to town",
    ),
    "url": ("I found it at {} last week.", "see {}.", "Look here: {}, it helps", "({})"),
    "date_of_birth": (
        "She was born on {} in Leeds.",
        "DOB {}, seen in clinic",
        "date of birth: {}.",
        "d.o.b. {} and well",
    ),
    "name_on_list": (
        "I talked to {} about it.",
        "{} showed me how.",
        "ask {}, who knows",
        "thanks to {}!",
        "It was {}'s idea.",
    ),
    "name_alone": ("I talked to {} about it.", "{} showed me how.", "ask {}, who knows", "my manager {} agreed"),
}
TITLED = (
    "Then {} came in.",
    "I work for {} on Mondays",
    "{} said it was fine.",
    "as {}'s patient",
    "with {}, my trainer",
)


def planted(seed: int, many: int) -> Iterator[Planted]:
    """Yield `many` sentences, kind by kind in turn, one identifier each; the same seed gives the same sentences."""
    rng = random.Random(seed)
    kinds = [*STRUCTURED, *NAMES, *OTHER_NAMES]
    for number in range(many):
        kind = kinds[number % len(kinds)]
        yield _sentence(rng, kind)


def _sentence(rng: random.Random, kind: str) -> Planted:
    if kind == "name_after_title":
        name, form = _whole_name(rng)
        title = rng.choice(_TITLES + _MARKS)
        before, after = rng.choice(TITLED).split("{}")
        blank = rng.choice((" ", " ", " ", "  ", "\u00a0"))
        start = len(before) + len(title) + len(blank)
        return Planted(before + title + blank + name + after, ((start, start + len(name), kind, form),))
    makers = {
        "email": _email,
        "phone": _phone,
        "nhs_number": _nhs,
        "postcode": _postcode,
        "url": _url,
        "date_of_birth": _birth,
        "name_on_list": _listed,
        "name_alone": _alone,
    }
    value, form = makers[kind](rng)
    sentences = BEFORE[kind]
    if form.startswith("said"):
        sentences = sentences[1:]
    before, after = rng.choice(sentences).split("{}")
    return Planted(before + value + after, ((len(before), len(before) + len(value), kind, form),))


def _alone(rng: random.Random) -> tuple[str, str]:
    listed = {part for name in LISTED for part in name.split()}
    first = rng.choice([name for name in _FIRST if name not in listed])
    last = rng.choice([name for name in _LAST if name not in listed])
    return _one(rng, [("first name", lambda: first), ("both", lambda: f"{first} {last}")])
