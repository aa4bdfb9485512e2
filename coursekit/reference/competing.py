"""Softmax and maxout: units that compete, so that one output depends on several inputs.

Such a function has no derivative entry by entry; beneath each is its backward pass, from the
gradient of a loss for its output to those for its inputs.
"""

from __future__ import annotations

import numpy as np


def softmax(Z: np.ndarray) -> np.ndarray:
    """Probabilities from scores: each row of the result is positive and sums to 1.

    P_nc = e^Z_nc / sum_k e^Z_nk

    Z: (N, C), one row an example (any shape: over the last axis). Returns the same shape.
    Stable: adding a number to a whole row changes nothing, so the row's own maximum is taken
    away first. The largest term is then e^0 = 1: nothing overflows, and no sum is 0.
    Source: Goodfellow et al., Deep Learning, section 4.1.
    """
    Z = np.asarray(Z)
    E = np.exp(Z - Z.max(axis=-1, keepdims=True))
    return E / E.sum(axis=-1, keepdims=True)


def softmax_backward(Z: np.ndarray, dP: np.ndarray) -> np.ndarray:
    """From the gradient for P = softmax(Z) to that for Z; all of shape (N, C).

    dP_i/dZ_j = P_i (1 if i = j else 0) - P_i P_j, so dZ = P * (dP - sum of dP * P over the row)
    """
    P = softmax(Z)
    return P * (dP - np.sum(dP * P, axis=-1, keepdims=True))


def maxout(X: np.ndarray, W: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The largest of K affine maps, unit by unit.

    A_nm = max_k (X W_k + b_k)_nm

    X: (N, D) inputs, W: (K, D, M), b: (K, M). Returns (N, M). Source: Goodfellow et al. 2013.
    """
    return np.max(X @ W + b[:, np.newaxis, :], axis=0)


def maxout_backward(
    X: np.ndarray, W: np.ndarray, b: np.ndarray, dA: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """From the gradient for A = maxout(X, W, b), (N, M), to those for X, W and b, of their shapes.

    Only the map that gave the maximum hears of the gradient (of several, the first).
    """
    Z = X @ W + b[:, np.newaxis, :]
    winner = np.argmax(Z, axis=0) == np.arange(len(W))[:, np.newaxis, np.newaxis]  # (K, N, M)
    dZ = winner * dA
    dX = np.sum(dZ @ W.transpose(0, 2, 1), axis=0)
    return dX, X.T @ dZ, dZ.sum(axis=1)
