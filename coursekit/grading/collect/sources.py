"""What lies in folders and zips that came back: every file with its path and time, read when it is needed.

Nothing is unpacked to the disk under a name that a zip gives, no link is followed, and what is too much
is refused before it is read.
"""

from __future__ import annotations

import functools
import io
import os
import stat
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from coursekit.console import printable
from coursekit.files import read_file

MOST_FILES = (200_000, 2_000)  # in a zip that was given, and in one inside what was given
MOST_BYTES = (1 << 36, 1 << 29)  # of all its files, unpacked
MOST_IN_ONE = 100_000_000  # bytes of one file
SUSPECT = 100  # times smaller than its content, and the content more than ...
SUSPECT_BYTES = 200_000_000  # bytes: a zip made to fill a disk
DEEPEST, LONGEST = 20, 400  # folders inside one another, and bytes of a path
MOST_NESTED = 2  # zips inside one another, below the one that was given
_ARCHIVES = (".7z", ".rar", ".tar", ".tgz", ".gz", ".bz2", ".xz")
_IGNORED = {"__MACOSX", "__pycache__", "Thumbs.db", "desktop.ini"}


@dataclass(frozen=True)
class Handed:
    """A file that was handed in.

    path: the names of folders and zips that it lies in, below what was given, and its own
    time: when it was changed last, in UTC. in_zip: a student may have made the zip that it is in
    came: when that zip was handed in, by the clock of those who took it; None outside of such a zip
    """

    path: tuple[str, ...]
    time: datetime
    read: Callable[[], bytes]
    in_zip: bool = False
    came: datetime | None = None

    def __str__(self) -> str:
        return printable("/".join(self.path))


@dataclass(frozen=True)
class Refused:
    """What is not read, and why, in words that go on from its path."""

    path: tuple[str, ...]
    why: str

    def __str__(self) -> str:
        return printable("/".join(self.path))


def files_in(given: Path) -> Iterator[Handed | Refused]:
    """All files of a folder, a zip or a file, those of zips inside too."""
    if given.is_dir():
        yield from _in_folder(given)
    elif not given.is_file():
        yield Refused((given.name,), "is no file")
    elif given.suffix.lower() == ".zip":
        yield from _in_zip(lambda: given, (), _changed(given), depth=0)
    else:
        yield from _file(given, (given.name,))


def _in_folder(folder: Path) -> Iterator[Handed | Refused]:
    for place, folders, names in os.walk(folder):
        here = Path(place)
        links = [name for name in folders if (here / name).is_symlink()]
        folders[:] = sorted(name for name in folders if name not in links and not _ignored(name))
        if len(here.relative_to(folder).parts) >= DEEPEST:
            names += folders
            folders.clear()
        for name in sorted([*names, *links]):
            path = here / name
            parts = path.relative_to(folder).parts
            if path.is_symlink():
                yield Refused(parts, "is a link, which is not followed")
            elif _ignored(name):
                continue
            elif why := _too_long(parts):
                yield Refused(parts, why)
            elif not path.is_file():
                yield Refused(parts, "is no file")
            else:
                yield from _file(path, parts)


def _file(path: Path, parts: tuple[str, ...]) -> Iterator[Handed | Refused]:
    if path.suffix.lower() == ".zip":
        yield from _in_zip(lambda: path, (*parts[:-1], path.stem), _changed(path), 1, _changed(path))
    elif path.suffix.lower() in _ARCHIVES:
        yield Refused(parts, "is no zip; unpack it, and collect the folder")
    elif path.stat().st_size > MOST_IN_ONE:
        yield Refused(parts, f"is larger than {MOST_IN_ONE // 1_000_000} MB")
    else:
        yield Handed(parts, _changed(path), functools.partial(read_file, path))


def _too_long(parts: tuple[str, ...]) -> str:
    """A path that some system could not hold, or not beside others."""
    long = len(parts) > DEEPEST or len("/".join(parts).encode(errors="replace")) > LONGEST
    return "has a path that is too long" if long else ""


def _changed(path: Path) -> datetime:
    try:
        return _past(datetime.fromtimestamp(path.stat().st_mtime, UTC))
    except (ValueError, OverflowError, OSError):
        return datetime.now(UTC)


def _past(time: datetime) -> datetime:
    """A clock may go wrong; what it calls the future would be the latest for ever."""
    return min(time, datetime.now(UTC))


def _in_zip(
    source: Callable[[], Path | bytes],
    parts: tuple[str, ...],
    time: datetime,
    depth: int,
    came: datetime | None = None,
) -> Iterator[Handed | Refused]:
    """The files of a zip. source: gives its path or its bytes. depth: 0 for one that was given"""
    opened = functools.lru_cache(maxsize=1)(lambda: _open(source()))
    try:
        members = opened().infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        yield Refused(parts, "is a damaged zip")
        return
    why = _too_much(members, 1 if depth else 0)
    if why:
        yield Refused(parts, why)
        return
    for member in members:
        inside = tuple(one for one in member.filename.replace("\\", "/").split("/") if one not in ("", "."))
        if member.is_dir() or not inside or any(map(_ignored, inside)):
            continue
        where, read = (*parts, *inside), functools.partial(_read, opened, member)
        why = _unfit(member, inside)
        if why:
            yield Refused(where, why)
        elif inside[-1].lower().endswith(".zip"):
            if depth >= MOST_NESTED:
                yield Refused(where, "is a zip in a zip in a zip")
            else:
                nested = (*where[:-1], inside[-1][:-4])
                edited = _time(member, time)
                yield from _in_zip(read, nested, edited, depth + 1, came or edited)
        elif inside[-1].lower().endswith(_ARCHIVES):
            yield Refused(where, "is no zip; unpack it, and collect the folder")
        else:
            yield Handed(where, _time(member, time), read, in_zip=True, came=came)


def _open(source: Path | bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(source) if isinstance(source, bytes) else source)


def _too_much(members: list[zipfile.ZipInfo], inner: int) -> str:
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if len(members) > MOST_FILES[inner]:
        return f"holds {len(members)} files, more than are looked at"
    if unpacked > MOST_BYTES[inner] or (unpacked > SUSPECT_BYTES and unpacked > SUSPECT * packed):
        return f"would unpack to {unpacked / 1e6:.0f} MB, more than is looked at"
    return ""


def _unfit(member: zipfile.ZipInfo, inside: tuple[str, ...]) -> str:
    name = member.filename.replace("\\", "/")
    if name.startswith("/") or ".." in inside or ":" in inside[0]:
        return "has a path that leads out of the zip"
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind == stat.S_IFLNK:
        return "is a link, which is not followed"
    if kind not in (0, stat.S_IFREG):
        return "is no file"
    if member.flag_bits & 1:
        return "is locked with a password"
    if member.file_size > MOST_IN_ONE:
        return f"is larger than {MOST_IN_ONE // 1_000_000} MB"
    return _too_long(inside)


def _read(opened: Callable[[], zipfile.ZipFile], member: zipfile.ZipInfo) -> bytes:
    """The content of a zip's file. Raises OSError where the zip is damaged there."""
    try:
        with opened().open(member) as file:
            return file.read(MOST_IN_ONE + 1)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise OSError(f"it cannot be unpacked ({error})") from error
    except Exception as error:  # zlib.error and the like
        raise OSError(f"it cannot be unpacked ({error})") from error


def _time(member: zipfile.ZipInfo, otherwise: datetime) -> datetime:
    """A zip keeps local time, and 1980 where it keeps none."""
    try:
        kept = datetime(*member.date_time).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return otherwise
    return _past(kept) if kept.year > 1980 else otherwise


def _ignored(name: str) -> bool:
    return (name.startswith(".") and name != "..") or name in _IGNORED
