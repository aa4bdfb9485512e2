"""The picture of signals and gradients in a deep stack: deviations by layer, histograms, two gauges."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.ticker import MaxNLocator

from coursekit.explore.drawing import BLACK, BLUE, GREY, new_figure, tidy
from coursekit.explore.gauge import Gauge
from coursekit.explore.signals import Passage

FORWARD, BACKWARD = BLUE, "#B36B00"  # the palette's orange, darker: thin lines must be seen
VALUES = 2.5  # the histograms show values within +-VALUES
BINS = 51
DECADES = (3, 6, 12, 25, 100)  # the scale's half-heights: the least that holds everything is taken
SHADES = {
    color: LinearSegmentedColormap.from_list("", ["white", color, BLACK], N=14)  # few: see drawing.png
    for color in (FORWARD, BACKWARD)
}


class KnifePicture:
    """Left the deviations on a log axis, in the middle a histogram a layer, on the right the gauges.

    The artists are made once; `show` gives them other numbers.
    """

    def __init__(self) -> None:
        self.figure = new_figure(9.6, 4.5)
        grid = self.figure.add_gridspec(
            *(2, 3), width_ratios=[4.4, 3.1, 2.0], left=0.075, right=0.995, top=0.9, bottom=0.11
        )
        grid.update(hspace=0.42, wspace=0.2)
        self.stds = self.figure.add_subplot(grid[:, 0], yscale="log")
        tidy(self.stds, "deviation in each layer, on a log axis", "layer", pad=22)
        self.stds.minorticks_off()
        self.stds.xaxis.set_major_locator(MaxNLocator(integer=True))
        self.stds.axhline(1, color=GREY, lw=0.8)
        (self.formula,) = self.stds.plot([], [], "--", color=GREY, lw=1.2, label="formula")
        styles: dict[str, dict[str, Any]] = {
            "signal →": {"color": FORWARD, "marker": "o"},
            "← gradient": {"color": BACKWARD, "marker": "s"},
        }
        self.signal, self.gradient = (
            self.stds.plot([], [], lw=1.2, ms=4.5, label=name, **style)[0] for name, style in styles.items()
        )
        place: dict[str, Any] = {"loc": "lower left", "bbox_to_anchor": (-0.02, 0.99), "ncols": 3}
        legend = self.stds.legend(
            handles=[self.signal, self.gradient, self.formula], fontsize=9, frameon=False, **place
        )
        self._of_formula = [*legend.get_lines()[-1:], *legend.get_texts()[-1:]]
        for y, verb in ((0.965, "explodes"), (0.02, "fades")):
            at: dict[str, Any] = {"transform": self.stds.transAxes, "va": "top" if y > 0.5 else "bottom"}
            self.stds.text(0.02, y, verb, fontsize=9, color=GREY, **at)
        names = ("signals in each layer", "gradients in each layer")
        self.histograms = [
            _Histograms(self.figure.add_subplot(grid[row, 1]), names[row], color)
            for row, color in enumerate((FORWARD, BACKWARD))
        ]
        self.histograms[1].ax.set_xlabel("layer", fontsize=9.5)
        ways = (
            "forward: what a layer\nmultiplies the signal by",
            "backward: what a layer\nmultiplies the gradient by",
        )
        self.gauges = [Gauge(self.figure.add_subplot(grid[row, 2]), ways[row]) for row in (0, 1)]

    def show(self, now: Passage, expected: np.ndarray | None) -> None:
        """expected: what a formula says of the signal's deviations, where there is one."""
        stds = {self.signal: now.signal_stds, self.gradient: now.gradient_stds}
        layers = np.arange(1, len(now.signals) + 1)
        for line, values in stds.items():
            line.set_data(layers, np.where(values > 0, values, np.nan))
        self.formula.set_data([] if expected is None else layers, [] if expected is None else expected)
        for part in self._of_formula:
            part.set_visible(expected is not None)
        self.stds.set_xlim(0.5, len(layers) + 0.5)
        self.stds.set_ylim(*_limits(np.concatenate(list(stds.values()))))
        for picture, values in zip(self.histograms, (now.signals, now.gradients), strict=True):
            picture.show(values)
        for gauge, factor in zip(self.gauges, now.factors, strict=True):
            gauge.turn(factor)


def _limits(values: np.ndarray) -> tuple[float, float]:
    """A scale with 1 in its middle, so that a signal that keeps its size is a level line there."""
    most = np.max(np.abs(np.log10(values[values > 0])), initial=0)
    decades = next((one for one in DECADES if one >= most), DECADES[-1])
    return 10.0**-decades, 10.0**decades


class _Histograms:
    """A histogram a layer, each a column of an image: the darker, the more values."""

    def __init__(self, ax: Axes, title: str, color: str) -> None:
        self.ax = ax
        tidy(ax, title)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=5))
        ax.set_yticks([-2, -1, 0, 1, 2])
        options: dict[str, Any] = {"aspect": "auto", "origin": "lower", "interpolation": "nearest"}
        self.image = ax.imshow(np.zeros((BINS, 1)), cmap=SHADES[color], vmin=0, vmax=1, **options)

    def show(self, values: np.ndarray) -> None:
        shares = histograms(values)
        self.image.set_data(shares.T**0.4)  # a root, so that thin tails are seen beside a heap
        self.image.set_extent((0.5, len(shares) + 0.5, -VALUES, VALUES))


def histograms(values: np.ndarray) -> np.ndarray:
    """The share of each layer's values in each bin of [-VALUES, VALUES]; the others are in none.

    values: (L, N, n). Returns (L, BINS).
    """
    bins = np.clip((values + VALUES) * (BINS / (2 * VALUES)) + 1, 0, BINS + 1).astype(int)
    layers = np.arange(len(values))[:, None, None] * (BINS + 2)
    counts = np.bincount((layers + bins).ravel(), minlength=len(values) * (BINS + 2))
    return counts.reshape(len(values), BINS + 2)[:, 1:-1] / values[0].size
