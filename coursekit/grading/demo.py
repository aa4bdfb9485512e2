"""The whole life of a class of made-up students: released, handed in, graded, fed back, reported, exported.

The students know what the grader should say about every answer; the demo compares.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coursekit import console
from coursekit.errors import CannotDo
from coursekit.files import write_whole
from coursekit.grading.layout import Classroom
from coursekit.grading.quick import trains

if TYPE_CHECKING:
    from coursekit.grading.sample import SampleStudent
    from coursekit.grading.sample.comparing import Outcome

MARK = "demo"  # a file of this name in the class's private folder says that the demo made all of it
STUDENTS = 24
EVERY = 8  # of how many students one hands in the later lessons, where no lesson is named


def demo(
    root: Path | str, students: int = STUDENTS, lessons: Sequence[str] = (), seed: int = 0
) -> dict[str, Any]:
    """Make a class in the folder `root`, let it hand in, and grade it; return what came of it.

    lessons: that everybody hands in. Where none is named, everybody hands in the first, a few the others,
        and two what takes long to train: all lessons in a few minutes
    Raises CannotDo where `root` is there and no demo made it. The result's "exit" is 1 where a
    verdict is not the one that the answer should get.
    """
    from coursekit.grading import collect, export, feedback, grade, journal, marks, release, report, roster
    from coursekit.grading.sample import class_of, handing_in
    from coursekit.grading.sample.comparing import compare
    from coursekit.grading.sandbox.bubblewrap import missing

    started = time.monotonic()
    classroom = fresh(Path(root))
    by_few = () if lessons else classroom.lessons()[1:]
    lessons = classroom.chosen(lessons)
    step = _Steps(7)
    step("release", lambda: release.release(classroom, lessons, quick=True))
    isolated = not missing()
    class_ = class_of(classroom, lessons, students, seed, hostile=isolated)
    for first, lesson in enumerate(by_few):
        few = _one_of_each(class_) if trains(lesson) else class_[first % EVERY :: EVERY]
        for student in class_:
            if student not in few:
                del student.files[lesson]
    handed = classroom.root / "handed-in"
    handed.mkdir()
    step("roster", lambda: roster.roster(classroom, handing_in.roster(class_, handed / "roster.csv")))
    step("collect", lambda: collect.collect(classroom, handing_in.hand_in(class_, handed)))
    # Where nothing isolates them there are no hostile ones: the answers are the demo's own.
    isolation = "bwrap" if isolated else "none"
    step("grade", lambda: grade.grade(classroom, isolation=isolation), line=-1)
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


def _one_of_each(class_: Sequence[SampleStudent]) -> list[SampleStudent]:
    """Two students: one with everything right, and one with mistakes. Training takes its time."""
    # The last where hostile ones take the place of the ordinary.
    kinds = ("right, as taught", "ordinary", "check cell deleted")
    return [one for kind in kinds for one in [one for one in class_ if one.kind == kind][:1]][:2]


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


def _tell(outcome: Outcome, paths: dict[str, str], seconds: float) -> None:
    from coursekit.grading.sample.comparing import MARKS

    for lesson, rows in outcome.rows.items():
        console.say(f"\n{lesson}: {', '.join(outcome.asked[lesson])}\n")
        console.table(("student", "hands in", "points", "verdicts"), rows, right=("points",))
    console.say(f"\n{', '.join(f'{mark} {status}' for status, mark in MARKS.items())}")
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
