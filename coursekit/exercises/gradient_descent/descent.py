"""One step down the slope, many steps, and what the learning rate makes of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from coursekit.checking import Case, Exercise, Mismatch, Mistake, Trial, Written
from coursekit.checking.compare import exact
from coursekit.checking.timelimit import TimeUp
from coursekit.reference import gradient_descent as reference


def _step_cases(rng: np.random.Generator) -> list[Case]:
    x, gradient = rng.normal(0, 3, (2, 2, 3))
    return [
        Case((3.0, 6.0, 0.25), kind="single numbers"),
        Case((5, 4, 0.5), kind="whole numbers"),
        Case((np.array([1.0, -2.0, 0.5]), np.array([2.0, 1.0, -3.0]), 0.1), kind="arrays"),
        Case((np.array([4, -6]), np.array([8, 2]), 0.25), kind="arrays of whole numbers"),
        Case((x, gradient, float(rng.uniform(0.05, 0.9))), kind="random arrays"),
    ]


def _step_in_place(x: Any, gradient: Any, learning_rate: float) -> Any:
    x -= learning_rate * gradient
    return x


def _changes_x(trials: Sequence[Trial]) -> bool:
    """Right wherever x is a number; where it is an array, x is changed (or refuses the change)."""
    scalars = [trial for trial in trials if np.ndim(trial.case.args[0]) == 0]
    arrays = [trial for trial in trials if np.ndim(trial.case.args[0]) > 0]
    whole = [trial for trial in arrays if trial.case.args[0].dtype.kind == "i"]
    return all(trial.right for trial in scalars) and all(
        0 in trial.reply.changed or (trial in whole and trial.reply.kind == "crashed") for trial in arrays
    )


step = Exercise(
    id="gradient_descent.step",
    title="One step of gradient descent",
    signature="step(x, gradient, learning_rate)",
    reference=reference.step,
    cases=_step_cases,
    mistakes=(
        Mistake(
            "climbs",
            "this goes up the slope: subtract the gradient, do not add it",
            lambda x, gradient, learning_rate: x + learning_rate * gradient,
        ),
        Mistake(
            "rate-ignored",
            "the learning rate is not used: the step is learning_rate times the gradient",
            lambda x, gradient, learning_rate: x - gradient,
        ),
        Mistake(
            "update-only",
            "this is only the change; the new x was asked for",
            lambda x, gradient, learning_rate: -learning_rate * gradient,
            lambda x, gradient, learning_rate: learning_rate * gradient,
        ),
        Mistake(
            "in-place",
            "it changes the array that it was given: return a new one (`x = x - ...`, not `x -= ...`)",
            _step_in_place,
            seen=_changes_x,
        ),
    ),
    hints=(
        "The gradient points uphill.",
        "New x = old x minus (learning rate times gradient).",
    ),
)

_GRADIENTS = {
    "2x": ("polynomial", 0.0, 2.0),
    "2(x - 1.5)": ("polynomial", -3.0, 2.0),
    "x³ - 3x": ("polynomial", 0.0, -3.0, 0.0, 1.0),
    "sin(x)": ("sine", 1.0, 1.0),
}


def _descend_case(name: str, start: float, *rest: Any, kind: str) -> Case:
    gradient = _GRADIENTS[name]
    labels = ("learning_rate", "steps")
    more = "".join(f", {label}={value:g}" for label, value in zip(labels, rest, strict=False))
    return Case(
        (gradient, start, *rest),
        kind=kind,
        text=f"descend(gradient, {start:g}{more}) with gradient(x) = {name}",
    )


def _descend_cases(rng: np.random.Generator) -> list[Case]:
    return [
        _descend_case("2x", 1.0, 0.25, 2, kind="x², two steps"),
        _descend_case("2x", 4.0, 0.1, 0, kind="no step"),
        _descend_case("2x", 5, 0.3, 4, kind="a whole number as start"),
        _descend_case("2(x - 1.5)", 7.0, 0.05, kind="the default number of steps"),
        _descend_case("x³ - 3x", 0.5, kind="the default rate and steps"),
        _descend_case("2x", 1.5, 1.05, 12, kind="a rate that diverges"),
        _descend_case("sin(x)", 2.0, 0.01, 10_000, kind="ten thousand steps"),
        _descend_case(
            "sin(x)", float(rng.uniform(0.5, 2.5)), float(rng.uniform(0.2, 0.9)), 9, kind="a random start"
        ),
    ]


def _walk(descend: Any, gradient: Any, *rest: Any) -> Any:
    from coursekit.checking.probes import function

    return descend(function(*gradient), *rest)


def _path(gradient: Any, start: Any, learning_rate: float, steps: int) -> list:
    path = [start]
    for _ in range(steps):
        path.append(path[-1] - learning_rate * gradient(path[-1]))
    return path


def _stale(gradient: Any, start: float, learning_rate: float = 0.1, steps: int = 50) -> Any:
    slope = gradient(start)
    return [start - k * learning_rate * slope for k in range(steps + 1)]


def _climbing(gradient: Any, start: float, learning_rate: float = 0.1, steps: int = 50) -> Any:
    path = [start]
    for _ in range(steps):
        path.append(path[-1] + learning_rate * gradient(path[-1]))
    return path


def _whole_path(gradient: Any, start: float, learning_rate: float = 0.1, steps: int = 50) -> Any:
    path = np.zeros(steps + 1, dtype=int)
    path[0] = start
    for k in range(steps):
        path[k + 1] = path[k] - learning_rate * gradient(path[k])
    return path


def _path_like_start(gradient: Any, start: float, learning_rate: float = 0.1, steps: int = 50) -> Any:
    path = np.full(steps + 1, start)
    for k in range(steps):
        path[k + 1] = path[k] - learning_rate * gradient(path[k])
    return path


def _path_cut_off(gradient: Any, start: float, learning_rate: float = 0.1, steps: int = 50) -> Any:
    return [int(x) for x in _path(gradient, start, learning_rate, steps)]


descend = Exercise(
    id="gradient_descent.descend",
    title="Gradient descent, step after step",
    signature="descend(gradient, start, learning_rate=0.1, steps=50)",
    reference=reference.descend,
    cases=_descend_cases,
    probe=_walk,
    points=2,
    mistakes=(
        Mistake(
            "start-missing",
            "the path lacks its start: put x₀ first, then one point a step",
            lambda gradient, start, learning_rate=0.1, steps=50: _path(gradient, start, learning_rate, steps)[
                1:
            ],
        ),
        Mistake(
            "end-missing",
            "the last point is missing: the start and one point a step make steps + 1",
            lambda gradient, start, learning_rate=0.1, steps=50: _path(gradient, start, learning_rate, steps)[
                :-1
            ],
        ),
        Mistake(
            "stale-gradient",
            "the gradient is taken once, at the start: take it anew at every point",
            _stale,
        ),
        Mistake("climbs", "this goes up the slope: subtract the gradient, do not add it", _climbing),
        Mistake(
            "whole-numbers",
            "the path is kept in whole numbers, so each step is cut off: make the array one of floats",
            _whole_path,
            _path_like_start,
            _path_cut_off,
        ),
        Mistake(
            "rate-hard-coded",
            "the learning rate is always 0.1: use the one that is given",
            lambda gradient, start, learning_rate=0.1, steps=50: _path(gradient, start, 0.1, steps),
        ),
        Mistake(
            "last-only",
            "this is the end point; the whole path was asked for",
            lambda gradient, start, learning_rate=0.1, steps=50: _path(gradient, start, learning_rate, steps)[
                -1
            ],
        ),
        Mistake(
            "steps-hard-coded",
            "the number of steps is always 50: use the one that is given",
            lambda gradient, start, learning_rate=0.1, steps=50: _path(gradient, start, learning_rate, 50),
        ),
    ),
    hints=(
        "Keep a list with the start in it. A loop appends one point a turn.",
        "The next point is the last one minus learning_rate times gradient(the last one).",
    ),
)

_RATES = [
    (0.0, 2.0),
    (0.1, 2.0),
    (0.25, 1.0),
    (0.5, 2.0),
    (0.25, 4.0),
    (0.7, 2.0),
    (0.3, 5.0),
    (1.0, 2.0),
    (0.5, 4.0),
    (1.2, 2.0),
    (0.3, 10.0),
    (0.0, 7.0),
    (0.5 - 1e-4, 2.0),
    (0.5 + 1e-4, 2.0),
    (1.0 - 1e-4, 2.0),
    (1.0 + 1e-4, 2.0),
    (3.0, 0.25),
    (6.0, 0.25),
    (9.0, 0.25),
]
_ROUNDED = [(1 / 49, 49.0), (2 / 49, 49.0), (2 / 49 / 3, 147.0), (0.1, 10.0), (0.2, 10.0)]


def _regime_cases(rng: np.random.Generator) -> list[Case]:
    drawn = []
    for factor in (0.5, -0.5, -1.7):
        curvature = float(rng.uniform(0.2, 20))
        drawn.append(((1 - factor * float(rng.uniform(0.8, 1.2))) / curvature, curvature))
    return [
        *[Case((rate, curvature), kind="a rate and a curvature") for rate, curvature in _RATES],
        *[Case((rate,), kind="a rate alone") for rate in (0.0, 0.2, 0.5, 0.9, 1.0, 3.0)],
        *[Case(pair, kind="a random rate and curvature") for pair in drawn],
        *[Case(pair, facet="rounding", kind="a border, up to rounding") for pair in _ROUNDED],
    ]


def _regimes(
    border: str = "cycle", zigzag: str = "zigzag", always: float | None = None
) -> Callable[..., str]:
    """A form of a mistake: the right regimes, but for these names."""

    def regime(learning_rate: float, curvature: float = 2.0) -> str:
        name = reference.regime(learning_rate, curvature if always is None else always)
        return {"cycle": border, "zigzag": zigzag}.get(name, name)

    return regime


def _names(form: Callable[..., str]) -> Callable[[Sequence[Trial]], bool]:
    """Whether the answer is the form's on all but the borders that rounding blurs."""

    def seen(trials: Sequence[Trial]) -> bool:
        clear = [trial for trial in trials if trial.case.facet == "values"]
        return not all(trial.right for trial in clear) and all(
            trial.reply.kind == "value" and trial.value == form(*trial.case.args) for trial in clear
        )

    return seen


def _regime_mistake(slug: str, says: str, form: Callable[..., str]) -> Mistake:
    return Mistake(slug, says, form, seen=_names(form))


def _without_tolerance(learning_rate: float, curvature: float = 2.0) -> str:
    factor = 1 - learning_rate * curvature
    if factor in (1, 0, -1):
        return {1: "still", 0: "one-step", -1: "cycle"}[int(factor)]
    return "steady" if factor > 0 else "zigzag" if factor > -1 else "diverges"


def _blurred_borders_only(trials: Sequence[Trial]) -> bool:
    failed = [trial for trial in trials if not trial.right]
    return bool(failed) and all(t.case.facet == "rounding" and t.reply.kind == "value" for t in failed)


regime = Exercise(
    id="gradient_descent.regime",
    title="What a learning rate does",
    signature="regime(learning_rate, curvature=2.0)",
    reference=reference.regime,
    cases=_regime_cases,
    compare=exact,
    points=2,
    facets={"values": 0.75, "rounding": 0.25},
    mistakes=(
        _regime_mistake(
            "border-converges",
            "a factor of exactly -1 is called a zigzag that shrinks; it goes to and fro for ever: a cycle",
            _regimes(border="zigzag"),
        ),
        _regime_mistake(
            "border-diverges",
            "a factor of exactly -1 is said to diverge; the distance stays the same: a cycle",
            _regimes(border="diverges"),
        ),
        _regime_mistake(
            "curvature-ignored",
            "the curvature is taken to be 2 always: the factor is 1 - learning_rate * curvature",
            _regimes(always=2.0),
        ),
        _regime_mistake(
            "zigzag-diverges",
            "every change of sign is said to diverge; between -1 and 0 the steps shrink",
            _regimes(border="diverges", zigzag="diverges"),
        ),
        Mistake(
            "no-tolerance",
            "borders are met only up to rounding (1 - (1/49)·49 is not 0): compare with a small tolerance",
            _without_tolerance,
            seen=_blurred_borders_only,
        ),
    ),
    hints=(
        "Everything is in one number: the factor 1 - learning_rate * curvature.",
        "Ask in order: is the factor 1, 0 or -1 (use `np.isclose`)? Else: above 0, above -1, or below?",
    ),
)


def _reach_cases(rng: np.random.Generator) -> list[Case]:
    drawn: list[tuple[float, float, float]] = []
    while len(drawn) < 3:
        rate, start = float(rng.uniform(0.02, 0.95)), float(rng.uniform(-8, 8))
        tolerance = float(rng.uniform(0.001, 0.4))
        distances = abs(start) * abs(1 - 2 * rate) ** np.arange(400)
        if np.min(np.abs(distances / tolerance - 1)) > 1e-3:  # no near ties
            drawn.append((rate, start, tolerance))
    reached = [
        (0.1, 1.0, 0.5),
        (0.25, 8.0, 0.3),
        (0.4, -3.0, 0.01),
        (0.5, 6.0, 0.1),
        (0.8, 2.0, 0.7),
        (0.1, 0.2, 0.5),
        (0.3, 0.0, 0.1),
        (1.0, 0.2, 0.5),
        (0.0, -0.1, 0.5),
        (1.5, 0.3, 0.5),
        (0.0005, 100.0, 2.1e-7),
    ]
    # Exact in every way to count: after no step, or after one whose factor is a power of two.
    ties = [(0.1, 0.5, 0.5), (0.25, 1.0, 0.5), (0.25, -2.0, 1.0), (0.375, 4.0, 1.0)]
    never = [(1.0, 1.0, 0.5), (0.0, 3.0, 0.5), (1.25, 2.0, 0.5)]
    return [
        *[Case(args, kind="a tolerance that is reached") for args in [*reached, *drawn]],
        *[Case(args, kind="a tolerance that is met exactly", facet="ties") for args in ties],
        *[Case(args, kind="a tolerance that is never reached", facet="never") for args in never],
    ]


def _same_count(got: Any, expected: Any, args: tuple) -> None:
    if got is None and expected is not None:
        raise Mismatch("it gave None, which means never; the tolerance is reached")
    if got is not None and expected is None:
        raise Mismatch("the tolerance is never reached; None was asked for")
    exact(got, expected, args)


def _reach_strictly(learning_rate: float, start: float, tolerance: float) -> int | None:
    factor, distance, steps = abs(1 - 2 * learning_rate), abs(start), 0
    while not distance < tolerance:
        if factor >= 1:
            return None
        distance, steps = distance * factor, steps + 1
    return steps


def _reach_endlessly(learning_rate: float, start: float, tolerance: float) -> int:
    steps = reference.steps_to_reach(learning_rate, start, tolerance)
    if steps is None:
        raise TimeUp  # what an endless loop comes to, without the wait
    return steps


def _counts(change: Callable[[int], int]) -> Callable[..., int | None]:
    def steps_to_reach(learning_rate: float, start: float, tolerance: float) -> int | None:
        steps = reference.steps_to_reach(learning_rate, start, tolerance)
        return None if steps is None else change(steps)

    return steps_to_reach


def _endless(trials: Sequence[Trial]) -> bool:
    """Right until the first input on which the tolerance is never reached, and no end there."""
    last = trials[-1]
    return last.reply.kind == "timed-out" and last.expected is None and all(t.right for t in trials[:-1])


steps_to_reach = Exercise(
    id="gradient_descent.steps_to_reach",
    title="How many steps until it is near enough",
    signature="steps_to_reach(learning_rate, start, tolerance)",
    reference=reference.steps_to_reach,
    cases=_reach_cases,
    compare=_same_count,
    facets={"values": 0.6, "never": 0.2, "ties": 0.2},
    seconds=3.0,
    mistakes=(
        Mistake(
            "one-late",
            "it counts one step too many: x₀ is reached after 0 steps",
            _counts(lambda k: k + 1),
            _counts(lambda k: k + (k > 0)),
        ),
        Mistake(
            "one-early",
            "it counts one step too few: the step that brings it within the tolerance counts too",
            _counts(lambda k: k - 1),
            _counts(lambda k: max(k - 1, 0)),
            lambda learning_rate, start, tolerance: reference.steps_to_reach(
                learning_rate, start * (1 - 2 * learning_rate), tolerance
            ),
        ),
        Mistake(
            "strict",
            "it waits until the distance is less than the tolerance; equal is near enough (<=)",
            _reach_strictly,
        ),
        Mistake(
            "endless",
            "it loops for ever when the tolerance is never reached: notice that, and return None",
            _reach_endlessly,
            seen=_endless,
        ),
    ),
    hints=(
        "One step multiplies the distance by |1 - 2 learning_rate|. Count how often until it is small enough.",
        "When that factor is 1 or more, the distance never shrinks: return None, unless it is small enough already.",
    ),
)

discussion = Written(
    id="gradient_descent.discussion",
    title="What the learning rate does",
    rubric=(
        (1, "names at least three regimes and the rates at which they begin (on x²: 1/2 and 1)"),
        (1, "gives the reason: each step multiplies x by 1 - 2·rate"),
        (1, "supports each statement with what a plot shows (which plot, which rate)"),
        (
            1,
            "says what a rate that is too small costs, and why the largest rate that still converges is not the best",
        ),
    ),
)
