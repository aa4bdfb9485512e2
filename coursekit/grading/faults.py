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
_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}  # Windows knows no quota
_GOES_ON = "run this again: it goes on where it stopped."


def sentence(error: BaseException | None, classroom: Classroom) -> str | None:
    """What to say of an error that a disk or a database caused; None of any other."""
    while error is not None and not isinstance(error, CannotDo):
        if isinstance(error, OSError) and error.errno in _FULL:
            return _full(classroom.root)
        if _is_operational(error):
            return _of_database(str(getattr(error, "orig", error)), classroom)
        error = error.__cause__ or error.__context__
    return None


def _is_operational(error: BaseException) -> bool:
    """Whether a database says that it cannot work, as against what it was asked."""
    alchemy = sys.modules.get("sqlalchemy.exc")  # no such error where it was never imported
    return isinstance(error, sqlite3.OperationalError) or (
        alchemy is not None and isinstance(error, alchemy.OperationalError)
    )


def _of_database(words: str, classroom: Classroom) -> str:
    if "disk is full" in words or "disk I/O error" in words or "No space left" in words:
        return _full(classroom.root)
    if "readonly database" in words or "unable to open database" in words:
        return f"{classroom.root} cannot be written. Make it writable, or name another folder with --course."
    if "is locked" in words:
        return f"Another program is writing the gradebook and does not end. Close it, and {_GOES_ON}"
    first = words.strip().splitlines()[0].rstrip(".") if words.strip() else "it does not say why"
    return f"The gradebook {classroom.database} does not answer: {first}."


def _full(root: Path) -> str:
    """Say which disk is full: that of the class, or the one for temporary files."""
    full = root
    for place in (Path(tempfile.gettempdir()), root):
        with suppress(OSError):
            full = place if shutil.disk_usage(place).free < LITTLE else full
    return f"The disk of {full} is full. Free some space and {_GOES_ON}"
