"""A warm process, seen from the worker that asks it for kernels. What it does is in `forks`."""

from __future__ import annotations

import atexit
import os
import pickle
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from coursekit.errors import CannotDo
from coursekit.grading.sandbox.bubblewrap import Sandbox

STARTS_WITHIN = 120.0  # seconds that its imports may take
ENTERS_WITHIN = 30.0  # seconds for a fork
_START = "from coursekit import forks; forks.main({0!r})"


class Warm:
    """A process that has imported `names` and forks kernels.

    package: the folder that holds their coursekit. environment: all of theirs but the places in a sandbox
    """

    def __init__(self, package: Path, names: Sequence[str], environment: Mapping[str, str]) -> None:
        self._home = Path(tempfile.mkdtemp(prefix="coursekit-warm-"))
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        places = {"HOME": str(self._home), "TMPDIR": str(self._home), "PYTHONPATH": str(package)}
        with (self._home / "said.log").open("wb") as log, theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-s", "-c", _START.format(list(names))],
                env={**environment, **places}, cwd=self._home, stdin=theirs.fileno(), stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        self._control.settimeout(STARTS_WITHIN)
        if self._heard() != b"ready":
            said = (self._home / "said.log").read_text(errors="replace").strip()
            self.close()
            raise CannotDo(f"No kernel can be started here: {said[-300:] or 'it says nothing'}")

    def _heard(self) -> bytes:
        try:
            return self._control.recv(16)
        except OSError:
            return b""

    def alive(self) -> bool:
        """Whether it runs."""
        return self._process.poll() is None

    def fork(self, sandbox: Sandbox, listening: Sequence[int], asked: Mapping[str, Any]) -> tuple[int, int]:
        """A new kernel's process and its pidfd, when it is in the sandbox.

        listening: its sockets. asked: what it is to be, see `forks`. Raises CannotDo.
        """
        mine, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with mine, tempfile.TemporaryFile() as request:
            with theirs:
                pickle.dump(dict(asked), request)
                request.seek(0)
                given = [theirs.fileno(), sandbox.process, sandbox.owner, request.fileno(), *listening]
                socket.send_fds(self._control, [b"kernel"], given)
            mine.settimeout(ENTERS_WITHIN)
            return _entered(mine)

    def close(self) -> None:
        """End it. Its forks end with their sandboxes."""
        self._control.close()
        self._process.kill()
        self._process.wait()
        shutil.rmtree(self._home, ignore_errors=True)


def _entered(conversation: socket.socket) -> tuple[int, int]:
    process, told, descriptors = 0, "", []
    try:
        while not (process and told):
            message, got, *_ = socket.recv_fds(conversation, 4096, 1)
            descriptors += got
            if not message:
                break
            if got:
                process = int(message)
            else:
                told = message.decode(errors="replace")
    except TimeoutError:
        told = "it does not answer"
    if process and told == "entered":
        return process, descriptors[0]
    for one in descriptors:
        os.close(one)
    raise CannotDo(f"A kernel did not come into its sandbox: {told.strip().splitlines()[-1:] or 'it ended'}")


_kept: dict[tuple[Path, tuple[str, ...]], Warm] = {}


def warm(package: Path, names: Sequence[str], environment: Mapping[str, str]) -> Warm:
    """The warm process for these names; one is kept, the last that was asked for."""
    key = package, tuple(names)
    if key not in _kept or not _kept[key].alive():
        cool()
        _kept[key] = Warm(package, names, environment)
    return _kept[key]


def cool() -> None:
    """End the warm process that is kept."""
    while _kept:
        _kept.popitem()[1].close()


atexit.register(cool)
