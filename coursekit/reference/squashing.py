"""Step, linear, sigmoid and tanh: the first activation functions, each above its derivative.

Every function takes any shape and works entry by entry; float32 stays float32.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def step(z: ArrayLike) -> np.ndarray:
    """The threshold unit: 1 where z > 0, else 0 (any shape).

    Source: McCulloch & Pitts 1943; Rosenblatt's perceptron 1958.
    """
    return np.heaviside(z, 0.0)


def step_gradient(z: ArrayLike) -> np.ndarray:
    """0 everywhere (any shape): at 0 there is none, elsewhere nothing changes, so nothing is learned."""
    return np.zeros_like(z, dtype=np.result_type(z, np.float32))


def linear(z: ArrayLike) -> np.ndarray:
    """The identity: z (any shape)."""
    return np.array(z)


def linear_gradient(z: ArrayLike) -> np.ndarray:
    """1 everywhere (any shape)."""
    return np.ones_like(z, dtype=np.result_type(z, np.float32))


def sigmoid(z: ArrayLike) -> np.ndarray:
    """The logistic function, between 0 and 1 (any shape).

    σ(z) = 1 / (1 + e^-z) = e^z / (1 + e^z)

    Stable: e^-|z| is at most 1, so nothing overflows; it is the e^-z of the first form where
    z >= 0 and the e^z of the second where z < 0. Small values keep all their digits.
    """
    z = np.asarray(z)
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, e) / (1 + e)


def sigmoid_gradient(z: ArrayLike) -> np.ndarray:
    """σ'(z) = σ(z) (1 - σ(z)), at most 1/4, at z = 0 (any shape; z is the input).

    Computed as σ(z) σ(-z), which is the same and loses no digits where σ(z) is near 1. The form
    e^-z / (1 + e^-z)^2 overflows far left of 0.
    """
    z = np.asarray(z)
    return sigmoid(z) * sigmoid(-z)


def tanh(z: ArrayLike) -> np.ndarray:
    """The hyperbolic tangent, between -1 and 1 (any shape).

    tanh(z) = (e^z - e^-z) / (e^z + e^-z) = 2 σ(2z) - 1

    NumPy's own is stable: it never forms e^z where that is large.
    """
    return np.tanh(z)


def tanh_gradient(z: ArrayLike) -> np.ndarray:
    """tanh'(z) = 1 - tanh(z)^2, at most 1, at z = 0 (any shape; z is the input).

    Computed as 4 σ(2z) σ(-2z), which is the same and loses no digits where tanh(z) is near 1.
    """
    return 4 * sigmoid_gradient(2 * np.asarray(z))
