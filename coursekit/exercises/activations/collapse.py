"""Linear layers in a row are one affine map."""

from __future__ import annotations

import itertools
from functools import reduce

import numpy as np

from coursekit.checking import Case, Exercise, Mistake
from coursekit.exercises.activations.telling import NEAR
from coursekit.reference import layers as reference


def _collapse_cases(rng: np.random.Generator) -> list[Case]:
    whole = ([np.array([[1, 2], [0, 1]]), np.array([[1, 0], [3, -1]])], [np.array([1, 2]), np.array([0, 2])])
    return [
        Case(whole, kind="two layers of whole numbers"),
        *[
            Case(_stack(rng, *widths), kind=f"widths {' → '.join(map(str, widths))}")
            for widths in [(2, 2, 2), (3, 3, 3, 3), (2, 2, 2, 2, 2), (2, 4, 3), (4, 2, 5, 3)]
        ],
    ]


def _stack(rng: np.random.Generator, *widths: int) -> tuple[list[np.ndarray], list[np.ndarray]]:
    pairs = list(itertools.pairwise(widths))
    return [rng.normal(size=pair) for pair in pairs], [rng.normal(size=width) for width in widths[1:]]


def _as_columns(weights: list, biases: list) -> tuple[np.ndarray, np.ndarray]:
    W, b = weights[0], biases[0]
    for k in range(1, len(weights)):
        W, b = weights[k] @ W, weights[k] @ b + biases[k]
    return W, b


def _backwards(weights: list, biases: list) -> tuple[np.ndarray, np.ndarray]:
    W, b = weights[-1], biases[-1]
    for k in range(len(weights) - 2, -1, -1):
        W, b = W @ weights[k], b @ weights[k] + biases[k]
    return W, b


collapse = Exercise(
    id="activations.collapse",
    title="Linear layers in a row are one",
    signature="collapse(weights, biases)",
    reference=reference.collapse,
    cases=_collapse_cases,
    compare=NEAR,
    points=2,
    mistakes=(
        Mistake(
            "bias-not-carried",
            "the biases are added up as they are; a bias goes through all later weights too: b W + b of the next",
            lambda weights, biases: (reduce(np.matmul, weights), sum(biases)),
        ),
        Mistake(
            "reversed",
            "the layers are put together from the last to the first; X meets the first one first, X W₁ W₂",
            _backwards,
        ),
        Mistake(
            "bias-last-only",
            "only the last layer's bias is left; the earlier ones go through the later weights and are added",
            lambda weights, biases: (reduce(np.matmul, weights), biases[-1]),
        ),
        Mistake(
            "column-vectors",
            "this is for columns, W x + b; here an example is a row, X W + b, and W₁ stands on the left",
            _as_columns,
        ),
        Mistake(
            "bias-first-only",
            "only the first layer's bias goes through the weights; each later layer adds its own",
            lambda weights, biases: (
                reduce(np.matmul, weights),
                reduce(np.matmul, weights[1:], biases[0]),
            ),
        ),
    ),
    hints=(
        "Write two layers on paper: (X W₁ + b₁) W₂ + b₂. Multiply out.",
        "W = W₁ W₂, and b = b₁ W₂ + b₂. A third layer does to this W and b what the second did to the first.",
    ),
)
