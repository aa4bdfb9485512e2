"""A student's course folder: made and updated without touching their work.

The folder holds a folder a lesson, with the notebooks without solutions. `.coursekit/released.json`
keeps the fingerprints of every version that was ever laid down: a file which has one of these is
untouched and may be replaced; any other is the student's.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from coursekit import __version__, console
from coursekit.errors import CannotDo
from coursekit.files import write_whole
from coursekit.fingerprint import fingerprint

PACKAGE = Path(__file__).parent
DEFAULT = Path("my-course")
KEPT = ".coursekit"  # the folder inside a course folder with what the course itself keeps
LAID = f"{KEPT}/released.json"


def enclosing(place: Path) -> Path | None:
    """The nearest course folder at `place` or above it."""
    return next((folder for folder in (place, *place.parents) if (folder / LAID).is_file()), None)


def course_folder(given: str | None) -> Path:
    """The folder that a command means: the one given, else the one around here, else `my-course`."""
    return Path(given).expanduser() if given else enclosing(Path.cwd()) or DEFAULT


def released_lessons(package: Path = PACKAGE) -> dict[str, bytes]:
    """The files of every lesson without solutions: path below the course folder -> content.

    An installed package carries them; in a clone they are derived from `notebooks/`.
    Raises CannotDo where there are none.
    """
    carried, source = package / "_lessons", package.parent / "notebooks"
    if carried.is_dir():
        return {path.relative_to(carried).as_posix(): path.read_bytes() for path in _files(carried)}
    if not source.is_dir():
        raise CannotDo("This coursekit came without its lessons; install it again.")
    return {
        path.relative_to(source).as_posix(): _released(path)
        for path in console.track(_files(source), "lessons")
    }


def _files(folder: Path) -> list[Path]:
    """The files of the lessons in a fixed order, without hidden ones."""
    found = (path for path in sorted(folder.glob("[0-9][0-9]_*/**/*")) if path.is_file())
    return [
        path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]


def _released(path: Path) -> bytes:
    if path.suffix != ".ipynb":
        return path.read_bytes()
    from coursekit.grading.starter import released_bytes

    return released_bytes(path)


def start(folder: Path, lessons: Mapping[str, bytes]) -> dict[str, Any]:
    """Lay the lessons into `folder`; returns what was done, by the files' names.

    new: was not there. same: has this version's text. updated: had an older one, untouched. kept: is the
    student's, and this version was there before. beside: is the student's -> where the new version lies.
    Interrupted at any moment it leaves whole files, and goes on when it is run again.
    """
    _must_be_folder(folder)
    known, before = _read_known(folder), _read_known(folder)
    done: dict[str, Any] = {"new": [], "updated": [], "same": [], "kept": [], "beside": {}}
    for name, content in lessons.items():
        here = (folder / name).read_bytes() if (folder / name).is_file() else None
        version, laid = fingerprint(name, content), known.setdefault(name, [])
        if here is None:
            done["new"].append(name)
        elif _text(name, here) == _text(name, content):
            done["same"].append(name)
        elif fingerprint(name, here) in laid:
            done["updated"].append(name)
        elif version in laid:
            done["kept"].append(name)
        else:
            done["beside"][name] = _lay_beside(folder, name, content, laid)
        if version not in laid:
            laid.append(version)
    if known != before:  # known before it is laid: an interruption makes no file of ours the student's
        write_whole(folder / LAID, json.dumps(known, indent=1).encode())
    for name in (*done["new"], *done["updated"]):
        write_whole(folder / name, lessons[name])
    return done


def _text(name: str, content: bytes) -> str:
    return fingerprint(name, content, outputs=False)


def _must_be_folder(folder: Path) -> None:
    for place in (folder, *folder.parents):
        if place.exists() and not place.is_dir():
            raise CannotDo(f"{place} is a file; a course folder cannot be made there. Name another folder.")


def _read_known(folder: Path) -> dict[str, list[str]]:
    try:
        known = json.loads((folder / LAID).read_bytes())
        return {str(name): [str(version) for version in versions] for name, versions in known.items()}
    except (FileNotFoundError, ValueError, AttributeError, TypeError):
        return {}  # then every file that differs counts as the student's: nothing is lost


def _lay_beside(folder: Path, name: str, content: bytes, laid: Sequence[str]) -> str:
    """Lay a new version beside the student's file, in place of an untouched earlier one; returns its name."""
    path = Path(name)
    for number in itertools.count(1):
        again = f"-{number}" if number > 1 else ""
        beside = path.with_name(f"{path.stem}.new-{__version__}{again}{path.suffix}")
        target = folder / beside
        if not target.exists() or fingerprint(name, target.read_bytes()) in laid:
            write_whole(target, content)
        elif fingerprint(name, target.read_bytes()) != fingerprint(name, content):
            continue  # the student works on this one too
        break
    return beside.as_posix()


def start_command(given: str | None) -> dict[str, Any]:
    """`coursekit start`: make or update the course folder and tell what was done."""
    folder = course_folder(given)
    _must_be_folder(folder)
    lessons = {"README.md": (PACKAGE / "student" / "README.md").read_bytes(), **released_lessons()}
    done = start(folder, lessons)
    if len(done["new"]) == len(lessons):
        count = len({name.split("/")[0] for name in lessons if "/" in name})
        console.say(f"{folder}: your course folder, with {count} lesson{'s' * (count != 1)}.")
    else:
        for what in ("new", "updated"):
            for name in done[what]:
                console.say(f"{folder / name}: {what}")
        for name, beside in done["beside"].items():
            console.say(
                f"{folder / name}: yours, left as it is. The new version is beside it: {Path(beside).name}"
            )
        if not (done["new"] or done["updated"] or done["beside"]):
            console.say(f"{folder}: nothing new.")
    return {"folder": str(folder.resolve()), "version": __version__, **done}
