"""Writing a file whole or not at all, and reading what somebody else has put there."""

from __future__ import annotations

import errno
import os
import stat
import threading
from io import BufferedReader
from pathlib import Path


def write_whole(path: Path, content: bytes, mode: int = 0o666) -> None:
    """Write `content` to `path`, making its folder; whoever looks finds the old file or the new one.

    mode: the permissions of a new file; 0o600 keeps it to its owner
    An interrupted or failed write leaves the old file as it was. Raises OSError, always with the path.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with open(part, "wb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())  # or a power cut may leave the new name on an empty file
            os.replace(part, path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    except OSError as error:
        error.filename, error.filename2 = str(path), None  # a full disk names no path by itself
        raise


def open_file(path: Path) -> BufferedReader:
    """A regular file, open to be read: no link is followed, no pipe is waited for. Raises OSError."""
    return open(path, "rb", opener=_regular)


def read_file(path: Path, most: int | None = None) -> bytes:
    """The content of a regular file, see `open_file`.

    most: bytes; a larger file is not read
    Raises OSError, always with the path.
    """
    with open_file(path) as file:
        if most is not None and os.fstat(file.fileno()).st_size > most:
            raise OSError(errno.EFBIG, f"it has more than {most // 1_000_000} MB", str(path))
        return file.read()


def _regular(path: str, flags: int) -> int:
    # Both are for POSIX alone; where there are neither links nor pipes for everybody, nothing is missing.
    careful = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    descriptor = os.open(path, flags | careful)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is no file", path)
    return descriptor
