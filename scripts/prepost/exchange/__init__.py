"""Exchange with programs for qualitative analysis: REFI-QDA code books (.qdc) and projects (.qdpx), out and in."""

from prepost.exchange.model import Code, Project, Segment, TextSource
from prepost.exchange.reading import read_codebook, read_project
from prepost.exchange.writing import codebook_bytes, project_bytes

__all__ = [
    "Code",
    "Project",
    "Segment",
    "TextSource",
    "codebook_bytes",
    "project_bytes",
    "read_codebook",
    "read_project",
]
