"""A worker: a process of the grader's own that grades one submission after another."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psutil

from coursekit.errors import CannotDo
from coursekit.grading import faults
from coursekit.grading.run.work import Found, Work


@dataclass(frozen=True)
class Failed:
    """A submission that could not be graded at all, and why.

    stops: a disk or a database is at fault: no other submission would fare better
    """

    why: str
    details: str = ""
    stops: bool = False


def failed(error: Exception) -> Failed:
    """What an error says of a submission."""
    why = str(error) if isinstance(error, CannotDo) else f"{type(error).__name__}: {error}"
    return Failed(why, traceback.format_exc(), faults.cause(error) is not None)


Event = tuple[str, dict[str, Any]] | Found | Failed  # a verdict on an exercise, or one of the two ends


class Worker:
    """A process that grades submissions one by one; started when first needed, replaced when it died.

    folder: where its kernels have their scratch folders
    idle: seconds without a submission after which it ends by itself
    """

    def __init__(self, folder: Path, idle: float | None = None) -> None:
        self.folder, self.idle, self.stopped = folder, idle, False
        self._context = multiprocessing.get_context("spawn")
        self._process: Any = None
        self._pipe: Connection | None = None

    def grade(self, work: Work) -> Iterator[Event]:
        """The events of one submission. Raises EOFError or OSError when the process dies."""
        if self._process is None or not self._process.is_alive():
            self._start()
        assert self._pipe is not None
        self._pipe.send(work)
        while True:
            event = self._pipe.recv()
            yield event
            if isinstance(event, Found | Failed):
                return

    def _start(self) -> None:
        self.close()
        if self.stopped:
            raise EOFError
        self._pipe, theirs = self._context.Pipe()
        process = self._context.Process(target=_work, args=(theirs, self.folder, self.idle), daemon=True)
        process.start()  # or an error: then there is none to be closed
        self._process = process
        theirs.close()

    def stop(self) -> None:
        """End it now, from whatever thread: it kills its kernels and removes their folders."""
        self.stopped = True
        if self._process is not None:
            self._process.terminate()

    def close(self) -> None:
        """Let it end when it has nothing more to do."""
        if self._process is None:
            return
        assert self._pipe is not None
        with suppress(OSError):
            self._pipe.send(None)
        self._process.join(10)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._pipe.close()
        self._process = None


def _work(pipe: Connection, folder: Path, idle: float | None) -> None:
    """A worker's life."""
    from coursekit.grading.run.sitting import run

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    signal.signal(signal.SIGTERM, _stop)
    _end_with_parent()
    tempfile.tempdir = str(folder)

    def tell(exercise: str, verdict: dict[str, Any]) -> None:
        pipe.send((exercise, verdict))

    with suppress(EOFError, OSError):
        while pipe.poll(idle) and (work := pipe.recv()) is not None:
            try:
                pipe.send(run(work, tell))
            except Exception as error:
                pipe.send(failed(error))


def _stop(*_: object) -> None:
    """End at once, whatever is being judged, and leave no process behind; the folders are the parent's."""
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            process.kill()
    os._exit(1)


def _end_with_parent() -> None:
    """Linux tells a process when its parent was killed; elsewhere it notices at the next submission."""
    if sys.platform == "linux":
        import ctypes

        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
