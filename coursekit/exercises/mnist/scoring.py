"""Step 8: how often the most probable class is the right one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from coursekit.checking import Case, Exercise, Mistake, close
from coursekit.reference import classes as reference


def probabilities(rng: np.random.Generator, n: int, C: int, *, right: float = 0.6) -> tuple[Any, Any]:
    """P (n, C) and labels (n,): about the share `right` of the examples is classified rightly.

    No two numbers that are ever compared are closer than float32 can tell.
    """
    while True:
        P = rng.dirichlet(np.ones(C), n)
        top = P.argmax(axis=1)
        y = np.where(rng.random(n) < right, top, (top + rng.integers(0, C, n)) % C)
        two_best = np.sort(P, axis=1)[:, -2:]
        on_right, on_top = np.sort(P[np.arange(n), y]), np.sort(P.max(axis=1))
        gaps = [*np.ptp(two_best, axis=1), *np.diff(on_right), *np.diff(on_top)]
        if min(gaps, default=1) > 1e-5 and P.min() > 1e-6:
            return P, y


def _accuracy_cases(rng: np.random.Generator) -> list[Case]:
    small = np.array([[0.7, 0.2, 0.1], [0.3, 0.1, 0.6]]), np.array([0, 1])
    square = np.array([[0.1, 0.8, 0.1], [0.2, 0.5, 0.3], [0.1, 0.3, 0.6]]), np.array([1, 1, 0])
    made = [
        ("two examples", *small),
        ("as many examples as classes", *square),
        ("two classes", *probabilities(rng, 9, 2)),
        ("ten classes", *probabilities(rng, 40, 10)),
        ("one example", *probabilities(rng, 1, 4, right=1)),
        ("none right", np.array([[0.6, 0.4], [0.3, 0.7], [0.8, 0.2]]), np.array([1, 0, 1])),
        ("many examples", *probabilities(rng, 300, 3)),
    ]
    return [_scored_case("accuracy", *one) for one in made]


def _scored_case(name: str, kind: str, P: np.ndarray, y: np.ndarray, *more: int) -> Case:
    if P.size < 13:
        return Case((P, y, *more), kind=kind)
    rest = "".join(f", {one}" for one in more)
    return Case((P, y, *more), kind=kind, text=f"{name}(P of shape {P.shape}, y of shape {y.shape}{rest})")


def _percent(places: int) -> Callable[..., float]:
    return lambda P, y: round(100 * reference.accuracy(P, y), places)


accuracy = Exercise(
    id="mnist.accuracy",
    title="The share of right predictions",
    signature="accuracy(P, y)",
    reference=reference.accuracy,
    cases=_accuracy_cases,
    compare=close(atol=1e-6),
    mistakes=(
        Mistake(
            "percent",
            "this is in percent; a share from 0 to 1 was asked for",
            lambda P, y: 100 * reference.accuracy(P, y),
            *(_percent(places) for places in range(5)),
        ),
        Mistake(
            "count",
            "this is how many are right; divide by the number of examples",
            lambda P, y: np.sum(np.argmax(P, axis=1) == y),
        ),
        Mistake(
            "argmax-rows",
            "`argmax` along axis 0 gives the best example of each class; the best class of each example is axis 1",
            lambda P, y: np.mean(np.argmax(P, axis=0) == y),
            lambda P, y: np.mean([a == b for a, b in zip(np.argmax(P, axis=0), y, strict=True)]),
            lambda P, y: np.mean([a == b for a, b in zip(np.argmax(P, axis=0), y, strict=False)]),
            lambda P, y: sum(a == b for a, b in zip(np.argmax(P, axis=0), y, strict=False)) / len(y),
            lambda P, y: np.mean([np.argmax(P, axis=0)[n] == y[n] for n in range(len(y))]),
        ),
        Mistake(
            "error-rate",
            "this is the share of wrong predictions",
            lambda P, y: np.mean(np.argmax(P, axis=1) != y),
        ),
    ),
    hints=(
        "The predicted class of an example is the column of the greatest number in its row.",
        "`P.argmax(axis=1) == y` is True where the prediction is right; the mean of that is the share.",
    ),
)
