"""Step 3, drawn: one image of each class, side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from coursekit.checking import Case, Exercise, Mismatch, Mistake, Trial
from coursekit.exercises.mnist.first_images import (
    NOT_FOUND,
    in_order_of_appearance,
    last_of_each,
    ten_classes,
)
from coursekit.exercises.mnist.first_images_seen import in_words, look_at_figure, names, same_picture, showing
from coursekit.reference.images import one_of_each


def _figure_is_right(got: Any, expected: Any, args: tuple) -> None:
    X, y = args
    if got is None:
        raise Mismatch("it gave None: did you forget `return`?")
    if isinstance(got, str):
        raise Mismatch(f"it gave {got}; the Figure was asked for")
    labels = np.unique(y)
    if len(got) != len(labels):
        raise Mismatch(f"{len(got)} of its Axes show an image; {len(labels)} classes occur")
    pictures = showing(got, one_of_each(X, y))
    if pictures is None:
        raise Mismatch("the images are not the first of each class in the order of the labels")
    for picture, label in zip(pictures, labels, strict=True):
        if not names(picture["titles"], label):
            raise Mismatch(f"the title of the image of class {label} does not name its label")


def _figure_cases(rng: np.random.Generator) -> list[Case]:
    some = rng.choice(np.arange(2, 10), 3, replace=False)
    while np.all(np.diff(some) > 0):  # in order of appearance would be in order
        some = rng.permutation(some)
    made = [
        ("labels", "three classes", (7, 2, 3), np.array([*some, *some[::-1], some[0]])),
        ("values", "ten classes", (14, 4, 5), ten_classes(rng, 14)),
    ]
    return [_figure_case(rng, *one) for one in made]


def _figure_case(rng: np.random.Generator, facet: str, kind: str, shape: Any, y: np.ndarray) -> Case:
    X = rng.integers(0, 17, shape).astype(float)
    text = f"plot_one_of_each(X of shape {shape}, y = {y.tolist()})"
    return Case((X, y), facet=facet, kind=kind, text=text)


def _untitled(trials: Sequence[Trial]) -> bool:
    return all(
        showing(trial.value, one_of_each(*trial.case.args)) and not any(one["titles"] for one in trial.value)
        for trial in trials
    )


def _shows(*picks: Callable[[Any, Any], Any]) -> Callable[[Sequence[Trial]], bool]:
    """A predicate: the images shown are those that one of these picks, whatever their titles."""

    def seen(trials: Sequence[Trial]) -> bool:
        wrong = any(not showing(trial.value, one_of_each(*trial.case.args)) for trial in trials)
        return wrong and any(
            all(showing(trial.value, pick(*trial.case.args)) for trial in trials) for pick in picks
        )

    return seen


def _one_image_only(trials: Sequence[Trial]) -> bool:
    return all(
        len(trial.value) == 1 and any(same_picture(trial.value[0]["image"], x) for x in trial.case.args[0])
        for trial in trials
    )


def _labels_by_range(trials: Sequence[Trial]) -> bool:
    """Right where the labels are 0 to 9; elsewhere a label is not found."""
    failed = [trial for trial in trials if not trial.right]
    return bool(failed) and all(
        trial.case.facet == "labels" and trial.reply.error in NOT_FOUND for trial in failed
    )


def _draw(images: Any, titles: Any) -> Any:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 1.5))
    for place, (image, title) in enumerate(zip(images, titles, strict=True), start=1):
        ax = figure.add_subplot(1, len(images), place)
        ax.imshow(image, cmap="gray")
        ax.set_title(str(title))
        ax.set_axis_off()
    return figure


def _plot(X: Any, y: Any) -> Any:
    return _draw(one_of_each(X, y), np.unique(y))


plot_one_of_each = Exercise(
    id="mnist.plot_one_of_each",
    title="Draw one image of each class",
    signature="plot_one_of_each(X, y)",
    reference=_plot,
    cases=_figure_cases,
    probe=look_at_figure,
    compare=_figure_is_right,
    view=in_words,
    points=2,
    facets={"values": 0.6, "labels": 0.4},
    mistakes=(
        Mistake(
            "untitled",
            "the images are right, and have no titles: each is to be titled with its label",
            lambda X, y: _draw(one_of_each(X, y), [""] * len(np.unique(y))),
            seen=_untitled,
        ),
        Mistake(
            "first-ten",
            "these are the first images of all, whatever their labels; take each class' own first image",
            lambda X, y: _draw(X[: len(np.unique(y))], np.unique(y)),
            lambda X, y: _draw(X[:10], y[:10]),
            seen=_shows(lambda X, y: X[: len(np.unique(y))], lambda X, y: X[:10]),
        ),
        Mistake(
            "one-image-only",
            "only one image is to be seen: one Axes for each class was asked for",
            lambda X, y: _draw(X[:1], y[:1]),
            seen=_one_image_only,
        ),
        Mistake(
            "last-of-each",
            "these are the last images of each class; the first was asked for",
            lambda X, y: _draw(last_of_each(X, y), np.unique(y)),
            seen=_shows(last_of_each),
        ),
        Mistake(
            "unsorted",
            "the classes come in the order in which they appear; the order of their labels was asked for",
            lambda X, y: _draw(in_order_of_appearance(X, y), list(dict.fromkeys(y.tolist()))),
            seen=_shows(in_order_of_appearance),
        ),
        Mistake(
            "labels-by-range",
            "the labels are taken to be 0, 1, 2 ...; take those that occur in y",
            lambda X, y: _draw([X[y == label][0] for label in range(10)], range(10)),
            seen=_labels_by_range,
        ),
    ),
    hints=(
        "`figure, axes = plt.subplots(1, n)` makes n Axes side by side; `one_of_each` gives the images.",
        "In a loop over axes, images and labels: `ax.imshow(image)` and `ax.set_title(label)`. Return the figure.",
    ),
)
