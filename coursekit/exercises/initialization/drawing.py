"""Initializers: weights drawn from the distribution that fits their layer."""

# The forms of `global-rng` draw from NumPy's global generator: that is the mistake.
# ruff: noqa: NPY002

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from coursekit.checking import Exercise, Mistake, Trial
from coursekit.exercises.initialization.laws import (
    Law,
    cases,
    draw,
    drawn_by,
    follows,
    global_rng,
    in_words,
    normal,
    truncated,
    uniform,
)
from coursekit.reference import initializers as reference

SIZES = ((40, 30), (100, 25), (24, 90))


def _initializer(
    name: str,
    title: str,
    law: Callable[..., Law],
    reference_: Callable[..., Any],
    *mistakes: Mistake,
    hints: tuple[str, ...],
    core: bool = True,
) -> Exercise:
    return Exercise(
        id=f"initialization.{name}",
        title=title,
        signature=f"{name}(n_in, n_out, rng)",
        reference=reference_,
        cases=cases(SIZES, name + "({}, {}, rng)"),
        probe=draw,
        compare=follows(law),
        view=in_words,
        mistakes=mistakes,
        hints=hints,
        core=core,
    )


def _symmetric(limit: float) -> Law:
    return uniform(-limit, limit)


inverse_root = _initializer(
    "inverse_root",
    "Uniform, with limit 1/√n",
    lambda n_in, n_out: _symmetric(1 / math.sqrt(n_in)),
    reference.inverse_root,
    drawn_by(
        "positive-only",
        "all the weights are positive: the range goes from minus the limit to the limit",
        lambda n_in, n_out: uniform(0, 1 / math.sqrt(n_in)),
        lambda n_in, n_out, rng: rng.uniform(0, 1 / np.sqrt(n_in), (n_in, n_out)),
    ),
    drawn_by(
        "inverse-n",
        "the limit is 1/n; it should be 1/√n",
        lambda n_in, n_out: _symmetric(1 / n_in),
        lambda n_in, n_out, rng: rng.uniform(-1 / n_in, 1 / n_in, (n_in, n_out)),
    ),
    drawn_by(
        "fan-out",
        "the limit is made from n_out; what flows in decides, so n_in",
        lambda n_in, n_out: _symmetric(1 / math.sqrt(n_out)),
        lambda n_in, n_out, rng: rng.uniform(-1 / np.sqrt(n_out), 1 / np.sqrt(n_out), (n_in, n_out)),
    ),
    drawn_by(
        "transposed",
        "the shape is (n_out, n_in); X @ W needs (n_in, n_out)",
        lambda n_in, n_out: _symmetric(1 / math.sqrt(n_in)),
        lambda n_in, n_out, rng: rng.uniform(-1 / np.sqrt(n_in), 1 / np.sqrt(n_in), (n_out, n_in)),
        transposed=True,
    ),
    global_rng(
        lambda n_in, n_out: _symmetric(1 / math.sqrt(n_in)),
        lambda n_in, n_out, rng: np.random.uniform(-1 / np.sqrt(n_in), 1 / np.sqrt(n_in), (n_in, n_out)),
        lambda n_in, n_out, rng: np.random.default_rng(0).uniform(
            -1 / np.sqrt(n_in), 1 / np.sqrt(n_in), (n_in, n_out)
        ),
    ),
    hints=(
        "A uniform distribution from -limit to limit, limit = 1/√n_in.",
        "`rng.uniform(low, high, shape)` draws an array.",
    ),
    core=False,
)

lecun_normal = _initializer(
    "lecun_normal",
    "LeCun: variance 1/n_in",
    lambda n_in, n_out: normal(math.sqrt(1 / n_in)),
    reference.lecun_normal,
    drawn_by(
        "variance-as-std",
        "1/n_in is the variance; the deviation, which `rng.normal` takes, is its root",
        lambda n_in, n_out: normal(1 / n_in),
        lambda n_in, n_out, rng: rng.normal(0, 1 / n_in, (n_in, n_out)),
    ),
    drawn_by(
        "fan-out",
        "the variance is made from n_out; what flows in decides, so n_in",
        lambda n_in, n_out: normal(math.sqrt(1 / n_out)),
        lambda n_in, n_out, rng: rng.normal(0, np.sqrt(1 / n_out), (n_in, n_out)),
    ),
    drawn_by(
        "he",
        "the variance is 2/n_in: that is He's; LeCun's is 1/n_in",
        lambda n_in, n_out: normal(math.sqrt(2 / n_in)),
        lambda n_in, n_out, rng: rng.normal(0, np.sqrt(2 / n_in), (n_in, n_out)),
    ),
    global_rng(
        lambda n_in, n_out: normal(math.sqrt(1 / n_in)),
        lambda n_in, n_out, rng: np.random.normal(0, np.sqrt(1 / n_in), (n_in, n_out)),
        lambda n_in, n_out, rng: np.random.randn(n_in, n_out) / np.sqrt(n_in),
        lambda n_in, n_out, rng: np.random.default_rng(1).normal(0, np.sqrt(1 / n_in), (n_in, n_out)),
    ),
    hints=(
        "Normal, mean 0, variance 1/n_in. The deviation is the root of the variance.",
        "`rng.normal(0, deviation, shape)`, or `rng.standard_normal(shape) * deviation`.",
    ),
    core=False,
)

glorot_uniform = _initializer(
    "glorot_uniform",
    "Glorot: the compromise",
    lambda n_in, n_out: _symmetric(math.sqrt(6 / (n_in + n_out))),
    reference.glorot_uniform,
    drawn_by(
        "std-as-limit",
        "the deviation √(2/(n_in + n_out)) is taken as the limit; the limit is √3 times as large",
        lambda n_in, n_out: _symmetric(math.sqrt(2 / (n_in + n_out))),
        lambda n_in, n_out, rng: rng.uniform(
            -np.sqrt(2 / (n_in + n_out)), np.sqrt(2 / (n_in + n_out)), (n_in, n_out)
        ),
    ),
    drawn_by(
        "fan-in-only",
        "the limit is made from n_in alone; Glorot's is √(6/(n_in + n_out))",
        lambda n_in, n_out: _symmetric(math.sqrt(6 / n_in)),
        lambda n_in, n_out, rng: rng.uniform(-np.sqrt(6 / n_in), np.sqrt(6 / n_in), (n_in, n_out)),
    ),
    drawn_by(
        "normal",
        "the deviation is right, and the distribution is normal; a uniform one was asked for",
        lambda n_in, n_out: normal(math.sqrt(2 / (n_in + n_out))),
        lambda n_in, n_out, rng: rng.normal(0, np.sqrt(2 / (n_in + n_out)), (n_in, n_out)),
    ),
    drawn_by(
        "positive-only",
        "all the weights are positive: the range goes from minus the limit to the limit",
        lambda n_in, n_out: uniform(0, math.sqrt(6 / (n_in + n_out))),
        lambda n_in, n_out, rng: rng.uniform(0, np.sqrt(6 / (n_in + n_out)), (n_in, n_out)),
        lambda n_in, n_out, rng: rng.random((n_in, n_out)) * np.sqrt(6 / (n_in + n_out)),
    ),
    global_rng(
        lambda n_in, n_out: _symmetric(math.sqrt(6 / (n_in + n_out))),
        lambda n_in, n_out, rng: np.random.uniform(
            -np.sqrt(6 / (n_in + n_out)), np.sqrt(6 / (n_in + n_out)), (n_in, n_out)
        ),
    ),
    hints=(
        "The variance is 2/(n_in + n_out). Which limit gives a uniform distribution that variance?",
        "The limit is √(3 · variance) = √(6/(n_in + n_out)); draw from -limit to limit.",
    ),
)

he_normal = _initializer(
    "he_normal",
    "He: variance 2/n_in",
    lambda n_in, n_out: normal(math.sqrt(2 / n_in)),
    reference.he_normal,
    drawn_by(
        "variance-as-std",
        "2/n_in is the variance; the deviation, which `rng.normal` takes, is its root",
        lambda n_in, n_out: normal(2 / n_in),
        lambda n_in, n_out, rng: rng.normal(0, 2 / n_in, (n_in, n_out)),
    ),
    drawn_by(
        "fan-out",
        "the variance is made from n_out; what flows in decides, so n_in",
        lambda n_in, n_out: normal(math.sqrt(2 / n_out)),
        lambda n_in, n_out, rng: rng.normal(0, np.sqrt(2 / n_out), (n_in, n_out)),
    ),
    drawn_by(
        "lecun",
        "the variance is 1/n_in: that is LeCun's; ReLU drops half the signal, so He's is 2/n_in",
        lambda n_in, n_out: normal(math.sqrt(1 / n_in)),
        lambda n_in, n_out, rng: rng.normal(0, np.sqrt(1 / n_in), (n_in, n_out)),
    ),
    drawn_by(
        "uniform",
        "the variance is right, and the distribution is uniform; a normal one was asked for",
        lambda n_in, n_out: _symmetric(math.sqrt(6 / n_in)),
        lambda n_in, n_out, rng: rng.uniform(-np.sqrt(6 / n_in), np.sqrt(6 / n_in), (n_in, n_out)),
    ),
    global_rng(
        lambda n_in, n_out: normal(math.sqrt(2 / n_in)),
        lambda n_in, n_out, rng: np.random.normal(0, np.sqrt(2 / n_in), (n_in, n_out)),
        lambda n_in, n_out, rng: np.random.randn(n_in, n_out) * np.sqrt(2 / n_in),
    ),
    hints=(
        "Normal, mean 0, variance 2/n_in: twice LeCun's, for ReLU.",
        "`rng.normal(0, deviation, shape)` takes the deviation, the root of the variance.",
    ),
)


def _clipped(shape: Any, std: float, rng: np.random.Generator) -> Any:
    return np.clip(rng.normal(0, std, shape), -2 * std, 2 * std)


def _heaps(trials: Sequence[Trial]) -> bool:
    """Whether the draws are a normal distribution whose ends were moved onto the limits."""
    for trial in trials:
        if trial.reply.kind != "value" or trial.right or isinstance(trial.value["draws"], list):
            return False
        std = trial.case.args[0][1]
        flat = np.abs(trial.value["draws"].ravel())
        on_limit = np.isclose(flat, 2 * std, rtol=1e-6)
        if flat.max() > 2 * std * (1 + 1e-6) or not 0.035 < on_limit.mean() < 0.056:
            return False
    return True


truncated_normal = Exercise(
    id="initialization.truncated_normal",
    title="A normal distribution without its tails",
    signature="truncated_normal(shape, std, rng)",
    reference=reference.truncated_normal,
    cases=cases(
        (((50, 40), 0.5), ((60, 25), 0.1), ((3000,), 2.0), ((2, 30, 20), 0.02)),
        "truncated_normal({}, {}, rng)",
    ),
    probe=draw,
    compare=follows(lambda shape, std: truncated(std)),
    view=in_words,
    core=False,
    points=2,
    mistakes=(
        Mistake(
            "clipped",
            "values beyond the cut are moved onto it, and heap up there; they are to be drawn again",
            _clipped,
            seen=_heaps,
        ),
        drawn_by(
            "not-truncated",
            "some values lie beyond 2 deviations: those are to be drawn again",
            lambda shape, std: normal(std),
            lambda shape, std, rng: rng.normal(0, std, shape),
        ),
        drawn_by(
            "std-ignored",
            "the deviation is always 1: use the one that is given",
            lambda shape, std: truncated(1.0),
            lambda shape, std, rng: reference.truncated_normal(shape, 1.0, rng),
        ),
        global_rng(
            lambda shape, std: truncated(std),
            lambda shape, std, rng: reference.truncated_normal(shape, std, np.random.default_rng()),
        ),
    ),
    hints=(
        "Draw all, then draw those again that lie beyond ±2·std, until none does.",
        "`beyond = np.abs(x) > 2 * std` marks them; `x[beyond] = rng.normal(0, std, beyond.sum())`.",
    ),
)
