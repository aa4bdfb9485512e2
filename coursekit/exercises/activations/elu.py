"""ELU and its derivative: smooth below 0, where it levels off at -alpha."""

from __future__ import annotations

import numpy as np

from coursekit.checking import Exercise
from coursekit.exercises.activations.inputs import FACETS, cases_with
from coursekit.exercises.activations.telling import NEAR, overflows, told_by_values, whole_numbers
from coursekit.reference import activations as reference

elu = Exercise(
    id="activations.elu",
    title="ELU",
    signature="elu(z, alpha=1.0)",
    reference=reference.elu,
    cases=lambda rng: cases_with(rng, "alpha", (0.5, 2), far=True),
    compare=NEAR,
    facets=FACETS,
    core=False,
    mistakes=(
        told_by_values(
            "minus-one-missing",
            "below 0 the -1 is missing: α(e^z - 1) meets z at 0, αe^z jumps",
            lambda z, alpha=1.0: np.where(z > 0, z, alpha * np.exp(np.minimum(z, 0))),
            lambda z, alpha=1.0: np.where(z >= 0, z, alpha * np.exp(np.minimum(z, 0))),
            lambda z, alpha=1.0: np.maximum(z, 0) + alpha * np.exp(np.minimum(z, 0)),
        ),
        told_by_values(
            "alpha-ignored",
            "alpha is 1 always: use the one that is given",
            lambda z, alpha=1.0: np.where(z > 0, z, np.expm1(np.minimum(z, 0))),
        ),
        overflows(
            lambda z, alpha=1.0: np.where(z > 0, z, alpha * (np.exp(z) - 1)),
            lambda z, alpha=1.0: (z > 0) * z + (z <= 0) * alpha * (np.exp(z) - 1),
            says="right near 0; far out it ends in a warning or NaN: e^z is larger than any float, and `np.where`"
            " computes both of its sides everywhere",
        ),
        told_by_values(
            "brackets-missing",
            "this is αe^z - 1 below 0; α multiplies the -1 too: α(e^z - 1)",
            lambda z, alpha=1.0: np.where(z > 0, z, alpha * np.exp(np.minimum(z, 0)) - 1),
            lambda z, alpha=1.0: np.where(z >= 0, z, alpha * np.exp(np.minimum(z, 0)) - 1),
            lambda z, alpha=1.0: np.maximum(z, 0) + alpha * np.exp(np.minimum(z, 0)) - 1,
        ),
        told_by_values(
            "exponential-everywhere",
            "above 0 it is the exponential too; there it is z itself",
            lambda z, alpha=1.0: alpha * np.expm1(z),
        ),
        whole_numbers(
            lambda z, alpha=1.0: np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0))).astype(
                np.asarray(z).dtype
            )
        ),
    ),
    hints=(
        "Two cases, decided by whether z is above 0; `np.where` picks, entry by entry.",
        "`np.where` computes both sides everywhere. Give e^z only what it can bear: `np.minimum(z, 0)`.",
    ),
)

elu_gradient = Exercise(
    id="activations.elu_gradient",
    title="The derivative of ELU",
    signature="elu_gradient(z, alpha=1.0)",
    reference=reference.elu_gradient,
    cases=lambda rng: cases_with(rng, "alpha", (0.5, 2), far=True),
    compare=NEAR,
    facets=FACETS,
    core=False,
    mistakes=(
        told_by_values(
            "alpha-added",
            "below 0 this is αe^z + α; the derivative of the constant -α is 0, and αe^z is left",
            lambda z, alpha=1.0: np.where(z > 0, 1, alpha * np.exp(np.minimum(z, 0)) + alpha),
            lambda z, alpha=1.0: np.where(z >= 0, 1, alpha * np.exp(np.minimum(z, 0)) + alpha),
        ),
        told_by_values(
            "one-everywhere",
            "it gives 1 below 0 too; there the slope is αe^z",
            lambda z, alpha=1.0: z * 0 + 1,
            lambda z, alpha=1.0: 1,
        ),
        told_by_values(
            "one-at-zero",
            "it gives 1 at 0; the convention here is the slope of the left side, α",
            lambda z, alpha=1.0: np.where(z >= 0, 1, alpha * np.exp(np.minimum(z, 0))),
        ),
        told_by_values(
            "gives-function",
            "this is ELU itself; its slope was asked for",
            lambda z, alpha=1.0: np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0))),
        ),
        told_by_values(
            "minus-one-kept",
            "below 0 this is α(e^z - 1), or αe^z - 1; the derivative of a constant is 0, and αe^z is left",
            lambda z, alpha=1.0: np.where(z > 0, 1, alpha * np.expm1(np.minimum(z, 0))),
            lambda z, alpha=1.0: np.where(z > 0, 1, alpha * np.exp(np.minimum(z, 0)) - 1),
            lambda z, alpha=1.0: np.where(z >= 0, 1, alpha * np.expm1(np.minimum(z, 0))),
            lambda z, alpha=1.0: np.where(z >= 0, 1, alpha * np.exp(np.minimum(z, 0)) - 1),
        ),
        told_by_values(
            "alpha-ignored",
            "alpha is 1 always: use the one that is given",
            lambda z, alpha=1.0: np.where(z > 0, 1, np.exp(np.minimum(z, 0))),
        ),
        overflows(
            lambda z, alpha=1.0: np.where(z > 0, 1, alpha * np.exp(z)),
            says="right near 0; far out it ends in a warning or NaN: e^z is larger than any float, and `np.where`"
            " computes both of its sides everywhere",
        ),
        whole_numbers(
            lambda z, alpha=1.0: np.where(z > 0, 1, alpha * np.exp(np.minimum(z, 0))).astype(
                np.asarray(z).dtype
            )
        ),
    ),
    hints=(
        "Differentiate each side by itself: z on the right, αe^z - α on the left.",
        "`np.where` computes both sides everywhere. Give e^z only what it can bear: `np.minimum(z, 0)`.",
    ),
)
