"""nbgrader's converters, run in this process: a student and lesson at a time, what fails told in one line."""

from __future__ import annotations

import contextlib
import functools
import io
import logging
import re
import warnings
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import nbgrader.api
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory

from coursekit.grading.layout import Classroom, scripts_on_path


class Refused(Exception):
    """nbgrader could not do it; the message is its own last complaint."""


class Converters:
    """What runs nbgrader's converters in a class. config: its settings, to be changed before the first run"""

    def __init__(self, classroom: Classroom, **directories: str) -> None:
        self.config = classroom.config()
        for name, folder in directories.items():
            setattr(self.config.CourseDirectory, name, folder)
        self.course = CourseDirectory(config=self.config)
        self._engine = functools.cache(nbgrader.api.create_engine)

    def run(self, converter: Any, student: str, lesson: str) -> None:
        """Convert one submission, whatever was made of it before. Raises Refused."""
        self.course.student_id, self.course.assignment_id = student, lesson
        with self._quietly() as said:  # nbgrader's own capture_log would swallow an interrupt, too
            try:
                converter(coursedir=self.course, config=self.config, force=True).start()
            except (Exception, SystemExit) as error:
                raise Refused(_complaint(said.getvalue(), str(error))) from error

    @contextlib.contextmanager
    def book(self) -> Iterator[Gradebook]:
        """The gradebook, open."""
        with self._quietly(), Gradebook(self.course.db_url, self.course.course_id) as book:
            yield book

    @contextlib.contextmanager
    def _quietly(self) -> Iterator[io.StringIO]:
        """What nbgrader logs goes into the text that is given.

        It opens the gradebook nine times a submission: one engine serves, and compiles its statements once.
        """
        said = io.StringIO()
        handler, root = logging.StreamHandler(said), logging.getLogger()
        one_engine = patch.object(nbgrader.api, "create_engine", self._engine)
        with one_engine, scripts_on_path(), warnings.catch_warnings():
            # nbgrader adds submissions in an order that SQLAlchemy 2 remarks on; the rows are right.
            warnings.filterwarnings("ignore", "Object of type <Submitted(Assignment|Notebook)> not in")
            root.addHandler(handler)
            try:
                yield said
            finally:
                root.removeHandler(handler)


def _complaint(log: str, error: str) -> str:
    errors = re.findall(r"^(?:\w+\.)*\w*(?:Error|Exception|Entry)\b.*$", log, flags=re.MULTILINE)
    lines = errors or [line for line in (log + error).splitlines() if line.strip()]
    return lines[-1].strip()[:300] if lines else "nbgrader does not say why"
