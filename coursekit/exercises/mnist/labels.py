"""Step 6: labels as vectors."""

from __future__ import annotations

from typing import Any

import numpy as np

from coursekit.checking import Case, Exercise, Mistake, exact
from coursekit.reference import classes as reference


def _one_hot_cases(rng: np.random.Generator) -> list[Case]:
    made = [
        ("three labels", [0, 2, 1], 4),
        ("one label", [1], 3),
        ("as many examples as classes", [2, 0, 2], 3),
        ("labels with gaps", [4, 0, 4, 1], 7),
        ("all classes", rng.permutation(np.repeat(range(10), 2)), 10),
        ("many classes", rng.integers(0, 8, 30), 12),
        ("one class", [0, 0], 1),
    ]
    return [Case((np.array(y), depth), kind=kind) for kind, y, depth in made]


def _shifted_out(y: Any, depth: int, by: int) -> Any:
    """Shifted by so many columns; what leaves on one side does not come back on the other."""
    return np.asarray(y)[:, None] + by == np.arange(depth)


one_hot = Exercise(
    id="mnist.one_hot",
    title="Labels as vectors",
    signature="one_hot(y, depth)",
    reference=reference.one_hot,
    cases=_one_hot_cases,
    compare=exact,
    mistakes=(
        Mistake(
            "from-one",
            "the labels are shifted by one; label 0 has its 1 in column 0",
            lambda y, depth: np.eye(depth)[y - 1],
            lambda y, depth: np.eye(depth)[(y + 1) % depth],
            lambda y, depth: np.eye(depth)[y + 1],
            lambda y, depth: _shifted_out(y, depth, -1),
            lambda y, depth: _shifted_out(y, depth, 1),
            lambda y, depth: np.eye(depth + 1)[y + 1],
        ),
        Mistake(
            "depth-by-data",
            "there are as many columns as these labels need; `depth` says how many classes there are",
            lambda y, depth: np.eye(np.max(y) + 1)[y],
            lambda y, depth: y[:, None] == np.unique(y),
            lambda y, depth: np.eye(len(np.unique(y)))[y],
        ),
        Mistake(
            "transposed",
            "it is (depth, N); one row an example was asked for",
            lambda y, depth: reference.one_hot(y, depth).T,
        ),
    ),
    hints=(
        "Row n is 0 everywhere but in column y[n].",
        "`tf.one_hot(y, depth)` makes it; so does `np.eye(depth)[y]`, rows of the identity chosen by label.",
    ),
)
