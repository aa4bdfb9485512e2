"""How long a slider's move takes in the kernel: numbers, figure and PNG."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle
from typing import Any

from benchmarks import Measure, seconds


def run() -> Iterator[Measure]:
    from coursekit import explore

    for name in explore.names():
        explorer = explore.find(name)()
        moves = _places(explorer)

        def move(moves=moves) -> None:
            slider, trait, value = next(moves)
            setattr(slider, trait, value)

        for _ in range(9):  # what has to be trained at a place is trained once
            move()
        yield Measure(f"explore({name!r}), a slider moved", 1e3 * seconds(move, tries=18), "ms", 100)
        explorer.close()


def _places(explorer: Any) -> Iterator[tuple[Any, str, Any]]:
    """The first slider and nine of its places, again and again."""
    for one in explorer.controls.values():
        if hasattr(one, "max"):
            return cycle([(one, "value", one.min + (one.max - one.min) * k / 10) for k in range(1, 10)])
    uneven = next(one for one in explorer.controls.values() if hasattr(one, "options"))
    return cycle([(uneven, "index", index) for index in range(1, len(uneven.options))])
