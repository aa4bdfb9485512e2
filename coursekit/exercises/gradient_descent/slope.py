"""The slope of x², by formula and by a difference."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from coursekit.checking import Case, Exercise, Mismatch, Mistake, Trial
from coursekit.checking.compare import close, numeric, same_shape
from coursekit.checking.probes import function
from coursekit.checking.verdict import show
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
        Mistake(
            "power-not-lowered",
            "the power comes down as a factor and is lowered by one: 2x, not 2x²",
            lambda x: 2 * x**2,
        ),
        Mistake("factor-missing", "the 2 that comes down as a factor is missing", lambda x: x),
        Mistake(
            "constant",
            "this is 2 everywhere, the slope of 2x; the slope of x² changes with x",
            lambda x: 2 + 0 * x,
            lambda x: 2,
        ),
    ),
    hints=(
        "x² is x to the power 2. The power comes down in front, and what stays above is one less.",
        "At x = 3 the slope is 6, at x = 5 it is 10.",
    ),
)


def _numerical_cases(rng: np.random.Generator) -> list[Case]:
    square, cubic = ("polynomial", 0.0, 0.0, 1.0), ("polynomial", 1.0, -2.0, 0.5, 1.0)
    spread = np.array([-2.5, 0.75, 1.5]) + rng.uniform(-0.2, 0.2, 3)
    made = [
        (square, 3.0, None, "the default h"),
        (("sine", 1.0, 1.0), 1.0, None, "the default h"),
        (("exponential", 1.0, 0.5), -1.0, 1e-4, "a small h"),
        (cubic, 2, 0.1, "a whole number, a larger h"),
        (("sine", 2.0, 1.5), np.array([-2.0, 0.5, 4.0]), 1e-3, "an array"),
        (("exponential", 1.0, 1.0), np.array([[1, 3], [-2, 0]]), 0.01, "an array of whole numbers"),
        (("sine", float(rng.uniform(1, 3)), 1.0), spread, 0.05, "a random array"),
    ]
    return [Case((f, x, h), kind=kind, text=_numerical_text(f, x, h)) for f, x, h, kind in made]


def _numerical_text(f: tuple, x: Any, h: float | None) -> str:
    family, *c = f
    powers = ["1", "x", "x²", "x³"]
    terms = [f"{a:g}·{p}" if a != 1 else p for a, p in zip(c, powers, strict=False) if a]
    name = {"polynomial": " + ".join(terms), "sine": f"{c[0]:g}·sin({c[1]:g}·x)"}
    formula = name.get(family, f"{c[0]:g}·exp({c[1]:g}·x)").replace("+ -", "- ")
    return f"numerical_derivative(f, {show(x)}{'' if h is None else f', h={h:g}'}) with f(x) = {formula}"


def _difference(numerical_derivative: Any, f: Any, x: Any, h: Any) -> Any:
    from coursekit.checking.probes import function

    smooth, far = function(*f), []

    def watched(point: Any) -> Any:
        gaps = np.abs(
            np.subtract.outer(np.asarray(point, dtype=float).ravel(), np.asarray(x, dtype=float).ravel())
        )
        far.append(float(gaps.min(axis=1).max()) if gaps.size else 0.0)
        return smooth(point)

    value = numerical_derivative(watched, x) if h is None else numerical_derivative(watched, x, h)
    return {"value": value, "distance": max(far, default=0.0), "calls": len(far)}


def _slope(f: Sequence[Any], x: Any) -> Any:
    """The true derivative of a family's member, by complex step: Im f(x + ih) / h (Squire & Trapp 1998)."""
    x = np.asarray(x, dtype=float)
    return np.imag(function(*f)(x + 1e-30j)) / 1e-30


def _difference_is_right(got: Any, expected: Any, args: tuple) -> None:
    f, x, h = args
    value = numeric(got["value"])
    same_shape(value, numeric(expected["value"]))
    true = _slope(f, x)
    allowed = np.abs(np.asarray(expected["value"]) - true) * (1 + 1e-6) + 1e-6
    if h is not None and h >= 1e-3 and not h / 8 <= got["distance"] <= 8 * h:
        raise Mismatch(
            f"it looks at f at a distance of {got['distance']:.3g} from x; the h that is given is {h:g}"
        )
    if not np.all(np.abs(value - true) <= allowed):
        close(rtol=0, atol=1e-12)(got["value"], expected["value"], args)  # says where


def _difference_alike(got: Any, expected: Any, args: tuple) -> None:
    close(rtol=1e-7, atol=1e-7)(got["value"], expected["value"], args)


def _tiny_h(trials: Sequence[Trial]) -> bool:
    return not all(trial.right for trial in trials) and all(
        trial.reply.kind == "value" and _looks_too_near(**trial.value) for trial in trials
    )


def _looks_too_near(value: Any, distance: float, calls: int) -> bool:
    """Whether f is taken a hair's breadth from x, or so near that x + h is x, and the difference 0."""
    return calls > 1 and (0 < distance <= 2e-13 or (distance == 0 and not np.any(numeric(value))))


numerical_derivative = Exercise(
    id="gradient_descent.numerical_derivative",
    title="The slope by a central difference",
    signature="numerical_derivative(f, x, h=1e-5)",
    reference=reference.numerical_derivative,
    cases=_numerical_cases,
    probe=_difference,
    compare=_difference_is_right,
    alike=_difference_alike,
    view=lambda seen: show(seen["value"]),
    mistakes=(
        Mistake(
            "one-sided",
            "this looks to one side of x only; a central difference takes f(x + h) and f(x - h)",
            lambda f, x, h=1e-5: (f(x + h) - f(x)) / h,
            lambda f, x, h=1e-5: (f(x) - f(x - h)) / h,
        ),
        Mistake(
            "half-width",
            "from x - h to x + h it is 2h wide; this divides by h",
            lambda f, x, h=1e-5: (f(x + h) - f(x - h)) / h,
        ),
        Mistake(
            "backwards",
            "the sign is flipped: it is f(x + h) minus f(x - h)",
            lambda f, x, h=1e-5: (f(x - h) - f(x + h)) / (2 * h),
        ),
        Mistake(
            "tiny-h",
            "the h used is so small that rounding swallows the difference: use the h that is given",
            lambda f, x, h=1e-5: (f(x + 1e-13) - f(x - 1e-13)) / 2e-13,
            lambda f, x, h=1e-5: (f(x + 1e-15) - f(x - 1e-15)) / 2e-15,
            seen=_tiny_h,
        ),
    ),
    hints=(
        "Rise over run: how much does f rise from x - h to x + h, and how wide is that?",
        "The rise is f(x + h) - f(x - h). The run is 2h, not h.",
    ),
)
