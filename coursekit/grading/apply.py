"""Apply: what the journal holds goes into the gradebook, by nbgrader's own autograding.

Everything of nbgrader's is left as it is (OverwriteCells, SaveAutoGrades, late penalties, marks
given by hand), but its `Execute`: in its place the outputs that the run recorded are put into the
cells. One process does this, the only one that writes the gradebook.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Grade, Gradebook, MissingEntry
from nbgrader.converters import Autograde
from nbgrader.preprocessors import Execute

from coursekit.grading.converters import Converters
from coursekit.grading.layout import Classroom
from coursekit.grading.starter import exercise_of, is_check, marks


class Applier:
    """Places submissions in a class's gradebook, one after another. scratch: a folder to work in"""

    def __init__(self, classroom: Classroom, scratch: Path | None = None) -> None:
        self._stage = Path(tempfile.mkdtemp(prefix="coursekit-apply-", dir=scratch))
        self._nbgrader = Converters(classroom, submitted_directory=str(self._stage))
        config, self._place = self._nbgrader.config, _Place()
        steps = Autograde(coursedir=self._nbgrader.course, config=config).autograde_preprocessors
        config.Autograde.autograde_preprocessors = [self._place if s is Execute else s for s in steps]

    def __enter__(self) -> Applier:
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._stage, ignore_errors=True)

    def apply(
        self,
        student: str,
        lesson: str,
        notebooks: Mapping[str, str],
        files: Mapping[str, bytes],
        *,
        scored: Collection[str],
        settled: Collection[str] = (),
    ) -> None:
        """Place a submission in the gradebook.

        notebooks: name -> the executed notebook as JSON. files: what lies beside them, by relative path
        scored: the exercises with a verdict; what else is asked gets no score, and waits for a person
        settled: the cells that a person has marked and that need no second look
        Raises Refused.
        """
        self._place.executed = {name: json.loads(content)["cells"] for name, content in notebooks.items()}
        with self._staged(student, lesson, notebooks, files):
            self._nbgrader.run(Autograde, student, lesson)
        checks = [cell for ran in self._place.executed.values() for cell in ran if is_check(cell)]
        without = {marks(cell)["grade_id"] for cell in checks if exercise_of(cell, lesson) not in scored}
        if settled or without:
            self._settle(student, lesson, settled, without)

    def nothing(self, student: str, lesson: str) -> None:
        """Note that something was handed in of which nothing could be graded: it has no score."""
        with self._nbgrader.book() as book:
            book.update_or_create_student(student)
            book.update_or_create_submission(lesson, student)
            names = {name for name, _ in _grades(book, student, lesson)}
        self._settle(student, lesson, (), names)

    @contextlib.contextmanager
    def _staged(
        self, student: str, lesson: str, notebooks: Mapping[str, str], files: Mapping[str, bytes]
    ) -> Iterator[None]:
        """The repaired submission where nbgrader looks for it; what was handed in stays as it is."""
        folder = self._stage / student / lesson
        named = {f"{name}.ipynb": content.encode() for name, content in notebooks.items()}
        for name, content in {**files, **named}.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        try:
            yield
        finally:
            shutil.rmtree(self._stage / student)

    def settled(self, student: str, lesson: str) -> set[str]:
        """The graded cells that a person has marked and that wait for nobody."""
        with self._nbgrader.book() as book:
            grades = _grades(book, student, lesson)
            return {n for n, g in grades if g.manual_score is not None and not g.needs_manual_grade}

    def _settle(self, student: str, lesson: str, settled: Collection[str], without: Collection[str]) -> None:
        """Take the score from the cells `without` one; those `settled` by a person wait for nobody."""
        with self._nbgrader.book() as book:
            for name, grade in _grades(book, student, lesson):
                if name in without:
                    grade.auto_score = None
                    grade.needs_manual_grade = grade.manual_score is None or name not in settled
                elif name in settled and grade.manual_score is not None:
                    grade.needs_manual_grade = False
            book.db.commit()


def _grades(book: Gradebook, student: str, lesson: str) -> list[tuple[str, Grade]]:
    """(grade_id, grade) of each graded cell of a submission; none where there is no submission."""
    try:
        submission = book.find_submission(lesson, student)
    except MissingEntry:
        return []
    return [(grade.name, grade) for notebook in submission.notebooks for grade in notebook.grades]


class _Place:
    """In place of nbgrader's Execute: gives the cells the outputs that the run recorded."""

    executed: dict[str, list[dict[str, Any]]]

    def __call__(self, notebook: Any, resources: Any) -> tuple[Any, Any]:
        recorded = self.executed[resources["nbgrader"]["notebook"]]
        if len(recorded) != len(notebook.cells):
            raise ValueError("nbgrader has changed the number of cells")
        for cell, ran in zip(notebook.cells, recorded, strict=True):
            if cell.cell_type == "code" and ran["cell_type"] == "code":
                cell.outputs = [nbformat.from_dict(output) for output in ran["outputs"]]
                cell.execution_count = ran.get("execution_count")
        return notebook, resources
