"""nbgrader's converters, run in this process: a student and lesson at a time, what fails told in one line."""

from __future__ import annotations

import contextlib
import functools
import io
import json
import logging
import re
import sys
import warnings
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import jsonschema  # type: ignore[import-untyped]
import nbgrader.api
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory

from coursekit.errors import CannotDo
from coursekit.grading import faults
from coursekit.grading.layout import Classroom, scripts_on_path


class Refused(Exception):
    """nbgrader could not do it; the message is its own last complaint."""


class Converters:
    """What runs nbgrader's converters in a class. config: its settings, to be changed before the first run"""

    def __init__(self, classroom: Classroom, **directories: str) -> None:
        self.classroom, self.config = classroom, classroom.config()
        for name, folder in directories.items():
            setattr(self.config.CourseDirectory, name, folder)
        self.course = CourseDirectory(config=self.config)
        self._engine = functools.cache(nbgrader.api.create_engine)

    def run(self, converter: Any, student: str, lesson: str) -> None:
        """Convert one submission, whatever was made of it before.

        Raises Refused; CannotDo where a disk or the database is at fault: no other would fare better.
        """
        self.course.student_id, self.course.assignment_id = student, lesson
        with self._quietly() as said:  # nbgrader's own capture_log would swallow an interrupt, too
            try:
                converter(coursedir=self.course, config=self.config, force=True).start()
            except (Exception, SystemExit) as error:
                if stops := faults.sentence(said.error or error, self.classroom):
                    raise CannotDo(stops) from error
                raise Refused(_complaint(said.text(), str(error))) from error

    @contextlib.contextmanager
    def book(self) -> Iterator[Gradebook]:
        """The gradebook, open."""
        with self._quietly(), Gradebook(self.course.db_url, self.course.course_id) as book:
            yield book

    @contextlib.contextmanager
    def _quietly(self) -> Iterator[_Listener]:
        """What nbgrader logs goes to the listener that is given.

        It opens the gradebook nine times a submission: one engine serves, and compiles its statements once.
        It validates its own schema before each cell's marks: that is done once, too.
        """
        said, root = _Listener(), logging.getLogger()
        one_engine = patch.object(nbgrader.api, "create_engine", self._engine)
        one_validator = patch.object(jsonschema, "validate", _validate)
        with one_engine, one_validator, scripts_on_path(), warnings.catch_warnings():
            # nbgrader adds submissions in an order that SQLAlchemy 2 remarks on; the rows are right.
            warnings.filterwarnings("ignore", "Object of type <Submitted(Assignment|Notebook)> not in")
            root.addHandler(said)
            try:
                yield said
            finally:
                root.removeHandler(said)


class _Listener(logging.StreamHandler[io.StringIO]):
    """Keeps what is logged, and the error handled then: nbgrader raises another in its place."""

    def __init__(self) -> None:
        super().__init__(io.StringIO())
        self.error: BaseException | None = None

    def emit(self, record: logging.LogRecord) -> None:
        self.error = sys.exc_info()[1] or self.error
        super().emit(record)

    def text(self) -> str:
        return self.stream.getvalue()


def _complaint(log: str, error: str) -> str:
    errors = re.findall(r"^(?:\w+\.)*\w*(?:Error|Exception|Entry)\b.*$", log, flags=re.MULTILINE)
    lines = errors or [line for line in (log + error).splitlines() if line.strip()]
    return lines[-1].strip()[:300] if lines else "nbgrader does not say why"


def _validate(instance: Any, schema: Any) -> None:
    """As jsonschema.validate does."""
    error = jsonschema.exceptions.best_match(_validator(json.dumps(schema)).iter_errors(instance))
    if error is not None:
        raise error


@functools.cache
def _validator(schema: str) -> Any:
    loaded = json.loads(schema)
    kind = jsonschema.validators.validator_for(loaded)
    kind.check_schema(loaded)
    return kind(loaded)
