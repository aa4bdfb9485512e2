"""A notebook to mend: ten sigmoids with categorical cross-entropy. Its source is `sigmoid_outputs`."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from coursekit.checking import Case, Exercise, Mismatch, Mistake
from coursekit.checking.keras_probes import CLASSES, batch, probabilities
from coursekit.exercises.mnist import keras_models as models
from coursekit.exercises.mnist.keras_telling import (
    Seen,
    cross_entropy,
    described,
    every,
    gives,
    loss_is,
    step_7_layers,
    taken_for_granted,
)
from coursekit.reference.activations import sigmoid, softmax
from coursekit.reference.losses import binary_cross_entropy

Output = Callable[[np.ndarray], np.ndarray]


def sigmoid_outputs() -> Any:
    """The network as the lesson shows it, broken."""
    import keras

    model = keras.Sequential(
        [
            keras.Input((784,)),
            keras.layers.Dense(28, activation="relu"),
            keras.layers.Dense(10, activation="sigmoid"),
        ]
    )
    optimizer = keras.optimizers.SGD(0.01, momentum=0.9)
    model.compile(optimizer, loss="categorical_crossentropy", metrics=["accuracy"])
    return model


def linear(Z: np.ndarray) -> np.ndarray:
    """No activation."""
    return Z


def _cases(rng: np.random.Generator) -> list[Case]:
    seed = int(rng.integers(1_000_000))
    return [Case((seed,), kind="the model's weights and a batch of images", text="mend_sigmoid_outputs()")]


def _look(mend_sigmoid_outputs: Any, seed: int) -> Any:
    from coursekit.checking import keras_probes

    with keras_probes.undisturbed():
        return keras_probes.network(mend_sigmoid_outputs(), seed)


def _is_right(got: Any, expected: Any, args: tuple) -> None:
    (seed,) = args
    taken_for_granted(got)
    step_7_layers(got)
    if "error" in got["training"]:
        raise Mismatch(f"a training step stops with an error. {got['training']['error']}")
    if gives(got, seed, softmax):
        if not _loss(got, seed, linear):
            raise Mismatch(
                "the outputs are probabilities now, and the loss is not their cross-entropy for one-hot targets"
            )
    elif gives(got, seed, linear):
        if not _loss(got, seed, softmax):
            raise Mismatch(
                "the outputs are logits now, and the loss is not the cross-entropy of their softmax"
            )
    else:
        raise Mismatch(
            "with the same weights the outputs are neither a softmax nor logits; mend only the output"
        )


def _loss(got: Seen, seed: int, before: Output, targets: str = "one-hot") -> bool:
    """Whether the loss is the cross-entropy of what `before` makes of the outputs."""
    P, (_, y) = probabilities(seed), batch(seed)
    return loss_is(got, cross_entropy(before(P), y), (targets,))


def _binary(got: Seen, seed: int) -> bool:
    """Whether the loss is binary cross-entropy, of probabilities or of logits."""
    P, (_, y) = probabilities(seed).astype(float), batch(seed)
    T = np.eye(CLASSES)[y]
    each = binary_cross_entropy(P, T), binary_cross_entropy(sigmoid(P), T)
    return any(loss_is(got, value, ("one-hot",)) for value in each)


def _pair(*pairs: tuple[Output, Output]) -> Any:
    """A predicate: output and loss are one of these pairs."""

    def seen(got: Seen, expected: Seen, seed: int) -> bool:
        return any(gives(got, seed, output) and _loss(got, seed, before) for output, before in pairs)

    return every(seen)


def _binary_in_place(got: Seen, expected: Seen, seed: int) -> bool:
    return _binary(got, seed) and any(gives(got, seed, output) for output in (sigmoid, softmax, linear))


def _labels(got: Seen, expected: Seen, seed: int) -> bool:
    pairs = ((softmax, linear), (linear, softmax))
    return any(gives(got, seed, output) and _loss(got, seed, before, "labels") for output, before in pairs)


mend_sigmoid_outputs = Exercise(
    id="mnist.mend_sigmoid_outputs",
    title="Mend: ten sigmoids",
    signature="mend_sigmoid_outputs()",
    reference=models.mend_sigmoid_outputs,
    cases=_cases,
    probe=_look,
    compare=_is_right,
    view=described,
    points=2,
    seconds=30.0,
    mistakes=(
        Mistake(
            "still-sigmoid",
            "the outputs are still ten sigmoids, which do not sum to 1: one class of ten is right, so softmax",
            sigmoid_outputs,
            functools.partial(models.network, output="sigmoid", from_logits=True),
            seen=_pair((sigmoid, linear), (sigmoid, softmax)),
        ),
        Mistake(
            "binary-cross-entropy",
            "binary cross-entropy asks ten questions apart, each yes or no; here one class of ten is right",
            functools.partial(models.network, output="sigmoid", loss="binary_crossentropy"),
            functools.partial(models.network, output="softmax", loss="binary_crossentropy"),
            seen=every(_binary_in_place),
        ),
        Mistake(
            "softmax-twice",
            "the outputs are probabilities, and with from_logits=True the loss takes their softmax once more",
            functools.partial(models.network, from_logits=True),
            seen=_pair((softmax, softmax)),
        ),
        Mistake(
            "logits-as-probabilities",
            "the outputs are logits, and the loss takes them for probabilities: it needs from_logits=True",
            functools.partial(models.network, output=None),
            seen=_pair((linear, linear)),
        ),
        Mistake(
            "sparse-loss",
            "the loss takes whole-number labels, and the targets here are one-hot rows",
            functools.partial(models.network, loss="sparse_categorical_crossentropy"),
            seen=every(_labels),
        ),
    ),
    hints=(
        "Add up the ten outputs of one image. What should probabilities of ten classes sum to?",
        "Either the output layer's activation becomes softmax, or it has none, and the loss is told so.",
    ),
)
