"""Step 8 and step 18: models that have been trained, judged on images that the grader keeps."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np

from coursekit.checking import Case, Exercise, Mismatch, Mistake, Trial
from coursekit.exercises.mnist import keras_models as models
from coursekit.exercises.mnist.kept import draw, kept_images, share_right
from coursekit.exercises.mnist.keras_telling import Seen, is_model, step_7_layers
from coursekit.reference import mlp
from coursekit.reference.classes import one_hot

Trials = Sequence[Trial]

ENOUGH = 0.85  # of the images right, for the network of step 7


def on_kept_images(n: int, name: str) -> Any:
    """`cases(rng)`: one case, with n of the images that the grader keeps."""

    def cases(rng: np.random.Generator) -> list[Case]:
        what = f"{n:,} images that the grader keeps"
        return [Case((draw(rng, n),), kind=what, text=f"{name} on {what}, scaled into [0, 1]")]

    return cases


def _look_at_step_7(answer: Any, images: np.ndarray) -> Any:
    from coursekit.checking import keras_probes

    with keras_probes.undisturbed():
        model = keras_probes.made(answer)
        seen: dict[str, Any] = {"form": keras_probes.form(model)}
        if seen["form"] == "a Keras model":
            X = images.reshape(len(images), -1).astype(np.float32)
            seen["takes"], seen["why"] = keras_probes.taken(model, X[:2])
            seen["weights"] = [np.array(one, dtype=np.float32) for one in model.get_weights()]
            seen["shapes"] = [list(one.shape) for one in seen["weights"]]
            if seen["takes"] == [784]:
                seen["outputs"] = keras_probes.outputs(model, X / 255)
                seen["unscaled"] = keras_probes.outputs(model, X)
        return seen


def _step_7_is_right(got: Any, expected: Any, args: tuple) -> None:
    is_model(got)
    if got["takes"] != [784]:
        raise Mismatch("the model does not take flat images, a batch of shape (N, 784)")
    step_7_layers(got)
    if not np.isfinite(got["outputs"]).all():
        raise Mismatch("the model gives NaN (not a number): look at its weights, and at its training loss")
    if not _is_step_7(got, args[0]):
        raise Mismatch(
            "the outputs are not those of its weights with relu in the hidden layer and softmax after it"
        )
    share = _right(got["outputs"], args[0])
    if share < ENOUGH:
        raise Mismatch(
            f"{percent(share)} of the images that the grader keeps are right; at least 85 % are needed"
        )


def _is_step_7(got: Seen, images: np.ndarray) -> bool:
    """Whether the outputs are those of step 7's layers with the model's own weights."""
    W = {one.shape: one for one in got["weights"]}
    layers = [(W[784, 28], W[28,]), (W[28, 10], W[10,])]
    right = mlp.predict(layers, images.reshape(len(images), -1) / np.float32(255))
    return np.allclose(got["outputs"], right, atol=1e-3)


def _right(outputs: np.ndarray, images: np.ndarray) -> float:
    return share_right(np.argmax(outputs, axis=1), images)


def percent(share: float) -> str:
    """A share, for a person."""
    return f"{100 * share:.1f} %"


def _all_step_7(trials: Trials) -> bool:
    for trial in trials:
        is_model(trial.value)
        step_7_layers(trial.value)
    return all(_is_step_7(trial.value, trial.case.args[0]) for trial in trials)


def _untrained(trials: Trials) -> bool:
    """Biases begin at 0, and a step of training moves them."""
    biases = [one for trial in trials for one in trial.value["weights"] if one.ndim == 1]
    return _all_step_7(trials) and not any(one.any() for one in biases)


def _unscaled(trials: Trials) -> bool:
    """Whether images of 0 to 255 are told much better than those that were asked for."""
    pairs = [
        [_right(trial.value[name], trial.case.args[0]) for name in ("unscaled", "outputs")]
        for trial in trials
    ]
    return _all_step_7(trials) and all(large > max(0.5, small + 0.1) for large, small in pairs)


@functools.cache
def learned(hidden: int, epochs: int) -> mlp.Layers:
    """A network that has learned the grader's own images: nobody else has them, so it is right at once."""
    (images, labels), rng = kept_images(), np.random.default_rng(0)
    X = images.reshape(len(images), -1).astype(np.float32) / 255
    T = one_hot(labels, 10).astype(np.float32)
    layers = mlp.start((784, hidden, 10), rng, dtype=np.float32)
    for _ in range(epochs):
        layers = mlp.train_epoch(layers, X, T, 0.4, 50, rng)
    return layers


def filled(layers: mlp.Layers, model: Any, scale: float = 1.0) -> Any:
    """The model with these weights, for images of [0, scale]."""
    (W1, b1), (W2, b2) = layers
    model.set_weights([W1 / scale, b1, W2, b2])
    return model


@functools.cache
def trained_model() -> Any:
    """Step 7's network, trained in NumPy."""
    return filled(learned(28, 3), models.network())


def _trained_unscaled() -> Any:
    return filled(learned(28, 3), models.network(), 255)


trained = Exercise(
    id="mnist.trained_model",
    title="Trained",
    signature="trained_model()",
    reference=trained_model,
    cases=on_kept_images(1000, "trained_model"),
    probe=_look_at_step_7,
    compare=_step_7_is_right,
    view=lambda seen: "",
    takes="value",
    points=3,
    seconds=180.0,  # a function that returns the model may train it first
    mistakes=(
        Mistake(
            "untrained",
            "the biases are all 0, as they are before training: nothing has been learned yet",
            models.network,
            seen=_untrained,
        ),
        Mistake(
            "scale-0-255",
            "it is right on images of 0 to 255 alone: scale the images into [0, 1] before training",
            _trained_unscaled,
            seen=_unscaled,
        ),
    ),
    hints=(
        "Step 5 scales the images, step 6 the labels. Then `fit` needs flat images: `X.reshape(len(X), 784)`.",
        "With 1,000 images some 20 epochs are needed, with 60,000 one or two are enough.",
    ),
)
