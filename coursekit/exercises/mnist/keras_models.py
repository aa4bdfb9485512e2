"""The course's small Keras networks: the right answers, and, by other arguments, the wrong ones."""

from __future__ import annotations

import functools
from typing import Any

CROSS_ENTROPY = "categorical_crossentropy"


def network(
    *,
    inputs: tuple[int, ...] = (784,),
    units: int = 28,
    before: tuple[Any, ...] = (),
    hidden: str | None = "relu",
    between: tuple[Any, ...] = (),
    output: str | None = "softmax",
    after: tuple[Any, ...] = (),
    bias: bool = True,
    optimizer: tuple[Any, ...] = ("SGD", 0.01, 0.9),
    loss: Any = CROSS_ENTROPY,
    from_logits: bool = False,
) -> Any:
    """A compiled network with one hidden layer and 10 outputs.

    before, between, after: further layers, each as its name and arguments: (("Dropout", 0.5),)
    optimizer: its name and arguments
    """
    from coursekit.frameworks.keras_setup import import_keras

    keras = import_keras()
    if from_logits:
        loss = keras.losses.CategoricalCrossentropy(from_logits=True)

    def made(layers: tuple[Any, ...]) -> list[Any]:
        return [getattr(keras.layers, name)(*rest) for name, *rest in layers]

    model = keras.Sequential(
        [
            keras.Input(inputs),
            *made(before),
            keras.layers.Dense(units, activation=hidden, use_bias=bias),
            *made(between),
            keras.layers.Dense(10, activation=output),
            *made(after),
        ]
    )
    name, *rest = optimizer
    model.compile(getattr(keras.optimizers, name)(*rest), loss, metrics=["accuracy"])
    return model


# A check only sets a model's weights, and sets them back: one of a kind will do for all checks.
_one = functools.cache(network)


def build_model() -> Any:
    """784 flat inputs, 28 relu units, 10 probabilities; SGD 0.01 with momentum 0.9 on cross-entropy."""
    return _one()


def with_dropout(rate: float = 0.5) -> Any:
    """`build_model`'s network, the hidden units dropped out while it trains."""
    return _one(between=(("Dropout", rate),))


def with_batch_norm() -> Any:
    """`build_model`'s network with batch normalization between the hidden layer and its relu."""
    return _one(hidden=None, bias=False, between=(("BatchNormalization",), ("ReLU",)))


def with_adam(learning_rate: float = 0.001) -> Any:
    """`build_model`'s network, trained by Adam."""
    return _one(optimizer=("Adam", learning_rate))


def mend_sigmoid_outputs() -> Any:
    """The broken notebook's network with softmax in the place of ten sigmoids."""
    return _one()
