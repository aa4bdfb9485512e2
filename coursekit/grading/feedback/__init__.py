"""`coursekit feedback`: nbgrader's feedback, in which each check shows its verdict; as an archive, too.

pages      nbgrader's converter with our summary above the notebook (page/)
notebook   a notebook's outputs and metadata, made harmless
markdown   Markdown as harmless HTML, with formulas as MathML (formulas)
safe       HTML made harmless
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from coursekit import console
from coursekit.errors import CannotDo
from coursekit.grading import journal, marks
from coursekit.grading.journal import Graded
from coursekit.grading.layout import Classroom
from coursekit.grading.marks import Record


def feedback(classroom: Classroom, lessons: Sequence[str] = (), zip: bool = False) -> dict[str, Any]:
    """Write feedback/STUDENT/LESSON/*.html for what is graded in these lessons (all where none is named).

    zip: feedback.zip in the class's folder, too, with a folder a student
    Raises CannotDo where nothing is graded. "exit" is 1 where nbgrader could not make one.
    """
    chosen = classroom.chosen(lessons)
    graded = sorted(path.parent for path in classroom.autograded.glob("*/*/*.ipynb"))
    there = list(
        dict.fromkeys((folder.parent.name, folder.name) for folder in graded if folder.name in chosen)
    )
    if not there:
        raise CannotDo("Nothing is graded yet: `coursekit grade` comes first.")
    failed = _generate(classroom, there)
    made = [one for one in there if one not in failed]
    console.say(f"Feedback on {len(made)} submissions: {classroom.feedback}")
    result: dict[str, Any] = {
        "feedback": [{"student": student, "lesson": lesson} for student, lesson in made],
        "failed": [{"student": s, "lesson": lesson, "why": why} for (s, lesson), why in failed.items()],
        "folder": str(classroom.feedback),
        "exit": int(bool(failed)),
    }
    if zip:
        result["zip"] = str(_archive(classroom, made))
        console.say(f"To hand back: {result['zip']}")
    return result


def _generate(classroom: Classroom, there: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Make the pages; what could not be made, and why."""
    from coursekit.grading.converters import Converters, Refused
    from coursekit.grading.feedback.pages import Pages

    converters, failed = Converters(classroom), {}
    pages, records = Pages(converters), marks.read(classroom).records
    found = {(one.student, one.lesson): one for one in journal.graded(classroom)}
    for student, lesson in console.track(there, "feedback"):
        pages.found = found.get((student, lesson)) or Graded(student, lesson, "", "", 0.0)
        pages.record = records.get((student, lesson)) or Record(student, lesson)
        try:
            converters.run(lambda **_: pages, student, lesson)
        except Refused as error:
            failed[student, lesson] = str(error)
            console.complain(f"{student}, {lesson}: nbgrader could not make the feedback: {error}")
    return failed


def _archive(classroom: Classroom, made: Sequence[tuple[str, str]]) -> Path:
    """feedback.zip: a folder a student, in it a folder a lesson."""
    target = classroom.root / "feedback.zip"
    part = target.with_suffix(".part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
            for student, lesson in made:
                for path in sorted((classroom.feedback / student / lesson).rglob("*")):
                    if path.is_file() and not path.is_symlink():
                        archive.write(path, path.relative_to(classroom.feedback))
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)
    return target
