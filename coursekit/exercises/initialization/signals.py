"""Signals and gradients on their way through many layers, and features on one scale."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from coursekit.checking import Case, Exercise, Mismatch, Mistake
from coursekit.checking.compare import close, numeric, same_shape
from coursekit.reference import initializers, scaling


def _stack(rng: np.random.Generator, n: int, widths: list[int], gain: float = 1.0) -> tuple[Any, list]:
    weights = [rng.normal(0, gain / np.sqrt(a), (a, b)) for a, b in pairwise(widths)]
    return rng.normal(size=(n, widths[0])), weights


def _signal_cases(rng: np.random.Generator) -> list[Case]:
    small = (np.array([[1.0, 2.0]]), [np.array([[1.0, 0.5], [-1.0, 1.0]])])
    made = [
        (*small, "linear"),
        (*small, "tanh"),
        (*_stack(rng, 5, [3, 3, 3, 3]), "tanh"),
        (*_stack(rng, 4, [4, 6, 2]), "relu"),
        (*_stack(rng, 30, [8, 8, 8, 8, 8], 1.6), "relu"),
        (*_stack(rng, 7, [5, 9, 4, 6]), "tanh"),
    ]
    return [_stack_case("signal_stds", *one) for one in made]


def _stack_case(name: str, X: np.ndarray, weights: list, activation: str) -> Case:
    shapes = ", ".join(str(W.shape) for W in weights)
    more = ", its derivative" if name == "gradient_stds" else ""
    text = f"{name}(X of shape {X.shape}, weights of shapes [{shapes}], {activation}{more})"
    return Case((X, weights, activation), kind=f"{len(weights)} layers with {activation}", text=text)


def _pass_on(answer: Any, X: Any, weights: Any, activation: str) -> Any:
    from coursekit.checking.probes import activation as named

    return answer(X, weights, named(activation)[0])


def _pass_back(answer: Any, X: Any, weights: Any, activation: str) -> Any:
    from coursekit.checking.probes import activation as named

    return answer(X, weights, *named(activation))


def _forward(X: Any, weights: Any, activation: Callable[..., Any]) -> tuple[list, list]:
    Zs, As = [], [X]
    for W in weights:
        Zs.append(As[-1] @ W)
        As.append(activation(Zs[-1]))
    return Zs, As[1:]


signal_stds = Exercise(
    id="initialization.signal_stds",
    title="The signal, layer by layer",
    signature="signal_stds(X, weights, activation)",
    reference=initializers.signal_stds,
    cases=_signal_cases,
    probe=_pass_on,
    points=2,
    mistakes=(
        Mistake(
            "before-activation",
            "these are the deviations before the activation; after it was asked for",
            lambda X, weights, activation: [np.std(Z) for Z in _forward(X, weights, activation)[0]],
        ),
        Mistake(
            "same-input",
            "every layer gets X; each one's input is what the layer before gave",
            lambda X, weights, activation: [np.std(activation(X @ W)) for W in weights],
        ),
        Mistake(
            "variance",
            "these are variances; the deviation is the root",
            lambda X, weights, activation: [np.var(A) for A in _forward(X, weights, activation)[1]],
        ),
        Mistake(
            "sample-deviation",
            "this divides by one less than the number of entries; the population deviation was asked for",
            lambda X, weights, activation: [np.std(A, ddof=1) for A in _forward(X, weights, activation)[1]],
        ),
    ),
    hints=(
        "A loop over the weights: what one layer gives goes into the next.",
        "A = activation(A @ W), then A.std(): one number a layer, over all entries.",
    ),
)


def _gradient_cases(rng: np.random.Generator) -> list[Case]:
    small = (np.array([[1.0, 2.0], [0.5, -1.0]]), [np.array([[1.0, 0.5], [-1.0, 1.0]])])
    made = [
        (*small, "tanh"),
        (*_stack(rng, 5, [3, 3, 3, 3]), "tanh"),
        (*_stack(rng, 6, [4, 6, 2]), "relu"),
        (*_stack(rng, 20, [6, 6, 6, 6, 6]), "tanh"),
        (*_stack(rng, 7, [5, 9, 4, 6]), "sigmoid"),
    ]
    return [_stack_case("gradient_stds", *one) for one in made]


def _backward(X: Any, weights: Any, activation: Any, slope: Any, carry: Callable[[Any, Any], Any]) -> list:
    Zs, As = _forward(X, weights, activation)
    dA, stds = np.ones_like(As[-1]), []
    for W, Z in zip(weights[::-1], Zs[::-1], strict=True):
        dZ = dA * slope(Z)
        stds.append(np.std(dZ))
        dA = carry(dZ, W)
    return stds[::-1]


def _right(dZ: Any, W: Any) -> Any:
    return dZ @ W.T


gradient_stds = Exercise(
    id="initialization.gradient_stds",
    title="The gradient, layer by layer",
    signature="gradient_stds(X, weights, activation, activation_gradient)",
    reference=initializers.gradient_stds,
    cases=_gradient_cases,
    probe=_pass_back,
    core=False,
    points=3,
    mistakes=(
        Mistake(
            "derivative-missing",
            "the activation's derivative is left out: each layer multiplies by it",
            lambda X, weights, activation, activation_gradient: _backward(
                X, weights, activation, np.ones_like, _right
            ),
        ),
        Mistake(
            "forward-order",
            "the numbers are right, in the order in which they arise; first layer first was asked for",
            lambda X, weights, activation, activation_gradient: _backward(
                X, weights, activation, activation_gradient, _right
            )[::-1],
        ),
        Mistake(
            "transposed",
            "going back, the gradient is multiplied by W; it should be Wᵀ",
            lambda X, weights, activation, activation_gradient: _backward(
                X, weights, activation, activation_gradient, lambda dZ, W: dZ @ W
            ),
        ),
    ),
    hints=(
        "Forward first, keeping every Z. Then backwards, from ones at the last layer's activations.",
        "dZ = dA * activation_gradient(Z); the layer before gets dA = dZ @ W.T. Turn the list round at the end.",
    ),
)


def _scaling_cases(rng: np.random.Generator) -> list[Case]:
    small = (np.array([[1.0, 10.0], [3.0, 30.0]]), np.array([[2.0, 50.0]]))
    train, X = rng.normal(5, 3, (6, 3)) * [1, 10, 0.1], rng.normal(4, 2, (4, 3)) * [1, 10, 0.1]
    counts = np.array([[1.0, 200], [2, 100], [6, 600]]), np.array([[3.0, 400], [0, 0], [7, 700], [2, 1]])
    made = [
        ("values", "two examples", *small),
        ("values", "random features", train, X),
        ("values", "whole numbers", *counts),
    ]
    for place, value in ((0, 3.0), (2, 0.0)):
        fixed, other = train.copy(), X.copy()
        fixed[:, place] = other[:, place] = value
        made.append(("constant", "a constant column", fixed, other))
    return [_scaling_case(*one) for one in made]


def _scaling_case(facet: str, kind: str, train: np.ndarray, X: np.ndarray) -> Case:
    shown = (
        (train.tolist(), X.tolist())
        if train.size < 7
        else (f"train of shape {train.shape}", f"X of shape {X.shape}")
    )
    return Case(
        (train, X), facet=facet, kind=kind, text=f"fitted on {shown[0]}, applied to {shown[1]}: {kind}"
    )


def _fit_and_apply(pair: Any, train: Any, X: Any) -> Any:
    from coursekit.checking.plain import encode, plain

    fit, apply = pair
    mean, std = fit(train)
    fitted = plain({"mean": mean, "std": std})
    scaled = {"train": apply(train, mean, std), "X": apply(X, mean, std)}
    return {**fitted, **scaled, "kept": encode(fitted) == encode(plain({"mean": mean, "std": std}))}


def _same_scaling(got: Any, expected: Any, args: tuple) -> None:
    varies = np.ptp(args[0], axis=0) > 0
    for name in ("train", "X", "mean"):
        close(atol=1e-6)({name: got[name]}, {name: expected[name]}, args)
    std = numeric(got["std"])
    same_shape(std, numeric(expected["std"]))  # of a constant column, 0 and 1 are as right
    close()({"std": std[varies]}, {"std": numeric(expected["std"])[varies]}, args)
    if not got["kept"]:
        raise Mismatch("it changes the mean or the deviation in place; leave arguments as they were")


def _same_scaled(got: Any, expected: Any, args: tuple) -> None:
    """However the two functions share the work: what they come to together."""
    for name in ("train", "X"):
        close()(got[name], expected[name], args)


def _guarded(std: Any) -> Any:
    return np.where(std == 0, 1.0, std)


def _divided_one_by_one(X: Any, mean: Any, std: Any) -> Any:
    """In Python's own numbers, where 0/0 is an exception."""
    columns = zip(X.T.tolist(), mean.tolist(), std.tolist(), strict=True)
    return np.array([[(x - m) / s for x in column] for column, m, s in columns]).T


def _min_max(train: Any) -> Any:
    return train.min(axis=0), np.ptp(train, axis=0)


standardize = Exercise(
    id="initialization.standardize",
    title="Features of mean 0 and deviation 1",
    signature="(standardize_fit, standardize_apply)",
    reference=(scaling.standardize_fit, scaling.standardize_apply),
    cases=_scaling_cases,
    probe=_fit_and_apply,
    compare=_same_scaling,
    alike=_same_scaled,
    view=lambda seen: f"mean {seen['mean']}, std {seen['std']}, scaled X {np.round(seen['X'], 4).tolist()}",
    points=2,
    facets={"values": 0.75, "constant": 0.25},
    takes="functions",
    mistakes=(
        Mistake(
            "fit-on-each",
            "each set is scaled by its own mean and deviation; use those of the training set for all",
            (scaling.standardize_fit, lambda X, mean, std: (X - X.mean(axis=0)) / _guarded(X.std(axis=0))),
            (scaling.standardize_fit, lambda X, mean, std: (X - X.mean(axis=0)) / X.std(axis=0)),
        ),
        Mistake(
            "divides-by-variance",
            "it divides by the variance; the deviation is its root",
            (lambda train: (train.mean(axis=0), train.var(axis=0)), scaling.standardize_apply),
            (lambda train: (train.mean(axis=0), train.var(axis=0)), lambda X, mean, var: (X - mean) / var),
        ),
        Mistake(
            "divides-by-zero",
            "a constant column has deviation 0, and 0/0 is not a number: give zeros there",
            (scaling.standardize_fit, lambda X, mean, std: (X - mean) / std),
            (scaling.standardize_fit, _divided_one_by_one),
        ),
        Mistake(
            "whole-array",
            "one mean and deviation for all columns together: each column has its own",
            (lambda train: (train.mean(), train.std()), lambda X, mean, std: (X - mean) / std),
        ),
        Mistake(
            "min-max",
            "this is min-max scaling, into 0 to 1; mean 0 and deviation 1 were asked for",
            (_min_max, scaling.standardize_apply),
            (_min_max, lambda X, low, width: (X - low) / width),
            (scaling.standardize_fit, lambda X, mean, std: (X - X.min(axis=0)) / _guarded(np.ptp(X, axis=0))),
            (scaling.standardize_fit, lambda X, mean, std: (X - X.min(axis=0)) / np.ptp(X, axis=0)),
        ),
        Mistake(
            "sample-deviation",
            "this divides by one less than the number of examples; the population deviation was asked for",
            (lambda train: (train.mean(axis=0), train.std(axis=0, ddof=1)), scaling.standardize_apply),
        ),
    ),
    hints=(
        "fit looks at the training set only; apply uses what fit found, whatever data it is given.",
        "axis=0 goes down a column. Where the deviation is 0, divide by 1 instead.",
    ),
)
