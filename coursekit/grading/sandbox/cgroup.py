"""Limits on a sandbox as a whole, by a control group, where this process may make one: usually as root.

A plain user's limit on processes is one of setrlimit(2), which root does not have. Memory is watched from
outside anyhow; here it gets a second limit, which covers files in memory and what the kernel keeps too.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
ENDS_WITHIN = 5.0  # seconds that killed processes may take to be gone
# file of a limit -> what it limits, in the one hierarchy of version 2, and by controller in version 1
_FILES = {
    "": {"pids.max": "processes", "memory.max": "memory"},
    "pids": {"pids.max": "processes"},
    "memory": {"memory.limit_in_bytes": "memory"},
    "cpu": {},  # all its processes together get as much of a core as one other process
}


def usable() -> bool:
    """Whether groups can be made here that limit processes. What killed graders left is taken away."""
    for left in [*ROOT.glob("coursekit-*"), *ROOT.glob("*/coursekit-*")]:
        with contextlib.suppress(OSError):  # it is in use
            os.rmdir(left)
    one = (ROOT / "cgroup.controllers").is_file()
    with contextlib.suppress(OSError):
        folder = Path(tempfile.mkdtemp(prefix="coursekit-", dir=ROOT if one else ROOT / "pids"))
        try:
            return (folder / "pids.max").is_file()
        finally:
            os.rmdir(folder)
    return False


class Group:
    """Holds a process and all that it starts to so many processes and bytes, as far as that works here."""

    def __init__(self, process: int, processes: int, memory: float) -> None:
        limits = {"processes": processes, "memory": int(memory)}
        one = (ROOT / "cgroup.controllers").is_file()
        self.folders: list[Path] = []
        for controller in [""] if one else [name for name in _FILES if name]:
            with contextlib.suppress(OSError):
                folder = Path(tempfile.mkdtemp(prefix="coursekit-", dir=ROOT / controller))
                self.folders.append(folder)
                for name, limit in _FILES[controller].items():
                    with contextlib.suppress(OSError):  # a controller that is not switched on
                        (folder / name).write_text(str(limits[limit]))
                (folder / "cgroup.procs").write_text(str(process))

    def end(self) -> None:
        """Take it away when the last of its processes has ended; all of them have been killed."""
        end = time.monotonic() + ENDS_WITHIN
        for folder in self.folders:
            while folder.is_dir():
                with contextlib.suppress(OSError):
                    os.rmdir(folder)
                    break
                if time.monotonic() > end:
                    break
                time.sleep(0.005)
