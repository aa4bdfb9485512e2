"""A broken notebook to mend: a scaler that was fitted on the test set."""

from __future__ import annotations

from typing import Any

import numpy as np

from coursekit.checking import Case, Exercise, Mistake, close
from coursekit.reference.scaling import min_max_apply, min_max_fit


def fitted_on_test(train: Any, test: Any) -> Any:
    """The broken code of `mnist.mend_scaler_on_test`."""
    low, high = test.min(), test.max()
    return (train - low) / (high - low), (test - low) / (high - low)


def _fitted_on_train(train: Any, test: Any) -> Any:
    low, high = min_max_fit(train)
    return min_max_apply(train, low, high), min_max_apply(test, low, high)


def _fitted_on_both(train: Any, test: Any) -> Any:
    low, high = min(train.min(), test.min()), max(train.max(), test.max())
    return (train - low) / (high - low), (test - low) / (high - low)


def _scaler_cases(rng: np.random.Generator) -> list[Case]:
    def pair(low: float, high: float, test_low: float, test_high: float) -> tuple[Any, Any]:
        return rng.uniform(low, high, (8, 3, 2)), rng.uniform(test_low, test_high, (5, 3, 2))

    small = np.array([[[2.0, 4.0]], [[10.0, 6.0]]]), np.array([[[4.0, 0.0]], [[2.0, 12.0]]])
    made = [
        ("test data beyond the training set on both sides", *small),
        ("test data within the range of the training set", *pair(-5, 30, 2, 10)),
        ("test data beyond the training set on both sides", *pair(20, 40, 0, 90)),
        ("test data above the training set", *pair(0, 16, 10, 40)),
    ]
    texts = [f"mend_scaler_on_test({small[0].tolist()}, {small[1].tolist()})"]
    texts += [
        f"mend_scaler_on_test(train {train.shape}, test {test.shape}): {kind}"
        for kind, train, test in made[1:]
    ]
    return [
        Case((train, test), kind=kind, text=text)
        for (kind, train, test), text in zip(made, texts, strict=True)
    ]


mend_scaler_on_test = Exercise(
    id="mnist.mend_scaler_on_test",
    title="Mend: a scaler fitted on the test set",
    signature="mend_scaler_on_test(train, test)",
    reference=_fitted_on_train,
    cases=_scaler_cases,
    compare=close(atol=1e-6),
    mistakes=(
        Mistake(
            "fitted-on-test",
            "the range comes from the test set: nothing may be learned from it, not even a least and a greatest",
            fitted_on_test,
        ),
        Mistake(
            "fitted-on-both",
            "the range comes from both sets together, so the training has seen the test set",
            _fitted_on_both,
        ),
        Mistake(
            "each-on-itself",
            "each set is scaled by its own range, so one grey becomes two different numbers",
            lambda train, test: tuple((X - X.min()) / (X.max() - X.min()) for X in (train, test)),
        ),
        Mistake(
            "clipped",
            "what lies beyond the range of the training set is cut off; test data may leave 0 to 1",
            lambda train, test: tuple(np.clip(X, 0, 1) for X in _fitted_on_train(train, test)),
        ),
        Mistake(
            "per-pixel",
            "each pixel has a range of its own; one for the whole training set was asked for",
            lambda train, test: tuple((X - train.min(axis=0)) / np.ptp(train, axis=0) for X in (train, test)),
        ),
        Mistake(
            "test-not-scaled",
            "the test set is as it was; it is scaled too, by the numbers of the training set",
            lambda train, test: (_fitted_on_train(train, test)[0], test),
        ),
    ),
    hints=(
        "Which images would be known when the network is trained? The range may come from those alone.",
        "low and high from `train`; then the same two numbers for both sets.",
    ),
)
