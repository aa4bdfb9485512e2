"""Labels as vectors, and how well probabilities tell the classes: P (N, C), y (N,)."""

from __future__ import annotations

import numpy as np


def one_hot(y: np.ndarray, depth: int) -> np.ndarray:
    """Y[n, c] = 1 where c = y[n], else 0: a row an example, a column a class.

    y: (N,) labels from 0 to depth - 1; depth: how many classes there are, which the labels at
    hand may not show. Returns (N, depth). Raises ValueError for a label that has no column.
    """
    y = np.asarray(y)
    if y.size and (y.min() < 0 or y.max() >= depth):
        raise ValueError(
            f"labels are 0 to {depth - 1} where depth is {depth}; there are {y.min()} to {y.max()}"
        )
    return (y[:, np.newaxis] == np.arange(depth)).astype(float)


def accuracy(P: np.ndarray, y: np.ndarray) -> float:
    """The share of examples whose most probable class is the right one, in [0, 1].

    P: (N, C) probabilities or logits, one row an example; y: (N,) labels. Raises ValueError
    where there are not as many labels as rows, or none.
    """
    _same_number(P, y)
    return float(np.mean(np.argmax(P, axis=1) == y))


def worst_mistakes(P: np.ndarray, y: np.ndarray, k: int) -> np.ndarray:
    """The k wrong predictions with the least probability on the right class, worst first.

    P: (N, C), y: (N,). Returns indices (k,), fewer where fewer predictions are wrong. Raises
    ValueError where there are not as many labels as rows, or none.
    """
    _same_number(P, y)
    wrong = np.flatnonzero(np.argmax(P, axis=1) != y)
    on_the_right_one = P[wrong, y[wrong]]
    return wrong[np.argsort(on_the_right_one, kind="stable")][:k]


def confusion(y: np.ndarray, predicted: np.ndarray, C: int) -> np.ndarray:
    """M[i, j]: how many examples of class i were taken for class j. Right ones are on the diagonal.

    y and predicted: (N,) labels from 0 to C - 1. Returns (C, C) whole numbers, rows the true
    classes, as scikit-learn has them. Raises ValueError for another number of labels.
    """
    _same_number(predicted, y)
    matrix = np.zeros((C, C), dtype=int)
    np.add.at(matrix, (y, predicted), 1)  # `matrix[y, predicted] += 1` counts each pair only once
    return matrix


def _same_number(rows: np.ndarray, y: np.ndarray) -> None:
    if len(rows) != len(y) or len(y) == 0:
        raise ValueError(f"a label for each example, and at least one: {len(rows)} examples, {len(y)} labels")
