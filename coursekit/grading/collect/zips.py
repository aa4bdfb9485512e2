"""What lies in zips: nothing is unpacked under a name that a zip gives, nor what is too much."""

from __future__ import annotations

import functools
import io
import stat
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from coursekit.grading.collect.handed import (
    ARCHIVES,
    MOST_IN_ONE,
    TOO_LARGE,
    Handed,
    Refused,
    ignored,
    past,
    too_long,
)

MOST_FILES = (200_000, 2_000)  # in a zip that was given, and in one inside what was given
MOST_BYTES = (1 << 36, 1 << 29)  # of all its files, unpacked
SUSPECT = 100  # times smaller than its content, and the content more than ...
SUSPECT_BYTES = 200_000_000  # bytes: a zip made to fill a disk
MOST_NESTED = 2  # zips inside one another, below the one that was given


def in_zip(
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
        if member.is_dir() or not inside or any(map(ignored, inside)):
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
                yield from in_zip(read, nested, edited, depth + 1, came or edited)
        elif inside[-1].lower().endswith(ARCHIVES):
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
        return TOO_LARGE
    return too_long(inside)


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
    return past(kept) if kept.year > 1980 else otherwise
