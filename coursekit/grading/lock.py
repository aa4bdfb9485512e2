"""One grading at a time in a class; whoever comes second is told who is at work."""

from __future__ import annotations

import json
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from coursekit.errors import CannotDo

_PREFIX = "coursekit-grade-"


@contextmanager
def only_one(path: Path) -> Iterator[Path]:
    """Hold the lock file `path` and give a scratch folder, which is gone afterwards.

    The system gives the lock back when its holder ends, however it ends. A scratch folder that a
    killed one left is removed then. Raises CannotDo where another process holds the lock.
    """
    with path.open("a+", encoding="utf-8") as file:
        before = _read(file)
        try:
            _take(file)
        except OSError:
            raise CannotDo(
                f"This class is being graded already, {before.get('who', 'by another process')}. "
                "Wait until that has ended."
            ) from None
        before = _read(file)
        left = Path(str(before.get("folder", "")))
        if before.get("machine") == platform.node() and left.name.startswith(_PREFIX):
            shutil.rmtree(left, ignore_errors=True)
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        try:
            _write(file, folder)
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _read(file: IO[str]) -> dict[str, Any]:
    with suppress(OSError, ValueError):
        file.seek(0)
        found = json.loads(file.read())
        if isinstance(found, dict):
            return found
    return {}


def _write(file: IO[str], folder: Path) -> None:
    who = f"by process {os.getpid()} on {platform.node()} since {datetime.now():%Y-%m-%d %H:%M}"
    file.seek(0)
    file.truncate()
    json.dump({"who": who, "machine": platform.node(), "folder": str(folder)}, file)
    file.flush()


if sys.platform == "win32":
    import msvcrt

    def _take(file: IO[str]) -> None:
        file.seek(1 << 20)  # beyond the text, which others may go on reading
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _take(file: IO[str]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
