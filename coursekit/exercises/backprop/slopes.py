"""Gradient check: the gradient by a formula beside the one by differences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from coursekit.checking import Case, Exercise, Mismatch, Mistake, Trial
from coursekit.checking.compare import close, numeric, same_shape
from coursekit.checking.verdict import show
from coursekit.reference import gradient_check as reference

Trials = Sequence[Trial]

MOVED = 1e-9  # theta is as before up to this; an h that was left in it is larger
WRONGS = {  # what is done to the right gradient before it is checked
    "right": "the right gradient",
    "zero": "a gradient of zeros where f has a slope",
    "twice": "twice the right gradient",
    "flipped": "the right gradient with its sign flipped",
    "one": "a gradient with one wrong entry",
    "all": "a gradient that is off in every entry",
    "flat": "a constant f, and a gradient of zeros",
}


def _cases(rng: np.random.Generator) -> list[Case]:
    """Functions f(θ) = Σ w sin θ + q (Σ θ)², a θ of some shape, and a gradient that is right or not."""
    made = [
        ((2,), "twice", None),
        ((3,), "right", None),
        ((3,), "one", None),
        ((1,), "all", None),
        ((2, 3), "all", None),
        ((2, 3), "right", 1e-3),
        ((2, 1, 2), "one", 1e-4),
        ((4,), "flipped", 1e-3),
        ((2, 2), "zero", None),
        ((3, 2), "all", 1e-3),
        ((3,), "flat", None),
        ((2, 2), "flat", 1e-4),
    ]
    return [_case(rng, *one) for one in made]


def _case(rng: np.random.Generator, shape: tuple[int, ...], wrong: str, h: float | None) -> Case:
    w, q = rng.uniform(0.5, 2, shape), float(rng.uniform(0.2, 0.6))
    theta = rng.uniform(0.2, 1.2, shape)
    if wrong == "flat":
        w, q = np.zeros(shape), 0.0
    gradient = w * np.cos(theta) + 2 * q * theta.sum()
    error = rng.uniform(0.1, 0.5, shape)
    only = np.zeros(shape)
    only.flat[theta.size - 1] = 1.0
    given = {
        "zero": 0 * gradient,
        "twice": 2 * gradient,
        "flipped": -gradient,
        "one": gradient + only,
        "all": gradient * (1 + error),
    }
    step = "" if h is None else f", h={h:g}"
    return Case(
        (w, q, theta, given.get(wrong, gradient), h),
        facet="zero" if wrong == "flat" else "values",
        kind=f"{WRONGS[wrong]}, theta of shape {shape}",
        text=f"gradient_check(f, {show(theta)}, gradient{step}) with {WRONGS[wrong]}",
    )


def _check(gradient_check: Any, w: Any, q: Any, theta: Any, gradient: Any, h: Any) -> Any:
    before, given, far = theta.copy(), gradient.copy(), []

    def f(point: Any) -> float:
        point = np.asarray(point, dtype=float)
        if point.shape != before.shape:
            raise ValueError(f"f takes an array of theta's shape {before.shape}, it got {point.shape}")
        far.append(float(np.abs(point - before).max()))
        return float(np.sum(w * np.sin(point)) + q * np.sum(point) ** 2)

    value = gradient_check(f, theta, gradient) if h is None else gradient_check(f, theta, gradient, h)
    return {
        "value": value,
        "moved": float(np.abs(theta - before).max()),
        "changed": not np.array_equal(gradient, given),
        "distance": max(far, default=0.0),
    }


def _check_is_right(got: Any, expected: Any, args: tuple) -> None:
    value, h = numeric(got["value"]), args[4]
    same_shape(value, numeric(expected["value"]))
    if not got["moved"] <= MOVED:
        raise Mismatch(f"theta is not as it was: afterwards an entry is off by {got['moved']:.3g}")
    if got["changed"]:
        raise Mismatch("the gradient that was handed in is changed; leave arguments as they were")
    _same_value(got, expected, args)
    if h is not None and args[1] and not h / 8 <= got["distance"] <= 8 * h:
        raise Mismatch(
            f"it looks at f at a distance of {got['distance']:.3g} from theta; the h given is {h:g}"
        )


def _same_value(got: Any, expected: Any, args: tuple) -> None:
    close(rtol=1e-4, atol=1e-6)(got["value"], expected["value"], args)


def _alike(got: Any, expected: Any, args: tuple) -> None:
    if (got["moved"] > MOVED) != (expected["moved"] > MOVED):
        raise Mismatch("the one leaves theta moved, the other does not")
    _same_value(got, expected, args)


def _left_moved(trials: Trials) -> bool:
    """theta is left moved wherever f was looked at, and the number is right but for that."""
    return all(
        trial.reply.kind == "value"
        and trial.value["moved"] > MOVED
        and (trial.case.facet == "zero" or _roughly(trial))
        for trial in trials
    )


def _roughly(trial: Trial) -> bool:
    got, right = numeric(trial.value["value"]), trial.expected["value"]
    return got.ndim == 0 and abs(float(got) - right) <= 0.02


def _nan_at_zero(trials: Trials) -> bool:
    failed = [trial for trial in trials if not trial.right]
    return bool(failed) and all(trial.case.facet == "zero" and _divides_by_zero(trial) for trial in failed)


def _divides_by_zero(trial: Trial) -> bool:
    if trial.reply.kind == "crashed":
        return trial.reply.error in ("ZeroDivisionError", "FloatingPointError")
    return trial.reply.kind == "value" and not np.isfinite(float(numeric(trial.value["value"])))


def _slope(f: Any, theta: Any, h: float) -> Any:
    slope = np.zeros_like(theta)
    for i in np.ndindex(theta.shape):
        step = np.zeros_like(theta)
        step[i] = h
        slope[i] = (f(theta + step) - f(theta - step)) / (2 * h)
    return slope


def _absolute(f: Any, theta: Any, gradient: Any, h: float = 1e-5) -> Any:
    return np.linalg.norm(_slope(f, theta, h) - gradient)


def _largest(f: Any, theta: Any, gradient: Any, h: float = 1e-5) -> Any:
    slope = _slope(f, theta, h)
    size = np.abs(slope).max() + np.abs(gradient).max()
    return np.abs(slope - gradient).max() / size if size else 0.0


def _largest_over_norms(f: Any, theta: Any, gradient: Any, h: float = 1e-5) -> Any:
    slope = _slope(f, theta, h)
    size = np.linalg.norm(slope) + np.linalg.norm(gradient)
    return np.abs(slope - gradient).max() / size if size else 0.0


def _largest_ratio(f: Any, theta: Any, gradient: Any, h: float = 1e-5) -> Any:
    slope = _slope(f, theta, h)
    size = np.abs(slope) + np.abs(gradient)
    return np.max(np.abs(slope - gradient) / np.where(size > 0, size, 1.0))


def _largest_over_sum(f: Any, theta: Any, gradient: Any, h: float = 1e-5) -> Any:
    slope = _slope(f, theta, h)
    size = np.max(np.abs(slope) + np.abs(gradient))
    return np.abs(slope - gradient).max() / size if size else 0.0


def _unguarded(form: Any) -> Any:
    """The same without looking whether it divides by 0."""

    def gradient_check(f: Any, theta: Any, gradient: Any, h: float = 1e-5) -> Any:
        return form(f, theta, gradient, h) if np.any(gradient) or np.any(_slope(f, theta, h)) else np.nan

    return gradient_check


def _relative(f: Any, theta: Any, gradient: Any, h: float = 1e-5) -> Any:
    slope = _slope(f, theta, h)
    return np.linalg.norm(slope - gradient) / (np.linalg.norm(slope) + np.linalg.norm(gradient))


def _never_restored(f: Any, theta: Any, gradient: Any, h: float = 1e-5) -> Any:
    slope = np.zeros_like(theta)
    for i in np.ndindex(theta.shape):
        theta[i] += h
        above = f(theta)
        theta[i] -= 2 * h
        slope[i] = (above - f(theta)) / (2 * h)
    size = np.linalg.norm(slope) + np.linalg.norm(gradient)
    return np.linalg.norm(slope - gradient) / size if size else 0.0


def _one_sided(f: Any, theta: Any, gradient: Any, h: float = 1e-5) -> Any:
    slope = np.zeros_like(theta)
    for i in np.ndindex(theta.shape):
        step = np.zeros_like(theta)
        step[i] = h
        slope[i] = (f(theta + step) - f(theta)) / h
    size = np.linalg.norm(slope) + np.linalg.norm(gradient)
    return np.linalg.norm(slope - gradient) / size if size else 0.0


def _half_width(f: Any, theta: Any, gradient: Any, h: float = 1e-5) -> Any:
    slope = 2 * _slope(f, theta, h)
    size = np.linalg.norm(slope) + np.linalg.norm(gradient)
    return np.linalg.norm(slope - gradient) / size if size else 0.0


def _another_name(f: Any, theta: Any, gradient: Any, h: float = 1e-5) -> Any:
    slope = np.zeros_like(theta)
    for i in np.ndindex(theta.shape):
        above = theta
        above[i] += h
        below = theta
        below[i] -= h
        slope[i] = (f(above) - f(below)) / (2 * h)
    size = np.linalg.norm(slope) + np.linalg.norm(gradient)
    return np.linalg.norm(slope - gradient) / size if size else 0.0


def _another_name_early(f: Any, theta: Any, gradient: Any, h: float = 1e-5) -> Any:
    slope = np.zeros_like(theta)
    for i in np.ndindex(theta.shape):
        above = theta
        above[i] += h
        f_above = f(above)
        below = theta
        below[i] -= h
        slope[i] = (f_above - f(below)) / (2 * h)
    size = np.linalg.norm(slope) + np.linalg.norm(gradient)
    return np.linalg.norm(slope - gradient) / size if size else 0.0


def _over_the_larger(f: Any, theta: Any, gradient: Any, h: float = 1e-5) -> Any:
    slope = _slope(f, theta, h)
    size = max(np.linalg.norm(slope), np.linalg.norm(gradient))
    return np.linalg.norm(slope - gradient) / size if size else 0.0


gradient_check = Exercise(
    id="backprop.gradient_check",
    title="Check a gradient",
    signature="gradient_check(f, theta, gradient, h=1e-5)",
    reference=reference.gradient_check,
    cases=_cases,
    probe=_check,
    compare=_check_is_right,
    alike=_alike,
    view=lambda seen: seen["value"],
    points=3,
    facets={"values": 0.75, "zero": 0.25},
    may_change=True,  # entries may be moved and put back; the probe looks how theta is afterwards
    mistakes=(
        Mistake(
            "absolute-error",
            "this is the length of the difference alone; divide it by the sum of both lengths",
            _absolute,
        ),
        Mistake(
            "max-entry-only",
            "this looks at the largest entry; ‖·‖ is the root of the sum of all squares",
            _largest,
            _largest_over_norms,
            _largest_ratio,
            _largest_over_sum,
            _unguarded(_largest),
            _unguarded(_largest_over_norms),
            _unguarded(_largest_ratio),
            _unguarded(_largest_over_sum),
        ),
        Mistake(
            "theta-left-moved",
            "an entry of theta is moved and not put back: the next slopes, and the caller, get another theta",
            _never_restored,
            seen=_left_moved,
        ),
        Mistake(
            "nan-at-zero",
            "where both gradients are 0 it divides 0 by 0: return 0 there",
            _relative,
            seen=_nan_at_zero,
        ),
        Mistake(
            "no-copy",
            "`plus = theta` is no copy: both names mean one array, so one change undoes the other",
            _another_name,
            _another_name_early,
        ),
        Mistake(
            "one-sided",
            "this looks to one side of theta only; a central difference takes f above and f below",
            _one_sided,
        ),
        Mistake("half-width", "from theta - h to theta + h it is 2h wide; this divides by h", _half_width),
        Mistake(
            "other-denominator",
            "it is divided by the larger length; the sum of both was asked for",
            _over_the_larger,
        ),
    ),
    hints=(
        "One entry at a time: f with that entry h larger, f with it h smaller, the difference over 2h.",
        "`for i in np.ndindex(theta.shape)` visits every entry of any shape. Work on a copy, or put each entry back.",
        "`np.linalg.norm(a - b)` over the sum of both norms; ask first whether that sum is 0.",
    ),
)
