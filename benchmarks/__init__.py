"""Benchmarks: `make bench`, or `python -m benchmarks [NAME...]`.

Each `bench_NAME.py` has a function `run()` that yields `Measure`s. Timings move by half on a busy machine:
a median of several tries is reported, and nothing here fails; tests hold no time limits either.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import NamedTuple


class Measure(NamedTuple):
    what: str
    value: float
    unit: str
    goal: float | None = None  # at most this much is the aim; None where there is none
    at_least: bool = False  # the aim is at least this much
    spread: float | None = None  # the deviation over several seeds, where there were some


def seconds(work: Callable[[], object], tries: int = 5) -> float:
    """The median time of `work()` in seconds."""
    taken = []
    for _ in range(tries):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return median(taken)
