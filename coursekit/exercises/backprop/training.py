"""Training the two-layer network: what is tried, and what people do wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from coursekit.checking import Case, Exercise, Mistake
from coursekit.exercises.backprop.steps import (
    STEPS,
    XOR,
    between,
    by,
    descends,
    like_units,
    loss_of,
    never_updates,
    one_step,
    other_rng,
    reports,
    train_is_right,
)
from coursekit.reference import two_layer as reference
from coursekit.reference.losses import binary_cross_entropy


def _cases(rng: np.random.Generator) -> list[Case]:
    inputs = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    xor = np.array([[0.0], [1.0], [1.0], [0.0]])
    made = [
        (inputs[:3], xor[:3], 3, 0.1),
        (rng.normal(size=(5, 3)), rng.integers(0, 2, (5, 2)) * 1.0, 4, 1.5),
        (rng.normal(size=(6, 2)), rng.integers(0, 2, (6, 3)) * 1.0, 5, 0.1),
        (rng.normal(size=(1, 2)), np.ones((1, 1)), 2, 0.8),
        (rng.normal(size=(4, 1)), np.array([[1.0], [0.0], [0.0], [1.0]]), 1, 0.5),
    ]
    cases = [_case(X, T, hidden, rate, STEPS, int(rng.integers(1_000_000))) for X, T, hidden, rate in made]
    return [*cases, _case(inputs, xor, 8, 4.0, XOR, int(rng.integers(1_000_000)))]


def _case(X: np.ndarray, T: np.ndarray, hidden: int, rate: float, plan: Any, seed: int) -> Case:
    words = "XOR" if plan is XOR else f"{len(X)} example{'s' * (len(X) > 1)}"
    sizes = f"X of shape {X.shape}, T of shape {T.shape}"
    return Case(
        (X, T, hidden, rate, [list(run) for run in plan], seed),
        facet="xor" if plan is XOR else "values",
        kind=words,
        text=f"train(X, T, {hidden}, {rate:g}, epochs, rng) with {sizes}: {words}",
    )


def _train(train: Any, X: Any, T: Any, hidden: int, rate: float, plan: Any, seed: int) -> Any:
    return [train(X, T, hidden, rate, epochs, np.random.default_rng(seed + one)) for epochs, one in plan]


def _training(
    error: Callable[[Any, Any], Any] = lambda Y, T: (Y - T) / len(Y),
    start: Callable[..., Any] = reference.start,
    steps: int | None = None,
    w2_first: bool = False,
    loss: Callable[[Any, Any], Any] = lambda Y, T: binary_cross_entropy(Y, T) * Y.shape[1],
    loss_last: bool = False,
) -> Callable[..., Any]:
    """A form of a mistake: right, but for the error that goes back, the start, the order, or the losses."""

    def train(X: Any, T: Any, hidden: int, learning_rate: float, epochs: int, rng: Any) -> Any:
        params, losses = start(X.shape[1], hidden, T.shape[1], rng), []
        for epoch in range(epochs):
            H, Y = reference.forward(X, **params)
            before = loss(Y, T)
            if steps is None or epoch < steps:
                dZ2 = error(Y, T)
                grads = reference.backward_from(X, H, params["W2"], dZ2)
                if w2_first:
                    W2 = params["W2"] - learning_rate * grads["dW2"]
                    dZ1 = dZ2 @ W2.T * H * (1 - H)
                    grads = {**grads, "dW1": X.T @ dZ1, "db1": dZ1.sum(axis=0)}
                params = reference.update(params, grads, learning_rate)
            losses.append(loss(reference.forward(X, **params)[1], T) if loss_last else before)
        return params, losses

    return train


def _constant(value: float) -> Callable[..., Any]:
    def start(n_in: int, hidden: int, n_out: int, rng: Any) -> Any:
        W1, W2 = np.full((n_in, hidden), value), np.full((hidden, n_out), value)
        return {"W1": W1, "b1": np.zeros(hidden), "W2": W2, "b2": np.zeros(n_out)}

    return start


def _global(n_in: int, hidden: int, n_out: int, rng: Any) -> Any:
    W1, W2 = np.random.randn(n_in, hidden), np.random.randn(hidden, n_out)  # noqa: NPY002 - the mistake
    return {"W1": W1, "b1": np.zeros(hidden), "W2": W2, "b2": np.zeros(n_out)}


def _own_seed(n_in: int, hidden: int, n_out: int, rng: Any) -> Any:
    return reference.start(n_in, hidden, n_out, np.random.default_rng(42))


def _half_squares(Y: Any, T: Any) -> Any:
    return np.sum((Y - T) ** 2) / 2 / len(Y)


def _mean_over_all(Y: Any, T: Any) -> Any:
    return binary_cross_entropy(Y, T)


def _sum_over_all(Y: Any, T: Any) -> Any:
    return binary_cross_entropy(Y, T) * Y.size


train = Exercise(
    id="backprop.train",
    title="Train the network",
    signature="train(X, T, hidden, learning_rate, epochs, rng)",
    reference=reference.train,
    cases=_cases,
    probe=_train,
    compare=train_is_right,
    view=lambda seen: "",  # the start is random: no other run shows what this one should be
    points=3,
    facets={"values": 0.8, "xor": 0.2},
    seconds=10.0,
    mistakes=(
        Mistake(
            "updates-between",
            "W2 is updated before the way back goes through it: compute all gradients first, then update",
            _training(w2_first=True),
            seen=descends(between),
        ),
        Mistake(
            "zero-start",
            "all hidden units start alike, get equal gradients, and stay alike: draw the weights at random",
            _training(start=_constant(0.0)),
            _training(start=_constant(0.5)),
            seen=like_units,
        ),
        Mistake(
            "global-rng",
            "the start does not come from the rng that is given: draw every weight from it, and from it alone",
            _training(start=_global),
            _training(start=_own_seed),
            seen=other_rng,
        ),
        Mistake(
            "one-step",
            "the weights are updated in the first epoch alone: every epoch takes a step",
            _training(steps=1),
            seen=one_step,
        ),
        Mistake(
            "climbs",
            "this goes up the slope, and the loss rises: subtract the gradients",
            _training(lambda Y, T: (T - Y) / len(Y)),
            seen=descends(by(lambda Y, T: (T - Y) / len(Y))),
        ),
        Mistake(
            "squared-error",
            "the loss descended is the squared error; the cross-entropy's error at the output is (Y - T) / N",
            _training(lambda Y, T: (Y - T) * Y * (1 - Y) / len(Y), loss=_half_squares),
            _training(lambda Y, T: (Y - T) * Y * (1 - Y)),
            seen=descends(
                by(lambda Y, T: (Y - T) * Y * (1 - Y) / len(Y)),
                by(lambda Y, T: (Y - T) * Y * (1 - Y)),
                by(lambda Y, T: (Y - T) * Y * (1 - Y) / Y.size),
                by(lambda Y, T: 2 * (Y - T) * Y * (1 - Y) / len(Y)),
                by(lambda Y, T: 2 * (Y - T) * Y * (1 - Y)),
                by(lambda Y, T: 2 * (Y - T) * Y * (1 - Y) / Y.size),
            ),
        ),
        Mistake(
            "sum-not-mean",
            "each step goes down the sum over the examples; the average was asked for: divide by N",
            _training(lambda Y, T: Y - T),
            seen=descends(by(lambda Y, T: Y - T)),
        ),
        Mistake(
            "mean-over-outputs",
            "each step goes down the average over outputs too; it is summed over outputs, averaged over examples",
            _training(lambda Y, T: (Y - T) / Y.size),
            seen=descends(by(lambda Y, T: (Y - T) / Y.size)),
        ),
        Mistake(
            "never-updates",
            "the weights are returned as they started: put the updated ones in their place each epoch",
            _training(steps=0),
            seen=never_updates,
        ),
        Mistake(
            "loss-after-update",
            "each loss is taken after the epoch's update; it was asked for before",
            _training(loss_last=True),
            seen=reports(lambda X, T, before, after: loss_of(X, T, after)),
        ),
        Mistake(
            "loss-mean-over-outputs",
            "the weights are right, and the losses are averaged over outputs too; sum over outputs",
            _training(loss=_mean_over_all),
            seen=reports(lambda X, T, before, after: loss_of(X, T, before) / T.shape[1]),
        ),
        Mistake(
            "loss-summed",
            "the weights are right, and the losses are summed over the examples; average over them",
            _training(loss=_sum_over_all),
            seen=reports(lambda X, T, before, after: loss_of(X, T, before) * len(X)),
        ),
    ),
    hints=(
        "Each epoch: forward, the loss, all gradients, then all updates; in this order.",
        "With cross-entropy the error at the output is dZ2 = (Y - T) / N, with no factor Y (1 - Y). The rest is `backward`.",
        "Start with `rng.normal(size=(D, hidden))` for W1, and alike for W2; zeros will do for the biases.",
    ),
)
