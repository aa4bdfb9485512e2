"""Step 9: the mistakes worth looking at."""

from __future__ import annotations

from typing import Any

import numpy as np

from coursekit.checking import Case, Exercise, Mistake, exact
from coursekit.exercises.mnist.scoring import probabilities
from coursekit.reference import classes as reference


def _worst_cases(rng: np.random.Generator) -> list[Case]:
    # Examples 1, 2 and 4 are wrong, with 0.3, 0.05 and 0.15 on the right class; 3 is right, with 0.28 on it.
    rows = "70 10 15 5; 30 60 5 5; 5 34 58 3; 24 26 28 22; 15 45 36 4; 2 8 14 76"
    small = np.array([row.split() for row in rows.split(";")], dtype=float) / 100
    y = np.array([0, 0, 0, 2, 0, 3])
    made = [
        ("the worst of all", small, y, 1),
        ("two of three", small, y, 2),
        ("as many as are wrong", small, y, 3),
        ("more than are wrong", small, y, 5),
        ("none wrong", small[[0, 3, 5]], y[[0, 3, 5]], 2),
        ("one example, wrong", small[[1]], y[[1]], 3),
        ("ten classes", *probabilities(rng, 40, 10), 5),
        ("two classes", *probabilities(rng, 12, 2), 2),
        ("ten classes, more than are wrong", *probabilities(rng, 20, 10), 50),
        ("all wrong", *_all_wrong(rng), 4),
        ("many wrong", *probabilities(rng, 100, 10, right=0.2), 40),
    ]
    return [_worst_case(*one) for one in made]


def _all_wrong(rng: np.random.Generator) -> tuple[Any, Any]:
    P, y = probabilities(rng, 12, 4, right=0)
    wrong = P.argmax(axis=1) != y
    return P[wrong], y[wrong]


def _worst_case(kind: str, P: np.ndarray, y: np.ndarray, k: int) -> Case:
    given = (
        f"P = {P.tolist()}, y = {y.tolist()}"
        if P.size < 25
        else f"P of shape {P.shape}, y of shape {y.shape}"
    )
    return Case((P, y, k), kind=kind, text=f"worst_mistakes({given}, k={k})")


def _all_worst(P: Any, y: Any) -> Any:
    return reference.worst_mistakes(P, y, len(y))


def _by_confidence(P: Any, y: Any) -> Any:
    wrong = np.flatnonzero(P.argmax(axis=1) != y)
    return wrong[np.argsort(P[wrong].max(axis=1))]


def _right_ones_last(P: Any, y: Any, k: int, kind: Any = None) -> Any:
    """In the right order, and where fewer than k are wrong, right ones after them."""
    on_right = P[np.arange(len(y)), y]
    return np.where(P.argmax(axis=1) == y, np.inf, on_right).argsort(kind=kind)[:k]


def _places_among_wrong(P: Any, y: Any, k: int) -> Any:
    wrong = P.argmax(axis=1) != y
    return np.argsort(P[wrong, y[wrong]])[:k]


worst_mistakes = Exercise(
    id="mnist.worst_mistakes",
    title="The worst mistakes",
    signature="worst_mistakes(P, y, k)",
    reference=reference.worst_mistakes,
    cases=_worst_cases,
    compare=exact,
    points=2,
    mistakes=(
        Mistake(
            "right-ones-too",
            "right predictions are among them; keep the wrong ones first, then sort",
            lambda P, y, k: np.argsort(P[np.arange(len(y)), y])[:k],
            _right_ones_last,
            lambda P, y, k: _right_ones_last(P, y, k, kind="stable"),
        ),
        Mistake(
            "best-first",
            "the order is turned round: least probability on the right class comes first",
            lambda P, y, k: _all_worst(P, y)[:k][::-1],
            lambda P, y, k: _all_worst(P, y)[::-1][:k],
            lambda P, y, k: _all_worst(P, y)[-k:],
        ),
        Mistake(
            "by-confidence",
            "it goes by the probability of the class that was predicted; that of the right class was asked for",
            lambda P, y, k: _by_confidence(P, y)[::-1][:k],
            lambda P, y, k: _by_confidence(P, y)[:k],
        ),
        Mistake(
            "places-among-wrong",
            "these are places among the wrong predictions; turn them into places among all examples",
            _places_among_wrong,
        ),
        Mistake(
            "probabilities",
            "these are the probabilities; the indices of the examples were asked for",
            lambda P, y, k: P[_all_worst(P, y)[:k], y[_all_worst(P, y)[:k]]],
        ),
    ),
    hints=(
        "First the indices where `P.argmax(axis=1) != y`. Each has a probability on its right class: `P[i, y[i]]`.",
        "`wrong[np.argsort(P[wrong, y[wrong]])][:k]`, where `wrong` holds those indices.",
    ),
)
