"""A line fitted to examples: the gradient of its loss."""

from __future__ import annotations

import numpy as np

from coursekit.checking import Case, Exercise, Mistake, close
from coursekit.reference import minibatch as reference


def _line_cases(rng: np.random.Generator) -> list[Case]:
    made = [
        (np.array([[1.0], [2.0], [3.0]]), np.array([2.0, 4.0, 7.0]), np.array([1.0])),
        (np.array([[1.0, 2.0], [0.0, 1.0], [3.0, -1.0]]), np.array([1.0, 0.0, 2.0]), np.array([2.0, 1.0])),
        (rng.normal(size=(5, 2)), rng.normal(size=5), rng.normal(size=2)),
        (rng.normal(size=(4, 4)), rng.normal(size=4), rng.normal(size=4)),
        (rng.normal(size=(1, 3)), rng.normal(size=1), rng.normal(size=3)),
        (rng.normal(size=(40, 3)), rng.normal(size=40), rng.normal(size=3)),
    ]
    return [Case(args, kind=f"{args[0].shape[0]} examples of {args[0].shape[1]} features") for args in made]


line_gradient = Exercise(
    id="gradient_descent.line_gradient",
    title="The gradient of a fitted line",
    signature="line_gradient(X, t, w)",
    reference=reference.line_gradient,
    cases=_line_cases,
    compare=close(atol=1e-6),  # the entries may all be next to 0, where float32 leaves less
    mistakes=(
        Mistake(
            "sum-not-mean",
            "this is the sum over the examples; the mean was asked for",
            lambda X, t, w: X.T @ (X @ w - t),
        ),
        Mistake(
            "factor-two",
            "it is twice too large: the ½ in the loss takes the 2 of the derivative away",
            lambda X, t, w: 2 * X.T @ (X @ w - t) / len(t),
        ),
        Mistake(
            "backwards",
            "the sign is flipped: the residual is prediction minus target, Xw - t",
            lambda X, t, w: X.T @ (t - X @ w) / len(t),
        ),
        Mistake(
            "residual-only",
            "this is only the residual Xw - t, one number an example; Xᵀ times it is still to come",
            lambda X, t, w: X @ w - t,
            lambda X, t, w: (X @ w - t) / len(t),
        ),
    ),
    hints=(
        "By the chain rule: (prediction - target) times the input, averaged over the examples.",
        "The residual is X @ w - t, shape (N,). X.T @ residual has shape (D,); divide it by N.",
    ),
)
