"""Faults of the disk, which are nobody's mistake in the study: full, read-only, not ours to write on."""

from __future__ import annotations

import errno
import os
import re

from prepost.errors import Fault, StudyError

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_CLOSED = (errno.EROFS, errno.EACCES, errno.EPERM)
# What a kernel or a program that we started says of the same; it has its own process, so only its words reach us.
_WORDS = {os.strerror(number): number for number in (*_FULL, errno.EROFS)}
_SAID = re.compile("|".join(map(re.escape, _WORDS)))


def disk_fault(error: BaseException, name: str = "") -> StudyError | None:
    """Return what to tell the user where an error comes from the disk, else None.

    Parameters
    ----------
    error : BaseException
        Any error: an `OSError` is known by its number, any other by the system's words for a full or read-only disk.
    name : str
        The file that was being written, for where the error itself names none.

    Returns
    -------
    StudyError or None
        With ``kind="file"``; it names the file without its folder.
    """
    if isinstance(error, OSError) and error.errno is not None:
        number = error.errno
        name = os.path.basename(os.fsdecode(error.filename)) if isinstance(error.filename, str | bytes) else name
    else:
        said = _SAID.search(str(error))
        number = _WORDS[said[0]] if said else 0
    if number not in (*_FULL, *_CLOSED):
        return None
    again = "then give the same command again; it goes on from what is finished"
    fault = Fault(
        name.removeprefix(".").removesuffix(".part") or "results",
        f"it cannot be written ({os.strerror(number)})"
        if number in (*_FULL, errno.EROFS)
        else f"it cannot be read or written ({os.strerror(number)})",
        "room on the disk of the results" if number in _FULL else "a folder and files that you may read and write",
        f"make room, {again}" if number in _FULL else f"see to the permissions, {again}",
    )
    return StudyError(fault, kind="file")
