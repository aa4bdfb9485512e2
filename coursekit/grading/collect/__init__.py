"""`coursekit collect`: what came back, sorted into `submitted/STUDENT/LESSON/`, the latest of each."""

from __future__ import annotations

import errno
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any

from coursekit import console
from coursekit.errors import CannotDo
from coursekit.files import write_whole
from coursekit.grading.collect.handed import Handed, Refused
from coursekit.grading.collect.people import People, people_of
from coursekit.grading.collect.placing import Placer, Whose, own_name
from coursekit.grading.collect.sources import files_in
from coursekit.grading.collect.storing import TIMESTAMP, Incoming, Store, digest, parse_time
from coursekit.grading.layout import Classroom
from coursekit.grading.lock import only_one
from coursekit.grading.repair.finding import Known, catalogue, is_notebook, which

MOST_IN_NAME = 150  # bytes of a file's name
MOST_BESIDE = 50_000_000  # bytes of a file that lies beside a notebook
_SAYS_NOTHING = (TIMESTAMP, "onlinetext.html", ".pyc")


def collect(classroom: Classroom, paths: Sequence[Path]) -> dict[str, Any]:
    """Take submissions from folders, zips and notebooks; what was there before is kept as an earlier version.

    Returns what was placed, and what could not be and why. Raises CannotDo where a path does not exist.
    """
    missing = [str(path) for path in paths if not Path(path).exists()]
    if missing:
        raise CannotDo(f"There is no file or folder {', '.join(missing)}.")
    known = catalogue(classroom)
    if not known:
        raise CannotDo(f"There is no lesson in {classroom.notebooks}.")
    persons = people_of(classroom.make())
    sorting = _Sorting(classroom, known, persons)
    for path in paths:
        sorting.sort(Path(path))
    sorting.place_beside()
    placed = []
    with only_one(classroom.private / "lock"):  # no submission changes while it is graded
        store = Store(classroom)
        store.finish_interrupted()
        for (student, lesson), versions in console.track(sorted(sorting.incoming.items()), "collecting"):
            try:
                placed += store.take(student, lesson, versions)
            except OSError as error:
                if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS):
                    raise  # nobody's fault, and the next one's too
                sorting.refuse(f"{student}, {lesson}", f"could not be laid down ({error.strerror or error})")
    strangers = sorted({one["student"] for one in placed} - persons.ids) if persons.ids else []
    _tell(classroom, placed, sorting, strangers)
    return {
        "placed": placed,
        "unplaced": sorting.unplaced,
        "notes": sorting.notes,
        "not_in_roster": strangers,
        "exit": 0 if placed else 1,
    }


@dataclass
class _Sorting:
    """Files on their way: by student and lesson, or not placed.

    homes: the folders, below a student's own, in which the notebooks of a lesson lay
    """

    classroom: Classroom
    known: Sequence[Known]
    persons: People
    incoming: dict[tuple[str, str], list[Incoming]] = field(default_factory=lambda: defaultdict(list))
    homes: dict[tuple[str, str], list[tuple[str, ...]]] = field(default_factory=lambda: defaultdict(list))
    beside: list[tuple[Handed, Whose]] = field(default_factory=list)
    unplaced: list[dict[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def sort(self, given: Path) -> None:
        """Sort all files of one thing that was given."""
        files = list(files_in(given))
        handed = [one for one in files if isinstance(one, Handed)]
        placer = Placer(given, handed, self.known, self.persons)
        times = {one.path[:-1]: one for one in handed if one.path[-1] == TIMESTAMP and not one.in_zip}
        namesakes = self._namesakes([placer.whose(one.path) for one in handed])
        for file in console.track(files, f"reading {given.name}, files"):
            if isinstance(file, Refused):
                self.refuse(f"{given}: {file}", file.why)
                continue
            whose = placer.whose(file.path)
            if whose and whose.student in namesakes:
                whose = replace(whose, student=f"{whose.student}_{whose.number}")
            if is_notebook(own_name(file.path[-1]), [one.name for one in self.known]):
                # In a download, or a zip, a timestamp.txt may be the student's own.
                stamp = None if whose and whose.number else times.get(file.path[:-1])
                self._sort_notebook(given, file, whose, stamp)
            elif whose and not file.path[-1].endswith(_SAYS_NOTHING):
                self.beside.append((file, whose))
        for name, numbers in sorted(namesakes.items()):
            self.notes.append(f"{len(numbers)} people are called {name}; a number tells them apart")

    def _namesakes(self, told: Sequence[Whose | None]) -> dict[str, set[str]]:
        """Names that one download gives to several people: name -> their numbers."""
        numbers: dict[str, set[str]] = defaultdict(set)
        for whose in told:
            if whose and whose.number and whose.student not in self.persons.ids:
                numbers[whose.student].add(whose.number)
        return {name: found for name, found in numbers.items() if len(found) > 1}

    def _sort_notebook(self, given: Path, file: Handed, whose: Whose | None, stamp: Handed | None) -> None:
        try:
            content = file.read()
            # A download's own zips tell when it was handed in; in a student's zip any time may stand.
            came = file.came if whose and whose.number else None
            time = (parse_time(stamp.read()) if stamp else None) or came or file.time
        except OSError as error:
            self.refuse(f"{given}: {file}", str(error))
            return
        notebook = which(content, own_name(file.path[-1]), self.known, file.path[:-1])
        if whose is None or notebook is None:
            why = "is no notebook of a lesson here" if whose else "has a path that does not say whose it is"
            kept = self.classroom.unplaced / f"{digest(content)[:8]}-{_safe(file.path[-1])}"
            write_whole(kept, content)
            self.refuse(f"{given}: {file}", why, str(kept))
            return
        name = PurePosixPath(f"{notebook.name}.ipynb")
        version = Incoming(name, digest(content), time, str(file), file.read, file.time)
        self.incoming[whose.student, notebook.lesson].append(version)
        self.homes[whose.student, notebook.lesson].append(whose.rest[:-1])

    def place_beside(self) -> None:
        """Put the other files beside the notebooks they came with, by folder where there are several."""
        lessons: dict[str, list[str]] = defaultdict(list)
        for student, lesson in self.incoming:
            lessons[student].append(lesson)
        for file, whose in self.beside:
            own = lessons[whose.student]
            own = [lesson for lesson in own if lesson in file.path] or own
            try:
                content = file.read()
            except OSError as error:
                self.refuse(str(file), str(error))
                continue
            if len(own) != 1:
                self.refuse(str(file), "belongs to no notebook that could be placed")
            elif len(content) > MOST_BESIDE:
                self.refuse(str(file), f"is larger than {MOST_BESIDE // 1_000_000} MB")
            else:
                path, when = self._path(whose, own[0]), file.time
                version = Incoming(path, digest(content), when, str(file), file.read, when)
                self.incoming[whose.student, own[0]].append(version)
        for versions in self.incoming.values():
            self._clear_names(versions)

    def _clear_names(self, versions: list[Incoming]) -> None:
        """Leave out files that have the name of a folder among these, and those in a folder called .ipynb."""
        folders = {parent for one in versions for parent in one.path.parents}
        for one in [*versions]:
            if one.path in folders or any(parent.suffix == ".ipynb" for parent in one.path.parents):
                versions.remove(one)
                self.refuse(one.source, "has the name of a folder, or lies in one that is called a notebook")

    def _path(self, whose: Whose, lesson: str) -> PurePosixPath:
        """Where a file was, seen from the folder of the notebook it came with: the notebook may read it."""
        above = [one for one in self.homes[whose.student, lesson] if whose.rest[: len(one)] == one]
        home = max(map(len, above), default=0)
        return PurePosixPath(*map(_safe, whose.rest[home:]))

    def refuse(self, path: str, why: str, kept: str = "") -> None:
        """Note what is not placed, and why."""
        self.unplaced.append({"path": path, "why": console.printable(why), "kept": kept})


def _safe(name: str) -> str:
    """A file's name without what some system would not have in one."""
    safe = re.sub(r"[^\w.,()' +=@-]", "_", name).rstrip(". ")
    return safe.encode()[-MOST_IN_NAME:].decode(errors="ignore") or "_"


def _tell(
    classroom: Classroom, placed: list[dict[str, str]], sorting: _Sorting, strangers: list[str]
) -> None:
    if placed:
        students = len({one["student"] for one in placed})
        listed = ", ".join(
            f"{n} {what}" for what, n in sorted(Counter(one["what"] for one in placed).items())
        )
        console.say(f"{classroom.submitted}: {len(placed)} notebooks of {students} students ({listed}).")
    for note in sorting.notes:
        console.say(f"Note: {note}.")
    if strangers:
        console.say(f"Not in the roster: {', '.join(strangers)}.")
    for one in sorting.unplaced:
        kept = f" It is kept as {one['kept']}." if one["kept"] else ""
        console.say(f"Not placed: {one['path']} {one['why']}.{kept}")
    if not placed:
        console.complain("coursekit: There is no submission in what was given.")
