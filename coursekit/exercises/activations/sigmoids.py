"""Sigmoid and tanh: the classic pair, stable far out."""

from __future__ import annotations

import numpy as np

from coursekit.checking import Exercise
from coursekit.exercises.activations.inputs import FACETS, stable_cases
from coursekit.exercises.activations.telling import NEAR, overflows, told_by_values, whole_numbers
from coursekit.reference import activations as reference

sigmoid = Exercise(
    id="activations.sigmoid",
    title="The sigmoid",
    signature="sigmoid(z)",
    reference=reference.sigmoid,
    cases=stable_cases,
    compare=NEAR,
    facets=FACETS,
    points=2,
    mistakes=(
        told_by_values(
            "minus-missing",
            "the minus in the exponent is missing: this falls where z grows, 1/(1 + e^z)",
            lambda z: 1 / (1 + np.exp(z)),
        ),
        told_by_values("tanh", "this is tanh, between -1 and 1", lambda z: np.tanh(z)),
        overflows(
            lambda z: 1 / (1 + np.exp(-z)),
            lambda z: np.exp(z) / (1 + np.exp(z)),
            says="right near 0; far out it ends in a warning or NaN, as an exponential is larger than any float:"
            " take e to a power that is never positive",
        ),
        whole_numbers(lambda z: (np.tanh(z / 2) / 2 + 0.5).astype(np.asarray(z).dtype)),
    ),
    hints=(
        "For large negative z, e^-z is too large for a float. Another form has e^z in place of it.",
        "1/(1 + e^-z) = e^z/(1 + e^z). The first is safe for z ≥ 0, the second for z < 0;"
        " e = np.exp(-np.abs(z)) is what both need.",
        "`np.where` computes both of its sides everywhere, so both must be safe:"
        " `np.where(z >= 0, 1, e) / (1 + e)` is.",
    ),
)

tanh = Exercise(
    id="activations.tanh",
    title="The hyperbolic tangent",
    signature="tanh(z)",
    reference=reference.tanh,
    cases=stable_cases,
    compare=NEAR,
    facets=FACETS,
    core=False,
    mistakes=(
        told_by_values(
            "sigmoid-unscaled",
            "this is σ(2z), between 0 and 1; stretch it to -1 and 1: 2σ(2z) - 1",
            lambda z: np.tanh(z) / 2 + 0.5,
        ),
        told_by_values(
            "half-argument",
            "this is 2σ(z) - 1, half as steep: the argument of σ is 2z",
            lambda z: np.tanh(z / 2),
        ),
        overflows(
            lambda z: (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z)),
            lambda z: 2 / (1 + np.exp(-2 * z)) - 1,
            says="right near 0; far out it ends in a warning or NaN, as an exponential is larger than any float:"
            " take e to a power that is never positive",
        ),
        told_by_values("sigmoid", "this is the sigmoid, between 0 and 1", lambda z: np.tanh(z / 2) / 2 + 0.5),
        whole_numbers(lambda z: np.tanh(z).astype(np.asarray(z).dtype)),
    ),
    hints=(
        "NumPy knows it. By hand: it is a sigmoid, stretched twice.",
        "tanh z = 2σ(2z) - 1, and a stable σ makes a stable tanh.",
    ),
)
