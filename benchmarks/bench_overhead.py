"""What grading a submission takes beside its own cells, fully isolated, and where that goes.

Processor time, of the grader, the warm process, bubblewrap and the kernel: it moves less than the clock
where other things run.
"""

from __future__ import annotations

import resource
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import Measure
from benchmarks.bench_grading import LESSON, _hand_in, _hand_ins, _released
from coursekit.grading.apply import Applier
from coursekit.grading.grade.prepare import prepare
from coursekit.grading.grade.submissions import submissions
from coursekit.grading.journal import Journal
from coursekit.grading.run import sitting
from coursekit.grading.run.kernel import SANDBOX, Kernel
from coursekit.grading.sandbox import warm

MANY = 20


def run() -> Iterator[Measure]:
    with tempfile.TemporaryDirectory() as folder:
        room = _released(Path(folder))
        hand_ins = _hand_ins(room)
        _hand_in(room, [hand_ins[i % len(hand_ins)] for i in range(MANY)])
        taken = []
        with Journal(room.journal) as journal, Applier(room) as applier, _watched() as spent:
            for submission in submissions(room):
                spent.clear()
                _grade(room, submission, journal, applier, spent)
                taken.append(Counter(spent))
    taken = taken[2:]  # the warm process is started by the first

    def of(*parts: str) -> float:
        return 1e3 * median(sum(one[part] for part in parts) for one in taken)

    yield Measure("the student's own cells", of("cells"), "ms")
    yield Measure(
        "overhead of a submission", of("prepare", "start", "ask", "run", "end", "journal", "apply"), "ms", 250
    )
    for part, what in _PARTS.items():
        yield Measure(f"of it: {what}", of(part), "ms")


_PARTS = {
    "prepare": "read and repair",
    "start": "sandbox and kernel, until it listens",
    "ask": "binding and asking answers, their own time too",
    "run": "judging, and placing outputs and verdicts",
    "end": "killing the kernel",
    "journal": "journal",
    "apply": "gradebook, by nbgrader",
}


def _grade(room: Any, submission: Any, journal: Journal, applier: Applier, spent: Counter[str]) -> None:
    """As `coursekit grade` does it, in this process."""
    with _counted(spent, "prepare"):
        submission.digest()
        work, _ = prepare(room, submission, 7, {"provisioner": SANDBOX}, {})
    with _counted(spent, "journal"):
        attempt = journal.begin(submission.student, LESSON, submission.digest(), "1")
    with _counted(spent, "run"):
        found = sitting.run(work)
    spent["run"] -= sum(spent[part] for part in ("cells", "start", "ask", "end"))
    with _counted(spent, "journal"):
        for exercise, verdict in found.verdicts.items():
            journal.verdict(attempt, exercise, verdict)
        journal.end(attempt, seconds=1, repairs=[], flags=[], written=[], notebooks=found.notebooks)
    with _counted(spent, "apply"):
        applier.apply(submission.student, LESSON, found.notebooks, {}, scored=set(found.verdicts))
        journal.applied(attempt)


@contextmanager
def _counted(spent: Counter[str], part: str) -> Iterator[None]:
    started = _processor()
    yield
    spent[part] += _processor() - started  # type: ignore[assignment]


_kernels: list[int] = []  # the process of the kernel that runs, if one does
_ended = [0.0]  # what earlier kernels took


def _processor() -> float:
    """Seconds of processor time of everything that takes part, since this process began."""
    others = resource.getrusage(resource.RUSAGE_CHILDREN)
    running = [process._process.pid for process in warm._kept.values()] + _kernels
    return time.process_time() + others.ru_utime + others.ru_stime + _ended[0] + sum(map(_of, running))


def _of(process: int) -> float:
    """That of another process: clock_getcpuclockid(3)."""
    try:
        return time.clock_gettime((~process << 3) | 2)
    except OSError:
        return 0.0


@contextmanager
def _watched() -> Iterator[Counter[str]]:
    """What a kernel's life takes, by part, while it is used."""
    spent: Counter[str] = Counter()
    kept = {name: getattr(Kernel, name) for name in ("__init__", "execute", "close")}

    def start(self: Kernel, *args: Any, **options: Any) -> None:
        with _counted(spent, "start"):
            kept["__init__"](self, *args, **options)
            _kernels.append(self.pid)

    def execute(self: Kernel, *args: Any, **options: Any) -> Any:
        with _counted(spent, "cells" if options.get("output") else "ask"):
            return kept["execute"](self, *args, **options)

    def close(self: Kernel) -> None:
        with _counted(spent, "end"):
            _ended[0] += sum(map(_of, _kernels))
            _kernels.clear()
            kept["close"](self)

    Kernel.__init__, Kernel.execute, Kernel.close = start, execute, close  # type: ignore[method-assign]
    try:
        yield spent
    finally:
        for name, method in kept.items():
            setattr(Kernel, name, method)
