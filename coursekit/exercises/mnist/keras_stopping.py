"""Step 14: stop when the validation loss no longer falls, with the best weights."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from coursekit.checking import Case, Exercise, Mismatch, Mistake
from coursekit.checking.compare import close


def early_stopping(patience: int = 3, **options: Any) -> Any:
    """Keras' own callback: it watches val_loss, and puts the best weights back."""
    from coursekit.frameworks.keras_setup import import_keras

    options = {"monitor": "val_loss", "patience": patience, "restore_best_weights": True, **options}
    return import_keras().callbacks.EarlyStopping(**options)


def _cases(rng: np.random.Generator) -> list[Case]:
    fall = np.linspace(0.9, 0.1, 12)
    patience, lowest = int(rng.integers(4, 6)), int(rng.integers(2, 4))
    drawn = [*np.linspace(1.0, 0.5, lowest + 1), *(0.6 + 0.3 * rng.random(patience + 3))]
    return [
        _case(None, [1.0, 0.8, 0.6, 0.7, 0.65, 0.5, 0.58, 0.66, 0.7, 0.8, 0.9, 1.0], fall),
        _case(1, [0.9, 0.7, 0.5, 0.4, 0.48, 0.3, 0.2, 0.1], [0.9, 0.8, 0.85, 0.7, 0.6, 0.5, 0.4, 0.3]),
        _case(2, [0.9, 0.95, 0.6, 0.64, 0.5, 0.55, 0.6, 0.4], [0.9, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1]),
        _case(patience, drawn, np.linspace(0.9, 0.3, len(drawn))),
        _case(2, fall, fall[::-1]),
    ]


def _case(patience: int | None, val_loss: Any, loss: Any) -> Case:
    """A training with these losses; val_accuracy is best in other epochs than val_loss is."""
    accuracy = [round(1 - 0.8 * float(value), 3) for value in loss]
    logs = {
        "loss": [round(float(value), 3) for value in loss],
        "accuracy": accuracy,
        "val_loss": [round(float(value), 3) for value in val_loss],
        "val_accuracy": [
            accuracy[-1 - epoch] if epoch % 4 < 2 else accuracy[0] for epoch in range(len(loss))
        ],
    }
    call = f"early_stopping({'' if patience is None else patience})"
    losses = ", ".join(f"{value:g}" for value in logs["val_loss"])
    return Case((patience, logs), kind="a training's losses", text=f"{call}, while val_loss is {losses}")


def _stop(early_stopping: Any, patience: int | None, logs: dict[str, list[float]]) -> Any:
    from coursekit.checking import keras_probes, keras_trials

    with keras_probes.undisturbed():
        callback = early_stopping() if patience is None else early_stopping(patience)
        return keras_trials.stopping(callback, logs)


def _is_right(got: Any, expected: Any, args: tuple) -> None:
    if got["form"] == "None":
        raise Mismatch("it gave None: did you forget `return`?")
    if got["form"] != "a callback":
        raise Mismatch(f"it gave {got['form']}; a Keras callback was asked for")
    every = len(args[1]["loss"])
    if got["epochs"] != expected["epochs"]:
        when = (
            "it never stops the training"
            if got["epochs"] == every
            else f"it stops after {got['epochs']} epochs"
        )
        right = "it should go on to the end" if expected["epochs"] == every else "another epoch was the one"
        raise Mismatch(f"{when}; {right}")
    # Where nothing stops the training, its last weights are as right as its best ones.
    right_ones = [expected["weight"]] + [float(every)] * (expected["epochs"] == every)
    if got["weight"] not in right_ones:
        raise Mismatch(
            f"at the end the model has the weights of epoch {got['weight']:g}, not of the best one"
        )


def _described(seen: Any) -> str:
    if "epochs" not in seen:
        return str(seen["form"])
    return f"{seen['epochs']} epochs, then the weights of epoch {seen['weight']:g}"


def _form(**options: Any) -> Any:
    return functools.partial(early_stopping, **options)


def _always(patience: int = 3) -> Any:
    return early_stopping(3)


def _never_waits(patience: int = 3) -> Any:
    return early_stopping(0)


stopping = Exercise(
    id="mnist.early_stopping",
    title="Early stopping",
    signature="early_stopping(patience=3)",
    reference=early_stopping,
    cases=_cases,
    probe=_stop,
    compare=_is_right,
    alike=close(),
    view=_described,
    seconds=30.0,
    mistakes=(
        Mistake(
            "monitors-training",
            "it watches the loss on the training images, which goes on falling while the network overfits: watch val_loss",
            _form(monitor="loss"),
            _form(monitor="loss", restore_best_weights=False),
            _form(monitor="accuracy"),
            _form(monitor="accuracy", restore_best_weights=False),
        ),
        Mistake(
            "not-restored",
            "it stops with the last weights, which are not the best ones: ask for restore_best_weights",
            _form(restore_best_weights=False),
        ),
        Mistake(
            "maximises",
            "it waits for val_loss to rise: a loss is better when it is less",
            _form(mode="max"),
            _form(mode="max", restore_best_weights=False),
        ),
        Mistake(
            "patience-ignored",
            "it waits for the same number of epochs whatever patience is: hand it on to the callback",
            _always,
            _never_waits,
        ),
        Mistake(
            "monitors-accuracy",
            "it watches val_accuracy, which moves in steps; val_loss was asked for",
            _form(monitor="val_accuracy"),
            _form(monitor="val_accuracy", restore_best_weights=False),
        ),
    ),
    hints=(
        "Keras has this callback: `keras.callbacks.EarlyStopping`. Read what each of its arguments is by default.",
        "Three arguments: monitor, patience, and restore_best_weights, which is False unless you say otherwise.",
    ),
)
