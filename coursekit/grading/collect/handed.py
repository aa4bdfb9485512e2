"""A file that was handed in, and what all files must be like to be looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from coursekit.console import printable

MOST_IN_ONE = 100_000_000  # bytes of one file
TOO_LARGE = f"is larger than {MOST_IN_ONE // 1_000_000} MB"
DEEPEST, LONGEST = 20, 400  # folders inside one another, and bytes of a path
ARCHIVES = (".7z", ".rar", ".tar", ".tgz", ".gz", ".bz2", ".xz")
_IGNORED = {"__MACOSX", "__pycache__", "Thumbs.db", "desktop.ini"}


@dataclass(frozen=True)
class Handed:
    """A file that was handed in.

    path: the names of folders and zips that it lies in, below what was given, and its own
    time: when it was changed last, in UTC. in_zip: a student may have made the zip that it is in
    came: when that zip was handed in, by the clock of those who took it; None outside of such a zip
    """

    path: tuple[str, ...]
    time: datetime
    read: Callable[[], bytes]
    in_zip: bool = False
    came: datetime | None = None

    def __str__(self) -> str:
        return printable("/".join(self.path))


@dataclass(frozen=True)
class Refused:
    """What is not read, and why, in words that go on from its path."""

    path: tuple[str, ...]
    why: str

    def __str__(self) -> str:
        return printable("/".join(self.path))


def too_long(parts: tuple[str, ...]) -> str:
    """A path that some system could not hold, or not beside others."""
    long = len(parts) > DEEPEST or len("/".join(parts).encode(errors="replace")) > LONGEST
    return "has a path that is too long" if long else ""


def past(time: datetime) -> datetime:
    """A clock may go wrong; what it calls the future would be the latest for ever."""
    return min(time, datetime.now(UTC))


def ignored(name: str) -> bool:
    return (name.startswith(".") and name != "..") or name in _IGNORED
