"""Step 15: the same network, trained by Adam."""

from __future__ import annotations

from typing import Any

import numpy as np

from coursekit.checking import Case, Exercise, Mismatch, Mistake
from coursekit.exercises.mnist import keras_models as models
from coursekit.exercises.mnist.keras_telling import (
    Seen,
    Trials,
    described,
    learns_classes,
    same,
    taken_for_granted,
)


def _cases(rng: np.random.Generator) -> list[Case]:
    seed, rates = int(rng.integers(1_000_000)), (None, 0.01, round(float(rng.uniform(2e-4, 8e-4)), 5))
    return [
        Case((seed, rate), kind="a learning rate", text=f"with_adam({'' if rate is None else rate})")
        for rate in rates
    ]


def _look(with_adam: Any, seed: int, rate: float | None) -> Any:
    from coursekit.checking import keras_probes

    with keras_probes.undisturbed():
        model = with_adam() if rate is None else with_adam(rate)
        return keras_probes.network(model, seed, train=False)


def _is_right(got: Any, expected: Any, args: tuple) -> None:
    taken_for_granted(got)
    learns_classes(got, args[0])
    if isinstance(got["moves"], str):
        raise Mismatch(f"the optimizer takes no step. {got['moves']}")
    if not same(got["moves"], expected["moves"]):
        rate = 0.001 if args[1] is None else args[1]
        raise Mismatch(f"the optimizer takes other steps than Adam with learning rate {rate:g}")


def _networks(trials: Trials) -> bool:
    """Whether all are right but, perhaps, for their optimizers."""
    for trial in trials:
        if trial.reply.kind != "value" or isinstance(trial.value.get("moves", ""), str):
            return False
        taken_for_granted(trial.value)
        learns_classes(trial.value, trial.case.args[0])
    return True


def _rate_ignored(trials: Trials) -> bool:
    """Adam's steps are in proportion to its rate: all show the same rate, whatever was asked for."""
    if not _networks(trials):
        return False
    shown = []
    for trial in trials:
        factor = _largest(trial.value) / _largest(trial.expected)
        if not same(trial.value["moves"], factor * np.asarray(trial.expected["moves"])):
            return False
        shown.append(factor * (0.001 if trial.case.args[1] is None else trial.case.args[1]))
    return not all(trial.right for trial in trials) and np.allclose(shown, shown[0], rtol=1e-2)


def _largest(seen: Seen) -> float:
    return float(np.max(np.abs(seen["moves"])))


def _sgd(trials: Trials) -> bool:
    """Ten times the gradients make ten times the steps: with Adam they would make equal ones."""
    steps = [np.asarray(trial.value["moves"]) for trial in trials if _networks(trials)]
    return bool(steps) and all(np.any(one) and same(one[:, 1], 10 * one[:, 0]) for one in steps)


def _constant(learning_rate: float = 0.001) -> Any:
    return models.network(optimizer=("Adam", 0.001))


def _larger(learning_rate: float = 0.001) -> Any:
    return models.network(optimizer=("Adam", 0.01))


def _descent(learning_rate: float = 0.001) -> Any:
    return models.network(optimizer=("SGD", learning_rate))


def _momentum(learning_rate: float = 0.001) -> Any:
    return models.network(optimizer=("SGD", 0.01, 0.9))


with_adam = Exercise(
    id="mnist.with_adam",
    title="Adam",
    signature="with_adam(learning_rate=0.001)",
    reference=models.with_adam,
    cases=_cases,
    probe=_look,
    compare=_is_right,
    view=described,
    seconds=30.0,
    mistakes=(
        Mistake(
            "rate-ignored",
            "Adam takes the same steps whatever learning_rate is: hand it on to the optimizer",
            _constant,
            _larger,
            seen=_rate_ignored,
        ),
        Mistake(
            "sgd",
            "the optimizer is gradient descent, whose steps are in proportion to the gradient; Adam was asked for",
            _descent,
            _momentum,
            seen=_sgd,
        ),
    ),
    hints=(
        "The network is that of step 7; only what `compile` is given changes.",
        '`optimizer=keras.optimizers.Adam(learning_rate)`: the name "adam" alone would always mean 0.001.',
    ),
)
