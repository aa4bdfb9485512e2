"""All that grading leaves in a class, but for the times at which it was done: to be compared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from coursekit.grading.journal import Journal
from coursekit.grading.layout import Classroom
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
