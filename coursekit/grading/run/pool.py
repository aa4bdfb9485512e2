"""Many submissions at once: worker processes on this machine.

The seam is small: tasks in, events out, in whatever order they come. `cluster` is its counterpart.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from coursekit.grading.run.work import Work
from coursekit.grading.run.worker import Event, Failed, Worker, failed

TRIES = 2  # of a submission whose worker dies
Key = TypeVar("Key")


def local(
    tasks: Iterable[tuple[Key, Callable[[], Work]]], jobs: int, folder: Path
) -> Iterator[tuple[Key, Event]]:
    """Grade every task in one of `jobs` processes; yield (key, event) as they come.

    tasks: a key, and what makes the work, called when its turn has come
    folder: where kernels have their scratch folders
    """
    waiting, lock = iter(tasks), threading.Lock()
    events: queue.Queue[tuple[Key, Event] | None] = queue.Queue()
    workers = [Worker(folder) for _ in range(jobs)]

    def drive(worker: Worker) -> None:
        try:
            while True:
                with lock:
                    task = next(waiting, None)
                if task is None:
                    return
                key, make = task
                for event in events_of(worker, make):
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


def events_of(worker: Worker, make: Callable[[], Work]) -> Iterator[Event]:
    """The events of one submission, graded by a worker that may die once."""
    try:
        work = make()
    except Exception as error:
        yield failed(error)
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
