"""What runs in a Dask worker: for each of its threads a process of the grader's own.

A Dask worker lends its machine and judges nothing itself: the process is the same as in local work, so
Dask's threads, event loop and signals cannot get in its way. It is kept from one submission to the next.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import shutil
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from coursekit.grading.run import machine
from coursekit.grading.run.pool import events_of
from coursekit.grading.run.work import Work
from coursekit.grading.run.worker import Event, Failed, Worker, failed

IDLE = 600.0  # seconds after which a process ends that gets no submission: its run was killed
SAME = "Every machine of a cluster needs the same coursekit, packages and data: README says how."
OTHERWISE = f"The Dask worker at {{}} would not grade as this machine: {{}}. {SAME}"

_lock = threading.Lock()
_benches: dict[str, Bench] = {}  # one for each run of `coursekit grade`
_fits: list[Mapping[str, str]] = []  # what this machine was found to be, and is not asked for again


def grade(run: str, work: Work, wanted: Mapping[str, str]) -> list[Event] | str:
    """The events of a submission graded here, or in a sentence why none is to be graded here."""
    if differs := unfit(wanted):
        return OTHERWISE.format(_here().address, differs)
    try:
        events = _bench(run).grade(work)
    except Exception as error:
        events = [failed(error)]
    if any(isinstance(one, Failed) and "No space left" in one.details for one in events):
        return f"The disk of the Dask worker at {_here().address} is full."
    return events


def unfit(wanted: Mapping[str, str]) -> str:
    """What is otherwise on this machine than wanted; "" where it gives the same grades."""
    if wanted in _fits:
        return ""
    differs = machine.differences(wanted)
    if not differs:
        _fits.append(wanted)
    return differs


async def end(run: str) -> None:
    """End what this Dask worker does for a run, at once."""
    await asyncio.to_thread(_bench(run).end)


def _here() -> Any:
    """The Dask worker that this is."""
    from distributed import get_worker

    return get_worker()


def _bench(run: str) -> Bench:
    with _lock:
        return _benches.setdefault(run, Bench())


class Bench:
    """The processes that grade for one run in this Dask worker."""

    def __init__(self) -> None:
        self.folder: Path | None = None
        self.free: list[Worker] = []
        self.busy: list[Worker] = []
        self.ended = False

    def grade(self, work: Work) -> list[Event]:
        """The events of one submission; none where the run has ended."""
        with _lock:
            if self.ended:
                return []
            worker = self.free.pop() if self.free else self._new()
            self.busy.append(worker)
        try:
            return list(events_of(worker, lambda: work))
        finally:
            self._put_back(worker)

    def _put_back(self, worker: Worker) -> None:
        with _lock:
            self.busy.remove(worker)
            self.free.append(worker)
        if self.ended:
            self.end()

    def _new(self) -> Worker:
        if self.folder is None:  # in Dask's own folder, which Dask removes when its worker ends
            self.folder = Path(tempfile.mkdtemp(prefix="coursekit-", dir=_here().local_directory))
        # Under a nanny a Dask worker may start no process, lest that outlive it. Ours end with their parent.
        multiprocessing.current_process().daemon = False
        return Worker(self.folder, IDLE)

    def end(self) -> None:
        """Stop what is at work, close what is not; the last to stop leaves nothing."""
        with _lock:
            self.ended = True
            busy, free, self.free = self.busy.copy(), self.free, []
        for worker in busy + free:
            worker.stop()
        for worker in free:
            worker.close()
        if not busy and self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)
