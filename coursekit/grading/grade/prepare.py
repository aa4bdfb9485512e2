"""From what lies in `submitted/` to work for the run: found, mended, beside the lesson's own files."""

from __future__ import annotations

import ast
import importlib
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from coursekit import console
from coursekit.errors import CannotDo
from coursekit.grading.collect.storing import TIMESTAMP
from coursekit.grading.grade.mend import best, released
from coursekit.grading.grade.submissions import Submission, can_lie, files_of, links_of, paths_of
from coursekit.grading.layout import Classroom
from coursekit.grading.repair import find_notebooks
from coursekit.grading.repair.finding import catalogue
from coursekit.grading.run.work import Settings, Work
from coursekit.grading.starter import Notebook, text


def prepare(
    classroom: Classroom,
    submission: Submission,
    seed: int,
    limits: Mapping[str, Any],
    verdicts: Mapping[str, dict[str, Any]],
) -> tuple[Work, list[str]]:
    """The work that a submission is, and what was mended in it. Raises CannotDo where nothing can be read.

    limits: of `Settings`, by name. verdicts: those that were given already
    """
    lesson = submission.lesson
    names = [path.stem for path in classroom.source(lesson)]
    found = find_notebooks(submission.folder, lesson, catalogue(classroom))
    if not found:
        raise CannotDo(_nothing_in(submission))
    mended = {name: best(classroom, submission, name, found[name]) for name in names if name in found}
    notes = [] if names[0] in mended else [f"{names[0]}.ipynb was not handed in"]
    for name, one in mended.items():
        notes += one.notes if len(names) == 1 else [f"{name}: {note}" for note in one.notes]
    near = next(iter(mended.values())).path.parent
    if (submission.folder / TIMESTAMP).is_file() and submission.time() is None:
        notes.append(f"{TIMESTAMP} holds no time: when it was handed in is not known")
    work = Work(
        submission.student,
        lesson,
        {name: json.dumps(one.notebook) for name, one in mended.items()},
        {name: one.asked for name, one in mended.items()},
        can_lie({**submission.files(near), **files_of(classroom.notebooks / lesson)}),
        seed,
        Settings(**dict(limits)),
        verdicts,
        imports_of(released(classroom.release / lesson / f"{name}.ipynb") for name in names),
    )
    return work, notes


def _nothing_in(submission: Submission) -> str:
    """Why there is nothing to grade, and what there is instead."""
    others = [path.name for path in paths_of(submission.folder)]
    said = [f"{one.name} is a link, which is not followed" for one in links_of(submission.folder)]
    said += [f"it holds {', '.join(others[:5])}"] if others else []
    said += ["`coursekit collect` looks into zips"] if any(o.lower().endswith(".zip") for o in others) else []
    return console.printable("; ".join(["There is no notebook of this lesson in it", *said[:5]])) + "."


def imports_of(notebooks: Iterable[Notebook]) -> tuple[str, ...]:
    """The names of the modules that these notebooks import, as far as their cells can be read."""
    found = set()
    for cell in (cell for notebook in notebooks for cell in notebook["cells"] if cell["cell_type"] == "code"):
        lines = [line for line in text(cell).splitlines() if not line.startswith(("%", "!"))]
        with suppress(SyntaxError):
            for node in ast.walk(ast.parse("\n".join(lines))):
                if isinstance(node, ast.Import):
                    found |= {alias.name for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    found.add(node.module)
    return tuple(sorted(found))


def limits_of(topic_: str) -> dict[str, float]:
    """A lesson's own limits: SECONDS of processor time a cell, MEMORY in MB, where its package names them."""
    package = importlib.import_module(f"coursekit.exercises.{topic_}")
    names = {"seconds": "SECONDS", "memory": "MEMORY"}
    return {limit: getattr(package, name) for limit, name in names.items() if hasattr(package, name)}


def bring_data(topics: Iterable[str]) -> None:
    """Bring to this computer what these lessons use, before workers start: all judge on the same images."""
    from coursekit.data import load_mnist
    from coursekit.grading.run.package import needs_mnist

    with suppress(ImportError):  # a lesson without its exercises, or no scikit-learn: each submission tells
        if any(map(needs_mnist, topics)):
            load_mnist(say=console.say)
