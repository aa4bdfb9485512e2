"""The last layer: how many units, which activation, which loss."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from coursekit.checking import Case, Exercise, Mismatch, Mistake, Trial
from coursekit.exercises.activations.telling import Trials
from coursekit.reference import layers as reference

_PROBLEMS = ("multiclass", "regression", "binary", "multilabel")
_NAMES = ("units", "activation", "loss")
_WORDS = (("1", "C"), ("linear", "sigmoid", "softmax"), ("mse", "bce", "cross-entropy"))
_SOFTMAX_PAIR = ["C", "softmax", "cross-entropy"]  # for a binary problem: right, though longer than needed


def _same_layer(got: Any, expected: Any, args: tuple) -> None:
    if got is None:
        raise Mismatch("it gave None: did you forget `return`?")
    layer = _layer(got)
    if layer is None or len(layer) != 3 or not all(isinstance(word, str) for word in layer):
        raise Mismatch("three texts were asked for: units, activation and loss")
    for name, word, words in zip(_NAMES, layer, _WORDS, strict=True):
        if word not in words:
            raise Mismatch(f"for {name} it gave {word!r}; there are {', '.join(map(repr, words))}")
    other = [name for name, word, right in zip(_NAMES, layer, expected, strict=True) if word != right]
    if other:
        raise Mismatch(f"for {args[0]!r} the choice of {' and '.join(other)} is another one")


def _layer(value: Any) -> list | None:
    value = value.tolist() if isinstance(value, np.ndarray) else value
    return value if isinstance(value, list) else None


def _layers(**other: tuple[str, str, str]) -> Callable[[str], tuple[str, str, str]]:
    """A form of a mistake: the right layers, but for these problems."""
    return lambda problem: other[problem] if problem in other else reference.output_layer(problem)


def _given_for(problem: str, *layers: tuple[str, str, str]) -> Callable[[Trials], bool]:
    """A predicate: one of these layers for this problem, and right ones (or forgiven) for the others."""

    def seen(trials: Trials) -> bool:
        others = [trial for trial in trials if trial.case.args[0] != problem]
        given = next(_layer(trial.value) for trial in trials if trial.case.args[0] == problem)
        return given in [list(layer) for layer in layers] and all(map(_accepted, others))

    return seen


def _accepted(trial: Trial) -> bool:
    return trial.right or (trial.case.args[0] == "binary" and _layer(trial.value) == _SOFTMAX_PAIR)


def _for(
    problem: str, slug: str, says: str, *layers: tuple[str, str, str], forgiven: bool = False
) -> Mistake:
    forms = [_layers(**{problem: layer}) for layer in layers]
    return Mistake(slug, says, *forms, seen=_given_for(problem, *layers), forgiven=forgiven)


output_layer = Exercise(
    id="activations.output_layer",
    title="Which output layer, which loss",
    signature="output_layer(problem)",
    reference=reference.output_layer,
    cases=lambda rng: [Case((problem,), facet=problem, kind=problem) for problem in _PROBLEMS],
    compare=_same_layer,
    view=lambda layer: "",  # one verdict would tell a quarter of the answer
    facets=dict.fromkeys(_PROBLEMS, 0.25),
    points=2,
    mistakes=(
        _for(
            "multilabel",
            "multilabel-softmax",
            "with softmax the labels share one sum of 1, so two can never be sure at once: a sigmoid each",
            ("C", "softmax", "cross-entropy"),
            ("C", "softmax", "bce"),
        ),
        _for(
            "multiclass",
            "multiclass-sigmoid",
            "with a sigmoid each, the C probabilities do not sum to 1, and one class is right: softmax",
            ("C", "sigmoid", "cross-entropy"),
            ("C", "sigmoid", "bce"),
        ),
        _for(
            "regression",
            "regression-relu",
            "ReLU never gives a negative number, and has no gradient where it gives 0: no activation, linear",
            ("1", "relu", "mse"),
        ),
        _for(
            "binary",
            "binary-two-sigmoids",
            "two sigmoids for one question do not know of each other: one unit, or a softmax of two",
            ("C", "sigmoid", "bce"),
            ("C", "sigmoid", "cross-entropy"),
            ("2", "sigmoid", "bce"),
            ("2", "sigmoid", "cross-entropy"),
        ),
        _for(
            "binary",
            "binary-softmax",
            "a softmax of two units is right for a binary problem; one sigmoid says the same with half the weights",
            ("C", "softmax", "cross-entropy"),
            forgiven=True,
        ),
        _for(
            "binary",
            "binary-one-softmax",
            "a softmax of a single unit is 1 whatever the unit says: one unit with a sigmoid",
            ("1", "softmax", "bce"),
            ("1", "softmax", "cross-entropy"),
        ),
        _for(
            "regression",
            "regression-sigmoid",
            "a sigmoid gives numbers between 0 and 1 only; a regression may need any number: linear",
            ("1", "sigmoid", "mse"),
        ),
    ),
    hints=(
        "Ask for each problem: how many numbers are needed, and between which limits?",
        "One class of C is right: the probabilities share a sum of 1. Several labels may be right: each has its own.",
        "A probability of yes and no goes with bce, shared probabilities with cross-entropy, a free number with mse.",
    ),
)
