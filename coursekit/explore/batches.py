"""Full-batch, mini-batch and stochastic descent side by side: same start, same rate, same data."""

from __future__ import annotations

import math
from typing import Any

import ipywidgets as widgets
import numpy as np

from coursekit.data import load_hubble
from coursekit.explore.drawing import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    drawable,
    near,
    new_figure,
    off_scale,
    off_scale_note,
    short,
    tidy,
)
from coursekit.explore.explorer import Explorer, slider
from coursekit.reference.gradient_descent import step
from coursekit.reference.minibatch import line_gradient, line_loss, minibatches

START = np.array([-1.0, 1.7])  # slope, intercept
LOW, HIGH = np.array([-1.75, -1.5]), np.array([3.35, 2.5])  # of slope and intercept in the picture
COLORS = {"full batch": BLUE, "mini-batch": GREEN, "stochastic": ORANGE}


def load() -> tuple[np.ndarray, np.ndarray]:
    """Hubble's nebulae, standardized: X (24, 2) with a column of ones for the intercept, t (24,)."""
    distance, velocity = ((one - one.mean()) / one.std() for one in load_hubble())
    return np.column_stack([distance, np.ones_like(distance)]), velocity


def path(
    X: np.ndarray, t: np.ndarray, rate: float, epochs: int, batch_size: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mini-batch descent from START, update by update.

    X: (N, 2), t: (N,). Returns, for U = epochs * ceil(N / batch_size) updates, the weights
    (U + 1, 2), the loss over all the data (U + 1,), and how many examples were seen (U + 1,).
    """
    weights, seen = [START], [0]
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(epochs):
            for batch in minibatches(len(t), batch_size, rng):
                weights.append(step(weights[-1], line_gradient(X[batch], t[batch], weights[-1]), rate))
                seen.append(seen[-1] + len(batch))
        losses = [line_loss(X, t, w) for w in weights]
    return np.array(weights), np.array(losses), np.array(seen)


class Batches(Explorer):
    """The loss over (slope, intercept) of a line, three times, and the losses by examples seen.

    batch_size: of the mini-batches; seed: of the order of the examples
    """

    shows = (
        "Above: the loss of a fitted line from above, slope across and intercept up, with the paths of "
        "full-batch, mini-batch and stochastic descent side by side. Below: their losses by examples seen."
    )

    def __init__(self, rate: float = 0.1, batch_size: int = 6, epochs: int = 5, seed: int = 0) -> None:
        self.X, self.t = load()
        self._seed = seed
        controls: dict[str, Any] = {
            "rate": slider("Learning rate η", rate, 0.0, 1.2, 0.01),
            "batch_size": slider("Mini-batch size B", batch_size, 1, len(self.t), 1),
            "epochs": slider("Epochs", epochs, 1, 20, 1),
            "shuffle": widgets.Button(description="Other order"),
        }
        controls["shuffle"].on_click(self._shuffle)
        self._build()
        super().__init__(self.figure, controls)

    @property
    def sizes(self) -> dict[str, int]:
        """The batch size of each of the three."""
        return {"full batch": len(self.t), "mini-batch": self.controls["batch_size"].value, "stochastic": 1}

    def _shuffle(self, button: Any) -> None:
        self._seed += 1
        self.refresh()

    def draw(self) -> tuple[str, str]:
        rate, epochs, n = self.controls["rate"].value, self.controls["epochs"].value, len(self.t)
        each = {name: math.ceil(n / size) for name, size in self.sizes.items()}
        told = []
        for name, size in self.sizes.items():
            rng = np.random.default_rng(self._seed)
            weights, losses, seen = path(self.X, self.t, rate, epochs, size, rng)
            self._show(name, weights, losses, seen)
            self.surfaces[name].set_title(f"{name}, B = {size}", fontsize=10, loc="left")
            loss = f"loss {short(losses[-1])}" if losses[-1] < 1e6 else "it diverges"
            told.append(f"{name} (B = {size}) {len(seen) - 1} updates, {loss}")
        self.by_seen.set_xlim(0, epochs * n)
        counts = "{}, {} and {}".format(*each.values())
        return f"{counts} updates an epoch", (
            f"An epoch is all N = {n} examples once: ceil(N / B) updates. "
            f"After {epochs} epoch{'s' * (epochs != 1)}: {'; '.join(told)}."
        )

    def _show(self, name: str, weights: np.ndarray, losses: np.ndarray, seen: np.ndarray) -> None:
        inside = np.all((weights >= LOW) & (weights <= HIGH), axis=1)
        shown = np.where(near(inside), drawable(weights.T), np.nan)
        self.paths[name].set_data(*shown)
        self.ends[name].set_data(shown[0, -1:], shown[1, -1:])
        self.notes[name].set_text(off_scale(inside, "update"))
        self.losses[name].set_data(seen, drawable(losses))

    def _build(self) -> None:
        self.figure = new_figure(9.6, 4.9)
        grid = self.figure.add_gridspec(2, 3, height_ratios=[2.7, 1.5], hspace=0.42, wspace=0.08)
        grid.update(left=0.06, right=0.985, top=0.94, bottom=0.09)
        self.by_seen = self.figure.add_subplot(grid[1, :], yscale="log", ylim=(0.15, 6))
        tidy(self.by_seen, "loss over all the data", "examples seen")
        self.by_seen.set_yticks([0.2, 0.5, 1, 2, 5], ["0.2", "0.5", "1", "2", "5"], minor=False)
        self.by_seen.minorticks_off()
        self.surfaces, self.paths, self.ends, self.losses, self.notes = {}, {}, {}, {}, {}
        heights = _heights(self.X, self.t)
        best = np.linalg.lstsq(self.X, self.t, rcond=None)[0]
        for column, (name, color) in enumerate(COLORS.items()):
            ax = self.surfaces[name] = self.figure.add_subplot(grid[0, column])
            tidy(ax, "", "slope", "intercept" if column == 0 else "")
            ax.set(aspect="equal", xticks=range(-1, 4), yticks=range(-1, 3))
            ax.tick_params(labelleft=column == 0)
            ax.contour(*heights, levels=_levels(heights[2]), colors=GREY, linewidths=0.6, alpha=0.6)
            (self.paths[name],) = ax.plot([], [], ".-", color=color, lw=1.1, ms=4)
            (self.ends[name],) = ax.plot([], [], "o", color=color, ms=8, mec="white")
            ax.plot(*START, "o", color="white", mec=BLACK, ms=6)
            ax.plot(*best, "+", color=BLACK, ms=10)
            self.notes[name] = off_scale_note(ax)
            (self.losses[name],) = self.by_seen.plot([], [], ".-", color=color, lw=1.1, ms=4, label=name)
        self.by_seen.legend(loc="lower right", bbox_to_anchor=(1, 0.98), fontsize=9, frameon=False, ncols=3)


def _heights(X: np.ndarray, t: np.ndarray, points: int = 40) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Slopes (points,), intercepts (points,) and the losses there, (points, points)."""
    slopes, intercepts = np.linspace(LOW, HIGH, points).T
    return (
        slopes,
        intercepts,
        np.array([[line_loss(X, t, np.array([s, i])) for s in slopes] for i in intercepts]),
    )


def _levels(losses: np.ndarray) -> np.ndarray:
    """Heights that lie evenly on a parabola's slope: their roots are."""
    return losses.min() + (losses.max() - losses.min()) * np.linspace(0.1, 1, 9) ** 2
