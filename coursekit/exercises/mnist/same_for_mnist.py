"""Step 4: what picks one image of each class works for MNIST's larger images too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from coursekit.checking import Case, Exercise, Mistake, Trial, close
from coursekit.exercises.mnist.first_images import PICKED_WRONGLY, ten_classes
from coursekit.reference import images as reference


def _mnist_cases(rng: np.random.Generator) -> list[Case]:
    """Cases in pairs that differ in the size of the images alone; bytes, as in MNIST."""
    cases = []
    for n in (16, 23):
        y = ten_classes(rng, n).astype(np.uint8)
        for size in (28, 8):
            X = rng.integers(0, 256, (n, size, size), dtype=np.uint8)
            text = f"one_of_each(X of shape {X.shape}, y = {y.tolist()})"
            cases.append(Case((X, y), kind=f"images of {size} × {size}", text=text, facet=f"{size}"))
    return cases


def _works_alone(size: int) -> Callable[[Sequence[Trial]], bool]:
    """A predicate: right for images of this size; the others become this size, or it stops with an error."""

    def seen(trials: Sequence[Trial]) -> bool:
        here = [trial for trial in trials if trial.case.args[0].shape[1] == size]
        other = [trial for trial in trials if trial.case.args[0].shape[1] != size]
        return all(trial.right for trial in here) and all(
            trial.reply.kind == "crashed" or np.shape(trial.value)[1:] in ((size, size), (size * size,))
            for trial in other
        )

    return seen


def _cut_to(size: int) -> Callable[[Any, Any], Any]:
    return lambda X, y: reference.one_of_each(X, y)[:, :size, :size].reshape(-1, size, size)


same_for_mnist = Exercise(
    id="mnist.same_for_mnist",
    title="The same for MNIST",
    signature="one_of_each(X, y)",
    reference=reference.one_of_each,
    cases=_mnist_cases,
    compare=close(),
    facets={"28": 0.5, "8": 0.5},
    mistakes=(
        Mistake(
            "hard-coded-8",
            "the size 8 is written into the code; `X.shape` knows the size of the images at hand",
            lambda X, y: reference.one_of_each(X.reshape(-1, 8, 8), y),
            _cut_to(8),
            seen=_works_alone(8),
        ),
        Mistake(
            "hard-coded-28",
            "the size 28 is written into the code; `X.shape` knows the size of the images at hand",
            lambda X, y: reference.one_of_each(X.reshape(-1, 28, 28), y),
            seen=_works_alone(28),
        ),
        *PICKED_WRONGLY,
    ),
    hints=(
        "Nothing in it needs to know how large the images are.",
        "Where an 8 stands, take it from `X.shape`, or let indexing keep the shape: `X[first]`.",
    ),
)
