"""Step 13: batch normalization between the hidden layer and its activation."""

from __future__ import annotations

from typing import Any

import numpy as np

from coursekit.checking import Case, Exercise, Mismatch, Mistake
from coursekit.checking.keras_probes import width
from coursekit.checking.keras_trials import batch_norm_inputs, normalized, shift
from coursekit.exercises.mnist import keras_models as models
from coursekit.exercises.mnist.keras_telling import (
    Seen,
    described,
    every,
    is_softmax,
    learns_classes,
    logits,
    taken_for_granted,
)

SAME = 5e-3  # of single precision, and of Keras' epsilon


def _cases(rng: np.random.Generator) -> list[Case]:
    seed = int(rng.integers(1_000_000))
    return [Case((seed,), kind="the model's weights and a batch of images", text="with_batch_norm()")]


def _look(with_batch_norm: Any, seed: int) -> Any:
    from coursekit.checking import keras_probes, keras_trials

    with keras_probes.undisturbed():
        model = with_batch_norm()
        seen = keras_probes.network(model, seed, train=False)
        kernels = [shape for shape in seen.get("shapes", []) if len(shape) == 2]
        two = len(kernels) == 2 and {shape[1] for shape in kernels} >= {10}
        if two and seen["takes"] == [784] and any(shape[0] == 784 for shape in kernels):
            seen["normalizing"] = keras_trials.batch_norm(model)
        return seen


def _is_right(got: Any, expected: Any, args: tuple) -> None:
    taken_for_granted(got)
    learns_classes(got, args[0])
    _has_two_layers(got)
    units = width(got["shapes"])
    moving = [shape for name, shape in got["normalizing"]["names"] if name == "moving_mean"]
    if moving != [[units]]:
        where = (
            "there is none" if not moving else f"it normalizes {' and '.join(str(one[0]) for one in moving)}"
        )
        raise Mismatch(f"one BatchNormalization of the {units} hidden units was asked for; {where}")
    if _is_affine(got):
        raise Mismatch("the hidden layer has no activation, so the network is one affine map")
    if not _before_activation(got):
        raise Mismatch(
            "what the hidden layer gives is not the activation of its normalized values; "
            "the order is Dense, BatchNormalization, activation, output"
        )
    if _hidden_bias(got):
        raise Mismatch("the hidden Dense has a bias, which the normalization takes away again")


def _has_two_layers(got: Seen) -> None:
    if "normalizing" not in got:
        raise Mismatch(
            "784 inputs, one hidden layer and 10 outputs were asked for; this model has other layers"
        )


def _out(got: Seen, name: str) -> np.ndarray:
    """What comes out of the hidden units that are looked at, (64, units)."""
    return 2 * logits(got["normalizing"][name])[:, : min(width(got["shapes"]), 9)]


def _is_affine(got: Seen) -> bool:
    X = batch_norm_inputs(width(got["shapes"]))[:, 0]
    line = np.polynomial.Polynomial.fit(X, _out(got, "plain")[:, 0], 1)
    return bool(np.allclose(line(X), _out(got, "plain")[:, 0], atol=SAME))


def _near(one: np.ndarray, other: np.ndarray) -> bool:
    return bool(np.allclose(one, other, rtol=SAME, atol=SAME))


def _before_activation(got: Seen) -> bool:
    """Normalizing inside is like normalizing what is brought to the units, by fixed values and by the batch's."""
    return _near(_out(got, "shifted"), _out(got, "moved")) and _near(
        _out(got, "training"), _out(got, "moved-training")
    )


def _after_activation(got: Seen, expected: Seen, seed: int) -> bool:
    learns_classes(got, seed)
    A, by = _out(got, "plain"), shift(width(got["shapes"]), got["normalizing"]["names"])
    own = {**by, "moving_mean": A.mean(axis=0), "moving_variance": A.var(axis=0)}
    shifted, trained = normalized(A, by), normalized(A, own)
    right = _near(_out(got, "shifted"), shifted) and _near(_out(got, "training"), trained)
    return right and not _is_affine(got)


def _bias_kept(got: Seen, expected: Seen, seed: int) -> bool:
    learns_classes(got, seed)
    return _hidden_bias(got) and _before_activation(got) and not _is_affine(got)


def _hidden_bias(got: Seen) -> bool:
    units, first = width(got["shapes"]), False
    for name, shape in got["normalizing"]["names"]:
        first = shape == [784, units] if len(shape) == 2 else first
        if first and name == "bias":
            return True
    return False


def _on_output(got: Seen, expected: Seen, seed: int) -> bool:
    """The ten outputs are normalized, before or after softmax, whatever is done to the hidden units."""
    _has_two_layers(got)
    seen, units = got["normalizing"], width(got["shapes"])
    if ["moving_mean", [10]] not in seen["names"]:
        return False
    ten = shift(10, seen["names"])
    if is_softmax(seen["plain"]) and not is_softmax(seen["shifted"]):
        return _near(seen["shifted"][:, :9], normalized(np.asarray(seen["plain"])[:, :9], ten))
    A = _out(got, "plain")
    possible = (A, _out(got, "moved"), normalized(A, shift(units, seen["names"])))
    found = logits(seen["shifted"])[:, : A.shape[1]]
    ten = {name: values[: A.shape[1]] for name, values in ten.items()}
    return any(_near(found, normalized(hidden / 2, ten)) for hidden in possible)


def _relu_first() -> Any:
    return models.network(between=(("BatchNormalization",),))


def _relu_first_no_bias() -> Any:
    return models.network(bias=False, between=(("BatchNormalization",),))


def _with_bias() -> Any:
    return models.network(hidden=None, between=(("BatchNormalization",), ("ReLU",)))


def _logits_normalized() -> Any:
    return models.network(output=None, after=(("BatchNormalization",), ("Softmax",)))


def _probabilities_normalized() -> Any:
    return models.network(after=(("BatchNormalization",),))


with_batch_norm = Exercise(
    id="mnist.with_batch_norm",
    title="Batch normalization",
    signature="with_batch_norm()",
    reference=models.with_batch_norm,
    cases=_cases,
    probe=_look,
    compare=_is_right,
    view=described,
    points=2,
    seconds=30.0,
    mistakes=(
        Mistake(
            "after-activation",
            "the normalization comes after the activation; that works too, and before it was asked for",
            _relu_first,
            _relu_first_no_bias,
            seen=every(_after_activation),
            forgiven=True,
        ),
        Mistake(
            "bias-kept",
            "the hidden Dense has a bias, which the normalization takes away again: use_bias=False saves it",
            _with_bias,
            seen=every(_bias_kept),
            forgiven=True,
        ),
        Mistake(
            "on-output",
            "the outputs are normalized over the batch: normalization belongs to the hidden layer",
            _logits_normalized,
            _probabilities_normalized,
            seen=every(_on_output),
        ),
    ),
    hints=(
        "The hidden Dense gives its values to the normalization as they are, with no activation of its own.",
        '`Dense(28, use_bias=False)`, `BatchNormalization()`, `Activation("relu")`, and the output layer of step 7.',
    ),
)
