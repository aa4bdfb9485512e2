"""Functions with a kink or a jump at 0: step and ReLU with its derivative."""

from __future__ import annotations

import numpy as np

from coursekit.checking import Exercise, Mistake, Trial
from coursekit.exercises.activations.inputs import cases
from coursekit.exercises.activations.telling import Trials, in_place, minus_one_below, whole_numbers
from coursekit.reference import activations as reference

step = Exercise(
    id="activations.step",
    title="The step",
    signature="step(z)",
    reference=reference.step,
    cases=cases,
    core=False,
    mistakes=(
        Mistake(
            "zero-fires",
            "it gives 1 at 0; the unit fires only where z is greater than 0",
            lambda z: np.heaviside(z, 1),
        ),
        Mistake(
            "sign",
            "this is the sign of z, with -1 below 0; the step gives 0 there",
            lambda z: np.sign(z),
            lambda z: np.where(z < 0, -1, 1),
            lambda z: np.where(z > 0, 1, -1),
            seen=minus_one_below,
        ),
        Mistake(
            "half-at-zero",
            "it gives ½ at 0; the unit fires only where z is greater than 0",
            lambda z: np.heaviside(z, 0.5),
        ),
        Mistake("flipped", "it gives 1 below 0 and 0 above", lambda z: np.where(z < 0, 1, 0)),
    ),
    hints=(
        "One comparison is enough: it gives True or False for each entry, which are 1 and 0.",
        "`np.where(condition, a, b)` picks a where the condition holds, and b elsewhere.",
    ),
)


def _one_largest(trials: Trials) -> bool:
    """Whether arrays give one number, their largest entry or 0, and numbers nothing that speaks against it."""
    arrays = [trial for trial in trials if np.size(trial.case.args[0]) > 1]
    numbers = [trial for trial in trials if np.size(trial.case.args[0]) == 1]
    return all(_is_largest(trial) for trial in arrays) and all(
        trial.reply.kind == "crashed" or _is_largest(trial) for trial in numbers
    )


def _is_largest(trial: Trial) -> bool:
    largest, value = np.max(trial.case.args[0]), np.asarray(trial.value, dtype=float)
    return value.size == 1 and not trial.reply.changed and float(value.item()) in (largest, max(0, largest))


def _relu_writing_into(z: np.ndarray) -> np.ndarray:
    z = np.asarray(z)
    z[z < 0] = 0
    return z


relu = Exercise(
    id="activations.relu",
    title="ReLU",
    signature="relu(z)",
    reference=reference.relu,
    cases=cases,
    mistakes=(
        Mistake("absolute", "this is |z|; below 0 the result is 0, not -z", lambda z: np.abs(z)),
        Mistake(
            "flipped",
            "this is the smaller of 0 and z; it keeps what is below 0 and cuts what is above",
            lambda z: np.minimum(0, z),
        ),
        Mistake(
            "step",
            "this is the step, 1 above 0; ReLU gives z itself there",
            lambda z: np.heaviside(z, 0),
            lambda z: np.heaviside(z, 1),
            lambda z: np.heaviside(z, 0.5),
        ),
        Mistake(
            "whole-array-max",
            "this is one number, the largest entry of all; `np.maximum` compares entry by entry",
            lambda z: np.max(np.maximum(z, 0)),
            lambda z: np.max(z),
            seen=_one_largest,
        ),
        in_place(_relu_writing_into),
        whole_numbers(lambda z: np.vectorize(lambda v: max(0, v))(z)),
    ),
    hints=(
        "Each entry stays as it is where it is above 0, and becomes 0 elsewhere.",
        "`np.max` gives the one largest entry of an array. `np.maximum(a, b)` compares entry by entry.",
    ),
)

relu_gradient = Exercise(
    id="activations.relu_gradient",
    title="The derivative of ReLU",
    signature="relu_gradient(z)",
    reference=reference.relu_gradient,
    cases=cases,
    mistakes=(
        Mistake(
            "gives-function",
            "this is ReLU itself; its slope was asked for",
            lambda z: np.maximum(z, 0),
        ),
        Mistake(
            "one-at-zero",
            "it gives 1 at 0; the convention here is 0, the slope of the left side",
            lambda z: np.heaviside(z, 1),
        ),
        Mistake(
            "minus-below",
            "it gives -1 below 0; ReLU is flat there, and its slope is 0",
            lambda z: np.sign(z),
            lambda z: np.where(z < 0, -1, 1),
            lambda z: np.where(z > 0, 1, -1),
            seen=minus_one_below,
        ),
        Mistake(
            "half-at-zero",
            "it gives ½ at 0; the convention here is 0, the slope of the left side",
            lambda z: np.heaviside(z, 0.5),
        ),
        Mistake(
            "one-everywhere",
            "it gives 1 below 0 too; ReLU is flat there",
            lambda z: np.ones_like(z),
            lambda z: 1,
        ),
    ),
    hints=(
        "Draw ReLU. How steep is it on the left of 0, and on the right?",
        "Only two values occur, 0 and 1. At 0 itself it is a convention: here 0.",
    ),
)
