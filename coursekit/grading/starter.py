"""The student's version of a solved notebook, by the standard library alone.

It is what nbgrader's generate_assignment makes (`release` compares the two each time), and a stamp:
which lesson, which release, which version of each exercise. It needs no nbgrader because a student's
wheel is built, and a student's clone is read, where there is none.
"""

from __future__ import annotations

import ast
import hashlib
import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CODE_STUB = "# YOUR CODE HERE\nraise NotImplementedError()"
TEXT_STUB = "YOUR ANSWER HERE"
BEGIN, END = "BEGIN SOLUTION", "END SOLUTION"

Cell = dict[str, Any]
Notebook = dict[str, Any]


class Unclear(ValueError):
    """A solved notebook that cannot be turned into a student's; the message names the cell."""


def released_bytes(path: Path, package: Path | None = None) -> bytes:
    """The file of the student's version of the solved notebook at `path`, .../NN_lesson/name.ipynb.

    package: the folder of coursekit whose exercises' versions go into the stamp; this one if None
    """
    package = package or Path(__file__).parents[1]
    lesson = path.parent.name
    solved = json.loads(path.read_text(encoding="utf-8"))
    versions = exercise_versions(package / "exercises" / topic(lesson))
    return as_file(released_notebook(solved, lesson, path.stem, versions))


def released_notebook(solved: Notebook, lesson: str, name: str, versions: dict[str, int]) -> Notebook:
    """The student's version: stubs for solutions, locked checks, checksums, no outputs, and the stamp."""
    released = json.loads(json.dumps(solved))
    released["metadata"].pop("celltoolbar", None)
    for cell in released["cells"]:
        cell["source"] = _without_solution(cell)
        _lock(cell)
        _clear(cell)
        _sum(cell)
    stamp(released, lesson, name, versions)
    return released


def stamp(released: Notebook, lesson: str, name: str, versions: dict[str, int]) -> None:
    """Write into the notebook's metadata what it is: lesson, notebook, release, {exercise: version}."""
    asked = [exercise for cell in released["cells"] if (exercise := exercise_of(cell, lesson))]
    content = [[cell.get("id"), cell["cell_type"], text(cell), marks(cell)] for cell in released["cells"]]
    release = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:10]
    released["metadata"]["coursekit"] = {
        "lesson": lesson,
        "notebook": name,
        "release": release,
        "exercises": {exercise: versions.get(exercise, 1) for exercise in asked},
    }


def topic(lesson: str) -> str:
    """The lesson's name in exercise ids: `gradient_descent` for the folder `01_gradient_descent`."""
    return re.sub(r"^\d+_", "", lesson)


def text(cell: Cell) -> str:
    """A cell's source as one text."""
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)


def marks(cell: Cell) -> dict[str, Any]:
    """A cell's nbgrader metadata, {} where it has none."""
    found = cell.get("metadata", {}).get("nbgrader", {})
    return found if isinstance(found, dict) else {}


def is_check(cell: Cell) -> bool:
    """A cell that is graded by running it."""
    return cell["cell_type"] == "code" and bool(marks(cell).get("grade")) and not marks(cell).get("solution")


def is_written(cell: Cell) -> bool:
    """A cell whose text a person reads and marks."""
    return cell["cell_type"] == "markdown" and bool(marks(cell).get("grade") and marks(cell).get("solution"))


_parsing = threading.Lock()


def parse(source: str) -> ast.Module:
    """The syntax tree of Python source, one thread at a time. Raises SyntaxError or ValueError.

    CPython 3.11 counts the depth of a tree for all threads together, and two that build one at
    once can end in a SystemError (python/cpython issue 106905).
    """
    with _parsing:
        return ast.parse(source)


def check_of(source: str) -> tuple[str, str] | None:
    """The exercise's id and the answer's expression, where `source` is check("id", expression) alone."""
    try:
        (line,) = parse(source).body
    except (SyntaxError, ValueError):
        return None
    call = line.value if isinstance(line, ast.Expr) else None
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "check"):
        return None
    if len(call.args) != 2 or call.keywords or isinstance(call.args[1], ast.Starred):
        return None
    named = call.args[0].value if isinstance(call.args[0], ast.Constant) else None
    return (named, ast.unparse(call.args[1])) if isinstance(named, str) else None


def exercise_of(cell: Cell, lesson: str) -> str | None:
    """The id of the exercise that this cell grades, None where it grades none.

    A check cell says it. A written answer's cell is called after its exercise: the cell
    `discussion-answer` of the lesson 01_gradient_descent belongs to gradient_descent.discussion.
    """
    if is_check(cell):
        found = check_of(text(cell))
        return found[0] if found else None
    if is_written(cell):
        name = re.sub(r"-(answer|solution|written)$", "", str(marks(cell).get("grade_id", "")))
        return f"{topic(lesson)}.{name.replace('-', '_')}"
    return None


def exercise_versions(folder: Path) -> dict[str, int]:
    """The version of each exercise in these files, read without running them: a wheel's build has no NumPy.

    Found are calls with "lesson.name" first or as id=, and version=N; all others are of version 1.
    """
    found = {}
    for path in sorted(folder.glob("*.py")):
        for node in ast.walk(parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                given: list[tuple[str | None, ast.expr]] = [("id", one) for one in node.args[:1]]
                given += [(keyword.arg, keyword.value) for keyword in node.keywords]
                said: dict[Any, Any] = {name: at.value for name, at in given if isinstance(at, ast.Constant)}
                if str(said.get("id")).startswith(f"{folder.name}."):
                    found[said["id"]] = said.get("version", 1)
    return found


def solution_regions(cell: Cell) -> Iterator[list[str]]:
    """The lines of each solution in a cell of a solved notebook."""
    lines = text(cell).split("\n")
    if marks(cell).get("solution") and BEGIN not in text(cell):
        yield lines
        return
    region: list[str] | None = None
    for line in lines:
        if BEGIN in line:
            region = []
        elif END in line and region is not None:
            yield region
            region = None
        elif region is not None:
            region.append(line)


def _without_solution(cell: Cell) -> str:
    stub = (CODE_STUB if cell["cell_type"] == "code" else TEXT_STUB).split("\n")
    kept, inside, found, solution = [], False, False, marks(cell).get("solution")
    for line in text(cell).split("\n"):
        if BEGIN in line:
            if inside or not solution:
                raise Unclear(
                    f"cell {_name(cell)}: {BEGIN} " + ("twice" if inside else "in no solution cell")
                )
            indent = line[: len(line) - len(line.lstrip())]
            kept += [indent + part for part in stub]
            inside = found = True
        elif END in line:
            inside = False
        elif not inside:
            kept.append(line)
    if inside:
        raise Unclear(f"cell {_name(cell)}: {BEGIN} without {END}")
    return "\n".join(stub if solution and not found else kept)


def _lock(cell: Cell) -> None:
    mark = marks(cell)
    if mark.get("solution"):
        cell["metadata"]["deletable"] = False
    elif mark.get("grade") or mark.get("locked"):
        cell["metadata"].update(deletable=False, editable=False)


def _clear(cell: Cell) -> None:
    if cell["cell_type"] == "code":
        cell["outputs"], cell["execution_count"] = [], None
        for field in ("collapsed", "scrolled"):
            cell["metadata"].pop(field, None)


def _sum(cell: Cell) -> None:
    """nbgrader's checksum, by which it knows whether a cell was changed."""
    mark = marks(cell)
    grade, solution = bool(mark.get("grade")), bool(mark.get("solution"))
    locked = not solution and (grade or bool(mark.get("locked")))
    if grade or solution or locked:
        parts = [text(cell), cell["cell_type"], str(grade), str(solution), str(locked), mark["grade_id"]]
        parts += [str(float(mark["points"]))] if grade else []
        mark["checksum"] = hashlib.md5("".join(parts).encode(), usedforsecurity=False).hexdigest()
        mark["cell_type"] = cell["cell_type"]


def _name(cell: Cell) -> str:
    return repr(marks(cell).get("grade_id") or cell.get("id") or text(cell)[:40])


def as_file(notebook: Notebook) -> bytes:
    """The notebook as nbformat writes it: sorted keys, one space, a source line a line."""
    for cell in notebook["cells"]:
        cell["source"] = text(cell).splitlines(keepends=True)
    content = json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True, separators=(",", ": "))
    return f"{content}\n".encode()
