"""Link two registers once, by one method, for `make bench`: linking_once.py METHOD FOLDER; leaves METHOD.json there.

METHOD is exact (a plain join on every field), ours, or recordlinkage (run by an environment that has it, without ours).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pandas as pd

FIELDS = ["given_name", "surname", "birth_date", "postcode", "number"]


def exact(before: pd.DataFrame, after: pd.DataFrame, plan: dict) -> pd.DataFrame:
    """Join on every field."""
    return before.merge(after, on=plan["fields"], suffixes=("_l", "_r"))[["id_l", "id_r"]]


def ours(before: pd.DataFrame, after: pd.DataFrame, plan: dict) -> pd.DataFrame:
    """The tolerant stage alone."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))
    from prepost.linkage.tolerant import decide, side_of, weigh
    from prepost.study_linkage import Person, Tolerant

    elements = [{"item": name, "comparison": "edit_distance", "thresholds": [1, 2]} for name in plan["fields"]]
    person = Person(key=plan["fields"], normalise=["trim", "lower"], elements=elements)
    bounds = {"use": True, "accept": 0.99, "review": 0.5, "without_review": "refuse", "memory": plan["memory"]}
    settings = Tolerant(**bounds, most_pairs=plan["most_pairs"], blocking=plan["blocking"])
    frames = []
    for frame in (before, after):
        empty = pd.Series(pd.NaT, index=frame.index, dtype="datetime64[us]")
        frames.append(frame.assign(module=pd.NA, received=empty))
    sides = [side_of(frame, person) for frame in frames]
    found = weigh(*sides, set(), set(), person, settings, ("before", "after"), Path(plan["scratch"]))
    done = decide(found.candidates, settings, {}, model=found.model is not None)
    done = done[done["decision"] == "accepted"]
    names = [f["id"].loc[s.index[done[c]]].to_numpy() for f, s, c in zip(frames, sides, ("left", "right"), strict=True)]
    return pd.DataFrame({"id_l": names[0], "id_r": names[1]})


def recordlinkage(before: pd.DataFrame, after: pd.DataFrame, plan: dict) -> pd.DataFrame:
    """The toolkit with the same blocks, Jaro-Winkler comparisons and its own EM classifier."""
    import recordlinkage as toolkit

    sides = [frame.set_index("id") for frame in (before, after)]
    indexer = toolkit.Index()
    for rule in plan["blocking"]:
        indexer.block(rule)
    pairs = indexer.index(*sides)
    compare = toolkit.Compare()
    for name in plan["fields"]:
        compare.string(name, name, method="jarowinkler", threshold=0.88, label=name)
    vectors = compare.compute(pairs, *sides)
    links = toolkit.ECMClassifier(binarize=0.5).fit_predict(vectors)
    return links.to_frame(index=False).set_axis(["id_l", "id_r"], axis=1)


def main() -> None:
    """Read both registers, link, hold the links to the truth that is in the ids."""
    method, folder = sys.argv[1], Path(sys.argv[2])
    plan = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    columns = ["id", *plan["fields"]]
    before, after = (pd.read_csv(folder / f"{name}.csv", dtype="string")[columns] for name in ("before", "after"))
    links = {"exact": exact, "ours": ours, "recordlinkage": recordlinkage}[method](before, after, plan)
    people = [ids.str.partition("-")[2].str.partition("-")[0] for ids in (links["id_l"], links["id_r"])]
    right = int((people[0] == people[1]).sum())
    told = {
        "links": len(links),
        "right": right,
        "precision": right / max(len(links), 1),
        "recall": right / plan["true"],
    }
    (folder / f"{method}.json").write_text(json.dumps(told), encoding="utf-8")


if __name__ == "__main__":
    main()
