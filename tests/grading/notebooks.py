"""Small notebooks on lesson 1, made in memory: as a student's repaired notebook reaches the run."""

from __future__ import annotations

import json

from nbformat.v4 import new_code_cell, new_notebook

from coursekit.grading.run.kernel import SANDBOX
from coursekit.grading.run.work import Settings, Work
from coursekit.grading.sandbox.bubblewrap import missing

LESSON = "01_gradient_descent"
POINTS = {"regime": 2, "descend": 2, "minibatches": 2, "fit_line": 3}
PROVISIONERS = ["local-provisioner"] + ([] if missing() else [SANDBOX])
SETUP = "import numpy as np\nfrom coursekit import check, hint, explore"

RIGHT = {
    "derivative": "def derivative(x):\n    return 2 * np.asarray(x)",
    "step": (
        "def step(x, gradient, learning_rate):\n"
        "    return np.asarray(x) - learning_rate * np.asarray(gradient)"
    ),
    "grid": "def grid():\n    return np.linspace(-10, 10, 201)",
}


def _marks(cell_id: str, **more) -> dict:
    base = {"schema_version": 3, "grade": False, "solution": False, "locked": False, "task": False}
    return {"nbgrader": {**base, "grade_id": cell_id, **more}}


def answer(name: str, source: str) -> dict:
    """A solution cell."""
    cell = f"{name}-solution"
    return new_code_cell(source, id=cell, metadata=_marks(cell, solution=True))


def check(name: str, expression: str | None = None) -> dict:
    """A check cell of lesson 1."""
    cell, source = f"{name}-check", f'check("gradient_descent.{name}", {expression or name})'
    marks = _marks(cell, grade=True, locked=True, points=POINTS.get(name, 1))
    return new_code_cell(source, id=cell, metadata=marks)


def code(source: str, cell_id: str = "") -> dict:
    """A cell of no importance."""
    return new_code_cell(source, **({"id": cell_id} if cell_id else {}))


def notebook(*cells: dict) -> dict:
    """A notebook with the setup cell and these."""
    return new_notebook(cells=[code(SETUP, "setup"), *cells])


def work(nb: dict, *, files=None, known=None, student="ann", **limits) -> Work:
    """The work that this notebook is."""
    asked = {
        c["metadata"]["nbgrader"]["grade_id"]: c["source"] for c in nb["cells"] if c["id"].endswith("-check")
    }
    settings = Settings(**{"seconds": 20, "provisioner": PROVISIONERS[-1], **limits})
    return Work(
        student, LESSON, {LESSON: json.dumps(nb)}, {LESSON: asked}, files or {}, 7, settings, known or {}
    )
