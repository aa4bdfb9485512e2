"""Grades as a CSV file: for a spreadsheet, for Canvas or Moodle, or every exercise by itself.

Points are the gradebook's, so that marks by hand and penalties for handing in late count. What has
no score is empty, never 0: what could not be graded, what was not handed in, what waits for a mark.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from coursekit import console
from coursekit.checking import exercises_of, lessons
from coursekit.errors import CannotDo, told
from coursekit.files import write_whole
from coursekit.grading import journal, marks
from coursekit.grading.journal import Graded
from coursekit.grading.marks import Book, Mark, Person, Record
from coursekit.grading.report.counting import status_of
from coursekit.grading.report.summary import UNGRADED
from coursekit.grading.starter import topic

FORMATS = ("nbgrader", "canvas", "moodle")
WAITS = "needs-manual-grade"
MARKED = "marked"  # by hand

_FORMULA = tuple("=+-@＝＋－＠")  # what begins one, in East Asian spreadsheets too

Row = list[Any]


def export(
    classroom: Any, file: Path | str, format: str = "nbgrader", exercises: bool = False
) -> dict[str, Any]:
    """Write the grades of all lessons that were graded to `file`; return where, and of how many students.

    format: "nbgrader" (a row a student and lesson), "canvas" or "moodle" (a row a student, ready to be
    imported there). exercises: a row a student and exercise instead
    Raises CannotDo where nothing was graded yet, and where the file cannot be written.
    """
    if format not in FORMATS:
        raise CannotDo(f"There is no format {format!r}; there are {', '.join(FORMATS)}.")
    if exercises and format != "nbgrader":
        raise CannotDo(f"--exercises writes a table of its own; leave --format {format} out.")
    graded = journal.graded(classroom)
    if not graded:
        raise CannotDo(f"Nothing is graded yet in {classroom.root}: run `coursekit grade` first.")
    class_ = Class(marks.read(classroom), graded)
    rows = class_.exercises() if exercises else getattr(class_, format)()
    path = Path(file).absolute()
    if path.is_dir():
        raise CannotDo(f"{path} is a folder; name a file to write to, as grades.csv.")
    try:
        write_whole(path, as_csv(rows))
    except OSError as error:
        raise CannotDo(told(error) or f"{path} cannot be written: {error.strerror}.") from error
    waiting = sum(class_.waits(one.student, one.lesson) for one in graded)
    failed = sum(one.error is not None for one in graded)
    console.say(f"Grades of {len(class_.people)} students: {path}")
    if failed:
        console.say(f"{_notebooks(failed)} could not be graded: empty there.")
    if waiting:
        console.say(f"{_notebooks(waiting)} still wait for a mark by hand: those points are not in yet.")
    return {
        "file": str(path),
        "students": len(class_.people),
        "could_not_be_graded": failed,
        "waiting_for_a_mark": waiting,
    }


def _notebooks(number: int) -> str:
    return f"{number} submission{'s' if number != 1 else ''}"


class Class:
    """The grades of a class, ready to be laid out in rows; the first row holds the headings."""

    def __init__(self, book: Book, graded: Sequence[Graded]) -> None:
        self.book = book
        self.graded = {(one.student, one.lesson): one for one in graded}
        self.lessons = sorted({one.lesson for one in graded})
        ids = {*book.people, *(one.student for one in graded)}
        self.people = sorted(map(book.person, ids), key=lambda one: one.id)

    def score(self, student: str, lesson: str) -> float | str:
        """The points that count, "" where there are none: not handed in, or not graded."""
        record = self._record(student, lesson)
        return record.score if record else ""

    def _record(self, student: str, lesson: str) -> Record | None:
        one, record = self.graded.get((student, lesson)), self.book.records.get((student, lesson))
        if one is None or record is None:
            return None
        marked = any(mark.score is not None for mark in record.marks.values())
        return record if one.error is None or marked else None

    def waits(self, student: str, lesson: str) -> bool:
        """Whether a written answer has no mark yet."""
        record = self._record(student, lesson)
        return record is not None and any(mark.waits for mark in record.marks.values())

    def nbgrader(self) -> list[Row]:
        """nbgrader's own columns, lesson by lesson."""
        head = "assignment duedate timestamp student_id last_name first_name email"
        rows: list[Row] = [[*head.split(), "raw_score", "late_submission_penalty", "score", "max_score"]]
        for lesson in self.lessons:
            due, most = self.book.lessons.get(lesson, (None, ""))
            for person in self.people:
                record = self._record(person.id, lesson)
                handed = self.book.records.get((person.id, lesson))
                rows.append(
                    [lesson, due or "", (handed and handed.handed_in) or "", *_who(person)]
                    + ([record.raw, record.penalty, record.score] if record else ["", "", ""])
                    + [most]
                )
        return rows

    def canvas(self) -> list[Row]:
        """Canvas' gradebook import: people by its own ID; the second row says how many points there are."""
        rows: list[Row] = [["Student", "ID", "SIS Login ID", "Section", *self.lessons]]
        rows.append(["    Points Possible", "", "", "", *(self._most(lesson) for lesson in self.lessons)])
        for person in self.people:
            name = ", ".join(filter(None, [person.last, person.first])) or person.id
            scores = [self.score(person.id, lesson) for lesson in self.lessons]
            rows.append([_text(name), _text(person.lms_id), _text(person.id), "", *scores])
        return rows

    def moodle(self) -> list[Row]:
        """Moodle's grade import, where one says which column finds people and which holds which grade."""
        rows: list[Row] = [["Identifier", "Full name", "Email address", *self.lessons]]
        for person in self.people:
            scores = [self.score(person.id, lesson) for lesson in self.lessons]
            rows.append([*map(_text, (person.lms_id or person.id, person.name, person.email)), *scores])
        return rows

    def exercises(self) -> list[Row]:
        """A row a student and exercise."""
        rows: list[Row] = [["student", "lesson", "exercise", "score", "max_score", "status", "mistake"]]
        for lesson in self.lessons:
            for person in self.people:
                one = self.graded.get((person.id, lesson))
                if one is not None:
                    rows += [[_text(person.id), lesson, *row] for row in self._of_one(one)]
        return rows

    def _of_one(self, one: Graded) -> Iterable[Row]:
        record = self._record(one.student, one.lesson)
        known = exercises_of(topic(one.lesson)) if topic(one.lesson) in lessons() else {}
        order = list(dict.fromkeys([*self.book.asked.get(one.lesson, []), *known]))
        asked = {*one.verdicts, *one.written} if one.error is None else {*order}
        for exercise in [*(name for name in order if name in asked), *sorted(asked - {*order})]:
            mark = record.marks.get(exercise) if record else None
            verdict = one.verdicts.get(exercise, {})
            most = (
                mark.max_score
                if mark
                else verdict.get("max_points", getattr(known.get(exercise), "points", ""))
            )
            status, score = _outcome(one, exercise, mark)
            yield [exercise, "" if score is None else score, most, status, verdict.get("mistake") or ""]

    def _most(self, lesson: str) -> float | str:
        return self.book.lessons.get(lesson, (None, ""))[1]


def _outcome(one: Graded, exercise: str, mark: Mark | None) -> tuple[str, float | None]:
    """Status and points of one exercise; no points where there are none yet."""
    score = mark.score if mark else None
    if one.error is not None:
        return UNGRADED, score
    if exercise in one.written:
        if mark is None or score is None:
            return WAITS, None
        return (MARKED if mark.by_hand else "not-attempted"), score
    status = status_of(one, exercise)
    if score is None and status != UNGRADED:
        score = one.verdicts[exercise].get("points")
    return status, score


def _who(person: Person) -> Row:
    return [*map(_text, (person.id, person.last, person.first, person.email))]


def _text(value: str) -> str:
    """A text that a spreadsheet shows and never runs as a formula."""
    value = " ".join(value.split())
    return f"'{value}" if value.startswith(_FORMULA) else value


def as_csv(rows: Iterable[Row]) -> bytes:
    """The rows as CSV in UTF-8, numbers without needless digits."""
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator="\r\n").writerows([[_plain(value) for value in row] for row in rows])
    return file.getvalue().encode()


def _plain(value: Any) -> Any:
    return f"{round(value, 6):g}" if isinstance(value, float) else value
