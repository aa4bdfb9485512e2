"""What lies in `submitted/`: read without following a link, and told apart by its bytes."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from coursekit.files import open_file, read_file
from coursekit.grading.collect.storing import FORM, TIMESTAMP, parse_time
from coursekit.grading.layout import Classroom
from coursekit.grading.repair.finding import DEEPEST, is_notebook

IGNORED = {".ipynb_checkpoints", "__pycache__", ".DS_Store", "__MACOSX", ".git"}
MOST = 100_000_000  # bytes of files beside the notebooks that a kernel gets
MOST_FILES = 2_000  # of them


@dataclass(frozen=True)
class Submission:
    """What a student has handed in of a lesson; files are read when asked for."""

    student: str
    lesson: str
    folder: Path

    def digest(self) -> str:
        """A hash of all that was handed in, names and bytes; of what cannot be read, of its name."""
        digest = hashlib.sha256()
        for path in paths_of(self.folder):
            part = b""
            with suppress(OSError), open_file(self.folder / path) as file:
                part = hashlib.file_digest(file, "sha256").digest()
            digest.update(str(path).encode(errors="surrogateescape") + b"\0" + part)
        return digest.hexdigest()

    def files(self, beside: Path | None = None) -> dict[str, bytes]:
        """What was handed in but the notebooks; below the folder `beside`, by the path from there."""
        found = files_of(self.folder)
        base = "" if beside is None else beside.relative_to(self.folder).as_posix() + "/"
        found.pop(TIMESTAMP, None)
        if time := self.time():  # as nbgrader reads it, or it would refuse the submission
            found[base + TIMESTAMP] = time.strftime(FORM).encode()
        return can_lie({path.removeprefix(base): content for path, content in found.items()})

    def time(self) -> datetime | None:
        """When it was handed in, by nbgrader's timestamp.txt; None where that does not say it."""
        with suppress(OSError):
            return parse_time(read_file(self.folder / TIMESTAMP))
        return None


def paths_of(folder: Path) -> list[PurePosixPath]:
    """The regular files below a folder, relative, in order. Links lead elsewhere and are passed over."""
    found = [path for path in _all_in(folder) if path.is_file() and not path.is_symlink()]
    return sorted(PurePosixPath(path.relative_to(folder).as_posix()) for path in found)


def links_of(folder: Path) -> list[Path]:
    """The links below a folder."""
    return sorted(path for path in _all_in(folder) if path.is_symlink())


def _all_in(folder: Path) -> Iterator[Path]:
    """All below a folder that somebody may have put there, no deeper than can be meant."""
    for place, folders, names in os.walk(folder):
        here = Path(place)
        folders[:] = sorted(name for name in folders if name not in IGNORED)
        yield from (here / name for name in (*folders, *names) if name not in IGNORED)
        if len(here.relative_to(folder).parts) >= DEEPEST:
            folders.clear()


def files_of(folder: Path) -> dict[str, bytes]:
    """What lies in a folder beside the notebooks, by relative path, as far as it is not too much."""
    found: dict[str, bytes] = {}
    left = MOST
    for path in paths_of(folder):
        if path.suffix.lower() != ".ipynb" and len(found) < MOST_FILES:
            with suppress(OSError):
                content = read_file(folder / path, left)
                found[str(path)], left = content, left - len(content)
    return found


def can_lie(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Those that can lie in one folder with each other and with notebooks: no file where a folder must be."""
    folders = {str(parent) for path in files for parent in PurePosixPath(path).parents}
    notebooks = [path for path in files if ".ipynb/" in path.lower()]
    return {path: content for path, content in files.items() if path not in folders and path not in notebooks}


def submissions(classroom: Classroom, students: Collection[str] = ()) -> Iterator[Submission]:
    """What was handed in, by student and lesson; of these students only where some are named."""
    for place in _places(classroom, students):
        for path in [] if _unfit(place) else _in(place):
            if not _unfit(path) and path.is_dir():
                yield Submission(place.name, path.name, path)


def passed_over(classroom: Classroom, students: Collection[str] = ()) -> Iterator[tuple[str, str, str]]:
    """(student, lesson, why) of what in `submitted/` is no submission, and may be meant as one."""
    for place in _places(classroom, students):
        if why := _unfit(place):
            yield place.name, "all lessons", why
            continue
        for path in _in(place):
            if why := _unfit(path):
                yield place.name, path.name, why
            elif not path.is_dir() and (is_notebook(path.name) or path.suffix.lower() == ".zip"):
                yield place.name, path.name, "it lies in no lesson's folder; `coursekit collect` sorts it"


def _places(classroom: Classroom, students: Collection[str]) -> list[Path]:
    """The students' own folders, and links that stand for one."""
    found = [path for path in _in(classroom.submitted) if path.is_dir() or path.is_symlink()]
    return [path for path in found if not students or path.name in students]


def _unfit(path: Path) -> str:
    """Why a folder is not looked into; "" where it is."""
    if path.is_symlink():
        return "it is a link, which is not followed"
    if not path.name.isprintable() or set(path.name) & set("[]*?"):
        return "nbgrader cannot work with this name; `coursekit collect` gives it another"
    if path.is_dir() and not os.access(path, os.R_OK | os.X_OK):
        return "its folder cannot be read"
    return ""


def _in(place: Path) -> list[Path]:
    if not place.is_dir():
        return []
    return sorted(path for path in place.iterdir() if not path.name.startswith("."))
