"""Whether the sheets of published numbers are sound: the economic model, the claims, the recommendations, CHEERS."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from prepost.errors import Fault, StudyError
from prepost.study import Study


def check_published(study: Study, config: Path) -> Iterator[Fault]:
    """Yield every fault of the sheets that the parts `economics` and `claims` read, and of those the report reads.

    Parameters
    ----------
    study : Study
        Its strands say which sheets are read.
    config : Path
        The study's config folder.

    Yields
    ------
    Fault
        The units are checked by pint, which is imported only where there is such a sheet.
    """
    for read in _readers(study.settings.strands, config):
        try:
            read()
        except StudyError as error:
            yield from error.faults


def _readers(strands: list[str], config: Path) -> Iterator[Callable[[], object]]:
    if "economics" in strands:
        from prepost.economics.inputs import load_economics

        yield lambda: load_economics(config / "economics.yaml")
    if "claims" in strands:
        from prepost.claims.sheet import load_claims

        references = config / "references.csv"
        yield lambda: load_claims(config / "claims.csv", references if references.is_file() else None)
    if (config / "recommendations.csv").is_file():
        from prepost.recommendations import load_recommendations

        yield lambda: load_recommendations(config / "recommendations.csv")
    if (config / "cheers.csv").is_file():
        from prepost.recommendations import load_checklist

        yield lambda: load_checklist(config / "cheers.csv")
