"""Step 7's network, built and compiled."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from coursekit.checking import Case, Exercise, Mismatch, Mistake
from coursekit.checking.keras_probes import batch, probabilities
from coursekit.exercises.mnist import keras_models as models
from coursekit.exercises.mnist.keras_telling import (
    Seen,
    cross_entropy,
    described,
    every,
    gives,
    has_two_layers,
    loss_is,
    moves_like,
    same,
    step_7_layers,
    taken_for_granted,
)
from coursekit.reference.activations import sigmoid, softmax


def _cases(rng: np.random.Generator) -> list[Case]:
    seed = int(rng.integers(1_000_000))
    return [Case((seed,), kind="the model's weights and a batch of images", text="build_model()")]


def _look(build_model: Any, seed: int) -> Any:
    from coursekit.checking import keras_probes

    with keras_probes.undisturbed():
        return keras_probes.network(build_model(), seed)


def _is_right(got: Any, expected: Any, args: tuple) -> None:
    taken_for_granted(got)
    step_7_layers(got)
    if not same(got["outputs"], expected["outputs"]):
        raise Mismatch(
            "with the same weights the outputs are others: relu in the hidden layer, softmax at the output?"
        )
    if not loss_is(got, expected["losses"]["one-hot"], ("one-hot",)):
        error = got["losses"]["one-hot"]
        said = f"; Keras says: {error}" if isinstance(error, str) else ""
        raise Mismatch(f"the loss is not the cross-entropy of probabilities for one-hot targets{said}")
    if not moves_like(got, expected):
        raise Mismatch("the optimizer takes other steps than SGD with rate 0.01 and momentum 0.9")
    _trains_alike(got["training"], expected["training"])


def _trains_alike(got: Any, expected: Any) -> None:
    if "error" in got:
        raise Mismatch(f"a training step stops with an error. {got['error']}")
    if not np.isclose(got["logs"]["loss"], expected["logs"]["loss"], rtol=1e-4):
        raise Mismatch(
            "the loss in training is another: is there a penalty on the weights, or a further term?"
        )
    reported = [value for name, value in got["logs"].items() if name != "loss"]
    if not np.isclose(reported, expected["logs"]["accuracy"], atol=1e-5).any():
        raise Mismatch("training reports no accuracy: name it in `compile`, as a metric")
    by_shape = [sorted(one["after"], key=lambda w: w.shape) for one in (got, expected)]
    for one, right in zip(*by_shape, strict=True):
        if not np.allclose(one, right, atol=2e-6):
            raise Mismatch("two training steps end at other weights than the reference's")


def _but_output(got: Seen, expected: Seen, seed: int, output: Any) -> bool:
    """Whether all is right but the output, and perhaps the loss."""
    return gives(got, seed, output) and moves_like(got, expected)


def _takes_labels(got: Seen, expected: Seen, seed: int) -> bool:
    """Whether the loss is a cross-entropy for whole-number labels, of probabilities or of logits."""
    P, (_, y) = probabilities(seed), batch(seed)
    fits = any(loss_is(got, cross_entropy(one, y), ("labels",)) for one in (P, softmax(P)))
    return fits and gives(got, seed, softmax) and moves_like(got, expected)


def _wrong_input(got: Seen, expected: Seen, seed: int) -> bool:
    fits = loss_is(got, expected["losses"]["one-hot"], ("one-hot",)) and moves_like(got, expected)
    other = got["takes"] != [784] or np.shape(got["outputs"]) != (6, 10)
    return other and fits and has_two_layers(got) and (got["takes"] is None or gives(got, seed, softmax))


def _logits_of(got: Seen, expected: Seen, seed: int) -> bool:
    P, (_, y) = probabilities(seed), batch(seed)
    twice = loss_is(got, cross_entropy(softmax(P), y))
    return twice and gives(got, seed, softmax) and moves_like(got, expected)


def _hidden_linear(got: Seen, expected: Seen, seed: int) -> bool:
    fits = loss_is(got, expected["losses"]["one-hot"], ("one-hot",)) and moves_like(got, expected)
    return fits and gives(got, seed, softmax, hidden=lambda Z: Z)


def _no_momentum(got: Seen, expected: Seen, seed: int) -> bool:
    from coursekit.checking.keras_probes import GRADIENTS

    plain = same(got["moves"], -0.01 * np.array(GRADIENTS))
    return plain and gives(got, seed, softmax) and loss_is(got, expected["losses"]["one-hot"], ("one-hot",))


build_model = Exercise(
    id="mnist.build_model",
    title="A network, built and compiled",
    signature="build_model()",
    reference=models.build_model,
    cases=_cases,
    probe=_look,
    compare=_is_right,
    view=described,
    points=3,
    seconds=30.0,
    mistakes=(
        Mistake(
            "sigmoid-output",
            "the output layer has ten sigmoids, whose values do not sum to 1: one class of ten is right, so softmax",
            functools.partial(models.network, output="sigmoid"),
            functools.partial(models.network, output="sigmoid", loss="binary_crossentropy"),
            seen=every(lambda got, expected, seed: _but_output(got, expected, seed, sigmoid)),
        ),
        Mistake(
            "linear-output",
            "the output layer has no activation, so its outputs are no probabilities: softmax was asked for",
            functools.partial(models.network, output=None),
            functools.partial(models.network, output=None, from_logits=True),
            seen=every(lambda got, expected, seed: _but_output(got, expected, seed, lambda Z: Z)),
        ),
        Mistake(
            "wrong-input",
            "the inputs have another shape than (784,): an image is one flat row of 784 numbers here",
            functools.partial(models.network, inputs=(28, 28)),
            functools.partial(models.network, inputs=(28, 28), before=(("Flatten",),)),
            functools.partial(models.network, inputs=(28,)),
            functools.partial(models.network, inputs=(784, 1)),
            seen=every(_wrong_input),
        ),
        Mistake(
            "loss-mismatch",
            "the loss takes whole-number labels, and the targets are one-hot rows: categorical_crossentropy takes those",
            functools.partial(models.network, loss="sparse_categorical_crossentropy"),
            seen=every(_takes_labels),
        ),
        Mistake(
            "softmax-twice",
            "the loss applies softmax once more to outputs that are probabilities already: leave out `from_logits=True`",
            functools.partial(models.network, from_logits=True),
            seen=every(_logits_of),
        ),
        Mistake(
            "hidden-linear",
            "the hidden layer has no activation, so the two layers are one affine map",
            functools.partial(models.network, hidden=None),
            seen=every(_hidden_linear),
        ),
        Mistake(
            "momentum-missing",
            "the optimizer is SGD with rate 0.01 and no momentum; a momentum of 0.9 was asked for",
            functools.partial(models.network, optimizer=("SGD", 0.01)),
            seen=every(_no_momentum),
        ),
    ),
    hints=(
        "A `keras.Sequential` of three things: `keras.Input((784,))`, and two `keras.layers.Dense`.",
        'The activations are "relu" and "softmax"; the loss for one-hot targets is "categorical_crossentropy".',
        '`model.compile(optimizer=keras.optimizers.SGD(0.01, momentum=0.9), loss=..., metrics=["accuracy"])`, '
        "then `return model`.",
    ),
)
