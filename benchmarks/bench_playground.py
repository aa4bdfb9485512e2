"""The playground in training, pictures included, and how long the explorers of lesson 3 take to redraw."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import Any

from benchmarks import Measure, seconds
from coursekit.explore import find

LONG = 5.0  # seconds of training


def run() -> Iterator[Measure]:
    playground = find("playground")(data="moons", layers=2, units=8)
    yield Measure(
        "an update, 500 points, 2×8 units", 1e3 * seconds(lambda: _updates(playground, 100)) / 100, "ms"
    )
    playground.controls["pace"].value = 100
    an_update, longest = asyncio.run(_live(playground))
    yield Measure("an update of live training, pictures included", 1e3 * an_update, "ms", 1000 / 60)
    yield Measure("the longest wait of a pause or another cell", 1e3 * longest, "ms")
    for name, explorer in (("playground", playground), ("activation", find("activation")())):
        yield Measure(f"redraw, {name}", 1e3 * seconds(explorer.refresh, 20), "ms", 100)


def _updates(playground: Any, count: int) -> None:
    for _ in range(count):
        playground.training.update(0.1)


async def _live(playground: Any) -> tuple[float, float]:
    """Seconds an update, and the longest time that nobody else had a turn."""
    controls, training = playground.controls, playground.training
    first, started = training.updates, time.perf_counter()
    controls["train"].value = True
    longest, last = 0.0, time.perf_counter()
    while (now := time.perf_counter()) < started + LONG:
        longest, last = max(longest, now - last), now
        await asyncio.sleep(0)
    controls["train"].value = False
    return (now - started) / (training.updates - first), longest
