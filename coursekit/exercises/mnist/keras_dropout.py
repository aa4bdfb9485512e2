"""Step 12: dropout between the hidden layer and the output."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from coursekit.checking import Case, Exercise, Mismatch, Mistake
from coursekit.checking.keras_probes import width
from coursekit.exercises.mnist import keras_models as models
from coursekit.exercises.mnist.keras_telling import (
    Seen,
    Trials,
    described,
    learns_classes,
    logits,
    taken_for_granted,
)

SAME = 1e-3  # of single precision


def _cases(rng: np.random.Generator) -> list[Case]:
    seed, rates = int(rng.integers(1_000_000)), (None, 0.2, round(float(rng.uniform(0.6, 0.85)), 2))
    return [
        Case((seed, rate), kind="a rate", text=f"with_dropout({'' if rate is None else rate})")
        for rate in rates
    ]


def _look(with_dropout: Any, seed: int, rate: float | None) -> Any:
    from coursekit.checking import keras_probes, keras_trials

    with keras_probes.undisturbed():
        model = with_dropout() if rate is None else with_dropout(rate)
        seen = keras_probes.network(model, seed, train=False)
        if sorted(len(shape) for shape in seen.get("shapes", [])) in ([2, 2], [1, 2, 2], [1, 1, 2, 2]):
            seen["dropout"] = keras_trials.dropout(model)
        return seen


def _is_right(got: Any, expected: Any, args: tuple) -> None:
    rate = _asked(args)
    _is_network(got, args[0])
    if _varies(got["dropout"]["output"]):
        raise Mismatch("in training the outputs themselves are dropped")
    values, same = _hidden(got)
    if np.allclose(values, same, atol=SAME):
        raise Mismatch("in training mode nothing is dropped")
    kept = values[np.abs(values) > SAME]
    if not kept.size or not np.allclose(kept, same / (1 - rate), rtol=SAME):
        raise Mismatch(
            f"in training a hidden unit is not either 0 or 1 / (1 - rate) times its value, for a rate of {rate:g}"
        )
    _drops_evenly(np.abs(values) > SAME, rate)


def _is_network(got: Any, seed: int) -> None:
    taken_for_granted(got)
    learns_classes(got, seed)
    if "dropout" not in got:
        raise Mismatch(
            "784 inputs, one hidden layer and 10 outputs were asked for; this model has other layers"
        )
    for part in got["dropout"].values():
        if not np.allclose(part["predicted"], part["predicted"][0], atol=SAME):
            raise Mismatch("for equal images it predicts different outputs: dropout is for training alone")


def _asked(args: tuple) -> float:
    return 0.5 if args[1] is None else float(args[1])


def _varies(part: Seen) -> bool:
    return not np.allclose(part["training"], part["predicted"][0], atol=SAME)


def _hidden(got: Seen) -> tuple[np.ndarray, float]:
    """What reaches the outputs from each hidden unit in training, (N, units), and when predicting."""
    part, units = got["dropout"]["hidden"], min(9, width(got["shapes"]))
    rows, predicted = (logits(part[name])[:, :units] for name in ("training", "predicted"))
    return rows, float(np.mean(predicted))


def _drops_evenly(kept: np.ndarray, rate: float) -> None:
    """Raise Mismatch unless each unit of each row is dropped by itself, with this probability."""
    allowed = 6 * np.sqrt(rate * (1 - rate) / len(kept))
    if (np.abs(kept.mean(axis=0) - (1 - rate)) > allowed).any():
        raise Mismatch(f"not every hidden unit is dropped for {rate:g} of the images")
    together = (kept[:, 1:] & kept[:, :-1]).mean(axis=0)
    if (np.abs(together - (1 - rate) ** 2) > allowed).any():
        raise Mismatch("the hidden units are dropped together: each is to be dropped by itself")


def _networks(trials: Trials) -> bool:
    for trial in trials:
        if trial.reply.kind != "value":
            return False
        _is_network(trial.value, trial.case.args[0])
    return True


def _after_output(trials: Trials) -> bool:
    return _networks(trials) and all(_varies(trial.value["dropout"]["output"]) for trial in trials)


def _on_input(trials: Trials) -> bool:
    """A pixel is dropped or not for all units of a row at once, so there are two values but 0."""
    if not _networks(trials):
        return False
    for trial in trials:
        values, _ = _hidden(trial.value)
        least = np.where(np.abs(values) > SAME, values, np.inf).min(axis=1)
        most = np.where(np.abs(values) > SAME, values, -np.inf).max(axis=1)
        if not np.allclose(least, most, rtol=SAME) or len(np.unique(np.round(most, 3))) not in (2, 3):
            return False
        if np.isfinite(most).sum() < 2 or np.ptp(most[np.isfinite(most)]) < SAME:
            return False
    return True


def _shown(trials: Trials) -> list[float] | None:
    """The rate that each trial shows, of dropout on the hidden units alone; None where one shows none."""
    rates: list[float] = []
    if not _networks(trials):
        return None
    for trial in trials:
        values, same = _hidden(trial.value)
        kept = values[np.abs(values) > SAME]
        if _varies(trial.value["dropout"]["output"]) or not kept.size:
            return None
        rate = 1 - same / float(kept[0])
        if rate < SAME or not np.allclose(kept, kept[0], rtol=SAME):
            return None
        _drops_evenly(np.abs(values) > SAME, rate)
        rates.append(rate)
    return rates


def _rate_is(rule: Callable[[list[float], list[float]], bool]) -> Callable[[Trials], bool]:
    def seen(trials: Trials) -> bool:
        rates, asked = _shown(trials), [_asked(trial.case.args) for trial in trials]
        return rates is not None and not np.allclose(rates, asked, atol=SAME) and rule(rates, asked)

    return seen


def _nothing(trials: Trials) -> bool:
    return _networks(trials) and not any(
        _varies(part) for trial in trials for part in trial.value["dropout"].values()
    )


def _after(rate: float = 0.5) -> Any:
    return models.network(after=(("Dropout", rate),))


def _before_softmax(rate: float = 0.5) -> Any:
    return models.network(output=None, after=(("Dropout", rate), ("Softmax",)))


def _input(rate: float = 0.5) -> Any:
    return models.network(before=(("Dropout", rate),))


def _half(rate: float = 0.5) -> Any:
    return models.network(between=(("Dropout", 0.5),))


def _fifth(rate: float = 0.5) -> Any:
    return models.network(between=(("Dropout", 0.2),))


def _share_kept(rate: float = 0.5) -> Any:
    return models.network(between=(("Dropout", 1 - rate),))


def _none(rate: float = 0.5) -> Any:
    return models.network()


with_dropout = Exercise(
    id="mnist.with_dropout",
    title="Dropout",
    signature="with_dropout(rate=0.5)",
    reference=models.with_dropout,
    cases=_cases,
    probe=_look,
    compare=_is_right,
    view=described,
    points=2,
    seconds=30.0,
    mistakes=(
        Mistake(
            "after-output",
            "dropout comes after the output layer, so classes themselves are dropped: it belongs before that layer",
            _after,
            _before_softmax,
            seen=_after_output,
        ),
        Mistake(
            "on-input",
            "dropout acts on the pixels: it belongs between the hidden layer and the output",
            _input,
            seen=_on_input,
        ),
        Mistake(
            "rate-ignored",
            "the same share is dropped whatever rate is: hand it on to the layer",
            _half,
            _fifth,
            seen=_rate_is(lambda rates, asked: np.allclose(rates, rates[0], atol=SAME)),
        ),
        Mistake(
            "share-kept",
            "the share of units that stay is `rate`: it was asked for as the share that is dropped",
            _share_kept,
            seen=_rate_is(lambda rates, asked: np.allclose(rates, 1 - np.array(asked), atol=SAME)),
        ),
        Mistake(
            "nothing-dropped",
            "in training mode nothing is dropped: a Dropout layer is missing, or its rate is 0",
            _none,
            seen=_nothing,
        ),
    ),
    hints=(
        "The network is that of step 7, with one more layer in it.",
        "`keras.layers.Dropout(rate)`, after the hidden Dense and before the output's.",
    ),
)
