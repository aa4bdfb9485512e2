"""Data in the plane, in two classes: some that a line can tell apart, and some that it cannot."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

EXAMPLES = 500
WIDE = 2.2  # the pictures show both features within +-WIDE

Drawn = tuple[np.ndarray, np.ndarray]  # points (n, 2) and their classes (n,), 0 or 1


def _blobs(n: int, rng: np.random.Generator) -> Drawn:
    t = np.arange(n) % 2
    return np.array([[-0.9, -0.5], [0.9, 0.5]])[t] + rng.normal(0, 0.38, (n, 2)), t


def _xor(n: int, rng: np.random.Generator) -> Drawn:
    corner = np.arange(n) % 4  # counted round the square: neighbours differ
    corners = 1.1 * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    return corners[corner] + rng.normal(0, 0.28, (n, 2)), corner % 2


def _circles(n: int, rng: np.random.Generator) -> Drawn:
    t = np.arange(n) % 2
    radius = np.where(t == 0, 0.6 * np.sqrt(rng.random(n)), 1.6 + rng.normal(0, 0.12, n))
    return _polar(radius, rng.uniform(0, 2 * np.pi, n)), t


def _moons(n: int, rng: np.random.Generator) -> Drawn:
    t = np.arange(n) % 2
    upper = _polar(np.full(n, 1.2), rng.uniform(0, np.pi, n)) - np.array([0.6, 0.3])
    return np.where(t == 0, 1, -1)[:, np.newaxis] * upper + rng.normal(0, 0.13, (n, 2)), t


def _spiral(n: int, rng: np.random.Generator) -> Drawn:
    t, turn = np.arange(n) % 2, np.sqrt(rng.uniform(0.02, 1, n))  # the root: evenly along the arms
    return _polar(1.9 * turn, 3 * np.pi * turn + np.pi * t) + rng.normal(0, 0.05, (n, 2)), t


def _polar(radius: np.ndarray, angle: np.ndarray) -> np.ndarray:
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])


DATA: dict[str, Callable[[int, np.random.Generator], Drawn]] = {
    "blobs": _blobs,
    "xor": _xor,
    "moons": _moons,
    "circles": _circles,
    "spiral": _spiral,
}


def load(name: str, n: int = EXAMPLES, seed: int = 0) -> Drawn:
    """Examples X (n, 2) and targets T (n, 1) of 0 and 1, half of each; equal seeds give equal ones."""
    X, t = DATA[name](n, np.random.default_rng(seed))
    return X, t[:, np.newaxis].astype(float)
