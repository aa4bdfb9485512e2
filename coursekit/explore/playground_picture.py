"""The picture of a network in training: the plane, what the hidden layers make of it, the loss, the units."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.ticker import MaxNLocator

from coursekit.explore.drawing import BLACK, BLUE, GREY, ORANGE, VERMILLION, new_figure, tidy
from coursekit.explore.planes import WIDE
from coursekit.explore.training import Training, directions
from coursekit.reference.activations import sigmoid

SIDES = LinearSegmentedColormap.from_list("sides", ["#86BBD9", "#FFFFFF", "#F3D08A"])  # blue, ½, orange
CLASSES = ((BLUE, "o"), (ORANGE, "s"))
PIXELS = 60


def grid(lines: int = 17, points: int = 67) -> np.ndarray:
    """Lines over the plane, (2 * lines, points, 2): the upright ones, then the level ones."""
    at, along = np.linspace(-WIDE, WIDE, lines), np.linspace(-WIDE, WIDE, points)
    x, y = np.meshgrid(at, along, indexing="ij")
    return np.concatenate([np.stack([x, y], axis=-1), np.stack([y, x], axis=-1)])


GRID = grid()


class PlaygroundPicture:
    """Two sheets, the plane and the same after the hidden layers; the loss; a bar a unit.

    The artists are made once; `show` gives them other numbers.
    """

    def __init__(self) -> None:
        self.figure = new_figure(9.6, 3.75)
        parts = self.figure.add_gridspec(
            *(1, 3), width_ratios=[3.3, 3.3, 2.2], left=0.052, right=0.98, top=0.92, bottom=0.12, wspace=0.24
        )
        right = parts[2].subgridspec(2, 1, height_ratios=[1.5, 1], hspace=0.55)
        self.plane = Sheet(self.figure.add_subplot(parts[0]))
        self.folded = Sheet(self.figure.add_subplot(parts[1]))
        tidy(self.plane.ax, "the plane, and what the network says", "feature 1", "feature 2")
        tidy(self.folded.ax, "the plane after the hidden layers")
        (self.creases,) = self.plane.ax.plot([], [], "--", color=BLACK, lw=1.2)
        self.loss, self.units = (self.figure.add_subplot(right[row]) for row in (0, 1))
        tidy(self.loss, "loss by update")
        self.loss.locator_params(axis="x", nbins=3)
        self.loss.set(ylim=(0, 1.5), yticks=[0, 0.5, 1, 1.5])
        self.loss.axhline(np.log(2), color=GREY, lw=0.8, ls=":")
        (self.curve,) = self.loss.plot([], [], color=BLACK, lw=1.3)
        tidy(self.units, "each unit learns from")
        self.units.set(ylim=(-0.12, 1.05))
        self.units.set_yticks([0, 1], ["none", "all"])
        self.bars = LineCollection([], colors=[GREY])
        self.units.add_collection(self.bars)
        (self.asleep,) = self.units.plot([], [], "x", color=VERMILLION, ms=6, mew=2)
        self._along: np.ndarray | None = None

    def show(self, now: Training) -> None:
        (W, b), units = now.layers[-1], now.A[-2].shape[1]
        self._along = along = directions(now.A[-2], W[:, 0], self._along)
        classes = now.T[:, 0]
        self.plane.show(GRID, now.X, classes, np.array([[-WIDE, WIDE], [-WIDE, WIDE]]))
        self.plane.tint(now.through(self.plane.pixels)[1])
        self._show_creases(now)
        lines = (now.through(GRID.reshape(-1, 2))[0] @ along).reshape(GRID.shape)
        self.folded.show(lines, now.A[-2] @ along, classes, limits(lines, same=units == 2))
        self.folded.tint(sigmoid(self.folded.pixels @ (along.T @ W[:, 0]) + b[0]))
        across, up = ("unit 1", "unit 2") if units == 2 else ("what the output measures", "all else")
        self.folded.ax.set(xlabel=across, ylabel=up)
        self._show_loss(now.losses)
        self._show_units(now.awake())

    def _show_creases(self, now: Training) -> None:
        """Where a unit of the first layer is at z = 0: there ReLU folds."""
        (W, b), far = now.layers[0], 3 * WIDE
        length = np.linalg.norm(W, axis=0)
        keep = (length > 0) & (now.activation != "linear")
        normal = W[:, keep] / length[keep]  # (2, units)
        foot, way = -normal * b[keep] / length[keep], np.array([-normal[1], normal[0]])
        ends = np.stack([foot - far * way, foot + far * way, np.full_like(foot, np.nan)], axis=-1)
        self.creases.set_data(ends[0].ravel(), ends[1].ravel())

    def _show_loss(self, losses: list[float]) -> None:
        values = np.nan_to_num(np.array(losses), nan=np.inf)
        self.curve.set_data(np.arange(len(values)), values)
        self.loss.set_xlim(0, max(100, 1.02 * len(values)))

    def _show_units(self, awake: np.ndarray) -> None:
        depth, units = awake.shape
        x = (np.arange(units) + (units + 1) * np.arange(depth)[:, np.newaxis]).ravel()
        y = awake.ravel()
        self.bars.set_segments([[(at, 0), (at, top)] for at, top in zip(x, y, strict=True)])
        self.bars.set_linewidth([min(14, 110 / len(x))])
        self.asleep.set_data(x[y == 0], y[y == 0])
        self.units.set_xlim(-1, x[-1] + 1)
        middles = (units - 1) / 2 + (units + 1) * np.arange(depth)
        self.units.set_xticks(middles, [f"layer {k + 1}" for k in range(depth)])


class Sheet:
    """A tinted part of a plane with lines on it and the examples of both classes."""

    def __init__(self, ax: Axes) -> None:
        self.ax = ax
        more: dict[str, Any] = {"origin": "lower", "interpolation": "bilinear", "aspect": "auto"}
        self.image = ax.imshow(np.zeros((PIXELS, PIXELS)), cmap=SIDES, vmin=0, vmax=1, zorder=0, **more)
        self.lines = LineCollection([], colors=["#555555"], linewidths=0.5)
        ax.add_collection(self.lines)
        style: dict[str, Any] = {"ls": "", "ms": 4, "mec": "white", "mew": 0.4}
        self.points = [ax.plot([], [], marker, color=color, **style)[0] for color, marker in CLASSES]
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_locator(MaxNLocator(3, steps=[1, 2, 5, 10]))
            axis.labelpad = 1
        self.pixels = np.zeros((PIXELS**2, 2))

    def show(self, lines: np.ndarray, X: np.ndarray, classes: np.ndarray, ends: np.ndarray) -> None:
        """lines: (L, points, 2); X: (N, 2), the examples; ends: (2, 2), low and high of each axis."""
        self.lines.set_segments(list(lines))
        for k, points in enumerate(self.points):
            points.set_data(*X[classes == k].T)
        (left, right), (low, high) = ends
        self.ax.set(xlim=(left, right), ylim=(low, high))
        self.image.set_extent((left, right, low, high))
        x, y = np.meshgrid(np.linspace(left, right, PIXELS), np.linspace(low, high, PIXELS))
        self.pixels = np.column_stack([x.ravel(), y.ravel()])

    def tint(self, probability: np.ndarray) -> None:
        """probability of class 1 at each of the pixels, (PIXELS²,)."""
        self.image.set_data(probability.reshape(PIXELS, PIXELS))


def limits(lines: np.ndarray, same: bool) -> np.ndarray:
    """Low and high of each axis, (2, 2), rounded outwards, so that they seldom change.

    same: both axes have the same ends
    """
    points = np.nan_to_num(lines.reshape(-1, 2))
    low, high = np.minimum(points.min(axis=0), 0), np.maximum(points.max(axis=0), 0)
    if same:
        low, high = np.full(2, low.min()), np.full(2, high.max())
    size = np.maximum(high - low, 1e-6)
    power = 10.0 ** np.floor(np.log10(size))
    step = power * np.where(size < 2 * power, 0.2, np.where(size < 5 * power, 0.5, 1))
    return np.column_stack([np.floor(low / step) * step, np.ceil(high / step) * step]) + 0.05 * np.outer(
        size, [-1, 1]
    )
