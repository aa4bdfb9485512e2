"""Steps 1 and 2: the digits, and a first look at any labelled images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from coursekit.checking import Case, Exercise, Mismatch, Mistake, Trial, close, exact
from coursekit.reference import images as reference


def _digits() -> tuple[np.ndarray, np.ndarray]:
    from sklearn.datasets import load_digits

    data = load_digits()
    return data.images, data.target


def _flat() -> Any:
    from sklearn.datasets import load_digits

    return load_digits(return_X_y=True)


def _labels_first() -> Any:
    from sklearn.datasets import load_digits

    data = load_digits()
    return data.target, data.images


def _shapes(pair: Any) -> str:
    return f"X {np.shape(pair[0])}, y {np.shape(pair[1])}"


digits = Exercise(
    id="mnist.digits",
    title="The digits of scikit-learn",
    signature="digits()",
    reference=_digits,
    view=_shapes,
    mistakes=(
        Mistake(
            "flat",
            "each image is a row of 64 numbers; images of 8 rows and 8 columns were asked for",
            _flat,
        ),
        Mistake("labels-first", "the labels come first; images, then labels, was asked for", _labels_first),
    ),
    hints=(
        "`sklearn.datasets.load_digits` has them. What it gives holds several arrays: look at its names.",
        "`.images` is (1797, 8, 8), `.data` is the same, flat; `.target` holds the labels.",
    ),
)


def _look_cases(rng: np.random.Generator) -> list[Case]:
    gaps = rng.permutation(np.repeat([0, 2, 3, 7, 8], [4, 1, 6, 2, 5]))
    ten = rng.permutation(np.concatenate([np.arange(10), rng.integers(0, 10, 15)]))
    made = [
        ("three images", np.array([[[0.0, 1.0]], [[4.0, 2.0]], [[3.0, 1.0]]]), np.array([5, 2, 5])),
        ("ten classes", rng.integers(0, 17, (25, 8, 8)).astype(float), ten),
        ("labels with gaps", rng.integers(3, 99, (18, 3, 5)).astype(float), gaps),
        ("one class", rng.uniform(-1, 1, (4, 2, 3)), np.full(4, int(rng.integers(1, 9)))),
        (
            "bytes, as in MNIST",
            rng.integers(0, 256, (18, 28, 28), dtype=np.uint8),
            (gaps + 1).astype(np.uint8),
        ),
    ]
    return [
        Case((X, y), kind=kind, text=f"explore(X of shape {X.shape}, y = {y.tolist()})")
        for kind, X, y in made
    ]


def _look(explore: Any, X: Any, y: Any) -> Any:
    """What was asked for, of what it gives: further entries may be of any kind, a dtype for one."""
    asked = ("n_examples", "image_shape", "n_classes", "minimum", "maximum", "counts")
    look = explore(X, y)
    return {name: look[name] for name in asked if name in look} if isinstance(look, dict) else look


def _same_look(got: Any, expected: Any, args: tuple) -> None:
    """As a dict; labels that do not occur may be counted, as 0."""
    wanted = {name: value for name, value in expected.items() if name != "counts"}
    close()(got, {**wanted, "counts": got.get("counts") if isinstance(got, dict) else None}, args)
    counts, right = got["counts"], expected["counts"]
    if not isinstance(counts, dict):
        raise Mismatch("`counts` is no dict; {label: number of examples} was asked for")
    try:
        exact([counts[label] for label in right], list(right.values()), args)
    except KeyError as missing:
        raise Mismatch(f"`counts` has no label {missing}") from None
    except Mismatch:
        raise Mismatch("the numbers in `counts` differ") from None
    if any(label not in right and counts[label] not in (0, None) for label in counts):
        raise Mismatch("`counts` has labels that do not occur")


def _right_but_counts(trial: Trial) -> Any:
    """What is given for counts, where all else is right. Raises Mismatch where it is not."""
    counts = trial.value["counts"]
    _same_look({**trial.value, "counts": trial.expected["counts"]}, trial.expected, trial.case.args)
    return counts


def _counts_in_a_list(trials: Sequence[Trial]) -> bool:
    """The right numbers, in a list or array: by label, with zeros or not, or beside their labels."""
    return all(_listed(_right_but_counts(t), t.expected["counts"]) for t in trials)


def _listed(counts: Any, right: dict[int, int]) -> bool:
    if not isinstance(counts, list | np.ndarray):
        return False
    table = np.asarray(counts)
    if table.ndim == 2:
        pairs = [rows for rows in (table, table.T) if rows.shape[1] == 2]
        return any(dict(rows.tolist()) == right for rows in pairs)
    return sorted(table[table > 0].tolist()) == sorted(right.values())


def _with(name: str, make: Any) -> Any:
    """A form: the right look, but for this entry, which `make` gets from X and y."""
    return lambda X, y: {**reference.explore(X, y), name: make(X, y)}


explore = Exercise(
    id="mnist.explore",
    title="A first look at the data",
    signature="explore(X, y)",
    reference=reference.explore,
    cases=_look_cases,
    probe=_look,
    compare=_same_look,
    points=2,
    mistakes=(
        Mistake(
            "classes-by-max",
            "the number of classes is taken from the greatest label; count the labels that occur",
            _with("n_classes", lambda X, y: int(np.max(y)) + 1),
            _with("n_classes", lambda X, y: int(np.max(y))),
        ),
        Mistake(
            "counts-list",
            "the counts are in a list; a dict from each label to its number was asked for",
            _with("counts", lambda X, y: np.bincount(y).tolist()),
            _with("counts", lambda X, y: np.unique(y, return_counts=True)[1]),
            _with("counts", lambda X, y: np.unique(y, return_counts=True)),
            seen=_counts_in_a_list,
        ),
        Mistake(
            "whole-shape",
            "`X.shape` begins with the number of examples; the shape of one image was asked for",
            _with("image_shape", lambda X, y: X.shape),
        ),
        Mistake(
            "ten-classes",
            "ten classes are taken for granted; count the labels that occur",
            _with("n_classes", lambda X, y: 10),
        ),
    ),
    hints=(
        "`np.unique(y)` gives the labels that occur; its option `return_counts` counts them too.",
        "`X.shape[1:]` is the shape of one image. `dict(zip(labels, counts))` pairs the labels with their counts.",
    ),
)
