"""Step 10: the learning curve, drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from coursekit.checking import Case, Exercise, Mismatch, Mistake, Trial
from coursekit.exercises.mnist.curves_seen import (
    NAMES,
    draws,
    draws_both,
    entries,
    in_words,
    labelled,
    legend_swapped,
    look_at_curves,
)


def _curve_cases(rng: np.random.Generator) -> list[Case]:
    short = {"loss": [2.0, 1.0, 0.5], "val_loss": [2.1, 1.5, 1.25]}
    made = [short, _history(rng, 8), _history(rng, int(rng.integers(12, 30)))]
    texts = ["plot_learning_curve(history, ax) with history = " + str(short)]
    texts += [f"plot_learning_curve(history, ax) with {len(one['loss'])} epochs" for one in made[1:]]
    kinds = [f"{len(one['loss'])} epochs" for one in made]
    return [Case((one,), kind=kind, text=text) for one, kind, text in zip(made, kinds, texts, strict=True)]


def _history(rng: np.random.Generator, epochs: int) -> dict[str, list[float]]:
    """What Keras keeps of a training: losses and accuracies, each with noise."""
    falling = np.exp(-np.arange(epochs) / 4)
    curves = {"loss": 2 * falling + 0.1, "val_loss": 1.6 * falling + 0.4}
    curves |= {"accuracy": 0.9 - falling / 2, "val_accuracy": 0.8 - falling / 2}
    return {name: (curve + rng.uniform(0, 0.05, epochs)).tolist() for name, curve in curves.items()}


def _curves_are_right(got: Any, expected: Any, args: tuple) -> None:
    (history,) = args
    for name in NAMES:
        if not draws(got["given"], history[name]):
            raise Mismatch(f"history[{name!r}] against the epochs 1, 2, 3 ... is not drawn on the given Axes")
    if len(entries(got)) < 2:
        raise Mismatch("a legend was asked for, which says which curve is which")
    if legend_swapped(got, history):
        raise Mismatch("the legend calls the training loss the one of validation")
    if not labelled(got["given"]):
        raise Mismatch("one of the axes has no label")


def _every(
    holds: Callable[[dict, dict], bool],
) -> Callable[[Sequence[Trial]], bool]:
    """A predicate that holds when `holds(observation, history)` does on every plot, and each is wrong."""

    def seen(trials: Sequence[Trial]) -> bool:
        return all(not trial.right and holds(trial.value, trial.case.args[0]) for trial in trials)

    return seen


def _training_alone(got: dict, history: dict) -> bool:
    def somewhere(name: str) -> bool:
        axes = [got["given"], *got["others"]]
        return any(draws(one, history[name], first) for one in axes for first in (0, 1))

    shown = any(draws(got["given"], history["loss"], first) for first in (0, 1))
    return shown and not somewhere("val_loss")


def _elsewhere(got: dict, history: dict) -> bool:
    return not got["given"]["lines"] and any(draws_both(other, history, 0, 1) for other in got["others"])


def _plot_curves(history: Any, ax: Any) -> None:
    epochs = range(1, len(history["loss"]) + 1)
    ax.plot(epochs, history["loss"], label="training")
    ax.plot(epochs, history["val_loss"], label="validation")
    ax.set(xlabel="epoch", ylabel="loss")
    ax.legend()


def _training_only(history: Any, ax: Any) -> None:
    ax.plot(range(1, len(history["loss"]) + 1), history["loss"], label="loss")
    ax.set(xlabel="epoch", ylabel="loss")
    ax.legend()


def _without_legend(history: Any, ax: Any) -> None:
    epochs = range(1, len(history["loss"]) + 1)
    ax.plot(epochs, history["loss"], epochs, history["val_loss"])
    ax.set(xlabel="epoch", ylabel="loss")


def _counted_from_zero(history: Any, ax: Any) -> None:
    for name in ("loss", "val_loss"):
        ax.plot(history[name], label=name)
    ax.set(xlabel="epoch", ylabel="loss")
    ax.legend()


def _on_current_axes(history: Any, ax: Any) -> None:
    import matplotlib.pyplot as plt

    for name in ("loss", "val_loss"):
        plt.plot(range(1, len(history[name]) + 1), history[name], label=name)
    plt.legend()


def _unlabelled(history: Any, ax: Any) -> None:
    for name in ("loss", "val_loss"):
        ax.plot(range(1, len(history[name]) + 1), history[name], label=name)
    ax.legend()


plot_learning_curve = Exercise(
    id="mnist.plot_learning_curve",
    title="Draw the learning curve",
    signature="plot_learning_curve(history, ax)",
    reference=_plot_curves,
    cases=_curve_cases,
    probe=look_at_curves,
    compare=_curves_are_right,
    view=in_words,
    points=2,
    mistakes=(
        Mistake(
            "no-validation",
            "the validation loss is missing: it is what tells overfitting",
            _training_only,
            seen=_every(_training_alone),
        ),
        Mistake(
            "no-legend",
            "there is no legend, so nobody can tell which curve is which",
            _without_legend,
            seen=_every(lambda got, history: draws_both(got["given"], history, 0, 1) and not entries(got)),
        ),
        Mistake(
            "from-zero",
            "the epochs begin at 0; the first one is epoch 1",
            _counted_from_zero,
            seen=_every(lambda got, history: draws_both(got["given"], history, 0)),
        ),
        Mistake(
            "wrong-axes",
            "the curves are drawn on other Axes: draw on the Axes that is given, with `ax.plot`",
            _on_current_axes,
            seen=_every(_elsewhere),
        ),
        Mistake(
            "unlabelled",
            "the curves are right, and a label is missing: both axes need one",
            _unlabelled,
            seen=_every(
                lambda got, history: (
                    draws_both(got["given"], history, 1)
                    and not labelled(got["given"])
                    and len(entries(got)) > 1
                    and not legend_swapped(got, history)
                )
            ),
        ),
    ),
    hints=(
        "`range(1, epochs + 1)` are the places from left to right. Call methods of `ax`, not of `plt`.",
        '`ax.plot(places, history["loss"], label="training")`, the same for `val_loss`, then `ax.legend()`.',
        '`ax.set(xlabel="epoch", ylabel="loss")` labels the axes.',
    ),
)
