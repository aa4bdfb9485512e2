"""Step 3: the first image of each class."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from coursekit.checking import Case, Exercise, Mistake, Trial, close
from coursekit.reference import images as reference

NOT_FOUND = ("IndexError", "ValueError", "StopIteration", "KeyError", "RuntimeError")


def ten_classes(rng: np.random.Generator, n: int) -> np.ndarray:
    """n labels from 0 to 9 in random order, every one of them there, and not in order at first."""
    while True:
        y = rng.permutation(np.concatenate([np.arange(10), rng.integers(0, 10, n - 10)]))
        if not np.array_equal(y[:10], np.arange(10)):
            return y


def _pick_cases(rng: np.random.Generator) -> list[Case]:
    small = np.array([[[1.0, 2.0]], [[3.0, 4.0]], [[5.0, 6.0]], [[7.0, 8.0]]])
    some = [int(label) for label in rng.choice(np.arange(1, 30), 3, replace=False)]
    made = [
        ("labels", "two classes", small, [1, 0, 1, 0]),
        ("labels", "labels 3 and 7", small, [7, 3, 3, 7]),
        ("values", "ten classes", _images(rng, 14, 2, 3), ten_classes(rng, 14)),
        ("values", "ten classes, in order at first", _images(rng, 12, 2, 3), [*range(10), 4, 7]),
        ("values", "ten classes, many images", _images(rng, 60, 3, 5), ten_classes(rng, 60)),
        ("labels", "one image", _images(rng, 1, 2, 2), [0]),
        ("labels", "labels with gaps", _images(rng, 9, 3, 2), rng.permutation(np.repeat(some, [1, 5, 3]))),
        ("labels", "twelve classes", _images(rng, 24, 2, 2), rng.permutation(np.repeat(range(12), 2))),
    ]
    return [_pick_case(facet, kind, X, np.array(y)) for facet, kind, X, y in made]


def _pick_case(facet: str, kind: str, X: np.ndarray, y: np.ndarray) -> Case:
    text = f"one_of_each(X of shape {X.shape}, y = {y.tolist()})"
    return Case((X, y), facet=facet, kind=kind, text=text)


def _images(rng: np.random.Generator, *shape: int) -> np.ndarray:
    return rng.integers(0, 256, shape).astype(float)


def in_order_of_appearance(X: Any, y: Any) -> Any:
    return X[np.sort(np.unique(y, return_index=True)[1])]


def last_of_each(X: Any, y: Any) -> Any:
    return np.array([X[y == label][-1] for label in np.unique(y)])


PICKED_WRONGLY = (
    Mistake(
        "first-ten",
        "these are the first images of all, whatever their labels; take each class' own first image",
        lambda X, y: X[: len(np.unique(y))],
        lambda X, y: X[:10],
    ),
    Mistake("last-of-each", "this is the last image of each class; the first was asked for", last_of_each),
    Mistake(
        "unsorted",
        "the classes come in the order in which they appear; the order of their labels was asked for",
        in_order_of_appearance,
    ),
)

_RANGES: tuple[Callable[[Any], int], ...] = (
    lambda y: 10,
    lambda y: len(np.unique(y)),
    lambda y: int(np.max(y)) + 1,
)


def _labels_by_range(trials: Sequence[Trial]) -> bool:
    """Right where the labels are 0, 1, 2 ... up to a number made by one of `_RANGES`, and only there."""
    failed = [trial for trial in trials if not trial.right]
    return bool(failed) and any(
        all(_as_by_range(trial, number(trial.case.args[1])) for trial in trials) for number in _RANGES
    )


def _as_by_range(trial: Trial, number: int) -> bool:
    X, y = trial.case.args
    occur = [label in y for label in range(number)]
    if trial.right:
        return all(occur) and number == len(np.unique(y))
    if trial.reply.kind == "crashed":
        return not all(occur) and trial.reply.error in NOT_FOUND
    found = X[[np.argmax(y == label) for label in range(number)]]  # 0 where a label does not occur
    left_empty = np.where(np.reshape(occur, (-1, 1, 1)), found, 0)
    return any(np.array_equal(trial.value, one) for one in (found, left_empty))


one_of_each = Exercise(
    id="mnist.one_of_each",
    title="One image of each class",
    signature="one_of_each(X, y)",
    reference=reference.one_of_each,
    cases=_pick_cases,
    compare=close(),
    points=2,
    facets={"values": 0.6, "labels": 0.4},
    mistakes=(
        *PICKED_WRONGLY,
        Mistake(
            "labels-by-range",
            "the labels are taken to be 0, 1, 2 ...; take those that occur in y",
            lambda X, y: np.array([X[y == label][0] for label in range(10)]),
            lambda X, y: np.array([X[y == label][0] for label in range(len(np.unique(y)))]),
            lambda X, y: X[[np.argmax(y == label) for label in range(np.max(y) + 1)]],
            seen=_labels_by_range,
        ),
    ),
    hints=(
        "`np.unique(y)` gives the labels that occur, in order. `X[y == label]` are the images of one class.",
        "`np.unique(y, return_index=True)` gives the place of each label's first occurrence too.",
    ),
)
