"""All that grading leaves in a class, but for the times of doing it: to be compared, or taken back."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from coursekit.grading.journal import Journal
from coursekit.grading.layout import Classroom
from tests.grading.classes import copy_class
from tests.grading.notebooks import LESSON

KEPT = ("autograded", "feedback", "release", "submitted")


def whole(room: Classroom) -> dict[str, Any]:
    """Gradebook, journal and files of a class."""
    return {"gradebook": gradebook(room), "journal": journal(room), "files": files(room.root)}


def gradebook(room: Classroom) -> dict[str, Any]:
    """student -> every column of every row of theirs that a person could see."""
    with room.gradebook() as book:
        return {
            one.student.id: [
                one.timestamp,
                one.extension,
                [_notebook(notebook) for notebook in one.notebooks],
            ]
            for one in sorted(book.assignment_submissions(LESSON), key=lambda one: one.student.id)
        } | {"students": sorted((s.id, s.first_name, s.last_name, s.email) for s in book.students)}


def _notebook(notebook: Any) -> list[Any]:
    grades = [
        (g.name, g.auto_score, g.manual_score, g.extra_credit, g.needs_manual_grade) for g in notebook.grades
    ]
    comments = [(c.name, c.auto_comment, c.manual_comment) for c in notebook.comments]
    return [
        notebook.name,
        notebook.late_submission_penalty,
        notebook.flagged,
        sorted(grades),
        sorted(comments),
    ]


def journal(room: Classroom) -> list[Any]:
    """Every attempt, its verdicts and its notebooks."""
    with Journal(room.journal) as kept:
        columns = "id, student, lesson, submission, version, repairs, flags, written, error"
        states = "ended IS NOT NULL, applied IS NOT NULL, rejected IS NOT NULL"
        rows = kept._rows(f"SELECT {columns}, {states} FROM attempt ORDER BY student, lesson, id")
        return [(*row[1:], kept.verdicts(row[0]), kept.notebooks(row[0])) for row in rows]


def files(root: Path) -> dict[str, bytes]:
    """path -> content of what the class sees, and of all else that it is there."""
    found = {str(path.relative_to(root)): path for path in sorted(root.rglob("*")) if path.is_file()}
    return {name: path.read_bytes() if name.startswith(KEPT) else b"" for name, path in found.items()}


def unapplied(graded: Classroom, before: Classroom, folder: Path) -> Classroom:
    """A copy as a kill leaves it when all has been run, and the gradebook is still as it was `before`."""
    left = copy_class(graded, folder)
    shutil.rmtree(left.autograded)
    if before.autograded.exists():
        shutil.copytree(before.autograded, left.autograded)
    assert left.database.file
    assert before.database.file
    shutil.copyfile(before.database.file, left.database.file)
    with Journal(before.journal) as journal:
        last = max((one.id for one in journal.current().values()), default=0)
    with closing(sqlite3.connect(left.journal, isolation_level=None)) as database:
        database.execute("UPDATE attempt SET applied = NULL WHERE id > ?", (last,))
    return left
