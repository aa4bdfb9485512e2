"""A small class on a part of lesson 1, in a clone of its own: three exercises and a text."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from nbformat.v4 import new_markdown_cell

from coursekit.checking import find
from coursekit.grading import release
from coursekit.grading.layout import Classroom
from coursekit.grading.starter import released_notebook
from tests.grading.notebooks import LESSON, SETUP, _marks, answer, check, code, notebook

BODIES = {
    "derivative": ("def derivative(x):", "return 2 * np.asarray(x)"),
    "step": (
        "def step(x, gradient, learning_rate):",
        "return np.asarray(x) - learning_rate * np.asarray(gradient)",
    ),
    "descend": (
        "def descend(gradient, start, learning_rate=0.1, steps=50):",
        "path = [float(start)]\n    for _ in range(steps):\n"
        "        path.append(path[-1] - learning_rate * gradient(path[-1]))\n    return np.array(path)",
    ),
}
RIGHT = {name: f"{head}\n    {body}" for name, (head, body) in BODIES.items()}
CLIMBS = RIGHT["step"].replace(" - learning_rate", " + learning_rate")
DIES = "import os\n" + RIGHT["step"].split("\n")[0] + "\n    os._exit(1)"
TEXT = "I think that the rate decides how far a step goes."


def solved() -> dict:
    """The solved lesson: three exercises and a written one."""
    cells = []
    for name, (head, body) in BODIES.items():
        source = f"{head}\n    ### BEGIN SOLUTION\n    {body}\n    ### END SOLUTION"
        cells += [answer(name, source), check(name)]
    marks = _marks(
        "discussion-solution", grade=True, solution=True, points=find(f"{TOPIC}.discussion").points
    )
    cells.append(new_markdown_cell("A model text.", id="discussion-solution", metadata=marks))
    return json.loads(json.dumps(notebook(*cells, code("print('the end')", "end"))))


TOPIC = "gradient_descent"


def make_class(folder: Path, practice: dict | None = None) -> Classroom:
    """Release that lesson in a new class, by nbgrader, without the trial of a real release.

    practice: the solved practice notebook, where the lesson is to have one
    """
    lesson = folder / "notebooks" / LESSON
    lesson.mkdir(parents=True)
    notebooks = {LESSON: solved()} | ({f"{LESSON}_practice": practice} if practice else {})
    paths = {lesson / f"{name}.ipynb": one for name, one in notebooks.items()}
    for path, one in paths.items():
        path.write_text(json.dumps(one))
    room = Classroom(folder / "course", folder / "notebooks").make()
    released = {path: released_notebook(one, LESSON, path.stem, {}) for path, one in paths.items()}
    release._generate(room, release.Lesson(LESSON, {}, paths, released))
    return room


def copy_class(room: Classroom, folder: Path) -> Classroom:
    """The same class elsewhere."""
    shutil.copytree(room.root.parent, folder)
    return Classroom(folder / "course", folder / "notebooks")


def hand_in(room: Classroom, student: str, answers: dict[str, str] | None = None, text: str = TEXT) -> Path:
    """Write a submission: these answers in the released notebook, and the written one."""
    path = room.release / LESSON / f"{LESSON}.ipynb"
    nb = json.loads(path.read_text())
    for cell in nb["cells"]:
        name = cell["id"].removesuffix("-solution")
        if name in (answers or {}):
            cell["source"] = answers[name]
        if cell["id"] == "discussion-solution" and answers is not None:
            cell["source"] = text
    target = room.submitted / student / LESSON / f"{LESSON}.ipynb"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(nb))
    return target


def scores(room: Classroom) -> dict[str, dict[str, float | None]]:
    """student -> cell -> automatic score, as nbgrader's gradebook has them."""
    with room.gradebook() as book:
        return {
            submission.student.id: {g.name: g.auto_score for nb in submission.notebooks for g in nb.grades}
            for submission in book.assignment_submissions(LESSON)
        }


__all__ = ["CLIMBS", "DIES", "RIGHT", "SETUP", "copy_class", "hand_in", "make_class", "scores"]
