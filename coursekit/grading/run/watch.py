"""Looking at a kernel from outside while it works, and ending what takes too much."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from coursekit.grading.run.kernel import Kernel

GRACE = 3.0  # seconds between the interrupt and the kill
TICK = 0.1  # seconds between two looks at the process
PAUSE = 1.0  # seconds between two looks that count at most
PROCESSES = 180  # of a kernel and all that it started, with their threads; a sandbox allows some more


class Lost(Exception):
    """The kernel is gone.

    why: "died", "timed-out" (it did not stop when interrupted), "memory", or "processes" (too many of them)
    """

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Watch:
    """Looks at a kernel from outside while it works, and ends what takes too much."""

    def __init__(self, kernel: Kernel, clock: float | None) -> None:
        self.kernel, self.interrupted = kernel, False
        self.last, self.waited = time.monotonic(), 0.0
        self.clock = clock or 2 * kernel.settings.seconds
        self.processor = kernel.settings.seconds if clock is None else float("inf")
        self.next_look = self.last + TICK
        self.used: float | None = None  # processor time at the first look
        self.end: float | None = None

    def answered(self) -> None:
        self.end = time.monotonic() + 1

    def look(self) -> bool:
        """Whether to wait on. Raises Lost, the kernel killed, where there is nothing to wait for."""
        now = time.monotonic()
        if self.end is not None:
            return now < self.end
        if now < self.next_look:
            return True
        self.next_look = now + TICK
        # Where nobody could look, the machine stood still, or was too busy for anybody.
        self.waited, self.last = self.waited + min(now - self.last, PAUSE), now
        used = self._measure()
        self.used = used if self.used is None else self.used
        if not self.interrupted and (self.waited > self.clock or used - self.used > self.processor):
            self.interrupted = True
            self.deadline = now + GRACE
            self.kernel.interrupt()
        elif self.interrupted and now > self.deadline:
            self._lose("timed-out")
        return True

    def _measure(self) -> float:
        """Processor seconds of the kernel and all that it started; lost, where they take too much else."""
        if not self.kernel.alive():
            self._lose("died")
        processes = self.kernel.processes()
        if len(processes) > PROCESSES:
            self._lose("processes")
        seconds, memory, threads = 0.0, 0.0, 0
        for process in processes:
            with contextlib.suppress(psutil.Error):
                used = process.cpu_times()  # user, system, and those of its children that have ended
                seconds += sum(used[:4]) if process.pid == self.kernel.pid else sum(used[:2])
                memory += process.memory_info().rss
                threads += process.num_threads()
        if threads > PROCESSES:
            self._lose("processes")
        most = 1e6 * self.kernel.settings.memory
        # What processes share is counted once; that takes longer to find out.
        if memory > most and sum(map(_own_memory, processes)) > most:
            self._lose("memory")
        return seconds

    def _lose(self, why: str) -> None:
        self.kernel.kill()
        raise Lost(why)


def _own_memory(process: psutil.Process) -> float:
    """Resident bytes, what is shared with other processes divided among them."""
    with contextlib.suppress(psutil.NoSuchProcess):
        try:
            full = process.memory_full_info()
            return float(getattr(full, "pss", full.uss))
        except psutil.AccessDenied:
            return float(process.memory_info().rss)
    return 0.0
