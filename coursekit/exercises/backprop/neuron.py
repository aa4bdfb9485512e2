"""One neuron: the slope of the sigmoid, and the gradients of logistic regression."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from coursekit.checking import Case, Exercise, Mistake, Trial
from coursekit.checking.compare import close, numeric
from coursekit.reference import logistic as reference


def _outputs(rng: np.random.Generator) -> list[Case]:
    made = [
        (0.5, "a number"),
        (0.8, "a number"),
        (0, "the whole number 0"),
        (1, "the whole number 1"),
        (np.array([0.1, 0.5, 0.95]), "an array"),
        (np.array([0, 1, 1]), "an array of whole numbers"),
        (np.array([[0.2, 0.3], [0.6, 0.9]]), "a table"),
        (rng.uniform(0.02, 0.98, (2, 3)), "a random table"),
        (rng.uniform(0.02, 0.98, (2, 1, 2)), "a random array of three dimensions"),
        (float(rng.uniform(0.02, 0.98)), "a random number"),
    ]
    return [Case((s,), kind=kind) for s, kind in made]


sigmoid_gradient = Exercise(
    id="backprop.sigmoid_gradient",
    title="The sigmoid's derivative, from its output",
    signature="sigmoid_gradient(s)",
    reference=reference.sigmoid_gradient,
    cases=_outputs,
    compare=close(rtol=1e-5, atol=1e-7),
    mistakes=(
        Mistake(
            "of-input",
            "the sigmoid is applied once more: s is its output already",
            lambda s: 1 / (1 + np.exp(-s)) * (1 - 1 / (1 + np.exp(-s))),
        ),
        Mistake("half", "this is s itself: the factor 1 - s is missing", lambda s: s),
        Mistake("other-half", "the factor s is missing", lambda s: 1 - s),
        Mistake("tanh", "1 - s² is the derivative of tanh, in terms of its output", lambda s: 1 - s**2),
        Mistake("backwards", "the sign is flipped: the sigmoid rises everywhere", lambda s: s * (s - 1)),
    ),
    hints=(
        "s is what came out of the sigmoid; nothing has to be computed again.",
        "At s = 0.5 the slope is 0.25, its largest; at 0 and at 1 it is 0.",
    ),
)


def _labelled(rng: np.random.Generator) -> list[Case]:
    shapes = [(3, 2), (4, 4), (1, 3), (2, 1), (12, 3)]
    made = [
        (np.array([[1.0], [2.0]]), np.array([0.0, 1.0]), np.array([0.5]), 0.0),
        (
            np.array([[1.0, -1.0], [0.5, 2.0], [-2.0, 0.0]]),
            np.array([1.0, 0.0, 0.0]),
            np.array([0.3, -0.7]),
            0.2,
        ),
        *[
            (
                rng.normal(size=(n, d)),
                (np.arange(n) + rng.integers(2)) % 2.0,
                rng.normal(size=d),
                float(rng.uniform(0.3, 1.2)),
            )
            for n, d in shapes
        ],
    ]
    return [Case(args, kind=f"{args[0].shape[0]} examples of {args[0].shape[1]} features") for args in made]


def _gradients_are_right(got: Any, expected: Any, args: tuple) -> None:
    close(rtol=1e-5, atol=1e-7)(_with_number(got), _with_number(expected), args)


def _with_number(gradients: Any) -> Any:
    """dw and db; a db of size 1 counts as the number."""
    if not isinstance(gradients, list) or len(gradients) != 2:
        return gradients
    dw, db = gradients[0], np.asarray(gradients[1])
    return [dw, db.reshape(()) if db.size == 1 else gradients[1]]


def _probability(X: Any, w: Any, b: float) -> Any:
    return 1 / (1 + np.exp(-(X @ w + b)))


def _sum_both(X: Any, t: Any, w: Any, b: float) -> Any:
    error = _probability(X, w, b) - t
    return X.T @ error, np.sum(error)


def _sum_weights(X: Any, t: Any, w: Any, b: float) -> Any:
    error = _probability(X, w, b) - t
    return X.T @ error, np.mean(error)


def _sum_bias(X: Any, t: Any, w: Any, b: float) -> Any:
    error = _probability(X, w, b) - t
    return X.T @ error / len(t), np.sum(error)


def _flipped(X: Any, t: Any, w: Any, b: float) -> Any:
    error = t - _probability(X, w, b)
    return X.T @ error / len(t), np.mean(error)


def _derivative_twice(X: Any, t: Any, w: Any, b: float) -> Any:
    y = _probability(X, w, b)
    error = (y - t) * y * (1 - y)
    return X.T @ error / len(t), np.mean(error)


def _bias_array(X: Any, t: Any, w: Any, b: float) -> Any:
    error = _probability(X, w, b) - t
    return X.T @ error / len(t), error


def _bias_array_divided(X: Any, t: Any, w: Any, b: float) -> Any:
    error = (_probability(X, w, b) - t) / len(t)
    return X.T @ error, error


def _bias_forgotten(X: Any, t: Any, w: Any, b: float) -> Any:
    error = _probability(X, w, 0.0) - t
    return X.T @ error / len(t), np.mean(error)


def _no_sigmoid(X: Any, t: Any, w: Any, b: float) -> Any:
    error = X @ w + b - t
    return X.T @ error / len(t), np.mean(error)


def _all_pairs(X: Any, t: Any, w: Any, b: float) -> Any:
    error = _probability(X, w.reshape(-1, 1), b) - t
    return X.T @ error / len(t), np.mean(error)


def _makes_all_pairs(trials: Sequence[Trial]) -> bool:
    """dw has a column for every example: (N, 1) met (N,) on the way."""
    several = [trial for trial in trials if len(trial.case.args[1]) > 1]
    return all(numeric(trial.value[0]).shape == trial.case.args[0].T.shape for trial in several)


logistic_gradients = Exercise(
    id="backprop.logistic_gradients",
    title="The gradients of logistic regression",
    signature="logistic_gradients(X, t, w, b)",
    reference=reference.logistic_gradients,
    cases=_labelled,
    compare=_gradients_are_right,
    points=2,
    mistakes=(
        Mistake(
            "sum-not-mean",
            "this is the sum over the examples; the mean was asked for, in dw and in db",
            _sum_both,
            _sum_weights,
            _sum_bias,
        ),
        Mistake("sign-flipped", "the sign is flipped: the error is y - t, prediction minus target", _flipped),
        Mistake(
            "double-derivative",
            "the factor y (1 - y) is one too many: the derivative of the cross-entropy has cancelled it",
            _derivative_twice,
        ),
        Mistake(
            "bias-not-summed",
            "db is one number an example; one bias serves all of them, so take the mean",
            _bias_array,
            _bias_array_divided,
        ),
        Mistake("bias-ignored", "the bias is left out of the prediction: it is σ(Xw + b)", _bias_forgotten),
        Mistake("no-sigmoid", "the sigmoid is missing: the prediction is σ(Xw + b)", _no_sigmoid),
        Mistake(
            "all-pairs",
            "a column (N, 1) minus a row (N,) makes (N, N), every pair; give predictions and targets one shape",
            _all_pairs,
            seen=_makes_all_pairs,
        ),
    ),
    hints=(
        "With y = σ(a), the derivative of the cross-entropy by a is y - t. All else is as for a fitted line.",
        "y = σ(X @ w + b); the error y - t has shape (N,). Xᵀ takes it to the weights; b has the constant input 1.",
    ),
)
