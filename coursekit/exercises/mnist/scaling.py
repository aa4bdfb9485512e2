"""Step 5: all pixels into 0 to 1, by the range of the training set."""

from __future__ import annotations

from typing import Any

import numpy as np

from coursekit.checking import Case, Exercise, Mistake, close
from coursekit.reference.scaling import min_max_apply, min_max_fit, standardize_fit

Pair = tuple[Any, Any]


def _scaling_cases(rng: np.random.Generator) -> list[Case]:
    small = np.array([[[2.0, 4.0]], [[10.0, 6.0]]]), np.array([[[4.0, 0.0]], [[2.0, 12.0]]])
    train, X = rng.normal(50, 20, (6, 3, 2)), rng.normal(40, 30, (4, 3, 2))
    whole = rng.integers(-9, 17, (7, 2, 3)), rng.integers(0, 17, (3, 2, 3))
    inside = rng.uniform(0.1, 0.4, (5, 2, 2)), rng.uniform(0.2, 0.3, (3, 2, 2))
    pixels = rng.integers(0, 256, (8, 4, 4), dtype=np.uint8)
    pixels.flat[:2] = 0, 255  # all of a byte's range: nothing lies beyond
    level = float(rng.integers(1, 9))
    made = [
        ("values", "two small images", *small),
        ("values", "numbers around 50", train, X),
        ("values", "whole numbers, some below 0", *whole),
        ("values", "other data inside the range", *inside),
        ("values", "rows of pixels", rng.uniform(3, 30, (5, 4)), rng.uniform(0, 40, (6, 4))),
        ("values", "bytes, as in MNIST", pixels, rng.integers(0, 256, (3, 4, 4), dtype=np.uint8)),
        ("constant", "a training set of one value", np.full((3, 2, 2), level), rng.normal(5, 3, (2, 2, 2))),
        ("constant", "a training set of zeros", np.zeros((2, 2, 2)), rng.uniform(1, 3, (4, 2, 2))),
    ]
    return [_scaling_case(*one) for one in made]


def _scaling_case(facet: str, kind: str, train: np.ndarray, X: np.ndarray) -> Case:
    small = train.size < 9
    shown = (train.tolist(), X.tolist()) if small else (f"train {train.shape}", f"X {X.shape}")
    text = f"fitted on {shown[0]}, applied to {shown[1]}: {kind}"
    return Case((train, X), facet=facet, kind=kind, text=text)


def _fit_and_apply(pair: Any, train: Any, X: Any) -> Any:
    fit, apply = pair
    low, high = fit(train)
    return {"low": low, "high": high, "train": apply(train, low, high), "X": apply(X, low, high)}


def _same_scaled(got: Any, expected: Any, args: tuple) -> None:
    """However the two functions share the work: what they come to together."""
    for name in ("train", "X"):
        close(atol=1e-6)({name: got[name]}, {name: expected[name]}, args)


def _in_words(seen: Any) -> str:
    return f"low {seen['low']}, high {seen['high']}, scaled X {np.round(seen['X'], 4).tolist()}"


def _forms(shift: Any, width: Any) -> tuple[Pair, ...]:
    """(X - shift) / width, both functions of (train, X), with each way to treat a width of 0.

    The pair hands on the training set itself in place of its range, so that any rule can be tried.
    """

    def bare(X: Any, train: Any, _: Any) -> Any:
        return (X - shift(train, X)) / width(train, X)

    def guarded(X: Any, train: Any, _: Any) -> Any:
        return (X - shift(train, X)) / np.where(width(train, X) == 0, 1.0, width(train, X))

    def zeros(X: Any, train: Any, _: Any) -> Any:
        if np.ptp(train) == 0:
            return np.zeros(np.shape(X))
        return (X - shift(train, X)) / width(train, X)

    return tuple((lambda train: (train, train), apply) for apply in (bare, guarded, zeros))


def _one_by_one(X: Any, low: float, high: float) -> Any:
    """In Python's own numbers, where 0/0 is an exception."""
    return np.reshape([(x - low) / (high - low) for x in np.ravel(X).tolist()], np.shape(X))


min_max = Exercise(
    id="mnist.min_max",
    title="Pixels from 0 to 1",
    signature="(min_max_fit, min_max_apply)",
    reference=(min_max_fit, min_max_apply),
    cases=_scaling_cases,
    probe=_fit_and_apply,
    compare=close(atol=1e-6),
    alike=_same_scaled,
    view=_in_words,
    points=2,
    facets={"values": 0.75, "constant": 0.25},
    takes="functions",
    mistakes=(
        Mistake(
            "fit-on-each",
            "each set is scaled by its own range; use that of the training set for all",
            (min_max_fit, lambda X, low, high: min_max_apply(X, *min_max_fit(X))),
            (min_max_fit, lambda X, low, high: (X - X.min()) / (X.max() - X.min())),
            *_forms(lambda train, X: X.min(), lambda train, X: np.ptp(X)),
        ),
        Mistake(
            "by-255",
            "it divides by 255, which is right for MNIST's bytes alone; the training set has its own range",
            (min_max_fit, lambda X, low, high: X / 255),
            (lambda train: (0.0, 255.0), min_max_apply),
            *_forms(lambda train, X: 0.0, lambda train, X: 255.0),
            *_forms(lambda train, X: train.min(), lambda train, X: 255.0),
        ),
        Mistake(
            "divides-by-zero",
            "where low and high are equal it divides 0 by 0, which is no number: give zeros there",
            (min_max_fit, lambda X, low, high: (X - low) / (high - low)),
            (min_max_fit, _one_by_one),
        ),
        Mistake(
            "standardized",
            "this is standardizing, to mean 0 and deviation 1; 0 to 1 was asked for",
            (standardize_fit, lambda X, mean, std: (X - mean) / std),
            *_forms(lambda train, X: train.mean(), lambda train, X: train.std()),
            *_forms(lambda train, X: X.mean(), lambda train, X: X.std()),
            *_forms(lambda train, X: train.mean(axis=0), lambda train, X: train.std(axis=0)),
        ),
        Mistake(
            "per-pixel",
            "each pixel has a range of its own; one for the whole set was asked for",
            (
                lambda train: (train.min(axis=0), train.max(axis=0)),
                lambda X, low, high: (X - low) / (high - low),
            ),
            *_forms(lambda train, X: train.min(axis=0), lambda train, X: np.ptp(train, axis=0)),
        ),
        Mistake(
            "clipped",
            "what lies beyond the range of the training set is cut off; (X - low) / (high - low) may leave 0 to 1",
            (min_max_fit, lambda X, low, high: np.clip(min_max_apply(X, low, high), 0, 1)),
        ),
        Mistake(
            "low-ignored",
            "it divides by the greatest value and never takes away the least",
            *_forms(lambda train, X: 0.0, lambda train, X: train.max()),
        ),
        Mistake(
            "shifted-only",
            "where low and high are equal it gives X - low; zeros for everything were asked for",
            *_forms(lambda train, X: train.min(), lambda train, X: np.ptp(train))[1:2],
        ),
    ),
    hints=(
        "fit looks at the training set only; apply uses what fit found, whatever data it is given.",
        "`float(train.min())`, `float(train.max())`. Where high == low: `np.zeros(X.shape)`.",
    ),
)
