"""Grading in isolation against stock `nbgrader autograde` without it: three notebooks; and the apply half.

Stock autogrades one submission after another. Where it takes long it gets fewer of them: both are told
by the submission, what each needs to start with it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from nbformat.v4 import new_code_cell, new_notebook

from benchmarks import Measure, seconds
from coursekit.grading import release, sample
from coursekit.grading.apply import Applier
from coursekit.grading.journal import Journal
from coursekit.grading.layout import Classroom
from coursekit.grading.starter import released_notebook

LESSON = "01_gradient_descent"
CLASS = 60
FEW = 6  # submissions that stock grades where each takes it many seconds
HONEST = ("ordinary", "half done", "untouched")
EMPTY = "import numpy as np\nfrom coursekit import check"
FRAMEWORKS = f"{EMPTY}\nimport tensorflow as tf\nimport torch"
GRID = "def grid():\n    return np.linspace(-10, 10, 201)"


def run() -> Iterator[Measure]:
    with tempfile.TemporaryDirectory() as folder:
        room = _released(Path(folder) / "lesson")
        hand_ins = _hand_ins(room)
        _hand_in(room, [hand_ins[i % len(hand_ins)] for i in range(CLASS)])
        rooms = [_copy(room, Path(folder) / name) for name in ("stock", "one", "all")]
        stock = _time(rooms[0], _script("nbgrader"), "autograde", LESSON) / CLASS
        yield Measure(f"{CLASS} of lesson 1: stock nbgrader, a submission", stock, "s")
        yield Measure("coursekit, one at a time / stock", _time(rooms[1], *_grade(1)) / CLASS / stock, "x")
        yield Measure("coursekit, all cores / stock", _time(rooms[2], *_grade()) / CLASS / stock, "x")
        yield Measure("apply, a submission", 1e3 * _apply(rooms[2]), "ms", 150)
        unchanged = seconds(lambda: _time(rooms[2], *_grade()))
        yield Measure(f"{CLASS} unchanged, graded again", unchanged, "s", 2)

        for name, setup, compared, goal in (
            ("almost empty cells", EMPTY, CLASS, 0.2),
            ("imports torch and TensorFlow", FRAMEWORKS, FEW, 0.08),
        ):
            ours = _of_cells(Path(folder) / name.replace(" ", "-"), setup)
            theirs = _copy(ours, Path(folder) / f"{name.replace(' ', '-')}-stock")
            _hand_in(ours, [_only(ours)] * CLASS)
            _hand_in(theirs, [_only(theirs)] * compared)
            stock = _time(theirs, _script("nbgrader"), "autograde", LESSON) / compared
            yield Measure(f"{name}: stock nbgrader, a submission", stock, "s")
            yield Measure(f"{name}: coursekit / stock", _time(ours, *_grade()) / CLASS / stock, "x", goal)


def _released(folder: Path) -> Classroom:
    """A class in a clone of its own, with lesson 1 released by nbgrader (the trial of a release left out)."""
    shutil.copytree(Path(__file__).parents[1] / "notebooks" / LESSON, folder / "notebooks" / LESSON)
    room = Classroom(folder / "course", folder / "notebooks").make()
    release._generate(room, release.read_lesson(room, LESSON))
    return room


def _of_cells(folder: Path, setup: str) -> Classroom:
    """A class whose lesson is one answer, one check, and cells that do nearly nothing."""

    def cell(source: str, name: str, **more: Any) -> Any:
        marks = {"schema_version": 3, "grade": False, "solution": False, "locked": False, "task": False}
        return new_code_cell(
            source, id=name, metadata={"nbgrader": marks | {"grade_id": name} | more} if more else {}
        )

    solution = GRID.replace("    ", "    ### BEGIN SOLUTION\n    ", 1) + "\n    ### END SOLUTION"
    cells = [new_code_cell(setup, id="setup"), cell(solution, "grid-solution", solution=True)]
    cells.append(
        cell('check("gradient_descent.grid", grid)', "grid-check", grade=True, locked=True, points=1)
    )
    cells += [new_code_cell(f"x{i} = {i}", id=f"cell-{i}") for i in range(10)]
    path = folder / "notebooks" / LESSON / f"{LESSON}.ipynb"
    path.parent.mkdir(parents=True)
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    solved = json.loads(json.dumps(new_notebook(cells=cells, metadata={"kernelspec": kernel})))
    path.write_text(json.dumps(solved))
    room = Classroom(folder / "course", folder / "notebooks").make()
    released = released_notebook(solved, LESSON, LESSON, {})
    release._generate(room, release.Lesson(LESSON, {}, {path: solved}, {path: released}))
    return room


def _only(room: Classroom) -> dict[str, bytes]:
    """Its solved notebook, handed in."""
    name = f"{LESSON}.ipynb"
    notebook = json.loads((room.release / LESSON / name).read_text())
    for one in notebook["cells"]:
        one["source"] = GRID if one["id"] == "grid-solution" else one["source"]
    return {name: json.dumps(notebook).encode()}


def _hand_ins(room: Classroom) -> list[dict[str, bytes]]:
    """What the honest and undamaged of a made-up class hand in."""
    students = sample.class_of(room, n=36)
    return [one.files[LESSON] for one in students if one.kind in HONEST or one.kind.startswith("right")]


def _hand_in(room: Classroom, hand_ins: list[dict[str, bytes]]) -> None:
    for number, files in enumerate(hand_ins):
        for path, content in files.items():
            target = room.submitted / f"s{number:03}" / LESSON / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)


def _copy(room: Classroom, folder: Path) -> Classroom:
    shutil.copytree(room.root.parent, folder)
    return Classroom(folder / "course", folder / "notebooks")


def _script(name: str) -> str:
    return str(Path(sysconfig.get_path("scripts")) / name)


def _grade(jobs: int = 0) -> list[str]:
    command = [sys.executable, "-m", "coursekit", "grade", "--course", ".", "--isolation", "bwrap", "--quiet"]
    return [*command, "--jobs", str(jobs)] if jobs else command


def _time(room: Classroom, *command: str) -> float:
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
    started = time.perf_counter()
    subprocess.run(command, cwd=room.root, check=True, env={**os.environ, "PATH": path}, capture_output=True)
    return time.perf_counter() - started


def _apply(room: Classroom) -> float:
    """The median time to place one graded submission in the gradebook, in seconds."""
    taken = []
    with Journal(room.journal) as journal, Applier(room) as applier:
        for (student, lesson), attempt in journal.current().items():
            notebooks, scored = journal.notebooks(attempt.id), journal.verdicts(attempt.id)
            started = time.perf_counter()
            applier.apply(student, lesson, notebooks, {}, scored=scored)
            taken.append(time.perf_counter() - started)
    return median(taken)
