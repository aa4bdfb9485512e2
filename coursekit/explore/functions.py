"""The activation functions to choose from, each with its slope, its range in words and its parameter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from coursekit.explore.drawing import short
from coursekit.reference import activations as reference
from coursekit.reference.activations import ELEMENTWISE
from coursekit.reference.rectifiers import SELU_ALPHA, SELU_SCALE

LEAST = 0.2784645  # z σ(z) falls to -LEAST, at z = -1.2784645; z σ(βz) = βz σ(βz) / β to -LEAST / β

Curve = Callable[[np.ndarray, float], np.ndarray]  # of inputs z (N,) and the parameter


@dataclass(frozen=True)
class Parameter:
    """What can be set: as a slider shows it."""

    label: str
    value: float
    low: float
    high: float
    step: float

    @property
    def digits(self) -> int:
        return 0 if self.step == 1 else 2


@dataclass(frozen=True)
class Shape:
    """An activation function. within: its range in words, for a value of the parameter."""

    name: str
    formula: str
    f: Curve
    slope: Curve
    within: Callable[[float], str]
    parameter: Parameter | None = None


def _fixed(key: str, name: str, formula: str, within: str) -> Shape:
    f, slope = ELEMENTWISE[key]
    return Shape(name, formula, lambda z, p: f(z), lambda z, p: slope(z), lambda p: within)


def _lines(pieces: float) -> tuple[np.ndarray, np.ndarray]:
    """Slopes W (K, 1, 1) and heights b (K, 1) of K lines that touch one parabola."""
    slopes = np.linspace(-1, 1, int(pieces))
    return slopes[:, None, None], 1 - slopes[:, None] ** 2


def _maxout(z: np.ndarray, pieces: float) -> np.ndarray:
    return reference.maxout(z[:, None], *_lines(pieces))[:, 0]


def _maxout_slope(z: np.ndarray, pieces: float) -> np.ndarray:
    dX, _, _ = reference.maxout_backward(z[:, None], *_lines(pieces), np.ones((len(z), 1)))
    return dX[:, 0]


def _scores(z: np.ndarray, classes: float) -> np.ndarray:
    """(N, C): the first class has the score z, all others 0."""
    return np.column_stack([z, np.zeros((len(z), int(classes) - 1))])


def _softmax(z: np.ndarray, classes: float) -> np.ndarray:
    return reference.softmax(_scores(z, classes))[:, 0]


def _softmax_slope(z: np.ndarray, classes: float) -> np.ndarray:
    Z = _scores(z, classes)
    return reference.softmax_backward(Z, np.eye(int(classes))[[0] * len(z)])[:, 0]


FUNCTIONS = {
    "step": _fixed("step", "step", r"$1$ where $z > 0$, else $0$", "0 or 1"),
    "linear": _fixed("linear", "linear", "$z$", "any number"),
    "sigmoid": _fixed("sigmoid", "sigmoid", r"$\sigma(z) = 1/(1 + e^{-z})$", "between 0 and 1"),
    "tanh": _fixed("tanh", "tanh", r"$(e^z - e^{-z})/(e^z + e^{-z})$", "between −1 and 1"),
    "relu": _fixed("relu", "ReLU", r"$\max(0, z)$", "0 and above"),
    "leaky_relu": Shape(
        "leaky ReLU; parametric ReLU learns its slope",
        r"$z$ where $z > 0$, else $\alpha z$",
        reference.leaky_relu,
        reference.leaky_relu_gradient,
        lambda slope: "any number" if slope > 0 else "0 and above",
        Parameter("Slope α", 0.1, 0.0, 2.0, 0.01),
    ),
    "elu": Shape(
        "ELU",
        r"$z$ where $z > 0$, else $\alpha\,(e^z - 1)$",
        reference.elu,
        reference.elu_gradient,
        lambda alpha: f"above {short(-alpha)}",
        Parameter("Depth α", 1.0, 0.1, 3.0, 0.1),
    ),
    "selu": _fixed(
        "selu",
        "SELU",
        r"$1.05\,\mathrm{ELU}(z)$ with $\alpha = 1.67$",
        f"above {short(-SELU_SCALE * SELU_ALPHA)}",
    ),
    "gelu": _fixed("gelu", "GELU", r"$z\,\Phi(z)$", "−0.17 and above"),
    "swish": Shape(
        "Swish (SiLU where β = 1)",
        r"$z\,\sigma(\beta z)$",
        reference.swish,
        reference.swish_gradient,
        lambda beta: f"{short(-round(LEAST / beta, 3))} and above",
        Parameter("Steepness β", 1.0, 0.1, 10.0, 0.1),
    ),
    "mish": _fixed("mish", "Mish", r"$z\,\tanh(\ln(1 + e^z))$", "−0.309 and above"),
    "glu": Shape(
        "GLU, at one value of its gate",
        r"$z\,\sigma(b)$, where $b$ has weights of its own",
        lambda z, b: reference.glu(z, np.full_like(z, b)),
        lambda z, b: reference.glu_gradients(z, np.full_like(z, b))[0],
        lambda b: "any number",
        Parameter("Gate's input b", 1.0, -5.0, 5.0, 0.1),
    ),
    "maxout": Shape(
        "maxout",
        r"the largest of $K$ lines, all learned",
        _maxout,
        _maxout_slope,
        lambda pieces: "from the lowest corner up",
        Parameter("Lines K", 4, 2, 9, 1),
    ),
    "softmax": Shape(
        "softmax, one class of C",
        r"$e^z / (e^z + C - 1)$, other scores 0",
        _softmax,
        _softmax_slope,
        lambda classes: "between 0 and 1, and the outputs share a sum of 1",
        Parameter("Classes C", 3, 2, 10, 1),
    ),
}
