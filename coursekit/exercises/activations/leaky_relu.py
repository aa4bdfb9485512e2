"""Leaky ReLU: a small slope below 0, so that no unit dies."""

from __future__ import annotations

import numpy as np

from coursekit.checking import Exercise, Mistake
from coursekit.exercises.activations.inputs import cases_with
from coursekit.exercises.activations.telling import whole_numbers
from coursekit.reference import activations as reference

leaky_relu = Exercise(
    id="activations.leaky_relu",
    title="Leaky ReLU",
    signature="leaky_relu(z, slope=0.01)",
    reference=reference.leaky_relu,
    cases=lambda rng: cases_with(rng, "slope", (0.1, 2.0, 1, 0.0)),
    mistakes=(
        Mistake(
            "max-trick",
            "the larger of slope · z and z is leaky ReLU only while the slope is at most 1: compare z with 0",
            lambda z, slope=0.01: np.maximum(slope * z, z),
        ),
        Mistake(
            "slope-ignored",
            "the slope is 0.01 always: use the one that is given",
            lambda z, slope=0.01: np.where(z > 0, z, 0.01 * z),
        ),
        Mistake(
            "slope-everywhere",
            "it is slope · z above 0 too; there it is z itself",
            lambda z, slope=0.01: slope * z,
        ),
        Mistake(
            "sides-swapped",
            "the sides are swapped: z is kept where it is above 0, and multiplied where it is not",
            lambda z, slope=0.01: np.where(z > 0, slope * z, z),
        ),
        Mistake(
            "constant-below",
            "below 0 it is the slope itself; the slope is multiplied by z there",
            lambda z, slope=0.01: np.where(z > 0, z, slope),
            lambda z, slope=0.01: np.where(z >= 0, z, slope),
        ),
        whole_numbers(lambda z, slope=0.01: np.where(z > 0, z, slope * z).astype(np.asarray(z).dtype)),
    ),
    hints=(
        "Two cases, decided by whether z is above 0.",
        "`np.where(z > 0, ..., ...)`: z itself on the right, slope times z on the left.",
    ),
)
