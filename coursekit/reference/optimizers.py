"""Optimizers: what is done with a gradient. Each is one step, all with one signature.

    w, state = optimizer(w, gradient, state, learning_rate)

w, gradient: the same shape, any. state is what the optimizer remembers from step to step, None
before the first one. Backpropagation computes gradients; an optimizer uses them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Step = tuple[np.ndarray, Any]  # the new parameters, and the state for the next step


def descent(w: np.ndarray, gradient: np.ndarray, state: None = None, learning_rate: float = 0.01) -> Step:
    """Plain gradient descent: w <- w - learning_rate * g. Remembers nothing."""
    return w - learning_rate * gradient, None


def momentum(
    w: np.ndarray,
    gradient: np.ndarray,
    state: np.ndarray | None = None,
    learning_rate: float = 0.01,
    beta: float = 0.9,
) -> Step:
    """Gradient descent with momentum: a velocity v gathers the gradients.

    v <- beta v + g,  w <- w - learning_rate * v

    The learning rate multiplies v unchanged: a constant gradient ends up counting 1 / (1 - beta) times.
    Source: Polyak 1964; Goh, Why Momentum Really Works, Distill 2017.
    """
    v = gradient + (0 if state is None else beta * state)
    return w - learning_rate * v, v


def rmsprop(
    w: np.ndarray,
    gradient: np.ndarray,
    state: np.ndarray | None = None,
    learning_rate: float = 0.01,
    rho: float = 0.99,
    epsilon: float = 1e-8,
) -> Step:
    """RMSprop: each entry's gradient, divided by the root of its mean square.

    s <- rho s + (1 - rho) g²,  w <- w - learning_rate * g / (√s + epsilon)

    s is a mean that forgets (AdaGrad's is a sum that only grows). Source: Tieleman and Hinton 2012.
    """
    s = (1 - rho) * gradient**2 + (0 if state is None else rho * state)
    return w - learning_rate * gradient / (np.sqrt(s) + epsilon), s


def adam(
    w: np.ndarray,
    gradient: np.ndarray,
    state: tuple[np.ndarray, np.ndarray, int] | None = None,
    learning_rate: float = 0.001,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
) -> Step:
    """Adam: momentum and RMSprop, both corrected for their start at 0.

    m <- beta1 m + (1 - beta1) g,   v <- beta2 v + (1 - beta2) g²
    m̂ = m / (1 - beta1^t),  v̂ = v / (1 - beta2^t),  w <- w - learning_rate * m̂ / (√v̂ + epsilon)

    t counts the steps from 1. Without the correction the first steps are too long: √v is still
    far below |g|. Source: Kingma and Ba 2015, algorithm 1.
    """
    m, v, t = (np.zeros_like(gradient), np.zeros_like(gradient), 0) if state is None else state
    m, v, t = beta1 * m + (1 - beta1) * gradient, beta2 * v + (1 - beta2) * gradient**2, t + 1
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - learning_rate * m_hat / (np.sqrt(v_hat) + epsilon), (m, v, t)
