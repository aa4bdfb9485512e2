"""A line fitted batch by batch, judged by consistency where the order of the examples is random."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from coursekit.checking import Case, Exercise, Mismatch, Mistake, Trial
from coursekit.checking.compare import close, numeric
from coursekit.checking.verdict import show
from coursekit.exercises.gradient_descent.orders import cuts, epoch, explained, one_order
from coursekit.reference import minibatch as reference

Trials = Sequence[Trial]

EXACT = ("one batch", "equal examples")  # kinds of data on which the order of the examples cannot matter


def _fit_cases(rng: np.random.Generator) -> list[Case]:
    X = np.column_stack([np.ones(6), np.array([-1.5, -1.0, -0.2, 0.4, 0.9, 1.6])])
    t = np.array([-1.0, 0.5, 0.3, 1.9, 2.4, 3.1])
    equal = (np.tile([[1.0, 0.5]], (5, 1)), np.full(5, 2.0))
    # One feature and few examples: 30 and 15 ways to cut an epoch, told apart by the loss it ends with.
    five = (np.array([[0.6], [-0.9], [1.3], [0.4], [-1.2]]), np.array([3.1, -3.6, 7.2, 1.4, -6.9]))
    six = (np.array([[0.2], [0.5], [-0.3], [0.8], [0.1], [1.5]]), np.array([5.7, -5.6, -6.4, 5.7, 1.7, 7.6]))
    wide = rng.uniform(-1.5, 1.5, (24, 3))
    straight = wide @ rng.uniform(0.5, 2.0, 3)
    made = [
        ("one batch", X, t, 0.1, 1, 6),
        ("one batch", X, t, 0.2, 5, 6),
        ("one batch", X, t, 0.1, 3, 50),
        ("equal examples", *equal, 0.1, 2, 1),
        ("equal examples", *equal, 0.2, 3, 2),
        ("orders", *five, 0.15, 6, 2),
        ("orders", *six, 0.15, 8, 4),
        ("on a line", wide, straight, 0.1, 150, 5),
    ]
    return [_fit_case(*one, seed=int(rng.integers(1_000_000))) for one in made]


def _fit_case(kind: str, X: Any, t: Any, rate: float, epochs: int, size: int, seed: int) -> Case:
    words = {
        "one batch": "all the data in one batch",
        "equal examples": "examples that are all equal",
        "orders": "several batches an epoch",
        "on a line": "examples that lie on a line exactly",
    }[kind]
    text = f"fit_line(X, t, {rate:g}, {epochs}, {size}, rng) with X of shape {X.shape}: {words}"
    return Case((kind, X, t, rate, epochs, size, seed), kind=words, text=text)


def _fit(fit_line: Any, kind: str, X: Any, t: Any, rate: float, epochs: int, size: int, seed: int) -> Any:
    runs = {"first": fit_line(X, t, rate, epochs, size, np.random.default_rng(seed))}
    if kind not in ("one batch", "equal examples"):
        runs["again"] = fit_line(X, t, rate, epochs, size, np.random.default_rng(seed))
        runs["other"] = fit_line(X, t, rate, epochs, size, np.random.default_rng(seed + 1))
    return runs


def _fit_is_right(got: Any, expected: Any, args: tuple) -> None:
    kind, X, t, *_ = args
    if kind in EXACT:
        _same_fit(got["first"], expected["first"])
        return
    for run in got.values():
        _same_form(run, expected["first"])
        if not _loss_is_of_all(run, X, t):
            raise Mismatch(
                "the last loss is not ½·mean((Xw - t)²) over all the data, at the w that is returned"
            )
    if kind == "orders":
        _orders_are_right(got, args)
    elif not np.allclose(numeric(got["first"][0]), numeric(expected["first"][0]), rtol=1e-3, atol=1e-3):
        raise Mismatch(
            "the examples lie on a line exactly, and w does not get there: is each target still its input's?"
        )


def _same_fit(run: Any, right: Any) -> None:
    try:
        close(rtol=1e-4)(run, right, ())
    except Mismatch as mismatch:
        text = (
            str(mismatch)
            .replace("in the value at place 0", "in w")
            .replace("in the value at place 1", "in losses")
        )
        raise Mismatch(text) from None


def _same_form(run: Any, right: Any) -> None:
    """Raise Mismatch unless a run is a pair of w and losses of the right shapes, all finite."""
    if not isinstance(run, list) or len(run) != 2:
        _same_fit(run, right)
    for name, one, model in zip(("w", "losses"), run, right, strict=True):
        values = numeric(one)
        if values.shape != numeric(model).shape or not np.isfinite(values).all():
            raise Mismatch(f"{name} must be {len(model)} finite numbers")


def _loss_is_of_all(run: Any, X: np.ndarray, t: np.ndarray) -> bool:
    return bool(
        np.isclose(numeric(run[1])[-1], reference.line_loss(X, t, numeric(run[0])), rtol=1e-3, atol=1e-6)
    )


def _orders_are_right(got: Any, args: tuple) -> None:
    if not np.allclose(numeric(got["first"][1]), numeric(got["again"][1]), rtol=1e-5):
        raise Mismatch(
            "two equal rngs give different fits: draw from the rng that is given, and from it alone"
        )
    runs = [got["first"], got["other"]]
    orders = [explained(run, args) for run in runs]
    if not all(orders):
        raise Mismatch("an epoch's updates are not those of its batches, each once, in some order")
    if any(one_order(run, args) for run in runs):
        raise Mismatch("every epoch has the same batches in the same order: shuffle them anew each epoch")
    if orders[0] == orders[1]:
        raise Mismatch("the orders are the same whatever the rng: draw them from the rng that is given")


def _fitting(
    gradient: Callable[..., Any] = reference.line_gradient,
    cut: Callable[..., Any] = reference.minibatches,
    loss: str | None = None,
    same_order: bool = False,
) -> Callable[..., Any]:
    """A form of a mistake: the reference with another gradient, cut, loss, or one order for all epochs."""

    def fit_line(X: Any, t: Any, learning_rate: float, epochs: int, batch_size: int, rng: Any) -> Any:
        w, losses, batches = np.zeros(X.shape[1]), [], cut(len(t), batch_size, rng)
        for number in range(epochs):
            if number and not same_order:
                batches = cut(len(t), batch_size, rng)
            for batch in batches:
                before = w
                w = w - learning_rate * gradient(X[batch], t[batch], w)
            all_or_last = (X, t) if loss is None else (X[batch], t[batch])
            losses.append(reference.line_loss(*all_or_last, before if loss == "before" else w))
        return w, np.array(losses)

    return fit_line


def _like(form: Callable[..., Any]) -> Callable[[Trials], bool]:
    """A predicate: the answer gives what the form gives wherever the order cannot matter."""

    def seen(trials: Trials) -> bool:
        exact = [trial for trial in trials if trial.case.args[0] in EXACT]
        return not all(trial.right for trial in exact) and all(_gives(trial, form) for trial in exact)

    return seen


def _gives(trial: Trial, form: Callable[..., Any]) -> bool:
    if trial.reply.kind != "value":
        return False
    run = _fit(form, *trial.case.args)["first"]
    try:
        close(rtol=1e-4)(trial.value["first"], [np.asarray(part) for part in run], ())
    except Mismatch:
        return False
    return True


def _one_order_for_all(trials: Trials) -> bool:
    exact, orders = _split(trials)
    return (
        all(trial.right for trial in exact)
        and bool(orders)
        and all(one_order(run, trial.case.args) for trial in orders for run in trial.value.values())
    )


def _own_randomness(trials: Trials) -> bool:
    exact, orders = _split(trials)
    found = [[explained(run, trial.case.args) for run in trial.value.values()] for trial in orders]
    return (
        all(trial.right for trial in exact)
        and bool(found)
        and all(all(runs) and runs[0] != runs[1] for runs in found)
    )


def _split(trials: Trials) -> tuple[list[Trial], list[Trial]]:
    """The trials in which the order cannot matter, and those in which it shows; none of those if one gave no value."""
    exact = [trial for trial in trials if trial.case.args[0] in EXACT]
    orders = [trial for trial in trials if trial.case.args[0] == "orders"]
    return exact, orders if all(trial.reply.kind == "value" for trial in orders) else []


def _loss_of_last_batch(trials: Trials) -> bool:
    """w is right everywhere, and the losses are not of all the data where a batch is less than all."""
    exact, orders = _split(trials)
    forms = [_fitting(loss="after"), _fitting(loss="before")]
    return (
        bool(orders)
        and any(all(_gives(trial, form) for trial in exact) for form in forms)
        and all(not _loss_is_of_all(trial.value["first"], *trial.case.args[1:3]) for trial in orders)
        and all(_first_loss_is_of_few(trial) for trial in orders)
    )


def _first_loss_is_of_few(trial: Trial) -> bool:
    """Whether the first epoch's loss is that of one batch, at the w before or after its update."""
    _, X, t, rate, _, size, _ = trial.case.args
    possible = []
    for cut in cuts(len(t), size):
        last = list(cut[-1])
        before = epoch(X, t, np.zeros(X.shape[1]), rate, cut[:-1])
        after = epoch(X, t, before, rate, cut[-1:])
        possible += [reference.line_loss(X[last], t[last], w) for w in (before, after)]
    return any(np.isclose(numeric(trial.value["first"][1])[0], possible, rtol=1e-4))


def _sum_gradient(X: Any, t: Any, w: Any) -> Any:
    return X.T @ (X @ w - t)


def _uphill(X: Any, t: Any, w: Any) -> Any:
    return -reference.line_gradient(X, t, w)


def _twice(X: Any, t: Any, w: Any) -> Any:
    return 2 * reference.line_gradient(X, t, w)


def _only_first(n: int, batch_size: int, rng: np.random.Generator) -> Any:
    return reference.minibatches(n, batch_size, rng)[:1]


def _everything(n: int, batch_size: int, rng: np.random.Generator) -> Any:
    return [np.arange(n)]


def _own_cut(n: int, batch_size: int, rng: np.random.Generator) -> Any:
    return reference.minibatches(n, batch_size, np.random.default_rng())


def _one_batch(trials: Trials) -> bool:
    _, orders = _split(trials)
    whole = _fitting(cut=_everything)
    return _like(_fitting(cut=_only_first))(trials) and not any(_gives(trial, whole) for trial in orders)


fit_line = Exercise(
    id="gradient_descent.fit_line",
    title="Fit a line, batch by batch",
    signature="fit_line(X, t, learning_rate, epochs, batch_size, rng)",
    reference=reference.fit_line,
    cases=_fit_cases,
    probe=_fit,
    compare=_fit_is_right,
    alike=close(rtol=1e-4),
    view=lambda seen: f"w {show(np.asarray(seen['first'][0]))}, losses {show(np.asarray(seen['first'][1]))}",
    points=3,
    mistakes=(
        Mistake(
            "one-batch-an-epoch",
            "only one batch of each epoch is used: an epoch goes through all the examples",
            _fitting(cut=_only_first),
            seen=_one_batch,
        ),
        Mistake(
            "batch-size-ignored",
            "each update uses all the data: cut them into batches of batch_size",
            _fitting(cut=_everything),
        ),
        Mistake(
            "sum-not-mean",
            "each update sums over its batch; the gradient of the mean was asked for",
            _fitting(gradient=_sum_gradient),
            seen=_like(_fitting(gradient=_sum_gradient)),
        ),
        Mistake(
            "climbs",
            "this goes up the slope, and the loss rises: subtract the gradient",
            _fitting(gradient=_uphill),
            seen=_like(_fitting(gradient=_uphill)),
        ),
        Mistake(
            "same-every-epoch",
            "every epoch has the same batches in the same order: shuffle anew at the start of each",
            _fitting(same_order=True),
            seen=_one_order_for_all,
        ),
        Mistake(
            "loss-of-last-batch",
            "the loss is that of an epoch's last batch; it was asked for over all the data, at the end of the epoch",
            _fitting(loss="after"),
            _fitting(loss="before"),
            seen=_loss_of_last_batch,
        ),
        Mistake(
            "factor-two",
            "each step is twice too large: the ½ in the loss takes the 2 of the derivative away",
            _fitting(gradient=_twice),
            seen=_like(_fitting(gradient=_twice)),
        ),
        Mistake(
            "global-rng",
            "equal rngs give different fits: draw from the rng that is given, and from it alone",
            _fitting(cut=_own_cut),
            seen=_own_randomness,
        ),
    ),
    hints=(
        "Two loops: epochs outside, batches inside. You have written a function for the batches already.",
        "Start at w = np.zeros(D). A batch is X[batch], t[batch]: one step each. After the inner loop, one loss.",
    ),
)
