"""The whole life of a class of made-up students: released, handed in, graded, fed back, reported, exported.

The students know what the grader should say about every answer; the demo compares.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coursekit import console
from coursekit.errors import CannotDo
from coursekit.files import write_whole
from coursekit.grading.layout import Classroom
from coursekit.grading.starter import topic

if TYPE_CHECKING:
    from coursekit.grading.journal import Graded
    from coursekit.grading.marks import Book
    from coursekit.grading.sample import Expected, SampleStudent

MARK = "demo"  # a file of this name in the class's private folder says that the demo made all of it
STUDENTS = 24
_MARKS = {"passed": "✓", "partly": "½", "wrong": "✗", "crashed": "!", "timed-out": "∞", "not-attempted": "–"}


def demo(root: Path | str, students: int = STUDENTS, seed: int = 0) -> dict[str, Any]:
    """Make a class in the folder `root`, let it hand in, and grade it; return what came of it.

    Raises CannotDo where `root` is there and no demo made it. The result's "exit" is 1 where a
    verdict is not the one that the answer should get.
    """
    from coursekit.grading import collect, export, feedback, grade, journal, marks, release, report, roster
    from coursekit.grading.sample import class_of, handing_in

    started = time.monotonic()
    classroom = fresh(Path(root))
    step = _Steps(7)
    step("release", lambda: release.release(classroom))
    class_ = class_of(classroom, n=students, seed=seed)
    handed = classroom.root / "handed-in"
    handed.mkdir()
    step("roster", lambda: roster.roster(classroom, handing_in.roster(class_, handed / "roster.csv")))
    step("collect", lambda: collect.collect(classroom, handing_in.hand_in(class_, handed)))
    # The answers are the demo's own, so nothing has to be kept from the machine.
    step("grade", lambda: grade.grade(classroom, isolation="none"), line=-1)
    fed_back = step("feedback", lambda: feedback.feedback(classroom, zip=True))
    reported = step("report", lambda: report.report(classroom))
    exported = step("export", lambda: export.export(classroom, classroom.root / "grades.csv"))
    outcome = compare(class_, journal.graded(classroom), marks.read(classroom))
    seconds = time.monotonic() - started
    paths = {
        "report": reported["report"],
        "feedback": fed_back["folder"],
        "zip": fed_back["zip"],
        "grades": exported["file"],
    }
    _tell(outcome, paths, seconds)
    differences = [asdict(one) for one in outcome.differences]
    return {
        "submissions": outcome.submissions,
        "answers": outcome.answers,
        "differences": differences,
        "seconds": round(seconds, 1),
        **paths,
        "exit": int(bool(differences)),
    }


def fresh(root: Path) -> Classroom:
    """The class's folder, empty. What an earlier demo left is removed; anything else raises CannotDo."""
    classroom = Classroom(root)
    mark = classroom.private / MARK
    if root.is_symlink() or (
        root.exists() and not mark.is_file() and (not root.is_dir() or any(root.iterdir()))
    ):
        raise CannotDo(f"{root} is there, and no demo made it: name another folder with --course.")
    if mark.is_file():
        for path in root.iterdir():
            if path != classroom.private:
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        shutil.rmtree(classroom.private)  # with the mark in it, last: an interrupted demo can be begun anew
    write_whole(mark, b"Made by `coursekit demo`, which may replace all of this folder.\n")
    return classroom.make()


class _Steps:
    """Runs the commands one after another and tells how each went, in a line."""

    def __init__(self, total: int) -> None:
        self.total, self.done = total, 0

    def __call__(self, name: str, run: Callable[[], dict[str, Any]], line: int = 0) -> dict[str, Any]:
        """Run a command; of the lines that it tells, one is shown."""
        started = time.monotonic()
        with contextlib.redirect_stdout(io.StringIO()) as told:  # progress goes to stderr, and stays
            result = run()
        self.done += 1
        lines = told.getvalue().strip().splitlines() or [name]
        seconds = time.monotonic() - started
        console.say(f"{self.done}/{self.total}  {name:<9}{seconds:5.1f} s  {_shortened(lines[line])}")
        return result


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
    shown = [_MARKS[one.verdicts[e]["status"]] if e in one.verdicts else "?" for e in asked]
    points = sum(verdict["points"] for verdict in one.verdicts.values())
    return f"{points:g}", " ".join(m + "*" * (e in wrong) for m, e in zip(shown, asked, strict=True))


def _tell(outcome: Outcome, paths: dict[str, str], seconds: float) -> None:
    for lesson, rows in outcome.rows.items():
        console.say(f"\n{lesson}: {', '.join(outcome.asked[lesson])}\n")
        console.table(("student", "hands in", "points", "verdicts"), rows, right=("points",))
    console.say(f"\n{', '.join(f'{mark} {status}' for status, mark in _MARKS.items())}")
    several = f"{outcome.submissions} submissions, {outcome.answers} answers"
    if outcome.differences:
        console.say(f"{several}, {len(outcome.differences)} times NOT as expected:")
    else:
        console.say(f"{several}, every verdict as expected.")
    for one in outcome.differences:
        console.say(f"  {one.student}, {one.exercise}: expected {one.expected}, given {one.given}")
    console.say(f"\nIn {seconds:.0f} s. To look at:")
    for what, path in paths.items():
        console.say(f"  {what:<10}{_shortened(path)}")


def _shortened(text: str) -> str:
    """Paths below the folder that one works in, from there."""
    return text.replace(f"{Path.cwd()}{os.sep}", "")
