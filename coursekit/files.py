"""Writing a file whole or not at all."""

from __future__ import annotations

import os
import threading
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
