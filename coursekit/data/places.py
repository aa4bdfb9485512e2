"""Where MNIST is looked for on this computer, and what becomes of files that are not MNIST."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from coursekit.course import enclosing
from coursekit.data import carried
from coursekit.data.containers import Arrays, Damaged, idx_files, read_idx, read_npz, verify

VARIABLE = "COURSEKIT_DATA"
NPZ = "mnist.npz"
MOST = 100_000_000  # bytes of a file that is read at all


@dataclass(frozen=True)
class Place:
    """A folder, or an npz file. ours: coursekit may rename what is damaged there."""

    path: Path
    ours: bool = False


def cache() -> Path:
    """The user's cache, in which downloads are kept."""
    from platformdirs import user_cache_path

    return user_cache_path("coursekit", appauthor=False)


def places() -> Iterator[Place]:
    """Where MNIST is looked for, in this order."""
    if named := os.environ.get(VARIABLE):
        yield Place(Path(named).expanduser())
    clone = carried.PLACES[0]
    yield Place(clone, ours=True)
    here = Path.cwd()
    course = enclosing(here)
    for folder in (here, *here.parents):
        if folder / "data" != clone:
            yield Place(folder / "data", ours=folder == course)
    yield Place(cache(), ours=True)
    yield Place(Path.home() / ".keras" / "datasets")


def find(notes: list[str]) -> tuple[Arrays, Path] | None:
    """The first MNIST in these places and where it is; `notes` gets a sentence for each fault on the way."""
    if (named := os.environ.get(VARIABLE)) and not Path(named).expanduser().exists():
        notes.append(f"{VARIABLE} names {named}, which is not there.")
    for place in places():
        with suppress(PermissionError):  # a folder that may not be looked into
            for path, files in _candidates(place):
                try:
                    arrays = _read(files)
                    verify(arrays)
                    return arrays, path
                except Damaged as error:
                    aside = [_set_aside(one) for one in files.values()] if place.ours else []
                    moved = f"; it is set aside as {aside[0]}" if any(aside) else ""
                    notes.append(f"{path} is not MNIST: {error}{moved}.")
                except OSError as error:
                    notes.append(f"{path} cannot be read: {error.strerror}.")
    return None


def _candidates(place: Place) -> Iterator[tuple[Path, dict[str, Path]]]:
    """What may be MNIST at a place: the name to tell, and its files; an npz file's name is ""."""
    path = place.path
    if path.is_file() and not place.ours:
        yield path, {"": path}
    for folder in (path, path / "mnist", path / "MNIST" / "raw"):  # the last is torchvision's
        if (folder / NPZ).is_file():
            yield folder / NPZ, {"": folder / NPZ}
        if four := idx_files(folder):
            yield folder, four


def _read(files: dict[str, Path]) -> Arrays:
    for path in files.values():
        if path.stat().st_size > MOST:
            raise Damaged("it is too large")
    if "" in files:
        return read_npz(files[""].read_bytes())
    arrays = {}
    for name, path in files.items():
        try:
            arrays[name] = read_idx(path.read_bytes())
        except Damaged as error:
            raise Damaged(f"{path.name}: {error}") from error
    return arrays


def _set_aside(path: Path) -> str:
    """Rename a damaged file; its new name, "" where that may not be."""
    for number in itertools.count(1):
        aside = path.with_name(f"{path.name}.damaged{f'-{number}' if number > 1 else ''}")
        if not aside.exists():
            break
    try:
        path.rename(aside)
    except OSError:
        return ""
    return aside.name
