"""A toy lesson of four exercises with a package and a notebooks folder of its own: tests are fast with it."""

import importlib
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from coursekit.grading.starter import released_notebook

EXERCISES = """
from coursekit.checking import Case, Exercise, Mistake, Written

def _cases(rng):
    return [Case((2.0,)), Case((-3.0,)), Case((float(rng.normal()),))]

double = Exercise(
    id="toy.double", title="Double", signature="double(x)", reference=lambda x: 2 * x, cases=_cases, points=2,
    mistakes=(Mistake("squares", "this is the square", lambda x: x * x),), seconds=2,
)
negate = Exercise(
    id="toy.negate", title="Negate", signature="negate(x)", reference=lambda x: -x, cases=_cases, version=3,
    mistakes=(Mistake("same", "this is x itself", lambda x: x),), seconds=2,
)
half = Exercise(
    id="toy.half", title="Half", signature="half(x)", reference=lambda x: x / 2, cases=_cases, core=False,
    mistakes=(Mistake("same", "this is x itself", lambda x: x),), seconds=2,
)
why = Written(id="toy.why", title="Why", rubric=((2, "says why"), (1, "says it shortly")))
"""
ANSWERS = {
    "double": "    doubled_value = x + x\n    return doubled_value",
    "negate": "    return 0 - x * 1.0",
    "half": "    return x * 0.25 * 2",
}
POINTS = {"double": 2, "negate": 1, "half": 1}
LESSON = "90_toy"


def marks(cell_id: str, **more) -> dict:
    base = {
        "schema_version": 3,
        "grade_id": cell_id,
        "grade": False,
        "solution": False,
        "locked": False,
        "task": False,
    }
    return {"nbgrader": {**base, **more}}


def exercise_cells(name: str) -> list:
    body = f"    ### BEGIN SOLUTION\n{ANSWERS[name]}\n    ### END SOLUTION"
    solution = f'def {name}(x):\n    """The {name} of x."""\n{body}'
    check = f'check("toy.{name}", {name})'
    graded = marks(f"{name}-check", grade=True, locked=True, points=POINTS[name])
    return [
        new_markdown_cell(f"## {name}\n\nWrite `{name}(x)`.", id=f"{name}-prompt"),
        new_code_cell(solution, id=f"{name}-solution", metadata=marks(f"{name}-solution", solution=True)),
        new_code_cell(check, id=f"{name}-check", metadata=graded),
    ]


def solved_notebook(names, setup: str, written: bool = True):
    cells = [new_markdown_cell("# Toy", id="title"), new_code_cell(setup, id="setup")]
    for name in names:
        cells += exercise_cells(name)
    if written:
        graded = marks("why-solution", grade=True, solution=True, points=3)
        answer = "Because two is one and one, and that is why it is so."
        cells += [
            new_markdown_cell("## Why\n\nSay why.", id="why-prompt"),
            new_markdown_cell(answer, id="why-solution", metadata=graded),
        ]
    cells.append(new_markdown_cell("## Recap", id="recap"))
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}})


@pytest.fixture(scope="session")
def toy_package(tmp_path_factory):
    """The folder in which the package `toy` of exercises lies; this process finds it while tests run."""
    folder = tmp_path_factory.mktemp("exercises")
    (folder / "toy").mkdir()
    (folder / "toy" / "__init__.py").write_text('NUMBER = 90\nTITLE = "Toy"\n')
    (folder / "toy" / "numbers.py").write_text(EXERCISES)
    return folder


@pytest.fixture
def toy(toy_package, tmp_path, monkeypatch):
    """A clone with the toy lesson alone: `notebooks`, the lesson's `folder`, `solved` paths, `setup` text."""
    from coursekit.checking import exercise

    package = importlib.import_module("coursekit.exercises")
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(toy_package)])
    exercise.lessons.cache_clear()
    exercise.exercises_of.cache_clear()
    setup = (
        "import coursekit.exercises\n"
        f"coursekit.exercises.__path__.append({str(toy_package)!r})\n"
        "from coursekit import check"
    )
    folder = tmp_path / "clone" / "notebooks" / LESSON
    folder.mkdir(parents=True)
    nbformat.write(solved_notebook(["double", "negate"], setup), folder / f"{LESSON}.ipynb")
    nbformat.write(solved_notebook(["half"], setup, written=False), folder / f"{LESSON}_practice.ipynb")
    yield SimpleNamespace(
        notebooks=folder.parent,
        folder=folder,
        lesson=LESSON,
        solved=[folder / f"{LESSON}.ipynb", folder / f"{LESSON}_practice.ipynb"],
        setup=setup,
        package=toy_package,
    )
    exercise.lessons.cache_clear()
    exercise.exercises_of.cache_clear()
    for name in [one for one in sys.modules if one.startswith("coursekit.exercises.toy")]:
        del sys.modules[name]


@pytest.fixture
def classroom(toy, tmp_path):
    """A class folder, not made yet, whose only lesson is the toy."""
    from coursekit.grading.layout import Classroom

    return Classroom(tmp_path / "clone" / "course", toy.notebooks)


@pytest.fixture
def edit():
    """`edit(path, change)` applies `change` to the notebook (a plain dict) in a file."""

    def rewrite(path: Path, change) -> None:
        notebook = json.loads(path.read_text())
        change(notebook)
        path.write_text(json.dumps(notebook))

    return rewrite


@pytest.fixture
def cell_of():
    """`cell_of(notebook, id)`: that cell of a notebook as a plain dict."""
    return lambda notebook, cell_id: next(cell for cell in notebook["cells"] if cell["id"] == cell_id)


@pytest.fixture
def notebook(toy):
    """`notebook(text="", name=...)`: the bytes of a student's notebook with this text in it."""

    def make(text="", practice=False, stamped=True):
        path = toy.solved[practice]
        released = released_notebook(json.loads(path.read_text()), toy.lesson, path.stem, {})
        if not stamped:
            del released["metadata"]["coursekit"]
        released["cells"][0]["source"] += text
        return json.dumps(released).encode()

    return make
