"""How wrong a prediction is, and the derivative of that by the prediction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from coursekit.checking import Case, Exercise, Mismatch, Mistake, Trial
from coursekit.checking.compare import close, numeric, same_shape
from coursekit.checking.plain import plain
from coursekit.reference import losses as reference

Trials = Sequence[Trial]

# What Python says when code for arrays (`.sum()`, `len`) meets a number.
NO_NUMBERS = ("AttributeError", "TypeError", "IndexError")


def on_arrays(slug: str, says: str, *forms: Callable[..., Any]) -> Mistake:
    """A mistake told by the values on arrays; in some spellings it cannot take numbers, and is named all the same."""

    def seen(trials: Trials) -> bool:
        told = any(not trial.right and trial.reply.kind == "value" for trial in trials)
        return told and any(all(_like(form, trial) for trial in trials) for form in forms)

    return Mistake(slug, says, *forms, seen=seen)


def _like(form: Callable[..., Any], trial: Trial) -> bool:
    if np.ndim(trial.case.args[0]) == 0 and trial.reply.kind == "crashed":
        return trial.reply.error in NO_NUMBERS
    return _same(trial, form(*trial.case.args))


def _same(trial: Trial, expected: Any) -> bool:
    if trial.reply.kind != "value" or trial.reply.changed:
        return False
    try:
        close(rtol=1e-5, atol=1e-7)(trial.value, plain(expected), ())
    except Mismatch:
        return False
    return True


def _pairs(rng: np.random.Generator) -> list[Case]:
    made = [
        (np.array([0.8, 0.5]), np.array([0.2, 1.0]), "arrays"),
        (0.8, 0.2, "numbers"),
        (3, 1, "whole numbers"),
        (-1.5, 2, "numbers"),
        (np.array([0.9, 0.1, 0.4]), np.array([1.0, 0.5, 0.0]), "arrays"),
        (np.array([2, 5]), np.array([4, 1]), "arrays of whole numbers"),
        (np.array([0.7]), np.array([1.0]), "arrays of one number"),
        (np.array([[0.2, 0.6], [1.5, -0.3], [0.1, 0.8]]), np.array([[0, 1], [1, 0], [0, 1]]), "tables"),
        (*rng.normal(0, 2, (2, 2, 4)), "random tables"),
        (*rng.normal(0, 2, (2, 2, 3, 2)), "random arrays of three dimensions"),
        (*map(float, rng.normal(0, 3, 2)), "random numbers"),
    ]
    return [Case((y, t), kind=kind) for y, t, kind in made]


squared_error = Exercise(
    id="backprop.squared_error",
    title="Half the squared error",
    signature="squared_error(y, t)",
    reference=reference.squared_error,
    cases=_pairs,
    mistakes=(
        on_arrays("half-missing", "the ½ is missing: this is Σ (y - t)²", lambda y, t: np.sum((y - t) ** 2)),
        on_arrays(
            "mean-taken",
            "this is a mean; the sum over all entries was asked for",
            lambda y, t: np.mean((y - t) ** 2) / 2,
            lambda y, t: np.mean((y - t) ** 2),
            lambda y, t: np.sum((y - t) ** 2) / len(np.atleast_1d(y)) / 2,
            lambda y, t: np.sum((y - t) ** 2) / len(np.atleast_1d(y)),
        ),
        on_arrays(
            "root-taken",
            "a square root is taken; the squares themselves are summed and halved",
            lambda y, t: np.sqrt(np.sum((y - t) ** 2)),
            lambda y, t: np.sqrt(np.sum((y - t) ** 2)) / 2,
            lambda y, t: np.sqrt(np.sum((y - t) ** 2) / 2),
        ),
        on_arrays(
            "absolute",
            "this sums distances |y - t|; their squares were asked for",
            lambda y, t: np.sum(np.abs(y - t)),
            lambda y, t: np.sum(np.abs(y - t)) / 2,
        ),
        on_arrays(
            "not-summed",
            "this is one number an entry; their sum was asked for",
            lambda y, t: (y - t) ** 2 / 2,
        ),
    ),
    hints=(
        "Difference, square, sum, half: in that order.",
        "`np.sum` adds all entries, whatever the shape, and takes plain numbers too.",
    ),
)

squared_error_gradient = Exercise(
    id="backprop.squared_error_gradient",
    title="The derivative of the squared error",
    signature="squared_error_gradient(y, t)",
    reference=reference.squared_error_gradient,
    cases=_pairs,
    mistakes=(
        on_arrays(
            "backwards",
            "the sign is flipped: where y is too large the loss rises with y, so it is y - t",
            lambda y, t: t - y,
        ),
        on_arrays(
            "factor-two",
            "it is twice too large: the ½ of the loss takes the 2 of the derivative away",
            lambda y, t: 2 * (y - t),
        ),
        on_arrays(
            "half-kept",
            "the ½ is still there: the 2 that comes down from the power takes it away",
            lambda y, t: 0.5 * (y - t),
        ),
        on_arrays(
            "mean-taken",
            "it is divided by the number of entries; the loss is a sum",
            lambda y, t: (y - t) / np.size(y),
            lambda y, t: 2 * (y - t) / np.size(y),
            lambda y, t: (y - t) / len(np.atleast_1d(y)),
            lambda y, t: 2 * (y - t) / len(np.atleast_1d(y)),
        ),
        on_arrays(
            "gives-function",
            "this is the loss of each entry; its derivative was asked for",
            lambda y, t: (y - t) ** 2 / 2,
        ),
        on_arrays(
            "summed",
            "this is one number; each entry of y has a derivative of its own",
            lambda y, t: np.sum(y - t),
        ),
    ),
    hints=(
        "One entry at a time: what is the derivative of ½(y - t)² by y?",
        "The 2 comes down and meets the ½. What is left is the difference; which way round?",
    ),
)

NEAR = 1e-3  # so near to 0 or 1 the logarithm magnifies what float32 rounds away


def _probabilities(rng: np.random.Generator) -> list[Case]:
    inside = [
        ([0.8], [1.0], "one example"),
        ([0.9, 0.2, 0.6], [1.0, 0.0, 0.0], "a few examples"),
        ([0.3, 0.5], [1, 0], "labels that are whole numbers"),
        ([0.25, 0.7, 0.6], [0.5, 0.9, 0.1], "targets between 0 and 1"),
        (rng.uniform(0.05, 0.95, 8), rng.integers(0, 2, 8).astype(float), "random labels"),
        (rng.uniform(0.05, 0.95, 5), rng.uniform(0, 1, 5), "random targets"),
    ]
    ends = [
        ([1e-6, 0.5, 0.6], [1.0, 1.0, 0.0], "a probability of 1e-6"),
        ([1 - 1e-6, 0.3], [0.0, 0.0], "a probability of 1 - 1e-6"),
        ([0.0, 1.0], [0.0, 1.0], "certain and right"),
        ([0.0, 0.4], [1.0, 0.0], "certain and wrong, y = 0"),
        ([0.7, 1.0], [1.0, 0.0], "certain and wrong, y = 1"),
        ([0.0], [0.5], "certain where nobody is"),
    ]
    return [
        *[Case((np.array(y), np.array(t)), kind=kind) for y, t, kind in inside],
        *[Case((np.array(y), np.array(t)), facet="ends", kind=kind) for y, t, kind in ends],
    ]


def _entropy_is_right(got: Any, expected: Any, args: tuple) -> None:
    y, t = args
    value = numeric(got)
    same_shape(value, numeric(expected))
    if not np.isfinite(value) and np.isfinite(expected):
        raise Mismatch("it is not finite where y is 0 or 1: keep the logarithm from 0")
    if np.all((y > 0) & (y < 1)):
        ends = np.min(np.minimum(y, 1 - y)) < NEAR
        close(rtol=2e-3 if ends else 1e-5, atol=1e-7)(got, expected, args)
    elif np.all(y == t):
        close(atol=1e-4)(got, expected, args)


def _inside(*forms: Callable[..., Any]) -> Callable[[Trials], bool]:
    """A predicate: for y well inside (0, 1) the answer is one of the forms; at the ends whatever it likes."""

    def seen(trials: Trials) -> bool:
        inside = [trial for trial in trials if trial.case.facet == "values"]
        told = any(not trial.right for trial in inside)
        return told and any(all(_same(trial, form(*trial.case.args)) for trial in inside) for form in forms)

    return seen


def _told_inside(slug: str, says: str, *forms: Callable[..., Any]) -> Mistake:
    return Mistake(slug, says, *forms, seen=_inside(*forms))


def _not_finite(trials: Trials) -> bool:
    failed = [trial for trial in trials if not trial.right]
    return bool(failed) and all(
        trial.case.facet == "ends"
        and (
            trial.reply.error in ("ValueError", "ZeroDivisionError", "FloatingPointError")
            if trial.reply.kind == "crashed"
            else trial.reply.kind == "value"
            and np.ndim(trial.value) == 0
            and not np.isfinite(float(trial.value))
        )
        for trial in failed
    )


binary_cross_entropy = Exercise(
    id="backprop.binary_cross_entropy",
    title="Cross-entropy of yes-or-no answers",
    signature="binary_cross_entropy(y, t)",
    reference=reference.binary_cross_entropy,
    cases=_probabilities,
    compare=_entropy_is_right,
    points=2,
    facets={"values": 0.6, "ends": 0.4},
    mistakes=(
        _told_inside(
            "sign-flipped",
            "the minus is missing: this is negative, and descending it would make right answers less likely",
            lambda y, t: np.mean(t * np.log(y) + (1 - t) * np.log(1 - y)),
        ),
        _told_inside(
            "sum-not-mean",
            "this is the sum over the examples; the mean was asked for",
            lambda y, t: -np.sum(t * np.log(y) + (1 - t) * np.log(1 - y)),
        ),
        _told_inside(
            "one-sided",
            "only t log y is there: an example with t = 0 costs nothing, whatever y says",
            lambda y, t: -np.mean(t * np.log(y)),
        ),
        _told_inside(
            "wrong-log",
            "the logarithm is to another base; the natural one, `np.log`, was asked for",
            lambda y, t: -np.mean(t * np.log2(y) + (1 - t) * np.log2(1 - y)),
            lambda y, t: -np.mean(t * np.log10(y) + (1 - t) * np.log10(1 - y)),
        ),
        Mistake(
            "not-finite",
            "right inside (0, 1), and not finite where y is 0 or 1: cut y off a little before, with `np.clip`",
            lambda y, t: -np.mean(t * np.log(y) + (1 - t) * np.log(1 - y)),
            seen=_not_finite,
        ),
        _told_inside(
            "second-sign",
            "the second part has the other sign: it is t log y plus (1 - t) log(1 - y)",
            lambda y, t: -np.mean(t * np.log(y) - (1 - t) * np.log(1 - y)),
        ),
        _told_inside(
            "not-averaged",
            "this is one number an example; their mean was asked for",
            lambda y, t: -(t * np.log(y) + (1 - t) * np.log(1 - y)),
        ),
    ),
    hints=(
        "log y is negative for a probability y. A loss is positive: where does a minus belong?",
        "An example with t = 1 costs -log y, one with t = 0 costs -log(1 - y); then take the mean.",
        "log 0 is minus infinity: `np.clip(y, 1e-12, 1 - 1e-12)` keeps it away, and changes nothing else.",
    ),
)


def _open_pairs(rng: np.random.Generator) -> list[Case]:
    made = [
        (np.array([0.8, 0.5]), np.array([1.0, 0.0]), "arrays"),
        (0.8, 1.0, "numbers"),
        (0.25, 0, "a whole number as target"),
        (0.6, 0.9, "a target between 0 and 1"),
        (np.array([0.9, 0.2, 0.5]), np.array([1.0, 0.0, 0.0]), "arrays"),
        (np.array([0.3, 0.1]), np.array([1, 0]), "targets that are whole numbers"),
        (np.array([0.4]), np.array([1.0]), "arrays of one number"),
        (np.array([[0.2, 0.6], [0.7, 0.3], [0.1, 0.8]]), np.array([[0, 1], [1, 0], [0, 1]]), "tables"),
        (rng.uniform(0.05, 0.95, (2, 3)), rng.uniform(0, 1, (2, 3)), "random tables"),
        (
            rng.uniform(0.05, 0.95, (2, 1, 3)),
            rng.uniform(0, 1, (2, 1, 3)),
            "random arrays of three dimensions",
        ),
        (float(rng.uniform(0.05, 0.95)), float(rng.uniform(0, 1)), "random numbers"),
    ]
    return [Case((y, t), kind=kind) for y, t, kind in made]


binary_cross_entropy_gradient = Exercise(
    id="backprop.binary_cross_entropy_gradient",
    title="The derivative of the cross-entropy",
    signature="binary_cross_entropy_gradient(y, t)",
    reference=reference.binary_cross_entropy_gradient,
    cases=_open_pairs,
    mistakes=(
        on_arrays(
            "mean-taken",
            "it is divided by the number of examples; the loss of one example each was asked for",
            lambda y, t: (y - t) / (y * (1 - y)) / np.size(y),
            lambda y, t: (y - t) / (y * (1 - y)) / len(np.atleast_1d(y)),
            lambda y, t: np.mean((y - t) / (y * (1 - y))),
        ),
        on_arrays(
            "sign-flipped",
            "the sign is flipped: where y is below t the loss falls with y, so the derivative is negative",
            lambda y, t: (t - y) / (y * (1 - y)),
        ),
        on_arrays(
            "logit-gradient",
            "y - t is the derivative by what goes into the sigmoid; by y itself it is divided by y (1 - y)",
            lambda y, t: y - t,
        ),
        on_arrays(
            "second-sign",
            "the second part has the wrong sign: the derivative of log(1 - y) is -1/(1 - y)",
            lambda y, t: -t / y - (1 - t) / (1 - y),
        ),
        on_arrays(
            "one-sided",
            "only the part of t log y is there: an example with t = 0 has a derivative too",
            lambda y, t: -t / y,
        ),
    ),
    hints=(
        "The derivative of log y is 1/y. That of log(1 - y) is -1/(1 - y): the chain rule brings the minus.",
        "-t/y + (1 - t)/(1 - y): over a common denominator this is short.",
    ),
)
