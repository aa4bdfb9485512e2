"""What a disk or a database cannot do, told in one sentence, whichever library found it out."""

from __future__ import annotations

import errno
import shutil
import sqlite3
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from coursekit.errors import CannotDo
from coursekit.grading.layout import Classroom

LITTLE = 1 << 20  # bytes: a disk with less is taken for the full one
_OF_DISK = {errno.ENOSPC, errno.EROFS, getattr(errno, "EDQUOT", errno.ENOSPC)}  # Windows knows no quota
_GOES_ON = "run this again: it goes on where it stopped."
_FULL_DISK = f"The disk of {{}} is full. Free some space and {_GOES_ON}"


def sentence(error: BaseException | None, classroom: Classroom) -> str | None:
    """What to say of an error that a disk or a database caused; None of any other."""
    found = cause(error)
    return None if found is None else in_words(str(getattr(found, "orig", found)), classroom)


def cause(error: BaseException | None) -> BaseException | None:
    """The error of a disk or a database that lies behind this one; None where there is none."""
    alchemy = sys.modules.get("sqlalchemy.exc")  # no such error where it was never imported
    operational = (sqlite3.OperationalError, *([alchemy.OperationalError] if alchemy else []))
    while error is not None and not isinstance(error, CannotDo):
        if isinstance(error, operational) or (isinstance(error, OSError) and error.errno in _OF_DISK):
            return error
        error = error.__cause__ or error.__context__
    return None


def in_words(error: str, classroom: Classroom) -> str:
    """The sentence on such an error, by its text."""
    root = classroom.root
    if any(words in error for words in ("disk is full", "disk I/O error", "No space left", "Disk quota")):
        return full(Path(tempfile.gettempdir()), root) or _FULL_DISK.format(root)
    if any(words in error for words in ("readonly database", "unable to open database", "Read-only file")):
        return f"{root} cannot be written. Make it writable, or name another folder with --course."
    if "is locked" in error:
        return f"Another program is writing the gradebook and does not end. Close it, and {_GOES_ON}"
    first = error.strip().splitlines()[0].rstrip(".") if error.strip() else "it does not say why"
    return f"The gradebook {classroom.database} does not answer: {first}."


def full(*places: Path) -> str | None:
    """What to say of these folders' disks where one is full; None where none is."""
    for place in places:
        with suppress(OSError):
            if shutil.disk_usage(place).free < LITTLE:
                return _FULL_DISK.format(place)
    return None
