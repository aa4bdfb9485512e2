"""The picture of one curve and one rate: the path on it, the fan of all rates, the dial."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from coursekit.explore.drawing import (
    GREY,
    REGIMES,
    SKY,
    STEPS,
    VERMILLION,
    Dial,
    drawable,
    fixed,
    near,
    new_figure,
    off_scale,
    off_scale_note,
    scatter,
    tidy,
    with_gaps,
    within,
)
from coursekit.explore.paths import fan
from coursekit.explore.surfaces import SURFACES, Surface

MOST_STEPS = 30
RATES = np.linspace(0, 1.3, 261)
BANDS = {"steady": (0.0, 0.5), "zigzag": (0.5, 1.0), "diverges": (1.0, 1.3)}  # of the rate, on x^2


class FanPicture:
    """Left the curve and the dial, in the middle the fan plot, on the right the path step by step.

    The artists are made once; `show` gives them other numbers.
    """

    def __init__(self) -> None:
        self.figure = new_figure(9.6, 4.3)
        grid = self.figure.add_gridspec(
            1, 3, width_ratios=[3, 3.7, 2.8], left=0.045, right=0.985, top=0.88, bottom=0.12, wspace=0.16
        )
        left = grid[0].subgridspec(2, 1, height_ratios=[2.1, 1.3], hspace=0.25)
        self.curve, self.fan = self.figure.add_subplot(left[0]), self.figure.add_subplot(grid[1])
        self.by_step = self.figure.add_subplot(grid[2], sharey=self.fan)
        self.dial = Dial(self.figure.add_subplot(left[1]))
        tidy(self.curve, pad=16)
        tidy(self.fan, "x after each step, for every rate", "learning rate η", pad=16)
        tidy(self.by_step, "x after each step, at this rate", "step", pad=16)
        self.by_step.tick_params(labelleft=False)
        self.fan.set_xlim(RATES[0], RATES[-1])
        self.fan.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
        (self.shape,) = self.curve.plot([], [], color=GREY, lw=1.5)
        self.fan_lines = [self.fan.plot([], [], lw=1.1)[0] for _ in range(MOST_STEPS + 1)]
        self.bands = [artist for name, band in BANDS.items() for artist in _band(self.fan, name, *band)]
        self.present = self.fan.axvline(0, color=VERMILLION, lw=1.6)
        self.paths = {ax: ax.plot([], [], color=SKY, lw=1)[0] for ax in (self.curve, self.by_step)}
        self.points = {ax: scatter(ax) for ax in (self.curve, self.fan, self.by_step)}
        self.note = off_scale_note(self.by_step)

    def show(self, surface: Surface, rate: float, paths: np.ndarray) -> None:
        """paths: (S, steps + 1), one row a start; the fan is that of the first."""
        self._show_curve(surface)
        self._show_fan(surface, paths[0, 0], rate, paths.shape[1] - 1)
        self._show_paths(surface, rate, paths)
        self._turn_dial(surface, rate, paths[0, -1])

    def _show_curve(self, surface: Surface) -> None:
        x = np.linspace(surface.low, surface.high, 300)
        y = surface.f(x)
        self.shape.set_data(x, y)
        room = 0.08 * float(np.ptp(y))
        self.curve.set(xlim=(surface.low, surface.high), ylim=(y.min() - room, y.max() + room))
        self.curve.set_title(surface.formula, fontsize=10, loc="left", pad=16)

    def _show_fan(self, surface: Surface, start: float, rate: float, steps: int) -> None:
        # far off the scale a line may jump from one end to the other: it breaks there
        rows = within(fan(surface, start, RATES, steps), 50 * (surface.high - surface.low))
        for k, line in enumerate(self.fan_lines):
            line.set_data(RATES if k <= steps else [], rows[k] if k <= steps else [])
            line.set_color(STEPS(k / steps))
        self.present.set_xdata([rate, rate])

    def _show_paths(self, surface: Surface, rate: float, paths: np.ndarray) -> None:
        steps, room = paths.shape[1] - 1, 0.06 * (surface.high - surface.low)
        low, high = surface.low - room, surface.high + room
        inside = (paths >= low) & (paths <= high)
        x = np.where(near(inside), drawable(paths), np.nan)
        k = np.tile(np.arange(steps + 1.0), (len(paths), 1))
        drawn = {self.curve: (x, surface.f(x)), self.by_step: (k, x)}
        for ax, (across, up) in drawn.items():
            self.paths[ax].set_data(with_gaps(across), with_gaps(up))
        drawn[self.fan] = (np.full(steps + 1, rate), x[0])
        for ax, (across, up) in drawn.items():
            self.points[ax].set_offsets(np.column_stack([np.ravel(across), np.ravel(up)]))
            self.points[ax].set_array(np.resize(np.arange(steps + 1) / steps, np.size(across)))
            self.points[ax].set_sizes([26 if len(paths) == 1 else 14])
        self.fan.set_ylim(low, high)
        self.by_step.set_xlim(-0.03 * steps, 1.03 * steps)
        self.note.set_text(off_scale(inside[0]))

    def _turn_dial(self, surface: Surface, rate: float, last: float) -> None:
        on_parabola = surface is SURFACES["parabola"]
        place = surface.nearest_stationary(last)
        where = "1 − 2η" if on_parabola else f"near x = {fixed(place)}\n1 − η f″(x)"
        self.dial.turn(1 - rate * surface.curvature(place), f"factor of one step\n{where}")
        for artist in self.bands:
            artist.set_visible(on_parabola)


def _band(ax: Axes, name: str, low: float, high: float) -> tuple[Any, Any]:
    """The rates of a regime: a tint behind the fan, and its name above."""
    tint = ax.axvspan(low, high, color=REGIMES[name], alpha=0.12, lw=0)
    at: dict[str, Any] = {"transform": ax.get_xaxis_transform(), "ha": "center", "fontsize": 9}
    return tint, ax.text((low + high) / 2, 1.015, name, **at)
