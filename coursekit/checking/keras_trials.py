"""Small experiments on a Keras callback, on dropout and on batch normalization: observations, no conclusions.

As in `keras_probes`, Keras is the one that the answer has imported, and all that comes back is plain data.
"""

from __future__ import annotations

import functools
import sys
from typing import Any

import numpy as np

from coursekit.checking.keras_probes import CLASSES, INPUTS, form, outputs, restored, width

ROWS = 2000  # equal images: what differs between their outputs is chance


def stopping(callback: Any, logs: dict[str, list[float]]) -> dict[str, Any]:
    """What a callback does in a training that reports these logs, a value an epoch each.

    The model's one weight is 1 after the first epoch, 2 after the second, and so on. Returned: what the
    callback is, the epochs that were run, and the weight at the end.
    """
    seen: dict[str, Any] = {"form": form(callback)}
    if seen["form"] != "a callback":
        return seen
    model = _one_weight()
    model.stop_training = False
    callback.set_params({"verbose": 0, "epochs": len(logs["loss"]), "steps": 1})
    callback.set_model(model)
    callback.on_train_begin({})
    for epoch in range(len(logs["loss"])):
        callback.on_epoch_begin(epoch, {})
        model.set_weights([np.array([[epoch + 1.0]], dtype=np.float32)])
        reported = {name: values[epoch] for name, values in logs.items()}
        callback.on_epoch_end(epoch, dict(reported))
        seen["epochs"] = epoch + 1
        if model.stop_training:
            break
    callback.on_train_end(reported)
    seen["weight"] = float(model.get_weights()[0][0, 0])
    return seen


@functools.cache
def _one_weight() -> Any:
    """A compiled model with one weight and an accuracy, which has been measured once."""
    keras = sys.modules["keras"]
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    model.compile("sgd", "mse", metrics=["accuracy"], run_eagerly=True)
    model.test_on_batch(np.zeros((2, 1)), np.zeros((2, 1)))
    return model


def dropout(model: Any) -> dict[str, Any]:
    """Outputs for equal images, predicted and in training mode, with weights that show what is dropped.

    "hidden": pixel 0 and a bias of 1 bring 2 to every hidden unit; output k < 9 gets half of unit k, the
        last output nothing. A dropped pixel leaves all units at 1, a dropped unit leaves its output at 0.
    "output": no weight but the output's biases: what differs there is dropped at the output, or after it.
    """
    X = np.zeros((ROWS, INPUTS), dtype=np.float32)
    X[:, 0] = 1
    seen: dict[str, Any] = {}
    with restored(model):
        for name in ("hidden", "output"):
            model.set_weights(_telling(model, name))
            seen[name] = {
                "predicted": outputs(model, X[:8]),
                "training": outputs(model, X, training=True),
            }
    return seen


def _telling(model: Any, name: str) -> list[np.ndarray]:
    """The weights of a two-layer network for `dropout`; a bias is its kernel's, which comes before it."""
    shapes, made, first = [tuple(one.shape) for one in model.weights], [], False
    for shape in shapes:
        value = np.zeros(shape, dtype=np.float32)
        first = shape == (INPUTS, width(shapes)) if len(shape) == 2 else first
        if name == "hidden" and first:
            value[0 if len(shape) == 2 else ...] = 1
        elif name == "hidden" and len(shape) == 2:
            np.fill_diagonal(value[:, : CLASSES - 1], 0.5)
        elif name == "output" and len(shape) == 1 and not first:
            value[:] = np.linspace(-1, 1, CLASSES)
        made.append(value)
    return made


def batch_norm(model: Any) -> dict[str, Any]:
    """Outputs of a two-layer network that normalizes somewhere, for `batch_norm_inputs`.

    Pixel k < 9 reaches hidden unit k alone, and output k gets half of what comes out of it. "plain": the
    normalization is set to change nothing. "shifted": it is set to `shift`. "moved": plain, for inputs
    that are shifted themselves. "training": shifted, in training mode, so by the batch's own mean and
    deviation. "moved-training": plain, for inputs which that has been done to.
    """
    names = [[one.name, list(one.shape)] for one in model.weights]
    seen: dict[str, Any] = {"names": names}
    units = width([shape for _, shape in names])
    X, by = batch_norm_inputs(units), shift(units, names)
    own = {**by, "moving_mean": X.mean(axis=0), "moving_variance": X.var(axis=0)}
    inputs = {"plain": X, "moved": normalized(X, by), "moved-training": normalized(X, own)}
    with restored(model):
        model.set_weights([_passing(name, shape, units, names, False) for name, shape in names])
        seen |= {name: outputs(model, _as_image(values)) for name, values in inputs.items()}
        model.set_weights([_passing(name, shape, units, names, True) for name, shape in names])
        seen["shifted"] = outputs(model, _as_image(X))
        seen["training"] = outputs(model, _as_image(X), training=True)
    return seen


def batch_norm_inputs(units: int) -> np.ndarray:
    """What is brought to the hidden units, (64, min(units, 9))."""
    return np.random.default_rng(units).normal(0.5, 4, (64, min(units, CLASSES - 1)))


def shift(width: int, names: list[Any]) -> dict[str, np.ndarray]:
    """A batch normalization that changes every value, for the units that are looked at.

    names: of the weights, with their shapes; where there is no gamma it is 1, and no beta, 0
    """
    rng, n = np.random.default_rng([width, 1]), min(width, CLASSES - 1)
    low = {"gamma": 0.5, "beta": -1.0, "moving_mean": -1.0, "moving_variance": 30.0}
    made = {name: rng.uniform(least, least + 1, n) for name, least in low.items()}
    neutral = {"gamma": np.ones(n), "beta": np.zeros(n)}
    return made | {name: values for name, values in neutral.items() if [name, [width]] not in names}


def normalized(X: np.ndarray, by: dict[str, np.ndarray]) -> np.ndarray:
    """gamma (X - mean) / sqrt(variance) + beta: the variances here are large beside Keras' epsilon."""
    return by["gamma"] * (X - by["moving_mean"]) / np.sqrt(by["moving_variance"]) + by["beta"]


def _as_image(X: np.ndarray) -> np.ndarray:
    return np.pad(X, ((0, 0), (0, INPUTS - X.shape[1]))).astype(np.float32)


def _passing(name: str, shape: list[int], units: int, names: list[Any], shifted: bool) -> np.ndarray:
    """The value of one weight for `batch_norm`."""
    value = np.zeros(shape, dtype=np.float32)
    if len(shape) == 2:
        n = min(units, CLASSES - 1)
        np.fill_diagonal(value[:n, :n], 1.0 if shape == [INPUTS, units] else 0.5)
    elif name in ("gamma", "moving_variance"):
        value[:] = 1.0
        if ["gamma", shape] in names and not shifted:  # together 1, whatever the epsilon
            value[:] = 100.0 if name == "gamma" else 10_000.0
    if shifted and name in (by := shift(shape[0], names)):
        value[: len(by[name])] = by[name]
    return value
