"""Finding the notebooks of a lesson in a folder in which a student put them."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

_COPY = re.compile(r"[\s_-]*(?:\(\d+\)|copy\d*|copia|final|-\d+)$")  # what copying and handing in again add
_COPY_OF = re.compile(r"^(?:copy of|copia de|copy|final)[\s_-]+")


def find_notebook(folder: Path, names: Sequence[str]) -> dict[str, Path]:
    """Which file below `folder` is which of the notebooks `names` (without .ipynb), as far as can be told.

    A name is taken in any case, and with what a copy's name adds; then the one notebook that is left over is
    the one name that is missing. Of several the newest is taken. Links are not followed, wherever they lead.
    """
    files = sorted(notebooks_in(folder), key=lambda path: (-path.stat().st_mtime, len(path.parts), str(path)))
    found: dict[str, Path] = {}
    for alike in (str.lower, plain_name):
        for path in files:
            fits = [name for name in names if name not in found and alike(path.stem) == alike(name)]
            if fits and path not in found.values():
                found[fits[0]] = path
    left = [path for path in files if path not in found.values()]
    missing = [name for name in names if name not in found]
    if len(missing) == 1 and left and (len(left) == 1 or len(names) == 1):
        found[missing[0]] = left[0]
    return found


def notebooks_in(folder: Path) -> list[Path]:
    """The notebooks below `folder`, hidden folders and links left out."""
    found = []
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__")))
        paths = [Path(place, name) for name in files if not name.startswith(".")]
        found += [path for path in paths if path.suffix.lower() == ".ipynb" and not path.is_symlink()]
    return [path for path in found if path.is_file()]


def plain_name(stem: str) -> str:
    """A file's name without what is added to copies: "Lesson (1)", "lesson-2", "copy of lesson"."""
    name, before = re.sub(r"\.ipynb$", "", stem.strip().lower()), ""
    while name != before:
        before, name = name, _COPY_OF.sub("", _COPY.sub("", name))
    return re.sub(r"[\s_-]+", "_", name)
