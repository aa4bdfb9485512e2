"""One neuron with a sigmoid: logistic regression."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from coursekit.reference.activations import sigmoid
from coursekit.reference.losses import binary_cross_entropy


def neuron(X: np.ndarray, w: np.ndarray, b: float) -> np.ndarray:
    """y = σ(X w + b), the probability of "yes" for each example.

    X: (N, D) inputs, one row an example; w: (D,); b: a number. Returns (N,). The bias shifts the
    place where y = ½ away from 0. Source: Bishop, Pattern Recognition and Machine Learning, 4.3.2.
    """
    return sigmoid(X @ w + b)


def sigmoid_gradient(s: ArrayLike) -> np.ndarray:
    """The derivative of the sigmoid in terms of its **output** s = σ(a).

    dσ/da = s (1 - s)

    s: any shape. (`activations.sigmoid_gradient` takes the input a.)
    """
    s = np.asarray(s)
    return s * (1 - s)


def logistic_loss(X: np.ndarray, t: np.ndarray, w: np.ndarray, b: float) -> float:
    """The mean cross-entropy of `neuron`.

    J = -mean(t log y + (1 - t) log(1 - y)),  y = σ(X w + b)

    X: (N, D), t: (N,) targets in [0, 1], w: (D,), b: a number.
    """
    return binary_cross_entropy(neuron(X, w, b), t)


def logistic_gradients(X: np.ndarray, t: np.ndarray, w: np.ndarray, b: float) -> tuple[np.ndarray, float]:
    """The gradients of `logistic_loss` by w and b.

    dJ/dw = X^T (y - t) / N,  dJ/db = mean(y - t)

    The sigmoid's derivative y (1 - y) is gone: that of the cross-entropy, (y - t) / (y (1 - y)),
    has it below. Returns dw (D,) and db, a number.
    """
    error = neuron(X, w, b) - t
    return X.T @ error / len(t), float(np.mean(error))
