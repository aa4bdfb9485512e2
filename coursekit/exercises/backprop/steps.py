"""Runs of a training, looked at step by step.

Any random start is right, so the weights at the start are not known. But runs of e and of e + 1
epochs from equal rngs have the same start: the weights that the shorter one returns are those
from which the longer one takes its last step, and what one step does is known exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from coursekit.checking import Mismatch, Trial
from coursekit.checking.compare import numeric, same_shape
from coursekit.reference import two_layer as reference
from coursekit.reference.logistic import sigmoid_gradient
from coursekit.reference.losses import binary_cross_entropy

Trials = Sequence[Trial]
Params = dict[str, np.ndarray]
Run = tuple[Params, np.ndarray]  # parameters and losses
Gradient = Callable[..., dict[str, np.ndarray]]  # (X, T, params, params after the step)

# (epochs, which rng): what is run on a case. Equal numbers are equal rngs.
STEPS = [(1, 0), (2, 0), (3, 0), (8, 0), (9, 0), (3, 0), (3, 1)]
AGAIN, OTHER = 5, 6  # the places of the run that repeats another, and of that from another rng
SEEDS, EPOCHS, SOLVED = 10, 2000, 9  # of XOR
XOR = [(1, seed) for seed in range(SEEDS)] + [(EPOCHS, 0)]
SLOW = 0.1  # with rates up to this a step can be undone, so that the start is known after all


def read(run: Any, args: tuple, epochs: int) -> Run:
    """The parameters and losses of one run, in the shapes that were asked for. Raises Mismatch."""
    X, T, hidden, *_ = args
    if run is None:
        raise Mismatch("it gave None: did you forget `return`?")
    if not isinstance(run, list) or len(run) != 2 or not isinstance(run[0], dict):
        raise Mismatch("two values were asked for: the dict of parameters, and the losses")
    shapes = {"W1": (X.shape[1], hidden), "b1": (hidden,), "W2": (hidden, T.shape[1]), "b2": (T.shape[1],)}
    if missing := [name for name in shapes if name not in run[0]]:
        raise Mismatch(f"the parameters lack {', '.join(missing)}")
    params = {name: _formed(run[0][name], shape, name) for name, shape in shapes.items()}
    return params, _formed(run[1], (epochs,), f"losses, after {epochs} epochs")


def _formed(value: Any, shape: tuple[int, ...], name: str) -> np.ndarray:
    try:
        array = numeric(value).astype(float)
        same_shape(array, np.empty(shape))
    except Mismatch as mismatch:
        raise Mismatch(f"in {name}, {mismatch}") from None
    return array


def runs_of(observed: Any, args: tuple) -> list[Run]:
    plan = args[4]
    if not isinstance(observed, list) or len(observed) != len(plan):
        raise Mismatch("it gave something that is not of the form asked for")
    return [read(run, args, epochs) for run, (epochs, _) in zip(observed, plan, strict=True)]


def loss_of(X: np.ndarray, T: np.ndarray, params: Params) -> float:
    return binary_cross_entropy(reference.forward(X, **params)[1], T) * T.shape[1]


def gradient_of(
    X: np.ndarray,
    T: np.ndarray,
    params: Params,
    after: Any = None,
    *,
    error: Callable[[np.ndarray, np.ndarray], np.ndarray] = lambda Y, T: (Y - T) / len(Y),
) -> dict[str, np.ndarray]:
    """The gradient by all parameters; `error(Y, T)` is that by the output's pre-activations."""
    H, Y = reference.forward(X, **params)
    return reference.backward_from(X, H, params["W2"], error(Y, T))


def between(X: np.ndarray, T: np.ndarray, params: Params, after: Params) -> dict[str, np.ndarray]:
    """The gradient whose way back goes through the W2 that is updated already."""
    H, Y = reference.forward(X, **params)
    dZ1 = ((Y - T) / len(X)) @ after["W2"].T * sigmoid_gradient(H)
    return {**gradient_of(X, T, params), "dW1": X.T @ dZ1, "db1": dZ1.sum(axis=0)}


def _steps(runs: list[Run]) -> list[tuple[Run, Run]]:
    """The pairs of runs that are one epoch apart."""
    return [(short, long) for short, long in pairwise(runs[:AGAIN]) if len(long[1]) == len(short[1]) + 1]


def _is_step(before: Params, after: Params, grads: dict[str, np.ndarray], rate: float) -> bool:
    """Whether `after` is one step down these gradients from `before`, up to rounding in float32."""
    return all(
        np.allclose(
            before[name] - after[name],
            rate * grads[f"d{name}"],
            rtol=1e-3,
            atol=rate * (1e-3 * np.abs(grads[f"d{name}"]).max() + 1e-6) + 1e-6 * np.abs(before[name]).max(),
        )
        for name in before
    )


def _equal(one: Run, other: Run) -> bool:
    """Whether two runs are the same, as far as the shorter one goes; of unequal lengths, their losses."""
    length = min(len(one[1]), len(other[1]))
    params = len(one[1]) != len(other[1]) or all(
        np.allclose(one[0][name], other[0][name], rtol=1e-6, atol=1e-9) for name in one[0]
    )
    return params and np.allclose(one[1][:length], other[1][:length], rtol=1e-6, equal_nan=True)


def _reproducible(runs: list[Run]) -> bool:
    return all(_equal(runs[0], run) for run in runs[:AGAIN]) and _equal(runs[2], runs[AGAIN])


def _alike_units(params: Params) -> bool:
    """Whether all hidden units have the same weights, in and out."""
    units = np.column_stack([params["W1"].T, params["b1"], params["W2"]])
    return len(units) > 1 and np.allclose(units, units[0], rtol=1e-6, atol=1e-9)


def _start(X: np.ndarray, T: np.ndarray, after: Params, rate: float) -> Params:
    """The parameters from which one slow step leads to `after`: θ₀ = θ₁ + rate · ∇J(θ₀), by iteration."""
    params = after
    for _ in range(40):
        grads = gradient_of(X, T, params)
        params = {name: after[name] + rate * grads[f"d{name}"] for name in after}
    return params


def train_is_right(got: Any, expected: Any, args: tuple) -> None:
    runs = runs_of(got, args)
    for params, losses in runs:
        if not all(np.isfinite(array).all() for array in (*params.values(), losses)):
            raise Mismatch("a parameter or a loss is not finite")
    if len(runs) == len(STEPS):
        _steps_are_right(runs, *args[:4])
    else:
        _xor_is_solved(runs, *args[:4])


def _steps_are_right(runs: list[Run], X: np.ndarray, T: np.ndarray, hidden: int, rate: float) -> None:
    if any(_alike_units(params) for params, _ in runs):
        raise Mismatch("all hidden units have the same weights, and keep them: draw the start at random")
    if not _reproducible(runs):
        raise Mismatch(
            "two equal rngs give different runs: draw from the rng that is given, and from it alone"
        )
    if _equal(runs[2], runs[OTHER]):
        raise Mismatch("the start is the same whatever the rng: draw it from the rng that is given")
    for (before, _), (after, losses) in _steps(runs):
        epoch = f"epoch {len(losses)}"
        if not _is_step(before, after, gradient_of(X, T, before), rate):
            raise Mismatch(
                f"{epoch} does not lead from the weights before it one step down: learning_rate times the gradient"
            )
        _same_loss(losses[-1], loss_of(X, T, before), epoch)
    if rate <= SLOW:
        _same_loss(runs[0][1][0], loss_of(X, T, _start(X, T, runs[0][0], rate)), "epoch 1")


def _same_loss(got: float, right: float, epoch: str) -> None:
    if not np.isclose(got, right, rtol=1e-4, atol=1e-6):
        raise Mismatch(
            f"the loss of {epoch} is {got:.6g}; of the weights before its update it is {right:.6g}, "
            "summed over outputs and averaged over examples"
        )


def _xor_is_solved(runs: list[Run], X: np.ndarray, T: np.ndarray, hidden: int, rate: float) -> None:
    """How the ten starts go on is computed here, all at once; the first is also run for real."""
    starts = {
        name: np.stack([params[name] for params, _ in runs[:SEEDS]]) for name in ("W1", "b1", "W2", "b2")
    }
    solved, losses = _go_on(X, T, starts, rate)
    if solved.sum() < SOLVED:
        raise Mismatch(
            f"{solved.sum()} of {SEEDS} random starts solve XOR in {EPOCHS} epochs, {SOLVED} are asked for: "
            "is the start too small or too large?"
        )
    params, real = runs[-1]
    if not np.allclose(real[1 : len(losses) + 1], losses, rtol=1e-2):
        raise Mismatch(
            "over many epochs the losses are not those of plain descent with the rate that is given"
        )
    if solved[0] and not (_outputs_right(X, T, params) and real[-1] < real[0]):
        raise Mismatch(f"after {EPOCHS} epochs XOR is not solved from a start from which plain descent does")


def _outputs_right(X: np.ndarray, T: np.ndarray, params: Params) -> bool:
    return bool(np.array_equal(reference.forward(X, **params)[1] > 0.5, T > 0.5))


def _go_on(X: np.ndarray, T: np.ndarray, starts: Params, rate: float) -> tuple[np.ndarray, list[float]]:
    """Which of many networks, stacked along axis 0, are right in the end; the first one's losses at first."""
    W1, b1, W2, b2 = (starts[name] for name in ("W1", "b1", "W2", "b2"))
    losses: list[float] = []
    for epoch in range(1, EPOCHS + 1):
        H = reference.sigmoid(X @ W1 + b1[:, np.newaxis])
        Y = reference.sigmoid(H @ W2 + b2[:, np.newaxis])
        if len(losses) < 30:
            losses.append(binary_cross_entropy(Y[0], T) * T.shape[1])
        error = np.abs(Y - T).max(axis=(1, 2))
        if epoch == EPOCHS or error.max() < 0.1:
            break
        dZ2 = (Y - T) / len(X)
        dZ1 = dZ2 @ W2.swapaxes(1, 2) * sigmoid_gradient(H)
        W1, b1 = W1 - rate * (X.T @ dZ1), b1 - rate * dZ1.sum(axis=1)
        W2, b2 = W2 - rate * (H.swapaxes(1, 2) @ dZ2), b2 - rate * dZ2.sum(axis=1)
    return error < 0.5, losses


def _of_steps(trials: Trials) -> list[tuple[list[Run], tuple]]:
    """The runs and arguments of every case but XOR. Raises Mismatch where one is not of the form asked for."""
    return [(runs_of(t.value, t.case.args), t.case.args) for t in trials if t.case.facet == "values"]


def descends(*gradients: Gradient) -> Callable[[Trials], bool]:
    """A predicate: from equal starts, every step goes down one of these gradients, and not the right one."""

    def seen(trials: Trials) -> bool:
        cases = _of_steps(trials)
        drawn = all(_drawn_by_rng(runs) for runs, _ in cases)
        return drawn and not _goes(cases, gradient_of) and any(_goes(cases, one) for one in gradients)

    return seen


def _drawn_by_rng(runs: list[Run]) -> bool:
    return _reproducible(runs) and not _equal(runs[2], runs[OTHER])


def _goes(cases: list[tuple[list[Run], tuple]], gradient: Gradient) -> bool:
    return all(
        _is_step(before, after, gradient(X, T, before, after), rate)
        for runs, (X, T, _, rate, *_) in cases
        for (before, _), (after, _) in _steps(runs)
    )


def like_units(trials: Trials) -> bool:
    cases = _of_steps(trials)
    several = [params for runs, args in cases if args[2] > 1 for params, _ in runs]
    return all(_alike_units(params) for params in several) and _goes(cases, gradient_of)


def other_rng(trials: Trials) -> bool:
    """Equal rngs give different runs, each of them right by itself; or other rngs give the same one."""
    cases = _of_steps(trials)
    if any(_alike_units(params) for runs, _ in cases for params, _ in runs):
        return False
    if all(_equal(runs[2], runs[OTHER]) for runs, _ in cases):
        return all(_reproducible(runs) for runs, _ in cases) and _goes(cases, gradient_of)
    slow = [(runs[0], args) for runs, args in cases if args[3] <= SLOW]
    return all(not _reproducible(runs) for runs, _ in cases) and all(
        np.isclose(losses[0], loss_of(X, T, _start(X, T, params, rate)), rtol=1e-3)
        for (params, losses), (X, T, _, rate, *_) in slow
    )


def _stands_still(trials: Trials) -> list[tuple[Params, float, tuple]]:
    """Each case's parameters and first loss, where those are the same after any number of epochs; else []."""
    found = []
    for trial in [t for t in trials if t.case.facet == "values"]:
        # A loop that returns in its first turn gives one loss, however many epochs were asked for.
        runs = [read(run, trial.case.args, len(run[1])) for run in trial.value]
        first, *rest = runs[:AGAIN]
        same = all(np.allclose(params[k], first[0][k], rtol=1e-6) for params, _ in rest for k in params)
        other = all(np.allclose(runs[OTHER][0][k], first[0][k]) for k in first[0])
        if not same or other or {len(losses) for _, losses in rest} not in ({1}, {2, 3, 8, 9}):
            return []
        found.append((first[0], float(first[1][0]), trial.case.args))
    return found


def one_step(trials: Trials) -> bool:
    """The weights stand still one step away from where they started."""
    found = _stands_still(trials)
    slow = [one for one in found if one[2][3] <= SLOW]
    return any(not _reported(*one) for one in found) and all(
        np.isclose(loss, loss_of(X, T, _start(X, T, params, rate)), rtol=1e-3)
        for params, loss, (X, T, _, rate, *_) in slow
    )


def never_updates(trials: Trials) -> bool:
    """The weights stand still where they started."""
    found = _stands_still(trials)
    return bool(found) and all(_reported(*one) for one in found)


def _reported(params: Params, loss: float, args: tuple) -> bool:
    """Whether the first loss is that of the weights which came back: no step lies between."""
    return bool(np.isclose(loss, loss_of(args[0], args[1], params), rtol=1e-4))


def reports(loss: Callable[[np.ndarray, np.ndarray, Params, Params], float]) -> Callable[[Trials], bool]:
    """A predicate: every step is right, and the losses are these, `loss(X, T, before, after)`."""

    def seen(trials: Trials) -> bool:
        cases = _of_steps(trials)
        right = all(_drawn_by_rng(runs) for runs, _ in cases) and _goes(cases, gradient_of)
        reported = [
            (losses[-1], loss(args[0], args[1], before, after), loss_of(args[0], args[1], before))
            for runs, args in cases
            for (before, _), (after, losses) in _steps(runs)
        ]
        return (
            right
            and all(np.isclose(got, this, rtol=1e-4) for got, this, _ in reported)
            and not all(np.isclose(got, asked, rtol=1e-4) for got, _, asked in reported)
        )

    return seen


def by(error: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> Gradient:
    def gradient(X: np.ndarray, T: np.ndarray, params: Params, after: Any = None) -> dict[str, np.ndarray]:
        return gradient_of(X, T, params, error=error)

    return gradient
