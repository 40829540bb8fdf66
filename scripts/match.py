"""Link the responses of one person over the waves of one module; identifiers end here."""

import logging
from pathlib import Path

from prepost import steps, tables
from prepost.keyed import joined, nameless, person_hashes, the_key
from prepost.matching import match
from prepost.study import Matching, Person, Wave

log = logging.getLogger("prepost")


def main(
    *,
    responses: Path,
    about: Path,
    identifiers: Path,
    people: Path,
    links: Path,
    pairs: Path,
    triples: Path,
    unmatched: Path,
    hashes: Path,
    synthetic: bool,
    person: Person,
    matching: Matching,
    waves: list[Wave],
) -> None:
    """Read floor 2, match exactly, write floor 3."""
    who = tables.read(identifiers, "identifiers")
    answered = joined(tables.read(responses, "responses"), who)
    found = match(
        answered,
        joined(tables.read(about, "about"), who),
        key=person.key,
        rules=person.normalise,
        waves=[wave.name for wave in waves],
        several=matching.several_in_wave,
        thinking_back=[wave.name for wave in waves if wave.thinking_back_to],
    )
    found = found._replace(people=nameless(found.people, who))
    targets = {"people": people, "links": links, "pairs": pairs, "triples": triples, "unmatched": unmatched}
    for name, path in targets.items():
        tables.write(getattr(found, name), path, name)
    key = the_key(synthetic=synthetic, study=Path.cwd())
    hashed = person_hashes(answered, found.links, items=person.key, rules=person.normalise, key=key)
    tables.write(hashed, hashes, "hashes")
    first, last = waves[0].name, waves[min(1, len(waves) - 1)].name
    count = ((found.pairs["wave_from"] == first) & (found.pairs["wave_to"] == last)).sum()
    log.info("%s pairs %s to %s, %s people", f"{count:,}", first, last, f"{len(found.people):,}")


steps.run(main, globals().get("snakemake"))
