"""A gauge for a factor that should be 1: its needle is upright there, left below it, right above."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle, Wedge

from coursekit.explore.drawing import BLACK, BLUE, GREEN, VERMILLION, fixed
from coursekit.explore.signals import KEEPS, number


class Gauge:
    """The factor of one layer on a half circle, evenly by its logarithm: ¼ left, 1 at the top, 4 right.

    At 1 the needle stands upright: there, and only there, a signal keeps its size through any depth.
    """

    MOST = 4.0

    def __init__(self, ax: Axes, label: str) -> None:
        ax.set(xlim=(-1.35, 1.35), ylim=(-1.05, 1.3), aspect="equal")
        ax.axis("off")
        bands = ((1 / self.MOST, 1 / KEEPS, BLUE), (1 / KEEPS, KEEPS, GREEN), (KEEPS, self.MOST, VERMILLION))
        for low, high, color in bands:
            ax.add_patch(Wedge((0, 0), 1, _angle(high), _angle(low), width=0.22, color=color, lw=0))
        for mark, text in ((1 / 4, "¼"), (1 / 2, "½"), (1, "1"), (2, "2"), (4, "4")):
            x, y = _point(mark, 1.18)
            ax.text(x, y, text, ha="center", va="center", fontsize=8.5, color="#444444")
        (self._needle,) = ax.plot([], [], color=BLACK, lw=2, solid_capstyle="round")
        ax.add_patch(Circle((0, 0), 0.07, color=BLACK))
        self._value = ax.text(0, -0.36, "", ha="center", va="center", fontsize=14, fontweight="bold")
        ax.text(0, -0.62, label, ha="center", va="top", fontsize=9, linespacing=1.3)
        self.factor = 1.0

    def turn(self, factor: float) -> None:
        """Point at a factor (beyond the ends, at the end) and tell it in figures."""
        self.factor = factor
        x, y = _point(float(np.clip(factor, 1 / self.MOST, self.MOST)), 0.9)
        self._needle.set_data([0, x], [0, y])
        self._value.set_text(f"× {fixed(factor) if factor < 100 else number(factor)}")

    @property
    def text(self) -> str:
        """What is written below the needle."""
        return self._value.get_text()


def _angle(factor: float) -> float:
    return float(90 - 90 * np.log(factor) / np.log(Gauge.MOST))


def _point(factor: float, radius: float) -> tuple[float, float]:
    angle = np.radians(_angle(factor))
    return radius * float(np.cos(angle)), radius * float(np.sin(angle))
