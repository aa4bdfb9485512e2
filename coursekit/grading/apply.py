"""Apply: what the journal holds goes into the gradebook, by nbgrader's own autograding.

Everything of nbgrader's is left as it is (OverwriteCells, SaveAutoGrades, late penalties, marks
given by hand), but its `Execute`: in its place the outputs that the run recorded are put into the
cells. One process does this, the only one that writes the gradebook.
"""

from __future__ import annotations

import contextlib
import functools
import json
import re
import shutil
import tempfile
import warnings
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any
from unittest.mock import patch

import nbformat
import nbgrader.api
from nbgrader.api import Grade, Gradebook, MissingEntry
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import Execute
from nbgrader.utils import capture_log

from coursekit.grading.layout import Classroom, scripts_on_path
from coursekit.grading.starter import exercise_of, is_check, marks


class NotApplied(Exception):
    """nbgrader could not place a submission in the gradebook; the message is its own."""


class Applier:
    """Places submissions in a class's gradebook, one after another."""

    def __init__(self, classroom: Classroom) -> None:
        config = classroom.config()
        self._stage = Path(tempfile.mkdtemp(prefix="coursekit-apply-"))
        config.CourseDirectory.submitted_directory = str(self._stage)
        self._course = CourseDirectory(config=config)
        self._place = _Place()
        steps = Autograde(coursedir=self._course, config=config).autograde_preprocessors
        config.Autograde.autograde_preprocessors = [self._place if s is Execute else s for s in steps]
        self._config = config
        self._engine = functools.cache(nbgrader.api.create_engine)

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
        reviewed: bool = False,
    ) -> None:
        """Place a submission in the gradebook.

        notebooks: name -> the executed notebook as JSON. files: what lies beside them, by relative path
        scored: the exercises with a verdict; what else is asked gets no score, and waits for a person
        reviewed: the answers are those of last time: what a person has marked needs no second look
        Raises NotApplied.
        """
        with self._book():
            self._apply(student, lesson, notebooks, files, scored, reviewed)

    def _apply(
        self,
        student: str,
        lesson: str,
        notebooks: Mapping[str, str],
        files: Mapping[str, bytes],
        scored: Collection[str],
        reviewed: bool,
    ) -> None:
        self._course.student_id, self._course.assignment_id = student, lesson
        settled = self._settled(student, lesson) if reviewed else set()
        self._place.executed = {name: json.loads(content)["cells"] for name, content in notebooks.items()}
        with self._staged(student, lesson, notebooks, files):
            converter = Autograde(coursedir=self._course, config=self._config, force=True)
            done = capture_log(converter)
        if not done["success"]:
            raise NotApplied(_why(done.get("log") or "", done["error"] or ""))
        checks = [cell for ran in self._place.executed.values() for cell in ran if is_check(cell)]
        without = {marks(cell)["grade_id"] for cell in checks if exercise_of(cell, lesson) not in scored}
        if settled or without:
            self._settle(student, lesson, settled, without)

    def nothing(self, student: str, lesson: str) -> None:
        """Note in the gradebook that something was handed in, of which nothing could be graded: no score."""
        with self._book(), Gradebook(self._course.db_url, self._course.course_id) as book:
            book.update_or_create_student(student)
            book.update_or_create_submission(lesson, student)
            for _, grade in self._grades(book, student, lesson):
                grade.auto_score, grade.needs_manual_grade = None, grade.manual_score is None
            book.db.commit()

    @contextlib.contextmanager
    def _book(self) -> Iterator[None]:
        """nbgrader opens the gradebook nine times a submission: one engine serves, and compiles once."""
        one_engine = patch.object(nbgrader.api, "create_engine", self._engine)
        with one_engine, scripts_on_path(), warnings.catch_warnings():
            # nbgrader adds submissions in an order that SQLAlchemy 2 remarks on; the rows are right.
            warnings.filterwarnings("ignore", "Object of type <Submitted(Assignment|Notebook)> not in")
            yield

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

    def _grades(self, book: Gradebook, student: str, lesson: str) -> list[tuple[str, Grade]]:
        try:
            submission = book.find_submission(lesson, student)
        except MissingEntry:
            return []
        return [(grade.name, grade) for notebook in submission.notebooks for grade in notebook.grades]

    def _settled(self, student: str, lesson: str) -> set[str]:
        """The graded cells that a person has marked and that wait for nobody."""
        with Gradebook(self._course.db_url, self._course.course_id) as book:
            grades = self._grades(book, student, lesson)
            return {n for n, g in grades if g.manual_score is not None and not g.needs_manual_grade}

    def _settle(self, student: str, lesson: str, settled: set[str], without: set[str]) -> None:
        with Gradebook(self._course.db_url, self._course.course_id) as book:
            for name, grade in self._grades(book, student, lesson):
                if name in without:
                    grade.auto_score, grade.needs_manual_grade = None, grade.manual_score is None
                elif name in settled:
                    grade.needs_manual_grade = False
            book.db.commit()


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


def _why(log: str, error: str) -> str:
    """The last thing that nbgrader complains of, in one line."""
    errors = re.findall(r"^(?:\w+\.)*\w*(?:Error|Exception|Entry)\b.*$", log, flags=re.MULTILINE)
    lines = errors or [line for line in (log + error).splitlines() if line.strip()]
    return lines[-1].strip()[:300] if lines else "nbgrader does not say why"
