"""What the grader said beside what each answer should get."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from coursekit.grading.journal import Graded
from coursekit.grading.marks import Book
from coursekit.grading.sample import Expected, SampleStudent
from coursekit.grading.starter import topic

MARKS = {"passed": "✓", "partly": "½", "wrong": "✗", "crashed": "!", "timed-out": "∞", "not-attempted": "–"}


@dataclass(frozen=True)
class Difference:
    """A verdict that is not what the answer should get."""

    student: str
    exercise: str
    expected: str
    given: str


@dataclass
class Outcome:
    """What became of a class.

    rows: of each submission, the name, the kind, the points and the marks, by lesson
    asked: the exercises of each lesson, in the order of the marks
    answers: how many were compared. differences: what is not as expected
    """

    rows: dict[str, list[tuple[str, str, str, str]]]
    asked: dict[str, list[str]]
    answers: int
    differences: list[Difference]

    @property
    def submissions(self) -> int:
        return sum(map(len, self.rows.values()))


def compare(students: Sequence[SampleStudent], graded: Sequence[Graded], book: Book) -> Outcome:
    """Compare every verdict with the one that the answer should get, and every score with its verdicts."""
    given = {(one.student, one.lesson): one for one in graded}
    outcome = Outcome({}, {}, 0, [])
    for student in students:
        for lesson in student.files:
            one = given.get((student.id, lesson))
            expected = {
                name: e for name, e in student.expected.items() if name.startswith(f"{topic(lesson)}.")
            }
            found = list(_differences(student, lesson, expected, one, book))
            row = (student.name, student.kind, *_row(one, expected, found))
            outcome.rows.setdefault(lesson, []).append(row)
            outcome.asked[lesson] = [name.split(".")[1] for name in expected]
            outcome.differences.extend(found)
            outcome.answers += len(expected) * (lesson not in student.unreadable)
    return outcome


def _differences(
    student: SampleStudent, lesson: str, asked: dict[str, Expected], one: Graded | None, book: Book
) -> Iterator[Difference]:
    if one is None or one.error is not None:
        if lesson not in student.unreadable or one is None:
            yield Difference(
                student.id, lesson, "a verdict", one.error or "" if one else "nothing was graded"
            )
        return
    if lesson in student.unreadable:
        yield Difference(student.id, lesson, "could not be graded", "verdicts")
        return
    for exercise, expected in asked.items():
        verdict = one.verdicts.get(exercise)
        if not expected.agrees(verdict):
            seen = verdict["mistake"] or verdict["status"] if verdict else "no verdict"
            yield Difference(student.id, exercise, str(expected), seen)
    points, record = sum(v["points"] for v in one.verdicts.values()), book.records.get((student.id, lesson))
    if record is None or abs(record.raw - points) > 1e-6:
        there = f"{record.raw:g} in the gradebook" if record else "nothing in the gradebook"
        yield Difference(student.id, lesson, f"{points:g} points", there)


def _row(one: Graded | None, asked: dict[str, Expected], found: Sequence[Difference]) -> tuple[str, str]:
    if one is None or one.error is not None:
        return "", "could not be graded"
    wrong = {difference.exercise for difference in found}
    shown = [MARKS[one.verdicts[e]["status"]] if e in one.verdicts else "?" for e in asked]
    points = sum(verdict["points"] for verdict in one.verdicts.values())
    return f"{points:g}", " ".join(m + "*" * (e in wrong) for m, e in zip(shown, asked, strict=True))
