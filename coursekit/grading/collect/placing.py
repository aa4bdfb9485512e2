"""Whose a file is, and of which notebook of which lesson it is a version."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from coursekit.grading.collect.people import People, student_id
from coursekit.grading.collect.sources import Handed
from coursekit.grading.layout import Classroom
from coursekit.grading.repair.finding import plain_name
from coursekit.grading.repair.reading import Hopeless, read
from coursekit.grading.starter import marks

# adalovelace_12345_67890_lesson.ipynb and adalovelace_LATE_12345_67890_lesson-2.ipynb
CANVAS = re.compile(r"(?P<name>[^\W_](?:[^\W_]|['’-])*)(?:_LATE)?_(?P<lms>\d+)_\d+_(?P<file>.+)")
# Ada Lovelace_1234567_assignsubmission_file_/lesson.ipynb, or all in one name
MOODLE = re.compile(r"(?P<name>.+?)_(?P<number>\d+)_assignsubmission_(?:file|onlinetext)(?:_(?P<file>.*))?")
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


@dataclass(frozen=True)
class Known:
    """A notebook of the course: of which lesson, its name, the ids of its graded cells."""

    lesson: str
    name: str
    ids: frozenset[str]


def catalogue(classroom: Classroom) -> list[Known]:
    """The notebooks that can be handed in."""
    found = []
    for lesson in classroom.lessons():
        for path in classroom.source(lesson):
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
            ids = frozenset(marks(cell)["grade_id"] for cell in cells if marks(cell).get("grade_id"))
            found.append(Known(lesson, path.stem, ids))
    return found


def which(content: bytes, file: Handed, known: Sequence[Known]) -> Known | None:
    """The notebook that this is a version of: as its stamp says, else its name, else what is in it."""
    try:
        parts, metadata, _ = read(content)
    except Hopeless:
        parts, metadata = [], {}
    stamp = metadata.get("coursekit")
    if isinstance(stamp, dict):
        said = [
            one for one in known if (one.lesson, one.name) == (stamp.get("lesson"), stamp.get("notebook"))
        ]
        if said:
            return said[0]
    called = [one for one in known if plain_name(one.name) == plain_name(own_name(file.path[-1]))]
    if not called:
        called = [one for one in known if plain_name(one.name) in plain_name(file.path[-1])]
        called.sort(key=lambda one: -len(one.name))
    if called:
        return called[0]
    ids = {part.claim or part.id for part in parts}
    by_content = sorted(known, key=lambda one: -len(ids & one.ids))
    if not by_content or not ids & by_content[0].ids:
        return None
    alike = [one for one in by_content if len(ids & one.ids) == len(ids & by_content[0].ids)]
    in_folder = [one for one in alike if plain_name(one.lesson) in map(plain_name, file.path[:-1])]
    return alike[0] if len(alike) == 1 else next(iter(in_folder), None)


def own_name(name: str) -> str:
    """The name that a file had before a download put who handed it in before it."""
    found = CANVAS.fullmatch(name) or MOODLE.fullmatch(name)
    return found["file"] if found and found["file"] else name


class Placer:
    """Tells whose each file of one thing that was given is; its folders are seen together.

    given: what was given. files: all its files, for what their paths have in common
    """

    def __init__(self, given: Path, files: Iterable[Handed], known: Sequence[Known], people: People) -> None:
        self.people = people
        self.lessons = {plain_name(one.lesson) for one in known}
        self.names = {plain_name(one.name) for one in known} | self.lessons
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
        if download:
            place, number, names = download
            student = self.people.find(*names) or student_id(names[-1])
            return Whose(student, (*path[place + 1 : -1], own_name(path[-1])), number)
        folders = [one for one in self._telling(path) if one not in self.wrapper]
        named = next((one for one in folders if self.people.find(one)), None) or next(iter(folders), None)
        if named is not None:
            rest = path[path.index(named) + 1 :]
            rest = rest[1:] if len(rest) > 1 and plain_name(rest[0]) in self.lessons else rest
            return self._called(named, rest)
        stem = Path(path[-1]).stem
        if plain_name(stem) not in self.names:
            return self._called(self._without_lesson(stem), path[-1:])
        if not self.single and plain_name(self.root) not in self.lessons and self.root.lower() not in COMMON:
            return self._called(self.root, path)
        return None

    def _called(self, name: str, rest: tuple[str, ...]) -> Whose | None:
        student = self.people.find(name) or student_id(name)
        return Whose(student, rest) if student else None

    def _telling(self, path: tuple[str, ...]) -> list[str]:
        """The folders of a path that may name a student."""
        return [one for one in path[:-1] if plain_name(one) not in self.lessons and one.lower() not in COMMON]

    def _without_lesson(self, stem: str) -> str:
        """`ada` of `01_gradient_descent_ada` or `Ada - 01 gradient descent`."""
        for name in sorted(self.names, key=len, reverse=True):
            words = r"[\W_]+".join(map(re.escape, name.split("_")))
            rest = re.sub(rf"[\W_]*{words}[\W_]*", " ", stem, flags=re.IGNORECASE).strip()
            if rest and rest != stem:
                return rest
        return stem


def _by_download(path: tuple[str, ...]) -> tuple[int, str, list[str]] | None:
    """Where an LMS's way of naming is in a path, its number, and the names it gives, the last for an id."""
    for place, part in enumerate(path):
        if found := MOODLE.fullmatch(part):
            return place, found["number"], [found["name"]]
        if found := CANVAS.fullmatch(part):
            return place, found["lms"], [found["lms"], found["name"], f"{found['name']}_{found['lms']}"]
    return None
