"""Two neurons, equally and badly wrong: one descends the squared error, the other the cross-entropy."""

from __future__ import annotations

from typing import Any

import numpy as np

from coursekit.explore.drawing import BLUE, GREY, VERMILLION, fixed, new_figure, short, tidy
from coursekit.explore.explorer import slider
from coursekit.explore.playing import Played
from coursekit.reference.activations import sigmoid
from coursekit.reference.gradient_descent import step
from coursekit.reference.logistic import sigmoid_gradient
from coursekit.reference.losses import squared_error_gradient

X, TARGET = 1.0, 0.0  # the one input, and what the neurons should say to it
UPDATES = 300
FRAME = 2  # updates between two pictures while it plays
COLORS = {"squared error": VERMILLION, "cross-entropy": BLUE}
NEAR, STUCK = 0.1, 0.9  # answers below and above these are called there, and still wrong


def slope(loss: str, y: np.ndarray) -> np.ndarray:
    """dJ/da, what goes back into a neuron that says y: y - t, for squared error times y (1 - y)."""
    error = squared_error_gradient(y, TARGET)
    return error * sigmoid_gradient(y) if loss == "squared error" else error


def run(loss: str, weight: float, bias: float, rate: float, updates: int = UPDATES) -> np.ndarray:
    """What the neuron σ(w x + b) says before the first update and after each: (updates + 1,)."""
    w, b, said = np.array(weight), np.array(bias), np.empty(updates + 1)
    for k in range(updates + 1):
        said[k] = sigmoid(w * X + b)
        da = slope(loss, said[k])
        w, b = step(w, da * X, rate), step(b, da, rate)  # both by the old weights
    return said


class Race(Played):
    """What both say by updates; beside it the slope that each gets, by what it says.

    weight, bias: the start of both. updates: how far they have come; Train goes on from there
    """

    shows = (
        "Left: what two neurons say, by updates; both should say 0. Right: the slope that comes back to "
        "each, by what it says: y − t, a line, for cross-entropy; (y − t) y (1 − y), 0 at both ends, for "
        "squared error."
    )

    def __init__(self, weight: float = 2.0, bias: float = 2.0, rate: float = 0.5, updates: int = 0) -> None:
        controls: dict[str, Any] = {
            "weight": slider("Start weight w", weight, -3.0, 3.0, 0.1, 1),
            "bias": slider("Start bias b", bias, -3.0, 3.0, 0.1, 1),
            "rate": slider("Learning rate η", rate, 0.05, 1.0, 0.05),
        }
        self._build()
        super().__init__(self.figure, controls, UPDATES, FRAME, updates)

    def _restart(self, change: Any) -> None:
        self.pause()  # and stay: the whole race from another start is seen at once

    def draw(self) -> tuple[str, str]:
        weight, bias, rate = (self.controls[name].value for name in ("weight", "bias", "rate"))
        said = {loss: run(loss, weight, bias, rate, self.updates) for loss in COLORS}
        for loss, y in said.items():
            self.lines[loss].set_data(np.arange(self.updates + 1), y)
            self.now[loss].set_data([self.updates], y[-1:])
            self.here[loss].set_data(y[-1:], slope(loss, y[-1:]))
        return told(said)

    def _build(self) -> None:
        self.figure = new_figure(9.6, 3.8)
        grid = self.figure.add_gridspec(1, 2, width_ratios=[5.4, 3.6], left=0.055, right=0.985)
        grid.update(top=0.91, bottom=0.13, wspace=0.16)
        self.race, self.slopes = (self.figure.add_subplot(grid[column]) for column in (0, 1))
        tidy(self.race, "what they say, y", "updates")
        self.race.set(xlim=(-4, UPDATES + 4), ylim=(-0.09, 1.04))
        self.race.axhline(TARGET, color=GREY, lw=1, ls="--")
        self.race.text(UPDATES, -0.02, "target", ha="right", va="top", fontsize=9, color=GREY)
        tidy(self.slopes, "the slope that comes back, ∂J/∂a", "what it says, y")
        self.slopes.set(xlim=(-0.02, 1.02), ylim=(-0.09, 1.04))
        y = np.linspace(0, 1, 101)
        self.lines, self.now, self.here, self.curves = {}, {}, {}, {}
        for loss, color in COLORS.items():
            (self.lines[loss],) = self.race.plot([], [], color=color, lw=2, label=loss)
            size = 13 if loss == "squared error" else 8  # at the start they lie on top of each other
            (self.now[loss],) = self.race.plot([], [], "o", color=color, ms=size, mec="white")
            (self.curves[loss],) = self.slopes.plot(y, slope(loss, y), color=color, lw=2)
            (self.here[loss],) = self.slopes.plot([], [], "o", color=color, ms=9, mec="white")
        self.race.legend(loc="upper right", bbox_to_anchor=(1, 0.93), frameon=False, fontsize=9.5)
        self.slopes.text(0.56, 0.66, "y − t", ha="right", color=BLUE, fontsize=10)
        self.slopes.text(0.5, 0.2, "(y − t) y (1 − y)", ha="center", color=VERMILLION, fontsize=10)


def told(said: dict[str, np.ndarray]) -> tuple[str, str]:
    """A headline, where both are; and sentences, what came back to them at the start."""
    updates = len(said["squared error"]) - 1
    where = {loss: f"{loss} {_place(y[-1])}" for loss, y in said.items()}
    start = float(said["squared error"][0])
    factor = float(sigmoid_gradient(start))
    return f"After {updates} updates: {where['cross-entropy']}, {where['squared error']}", (
        f"At the start both said {short(start)}, so y − t = {short(start - TARGET)}. That is what "
        f"cross-entropy sends back; squared error sends it times y (1 − y) = {short(factor)}, "
        f"{1 / factor:.3g} times less."
    )


def _place(y: float) -> str:
    word = "is there" if y < NEAR else "is still wrong" if y > STUCK else "is on its way"
    return f"{word} (y = {fixed(y, 3)})"
