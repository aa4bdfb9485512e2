"""The curves to choose from: how wide they are drawn, and where their slope is zero."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from coursekit.reference import curves, gradient_descent

Function = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Surface:
    """A curve f with its slope, seen for x from `low` to `high`.

    minima: the places of the minima, the lowest first
    flat: places where the slope is zero and no minimum is
    """

    name: str
    formula: str
    f: Function
    slope: Function
    low: float
    high: float
    start: float
    minima: tuple[float, ...]
    flat: tuple[float, ...] = ()

    def at(self, share: np.ndarray) -> np.ndarray:
        """The x that lies this share (0 to 1) of the way from `low` to `high`."""
        return self.low + (self.high - self.low) * share

    def nearest_stationary(self, x: float) -> float:
        """The place of slope zero that is nearest to x."""
        return min(self.minima + self.flat, key=lambda place: abs(place - x))

    def curvature(self, x: float) -> float:
        """f''(x), by a central difference of the slope."""
        return float(gradient_descent.numerical_derivative(self.slope, np.asarray(x)))


SURFACES = {
    "parabola": Surface(
        "parabola x²",
        "$f(x) = x^2$",
        gradient_descent.parabola,
        gradient_descent.derivative,
        *(-10, 10, 8.0),
        minima=(0.0,),
    ),
    "waves": Surface(
        "several minima",
        r"$f(x) = x^2/20 + 2\,\sin\, x$",
        curves.waves,
        curves.waves_derivative,
        *(-10, 8, 7.5),
        minima=(-1.495930, 4.486156, -7.471141),
    ),
    "inflection": Surface(
        "flat place",
        "$f(x) = (x^4/4 + x^3)\\,/\\,5$",
        curves.inflection,
        curves.inflection_derivative,
        *(-4.8, 2.6, 2.0),
        minima=(-3.0,),
        flat=(0.0,),
    ),
    "wall": Surface(
        "steep wall",
        "$f(x) = x^2$, and $+\\,x^4$ right of 0",
        curves.wall,
        curves.wall_derivative,
        *(-10, 3.2, 2.5),
        minima=(0.0,),
    ),
}
