"""The course's seed: the secret inputs of every exercise are drawn from it."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

from coursekit.checking.exercise import fingerprint
from coursekit.errors import CannotDo


def course_seed(path: Path, given: int | None = None) -> tuple[int, bool]:
    """The seed kept in the file `path`, which only its owner can read, and whether `given` has changed it.

    It is drawn when there is none yet.
    """
    kept = _read(path)
    if kept is not None and given in (None, kept):
        return kept, False
    if given is not None and given < 0:
        raise CannotDo("A seed is a whole number from 0 on.")
    seed = secrets.randbits(64) if given is None else given
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(f"{seed}\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)
    return seed, kept is not None


def _read(path: Path) -> int | None:
    if not path.is_file():
        return None
    text = path.read_text(encoding="ascii", errors="replace").strip()
    if not text.isdecimal():
        raise CannotDo(f"{path} holds no seed. `--seed N` puts one there.")
    return int(text)


def version_of(topic: str, seed: int) -> str:
    """By what a lesson is graded: a hash of its exercises, the checker and the seed (it tells none)."""
    return hashlib.sha256(f"{fingerprint(topic)} {seed}".encode()).hexdigest()[:16]
