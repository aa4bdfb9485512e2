"""The picture of a small network in training: the border, its units' weights, the matrix, the loss."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from coursekit.explore.drawing import BLACK, BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, new_figure, tidy

if TYPE_CHECKING:
    from coursekit.explore.symmetry import Training

COLORS = (BLUE, ORANGE, GREEN, PURPLE)  # of the units
SIDES = LinearSegmentedColormap.from_list("sides", ["#FBE3B5", "white", "#B7DDF3"], N=12)
WEIGHTS = LinearSegmentedColormap.from_list("weights", [ORANGE, "white", SKY], N=12)
PLANE, FAR, GRID = 2.5, 3.9, 60  # points within +-PLANE, weights within +-FAR


class SymmetryPicture:
    """The artists are made once; `show` gives them other numbers.

    X (N, 2), T (N, 1): the points to tell apart; most: updates that the loss has room for
    """

    def __init__(self, X: np.ndarray, T: np.ndarray, most: int) -> None:
        self.figure = new_figure(9.6, 3.7)
        grid = self.figure.add_gridspec(
            2, 3, width_ratios=[3, 3, 2.9], left=0.055, right=0.985, top=0.91, bottom=0.13
        )
        grid.update(hspace=0.55, wspace=0.28)
        self.plane, self.units = (self.figure.add_subplot(grid[:, column]) for column in (0, 1))
        self.matrix, self.loss = (self.figure.add_subplot(grid[row, 2]) for row in (0, 1))
        self._make_plane(X, T[:, 0])
        self._make_units()
        self._make_matrix()
        tidy(self.loss, "loss", "updates")
        self.loss.set(xlim=(-0.01 * most, 1.01 * most), ylim=(0, 0.9))
        self.loss.axhline(np.log(2), color=GREY, lw=0.8, ls="--")
        self.loss.text(most, np.log(2) + 0.02, "ln 2", color=GREY, fontsize=8.5, ha="right")
        (self.losses,) = self.loss.plot([], [], color=BLACK, lw=1.5)
        (self.now,) = self.loss.plot([], [], "o", color=BLACK, ms=5)

    def _make_plane(self, X: np.ndarray, t: np.ndarray) -> None:
        tidy(self.plane, "where the network says disc (blue)", "x₁", "x₂")
        self.plane.set(xlim=(-PLANE, PLANE), ylim=(-PLANE, PLANE), aspect="equal")
        side = np.linspace(-PLANE, PLANE, GRID)
        self.places = np.column_stack([axis.ravel() for axis in np.meshgrid(side, side)])
        shown: dict[str, Any] = {"extent": [-PLANE, PLANE] * 2, "origin": "lower", "cmap": SIDES}
        self.says = self.plane.imshow(np.zeros((GRID, GRID)), vmin=0, vmax=1, **shown)
        for value, color, marker in ((1, BLUE, "o"), (0, ORANGE, "s")):
            self.plane.plot(*X[t == value].T, marker, color=color, ms=4, mec="white", mew=0.4)

    def _make_units(self) -> None:
        tidy(self.units, "each unit's weights, and their way", "weight from x₁", "weight from x₂")
        self.units.set(xlim=(-FAR, FAR), ylim=(-FAR, FAR), aspect="equal")
        self.units.axhline(0, color=GREY, lw=0.5)
        self.units.axvline(0, color=GREY, lw=0.5)
        (self.start,) = self.units.plot([], [], "+", color=BLACK, ms=9, zorder=1)
        self.trails, self.points = [], []
        for unit, color in enumerate(COLORS):
            (trail,) = self.units.plot([], [], color=color, lw=1.2)
            size = 15 - 3 * unit  # equal units lie on top of each other: smaller ones above
            (point,) = self.units.plot([], [], "o", color=color, ms=size, mec="white", mew=1)
            self.trails.append(trail)
            self.points.append(point)

    def _make_matrix(self) -> None:
        ax = self.matrix
        tidy(ax, "W, a column a unit")
        ax.spines[:].set_visible(False)
        ax.set(xticks=[], yticks=[])
        self.entries = ax.imshow(np.zeros((2, len(COLORS))), cmap=WEIGHTS, vmin=-4, vmax=4, aspect="auto")
        self.numbers = [[_entry(ax, unit, row) for unit in range(len(COLORS))] for row in (0, 1)]
        for unit, color in enumerate(COLORS):
            ax.plot([unit - 0.42, unit + 0.42], [1.66, 1.66], color=color, lw=4, clip_on=False)
        ax.set(xlim=(-0.5, len(COLORS) - 0.5), ylim=(1.5, -0.5))

    def show(self, training: Training, updates: int) -> None:
        trails = training.trails(updates)
        self.start.set_data(trails[0, :1].mean(axis=1), trails[0, 1:].mean(axis=1))
        for unit, (trail, point) in enumerate(zip(self.trails, self.points, strict=True)):
            trail.set_data(trails[:, 0, unit], trails[:, 1, unit])
            point.set_data(trails[-1, :1, unit], trails[-1, 1:, unit])
        self.says.set_data(training.predict(updates, self.places).reshape(GRID, GRID))
        self.entries.set_data(trails[-1])
        for row, texts in enumerate(self.numbers):
            for unit, text in enumerate(texts):
                text.set_text(f"{trails[-1, row, unit]:.4f}".replace("-", "\N{MINUS SIGN}"))
        losses = training.losses(updates)
        self.losses.set_data(np.arange(updates + 1), losses)
        self.now.set_data([updates], losses[-1:])


def _entry(ax: Axes, unit: int, row: int) -> Any:
    return ax.text(unit, row, "", ha="center", va="center", fontsize=8.5)
