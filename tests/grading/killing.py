"""Commands run in forks of a process that has imported all they need, to be killed at chosen moments.

A moment is counted, not timed, so that it can be met again: the n-th thing that the command's own process
does to the disk (a file opened for writing, renamed, removed...) or asks of a SQLite database.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).parents[2]
TOUCHING = {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.chmod", "shutil.rmtree", "subprocess.Popen"}
_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER


class Forker:
    """The process whose forks run commands, to be used in a `with` statement. tmp: their temporary folder"""

    def __init__(self, tmp: Path) -> None:
        self.said = tmp.parent / f"{tmp.name}.said"
        # What outlives the process that started it becomes this one's child: nothing that is left is unseen.
        ctypes.CDLL(None).prctl(_SUBREAPER, 1)
        self._process = subprocess.Popen(
            [sys.executable, "-c", "from tests.grading.killing import serve; serve()", str(self.said)],
            cwd=ROOT,
            env={**os.environ, "TMPDIR": str(tmp), "OPENBLAS_NUM_THREADS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Forker:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()
        self.said.unlink(missing_ok=True)
        ctypes.CDLL(None).prctl(_SUBREAPER, 0)

    def start(self, *line: str, at: int = 0, group: bool = False) -> int:
        """Start a command; its process id. It kills itself at moment `at`. group: and its workers."""
        self._tell({"line": line, "at": at, "group": group})
        return int(self._hear())

    def wait(self) -> tuple[int, str, int]:
        """Exit code of the command (negative: the signal that ended it), what it said, moments it had."""
        code, moments = json.loads(self._hear())
        return code, self.said.read_text(), moments

    def run(self, *line: str, at: int = 0, group: bool = False) -> tuple[int, str, int]:
        """Run a command, as `wait` tells it."""
        self.start(*line, at=at, group=group)
        return self.wait()

    def left(self) -> list[str]:
        """What outlives the command; processes that end within seconds are not among it."""
        end = time.monotonic() + 20
        while (found := self._others()) and time.monotonic() < end:
            time.sleep(0.02)
        told = []
        for one in found:
            with suppress(psutil.Error):
                told.append(f"{one.pid} {one.status()} {' '.join(one.cmdline())}")
                one.kill()
        return told

    def _others(self) -> list[psutil.Process]:
        found = []
        for one in psutil.Process().children(recursive=True):
            if one.pid == self._process.pid:
                continue
            with suppress(psutil.Error, ChildProcessError):
                if "multiprocessing.resource_tracker" in " ".join(one.cmdline()):
                    continue  # this process' own, from other tests
                if one.status() != psutil.STATUS_ZOMBIE:
                    found.append(one)
                elif one.ppid() == os.getpid():
                    os.waitpid(one.pid, os.WNOHANG)
        return found

    def _tell(self, request: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()

    def _hear(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


def serve() -> None:
    """The forker's own life: a request a line, until there are no more."""
    import coursekit.grading.apply
    import coursekit.grading.feedback
    import coursekit.grading.grade.prepare
    import coursekit.grading.report
    import coursekit.grading.run.pool  # noqa: F401

    for line in sys.stdin:
        request = json.loads(line)
        moments = tempfile.TemporaryFile()  # noqa: SIM115
        child = os.fork()
        if not child:
            _live(request, moments.fileno(), sys.argv[1])
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        moments.seek(0)
        print(json.dumps([os.waitstatus_to_exitcode(status), int(moments.read() or 0)]), flush=True)
        moments.close()


def _live(request: dict[str, Any], moments: int, said: str) -> None:
    """The life of a fork: the command, and what it says into a file."""
    from coursekit import cli

    os.setsid()
    into = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for stream in (1, 2):
        os.dup2(into, stream)
    code = 1
    try:
        counter = _Counter(moments, request["at"], request["group"])
        sys.addaudithook(counter.heard)
        sqlite3.connect = sqlite3.dbapi2.connect = counter.connect
        code = cli.main(request["line"])
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


class _Counter:
    """Counts the moments of this process, and kills it at the one named."""

    def __init__(self, file: int, at: int, group: bool) -> None:
        self.file, self.at, self.group, self.count = file, at, group, 0

    def heard(self, event: str, values: tuple[Any, ...]) -> None:
        if event in TOUCHING or (event == "open" and isinstance(values[2], int) and values[2] & 3):
            self.tick()

    def connect(self, *values: Any, **options: Any) -> sqlite3.Connection:
        connection = sqlite3.Connection(*values, **options)
        connection.set_trace_callback(self.tick)
        return connection

    def tick(self, *_: object) -> None:
        self.count += 1
        os.pwrite(self.file, str(self.count).encode(), 0)
        if self.count == self.at:
            (os.killpg if self.group else os.kill)(os.getpid(), signal.SIGKILL)
