"""What layers do together: a stack without activations, units that are dead or saturated, the last layer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike


def collapse(weights: Sequence[np.ndarray], biases: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """The one affine map X W + b that linear layers in a row are.

    (X W_1 + b_1) W_2 + b_2 = X (W_1 W_2) + (b_1 W_2 + b_2), and so on

    weights: W_k of shape (D_k-1, D_k), first layer first; biases: b_k of shape (D_k,).
    Returns W (D_0, D_last) and b (D_last,). Raises ValueError where there is no layer.
    """
    if len(weights) == 0 or len(weights) != len(biases):
        raise ValueError(f"as many biases as weights, and at least one: {len(weights)} and {len(biases)}")
    W, b = np.asarray(weights[0]), np.asarray(biases[0])
    for W_next, b_next in zip(weights[1:], biases[1:], strict=True):
        W, b = W @ W_next, b @ W_next + b_next
    return W, b


def dead_fraction(A: np.ndarray) -> float:
    """The share of units that give 0 for every example, and so have no gradient and never change.

    A: (N, H) outputs of a ReLU layer, one row an example. Raises ValueError where A holds nothing.
    """
    A = np.asarray(A)
    if A.ndim != 2 or A.size == 0:
        raise ValueError(f"A is (N, H) with at least one example and one unit; it is {A.shape}")
    return float(np.mean(np.all(A == 0, axis=0)))


def saturated_fraction(S: ArrayLike, low: float = 0.05, high: float = 0.95) -> float:
    """The share of sigmoid outputs that are below `low` or above `high`, where s (1 - s) is small.

    S: any shape. At the usual limits the derivative is below 0.0475, a fifth of its maximum 1/4.
    Raises ValueError where S holds nothing.
    """
    outputs = np.asarray(S)
    if outputs.size == 0:
        raise ValueError("a share of no outputs")
    return float(np.mean((outputs < low) | (outputs > high)))


def output_layer(problem: str) -> tuple[str, str, str]:
    """The output layer for a kind of problem: (units, activation, loss).

    "regression": one number without limits. "binary": the probability of a yes. "multiclass":
    one of C classes is right, so the probabilities share a sum of 1. "multilabel": each of C
    labels may be right by itself, so each has a probability of its own.
    Raises ValueError for another problem.
    """
    layers = {
        "regression": ("1", "linear", "mse"),
        "binary": ("1", "sigmoid", "bce"),
        "multiclass": ("C", "softmax", "cross-entropy"),
        "multilabel": ("C", "sigmoid", "bce"),
    }
    if problem not in layers:
        raise ValueError(f"no problem {problem!r}; there are: {', '.join(layers)}")
    return layers[problem]
