"""Derive the golden tables of the toy study from its raw exports, without the library that they are to check.

Nothing of prepost, pandas, numpy or scipy is imported: exact fractions, square roots, and Student's t by its own
continued fraction. The README shows the same arithmetic on paper.

    python tests/toy_study/derive.py            compares the golden tables with the derivation
    python tests/toy_study/derive.py --write    writes them
"""

from __future__ import annotations

import csv
import io
import sys
from collections import Counter
from fractions import Fraction
from math import isfinite, sqrt
from pathlib import Path

from arithmetic import adjust, estimates, inference, variance

HERE = Path(__file__).parent
CONFIDENCE, KNOWLEDGE, USE = (
    ("listen", "ask", "begin"),
    ("active_listening", "shared_plan"),
    ("use_listening", "use_planning"),
)
AGREE = ["Strongly disagree", "Disagree", "Neither agree nor disagree", "Agree", "Strongly agree"]
WELL = ["Not at all", "A little", "Moderately", "Well", "Very well"]
OFTEN = ["Never", "Rarely", "Sometimes", "Often", "Always"]
SCALES = {
    **dict.fromkeys(CONFIDENCE, (1, AGREE)),
    **dict.fromkeys(KNOWLEDGE, (0, WELL)),
    **dict.fromkeys(USE, (1, OFTEN)),
}
KINDS = {
    "": "skipped",
    "-99": "skipped",
    "99": "refused",
    "Not shown": "not_shown",
    "Not applicable": "not_applicable",
}
ROLES = {
    "nurse": ("Nurse", "Clinical"),
    "gp": ("GP", "Clinical"),
    "g.p.": ("GP", "Clinical"),
    "care coordinator": ("Care coordinator", "Non-clinical"),
    "care co-ordinator": ("Care coordinator", "Non-clinical"),
    "administrator": ("Administrator", "Non-clinical"),
}
WAVES = ("pre", "post", "followup")
SOURCE = {"pre": "before", "post": "after", "followup": "three_months"}
SMALLEST = {"confidence": Fraction(1, 2), "knowledge": Fraction(1)}
NOT_STATED = "not stated"


# Reading ----------------------------------------------------------------------------------------------------------
def records(name: str, headers: int) -> list[tuple[int, list[str]]]:
    """Each data record of a CSV with the physical line on which it starts."""
    text = (HERE / "data" / name).read_text(encoding="utf-8-sig")
    reader, found, start = csv.reader(io.StringIO(text, newline="")), [], 1
    for cells in reader:
        found.append((start, cells))
        start = reader.line_num + 1
    return found[headers:]


def read_responses() -> list[dict]:
    """Every raw line of the three surveys, in the columns' own places."""
    rows = []
    for line, c in records("before_qualtrics.csv", 3):
        row = {"wave": "pre", "line": line, "width_fits": len(c) == 16}
        keys = ("received", "id", "consent", "key", "module")
        row |= dict(zip(keys, (c[6], c[7], c[8], c[9], c[10]), strict=True), preview=c[2] == "1")
        rows.append(row | {"answers": dict(zip(CONFIDENCE + KNOWLEDGE, c[11:16], strict=True))})
    for line, c in records("after_plain.csv", 1):
        row = {
            "wave": "post",
            "line": line,
            "width_fits": any(cell.strip() for cell in c[2:]),
            "preview": c[2] == "TEST",
        }
        row |= dict(zip(("received", "id", "consent", "key", "module"), (c[1], c[0], c[4], c[2], c[3]), strict=True))
        rows.append(row | {"answers": dict(zip(CONFIDENCE + KNOWLEDGE, c[5:10], strict=True))})
    for line, c in records("three_months_surveymonkey.csv", 2):
        row = {"wave": "followup", "line": line, "width_fits": True, "preview": False}
        row |= dict(zip(("received", "id", "consent", "key", "module"), (c[3], c[0], c[5], c[6], c[7]), strict=True))
        rows.append(row | {"answers": dict(zip(CONFIDENCE + USE, c[8:13], strict=True))})
    for row in rows:
        row["source"] = SOURCE[row["wave"]]
        row["key"] = row["key"].strip().lower()
    return rows


def read_roles() -> tuple[dict[str, tuple[str, str]], Counter]:
    """Role and role group of each key, and the answers that the sheet does not know."""
    found, unknown = {}, Counter()
    for _, cells in records("about_redcap.csv", 1):
        answer = cells[2].strip()
        if answer and answer.lower() not in ROLES:
            unknown[answer] += 1
        found[cells[1].strip().lower()] = ROLES.get(answer.lower(), (NOT_STATED, NOT_STATED))
    return found, unknown


# Cleaning ---------------------------------------------------------------------------------------------------------
def value_of(item: str, answer: str) -> tuple[int | None, str | None, bool]:
    """Value as scored, kind of missing, and whether the answer lies off the scale."""
    low, labels = SCALES[item]
    if answer in KINDS:
        return None, KINDS[answer], False
    value = low + labels.index(answer) if answer in labels else int(answer)
    if not low <= value < low + len(labels):
        return None, "skipped", True
    return (2 * low + len(labels) - 1 - value if item == "begin" else value), None, False


def clean(rows: list[dict]) -> tuple[list[dict], list[dict]]:
    """Kept and excluded; the first rule that hits wins."""
    last = {(row["wave"], row["id"]): row["line"] for row in rows}
    kept, excluded = [], []
    for row in rows:
        cells = {item: value_of(item, answer) for item, answer in row["answers"].items()}
        row["values"] = {item: cell[0] for item, cell in cells.items()}
        row["missing"] = {item: cell[1] for item, cell in cells.items() if cell[1]}
        row["off_scale"] = [item for item, cell in cells.items() if cell[2]]
        rules = {
            "preview_or_test": row["preview"],
            "no_consent": row["consent"] not in ("1", "Yes"),
            "outside_window": row["wave"] == "followup" and "/2026 " in row["received"],
            "empty": all(value is None for value in row["values"].values()),
            "duplicate_response": last[row["wave"], row["id"]] != row["line"],
        }
        row["rule"] = next((rule for rule, hit in rules.items() if hit), None)
        (excluded if row["rule"] else kept).append(row)
    return kept, excluded


def score(row: dict) -> None:
    """Confidence: mean of at least 2 of 3. Knowledge: sum of both. Use: mean of at least 1 of 2."""
    for name, items, least, total in (
        ("confidence", CONFIDENCE, 2, False),
        ("knowledge", KNOWLEDGE, 2, True),
        ("use", USE, 1, False),
    ):
        given = [row["values"][item] for item in items if row["values"].get(item) is not None]
        row["values"][name] = Fraction(sum(given), 1 if total else len(given)) if len(given) >= least else None


# Matching ---------------------------------------------------------------------------------------------------------
def link(kept: list[dict]) -> list[dict]:
    """Give each kept response its state; of several the last one received is used (here: the lower line)."""
    last = {(row["key"], row["module"], row["wave"]): row["line"] for row in kept}
    for row in kept:
        row["state"] = "used" if last[row["key"], row["module"], row["wave"]] == row["line"] else "another_used"
        row["state"] = row["state"] if row["key"] else "blank_key"
    return [row for row in kept if row["state"] == "used"]


def pair(used: list[dict], start: str, end: str) -> list[tuple[dict, dict]]:
    """Before and after of one person within one module."""
    at = {(row["wave"], row["key"], row["module"]): row for row in used}
    return [
        (row, at[end, row["key"], row["module"]])
        for row in used
        if row["wave"] == start and (end, row["key"], row["module"]) in at
    ]


def unmatched(kept: list[dict], start: str, end: str) -> list[tuple[dict, str]]:
    """Three states: nobody can say who did not answer as long as a loose later response of the module is about."""
    used = [row for row in kept if row["state"] == "used"]
    inside = {id(row) for both in pair(used, start, end) for row in both}
    after = [row for row in kept if row["wave"] == end and row["state"] != "another_used" and id(row) not in inside]
    loose = {row["module"] for row in after}
    before = [row for row in used if row["wave"] == start and id(row) not in inside]
    found = [(row, "cannot_be_told" if row["module"] in loose else "did_not_answer") for row in before]
    return found + [(row, "answered_not_linked") for row in after]


# Tables -----------------------------------------------------------------------------------------------------------
class Toy:
    """The whole derivation, stage by stage."""

    def __init__(self) -> None:
        self.records = read_responses()
        self.refused = [row for row in self.records if not row["width_fits"]]
        self.read = [row for row in self.records if row["width_fits"]]
        self.kept, self.excluded = clean(self.read)
        for row in self.kept:
            score(row)
        self.used = link(self.kept)
        self.roles, self.unknown = read_roles()

    def role(self, key: str, place: int) -> str:
        """Role (0) or role group (1) of a key."""
        return self.roles.get(key, (NOT_STATED, NOT_STATED))[place]

    def plan(self):
        """The comparisons: name, pairs, outcomes, grouping, adjustment."""
        primary, kept = pair(self.used, "pre", "post"), pair(self.used, "post", "followup")
        thrice = {(row["key"], row["module"]) for _, row in kept if row["values"]["confidence"] is not None}
        chosen = [
            both
            for both in primary
            if self.role(both[0]["key"], 1) == "Clinical" and (both[0]["key"], both[0]["module"]) in thrice
        ]
        by_role = {key: self.role(key, 1) for key in {row["key"] for row in self.used}}
        yield "primary", primary, ("confidence", "knowledge"), "all", lambda row: "all", "holm"
        yield "by_module", primary, ("confidence", "knowledge"), "module", lambda row: row["module"], "bh"
        yield "by_role_group", primary, ("confidence", "knowledge"), "role_group", lambda row: by_role[row["key"]], "bh"
        yield "kept", kept, ("confidence",), "all", lambda row: "all", None
        yield "clinical_seen_thrice", chosen, ("confidence",), "all", lambda row: "all", None

    def split(self, pairs, outcome, group):
        """Pairs with both scores, group by group: before, after, people, and how many lack a score."""
        for name in sorted({group(before) for before, _ in pairs}):
            inside = [(a, b) for a, b in pairs if group(a) == name]
            both = [(a, b) for a, b in inside if None not in (a["values"][outcome], b["values"][outcome])]
            sides = [[row["values"][outcome] for row in side] for side in zip(*both, strict=True)]
            yield name, sides[0], sides[1], [a["key"] for a, _ in both], len(inside) - len(both)

    def comparisons(self):
        """Every estimate, one row each."""
        rows = []
        for name, pairs, outcomes, group_by, group, method in self.plan():
            family = []
            for outcome in outcomes:
                for value, before, after, people, lacking in self.split(pairs, outcome, group):
                    for estimate, found in estimates(before, after, people).items():
                        counts = (len(people), len(set(people)), lacking)
                        rows.append(
                            dict(zip(COMPARISON, (name, outcome, group_by, value, estimate, *counts), strict=False))
                        )
                        rows[-1] |= found
                        if estimate == "mean_change" and "p" in found and method:
                            family.append(rows[-1])
            for row, p in zip(family, adjust([row["p"] for row in family], method), strict=True):
                row["p_adjusted"] = p
        return [[row.get(column) for column in COMPARISON] for row in rows]

    def levels(self):
        """Use in practice at three months."""
        values = [row["values"]["use"] for row in self.used if row["wave"] == "followup"]
        values = [value for value in values if value is not None]
        n, v = len(values), variance(values)
        found = inference(Fraction(sum(values), n), v / n, Fraction(n - 1))
        ends = [found[column] for column in ("estimate", "ci_low", "ci_high", "df")]
        head = ["three_months", "use", "all", "all"]
        return [[*head, "mean_level", n, *ends], [*head, "sd_level", n, sqrt(v), None, None, None]]

    def movement(self):
        """Better, same, worse: beyond the smallest effect for scales, any step for single items."""
        rows = []
        for name, pairs, outcomes, group_by, group, _ in self.plan():
            for outcome in outcomes:
                items = (CONFIDENCE if outcome == "confidence" else KNOWLEDGE) if group_by == "all" else ()
                for measure in (outcome, *items):
                    edge = SMALLEST.get(measure, Fraction(0))
                    for value, before, after, _, _ in self.split(pairs, measure, group):
                        change = [b - a for a, b in zip(before, after, strict=True)]
                        up, down = sum(d > edge for d in change), sum(d < -edge for d in change)
                        counts = {"better": up, "same": len(change) - up - down, "worse": down, "all": len(change)}
                        rows += [[name, measure, group_by, value, way, n] for way, n in counts.items()]
        return rows

    def transitions(self):
        """From where to where on the item `listen`, primary comparison."""
        codes = ["1", "2", "3", "4", "5", "all"]
        answered = [(a["values"]["listen"], b["values"]["listen"]) for a, b in pair(self.used, "pre", "post")]
        moves = [(str(a), str(b)) for a, b in answered if None not in (a, b)]
        fits = lambda code, wanted: wanted in (code, "all")  # noqa: E731
        return [
            ["primary", "listen", start, end, sum(fits(a, start) and fits(b, end) for a, b in moves)]
            for start in codes
            for end in codes
        ]

    def flow(self):
        """Boxes; the parts of each sum to it."""
        rules = Counter(row["rule"] for row in self.excluded)
        states = Counter(f"{state}.{row['wave']}" for row, state in unmatched(self.kept, "pre", "post"))
        matched = len(pair(self.used, "pre", "post"))
        at = Counter(row["wave"] for row in self.kept)
        boxes = [("records", None, len(self.records)), ("not_taken", "records", len(self.refused))]
        boxes += [("responses", "records", len(self.read)), ("excluded", "responses", len(self.excluded))]
        boxes += [(f"excluded.{rule}", "excluded", n) for rule, n in rules.items()]
        boxes += [("kept", "responses", len(self.kept))] + [(f"kept.{wave}", "kept", at[wave]) for wave in WAVES]
        for wave in ("pre", "post"):
            parts = {f"matched.{wave}": matched} | {box: n for box, n in states.items() if box.endswith(f".{wave}")}
            parts[f"not_used.{wave}"] = at[wave] - sum(parts.values())
            boxes += [(box, f"kept.{wave}", n) for box, n in parts.items()]
        return [list(box) for box in boxes]

    def participants(self):
        """Used responses before, matched to one after or not."""
        inside = {id(before) for before, _ in pair(self.used, "pre", "post")}
        base = [row for row in self.used if row["wave"] == "pre"]
        said = {
            "all": lambda row: "all",
            "module": lambda row: row["module"],
            "role_group": lambda row: self.role(row["key"], 1),
            "role": lambda row: self.role(row["key"], 0),
        }
        rows = []
        for variable, category in said.items():
            for name in sorted({category(row) for row in base} | {"all"}):
                for side in ("yes", "no", "all"):
                    n = sum(
                        name in (category(row), "all") and side in ("yes" if id(row) in inside else "no", "all")
                        for row in base
                    )
                    rows.append([variable, name, side, n])
        return rows

    def tables(self) -> dict[str, tuple[list[str], list[list]]]:
        """Every golden table: its columns and its rows."""
        where = lambda row: [row["source"], row["line"], row["wave"]]  # noqa: E731
        pairs, states = [], []
        for start, end in (("pre", "post"), ("pre", "followup"), ("post", "followup")):
            ends = [(a, b) for a, b in pair(self.used, start, end)]
            pairs += [
                [a["key"], a["module"], start, end, a["source"], a["line"], b["source"], b["line"]] for a, b in ends
            ]
            states += [[*where(row), start, end, state] for row, state in unmatched(self.kept, start, end)]
        links = [[*where(row), row["module"], row["key"] or None, row["state"]] for row in self.kept]
        missing = [[*where(row), item, kind] for row in self.kept for item, kind in row["missing"].items()]
        unfitting = [[*where(row), item] for row in self.read for item in row["off_scale"]]
        place = ["source", "line", "wave"]
        return {
            "flow": (["box", "parent", "n"], self.flow()),
            "participants": (["variable", "category", "matched", "n"], self.participants()),
            "comparisons": (COMPARISON, self.comparisons()),
            "levels": (LEVEL, self.levels()),
            "movement": (["comparison", "outcome", "group_by", "group", "direction", "n"], self.movement()),
            "transitions": (["comparison", "item", "from", "to", "n"], self.transitions()),
            "exclusions": ([*place, "rule"], [[*where(row), row["rule"]] for row in self.excluded]),
            "refused": (["source", "line"], [[row["source"], row["line"]] for row in self.refused]),
            "missing": ([*place, "item", "kind"], missing),
            "unfitting": ([*place, "item"], unfitting),
            "unmapped": (["source", "item", "n"], [["about", "job", n] for n in self.unknown.values()]),
            "links": ([*place, "module", "learner", "state"], links),
            "pairs": (PAIR, pairs),
            "unmatched": ([*place, "wave_from", "wave_to", "state"], states),
        }


COMPARISON = ["comparison", "outcome", "group_by", "group", "estimate_name", "n", "n_people", "n_missing"]
COMPARISON += ["estimate", "ci_low", "ci_high", "statistic", "df", "p", "p_adjusted"]
LEVEL = ["comparison", "outcome", "group_by", "group", "estimate_name", "n", "estimate", "ci_low", "ci_high", "df"]
PAIR = ["learner", "module", "wave_from", "wave_to", "source_from", "line_from", "source_to", "line_to"]


def cell(value: object) -> str:
    """Ten digits are more than paper needs and fewer than a float's last ones; blank where there is no number."""
    if value is None:
        return ""
    return f"{value:.10g}" if isinstance(value, float) and isfinite(value) else str(value)


def as_csv(columns: list[str], rows: list[list]) -> str:
    """A golden table as text."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([columns, *[[cell(value) for value in row] for row in rows]])
    return text.getvalue()


def derived() -> dict[str, str]:
    """Every golden table as text, by name."""
    return {name: as_csv(*table) for name, table in Toy().tables().items()}


def main() -> int:
    """Write the golden tables, or say which differ."""
    if "--write" in sys.argv[1:]:
        for name, text in derived().items():
            (HERE / "golden" / f"{name}.csv").write_text(text, encoding="utf-8")
        return 0
    differ = [n for n, text in derived().items() if (HERE / "golden" / f"{n}.csv").read_text(encoding="utf-8") != text]
    sys.stderr.write("".join(f"golden/{name}.csv differs from its derivation\n" for name in differ))
    return len(differ)


if __name__ == "__main__":
    sys.exit(main())
