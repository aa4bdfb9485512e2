"""Step 18: a model of one's own, in Keras or torch, scored by what it gets right on images that the grader keeps."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np

from coursekit.checking import Exercise, Mismatch, Mistake, Trial
from coursekit.exercises.mnist import keras_models as models
from coursekit.exercises.mnist.kept import share_right
from coursekit.exercises.mnist.keras_trained import filled, learned, on_kept_images, percent

NOTHING, ALL = 0.90, 0.97  # the shares of images right at which the score begins, and is full


def _look(answer: Any, images: np.ndarray) -> Any:
    from coursekit.checking import keras_probes
    from coursekit.frameworks.predicting import probabilities

    with keras_probes.undisturbed():
        model = keras_probes.made(answer)
        seen: dict[str, Any] = {"form": keras_probes.form(model)}
        if seen["form"] in ("a Keras model", "a torch model"):
            for name, X in (("scaled", images / np.float32(255)), ("unscaled", images[:500])):
                try:
                    seen[name] = probabilities(model, X).argmax(axis=1)
                except ValueError as error:
                    seen["why"] = str(error)[:300]
        return seen


def _is_right(got: Any, expected: Any, args: tuple) -> None:
    if got["form"] == "None":
        raise Mismatch("it gave None: did you forget `return`?")
    if got["form"] not in ("a Keras model", "a torch model"):
        raise Mismatch(f"it gave {got['form']}; a Keras or torch model was asked for")
    if "scaled" not in got:
        raise Mismatch(got["why"])
    share = share_right(got["scaled"], args[0])
    if share < ALL:
        raise Mismatch(
            f"{percent(share)} of the images that the grader keeps are right; "
            f"the score rises from nothing at {percent(NOTHING)} to all points at {percent(ALL)}"
        )


def grade(trials: Sequence[Trial]) -> float:
    """From 0 where 0.90 of all images tried are right to 1 where 0.97 are, linearly."""
    values = [trial.value if trial.reply.kind == "value" else {} for trial in trials]
    if not all("scaled" in value for value in values):
        return 0.0
    images = np.concatenate([trial.case.args[0] for trial in trials])
    share = share_right(np.concatenate([value["scaled"] for value in values]), images)
    return float(np.clip((share - NOTHING) / (ALL - NOTHING), 0, 1))


def _unscaled(trials: Sequence[Trial]) -> bool:
    """Whether images of 0 to 255 are told much better than those that were asked for."""
    for trial in trials:
        images = trial.case.args[0]
        large = share_right(trial.value["unscaled"], images[:500])
        small = share_right(trial.value["scaled"][:500], images[:500])
        if large < max(0.5, small + 0.05):
            return False
    return True


@functools.cache
def best_model() -> Any:
    """A network that has learned the grader's own images, so that it is right on nearly all of them."""
    return filled(learned(100, 8), models.network(units=100))


def _trained_unscaled() -> Any:
    return filled(learned(100, 8), models.network(units=100), 255)


best = Exercise(
    id="mnist.best_model",
    title="The best model",
    signature="best_model()",
    reference=best_model,
    cases=on_kept_images(2000, "best_model"),
    probe=_look,
    compare=_is_right,
    grade=grade,
    view=lambda seen: "",
    takes="value",
    points=3,
    seconds=180.0,  # a function that returns the model may train it first
    mistakes=(
        Mistake(
            "scale-0-255",
            "it is right on images of 0 to 255 alone: it has to take images scaled into [0, 1]",
            _trained_unscaled,
            seen=_unscaled,
        ),
    ),
    hints=(
        "All 60,000 images first: nothing else in this lesson helps as much. Then a wider hidden layer, and Adam.",
        "A convolutional network goes further: two or three layers of 3×3 filters, each with max-pooling.",
        "Watch the accuracy on images that were not trained on, and keep the weights of the best epoch.",
    ),
)
