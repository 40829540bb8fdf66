"""Let out what may leave the building: small counts withheld, and what would give them back."""

import logging
from pathlib import Path

from prepost import released_schemas, steps
from prepost import tables as files
from prepost.disclosure import disclose
from prepost.place_sheets import PlaceRow, moved_hierarchy, new_map
from prepost.quantities import hierarchies
from prepost.quotes.approve import words_alone
from prepost.sheets import read_sheet
from prepost.study import Release, Vocabulary
from prepost.study_secondary import Places
from prepost.vocabularies import read_vocabulary

log = logging.getLogger("prepost")


def main(
    *,
    tables: list[Path],
    words: list[Path],
    plan: Path,
    vocabularies: list[Path],
    successors: list[Path],
    released: list[Path],
    released_words: list[Path],
    released_plan: Path,
    withheld: Path,
    release: Release,
    vocabulary: list[Vocabulary],
    places: Places | None,
) -> None:
    """Withhold cells over all tables together and write them with their marks.

    Parameters
    ----------
    tables : list of Path
        Every table of floor 6.
    words, released_words : list of Path
        Tables of words, on floor 6 and on floor 7.
    plan : Path
        The plan beside what was done: words only.
    vocabularies : list of Path
        The vocabulary sheets in the order of `vocabulary`: which categories are sums of others.
    successors : list of Path
        The sheet of places and what followed them, if there is one: the new map is a sum of the old.
    released : list of Path
        The same tables on floor 7, in the same order.
    released_plan : Path
        The same plan on floor 7.
    withheld : Path
        Which cells were withheld, and why.
    release : Release
        Threshold and rounding.
    vocabulary : list of Vocabulary
        The category columns of each sheet.
    places : Places or None
        Which category the places are.
    """
    private = {path.stem: files.read(path, path.stem) for path in tables}
    sheets = [read_vocabulary(path, part).values() for path, part in zip(vocabularies, vocabulary, strict=True)]
    nested = hierarchies(sheets, [part.columns for part in vocabulary])
    for path in successors if places else ():
        nested.append(moved_hierarchy(places.by, new_map(read_sheet(path, PlaceRow))))
    public, missing = disclose(private, threshold=release.threshold, rounding=release.rounding, nested=nested)
    for path in released:
        files.write(public[path.stem], path, f"released_{path.stem}")
    files.write(missing, withheld, "withheld")
    for path, leaving in zip(words, released_words, strict=True):
        files.write(words_alone(path.stem, files.read(path, path.stem)), leaving, f"released_{path.stem}")
    files.write(files.read(plan, "plan"), released_plan, "plan")
    cells = sum(len(public[name]) * len(released_schemas.number_columns(name)) for name in public)
    log.info("%s cells of %s tables, %s withheld", f"{cells:,}", len(public), f"{len(missing):,}")


steps.run(main, globals().get("snakemake"))
