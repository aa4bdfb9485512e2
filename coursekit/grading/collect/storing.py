"""Laying submissions down: the latest in `submitted/`, every earlier one in `.coursekit/earlier/`.

A folder is made ready aside and then takes the old one's place by renaming, so that a kill at any moment
leaves a whole submission: `finish_interrupted` does what was left.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from zoneinfo import ZoneInfo

from coursekit.files import read_file, write_whole
from coursekit.grading.layout import Classroom

TIMESTAMP = "timestamp.txt"  # nbgrader's: the time of handing in
FORM = "%Y-%m-%d %H:%M:%S UTC"


@dataclass(frozen=True)
class Incoming:
    """A file for `submitted/STUDENT/LESSON/`, read when it is laid down.

    time: of handing in. source: where it came from. edited: decides between two of one time
    """

    path: PurePosixPath
    digest: str
    time: datetime
    source: str
    read: Callable[[], bytes]
    edited: datetime


class Store:
    """The submissions of a class on the disk."""

    def __init__(self, classroom: Classroom) -> None:
        self.submitted, self.earlier = classroom.submitted, classroom.earlier
        self.incoming = classroom.private / "incoming"

    def finish_interrupted(self) -> None:
        """Put what was ready when collecting was interrupted into its place; forget what was not."""
        for ready in sorted(self.incoming.glob("*/*")):
            if ready.suffix == ".part":
                shutil.rmtree(ready)
            else:
                self._swap(ready, *ready.relative_to(self.incoming).parts)

    def take(self, student: str, lesson: str, versions: Sequence[Incoming]) -> list[dict[str, str]]:
        """Lay down the latest version of each file and keep the others. Returns a line a notebook.

        what: "new", "newer" than what was there, "same", or "older" and kept as such
        """
        folder = self.submitted / student / lesson
        if folder.parent.is_symlink():  # it leads somewhere else: nothing is read or written there
            folder.parent.rename(_free(self._earlier(student, lesson, datetime.now(UTC))))
        told, changes = [], []
        for latest, others in _by_file(versions):
            what = "new" if folder.is_symlink() else _compare(folder / latest.path, latest)
            if what in ("new", "newer"):
                changes.append(latest)
            for one in [*others, *([latest] if what == "older" else [])]:
                self._keep(student, lesson, one)
            if latest.path.suffix == ".ipynb":
                line = {"student": student, "lesson": lesson, "notebook": latest.path.name, "what": what}
                told.append(line | {"time": latest.time.strftime(FORM), "source": latest.source})
        if changes:
            self._swap(self._ready(student, lesson, changes), student, lesson)
        return told

    def _ready(self, student: str, lesson: str, changes: Sequence[Incoming]) -> Path:
        """A folder with what is there now and the changes."""
        ready = self.incoming / student / lesson
        part = ready.with_name(f"{lesson}.part")
        shutil.rmtree(part, ignore_errors=True)
        here = self.submitted / student / lesson
        if here.is_dir() and not here.is_symlink():
            shutil.copytree(here, part, ignore=_no_files)
        for one in changes:
            target = part / one.path
            _make_room(target, part)
            write_whole(target, one.read())
            os.utime(target, (one.time.timestamp(), one.time.timestamp()))
        notebooks = [path for path in part.rglob("*.ipynb") if path.is_file()]
        latest = max((path.stat().st_mtime for path in notebooks), default=0)
        write_whole(part / TIMESTAMP, datetime.fromtimestamp(latest, UTC).strftime(FORM).encode())
        part.rename(ready)
        return ready

    def _swap(self, ready: Path, student: str, lesson: str) -> None:
        here = self.submitted / student / lesson
        if os.path.lexists(here):
            time = None if here.is_symlink() else _stamped(here / TIMESTAMP)
            time = time or datetime.fromtimestamp(here.lstat().st_mtime, UTC)
            here.rename(_free(self._earlier(student, lesson, time)))
        here.parent.mkdir(parents=True, exist_ok=True)
        ready.rename(here)

    def _keep(self, student: str, lesson: str, one: Incoming) -> None:
        """Keep a version that is not the latest, once."""
        folder = self.earlier / student / lesson
        same = (path for path in folder.glob(f"*/{one.path}") if path.is_file())
        if not any(digest(path.read_bytes()) == one.digest for path in same):
            write_whole(_free(self._earlier(student, lesson, one.time)) / one.path, one.read())

    def _earlier(self, student: str, lesson: str, time: datetime) -> Path:
        folder = self.earlier / student / lesson / time.strftime("%Y-%m-%d %H.%M.%S")
        folder.parent.mkdir(parents=True, exist_ok=True)
        return folder


def _by_file(versions: Sequence[Incoming]) -> Iterator[tuple[Incoming, list[Incoming]]]:
    """Of each file the latest version, and the others that differ from it."""
    for path in dict.fromkeys(one.path for one in versions):
        # Of two from one second, the one that comes later in the listing: lesson-2 after lesson-1.
        of_it = sorted((one for one in versions if one.path == path), key=lambda one: (one.time, one.edited))
        latest = of_it[-1]
        yield latest, [one for one in of_it[:-1] if one.digest != latest.digest]


def _compare(here: Path, latest: Incoming) -> str:
    if here.is_symlink() or not here.is_file():
        return "new"
    if digest(read_file(here)) == latest.digest:
        return "same"
    return "newer" if latest.time.timestamp() >= here.stat().st_mtime else "older"


def _no_files(folder: str, names: list[str]) -> list[str]:
    """Links, pipes and the like, which are not copied."""
    paths = [Path(folder, name) for name in names]
    return [one.name for one in paths if one.is_symlink() or not (one.is_file() or one.is_dir())]


def _make_room(target: Path, root: Path) -> None:
    """Take away what stands in the way of a file: a folder of its name, files where its folders must be."""
    if target.is_dir():
        shutil.rmtree(target)
    for folder in target.parents[: len(target.relative_to(root).parts) - 1]:
        if folder.is_file():
            folder.unlink()


def _stamped(stamp: Path) -> datetime | None:
    with suppress(OSError):
        return parse_time(read_file(stamp))
    return None


def _free(folder: Path) -> Path:
    """This path, or one made from it, at which there is nothing yet."""
    number, free = 1, folder
    while os.path.lexists(free):
        number += 1
        free = folder.with_name(f"{folder.name} ({number})")
    return free


def parse_time(content: bytes) -> datetime | None:
    """The time in nbgrader's timestamp.txt ("2026-02-02 15:58:23.9 UTC"), in UTC; None where it is none."""
    try:
        day, clock, *zone = content.decode().split()
        time = datetime.fromisoformat(f"{day} {clock}{zone[0] if zone and zone[0][0] in '+-' else ''}")
        return time.replace(tzinfo=time.tzinfo or ZoneInfo(zone[0] if zone else "UTC")).astimezone(UTC)
    except (ValueError, OSError, KeyError, OverflowError):  # ZoneInfo raises any of these
        return None


def digest(content: bytes) -> str:
    """By which contents are told apart."""
    return hashlib.sha256(content).hexdigest()
