"""Gradient check: is a gradient the slope of its function?

A finite difference costs two more evaluations a parameter; backpropagation costs a few
evaluations for all of them together. So differences check, and backpropagation computes.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

Loss = Callable[[np.ndarray], float]  # of all the parameters at once


def numerical_gradient(f: Loss, theta: ArrayLike, h: float = 1e-5) -> np.ndarray:
    """The gradient of f at theta by central differences, one entry at a time.

    g_i = (f(theta + h e_i) - f(theta - h e_i)) / 2h

    f: takes an array like theta and gives a number; theta: any shape. Returns theta's shape.
    """
    theta = np.asarray(theta, dtype=float)
    gradient = np.empty(theta.shape)
    for i in np.ndindex(theta.shape):
        step = np.zeros(theta.shape)
        step[i] = h
        gradient[i] = (f(theta + step) - f(theta - step)) / (2 * h)
    return gradient


def gradient_check(f: Loss, theta: ArrayLike, gradient: ArrayLike, h: float = 1e-5) -> float:
    """How far a gradient is from the numerical one, relative to their size.

    ‖num - g‖ / (‖num‖ + ‖g‖),  ‖·‖ the root of the sum of squares over all entries

    f: takes an array like theta and gives a number; theta and gradient: the same shape, any.
    0 where both gradients are 0. As a rule of thumb: 1e-7 and less is right, 1e-3 and more is a
    mistake. Source: Stanford CS231n, notes on gradient checks.
    """
    numerical = numerical_gradient(f, theta, h)
    sizes = np.linalg.norm(numerical) + np.linalg.norm(gradient)
    return float(np.linalg.norm(numerical - gradient) / sizes) if sizes > 0 else 0.0
