"""A notebook that came back, mended: which of several it is, what was done to it, what its release asks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from coursekit import console
from coursekit.errors import CannotDo
from coursekit.files import read_file
from coursekit.grading.grade.submissions import Submission
from coursekit.grading.layout import Classroom
from coursekit.grading.repair import Hopeless, repair
from coursekit.grading.repair.reading import MOST
from coursekit.grading.starter import Notebook, exercise_of, is_check, marks, text


@dataclass(frozen=True)
class Mended:
    """A notebook as it is graded, its release's own check cells (grade_id -> source), what was done to it."""

    path: Path
    notebook: Notebook
    asked: dict[str, str]
    notes: list[str]
    worked_in: bool


def best(classroom: Classroom, submission: Submission, name: str, paths: Sequence[Path]) -> Mended:
    """Of the files that are this notebook, mended, the first that somebody has worked in."""
    mended, failed = [], []
    for path in paths:
        try:
            mended.append(_mend(classroom, submission, name, path))
        except CannotDo as error:
            failed.append(error)
        if mended and mended[-1].worked_in:
            break
    if not mended:
        raise failed[0]
    chosen = mended[-1] if mended[-1].worked_in else mended[0]
    others = [told(path.relative_to(submission.folder)) for path in paths if path != chosen.path]
    if others:
        here = told(chosen.path.relative_to(submission.folder))
        chosen.notes.insert(0, f"there are {len(paths)} of it: {here} counts, and not {', '.join(others)}")
    return chosen


def _mend(classroom: Classroom, submission: Submission, name: str, path: Path) -> Mended:
    lesson, where = submission.lesson, path.relative_to(submission.folder)
    current = released(classroom.release / lesson / f"{name}.ipynb")
    earlier = {
        one.stem.rpartition(".")[2]: one for one in (classroom.releases / lesson).glob(f"{name}.*.ipynb")
    }
    starters = [released(one) for one in sorted(earlier.values())]
    try:
        notebook, notes = repair(read_file(path, MOST), current, starters)
    except Hopeless as error:
        raise CannotDo(str(error)) from error
    except OSError as error:
        raise CannotDo(f"{told(where)} cannot be read: {error.strerror}.") from error
    if where.name != f"{name}.ipynb" or len(where.parts) > 1:
        notes.insert(0, f"the notebook was handed in as {told(where)}")
    release = notebook["metadata"].get("coursekit", {}).get("release")
    handed_out = released(earlier[release]) if release in earlier else current
    asked = {marks(cell)["grade_id"]: text(cell) for cell in handed_out["cells"] if is_check(cell)}
    notes += _differences(handed_out, current, lesson, str(release))
    untouched = {text(cell).strip() for one in (*starters, current) for cell in one["cells"]}
    answers = [text(cell).strip() for cell in notebook["cells"] if marks(cell).get("solution")]
    return Mended(path, notebook, asked, notes, any(one not in untouched for one in answers))


def told(path: Path) -> str:
    """A path of a student's, to be read by a person."""
    return console.printable(path.as_posix())


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


@lru_cache(maxsize=512)
def _read(path: Path, changed: float) -> Notebook:
    notebook: Notebook = json.loads(path.read_text(encoding="utf-8"))
    return notebook


def released(path: Path) -> Notebook:
    """A released notebook, read once."""
    if not path.is_file():
        raise CannotDo(f"{path} is not there: `coursekit release` writes it.")
    return _read(path, path.stat().st_mtime)
