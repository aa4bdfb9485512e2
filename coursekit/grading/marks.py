"""What the gradebook says: who is in the class, and what each submission earned, hand marks among it."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from coursekit.grading.starter import exercise_of, marks


@dataclass(frozen=True)
class Person:
    """A student as the roster names them; whatever is not known is ""."""

    id: str
    first: str = ""
    last: str = ""
    email: str = ""
    lms_id: str = ""

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}".strip() or self.id


@dataclass(frozen=True)
class Mark:
    """One question of a submission: points, None where there is no score.

    waits: for a mark by hand. by_hand: a person gave the points (a text that is as it was handed
    out gets 0 from nbgrader itself)
    """

    score: float | None
    max_score: float
    waits: bool = False
    by_hand: bool = False


@dataclass(frozen=True)
class Record:
    """One submission: points, the penalty for handing in late, and its marks by exercise id."""

    student: str
    lesson: str
    handed_in: datetime | None = None
    raw: float = 0.0
    penalty: float = 0.0
    marks: dict[str, Mark] = field(default_factory=dict)

    @property
    def score(self) -> float:
        return max(0.0, self.raw - self.penalty)


@dataclass(frozen=True)
class Book:
    """The gradebook's content.

    lessons: name -> (deadline, most points). asked: name -> exercise ids, as the lesson asks them
    records: (student, lesson) -> Record
    """

    people: dict[str, Person] = field(default_factory=dict)
    lessons: dict[str, tuple[datetime | None, float]] = field(default_factory=dict)
    records: dict[tuple[str, str], Record] = field(default_factory=dict)
    asked: dict[str, list[str]] = field(default_factory=dict)

    def person(self, student: str) -> Person:
        return self.people.get(student) or Person(student)


def read(classroom: Any) -> Book:
    """Read the gradebook of the class; empty where there is none yet."""
    if not classroom.database.exists():
        return Book()
    from nbgrader.api import Assignment, Student

    with classroom.gradebook() as book:
        people = book.db.query(
            Student.id, Student.first_name, Student.last_name, Student.email, Student.lms_user_id
        )
        lessons = book.db.query(Assignment.name, Assignment.duedate, Assignment.max_score)
        deadlines = {name: (deadline, most) for name, deadline, most in lessons.order_by(Assignment.name)}
        cells = {lesson: question_cells(classroom, lesson) for lesson in deadlines}
        return Book(
            {row[0]: Person(*(value or "" for value in row)) for row in people.order_by(Student.id)},
            deadlines,
            _records(book.db, cells),
            {lesson: list(found.values()) for lesson, found in cells.items()},
        )


Cells = dict[str, dict[str, str]]  # lesson -> grade_id -> exercise id


def _records(db: Any, cells: Cells) -> dict[tuple[str, str], Record]:
    from nbgrader.api import Assignment, Grade, SubmittedAssignment, SubmittedNotebook
    from sqlalchemy import func

    given, of = _marks(db, cells), SubmittedNotebook.assignment_id
    # Grouped: nbgrader's own SubmittedAssignment.score goes through the table once a submission.
    raw = dict(iter(db.query(of, func.sum(Grade.score)).join(Grade).group_by(of)))
    late = dict(iter(db.query(of, func.sum(SubmittedNotebook.late_submission_penalty)).group_by(of)))
    one = SubmittedAssignment
    rows = db.query(one.id, one.student_id, Assignment.name, one.timestamp)
    return {
        (student, lesson): Record(
            student, lesson, when, raw.get(id_) or 0.0, late.get(id_) or 0.0, given[student, lesson]
        )
        for id_, student, lesson, when in rows.join(Assignment, one.assignment_id == Assignment.id)
    }


def _marks(db: Any, cells: Cells) -> dict[tuple[str, str], dict[str, Mark]]:
    from nbgrader.api import Assignment, Grade, GradeCell, SubmittedAssignment, SubmittedNotebook

    columns = (GradeCell.name, GradeCell.max_score, Grade.score, Grade.auto_score, Grade.manual_score)
    rows = (
        db.query(
            SubmittedAssignment.student_id,
            Assignment.name,
            *columns,
            Grade.needs_manual_grade,
        )
        .select_from(Grade)
        .join(GradeCell, Grade.cell_id == GradeCell.id)
        .join(SubmittedNotebook, Grade.notebook_id == SubmittedNotebook.id)
        .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
    )
    found: dict[tuple[str, str], dict[str, Mark]] = defaultdict(dict)
    for student, lesson, cell, most, score, auto, manual, waits in rows:
        if cell in cells[lesson]:
            known = (auto is not None or manual is not None) and not waits
            mark = Mark(score if known else None, most, bool(waits), manual is not None)
            found[student, lesson][cells[lesson][cell]] = mark
    return found


def question_cells(classroom: Any, lesson: str) -> dict[str, str]:
    """grade_id -> exercise id of a lesson's graded cells, in the order of its notebooks."""
    found = {}
    for path in classroom.source(lesson):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            exercise = exercise_of(cell, lesson)
            if exercise:
                found[marks(cell)["grade_id"]] = exercise
    return found
