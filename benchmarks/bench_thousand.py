"""A thousand submissions of lesson 1 in one run: memory, what is left over, whether it becomes slower."""

from __future__ import annotations

import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from benchmarks import Measure
from benchmarks.bench_grading import _grade, _hand_in, _hand_ins, _released

MANY = 1_000
FIRST = 100


def run() -> Iterator[Measure]:
    with tempfile.TemporaryDirectory() as folder:
        room = _released(Path(folder))
        hand_ins = _hand_ins(room)
        _hand_in(room, [hand_ins[i % len(hand_ins)] for i in range(MANY)])
        seen: list[
            tuple[int, float, float, int, float]
        ] = []  # done, when, memory, descriptors, all its memory
        started = time.monotonic()
        grader = subprocess.Popen(_grade(), cwd=room.root)
        process, family = psutil.Process(grader.pid), set()
        while grader.poll() is None:
            children = process.children(recursive=True)
            family |= set(children)
            whole = process.memory_info().rss + sum(_memory(child) for child in children)
            now = time.monotonic() - started
            seen.append((_done(room.journal), now, process.memory_info().rss, process.num_fds(), whole))
            time.sleep(1)
        taken = time.monotonic() - started
        assert grader.returncode == 0
        left = psutil.wait_procs(family, 3)[1]
    later = [one for one in seen if one[0] >= FIRST]
    half = min(when for done, when, *_ in seen if done >= MANY / 2)
    yield Measure(f"{MANY} submissions of lesson 1", taken, "s")
    yield Measure("second half / first half", (taken - half) / half, "x", 1.1)
    grown = (later[-1][2] - later[0][2]) / 1e6
    yield Measure(f"memory of the grader, from {FIRST} to {MANY}", grown, "MB", 100)
    yield Measure("memory of the grader at the end", later[-1][2] / 1e6, "MB")
    yield Measure("with its workers and kernels, at most", max(one[4] for one in seen) / 1e6, "MB")
    yield Measure("descriptors more at the end", later[-1][3] - later[0][3], "", 0)
    yield Measure("processes left over after 3 s", len(left), "", 0)


def _memory(process: psutil.Process) -> float:
    try:
        return float(process.memory_info().rss)
    except psutil.Error:
        return 0.0


def _done(journal: Path) -> int:
    """How many the journal says are in the gradebook."""
    try:
        with sqlite3.connect(f"file:{journal}?mode=ro", uri=True) as db:
            return int(db.execute("SELECT count(*) FROM attempt WHERE applied IS NOT NULL").fetchone()[0])
    except sqlite3.Error:
        return 0
