"""Many submissions at once: worker processes on this machine.

The seam is small: tasks in, events out, in whatever order they come. What runs elsewhere (a
cluster) has the signature of `local` and nothing else to know.
"""

from __future__ import annotations

import multiprocessing
import os
import queue
import signal
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeVar

import psutil

from coursekit.errors import CannotDo
from coursekit.grading.run import Found, Work, run

TRIES = 2  # of a submission whose worker dies
Key = TypeVar("Key")


@dataclass(frozen=True)
class Failed:
    """A submission that could not be graded at all, and why."""

    why: str
    details: str = ""


def _failed(error: Exception) -> Failed:
    why = str(error) if isinstance(error, CannotDo) else f"{type(error).__name__}: {error}"
    return Failed(why, traceback.format_exc())


Event = tuple[str, dict[str, Any]] | Found | Failed  # a verdict on an exercise, or one of the two ends


def local(
    tasks: Iterable[tuple[Key, Callable[[], Work]]], jobs: int, folder: Path
) -> Iterator[tuple[Key, Event]]:
    """Grade every task in one of `jobs` processes; yield (key, event) as they come.

    tasks: a key, and what makes the work, called when its turn has come
    folder: where kernels have their scratch folders
    """
    waiting, lock = iter(tasks), threading.Lock()
    events: queue.Queue[tuple[Key, Event] | None] = queue.Queue()
    workers = [_Worker(folder) for _ in range(jobs)]

    def drive(worker: _Worker) -> None:
        try:
            while True:
                with lock:
                    task = next(waiting, None)
                if task is None:
                    return
                key, make = task
                for event in _events(worker, make):
                    events.put((key, event))
        finally:
            worker.close()
            events.put(None)

    threads = [threading.Thread(target=drive, args=(worker,), daemon=True) for worker in workers]
    try:
        for thread in threads:
            thread.start()
        running = jobs
        while running:
            event = events.get()
            if event is None:
                running -= 1
            else:
                yield event
    finally:
        with lock:
            waiting = iter(())
        for worker in workers:
            worker.stop()
        for thread in threads:
            thread.join()


def _events(worker: _Worker, make: Callable[[], Work]) -> Iterator[Event]:
    try:
        work = make()
    except Exception as error:
        yield _failed(error)
        return
    for _ in range(TRIES):
        try:
            for event in worker.grade(work):
                if isinstance(event, tuple):
                    work = replace(work, known={**work.known, event[0]: event[1]})
                yield event
            return
        except (EOFError, OSError):  # the worker is gone, and not what it had told
            worker.close()
            if worker.stopped:
                return
    yield Failed("The grader's own process ended while it graded this, twice.")


class _Worker:
    """A process that grades submissions one by one; started when first needed, replaced when it died."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.stopped = folder, False
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
        self._process = self._context.Process(target=_work, args=(theirs, self.folder), daemon=True)
        self._process.start()
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


def _work(pipe: Connection, folder: Path) -> None:
    """A worker's life."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    signal.signal(signal.SIGTERM, _stop)
    _end_with_parent()
    tempfile.tempdir = str(folder)

    def tell(exercise: str, verdict: dict[str, Any]) -> None:
        pipe.send((exercise, verdict))

    with suppress(EOFError, OSError):
        while (work := pipe.recv()) is not None:
            try:
                pipe.send(run(work, tell))
            except Exception as error:
                pipe.send(_failed(error))


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
