"""`coursekit feedback`: nbgrader's feedback, in which each check shows its verdict; as an archive, too.

pages      nbgrader's converter with our summary above the notebook (page/)
notebook   a notebook's outputs and metadata, made harmless
markdown   Markdown as harmless HTML, with formulas as MathML (formulas)
safe       HTML made harmless
"""

from __future__ import annotations

import html
import os
import re
import shutil
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from coursekit import console
from coursekit.errors import CannotDo
from coursekit.files import write_whole
from coursekit.grading import journal, marks
from coursekit.grading.journal import Graded
from coursekit.grading.layout import Classroom
from coursekit.grading.marks import Record


def feedback(classroom: Classroom, lessons: Sequence[str] = (), zip: bool = False) -> dict[str, Any]:
    """Write feedback/STUDENT/LESSON/*.html for what is graded in these lessons (all where none is named).

    Who handed in what could not be graded gets a page that says so.
    zip: feedback.zip in the class's folder, too, with a folder a student
    Raises CannotDo where nothing is graded. "exit" is 1 where nbgrader could not make one.
    """
    chosen = classroom.chosen(lessons)
    found = {(one.student, one.lesson): one for one in journal.graded(classroom) if one.lesson in chosen}
    hopeless = {who: one.error for who, one in found.items() if one.error is not None}
    graded = sorted(path.parent for path in classroom.autograded.glob("*/*/*.ipynb"))
    there = list(
        dict.fromkeys((folder.parent.name, folder.name) for folder in graded if folder.name in chosen)
    )
    there = [who for who in there if who not in hopeless]  # what lies there is of an earlier hand-in
    if not there and not hopeless:
        raise CannotDo("Nothing is graded yet: `coursekit grade` comes first.")
    failed = _generate(classroom, there, found) if there else {}
    for (student, lesson), why in hopeless.items():
        _say_why(classroom.feedback / student / lesson, lesson, why)
    made = [one for one in there if one not in failed]
    console.say(f"Feedback on {len(made)} submissions: {classroom.feedback}")
    result: dict[str, Any] = {
        "feedback": [{"student": student, "lesson": lesson} for student, lesson in made],
        "could_not_be_graded": [{"student": s, "lesson": lesson} for s, lesson in hopeless],
        "failed": [{"student": s, "lesson": lesson, "why": why} for (s, lesson), why in failed.items()],
        "folder": str(classroom.feedback),
        "exit": int(bool(failed)),
    }
    if zip:
        result["zip"] = str(_archive(classroom, sorted([*made, *hopeless])))
        console.say(f"To hand back: {result['zip']}")
    return result


def _say_why(folder: Path, lesson: str, why: str) -> None:
    """In place of a page: that there is no score, and why, as far as it is about what was handed in."""
    if folder.is_dir():
        shutil.rmtree(folder)
    if re.match(r"\w*(Error|Exception|Interrupt|Exit)\b", why):
        why = "Your instructor has been told why."
    write_whole(folder / f"{lesson}.html", _NO_SCORE.format(html.escape(lesson), html.escape(why)).encode())


_NO_SCORE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="color-scheme" content="light dark"><title>{0}</title>
<style>body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 40em; margin: 2em auto }}</style>
<h1>{0}: not graded yet</h1>
<p>What you handed in could not be graded. {1}</p>
<p>It has no score, which is not a 0.</p>
</html>
"""


def _generate(
    classroom: Classroom, there: Sequence[tuple[str, str]], found: Mapping[tuple[str, str], Graded]
) -> dict[tuple[str, str], str]:
    """Make the pages; what could not be made, and why."""
    from coursekit.grading.converters import Converters, Refused
    from coursekit.grading.feedback.pages import Pages

    converters, failed = Converters(classroom), {}
    pages, records = Pages(converters), marks.read(classroom).records
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
