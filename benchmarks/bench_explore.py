"""How long a slider's move takes in the kernel: numbers, figure and PNG."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle

from benchmarks import Measure, seconds


def run() -> Iterator[Measure]:
    from coursekit import explore

    for name in explore.names():
        explorer = explore.find(name)()
        slider = next(one for one in explorer.controls.values() if hasattr(one, "max"))
        places = cycle(slider.min + (slider.max - slider.min) * k / 10 for k in range(1, 10))

        def move(slider=slider, places=places) -> None:
            slider.value = next(places)

        yield Measure(f"explore({name!r}), a slider moved", 1e3 * seconds(move, tries=18), "ms", 100)
        explorer.close()
