"""Losses, each above its derivative. y is what a network says, t what is true.

Always say which is meant: a sum or a mean, with or without ½, and the derivative by what.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from coursekit.reference.activations import softmax

SMALLEST = math.exp(-100)  # log is cut here, at -100, so that a loss stays finite (torch does the same)


def squared_error(y: ArrayLike, t: ArrayLike) -> float:
    """Half the squared error, summed over all entries.

    J = ½ Σ (y - t)²

    y, t: the same shape, any. The ½ takes away the 2 of the derivative.
    """
    return 0.5 * float(np.sum(np.square(np.subtract(y, t))))


def squared_error_gradient(y: ArrayLike, t: ArrayLike) -> np.ndarray:
    """The derivative of `squared_error` by y.

    dJ/dy = y - t

    y, t: the same shape, any. (A framework's mean squared error gives 2 (y - t) / N.)
    """
    return np.subtract(y, t)


def binary_cross_entropy(y: ArrayLike, t: ArrayLike) -> float:
    """Cross-entropy of yes-or-no answers, averaged over all entries.

    J = -mean(t log y + (1 - t) log(1 - y))

    y: probabilities in [0, 1], t: targets in [0, 1], the same shape, any. The minus makes it a loss:
    log y <= 0, so without it descending would make right answers less likely. At y = 0 and
    y = 1 the logarithm is cut at -100. Source: Bishop, Pattern Recognition and Machine Learning, 4.3.2.
    """
    y, t = np.asarray(y, dtype=float), np.asarray(t, dtype=float)
    yes, no = np.log(np.maximum(y, SMALLEST)), np.log(np.maximum(1 - y, SMALLEST))
    return -float(np.mean(t * yes + (1 - t) * no))


def binary_cross_entropy_gradient(y: ArrayLike, t: ArrayLike) -> np.ndarray:
    """The derivative of each entry's own cross-entropy by its y (no mean).

    dJ/dy = (y - t) / (y (1 - y))

    y in (0, 1), t in [0, 1], the same shape, any. With y = σ(a) the denominator is dy/da, so
    dJ/da = y - t: no factor that vanishes where the answer is badly wrong.
    """
    y = np.asarray(y, dtype=float)
    return (y - t) / (y * (1 - y))


def cross_entropy(P: np.ndarray, T: np.ndarray) -> float:
    """Cross-entropy of several classes, summed over classes and averaged over examples.

    J = -1/N Σ_n Σ_c T_nc log P_nc

    P: (N, C) probabilities, T: (N, C) targets (one-hot rows). The logarithm is cut at -100.
    """
    return -float(np.sum(T * np.log(np.maximum(P, SMALLEST)))) / len(P)


def softmax_cross_entropy(Z: np.ndarray, y: np.ndarray) -> float:
    """Cross-entropy of the softmax of Z, averaged over the examples.

    J = mean_n (log Σ_c exp Z_nc - Z_n,y_n)

    Z: (N, C) logits, y: (N,) integer labels. The largest logit of each row is subtracted first: that
    changes nothing in exact arithmetic, and no exponential can overflow.
    """
    Z = Z - Z.max(axis=1, keepdims=True)
    return float(np.mean(np.log(np.exp(Z).sum(axis=1)) - Z[np.arange(len(y)), y]))


def softmax_cross_entropy_gradient(Z: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The derivative of `softmax_cross_entropy` by Z.

    dJ/dZ = (P - Y) / N,  P = softmax(Z), Y the labels one-hot

    Z: (N, C) logits, y: (N,) integer labels. Returns (N, C); each row sums to 0. Stable as softmax is.
    Source: Goodfellow, Bengio and Courville, Deep Learning, 6.2.2.3.
    """
    Y = np.arange(Z.shape[1]) == np.asarray(y)[:, np.newaxis]
    return (softmax(Z) - Y) / len(y)
