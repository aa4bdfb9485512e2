"""Which orders of the examples explain a fit: how it was shuffled, seen from its losses.

An epoch is one of the few ways to cut so few examples into a row of batches. With a single
feature each way is an affine map of w, so every way can be followed from loss to loss.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from coursekit.checking.compare import numeric, same_shape
from coursekit.reference import minibatch as reference


def explained(run: Any, args: tuple) -> list[frozenset[int]]:
    """For each epoch the cuts (their numbers) that may have led to its loss; [] if no row of cuts explains all."""
    _, X, t, rate, epochs, size, _ = args
    factor, shift = _epochs(X, t, rate, size)
    w, found = np.zeros(1), []
    for loss in _losses_of(run, epochs):
        ends = w[:, None] * factor + shift  # (ways that fit so far, cuts)
        fits = _near(_losses(X, t, ends), loss)
        w = np.unique(ends[fits].round(12))
        found.append(frozenset(np.flatnonzero(fits.any(axis=0)).tolist()))
    return found if np.isclose(w, numeric(run[0]), rtol=1e-3).any() else []


def one_order(run: Any, args: tuple) -> bool:
    """Whether one cut, the same in every epoch, explains all the losses."""
    _, X, t, rate, epochs, size, _ = args
    factor, shift = _epochs(X, t, rate, size)
    w, fits = np.zeros(len(shift)), np.ones(len(shift), dtype=bool)
    for loss in _losses_of(run, epochs):
        w = w * factor + shift
        fits &= _near(_losses(X, t, w), loss)
    return bool(fits.any())


def _losses_of(run: Any, epochs: int) -> np.ndarray:
    """The losses of a run, one for each epoch. Raises Mismatch where they are fewer or more."""
    losses = numeric(run[1])
    same_shape(losses, np.empty(epochs))
    return losses


@functools.cache
def cuts(n: int, size: int) -> list[list[tuple[int, ...]]]:
    """Every way to cut n examples into a row of batches; within a batch the order cannot matter."""
    found = {
        tuple(tuple(sorted(order[first : first + size])) for first in range(0, n, size))
        for order in itertools.permutations(range(n))
    }
    return [list(cut) for cut in sorted(found)]


def epoch(X: np.ndarray, t: np.ndarray, w: np.ndarray, rate: float, cut: Sequence[Any]) -> np.ndarray:
    """w after one update for each batch of `cut`, in turn."""
    for batch in cut:
        index = list(batch)
        w = w - rate * reference.line_gradient(X[index], t[index], w)
    return w


def _epochs(X: np.ndarray, t: np.ndarray, rate: float, size: int) -> tuple[np.ndarray, np.ndarray]:
    """For each cut the factor and the shift of an epoch: w -> factor * w + shift."""
    from_zero, from_one = (
        np.array([epoch(X, t, np.array([w]), rate, cut)[0] for cut in cuts(len(t), size)]) for w in (0.0, 1.0)
    )
    return from_one - from_zero, from_zero


def _losses(X: np.ndarray, t: np.ndarray, w: np.ndarray) -> np.ndarray:
    return 0.5 * np.mean((w[..., None] * X[:, 0] - t) ** 2, axis=-1)


def _near(losses: np.ndarray, loss: float) -> np.ndarray:
    return np.isclose(losses, loss, rtol=1e-4)
