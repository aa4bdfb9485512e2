"""What a lesson must be to be released: faults that can be read off its notebooks, each in one sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import nbformat

from coursekit.checking import Exercise, Written
from coursekit.grading.starter import (
    BEGIN,
    END,
    Cell,
    Notebook,
    check_of,
    exercise_of,
    is_check,
    is_written,
    marks,
    solution_regions,
    text,
    topic,
)

TELLING = 10  # characters of a line, spaces squeezed, from which on it can give a solution away
Exercises = Mapping[str, Exercise | Written]


def faults(notebooks: Mapping[Path, Notebook], lesson: str, exercises: Exercises) -> list[str]:
    """What is wrong with a lesson's solved notebooks: metadata, check cells, points, exercises left out."""
    found = [
        f"{path.name}: {fault}" for path, nb in notebooks.items() for fault in _of_one(nb, lesson, exercises)
    ]
    return found or list(_of_all(notebooks, lesson, exercises))


def _of_one(notebook: Notebook, lesson: str, exercises: Exercises) -> Iterator[str]:
    try:
        nbformat.validate(nbformat.from_dict(notebook))
    except nbformat.ValidationError as error:
        yield f"it is no valid notebook: {str(error).splitlines()[0]}"
        return
    if (notebook["nbformat"], notebook["nbformat_minor"]) < (4, 5):
        yield "its cells have no ids: it must be of nbformat 4.5"
        return
    for cell in notebook["cells"]:
        mark = marks(cell)
        if (mark.get("grade") or mark.get("solution")) and mark.get("grade_id") != cell["id"]:
            yield f"cell {cell['id']!r} has another grade_id, {mark.get('grade_id')!r}"
        if cell["cell_type"] == "code" and mark.get("grade") and mark.get("solution"):
            yield f"cell {cell['id']!r} is code and would be marked by hand; only texts are"
        elif is_check(cell) or is_written(cell):
            yield from _of_graded(cell, lesson, exercises)


def _of_graded(cell: Cell, lesson: str, exercises: Exercises) -> Iterator[str]:
    name = f"cell {cell['id']!r}"
    if is_check(cell) and check_of(text(cell)) is None:
        yield f'{name} must be exactly check("{topic(lesson)}.name", answer)'
        return
    asked = exercises.get(str(exercise_of(cell, lesson)))
    if asked is None:
        yield f"{name} asks {exercise_of(cell, lesson)!r}, which is no exercise of this lesson"
    elif asked.by_hand != is_written(cell):
        yield f"{name} asks {asked.id!r}, which is {'' if asked.by_hand else 'not '}marked by hand"
    elif marks(cell).get("points") != asked.points:
        yield f"{name} has {marks(cell).get('points')} points, the exercise {asked.id!r} has {asked.points}"


def _of_all(notebooks: Mapping[Path, Notebook], lesson: str, exercises: Exercises) -> Iterator[str]:
    places: dict[str, list[Path]] = {one: [] for one in exercises}
    for path, notebook in notebooks.items():
        for cell in notebook["cells"]:
            asked = exercise_of(cell, lesson)
            if asked:
                places[asked].append(path)
    for asked, paths in places.items():
        practice = not exercises[asked].core
        if not paths:
            where = f"{lesson}_practice.ipynb" if practice else "the lesson's notebook"
            yield f"the exercise {asked!r} is missing in {where}"
        elif len(paths) > 1:
            yield f"the exercise {asked!r} is asked {len(paths)} times"
        elif practice != paths[0].stem.endswith("_practice"):
            right = f"{lesson}_practice.ipynb" if practice else "the lesson's own notebook"
            yield f"the exercise {asked!r} is in {paths[0].name} and belongs into {right}"


def leaks(
    solved: Mapping[Path, Notebook], released: Mapping[Path, Notebook], others: Mapping[Path, bytes]
) -> list[str]:
    """Where text of a solution is left in what students get.

    In the cells' own text a whole solution counts, wherever the source repeats it. In all else (metadata,
    attachments, outputs, other files) a single line does, unless the lesson shows it outside solutions.
    """
    cells = [cell for notebook in released.values() for cell in notebook["cells"]]
    shown = {line for cell in cells for line in _lines(text(cell))}
    solutions = [
        (cell["id"], _lines("\n".join(region)))
        for notebook in solved.values()
        for cell in notebook["cells"]
        for region in solution_regions(cell)
    ]
    telling = {
        line: name
        for name, lines in solutions
        for line in lines
        if len(line) >= TELLING and line not in shown
    }
    found = []
    for path, notebook in released.items():
        for cell in notebook["cells"]:
            found += [f"{path.name}: {one}" for one in _in_cell(cell, solutions, telling)]
        found += [
            f"{path.name}: its metadata hold {_quote(telling, line)}"
            for line in _among(telling, notebook["metadata"])
        ]
    for path, content in others.items():
        lines = _among(telling, content.decode("utf-8", errors="ignore"))
        found += [f"{path.name} holds {_quote(telling, line)}" for line in lines]
    return found


def _in_cell(cell: Cell, solutions: list[tuple[str, list[str]]], telling: Mapping[str, str]) -> Iterator[str]:
    name, source = f"cell {cell['id']!r}", "\n".join(_lines(text(cell)))
    if BEGIN in source or END in source:
        yield f"{name} still has the mark of a solution"
    for origin, lines in solutions:
        whole = "\n".join(lines)
        if len(whole) >= TELLING and f"\n{whole}\n" in f"\n{source}\n":
            yield f"{name} holds the whole solution of cell {origin!r}"
    rest = {key: value for key, value in cell.items() if key != "source"}
    for line in _among(telling, rest):
        yield f"{name} holds, beside its text, {_quote(telling, line)}"


def _lines(source: str) -> list[str]:
    """The lines that say something, spaces squeezed."""
    return [" ".join(line.split()) for line in source.splitlines() if line.strip()]


def _among(telling: Mapping[str, str], value: Any) -> list[str]:
    """The telling lines that occur in any text inside `value`."""
    if isinstance(value, dict):
        value = [*value.keys(), *value.values()]
    if isinstance(value, list):
        return [line for item in value for line in _among(telling, item)]
    if not isinstance(value, str):
        return []
    squeezed = " ".join(value.split())
    return [line for line in telling if line in squeezed]


def _quote(telling: Mapping[str, str], line: str) -> str:
    return f"a line of the solution of cell {telling[line]!r}: {line[:60]}"
