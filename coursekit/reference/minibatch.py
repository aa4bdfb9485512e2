"""A line fitted by gradient descent on a few examples at a time.

Epoch: once through all N examples. Batch: the B examples of one update. Iteration: one
update; an epoch has ceil(N / B) of them. B = N is full-batch, B = 1 stochastic descent.
"""

from __future__ import annotations

import numpy as np


def minibatches(n: int, batch_size: int, rng: np.random.Generator) -> list[np.ndarray]:
    """The indices 0 ... n - 1 in random order, cut into batches.

    Returns ceil(n / batch_size) arrays; every index is in exactly one, the last may be short.
    """
    order = rng.permutation(n)
    return [order[first : first + batch_size] for first in range(0, n, batch_size)]


def line_loss(X: np.ndarray, t: np.ndarray, w: np.ndarray) -> float:
    """Half the mean squared error of a linear model.

    J(w) = 1/(2N) sum_n (x_n . w - t_n)^2

    X: (N, D) inputs, one row an example; t: (N,) targets; w: (D,) weights.
    """
    residual = X @ w - t
    return 0.5 * float(np.mean(residual**2))


def line_gradient(X: np.ndarray, t: np.ndarray, w: np.ndarray) -> np.ndarray:
    """The gradient of `line_loss` in w.

    dJ/dw = X^T (X w - t) / N

    X: (N, D), t: (N,), w: (D,). Returns (D,).
    """
    return X.T @ (X @ w - t) / len(t)


def fit_line(
    X: np.ndarray,
    t: np.ndarray,
    learning_rate: float,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """Fit a linear model by mini-batch gradient descent, from w = 0.

    w <- w - learning_rate * line_gradient(batch),  batches shuffled anew each epoch

    X: (N, D), t: (N,). Returns w (D,) and losses (epochs,): `line_loss` over all the data at
    the end of each epoch.
    """
    w, losses = np.zeros(X.shape[1]), []
    for _ in range(epochs):
        for batch in minibatches(len(t), batch_size, rng):
            w = w - learning_rate * line_gradient(X[batch], t[batch], w)
        losses.append(line_loss(X, t, w))
    return w, np.array(losses)
