"""Link the responses of one person over the waves of one module; identifiers end here."""

import logging
from pathlib import Path

from prepost import steps, tables
from prepost.matching import match
from prepost.study import Matching, Person, Wave

log = logging.getLogger("prepost")


def main(
    *,
    responses: Path,
    about: Path,
    people: Path,
    links: Path,
    pairs: Path,
    triples: Path,
    unmatched: Path,
    person: Person,
    matching: Matching,
    waves: list[Wave],
) -> None:
    """Read floor 2, match exactly, write floor 3."""
    found = match(
        tables.read(responses, "responses"),
        tables.read(about, "about"),
        key=person.key,
        rules=person.normalise,
        waves=[wave.name for wave in waves],
        several=matching.several_in_wave,
        thinking_back=[wave.name for wave in waves if wave.thinking_back_to],
    )
    targets = {"people": people, "links": links, "pairs": pairs, "triples": triples, "unmatched": unmatched}
    for name, path in targets.items():
        tables.write(getattr(found, name), path, name)
    first, last = waves[0].name, waves[min(1, len(waves) - 1)].name
    count = ((found.pairs["wave_from"] == first) & (found.pairs["wave_to"] == last)).sum()
    log.info("%s pairs %s to %s, %s people", f"{count:,}", first, last, f"{len(found.people):,}")


steps.run(main, globals().get("snakemake"))
