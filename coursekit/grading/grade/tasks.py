"""What there is to grade: what was handed in, beside what the journal and the gradebook hold of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from coursekit.errors import CannotDo
from coursekit.grading.database import Database
from coursekit.grading.grade.seeds import version_of
from coursekit.grading.grade.submissions import Submission, passed_over, submissions
from coursekit.grading.journal import Attempt, Journal
from coursekit.grading.layout import Classroom
from coursekit.grading.starter import topic


@dataclass
class Task:
    """A submission that something is to be done for.

    attempt: its number in the journal, 0 before it begins. ended: it has been run, and is only to be applied
    before: what the gradebook holds of this student and lesson. repairs: what was mended, once it has begun
    """

    submission: Submission
    digest: str
    version: str
    before: Attempt | None
    attempt: int = 0
    ended: bool = False
    repairs: tuple[str, ...] = ()

    @property
    def student(self) -> str:
        return self.submission.student

    @property
    def lesson(self) -> str:
        return self.submission.lesson

    @property
    def unchanged(self) -> bool:
        """The gradebook holds what was handed in, as it is."""
        return self.before is not None and self.before.submission == self.digest and not self.before.error

    @property
    def proposed(self) -> bool:
        """It was run again, and the gradebook holds another attempt on the same."""
        return self.unchanged and self.before is not None and self.before.id != self.attempt


@dataclass(frozen=True)
class Plan:
    """tasks: what is to be done. unchanged: how many need nothing; outdated: how many of these were graded
    by other exercises, another checker or another seed than the present ones. refused: (student, lesson, why)
    of what is for no lesson there is, or no folder that can be read
    """

    tasks: list[Task]
    unchanged: int
    outdated: int
    refused: list[tuple[str, str, str]]


def plan(
    classroom: Classroom,
    journal: Journal,
    seed: int,
    lessons: Sequence[str],
    students: Sequence[str],
    again: bool,
) -> Plan:
    """What there is to do in these lessons, of these students (all where none is named).

    Raises CannotDo where a named student has handed in nothing, or a lesson was never released.
    """
    chosen, known = classroom.chosen(lessons), classroom.lessons()
    versions = {lesson: version_of(topic(lesson), seed) for lesson in chosen}
    current, (released, held) = journal.current(), in_gradebook(classroom.database)
    tasks, seen, unchanged, outdated = [], set(), 0, 0
    refused = list(passed_over(classroom, students))
    for one in submissions(classroom, students):
        seen.add(one.student)
        if one.lesson not in chosen:
            if one.lesson not in known and not lessons:
                why = f"there is no such lesson; there are: {', '.join(known)}"
                refused.append((one.student, one.lesson, why))
            continue
        key = (one.student, one.lesson)
        task = Task(one, one.digest(), versions[one.lesson], current.get(key))
        if task.unchanged and key in held and not again:
            unchanged += 1
            outdated += task.before is not None and task.before.version != task.version
        else:
            tasks.append(_resumed(task, journal, lost=key not in held and not again))
    if missing := sorted(set(students) - seen - {student for student, _, _ in refused}):
        raise CannotDo(f"{', '.join(missing)}: nothing was handed in by this name ({classroom.submitted}).")
    for lesson in sorted({task.lesson for task in tasks} - released):
        raise CannotDo(f"{lesson} is not in the gradebook yet: `coursekit release {lesson}` puts it there.")
    return Plan(tasks, unchanged, outdated, refused)


def _resumed(task: Task, journal: Journal, lost: bool) -> Task:
    """The task where it stopped, if it has been begun. lost: the gradebook holds nothing of it any more."""
    if task.unchanged and lost and task.before is not None:
        task.attempt, task.ended = task.before.id, True
    elif begun := journal.open(task.student, task.lesson, task.digest, task.version):
        task.attempt, task.ended = begun.id, begun.ended is not None
    return task


def in_gradebook(database: Database) -> tuple[set[str], set[tuple[str, str]]]:
    """The lessons that nbgrader's gradebook knows, and (student, lesson) of the submissions that it holds."""
    names = dict(database.rows("assignment", "id", "name"))
    rows = database.rows("submitted_assignment", "student_id", "assignment_id") if names else []
    return set(names.values()), {(student, names[lesson]) for student, lesson in rows}
