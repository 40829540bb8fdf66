"""Faults that the user can mend, told so that an evaluator can mend them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

EXIT_CODES = {"study": 10, "file": 11, "data": 12, "refused": 13}


@dataclass(frozen=True)
class Fault:
    """One fault: where it is, what is wrong, what was expected and where to fix it.

    Parameters
    ----------
    where : str
        File and column or key, as the user knows them: ``config/study.yaml · outcomes.2.items``.
    what : str
        What is wrong, in one sentence. Never an answer or an identifier of a person.
    expected : str
        What would be right, with the nearest names where a name is wrong.
    fix : str
        Which file to open and what to do there.
    rows : sequence of int
        Line numbers concerned; the message gives how many and the first three.
    """

    where: str
    what: str
    expected: str = ""
    fix: str = ""
    rows: Sequence[int] = ()

    def __str__(self) -> str:
        lines = [self.where, f"  what      {self.what}"]
        if len(self.rows):
            first = ", ".join(str(row) for row in list(self.rows)[:3])
            noun = "row" if len(self.rows) == 1 else "rows"
            lines.append(f"  rows      {len(self.rows):,} {noun}; first: {first}")
        if self.expected:
            lines.append(f"  expected  {self.expected}")
        if self.fix:
            lines.append(f"  fix       {self.fix}")
        return "\n".join(lines)


class StudyError(Exception):
    """One or more faults of the study or of a file, shown alone and without a traceback.

    Parameters
    ----------
    *faults : Fault
        Every fault found, so that all can be mended at once.
    kind : {"study", "file", "data", "refused"}
        Decides the exit code (``EXIT_CODES``): a fault of the study's description, of a file, of what
        the data hold, or an action refused to protect data.
    """

    def __init__(self, *faults: Fault, kind: str = "study") -> None:
        super().__init__(*faults)
        self.faults = faults
        self.kind = kind
        self.exit_code = EXIT_CODES[kind]

    def __reduce__(self):  # the keyword does not survive Exception's own pickling
        return _rebuild, (self.faults, self.kind)

    def __str__(self) -> str:
        many = len(self.faults)
        head = "" if many == 1 else f"{many} faults\n\n"
        return head + "\n\n".join(str(fault) for fault in self.faults)


def _rebuild(faults: tuple[Fault, ...], kind: str) -> StudyError:
    return StudyError(*faults, kind=kind)


def did_you_mean(name: str, known: Iterable[str], *, most: int = 3) -> str:
    """Return ``"did you mean 'x'?"`` for the nearest known names, or the list of known names, or nothing.

    Parameters
    ----------
    name : str
        The name that was not found.
    known : iterable of str
        The names that would have been right.
    most : int
        How many near names to give at the most.

    Returns
    -------
    str
        A clause for ``Fault.expected``.

    Examples
    --------
    >>> did_you_mean("confidnce", ["confidence", "readiness"])
    "did you mean 'confidence'?"
    """
    names = sorted({str(item) for item in known})
    folded = {item.casefold(): item for item in names}
    near = difflib.get_close_matches(name.casefold(), list(folded), n=most, cutoff=0.6)
    if near:
        return "did you mean " + " or ".join(f"'{folded[item]}'" for item in near) + "?"
    if names and len(names) <= 12:
        return "one of " + ", ".join(f"'{item}'" for item in names)
    return ""
