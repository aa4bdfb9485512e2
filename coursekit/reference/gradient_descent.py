"""Gradient descent: the slope of a curve, and walking down it.

On f(x) = x^2 one step multiplies x by the same factor: x <- (1 - 2 learning_rate) x.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

Function = Callable[[Any], Any]  # of a number or of each entry of an array


def grid() -> np.ndarray:
    """Points from -10 to 10 with a gap of 0.1, both ends among them.

    x_i = -10 + 0.1 i,  i = 0 ... 200

    Returns (201,). Counted points (`linspace`) rather than a step (`arange`): a step of 0.1
    is not exact in binary, so `arange(-10, 10, 0.1)` misses the end.
    """
    return np.linspace(-10.0, 10.0, 201)


def parabola(x: ArrayLike) -> np.ndarray:
    """f(x) = x^2, for each entry of x (any shape)."""
    return np.asarray(x) ** 2


def derivative(x: ArrayLike) -> np.ndarray:
    """f'(x) = 2x, the slope of the parabola at each entry of x (any shape)."""
    return 2 * np.asarray(x)


def numerical_derivative(f: Function, x: ArrayLike, h: float = 1e-5) -> np.ndarray:
    """The slope of f at x by a central difference.

    f'(x) ~ (f(x + h) - f(x - h)) / 2h

    x: any shape, f is applied to each entry. The error shrinks with h^2 (a one-sided
    difference: with h) until rounding, about 1e-16 / h, takes over; h = 1e-5 balances the two.
    Source: Press et al., Numerical Recipes, section 5.7.
    """
    x = np.asarray(x, dtype=float)
    return (f(x + h) - f(x - h)) / (2 * h)


def step(x: ArrayLike, gradient: ArrayLike, learning_rate: float) -> np.ndarray:
    """One step of gradient descent: x - learning_rate * gradient, a new array (any shape)."""
    return np.asarray(x) - learning_rate * np.asarray(gradient)


def descend(gradient: Function, start: float, learning_rate: float = 0.1, steps: int = 50) -> np.ndarray:
    """The path of gradient descent from `start`.

    x_{k+1} = x_k - learning_rate * gradient(x_k)

    Returns (steps + 1,): the start first, each later point after one step more.
    """
    path = [float(start)]
    for _ in range(steps):
        path.append(path[-1] - learning_rate * gradient(path[-1]))
    return np.array(path)


def regime(learning_rate: float, curvature: float = 2.0) -> str:
    """What gradient descent does on f(x) = curvature * x^2 / 2, by the factor of one step.

    x <- (1 - learning_rate * curvature) x

    Returns "still" (factor 1), "steady" (between 0 and 1), "one-step" (0), "zigzag" (between
    -1 and 0), "cycle" (-1) or "diverges" (below -1). x^2 has curvature 2. Factors within
    1e-9 of a border count as on it: 0.1 * 10 is 1, whatever the last bit says.
    """
    factor = 1 - learning_rate * curvature
    for border, name in ((1, "still"), (0, "one-step"), (-1, "cycle")):
        if abs(factor - border) < 1e-9:
            return name
    return "steady" if factor > 0 else "zigzag" if factor > -1 else "diverges"


def steps_to_reach(learning_rate: float, start: float, tolerance: float) -> int | None:
    """The least number of steps k after which |x_k| <= tolerance on x^2; None where it never comes.

    |x_k| = |1 - 2 learning_rate|^k |start|
    """
    factor = abs(1 - 2 * learning_rate)
    distance, steps = abs(start), 0
    while distance > tolerance:
        if factor >= 1:
            return None
        distance *= factor
        steps += 1
    return steps
