"""The curve x², its slope by formula and by a difference."""

from __future__ import annotations

import numpy as np

from coursekit.checking import Case, Exercise, Mistake
from coursekit.reference import gradient_descent as reference


def _derivative_cases(rng: np.random.Generator) -> list[Case]:
    return [
        Case((3.0,), kind="a single number"),
        Case((-2,), kind="a whole number"),
        Case((0.5,), kind="a single number"),
        Case((np.array([-1.0, 0.0, 2.0]),), kind="an array"),
        Case((np.array([[1, -4], [7, 3]]),), kind="an array of whole numbers"),
        Case((rng.normal(0, 5, (2, 3)),), kind="a random array"),
        Case((float(rng.normal(0, 50)),), kind="a random number"),
    ]


derivative = Exercise(
    id="gradient_descent.derivative",
    title="The derivative of x²",
    signature="derivative(x)",
    reference=reference.derivative,
    cases=_derivative_cases,
    mistakes=(
        Mistake("gives-function", "this is x² itself; its slope was asked for", lambda x: x**2),
        Mistake("power-not-lowered", "the power comes down as a factor and is lowered by one: 2x, not 2x²", lambda x: 2 * x**2),
        Mistake("factor-missing", "the 2 that comes down as a factor is missing", lambda x: x),
        Mistake("constant", "this is the slope of 2x; the slope of x² changes with x", lambda x: 2 + 0 * x, lambda x: 2),
    ),
    hints=(
        "Lower the power by one, and bring the old power down as a factor.",
        "x² is x to the power 2: 2 comes in front, and the power 2 becomes 1.",
    ),
)
