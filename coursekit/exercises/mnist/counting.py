"""Steps 11 and 16: how many parameters, how many updates."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from coursekit.checking import Case, Exercise, Mistake, exact
from coursekit.reference import training as reference


def _width_cases(rng: np.random.Generator) -> list[Case]:
    some = [int(width) for width in rng.integers(2, 300, 4)]
    made = [[2, 1], [3, 4, 2], [784, 28, 10], [5], [784, 256, 128, 10], some]
    return [Case((widths,), kind=f"{len(widths) - 1} layers") for widths in made]


parameter_count = Exercise(
    id="mnist.parameter_count",
    title="How many parameters",
    signature="parameter_count(widths)",
    reference=reference.parameter_count,
    cases=_width_cases,
    compare=exact,
    mistakes=(
        Mistake(
            "bias-missing",
            "these are the weights; each unit has a bias too",
            lambda widths: sum(a * b for a, b in pairwise(widths)),
        ),
        Mistake(
            "units-only",
            "these are units; each has a weight from every unit before it, and a bias",
            lambda widths: sum(widths[1:]),
            lambda widths: sum(widths),
        ),
        Mistake(
            "one-bias-a-layer",
            "each layer has one bias; each of its units has one",
            lambda widths: sum(a * b + 1 for a, b in pairwise(widths)),
        ),
        Mistake(
            "biases-of-inputs",
            "the biases are counted for the wrong side of a layer: the inputs have none",
            lambda widths: sum(a * b + a for a, b in pairwise(widths)),
            lambda widths: sum(a * b for a, b in pairwise(widths)) + sum(widths),
        ),
    ),
    hints=(
        "A layer from 784 to 28 units has a weight for each pair, and a bias for each of the 28.",
        "Sum n_in * n_out + n_out over `zip(widths[:-1], widths[1:])`.",
    ),
)


def _update_cases(rng: np.random.Generator) -> list[Case]:
    n = int(rng.integers(1000, 9000))
    made = [
        (100, 32),
        (96, 32),
        (10, 32),
        (60_000, 128),
        (7, 1),
        (1, 1),
        (100, 60),
        (n, int(rng.integers(2, 99))),
    ]
    return [Case((n, size), kind=f"{n} examples in batches of {size}") for n, size in made]


updates_per_epoch = Exercise(
    id="mnist.updates_per_epoch",
    title="Updates an epoch",
    signature="updates_per_epoch(n, batch_size)",
    reference=reference.updates_per_epoch,
    cases=_update_cases,
    compare=exact,
    mistakes=(
        Mistake(
            "floor",
            "the last, shorter batch is not counted: it is an update too",
            lambda n, batch_size: n // batch_size,
            lambda n, batch_size: max(n // batch_size, 1),
        ),
        Mistake(
            "ratio",
            "there is no part of an update: round up to a whole number",
            lambda n, batch_size: n / batch_size,
        ),
        Mistake(
            "swapped",
            "it divides the batch size by the number of examples",
            lambda n, batch_size: -(-batch_size // n),
            lambda n, batch_size: batch_size // n,
            lambda n, batch_size: batch_size / n,
        ),
        Mistake(
            "one-more",
            "where the batches come out even there is no further one: round up in place of adding 1",
            lambda n, batch_size: n // batch_size + 1,
        ),
        Mistake(
            "rounded",
            "it rounds to the nearest whole number; a short batch counts however short it is: round up",
            lambda n, batch_size: round(n / batch_size),
        ),
    ),
    hints=(
        "100 examples in batches of 32: 32, 32, 32, and then 4.",
        "`math.ceil(n / batch_size)` rounds up.",
    ),
)
