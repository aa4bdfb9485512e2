"""Maxout: the largest of several affine maps."""

from __future__ import annotations

import numpy as np

from coursekit.checking import Case, Exercise, Mistake
from coursekit.exercises.activations.telling import NEAR
from coursekit.reference import activations as reference


def _maxout_cases(rng: np.random.Generator) -> list[Case]:
    X, W, b = np.array([[1.0], [-2.0]]), np.array([[[1.0]], [[-1.0]]]), np.array([[0.5], [0.0]])
    whole = (
        np.array([[1, 2], [0, -1], [3, 1]]),
        np.array([[[1, 0], [2, -1]], [[-1, 1], [0, 1]]]),
        np.array([[0, 1], [2, -1]]),
    )
    sizes = [(1, 3, 2, 2), (3, 2, 3, 3), (4, 2, 3, 2), (2, 2, 2, 2), (5, 3, 1, 2), (2, 3, 4, 1)]
    made = [
        (rng.normal(size=(N, D)), rng.normal(size=(K, D, M)), rng.normal(0, 2, (K, M)))
        for N, D, K, M in sizes
    ]
    return [Case(args, kind=_sizes(*args)) for args in [(X, W, b), whole, *made]]


def _sizes(X: np.ndarray, W: np.ndarray, b: np.ndarray) -> str:
    return f"{len(X)} examples of {X.shape[1]} features, {W.shape[2]} units of {len(W)} maps"


maxout = Exercise(
    id="activations.maxout",
    title="Maxout",
    signature="maxout(X, W, b)",
    reference=reference.maxout,
    cases=_maxout_cases,
    compare=NEAR,
    core=False,
    points=2,
    mistakes=(
        Mistake(
            "mean",
            "this is the mean of the maps; the largest was asked for",
            lambda X, W, b: np.mean(X @ W + b[:, None], axis=0),
        ),
        Mistake(
            "sum",
            "this is the sum of the maps; the largest was asked for",
            lambda X, W, b: np.sum(X @ W + b[:, None], axis=0),
        ),
        Mistake(
            "bias-after",
            "the largest bias is added to the largest X W; each map has its own bias, added before the maximum",
            lambda X, W, b: np.max(X @ W, axis=0) + np.max(b, axis=0),
        ),
        Mistake(
            "wrong-axis",
            "the largest is taken over the M units; it belongs to the K maps",
            lambda X, W, b: np.max(X @ W + b[:, None], axis=2),
            lambda X, W, b: np.max(X @ W + b[:, None], axis=2).T,
        ),
        Mistake(
            "over-examples",
            "the largest is taken over the N examples; it belongs to the K maps",
            lambda X, W, b: np.max(X @ W + b[:, None], axis=1),
        ),
        Mistake("least", "this is the least of the maps", lambda X, W, b: np.min(X @ W + b[:, None], axis=0)),
        Mistake("bias-missing", "the biases are not added", lambda X, W, b: np.max(X @ W, axis=0)),
        Mistake(
            "bias-along-examples",
            "the bias (K, M) broadcasts against X W (K, N, M) as if its rows were examples: b[:, None, :] fits",
            lambda X, W, b: np.max(X @ W + b, axis=0),
        ),
    ),
    hints=(
        "Each of the K maps gives (N, M): `X @ W[k] + b[k]`. Then the largest of the K, entry by entry.",
        "`X @ W` has the shape (K, N, M) at once; b needs an axis for the examples: `b[:, None, :]`.",
    ),
)
