"""Finding the notebooks of a lesson in a folder in which a student put them."""

from __future__ import annotations

import json
import os
import re
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from coursekit.files import read_file
from coursekit.grading.layout import Classroom
from coursekit.grading.repair.cells import defined
from coursekit.grading.repair.reading import MOST, Hopeless, read
from coursekit.grading.starter import Notebook, marks, text

# What browsers, mail and Windows add to a name; a .json alone is a notebook if it is called like one.
_ENDING = re.compile(r"\.ipynb(?:\.(?:txt|json))?[. ]*$|\.json$", re.IGNORECASE)
_COPY = re.compile(r"[\s_-]*(?:\(\d+\)|copy\d*|copia|final|-\d+)$")  # what copying and handing in again add
_COPY_OF = re.compile(r"^(?:copy of|copia de|copy|final)[\s_-]+")
DEEPEST = 30  # folders inside one another that are looked into


@dataclass(frozen=True)
class Known:
    """A notebook of the course: its lesson and name, its graded cells' ids, the names that answers define."""

    lesson: str
    name: str
    ids: frozenset[str]
    answers: frozenset[str]


def known(lesson: str, name: str, notebook: Notebook) -> Known:
    """What a notebook (solved, or released) can be known by."""
    ids = frozenset(marks(cell)["grade_id"] for cell in notebook["cells"] if marks(cell).get("grade_id"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code" and marks(cell).get("solution")]
    return Known(lesson, name, ids, frozenset(one for cell in code for one in defined(text(cell))))


def catalogue(classroom: Classroom) -> list[Known]:
    """The notebooks of the course, which can be handed in; each is read once."""
    paths = [path for lesson in classroom.lessons() for path in classroom.source(lesson)]
    return [_known(path, path.stat().st_mtime) for path in paths]


@lru_cache(maxsize=256)
def _known(path: Path, changed: float) -> Known:
    return known(path.parent.name, path.stem, json.loads(path.read_text(encoding="utf-8")))


def which(content: bytes, name: str, notebooks: Sequence[Known], folders: Sequence[str] = ()) -> Known | None:
    """The notebook that this is a version of: as its stamp says, else its name, else what is in it.

    name, folders: what the file is called, and the folders that it lies in
    """
    try:
        parts, metadata, _ = read(content)
    except Hopeless:
        parts, metadata = [], {}
    stamp = metadata.get("coursekit")
    said = (stamp.get("lesson"), stamp.get("notebook")) if isinstance(stamp, dict) else ()
    own = plain_name(stem(name))
    called = sorted((one for one in notebooks if plain_name(one.name) in own), key=lambda one: -len(one.name))
    ids = {part.claim or part.id for part in parts}
    names = {name for part in parts if part.kind == "code" for name in defined(part.text)}
    found = (
        [one for one in notebooks if (one.lesson, one.name) == said]
        or [one for one in called if plain_name(one.name) == own]
        or called
        or _most(notebooks, [len(ids & one.ids) for one in notebooks])
        or _most(notebooks, [len(names & one.answers) for one in notebooks])
    )
    if len(found) < 2 or found == called:
        return next(iter(found), None)
    in_folder = [one for one in found if plain_name(one.lesson) in map(plain_name, folders)]
    return next(iter(in_folder), None)


def _most(notebooks: Sequence[Known], counts: Sequence[int]) -> list[Known]:
    most = max(counts, default=0)
    return [one for one, count in zip(notebooks, counts, strict=True) if count == most > 0]


def find_notebooks(folder: Path, lesson: str, notebooks: Sequence[Known]) -> dict[str, list[Path]]:
    """name -> the files below `folder` that are this notebook of the lesson, the one that counts first.

    That is the one whose name is spelt as handed out, else the newest. A lone file that tells nothing is
    taken for the lesson's own. Links are not followed, wherever they lead.
    """
    own = [one for one in notebooks if one.lesson == lesson]
    files = notebooks_in(folder, [one.name for one in own])
    found: dict[str, list[Path]] = defaultdict(list)
    for path in files:
        one = which(_content(path), path.name, notebooks, (lesson,))
        if one is None and len(files) == 1:
            one = own[0]
        if one is not None and one.lesson == lesson:
            found[one.name].append(path)
    for name, paths in found.items():
        paths.sort(
            key=lambda path: (path.name != f"{name}.ipynb", -path.stat().st_mtime, len(path.parts), path)
        )
    return found


def _content(path: Path) -> bytes:
    """What is in a file; nothing where it cannot be read, which is told when it is needed."""
    with suppress(OSError):
        return read_file(path, MOST)
    return b""


def notebooks_in(folder: Path, names: Sequence[str] = ()) -> list[Path]:
    """The notebooks below `folder`, hidden folders and links left out. names: of the lesson's notebooks"""
    found = []
    for place, folders, files in os.walk(folder):
        here = Path(place)
        deep = len(here.relative_to(folder).parts) >= DEEPEST
        folders[:] = [] if deep else sorted(name for name in folders if not name.startswith((".", "__")))
        paths = [
            here / name for name in sorted(files) if not name.startswith(".") and is_notebook(name, names)
        ]
        found += [path for path in paths if path.is_file() and not path.is_symlink()]
    return found


def is_notebook(name: str, names: Sequence[str] = ()) -> bool:
    """Whether a file is a notebook by its name. names: of the notebooks that it may be"""
    ending = _ENDING.search(name)
    if ending is None or ending[0].lower() != ".json":
        return ending is not None
    return plain_name(stem(name)) in map(plain_name, names)


def stem(name: str) -> str:
    """A notebook's name without its ending."""
    return _ENDING.sub("", name)


def plain_name(name: str) -> str:
    """A notebook's name without what is added to copies: "Lesson (1)", "lesson-2", "copy of lesson"."""
    name, before = stem(name.strip()).lower(), ""
    while name != before:
        before, name = name, _COPY_OF.sub("", _COPY.sub("", name))
    return re.sub(r"[\s_-]+", "_", name)
