"""Published statements that are sound, and the same with one fault planted: what the audit of claims is held to.

The generator knows nothing of the audit's rules. It makes up a little publication as a press office would: quantities
that are known exactly behind the scenes, printed with so many digits, with or without "around", each with its unit,
base and period; then a headline that repeats one of them. A mutant has one fault of a kind that is found in print.
The sheet's documented form (config/README.md) is all that the two share.

Digits cut off, or a number of another draft, may still be what some value of the inputs as printed gives. Nobody can
see such a fault in print, and objecting to it would be a false alarm: such draws are counted apart, by multiplying out
the lowest and the highest values that print as the inputs do.

python tests/claim_mutants.py [--n 200] [--seed 7] [--write]
"""

from __future__ import annotations

import argparse
import math
import random
import re
import sys
from collections import Counter
from collections.abc import Callable
from decimal import ROUND_DOWN, ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal
from pathlib import Path

from prepost.claims.audit import audit
from prepost.claims.sheet import ClaimRow, read_claims

KEPT = Path(__file__).resolve().parents[1] / "docs" / "claims.md"
BEGIN, END = "<!-- performance -->", "<!-- /performance -->"
ALARMS = {
    "does not follow",
    "reproduces only by truncation",
    "base, unit, period or item missing or changed",
}
NOUNS = ["visits", "attendances", "referrals", "prescriptions", "calls"]
BASES = ["adults in the region", "people with asthma", "staff of two trusts", "carers"]
PERIODS = ["12 months", "24 months", "3 years"]


def digits(value: float, places: int, rounding: str = ROUND_HALF_UP) -> str:
    """Print a number with so many decimals; with fewer than none, noughts stand at its end."""
    exact = Decimal(repr(value)).quantize(Decimal(1).scaleb(-places), rounding)
    return f"{exact:f}" if places > 0 else f"{int(exact)}"


def significant(value: float, figures: int, rounding: str = ROUND_HALF_UP) -> str:
    """Print a number with so many significant figures."""
    return digits(value, figures - 1 - math.floor(math.log10(abs(value))), rounding)


class Publication:
    """A made-up publication: its rows, and which of them is under test."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.rows: list[dict] = []
        self.target = ""

    def say(self, claim: str, number: str, unit: str, **fields) -> dict:
        """Add a statement."""
        row = {"claim": claim, "statement": claim.replace("_", " "), "place": "text", "number": number, "unit": unit}
        self.rows.append(row | fields)
        return self.rows[-1]

    def row(self, claim: str) -> dict:
        """Return a statement."""
        return next(row for row in self.rows if row["claim"] == claim)


def chain(rng: random.Random) -> Publication:
    """People, a share of them, something each, at a cost each: a volume and a sum that follow from them."""
    made = Publication(rng)
    noun, base, period = rng.choice(NOUNS), rng.choice(BASES), rng.choice(PERIODS)
    people, share = rng.uniform(1.2, 60), rng.uniform(2.1, 64)
    each, cost = rng.uniform(1.3, 9.5), rng.uniform(11, 240)
    # the quantities are what is printed of them, as the writer multiplies what stands in the table
    people_said, share_said = significant(people, 4), digits(share, rng.choice([1, 2]))
    each_said, cost_said = digits(each, 2), significant(cost, rng.choice([3, 4]))
    made.say("people", people_said, "million people", base=base)
    made.say("share", share_said, "%", base=base, weighted="yes", period=period)
    made.say("each", each_said, f"{noun} per person", base="those who needed any", period=period)
    made.say("cost", cost_said, f"GBP per {noun[:-1]}", price_year="2023")
    volume = people * share / 100 * each
    hedged = rng.random() < 0.4
    figures = rng.choice([1, 2]) if hedged else 3
    hedge = rng.choice(["around", "about", "roughly"]) if hedged else ""
    made.say("volume", significant(volume, figures), f"million {noun}", period=period, hedge=hedge,
             formula="people * share * each")  # fmt: skip
    total = volume * cost
    made.say("sum", significant(total, 3), "million GBP", period=period, formula="people * share * each * cost")
    made.truth = {"volume": volume, "sum": total, "figures": {"volume": figures, "sum": 3}}
    made.target = rng.choice(["volume", "sum"])
    return made


def headline(rng: random.Random) -> Publication:
    """A headline that repeats a number of the text, rounded once more."""
    made = chain(rng)
    of = made.row(made.target)
    value = made.truth[made.target]
    figures = min(rng.choice([1, 2, 3]), made.truth["figures"][made.target])
    made.say("headline", significant(value, figures), of["unit"], period=of["period"], restates=made.target,
             place="headline", item=of.get("item", ""))  # fmt: skip
    made.truth["headline"], made.truth["of"] = value, made.target
    made.truth["figures"]["headline"] = figures
    made.target = "headline"
    return made


def survey(rng: random.Random) -> Publication:
    """A percentage of people asked, with the count printed or not."""
    made = Publication(rng)
    n = rng.randint(40, 95) if rng.random() < 0.5 else rng.randint(120, 2500)
    count = rng.randint(max(3, n // 20), n - 3)
    places = rng.choice([0, 1]) if n > 100 else rng.choice([0, 0, 1])
    with_count = n >= 100 or rng.random() < 0.5
    made.say("share", digits(100 * count / n, places), "%", base=rng.choice(BASES), base_n=str(n), weighted="no",
             count=str(count) if with_count else "", item="would use it again")  # fmt: skip
    made.truth = {"n": n, "count": count, "places": places}
    made.target = "share"
    return made


def repeated(rng: random.Random) -> Publication:
    """A percentage of the text that a summary repeats with its base and its question."""
    made = survey(rng)
    of = made.row("share")
    made.say("summary", of["number"], "%", base=of["base"], base_n=of["base_n"], item=of["item"], restates="share",
             place="summary")  # fmt: skip
    made.target = "summary"
    return made


SOUND: list[Callable[[random.Random], Publication]] = [chain, headline, survey, repeated]


# Faults as they are found in print. Each takes a sound publication and returns whether it could plant itself. ---------
def another_number(made: Publication) -> bool:
    """The number of another draft: off by 4 to 60 %."""
    row = made.row(made.target)
    if row["unit"] == "%" and made.target == "share" and not row.get("count"):
        return (
            False  # nothing is printed that a single percentage of few people would contradict but its own arithmetic
        )
    value = float(row["number"])
    places = len(row["number"].partition(".")[2])
    for _ in range(50):
        factor = 1 + made.rng.choice([-1, 1]) * made.rng.uniform(0.04, 0.60)
        changed = digits(value * factor, places)
        one = 10 ** (-places)
        if abs(float(changed) - value) > 1.01 * one and not (row["unit"] == "%" and float(changed) >= 100):
            row["number"] = changed
            return True
    return False


def cut_off(made: Publication) -> bool:
    """Digits cut off where rounding would have gone up."""
    if made.target not in ("volume", "sum") or made.row(made.target).get("hedge"):
        return False
    value, figures = made.truth[made.target], made.truth["figures"][made.target]
    figures = min(figures, 2) if made.target == "volume" else figures
    cut, rounded = significant(value, figures, ROUND_DOWN), significant(value, figures)
    if cut == rounded or cut.endswith("0"):
        return False
    made.row(made.target)["number"] = cut
    made.truth["figures"][made.target] = figures
    return True


def factor_left_out(made: Publication) -> bool:
    """A factor of the printed formula is not in the number: the cost, or the share."""
    if made.target != "sum":
        return False
    value = made.truth["sum"] / (float(made.row("share")["number"]) / 100)
    made.row("sum")["number"] = significant(value, 3)
    return True


def period_dropped(made: Publication) -> bool:
    """The headline leaves the period out."""
    if made.target != "headline":
        return False
    made.row("headline")["period"] = ""
    return True


def period_changed(made: Publication) -> bool:
    """Two years in the text are one in the headline."""
    if made.target not in ("headline", "volume", "sum"):
        return False
    row = made.row(made.target)
    row["period"] = made.rng.choice([period for period in PERIODS if period != row["period"]])
    return True


def unit_changed(made: Publication) -> bool:
    """Visits become referrals."""
    if made.target not in ("headline", "volume") or "GBP" in made.row(made.target)["unit"]:
        return False
    row = made.row(made.target)
    row["unit"] = "million " + made.rng.choice([noun for noun in NOUNS if noun not in row["unit"]])
    return True


def base_changed(made: Publication) -> bool:
    """The summary says it of more people than were asked."""
    if made.target != "summary":
        return False
    row = made.row("summary")
    row["base"] = made.rng.choice(["people", *[base for base in BASES if base != row["base"]]])
    return True


def base_dropped(made: Publication) -> bool:
    """A percentage of nobody in particular."""
    if made.target not in ("summary", "share"):
        return False
    made.row(made.target).update(base="", base_n="", count="")
    return True


def item_changed(made: Publication) -> bool:
    """One question becomes the whole."""
    if made.target != "summary":
        return False
    made.row("summary")["item"] = "say that it works"
    return True


def impossible_share(made: Publication) -> bool:
    """A percentage that no number of so few people gives."""
    row = made.row(made.target)
    if made.target != "share" or row.get("count"):
        return False
    n, places = made.truth["n"], made.truth["places"]
    ways = (ROUND_HALF_UP, ROUND_HALF_DOWN)  # a half may be rounded either way
    given = {digits(100 * k / n, places, way) for k in range(n + 1) for way in ways}
    steps = [digits(k / 10**places, places) for k in range(100 * 10**places + 1)]
    none = [step for step in steps if step not in given]
    if not none:
        return False
    row["number"] = made.rng.choice(none)
    return True


FAULTS: list[Callable[[Publication], bool]] = [
    *(another_number, cut_off, factor_left_out, period_dropped, period_changed, unit_changed, base_changed),
    *(base_dropped, item_changed, impossible_share),
]


#: Faults of the number itself, which rounding of the inputs may hide.
OF_THE_NUMBER = {"another_number", "cut_off", "factor_left_out"}


def hidden(made: Publication) -> bool:
    """Say whether some values that print as the inputs do give the number as it stands, rounded as it is printed."""
    target = made.truth.get("of") if made.target == "headline" else made.target
    if target not in ("volume", "sum"):
        return False
    low = high = 1.0
    for name in ["people", "share", "each", *(["cost"] if target == "sum" else [])]:
        text = made.row(name)["number"]
        half = 0.5 * 10 ** -len(text.partition(".")[2])
        if "." not in text:  # noughts at the end may be rounding
            half *= 10 ** (len(text) - len(text.rstrip("0")))
        low, high = low * (float(text) - half), high * (float(text) + half)
    stated, figures = float(made.row(made.target)["number"]), made.truth["figures"][made.target]
    ends = [float(significant(product / 100, figures)) for product in (low, high)]
    return ends[0] <= stated <= ends[1]


def alarmed(made: Publication) -> bool:
    """Say whether the audit objects to the statement under test."""
    rows = [ClaimRow.model_validate(row) for row in made.rows]
    verdicts, _ = audit(*read_claims(rows))
    return verdicts.set_index("claim").loc[made.target, "verdict"] in ALARMS


def sound_ones(n: int, seed: int) -> list[Publication]:
    """Make so many sound publications, each kind as often."""
    return [SOUND[k % len(SOUND)](random.Random(f"{seed}.sound.{k}")) for k in range(n)]


def mutants(n: int, seed: int) -> tuple[list[tuple[str, Publication]], list[Publication]]:
    """Make so many publications with one fault, each kind as often, and those drawn whose fault print does not show."""
    made, unseen = [], []
    for k in range(n):
        fault = FAULTS[k % len(FAULTS)]
        for attempt in range(1000):
            rng = random.Random(f"{seed}.mutant.{k}.{attempt}")
            publication = rng.choice(SOUND)(rng)
            if not fault(publication):
                continue
            if fault.__name__ in OF_THE_NUMBER and hidden(publication):
                unseen.append(publication)
            else:
                made.append((fault.__name__, publication))
                break
        else:
            raise RuntimeError(f"{fault.__name__} could not be planted")
    return made, unseen


def table(n: int, seed: int) -> tuple[str, float, float]:
    """Return the proof as a table, the sensitivity, and the share of false alarms."""
    false, made = Counter(), Counter()
    for k, publication in enumerate(sound_ones(n, seed)):
        kind = SOUND[k % len(SOUND)].__name__
        made[kind] += 1
        false[kind] += alarmed(publication)
    caught, planted = Counter(), Counter()
    seen, unseen = mutants(n, seed)
    for name, publication in seen:
        planted[name] += 1
        caught[name] += alarmed(publication)
    lines = ["| Statements | What | How many | Objected to |", "|:--|:--|--:|--:|"]
    for kind in SOUND:
        lines.append(f"| sound | {_said(kind)} | {made[kind.__name__]} | {false[kind.__name__]} |")
    for fault in FAULTS:
        lines.append(f"| one fault | {_said(fault)} | {planted[fault.__name__]} | {caught[fault.__name__]} |")
    objected = sum(map(alarmed, unseen))
    lines.append(f"| one fault | a fault of the number that print does not show | {len(unseen)} | {objected} |")
    sensitivity, alarms = sum(caught.values()) / n, sum(false.values()) / n
    lines.append(f"| sound | all: false alarms {alarms:.3f} (at most .05) | {n} | {sum(false.values())} |")
    lines.append(f"| one fault | all: sensitivity {sensitivity:.3f} (at least .95) | {n} | {sum(caught.values())} |")
    return "\n".join(lines), sensitivity, alarms


def _said(function: Callable) -> str:
    return (function.__doc__ or "").strip().splitlines()[0].rstrip(".").lower()


def main() -> int:
    """Print the table, keep it where asked; the exit code says whether both gates hold."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--n", type=int, default=200)
    asked.add_argument("--seed", type=int, default=7)
    asked.add_argument("--write", action="store_true", help="keep the table in docs/claims.md")
    given = asked.parse_args()
    text, sensitivity, alarms = table(given.n, given.seed)
    sys.stdout.write(f"{text}\n")
    if given.write:
        page = KEPT.read_text(encoding="utf-8")
        place = re.compile(re.escape(BEGIN) + ".*?" + re.escape(END), re.S)
        KEPT.write_text(place.sub(lambda _: f"{BEGIN}\n{text}\n{END}", page), encoding="utf-8")
    return 0 if sensitivity >= 0.95 and alarms <= 0.05 else 1


if __name__ == "__main__":
    sys.exit(main())
