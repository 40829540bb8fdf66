"""Links held to planted truth over many seeds: `make linkage` prints the table that docs/linkage.md keeps."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from prepost.linkage.review_sheet import read_returned
from prepost.linkage.stage import link
from prepost.matching import match
from prepost.proportions import wilson
from prepost.simulation.codes import Codes, Cohort, cohort, read_codes_plan
from prepost.study_linkage import Element, Matching, Person

ROOT = Path(__file__).resolve().parents[1]
PLAN = ROOT / "studies/wrong_codes/config/simulation.yaml"
SEEDS = range(201, 221)  # seeds 1 to 4 and 101 to 120 were looked at while the method was built


class Setting(NamedTuple):
    """A cohort: the elements that its code has, how many people, and from which probability on a pair is linked."""

    name: str
    elements: list[str] | None
    people: int
    accept: float


WHOLE = Setting("twelve elements", None, 1600, 0.99)  # half of the study: what it shows depends little on size
BUILT = [
    Setting(
        "built for precision .99",
        [
            "birth_day",
            "birth_month",
            "first_letter_mother",
            "first_letter_father",
            "eye_colour",
            "older_siblings",
            "school_letter",
        ],
        3200,
        0.5,
    ),
    Setting(
        "built for precision .95", ["birth_day", "birth_month", "first_letter_mother", "phone_last_two"], 3200, 0.5
    ),
    Setting(
        "built for precision .85",
        ["birth_day", "first_letter_mother", "first_letter_father", "older_siblings"],
        3200,
        0.2,
    ),
]


class Held(NamedTuple):
    """One cohort's links, and what was estimated of them without the truth."""

    exact: int
    linked: int
    right: int
    tolerant: int
    tolerant_right: int
    there: int  # people in both waves with something of a code
    estimate: pd.DataFrame
    seconds: float

    @property
    def precision(self) -> float:
        return self.right / self.linked

    @property
    def recall(self) -> float:
        return self.right / self.there

    def covered(self) -> bool:
        row = self.estimate.loc["precision"]
        return bool(row["ci_low"] <= self.precision <= row["ci_high"])


def responses_of(found: Cohort, elements: list[str]) -> pd.DataFrame:
    """Both waves as floor 2 has them."""
    sides = []
    for wave, side in zip(("pre", "post"), found, strict=True):
        frame = side[["module", "received", *elements]].astype(dict.fromkeys(elements, "string"))
        frame = frame.assign(source=wave, line=np.arange(len(side)) + 2, wave=wave, person_truth=side["person"])
        sides.append(frame.astype({"received": "datetime64[us]", "module": "string"}))
    return pd.concat(sides, ignore_index=True).astype({"source": "string", "wave": "string"})


def settings_of(plan: Codes, setting: Setting) -> tuple[Person, Matching]:
    """What the study declares, for a code of some of its elements."""
    names = setting.elements or list(plan.elements)
    compared = [
        Element(item=name, comparison="edit_distance" if plan.elements[name].near else "exact") for name in names
    ]
    tolerant = {"use": True, "accept": setting.accept, "review": min(setting.accept, 0.5), "without_review": "refuse"}
    tolerant |= {"most_pairs": 10_000_000, "blocking": [], "memory": "1GB"}
    matching = Matching(several_in_wave="none", most_with_one_key=50, headline="tolerant", tolerant=tolerant)
    return Person(key=names, normalise=["trim", "lower"], elements=compared), matching


def hold(plan: Codes, setting: Setting, seed: int) -> Held:
    """Match one cohort and hold the links to who truly is whom."""
    started = time.process_time()
    person, matching = settings_of(plan, setting)
    found = cohort(plan.model_copy(update={"people": setting.people}), seed)
    frame = responses_of(found, person.key)
    truth = frame.pop("person_truth").set_axis(frame["source"] + ":" + frame["line"].astype("string"))
    about = frame.iloc[:0]
    how = {"key": person.key, "rules": person.normalise, "waves": ["pre", "post"], "several": "none"}
    exact = match(frame, about, **how)
    asked = {"person": person, "matching": matching, "waves": how["waves"], "returned": read_returned([])}
    linked = link(frame, exact.links, exact.pairs, **asked, level=0.95, seed=seed)
    pairs = linked.candidates[linked.candidates["decision"] == "accepted"]
    same = np.array(
        [
            truth[f"{row.source_from}:{row.line_from}"] == truth[f"{row.source_to}:{row.line_to}"]
            for row in pairs.itertuples()
        ]
    )
    tolerant = (pairs["stage"] == "tolerant").to_numpy()
    given = [set(side.loc[side[person.key].notna().any(axis=1), "person"]) for side in found]
    estimate = linked.quality[linked.quality["procedure"] == "tolerant"].set_index("measure")
    return Held(
        int((~tolerant).sum()),
        len(pairs),
        int(same.sum()),
        int(tolerant.sum()),
        int(same[tolerant].sum()),
        len(given[0] & given[1]),
        estimate,
        time.process_time() - started,
    )


def line_of(setting: Setting, held: list[Held]) -> str:
    """One row of the table."""
    true = sum(h.right for h in held) / sum(h.linked for h in held)
    recall = sum(h.right for h in held) / sum(h.there for h in held)
    by_key = sum(h.exact for h in held) / sum(h.there for h in held)
    false, guessed = sum(h.linked - h.right for h in held), sum(h.estimate.loc["false_links", "estimate"] for h in held)
    tolerant, right = sum(h.tolerant for h in held), sum(h.tolerant_right for h in held)
    low, _ = wilson(right, tolerant, 0.95)
    covered = sum(h.covered() for h in held)
    recalls = [h.estimate.loc["recall"] for h in held]
    inside = sum(bool(r["ci_low"] <= h.recall <= r["ci_high"]) for r, h in zip(recalls, held, strict=True))
    cells = [setting.name, len(held), f"{by_key:.3f}", f"{recall:.3f}", f"{true:.4f}"]
    cells += [f"{right / tolerant:.4f} ({low:.4f})", f"{covered} of {len(held)}", false, f"{guessed:.0f}"]
    return "| " + " | ".join(map(str, [*cells, f"{inside} of {len(held)}"])) + " |"


HEAD = [
    "| cohort | seeds | found by exact keys | recall | precision | of tolerant links alone (Wilson from) "
    "| interval covers precision | false links | estimated | interval covers recall |",
    "|---|---|---|---|---|---|---|---|---|---|",
]


def main() -> None:
    """Print the table row by row, and keep it where told."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", type=Path)
    parser.add_argument("--seeds", type=int, default=len(SEEDS))
    parser.add_argument("--only", default="", help="cohorts whose names hold this")
    arguments = parser.parse_args()
    plan = read_codes_plan(PLAN)
    lines = list(HEAD)
    print("\n".join(lines), flush=True)
    for setting in [each for each in (WHOLE, *BUILT) if arguments.only in each.name]:
        held = [hold(plan, setting, seed) for seed in list(SEEDS)[: arguments.seeds]]
        lines.append(line_of(setting, held))
        print(lines[-1], flush=True)
        print(f"  {sum(h.seconds for h in held):.0f} s of one processor", file=sys.stderr, flush=True)
    if arguments.write:
        text = arguments.write.read_text(encoding="utf-8")
        start, end = "<!-- table -->\n", "<!-- end -->\n"
        before, rest = text.split(start)
        arguments.write.write_text(
            before + start + "\n".join(lines) + "\n" + end + rest.split(end)[1], encoding="utf-8"
        )


if __name__ == "__main__":
    main()
