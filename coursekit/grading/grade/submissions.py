"""What lies in `submitted/`: read without following a link, and told apart by its bytes."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from coursekit.grading.layout import Classroom

IGNORED = {".ipynb_checkpoints", "__pycache__", ".DS_Store", "__MACOSX", ".git"}
MOST = 100_000_000  # bytes of files beside the notebooks that a kernel gets


@dataclass(frozen=True)
class Submission:
    """What a student has handed in of a lesson; files are read when asked for."""

    student: str
    lesson: str
    folder: Path

    def digest(self) -> str:
        """A hash of all that was handed in, names, bytes and time."""
        digest = hashlib.sha256()
        for path in paths_of(self.folder):
            with (self.folder / path).open("rb") as file:
                part = hashlib.file_digest(file, "sha256").digest()
            digest.update(str(path).encode(errors="surrogateescape") + b"\0" + part)
        return digest.hexdigest()

    def files(self, beside: Path | None = None) -> dict[str, bytes]:
        """What was handed in but the notebooks; below the folder `beside`, by the path from there."""
        found = files_of(self.folder)
        base = "" if beside is None else beside.relative_to(self.folder).as_posix() + "/"
        return {path.removeprefix(base): content for path, content in found.items()}


def paths_of(folder: Path) -> list[PurePosixPath]:
    """The regular files below a folder, relative, in order. Links lead elsewhere and are passed over."""
    found = []
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in IGNORED)
        for name in names:
            path = Path(place, name)
            if name not in IGNORED and not path.is_symlink() and path.is_file():
                found.append(PurePosixPath(path.relative_to(folder).as_posix()))
    return sorted(found)


def files_of(folder: Path) -> dict[str, bytes]:
    """What lies in a folder beside the notebooks, by relative path, as far as it is not too much."""
    found, left = {}, MOST
    for path in paths_of(folder):
        if path.suffix.lower() != ".ipynb":
            left -= (folder / path).stat().st_size
            if left >= 0:
                found[str(path)] = (folder / path).read_bytes()
    return found


def submissions(classroom: Classroom, students: Collection[str] = ()) -> Iterator[Submission]:
    """What was handed in, by student and lesson; of these students only where some are named."""
    for place in _folders(classroom.submitted):
        if not students or place.name in students:
            for folder in _folders(place):
                yield Submission(place.name, folder.name, folder)


def _folders(place: Path) -> list[Path]:
    if not place.is_dir():
        return []
    found = [path for path in place.iterdir() if not path.name.startswith(".")]
    return sorted(path for path in found if path.is_dir() and not path.is_symlink())
