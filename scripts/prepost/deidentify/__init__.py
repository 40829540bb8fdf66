"""De-identification: identifiers in free text found by rule and by the study's own list, and named by their kind."""

from prepost.deidentify.names import Names, no_names
from prepost.deidentify.text import PLACEHOLDERS, Deidentified, Finder, Span, deidentify, found_in

__all__ = ["PLACEHOLDERS", "Deidentified", "Finder", "Names", "Span", "deidentify", "found_in", "no_names"]
