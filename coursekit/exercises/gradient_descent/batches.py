"""A few examples at a time: cutting batches, the gradient of a line, and the fit."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from coursekit.checking import Case, Exercise, Mismatch, Mistake, Trial
from coursekit.checking.compare import close, numeric
from coursekit.checking.verdict import show
from coursekit.reference import minibatch as reference

Trials = Sequence[Trial]


def _cut(minibatches: Any, n: int, batch_size: int, seed: int) -> Any:
    rng, equal, other = (np.random.default_rng(s) for s in (seed, seed, seed + 1))
    runs = {}
    for name, generator in (("first", rng), ("again", equal), ("other", other), ("next", rng)):
        batches = minibatches(n, batch_size, generator)
        runs[name] = None if batches is None else [np.asarray(batch).tolist() for batch in batches]
    return runs


def _batches_cases(rng: np.random.Generator) -> list[Case]:
    made = [(6, 2), (7, 3), (5, 8), (1, 1), (4, 1), (40, 10), (41, 10), (int(rng.integers(30, 60)), 7)]
    return [
        Case(
            (n, size, int(rng.integers(1_000_000))),
            kind=f"{n} examples in batches of {size}",
            text=f"minibatches({n}, {size}, rng)",
        )
        for n, size in made
    ]


def _batches_are_right(got: Any, expected: Any, args: tuple) -> None:
    n, size, _ = args
    for batches in got.values():
        _one_cut_is_right(batches, n, size)
    if n < 20:  # too few orders for chance to be ruled out
        return
    if got["first"] != got["again"]:
        raise Mismatch(
            "two equal rngs give different batches: draw from the rng that is given, and from it alone"
        )
    if got["first"] == got["other"] or got["first"] == got["next"]:
        raise Mismatch("the order is the same every time: draw a new one from the rng")
    if _never_mixed(got["first"], n, size):
        raise Mismatch("the examples keep their neighbours: shuffle them before cutting")


def _one_cut_is_right(batches: Any, n: int, size: int) -> None:
    if batches is None:
        raise Mismatch("it gave None: did you forget `return`?")
    if not all(isinstance(batch, list) and all(type(i) is int for i in batch) for batch in batches):
        raise Mismatch("each batch is a sequence of indices, whole numbers")
    if any(not batch for batch in batches):
        raise Mismatch("a batch is empty")
    if sorted(_flat(batches)) != list(range(n)):
        raise Mismatch(f"each index from 0 to {n - 1} must be in exactly one batch")
    if [len(batch) for batch in batches] != [min(size, n - first) for first in range(0, n, size)]:
        raise Mismatch(f"batches of {size}, and only the last may be shorter")


def _flat(batches: list[list[int]]) -> list[int]:
    return [index for batch in batches for index in batch]


def _whole_batches_moved(batches: list[list[int]], n: int, size: int) -> bool:
    runs = [list(range(first, min(first + size, n))) for first in range(0, n, size)]
    return sorted(batches) == runs


def _each_cut(
    holds: Callable[[list[list[int]], int, int], bool], *, small: int = 1
) -> Callable[[Trials], bool]:
    """A predicate: some reply is wrong, and this holds for every cut of `small` or more examples."""

    def seen(trials: Trials) -> bool:
        cuts = [
            (batches, *trial.case.args[:2])
            for trial in trials
            for batches in (trial.value.values() if trial.reply.kind == "value" else [None])
            if trial.case.args[0] >= small
        ]
        formed = all(_is_cut(batches) for batches, _, _ in cuts)
        return formed and not all(t.right for t in trials) and all(holds(*cut) for cut in cuts)

    return seen


def _is_cut(batches: Any) -> bool:
    return isinstance(batches, list) and all(
        isinstance(batch, list) and all(type(i) is int for i in batch) for batch in batches
    )


def _last_dropped(batches: list[list[int]], n: int, size: int) -> bool:
    flat = _flat(batches)
    return (
        [len(batch) for batch in batches] == [size] * (n // size)
        and len(set(flat)) == len(flat)
        and set(flat) <= set(range(n))
        and (len(flat) < 20 or flat != sorted(flat))
    )


def _drawn_with_replacement(batches: list[list[int]], n: int, size: int) -> bool:
    flat = _flat(batches)
    return (
        n // size <= len(batches) <= -(-n // size)
        and set(flat) <= set(range(n))
        and len(set(flat)) < len(flat)
    )


def _never_mixed(batches: list[list[int]], n: int, size: int) -> bool:
    return _flat(batches) == list(range(n)) or _whole_batches_moved(batches, n, size)


def _one_order(trials: Trials) -> bool:
    """Each cut is right by itself; equal rngs, other rngs and the next call all give the same one."""
    many = [trial for trial in trials if trial.case.args[0] >= 20]
    return _cuts_are_right(trials) and all(trial.value["first"] == trial.value["other"] for trial in many)


def _own_rng(trials: Trials) -> bool:
    """Each cut is right by itself; equal rngs give different ones."""
    many = [trial for trial in trials if trial.case.args[0] >= 20]
    return _cuts_are_right(trials) and all(trial.value["first"] != trial.value["again"] for trial in many)


def _cuts_are_right(trials: Trials) -> bool:
    try:
        for trial in trials:
            for batches in trial.value.values():
                _one_cut_is_right(batches, *trial.case.args[:2])
    except (Mismatch, AttributeError):
        return False
    return True


def _slices(order: Any, size: int) -> list:
    return [order[first : first + size] for first in range(0, len(order), size)]


def _moves_whole_batches(n: int, batch_size: int, rng: np.random.Generator) -> list:
    batches = _slices(np.arange(n), batch_size)
    return [batches[place] for place in rng.permutation(len(batches))]


minibatches = Exercise(
    id="gradient_descent.minibatches",
    title="Cut the examples into batches",
    signature="minibatches(n, batch_size, rng)",
    reference=reference.minibatches,
    cases=_batches_cases,
    probe=_cut,
    compare=_batches_are_right,
    view=lambda seen: [list(map(int, batch)) for batch in seen["first"]],
    points=2,
    mistakes=(
        Mistake(
            "drops-last",
            "the last, shorter batch is left out: every example has its turn in an epoch",
            lambda n, batch_size, rng: _slices(rng.permutation(n), batch_size)[: n // batch_size],
            seen=_each_cut(_last_dropped),
        ),
        Mistake(
            "not-shuffled",
            "the examples stay beside their neighbours: shuffle the indices, then cut",
            lambda n, batch_size, rng: _slices(np.arange(n), batch_size),
            _moves_whole_batches,
            seen=_each_cut(_never_mixed),
        ),
        Mistake(
            "with-replacement",
            "some examples come twice and others never: shuffle the indices in place of drawing them one by one",
            lambda n, batch_size, rng: _slices(rng.integers(0, n, n), batch_size),
            lambda n, batch_size, rng: [rng.choice(n, batch_size) for _ in range(n // batch_size)],
            seen=_each_cut(_drawn_with_replacement, small=20),
        ),
        Mistake(
            "same-every-epoch",
            "the order is the same whatever the rng: draw it from the rng that is given",
            lambda n, batch_size, rng: _slices(np.random.default_rng(0).permutation(n), batch_size),
            seen=_one_order,
        ),
        Mistake(
            "global-rng",
            "equal rngs give different batches: draw from the rng that is given, not from `np.random`",
            lambda n, batch_size, rng: _slices(np.random.permutation(n), batch_size),  # noqa: NPY002 - the mistake
            lambda n, batch_size, rng: _slices(np.random.default_rng().permutation(n), batch_size),
            seen=_own_rng,
        ),
    ),
    hints=(
        "First shuffle all the indices, then cut the row into pieces.",
        "`rng.permutation(n)` shuffles 0 to n - 1; `order[first:first + batch_size]` is one piece.",
    ),
)


def _line_cases(rng: np.random.Generator) -> list[Case]:
    made = [
        (np.array([[1.0], [2.0], [3.0]]), np.array([2.0, 4.0, 7.0]), np.array([1.0])),
        (np.array([[1, 2], [0, 1], [3, -1]]), np.array([1, 0, 2]), np.array([2, 1])),
        (rng.normal(size=(5, 2)), rng.normal(size=5), rng.normal(size=2)),
        (rng.normal(size=(4, 4)), rng.normal(size=4), rng.normal(size=4)),
        (rng.normal(size=(1, 3)), rng.normal(size=1), rng.normal(size=3)),
        (rng.normal(size=(40, 3)), rng.normal(size=40), rng.normal(size=3)),
    ]
    return [Case(args, kind=f"{args[0].shape[0]} examples of {args[0].shape[1]} features") for args in made]


line_gradient = Exercise(
    id="gradient_descent.line_gradient",
    title="The gradient of a fitted line",
    signature="line_gradient(X, t, w)",
    reference=reference.line_gradient,
    cases=_line_cases,
    mistakes=(
        Mistake(
            "sum-not-mean",
            "this is the sum over the examples; the mean was asked for",
            lambda X, t, w: X.T @ (X @ w - t),
        ),
        Mistake(
            "factor-two",
            "it is twice too large: the ½ in the loss takes the 2 of the derivative away",
            lambda X, t, w: 2 * X.T @ (X @ w - t) / len(t),
        ),
        Mistake(
            "backwards",
            "the sign is flipped: the residual is prediction minus target, Xw - t",
            lambda X, t, w: X.T @ (t - X @ w) / len(t),
        ),
        Mistake(
            "residual-only",
            "this is only the residual Xw - t, one number an example; Xᵀ times it is still to come",
            lambda X, t, w: X @ w - t,
            lambda X, t, w: (X @ w - t) / len(t),
        ),
    ),
    hints=(
        "By the chain rule: (prediction - target) times the input, averaged over the examples.",
        "The residual is X @ w - t, shape (N,). X.T @ residual has shape (D,); divide it by N.",
    ),
)


EXACT = ("one batch", "equal examples")  # kinds of data on which the order of the examples cannot matter


def _fit_cases(rng: np.random.Generator) -> list[Case]:
    X = np.column_stack([np.ones(6), np.array([-1.5, -1.0, -0.2, 0.4, 0.9, 1.6])])
    t = np.array([-1.0, 0.5, 0.3, 1.9, 2.4, 3.1])
    equal = (np.tile([[1.0, 0.5]], (5, 1)), np.full(5, 2.0))
    # One feature and five examples: 30 ways to cut an epoch, told apart by the loss it ends with.
    five = (np.array([[0.6], [-0.9], [1.3], [0.4], [-1.2]]), np.array([3.1, -3.6, 7.2, 1.4, -6.9]))
    wide = rng.uniform(-1.5, 1.5, (24, 3))
    straight = wide @ rng.uniform(0.5, 2.0, 3)
    made = [
        ("one batch", X, t, 0.1, 1, 6),
        ("one batch", X, t, 0.2, 5, 6),
        ("one batch", X, t, 0.1, 3, 50),
        ("equal examples", *equal, 0.1, 2, 1),
        ("equal examples", *equal, 0.2, 3, 2),
        ("orders", *five, 0.15, 6, 2),
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
    orders = [_orders(run, args) for run in (got["first"], got["other"])]
    if not all(orders):
        raise Mismatch("an epoch's updates are not those of its batches, each once, in some order")
    if any(_common(run) for run in orders):
        raise Mismatch(
            "every epoch goes through the examples in the same order: shuffle them anew each epoch"
        )
    if orders[0] == orders[1]:
        raise Mismatch("the orders are the same whatever the rng: draw them from the rng that is given")


def _orders(run: Any, args: tuple) -> list[frozenset[int]]:
    """For each epoch the cuts into batches (their numbers) that lead to its loss; [] if an epoch has none."""
    _, X, t, rate, _, size, _ = args
    w, found = np.zeros(X.shape[1]), []
    for loss in numeric(run[1]):
        ends = {number: _epoch(X, t, w, rate, cut) for number, cut in enumerate(_cuts(len(t), size))}
        fits = frozenset(
            k for k, end in ends.items() if np.isclose(reference.line_loss(X, t, end), loss, rtol=1e-4)
        )
        if not fits:
            return []
        w = ends[min(fits)]
        found.append(fits)
    return found if np.allclose(w, numeric(run[0]), rtol=1e-3) else []


def _common(epochs: list[frozenset[int]]) -> frozenset[int]:
    """The cuts that fit every epoch."""
    first, *rest = epochs
    return first.intersection(*rest)


def _cuts(n: int, size: int) -> list[list[tuple[int, ...]]]:
    """Every way to cut n examples into a row of batches; within a batch the order cannot matter."""
    cuts = {
        tuple(tuple(sorted(order[first : first + size])) for first in range(0, n, size))
        for order in itertools.permutations(range(n))
    }
    return [list(cut) for cut in sorted(cuts)]


def _epoch(X: np.ndarray, t: np.ndarray, w: np.ndarray, rate: float, cut: Sequence[Any]) -> np.ndarray:
    for batch in cut:
        index = list(batch)
        w = w - rate * reference.line_gradient(X[index], t[index], w)
    return w


def _fitting(
    gradient: Callable[..., Any] = reference.line_gradient,
    cut: Callable[..., Any] = reference.minibatches,
    loss: str | None = None,
    one_order: bool = False,
) -> Callable[..., Any]:
    """A form of a mistake: the reference with another gradient, cut, loss, or one order for all epochs."""

    def fit_line(X: Any, t: Any, learning_rate: float, epochs: int, batch_size: int, rng: Any) -> Any:
        w, losses, batches = np.zeros(X.shape[1]), [], cut(len(t), batch_size, rng)
        for epoch in range(epochs):
            if epoch and not one_order:
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
    if not all(trial.right for trial in exact):
        return False
    found = [_orders(run, trial.case.args) for trial in orders for run in trial.value.values()]
    return all(run and _common(run) for run in found)


def _own_randomness(trials: Trials) -> bool:
    exact, orders = _split(trials)
    if not all(trial.right for trial in exact):
        return False
    found = [[_orders(run, trial.case.args) for run in trial.value.values()] for trial in orders]
    return all(all(runs) and runs[0] != runs[1] for runs in found)


def _split(trials: Trials) -> tuple[list[Trial], list[Trial]]:
    exact = [trial for trial in trials if trial.case.args[0] in EXACT]
    return exact, [t for t in trials if t.case.args[0] == "orders" and t.reply.kind == "value"]


def _loss_of_last_batch(trials: Trials) -> bool:
    """w is right everywhere, and the losses are not of all the data where a batch is less than all."""
    exact, orders = _split(trials)
    forms = [_fitting(loss="after"), _fitting(loss="before")]
    return (
        any(all(_gives(trial, form) for trial in exact) for form in forms)
        and all(not _loss_is_of_all(trial.value["first"], *trial.case.args[1:3]) for trial in orders)
        and all(_first_loss_is_of_few(trial) for trial in orders)
    )


def _first_loss_is_of_few(trial: Trial) -> bool:
    """Whether the first epoch's loss is that of one batch, at the w before or after its update."""
    _, X, t, rate, _, size, _ = trial.case.args
    possible = []
    for cut in _cuts(len(t), size):
        last = list(cut[-1])
        before = _epoch(X, t, np.zeros(X.shape[1]), rate, cut[:-1])
        after = _epoch(X, t, before, rate, cut[-1:])
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
            "every epoch goes through the examples in the same order: shuffle anew at the start of each",
            _fitting(one_order=True),
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
