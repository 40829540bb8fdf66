"""Real and well-known input: self-made codes with real typos, Febrl 4, and codes that all agree."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from prepost.linkage.review_sheet import read_returned
from prepost.linkage.stage import link
from prepost.linkage.tolerant import decide, side_of, weigh
from prepost.matching import match
from prepost.study_linkage import Element, Person, Tolerant
from test_real_studies import Built, build

#: Near matches that a person can see, as the data's README lists them, and no more of the codes.
SEEN = {("1220", "122o"), ("2016_15.3", "2016153"), ("kattysevi89", "katty_sevi89"), ("EDAHELP08", "EDAHELP18")}
OFFERED = ("Soliseed2@", "Soliseed2@ or Soliseed1!")


@pytest.fixture(scope="module")
def edamame(root: Path, shared: Path) -> Built:
    return build(root / "studies" / "edamame" / "config", shared / "edamame")


@pytest.fixture(scope="module")
def weighed(edamame: Built):
    settings = edamame.study.settings
    asked = {"person": settings.person, "matching": settings.matching, "waves": ["pre", "post"]}
    asked |= {"returned": read_returned([]), "level": 0.95, "seed": 1}
    return link(edamame.cleaned.responses, edamame.matched.links, edamame.matched.pairs, **asked)


def test_exact_codes_match_as_the_readme_counts_them(edamame: Built) -> None:
    assert edamame.matched.pairs.groupby("module").size().tolist() == [13, 18, 18]
    assert edamame.study.settings.matching.headline == "exact"


def test_a_code_given_twice_is_matched_once(edamame: Built) -> None:
    post = edamame.cleaned.responses.query("wave == 'post' and code == '2418'")
    assert len(post) == 2
    states = edamame.matched.links.merge(post[["source", "line", "wave"]])["state"].tolist()
    assert sorted(states) == ["another_used", "used"]


def test_the_near_matches_go_to_a_reviewer_and_are_not_linked(weighed) -> None:
    shown = set(zip(weighed.sheet["code · before"], weighed.sheet["code · after"], strict=True))
    assert shown >= {*SEEN, OFFERED}
    assert len(shown) <= len(SEEN) + 3
    assert set(weighed.candidates.query("stage != 'exact'")["decision"]) == {"review"}
    assert weighed.model["note"].str.contains("1 element varies").all()


def test_all_codes_of_koodiaapinen_match_and_a_missing_one_matches_nobody(root: Path, shared: Path) -> None:
    built = build(root / "studies" / "koodiaapinen" / "config", shared / "koodiaapinen")
    pairs = built.matched.pairs
    later = pairs.groupby(["wave_from", "wave_to"]).size()
    assert 107 in later.tolist()
    key = built.study.settings.person.key
    rows = built.cleaned.responses.head(4).assign(wave=["a", "a", "b", "b"], line=range(4), module="M")
    rows[key[0]] = pd.array(["#N/A", "k1", "#N/A", "k1"], dtype="string")
    blank = rows.assign(**{key[0]: rows[key[0]].mask(rows[key[0]] == "#N/A")})  # as the readers leave it
    found = match(blank, rows.iloc[:0], key=key, rules=["trim"], waves=["a", "b"], several="last")
    assert found.pairs[["line_from", "line_to"]].to_numpy().tolist() == [[1, 3]]


def test_febrl_4_is_linked_as_a_statistician_would_expect(shared: Path) -> None:
    near = {"comparison": "edit_distance", "thresholds": [1, 2]}
    names = ["given_name", "surname", "suburb", "postcode", "date_of_birth", "soc_sec_id"]
    person = Person(key=["soc_sec_id"], normalise=["trim", "lower"], elements=[Element(item=n, **near) for n in names])
    two = [["given_name", "surname"], ["surname", "postcode"], ["given_name", "postcode"], ["surname", "suburb"]]
    blocking = [["date_of_birth"], ["soc_sec_id"], *two, ["given_name", "suburb"]]
    bounds = {"use": True, "accept": 0.99, "review": 0.5, "without_review": "refuse", "memory": "1GB"}
    settings = Tolerant(**bounds, most_pairs=100_000, blocking=blocking)
    frames, sides = [], []
    for letter in "AB":
        frame = pd.read_csv(shared / "linkage_febrl" / f"febrl4_{letter}.csv", dtype="string", skipinitialspace=True)
        frame = frame.assign(module=pd.NA, received=pd.Series(pd.NaT, index=frame.index, dtype="datetime64[us]"))
        frames.append(frame)
        sides.append(side_of(frame, person))
    found = weigh(*sides, set(), set(), person, settings, ("a", "b"))
    done = decide(found.candidates, settings, {}, model=True).query("decision == 'accepted'")
    ids = [
        f["rec_id"].loc[s.index[done[c]]].to_numpy() for f, s, c in zip(frames, sides, ("left", "right"), strict=True)
    ]
    true = pd.read_csv(shared / "linkage_febrl" / "febrl4_true_links.csv", dtype="string", skipinitialspace=True)
    links = {frozenset(pair) for pair in true.to_numpy().tolist()}
    right = np.array([frozenset(pair) in links for pair in zip(*ids, strict=True)])
    assert right.mean() >= 0.999
    assert right.sum() / len(links) >= 0.997
    assert len(set(ids[0])) == len(set(ids[1])) == len(done)
