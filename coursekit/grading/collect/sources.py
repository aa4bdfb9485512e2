"""What lies in folders and zips that came back: every file with its path and time, read when it is needed.

Nothing is unpacked to the disk under a name that a zip gives, no link is followed, and what is too much
is refused before it is read.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from coursekit.files import read_file
from coursekit.grading.collect.handed import (
    ARCHIVES,
    DEEPEST,
    MOST_IN_ONE,
    TOO_LARGE,
    Handed,
    Refused,
    ignored,
    past,
    too_long,
)
from coursekit.grading.collect.zips import in_zip


def files_in(given: Path) -> Iterator[Handed | Refused]:
    """All files of a folder, a zip or a file, those of zips inside too."""
    if given.is_dir():
        yield from _in_folder(given)
    elif not given.is_file():
        yield Refused((given.name,), "is no file")
    elif given.suffix.lower() == ".zip":
        yield from in_zip(lambda: given, (), _changed(given), depth=0)
    else:
        yield from _file(given, (given.name,))


def _in_folder(folder: Path) -> Iterator[Handed | Refused]:
    for place, folders, names in os.walk(folder):
        here = Path(place)
        links = [name for name in folders if (here / name).is_symlink()]
        folders[:] = sorted(name for name in folders if name not in links and not ignored(name))
        if len(here.relative_to(folder).parts) >= DEEPEST:
            names += folders
            folders.clear()
        for name in sorted([*names, *links]):
            path = here / name
            parts = path.relative_to(folder).parts
            if path.is_symlink():
                yield Refused(parts, "is a link, which is not followed")
            elif ignored(name):
                continue
            elif why := too_long(parts):
                yield Refused(parts, why)
            elif not path.is_file():
                yield Refused(parts, "is no file")
            else:
                yield from _file(path, parts)


def _file(path: Path, parts: tuple[str, ...]) -> Iterator[Handed | Refused]:
    if path.suffix.lower() == ".zip":
        yield from in_zip(lambda: path, (*parts[:-1], path.stem), _changed(path), 1, _changed(path))
    elif path.suffix.lower() in ARCHIVES:
        yield Refused(parts, "is no zip; unpack it, and collect the folder")
    elif path.stat().st_size > MOST_IN_ONE:
        yield Refused(parts, TOO_LARGE)
    else:
        yield Handed(parts, _changed(path), functools.partial(read_file, path))


def _changed(path: Path) -> datetime:
    try:
        return past(datetime.fromtimestamp(path.stat().st_mtime, UTC))
    except (ValueError, OverflowError, OSError):
        return datetime.now(UTC)
