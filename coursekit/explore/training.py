"""A small network in training, and the plane as its layers see it: the numbers of the playground."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from coursekit.explore import planes
from coursekit.explore.drawing import fixed
from coursekit.reference import initializers, losses, mlp
from coursekit.reference.activations import ELEMENTWISE, sigmoid

ASLEEP = 0.005  # a unit learns nothing to speak of from an example where its slope is below
FAR = 1e6  # weights beyond have run away

Draw = Callable[[int, int, np.random.Generator], np.ndarray]

STARTS: dict[str, Draw] = {
    "he": initializers.he_normal,
    "glorot": initializers.glorot_uniform,
    "lecun": initializers.lecun_normal,
    "wide": lambda n_in, n_out, rng: rng.normal(0, 3, (n_in, n_out)),
    "equal": lambda n_in, n_out, rng: np.full((n_in, n_out), 0.5),
}


class Training:
    """Full-batch gradient descent on data in the plane: hidden layers of one width, one sigmoid output.

    data: a key of planes.DATA; activation: a key of ELEMENTWISE; start: a key of STARTS
    layers: how many hidden ones at first, then the network's weights, [(W, b), ...] as in mlp
    Z, A: what mlp.forward gives for the examples; losses: the mean cross-entropy after each update
    """

    def __init__(self, data: str, layers: int, units: int, activation: str, start: str, seed: int) -> None:
        self.X, self.T = planes.load(data)
        self.activation, (self.f, self.slope) = activation, ELEMENTWISE[activation]
        widths = [2, *[units] * layers, 1]
        self.layers = mlp.start(widths, np.random.default_rng(seed), STARTS[start])
        self.losses: list[float] = []
        self._look()

    def update(self, rate: float) -> None:
        """One step of gradient descent; weights that have run away stay where they are."""
        if self.ran_away:
            return
        with np.errstate(over="ignore", invalid="ignore"):  # too large a rate is shown, not warned of
            grads = mlp.backward(self.layers, self.Z, self.A, self.T, self.slope)
            self.layers = mlp.update(self.layers, grads, rate)
            self._look()

    def _look(self) -> None:
        self.Z, self.A = mlp.forward(self.layers, self.X, self.f, sigmoid)
        self.losses.append(losses.binary_cross_entropy(self.A[-1], self.T))

    @property
    def updates(self) -> int:
        return len(self.losses) - 1

    @property
    def ran_away(self) -> bool:
        return not all(np.abs(W).max() < FAR for W, _ in self.layers)

    @property
    def right(self) -> int:
        """How many examples are on the right side of ½."""
        return int(np.sum((self.A[-1] > 0.5) == self.T))

    def awake(self) -> np.ndarray:
        """(hidden layers, units): the share of examples from which a unit learns: where it has a slope."""
        return np.array([np.mean(np.abs(self.slope(Z)) >= ASLEEP, axis=0) for Z in self.Z[:-1]])

    def through(self, P: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Points P (N, 2) after the hidden layers, (N, units), and the probability of class 1, (N,)."""
        _, A = mlp.forward(self.layers, P, self.f, sigmoid)
        return A[-2], A[-1][:, 0]

    def told(self) -> tuple[str, str]:
        """A headline, and a sentence on what hinders the hidden units, or on what they do."""
        loss = f"loss {fixed(self.losses[-1], 3)}" if np.isfinite(self.losses[-1]) else "no loss"
        return f"Update {self.updates}: {loss}, {self.right} of {len(self.X)} right", self._units()

    def _units(self) -> str:
        if self.ran_away:
            return "The weights have run away: start again, with a smaller rate."
        if not self.updates:
            return "Not trained yet."
        if self.activation == "linear":
            return "No activation: the hidden layers are one affine map, and the grid stays a parallelogram."
        if self.activation == "step":
            return "The step has no slope: no hidden unit ever changes, only the output's weights do."
        awake = self.awake()
        asleep, units = int(np.sum(awake == 0)), awake.size
        if not asleep:
            return f"Each of the {units} hidden units learns from some examples."
        why = "is 0 for every example" if self.activation == "relu" else "has no slope for any example"
        what = "dead" if self.activation == "relu" else "saturated"
        return f"{asleep} of {units} hidden units {'is' if asleep == 1 else 'are'} {what}: such a unit {why}."


def directions(hidden: np.ndarray, w: np.ndarray, before: np.ndarray | None = None) -> np.ndarray:
    """Two directions of the last hidden layer to look along, (units, 2); of two units, the units themselves.

    hidden: (N, units) of the examples; w: (units,) of the output; before: what was looked along before

    With more units, the first direction is the one that the output measures, so that what it calls ½
    is an upright line; the second is the one in which the examples differ most besides.
    """
    units = len(w)
    if units == 2:
        return np.eye(2)
    length = np.linalg.norm(w)
    first = w / length if length > 0 else np.eye(units)[0]
    rest = hidden - hidden.mean(axis=0)
    rest = rest - np.outer(rest @ first, first)
    second = np.linalg.eigh(rest.T @ rest)[1][:, -1] if units > 1 else np.zeros(1)
    if before is not None and len(before) == units and second @ before[:, 1] < 0:
        second = -second  # both signs are as good: the picture must not jump
    return np.column_stack([first, second])
