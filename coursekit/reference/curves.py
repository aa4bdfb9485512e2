"""Curves and bowls to walk down, each above its derivative.

They are chosen for what gradient descent does on them: several minima, a flat place that is no
minimum, a steep wall, and a bowl with two curvatures.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def waves(x: ArrayLike) -> np.ndarray:
    """f(x) = x^2 / 20 + 2 sin x, several minima (any shape); the lowest is at x = -1.496."""
    x = np.asarray(x, dtype=float)
    return x**2 / 20 + 2 * np.sin(x)


def waves_derivative(x: ArrayLike) -> np.ndarray:
    """f'(x) = x / 10 + 2 cos x, the slope of `waves` (any shape)."""
    x = np.asarray(x, dtype=float)
    return x / 10 + 2 * np.cos(x)


def inflection(x: ArrayLike) -> np.ndarray:
    """f(x) = (x^4 / 4 + x^3) / 5, flat at 0 and lowest at -3 (any shape)."""
    x = np.asarray(x, dtype=float)
    return (x**4 / 4 + x**3) / 5


def inflection_derivative(x: ArrayLike) -> np.ndarray:
    """f'(x) = x^2 (x + 3) / 5, the slope of `inflection` (any shape).

    Zero at 0 without a change of sign: stationary, and neither minimum nor maximum.
    """
    x = np.asarray(x, dtype=float)
    return x**2 * (x + 3) / 5


def wall(x: ArrayLike) -> np.ndarray:
    """f(x) = x^2 left of 0, x^2 + x^4 right of it (any shape)."""
    x = np.asarray(x, dtype=float)
    return x**2 + np.maximum(x, 0) ** 4


def wall_derivative(x: ArrayLike) -> np.ndarray:
    """f'(x) = 2x left of 0, 2x + 4x^3 right of it, the slope of `wall` (any shape)."""
    x = np.asarray(x, dtype=float)
    return 2 * x + 4 * np.maximum(x, 0) ** 3


def bowl(point: ArrayLike, curvatures: ArrayLike) -> np.ndarray:
    """f(p) = (k_1 p_1^2 + ... + k_D p_D^2) / 2.

    point: (..., D), one row a point; curvatures k: (D,). Returns (...).
    """
    return np.sum(np.asarray(curvatures) * np.asarray(point) ** 2, axis=-1) / 2


def bowl_gradient(point: ArrayLike, curvatures: ArrayLike) -> np.ndarray:
    """df/dp_i = k_i p_i: each axis by itself.

    point: (..., D), curvatures: (D,). Returns (..., D). One step of gradient descent multiplies
    p_i by 1 - learning_rate * k_i.
    """
    return np.asarray(curvatures) * np.asarray(point)
