"""Whose a file is, and of which notebook of which lesson it is a version."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from coursekit.grading.collect.handed import Handed
from coursekit.grading.collect.people import People, student_id
from coursekit.grading.repair.finding import Known, is_notebook, plain_name, stem

# adalovelace_12345_67890_lesson.ipynb and adalovelace_LATE_12345_67890_lesson-2.ipynb
CANVAS = re.compile(r"(?P<name>[^\W_](?:[^\W_]|['’-])*)(?:_LATE)?_(?P<lms>\d+)_\d+_(?P<file>.+)", re.DOTALL)
# Ada Lovelace_1234567_assignsubmission_file_/lesson.ipynb, or all in one name
MOODLE = re.compile(
    r"(?P<name>.+?)_(?P<number>\d+)_assignsubmission_(?:file|onlinetext)(?:_(?P<file>.*))?", re.DOTALL
)
# Folders that are called after what they are, not after who handed in.
COMMON = {
    "submissions",
    "submission",
    "submitted",
    "downloads",
    "download",
    "homework",
    "assignments",
    "collected",
}


@dataclass(frozen=True)
class Whose:
    """Whose a file is. rest: its path below the student's own folder. number: by which a download knows it"""

    student: str
    rest: tuple[str, ...]
    number: str = ""


def own_name(name: str) -> str:
    """The name that a file had before a download put who handed it in before it."""
    found = CANVAS.fullmatch(name) or MOODLE.fullmatch(name)
    return found["file"] if found and found["file"] else name


class Placer:
    """Tells whose each file of one thing that was given is; its folders are seen together.

    given: what was given. files: all its files, for what their paths have in common
    """

    def __init__(
        self, given: Path, files: Iterable[Handed], notebooks: Sequence[Known], people: People
    ) -> None:
        self.people = people
        self.lessons = {plain_name(one.lesson) for one in notebooks}
        self.names = {plain_name(one.name) for one in notebooks} | self.lessons
        self.root = given.stem if given.is_file() else given.resolve().name
        self.single = given.is_file() and given.suffix.lower() != ".zip"
        telling = [self._telling(one.path) for one in files if not _by_download(one.path)]
        first = {folders[0] for folders in telling if folders}
        second = {folders[1] for folders in telling if len(folders) > 1}
        self.wrapper = (
            first if len(first) == 1 and len(second) > 1 and all(len(f) > 1 for f in telling) else set()
        )

    def whose(self, path: tuple[str, ...]) -> Whose | None:
        """Whose the file at `path` is, None where nothing says it."""
        download = _by_download(path)
        # In the folder of somebody who is known, files are theirs, whatever they are called.
        if download and not any(map(self.people.find, self._telling(path[: download[0] + 1]))):
            place, number, names = download
            student = self.people.find(*names) or student_id(names[-1])
            return Whose(student, (*path[place + 1 : -1], own_name(path[-1])), number)
        folders = [one for one in self._telling(path) if one not in self.wrapper]
        named = next((one for one in folders if self.people.find(one)), None) or next(iter(folders), None)
        if named is not None:
            rest = path[path.index(named) + 1 :]
            rest = rest[1:] if len(rest) > 1 and plain_name(rest[0]) in self.lessons else rest
            return self._called(named, rest)
        called = stem(path[-1]) if is_notebook(path[-1]) else Path(path[-1]).stem
        if plain_name(called) not in self.names:
            return self._called(self._without_lesson(called), path[-1:])
        if not self.single and plain_name(self.root) not in self.lessons and self.root.lower() not in COMMON:
            return self._called(self.root, path)
        return None

    def _called(self, name: str, rest: tuple[str, ...]) -> Whose | None:
        student = self.people.find(name) or student_id(name)
        return Whose(student, rest) if student else None

    def _telling(self, path: tuple[str, ...]) -> list[str]:
        """The folders of a path that may name a student."""
        return [one for one in path[:-1] if plain_name(one) not in self.lessons and one.lower() not in COMMON]

    def _without_lesson(self, called: str) -> str:
        """`ada` of `01_gradient_descent_ada` or `Ada - 01 gradient descent`."""
        for name in sorted(self.names, key=len, reverse=True):
            words = r"[\W_]+".join(map(re.escape, name.split("_")))
            rest = re.sub(rf"[\W_]*{words}[\W_]*", " ", called, flags=re.IGNORECASE).strip()
            if rest and rest != called:
                return rest
        return called


def _by_download(path: tuple[str, ...]) -> tuple[int, str, list[str]] | None:
    """Where an LMS's way of naming is in a path, its number, and the names it gives, the last for an id."""
    for place, part in enumerate(path):
        # Canvas first: what comes after its numbers may look like Moodle's, for the student chose it.
        if found := CANVAS.fullmatch(part):
            return place, found["lms"], [found["lms"], found["name"], f"{found['name']}_{found['lms']}"]
        if found := MOODLE.fullmatch(part):
            return place, found["number"], [found["name"]]
    return None
