"""Link the responses of one person over the waves of one module; identifiers end here."""

import logging
from pathlib import Path

from prepost import steps, tables
from prepost.keyed import joined, nameless, person_hashes, the_key
from prepost.linkage.by_chance import key_chances
from prepost.linkage.review_sheet import read_returned, workbook
from prepost.linkage.stage import link
from prepost.matching import match
from prepost.study import Matching, Person, Statistics, Wave

log = logging.getLogger("prepost")


def main(
    *,
    responses: Path,
    about: Path,
    identifiers: Path,
    returned: list[Path],
    people: Path,
    links: Path,
    pairs: Path,
    triples: Path,
    unmatched: Path,
    hashes: Path,
    candidates: Path,
    model: Path,
    quality: Path,
    reviewed: Path,
    review: Path,
    chances: Path,
    synthetic: bool,
    person: Person,
    matching: Matching,
    waves: list[Wave],
    statistics: Statistics,
    seed: int,
) -> None:
    """Read floor 2, match exactly, weigh what is left, write floor 3."""
    who = tables.read(identifiers, "identifiers")
    answered, known = joined(tables.read(responses, "responses"), who), joined(tables.read(about, "about"), who)
    how = {
        "key": person.key,
        "rules": person.normalise,
        "waves": [wave.name for wave in waves],
        "several": matching.several_in_wave,
        "thinking_back": [wave.name for wave in waves if wave.thinking_back_to],
        "most_with_one_key": matching.most_with_one_key,
    }
    found = match(answered, known, **how)
    asked = {"person": person, "matching": matching, "waves": how["waves"], "returned": read_returned(returned)}
    asked |= {"level": statistics.ci_level, "seed": seed, "scratch": candidates.parent}
    linked = link(answered, found.links, found.pairs, **asked)
    more = linked.candidates.query("decision == 'accepted' and stage != 'exact'")
    if matching.headline == "tolerant" and len(more):
        found = match(answered, known, **how, joined=more)
    found = found._replace(people=nameless(found.people, who))
    targets = {"people": people, "links": links, "pairs": pairs, "triples": triples, "unmatched": unmatched}
    for name, path in targets.items():
        tables.write(getattr(found, name), path, name)
    tables.write(linked.candidates, candidates, "candidates")
    tables.write(linked.model, model, "linkage_model")
    tables.write(linked.quality, quality, "linkage_quality")
    tables.write(linked.reviewed, reviewed, "reviewed")
    tables.write_bytes(workbook(linked.sheet), review)
    tables.write(key_chances(answered, found.links, person.key, person.normalise, how["waves"]), chances, "keys")
    key = the_key(synthetic=synthetic, study=Path.cwd())
    hashed = person_hashes(answered, found.links, items=person.key, rules=person.normalise, key=key)
    tables.write(hashed, hashes, "hashes")
    log.info("%s pairs by key, %s weighed, %s to review", *[f"{n:,}" for n in linked.counts])
    if linked.stale:
        log.warning("%d rows of returned sheets concern answers that have changed, and count no more", linked.stale)


steps.run(main, globals().get("snakemake"))
