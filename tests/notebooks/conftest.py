"""The solved notebooks, each a `Lesson` for the rules in this folder; each is executed once."""

from __future__ import annotations

import ast
import functools
import os
import re
import warnings
from copy import deepcopy
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import nbformat
import pytest

import coursekit
from coursekit.checking import exercises_of
from coursekit.explore import picture, predict
from coursekit.grading.quick import quickened

CLONE = Path(__file__).parents[2]
NOTEBOOKS = sorted((CLONE / "notebooks").glob("*/*.ipynb"))
# What lesson 5 gets: MNIST where it lies beside the clone, else the stand-in. Nothing is downloaded.
BESIDE = CLONE.parent / "shared" / "data"
IMAGES = os.environ.get("COURSEKIT_DATA") or (str(BESIDE) if BESIDE.is_dir() else "stand-in")


def _nothing(*args, **options) -> None:
    """In the place of what shows something."""


class Lesson:
    """A solved notebook and the exercises of its lesson."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.notebook = nbformat.read(path, as_version=4)
        self.cells = self.notebook.cells
        self.name = re.sub(r"^\d+_", "", path.parent.name)
        self.exercises = exercises_of(self.name)
        self.practice = path.stem.endswith("_practice")

    def of(self, kind: str) -> list:
        return [cell for cell in self.cells if cell.cell_type == kind]

    def cell(self, cell_id: str):
        return next(cell for cell in self.cells if cell.id == cell_id)

    @cached_property
    def asked(self) -> dict:
        """The exercises of this notebook by id, in its order: whose `NAME-prompt` is here."""
        names = [cell.id.removesuffix("-prompt") for cell in self.cells if cell.id.endswith("-prompt")]
        ids = [f"{self.name}.{name}" for name in names]
        return {one: self.exercises[one] for one in ids}

    @cached_property
    def by_code(self) -> list:
        return [one for one in self.asked.values() if not one.by_hand]

    @cached_property
    def scope(self) -> dict:
        """The names that the notebook's cells define; nothing is shown, nothing is checked.

        Training is turned down, and what would be drawn is not trained at all.
        """
        scope: dict = {"display": _nothing}
        with warnings.catch_warnings(), mock.patch.dict(os.environ, COURSEKIT_DATA=IMAGES):
            # Keras' own on its torch backend, about how it hands arrays to NumPy
            warnings.filterwarnings("ignore", category=DeprecationWarning, module="keras")
            for cell in quickened(self.notebook, self.path.parent.name).cells:
                if cell.cell_type == "code":
                    exec(compile(cell.source, f"<{cell.id}>", "exec"), scope)
                if cell.id == "setup":
                    showing = (coursekit.check, coursekit.explore, picture, predict)
                    shown = [name for name, value in scope.items() if any(value is one for one in showing)]
                    scope |= dict.fromkeys(shown, _nothing)
        return scope

    def tree(self, cell) -> ast.Module:
        return ast.parse(cell.source, filename=cell.id)


@pytest.hookimpl(tryfirst=True)  # before pytest leaves out what is long
def pytest_collection_modifyitems(items) -> None:
    """Lesson 5 trains networks for a minute: it is executed where the long tests are."""
    for item in items:
        path = getattr(item, "callspec", None) and item.callspec.params.get("lesson")
        if (
            path in NOTEBOOKS
            and path.parent.name == "05_mnist"
            and {"solved", "released"} & {*item.fixturenames}
        ):
            item.add_marker(pytest.mark.long)


@pytest.fixture(scope="session", params=NOTEBOOKS, ids=lambda path: path.stem)
def lesson(request) -> Lesson:
    return Lesson(request.param)


@pytest.fixture(scope="session")
def by_name():
    """`by_name("01_gradient_descent")`: that notebook."""
    return lambda stem: Lesson(next(path for path in NOTEBOOKS if path.stem == stem))


@pytest.fixture(scope="session")
def run(tmp_path_factory):
    """`run(notebook, name)` executes a notebook by nbmake in a folder of its own: `nb` and `error`.

    images: what COURSEKIT_DATA says meanwhile
    """

    def execute(notebook, name: str, images: str = IMAGES) -> SimpleNamespace:
        from nbmake.nb_run import NotebookRun

        path = tmp_path_factory.mktemp("run") / f"{name}.ipynb"
        nbformat.write(notebook, path)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("COURSEKIT_DATA", images)
            patch.delenv("KERAS_BACKEND", raising=False)  # which tests of Keras set
            return NotebookRun(path, default_timeout=120).execute()

    return execute


@pytest.fixture(scope="session")
def run_solved(by_name, run):
    """`run_solved(stem, images)`: that notebook, solved and executed, once for all tests."""

    @functools.cache
    def execute(stem: str, images: str = IMAGES) -> SimpleNamespace:
        return run(deepcopy(by_name(stem).notebook), f"{stem}_solved", images)

    return execute
