"""The picture of one activation function: what becomes of a heap of inputs, and of a gradient."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap

from coursekit.explore.drawing import BLUE, GREY, VERMILLION, new_figure, tidy
from coursekit.explore.passing import FLAT, LAYERS, Passing, percent

Z = np.linspace(-6, 6, 601)
BINS = 48
SLOPE = "#B36B00"  # the palette's orange, darker: thin lines must be seen


class ActivationPicture:
    """Below the inputs, above them the slope and the function; beside each, what the inputs become.

    On the right, what a gradient has left after several such layers. The artists are made once; `show`
    gives them other numbers.
    """

    def __init__(self) -> None:
        self.figure = new_figure(9.6, 4.7)
        halves = self.figure.add_gridspec(
            1, 2, width_ratios=[6, 2.3], left=0.045, right=0.99, top=0.94, bottom=0.1, wspace=0.17
        )
        grid = halves[0].subgridspec(
            3, 2, width_ratios=[4.2, 1.7], height_ratios=[2.6, 1.7, 1.1], hspace=0.3, wspace=0.06
        )
        add = self.figure.add_subplot
        self.f, self.slope = Curve(add(grid[0, 0]), BLUE), Curve(add(grid[1, 0]), SLOPE)
        self.outputs = Heap(add(grid[0, 1]), BLUE, "the outputs", sideways=True)
        self.slopes = Heap(add(grid[1, 1]), SLOPE, "the slopes", sideways=True)
        self.inputs = Heap(add(grid[2, 0]), GREY, "the inputs z")
        tidy(self.slope.ax, "its slope: the factor for a gradient on its way back")
        self.rest = add(halves[1], yscale="log")
        tidy(self.rest, "what is left of a gradient", "layers back, all weights 1")
        (self.left,) = self.rest.plot([], [], "o-", color=SLOPE, lw=1.2, ms=5)
        self.rest.set(xlim=(-0.5, LAYERS + 0.5), ylim=(1e-11, 1e2))
        self.rest.axhline(1, color=GREY, lw=0.8)

    def show(self, now: Passing) -> None:
        f, slope = now.shape.f(Z, now.parameter), now.shape.slope(Z, now.parameter)
        flat = np.abs(slope) < FLAT
        self.f.ax.set_title(f"{now.name}:  {now.shape.formula}", fontsize=10, loc="left")
        self.outputs.show(now.outputs, *self.f.show(f, flat, 0))
        self.slopes.show(now.slopes, *self.slope.show(slope, flat, 1))
        self.inputs.show(now.inputs, Z[0], Z[-1])
        left = now.left()
        self.left.set_data(np.arange(len(left)), np.where(left > 0, left, np.nan))


class Curve:
    """A function of z, tinted where it is nearly flat."""

    def __init__(self, ax: Axes, color: str) -> None:
        self.ax = ax
        tidy(ax)
        ax.tick_params(labelbottom=False)
        tint = ListedColormap(["none", VERMILLION])
        self.flat = ax.imshow([[0]], cmap=tint, vmin=0, vmax=1, alpha=0.15, aspect="auto", zorder=0)
        (self.line,) = ax.plot([], [], color=color, lw=2)
        ax.axhline(0, color=GREY, lw=0.6)
        ax.locator_params(axis="y", nbins=4)

    def show(self, values: np.ndarray, flat: np.ndarray, least_high: float) -> tuple[float, float]:
        """values, flat: one for each Z. Returns the ends of what is shown, which hold 0 and `least_high`."""
        low, high = min(0.0, values.min()), max(least_high, values.max())
        room = 0.05 * (high - low)
        low, high = low - room, high + room
        jumps = np.append(np.abs(np.diff(values)) > 0.1 * (high - low), False)
        self.line.set_data(Z, np.where(jumps, np.nan, values))
        self.flat.set_data(flat[np.newaxis].astype(float))
        self.flat.set_extent((Z[0], Z[-1], low, high))
        self.ax.set(xlim=(Z[0], Z[-1]), ylim=(low, high))
        return low, high


class Heap:
    """A histogram of shares, upright or sideways beside a curve."""

    def __init__(self, ax: Axes, color: str, title: str, sideways: bool = False) -> None:
        self.ax, self.sideways = ax, sideways
        tidy(ax, title)
        ax.tick_params(left=False, labelleft=False, bottom=not sideways, labelbottom=not sideways)
        self.bars = ax.stairs(
            np.zeros(BINS),
            np.arange(BINS + 1.0),
            orientation="horizontal" if sideways else "vertical",
            fill=True,
            color=color,
        )
        place = "right" if sideways else "center"
        self.spikes = [ax.text(0, 0, "", fontsize=8.5, va="bottom", ha=place) for _ in range(4)]
        self.shares = np.zeros(BINS)

    def show(self, values: np.ndarray, low: float, high: float) -> None:
        """The share of the values in each of BINS from low to high.

        Where many are the same, the bar would dwarf all others: it is cut, and that share is written on it.
        """
        counts, edges = np.histogram(values, BINS, (low, high))
        self.shares = counts / len(values)
        places, shares = spikes(values)
        others = np.delete(self.shares, np.clip(np.searchsorted(edges, places) - 1, 0, BINS - 1))
        most = max(0.05, others.max() * (2 if len(places) else 1))
        self.bars.set_data(np.minimum(self.shares, most), edges)
        ends, room = (low, high), (0, 1.05 * most)
        self.ax.set(**({"xlim": room, "ylim": ends} if self.sideways else {"xlim": ends, "ylim": room}))
        for k, text in enumerate(self.spikes):
            at = places[k] if k < len(places) else 0.0
            text.set_position((most, at + 0.03 * (high - low)) if self.sideways else (at, most))
            text.set_text(percent(shares[k]) if k < len(places) else "")


def spikes(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The values that more than one in twenty has, and their shares, the most frequent first."""
    found, counts = np.unique(np.round(values, 9), return_counts=True)
    order = np.argsort(-counts)
    order = order[counts[order] > 0.05 * len(values)]
    return found[order], counts[order] / len(values)
