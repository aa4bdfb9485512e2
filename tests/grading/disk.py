"""A small disk of one's own, in memory, that can be filled up; root alone can make one."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

BALLAST = "ballast"


def why_not() -> str:
    """Why no disk can be made here; "" where one can."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "only root on Linux can mount a small disk"
    shown = subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False)
    return "" if shown.returncode == 0 and shutil.which("mount") else "mounting is not allowed here"


@contextlib.contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A disk of this size at `folder`."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=700", "tmpfs", str(folder)]
    subprocess.run(mount, check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(disk: Path, leave: int) -> None:
    """Leave this many KB free."""
    about = os.statvfs(disk)
    size = about.f_bavail * about.f_frsize - leave * 1024
    with (disk / BALLAST).open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, size)


def free(disk: Path) -> None:
    """Take out what filled it."""
    (disk / BALLAST).unlink()
