"""From what lies in `submitted/` to work for the run: found, mended, beside the lesson's own files."""

from __future__ import annotations

import ast
import importlib
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from coursekit import console
from coursekit.errors import CannotDo
from coursekit.grading.grade.submissions import Submission, files_of
from coursekit.grading.layout import Classroom
from coursekit.grading.repair import Hopeless, find_notebook, repair
from coursekit.grading.repair.reading import read
from coursekit.grading.run.work import Settings, Work
from coursekit.grading.starter import Notebook, exercise_of, is_check, marks, text

MOST = 100_000_000  # bytes of a notebook


def prepare(
    classroom: Classroom,
    submission: Submission,
    seed: int,
    limits: Mapping[str, Any],
    known: Mapping[str, dict[str, Any]],
) -> tuple[Work, list[str]]:
    """The work that a submission is, and what was mended in it. Raises CannotDo where nothing can be read.

    limits: of `Settings`, by name. known: verdicts that were given already
    """
    lesson = submission.lesson
    names = [path.stem for path in classroom.source(lesson)]
    found = find_notebook(submission.folder, names)
    if not found:
        raise CannotDo("There is no notebook in it.")
    notebooks, asked, notes = {}, {}, []
    for name in [name for name in names if name in found]:
        mended, asked[name], said = _mend(classroom, lesson, name, found[name])
        notebooks[name] = json.dumps(mended)
        where = found[name].relative_to(submission.folder)
        if str(where) != f"{name}.ipynb":
            notes.append(f"the notebook was handed in as {where}")
        notes += said if len(names) == 1 else [f"{name}: {one}" for one in said]
    near = found[next(name for name in names if name in found)].parent
    beside = {**submission.files(near), **files_of(classroom.notebooks / lesson)}
    settings = Settings(**dict(limits))
    imports = imports_of([_released(classroom.release / lesson / f"{name}.ipynb") for name in names])
    work = Work(submission.student, lesson, notebooks, asked, beside, seed, settings, known, imports)
    return work, notes


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


def _mend(
    classroom: Classroom, lesson: str, name: str, path: Path
) -> tuple[Notebook, dict[str, str], list[str]]:
    """The mended notebook, the check cells that its release has (grade_id -> source), and what was done."""
    if path.stat().st_size > MOST:
        raise CannotDo(f"The notebook has {path.stat().st_size / 1e6:.0f} MB: that is too much to read.")
    content = path.read_bytes()
    current = _released(classroom.release / lesson / f"{name}.ipynb")
    earlier = {
        one.stem.rpartition(".")[2]: one for one in (classroom.releases / lesson).glob(f"{name}.*.ipynb")
    }
    try:
        mended, notes = repair(content, current, [_released(one) for one in sorted(earlier.values())])
        stamp = read(content)[1].get("coursekit")
    except Hopeless as error:
        raise CannotDo(str(error)) from error
    release = stamp.get("release") if isinstance(stamp, dict) else None
    handed_out = _released(earlier[release]) if release in earlier else current
    asked = {marks(cell)["grade_id"]: text(cell) for cell in handed_out["cells"] if is_check(cell)}
    return mended, asked, notes + _differences(handed_out, current, lesson, str(release))


def _differences(handed_out: Notebook, current: Notebook, lesson: str, release: str) -> list[str]:
    """What an older release asks otherwise than the present one."""
    if handed_out is current:
        return []
    versions, now = (nb["metadata"].get("coursekit", {}).get("exercises", {}) for nb in (handed_out, current))
    notes = [
        f"{one} is asked since release {release}, which was handed in; it has no score"
        for one in (exercise_of(cell, lesson) for cell in current["cells"])
        if one is not None and one not in versions
    ]
    return notes + [
        f"{one} was handed out as version {versions[one]}, and is graded as version {now[one]}"
        for one in now
        if one in versions and versions[one] != now[one]
    ]


@lru_cache(maxsize=64)
def _read(path: Path, changed: float) -> Notebook:
    notebook: Notebook = json.loads(path.read_text(encoding="utf-8"))
    return notebook


def _released(path: Path) -> Notebook:
    """A released notebook, read once."""
    if not path.is_file():
        raise CannotDo(f"{path} is not there: `coursekit release` writes it.")
    return _read(path, path.stat().st_mtime)


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
