"""Step 9: which class is taken for which."""

from __future__ import annotations

from typing import Any

import numpy as np

from coursekit.checking import Case, Exercise, Mistake, close, exact
from coursekit.reference import classes as reference


def _confusion_cases(rng: np.random.Generator) -> list[Case]:
    def labels(n: int, C: int, most: int) -> tuple[np.ndarray, np.ndarray, int]:
        y = rng.integers(0, most, n)
        return y, np.where(rng.random(n) < 0.6, y, rng.integers(0, most, n)), C

    made = [
        ("three examples", np.array([0, 1, 1]), np.array([0, 0, 1]), 2),
        ("one example", np.array([2]), np.array([0]), 3),
        ("the last class never occurs", np.array([0, 1, 1, 0, 1]), np.array([1, 1, 1, 0, 0]), 3),
        ("a class that is never right", np.array([0, 2, 2, 1]), np.array([1, 1, 1, 1]), 3),
        ("ten classes", *labels(60, 10, 10)),
        ("more classes than occur", *labels(25, 8, 5)),
    ]
    return [Case((y, predicted, C), kind=kind) for kind, y, predicted, C in made]


def _shares(y: Any, predicted: Any, C: int, axis: int | None, empty: float) -> Any:
    matrix = reference.confusion(y, predicted, C)
    total = matrix.sum(axis=axis, keepdims=True)
    return np.where(total == 0, empty, matrix / np.where(total == 0, 1, total))


def _by_another_rows_total(y: Any, predicted: Any, C: int, least: int = 1) -> Any:
    """Without `keepdims`: column j is divided by the total of row j."""
    matrix = reference.confusion(y, predicted, C)
    return matrix / np.maximum(matrix.sum(axis=1), least)


def _counted_once(y: Any, predicted: Any, C: int) -> Any:
    matrix = np.zeros((C, C))
    matrix[y, predicted] += 1
    return matrix


def _of_those_that_occur(y: Any, predicted: Any, C: int) -> Any:
    labels = np.unique(np.concatenate([y, predicted]))
    return reference.confusion(y, predicted, C)[np.ix_(labels, labels)]


def _up_to_the_greatest(y: Any, predicted: Any, C: int) -> Any:
    return reference.confusion(y, predicted, max(y.max(), predicted.max()) + 1)


confusion = Exercise(
    id="mnist.confusion",
    title="Which class is taken for which",
    signature="confusion(y, predicted, C)",
    reference=reference.confusion,
    cases=_confusion_cases,
    compare=exact,
    alike=close(),
    points=2,
    mistakes=(
        Mistake(
            "transposed",
            "the columns are the true classes; rows were asked for",
            lambda y, predicted, C: reference.confusion(predicted, y, C),
        ),
        Mistake(
            "normalised",
            "these are shares; the numbers of examples were asked for",
            lambda y, predicted, C: _shares(y, predicted, C, 1, 0.0),
            lambda y, predicted, C: _shares(y, predicted, C, 1, float("nan")),
            lambda y, predicted, C: _shares(y, predicted, C, None, 0.0),
            lambda y, predicted, C: _shares(y, predicted, C, 0, 0.0),
            lambda y, predicted, C: _shares(y, predicted, C, 0, float("nan")),
            _by_another_rows_total,
            lambda y, predicted, C: _by_another_rows_total(y, predicted, C, least=0),
        ),
        Mistake(
            "counted-once",
            "a pair that occurs often is counted once: with index arrays, `+= 1` adds only once to each entry",
            _counted_once,
        ),
        Mistake(
            "size-by-data",
            "the size comes from the labels that occur; C says how many classes there are",
            _of_those_that_occur,
            _up_to_the_greatest,
        ),
    ),
    hints=(
        "Begin with zeros, (C, C). Each example adds 1 to one entry: its row is the true class.",
        "A loop over `zip(y, predicted)`, or `np.add.at(matrix, (y, predicted), 1)`.",
    ),
)
