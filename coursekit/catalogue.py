"""The lessons and their exercises as a person meets them: by folder, title, and in the order taught."""

from __future__ import annotations

import importlib
import json
from functools import lru_cache
from types import ModuleType
from typing import Any

from coursekit.checking import exercises_of, lessons
from coursekit.course import released_lessons
from coursekit.errors import CannotDo
from coursekit.grading.starter import exercise_of


def lesson_folder(lesson: str) -> str:
    """The folder of a lesson's notebooks: "01_gradient_descent" for "gradient_descent"."""
    return f"{_package(lesson).NUMBER:02d}_{lesson}"


def lesson_title(lesson: str) -> str:
    return str(_package(lesson).TITLE)


def _package(lesson: str) -> ModuleType:
    return importlib.import_module(f"coursekit.exercises.{lesson}")


def exercises() -> list[dict[str, Any]]:
    """Every exercise as plain data, lesson by lesson, in the order of the notebooks' cells."""
    found = [
        {"id": one.id, "lesson": lesson_folder(lesson), "title": one.title, "points": one.points}
        | {"core": one.core, "by_hand": one.by_hand}
        for lesson in lessons()
        for one in exercises_of(lesson).values()
    ]
    place = {one: number for number, one in enumerate(_taught())}
    return sorted(found, key=lambda one: (one["lesson"], place.get(str(one["id"]), len(place))))


@lru_cache
def _taught() -> tuple[str, ...]:
    """The ids that the lessons' cells check, in their order; none where the lessons are missing."""
    try:
        files = released_lessons()
    except CannotDo:
        return ()
    notebooks = {name: json.loads(content) for name, content in files.items() if name.endswith(".ipynb")}
    asked = [exercise_of(cell, name.split("/")[0]) for name, nb in notebooks.items() for cell in nb["cells"]]
    return tuple(dict.fromkeys(one for one in asked if one))
