"""Hidden units that start equal, trained: they stay equal, until something tells them apart."""

from __future__ import annotations

from typing import Any

import ipywidgets as widgets
import numpy as np

from coursekit.explore.explorer import LAYOUT, STYLE
from coursekit.explore.playing import Played
from coursekit.explore.signals import number
from coursekit.explore.symmetry_picture import SymmetryPicture
from coursekit.reference import mlp
from coursekit.reference.activations import sigmoid, tanh, tanh_gradient
from coursekit.reference.initializers import symmetric_units
from coursekit.reference.losses import binary_cross_entropy

UNITS = 4  # enough to fence a disc in; and rounding treats four columns alike, so that they stay equal
UPDATES = 600
RATE = 1.0
FRAME = 5  # updates between two pictures while it plays
NUDGES = {"0": 0.0, "0.000001": 1e-6, "0.0001": 1e-4, "0.01": 1e-2, "1": 1.0}


def disc(n: int = 120, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """n points in the plane: half in a disc (target 1), half in a ring around it (target 0).

    Returns X (n, 2) and T (n, 1).
    """
    rng = np.random.default_rng(seed)
    T = np.repeat([1.0, 0.0], n // 2)
    radius = np.where(T == 1, 0.9 * np.sqrt(rng.random(n)), rng.uniform(1.5, 2.2, n))
    angle = rng.uniform(0, 2 * np.pi, n)
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]), T[:, None]


class Training:
    """A network 2-4-1 (tanh, sigmoid) on the disc, by full-batch descent of the cross-entropy.

    Every weight starts at `start` plus `nudge` times a normal draw; biases at 0. Its states are
    kept, so that one may go back and forth in them.
    """

    def __init__(self, start: float, nudge: float, seed: int = 1) -> None:
        self.X, self.T = disc()

        def draw(n_in: int, n_out: int, rng: np.random.Generator) -> np.ndarray:
            return start + nudge * rng.normal(size=(n_in, n_out))

        self._states = [mlp.start([2, UNITS, 1], np.random.default_rng(seed), draw)]
        self._losses: list[float] = []

    def after(self, updates: int) -> mlp.Layers:
        """The layers after so many updates; what is missing is trained now."""
        while len(self._losses) <= updates:
            layers = self._states[-1]
            Z, A = mlp.forward(layers, self.X, tanh, sigmoid)
            self._losses.append(binary_cross_entropy(A[-1], self.T))
            self._states.append(mlp.update(layers, mlp.backward(layers, Z, A, self.T, tanh_gradient), RATE))
        return self._states[updates]

    def losses(self, updates: int) -> np.ndarray:
        """The loss before the first update, and after each: (updates + 1,)."""
        self.after(updates)
        return np.array(self._losses[: updates + 1])

    def columns(self, updates: int) -> np.ndarray:
        """What feeds each hidden unit, a column a unit, its bias below its weights: (3, UNITS)."""
        W, b = self.after(updates)[0]
        return np.vstack([W, b])

    def trails(self, updates: int) -> np.ndarray:
        """The way of each unit's two weights: (updates + 1, 2, UNITS)."""
        self.after(updates)
        return np.array([layers[0][0] for layers in self._states[: updates + 1]])

    def predict(self, updates: int, X: np.ndarray) -> np.ndarray:
        """The probability of the disc at X (N, 2): (N,)."""
        return mlp.predict(self.after(updates), X, tanh, sigmoid)[:, 0]


class Symmetry(Played):
    """The points and the border that is learned, the weights of the units on their way, the loss.

    start: of every weight; nudge: a key of NUDGES, the deviation of what is added to each
    updates: how far training has come. Train goes on from there; nothing moves before it is pressed.
    """

    shows = (
        "Left: points of two classes, a disc and a ring around it, and where the network says disc. Middle: "
        "each hidden unit's two weights as a point, with its way since the start. Right: the weight matrix, "
        "a column a unit, and the loss by updates."
    )

    def __init__(self, start: float = 0.5, nudge: str = "0", updates: int = 0) -> None:
        self.painted = SymmetryPicture(*disc(), UPDATES)
        self._trained: dict[tuple[float, str], Training] = {}
        controls: dict[str, Any] = {
            "start": widgets.Dropdown(
                options=[("all 0.5", 0.5), ("all 0", 0.0)],
                value=start,
                description="Weights start at",
                style=STYLE,
                layout=LAYOUT,
            ),
            "nudge": widgets.SelectionSlider(
                options=list(NUDGES), value=nudge, description="plus noise of", style=STYLE, layout=LAYOUT
            ),
        }
        super().__init__(self.painted.figure, controls, UPDATES, FRAME, updates)

    @property
    def training(self) -> Training:
        key = self.controls["start"].value, self.controls["nudge"].value
        if key not in self._trained:
            self._trained[key] = Training(key[0], NUDGES[key[1]])
        return self._trained[key]

    def draw(self) -> tuple[str, str]:
        self.painted.show(self.training, self.updates)
        return told(self.training, self.updates)


def told(training: Training, updates: int) -> tuple[str, str]:
    """A headline, and sentences: how many units there really are, and what they have learned."""
    columns = training.columns(updates)
    different = symmetric_units(columns)
    apart = float(np.ptp(columns, axis=1).max())
    right = np.mean((training.predict(updates, training.X) > 0.5) == (training.T[:, 0] == 1))
    headline = f"{UNITS} hidden units, {f'{different} different ones' if different > 1 else 'all the same'}"
    differ = f"differ by {number(apart)} at most" if different > 1 else "are equal"
    return headline, (
        f"After {updates} updates the columns of W {differ}; "
        f"the loss is {training.losses(updates)[-1]:.3f}, {100 * right:.0f} % of the points are told right."
    )
