"""One curve, one learning rate: what gradient descent does, and the fan of what it would do."""

from __future__ import annotations

from typing import Any

import ipywidgets as widgets
import numpy as np

from coursekit.explore.explorer import LAYOUT, STYLE, Explorer, slider
from coursekit.explore.fan import MOST_STEPS, RATES, FanPicture
from coursekit.explore.paths import path, told
from coursekit.explore.surfaces import SURFACES, Surface

MOST_STARTS = 12


class LearningRate(Explorer):
    """Curve and path, the fan plot with a line at the present rate, the path by steps, the dial.

    surface: a key of SURFACES; start: x_0, where None the surface's own
    starts: how many are shown at once, the others random
    seed: of the random starts; equal seeds give equal ones
    """

    shows = (
        "Left: a curve with the path of gradient descent on it, and a dial for the factor of one step. "
        "Middle: the fan plot, learning rate across, x after each step up, a line at the present rate. "
        "Right: the path at that rate, step by step."
    )

    def __init__(
        self,
        surface: str = "parabola",
        rate: float = 0.1,
        start: float | None = None,
        steps: int = 20,
        starts: int = 1,
        seed: int = 0,
    ) -> None:
        now = SURFACES[surface]
        self.fan_picture = FanPicture()
        self._rng = np.random.default_rng(seed)
        self._draws = self._rng.random(MOST_STARTS)  # in [0, 1), so that they fit every curve
        curves = [(one.name, key) for key, one in SURFACES.items()]
        controls: dict[str, Any] = {
            "surface": widgets.Dropdown(
                options=curves, value=surface, description="Curve", style=STYLE, layout=LAYOUT
            ),
            "rate": slider("Learning rate η", rate, 0.0, float(RATES[-1]), 0.01),
            "start": slider("Start x₀", now.start if start is None else start, now.low, now.high, 0.1, 1),
            "steps": slider("Steps", steps, 1, MOST_STEPS, 1),
            "starts": slider("Starts at once", starts, 1, MOST_STARTS, 1),
            "random": widgets.Button(description="Random start"),
        }
        controls["surface"].observe(self._choose, "value")
        controls["random"].on_click(self._restart)
        super().__init__(self.fan_picture.figure, controls)

    @property
    def surface(self) -> Surface:
        return SURFACES[self.controls["surface"].value]

    @property
    def starts(self) -> list[float]:
        """The starts that are shown: the slider's, then random ones."""
        others = self.surface.at(self._draws[1 : self.controls["starts"].value])
        return [self.controls["start"].value, *others.tolist()]

    def draw(self) -> tuple[str, str]:
        surface, rate, steps = self.surface, self.controls["rate"].value, self.controls["steps"].value
        paths = np.array([path(surface, start, rate, steps) for start in self.starts])
        self.fan_picture.show(surface, rate, paths)
        return told(surface, rate, paths)

    def _choose(self, change: Any) -> None:
        now, start = self.surface, self.controls["start"]
        with self.at_once(), start.hold_trait_notifications():
            start.min, start.max, start.value = now.low, now.high, now.start

    def _restart(self, button: Any) -> None:
        self._draws = self._rng.random(MOST_STARTS)
        with self.at_once():
            self.controls["start"].value = round(float(self.surface.at(self._draws[0])), 1)
