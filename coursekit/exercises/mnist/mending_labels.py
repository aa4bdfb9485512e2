"""A broken notebook to mend: labels that were shuffled without their images."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from coursekit.checking import Case, Exercise, Mismatch, Mistake, Trial
from coursekit.checking.compare import numeric, same_shape

MANY = 20  # examples from which on no order comes twice by chance


def labels_alone(X: Any, y: Any, rng: Any) -> Any:
    """The broken code of `mnist.mend_shuffled_labels`."""
    return X, rng.permutation(y)


def _together(X: Any, y: Any, rng: np.random.Generator) -> Any:
    order = rng.permutation(len(y))
    return X[order], y[order]


def _shuffle(mend_shuffled_labels: Any, X: Any, y: Any, seed: int) -> Any:
    rng, equal, other = (np.random.default_rng(s) for s in (seed, seed, seed + 1))
    copies = [(X.copy(), y.copy()) for _ in range(3)]
    runs = {"first": mend_shuffled_labels(X, y, rng)}
    for (name, generator), copy in zip(
        (("again", equal), ("other", other), ("next", rng)), copies, strict=True
    ):
        runs[name] = mend_shuffled_labels(*copy, generator)
    return {name: list(run) if hasattr(run, "__next__") else run for name, run in runs.items()}


def _shuffle_cases(rng: np.random.Generator) -> list[Case]:
    made = [(3, (1, 2)), (1, (2, 2)), (6, (2, 3)), (40, (4, 3)), (int(rng.integers(30, 60)), (3, 3))]
    cases = []
    for n, shape in made:
        X = rng.permutation(n * int(np.prod(shape))).reshape(n, *shape).astype(float)  # no two images alike
        y = rng.permutation(np.arange(n) % 10)
        text = f"mend_shuffled_labels(X of shape {X.shape}, y = {y.tolist()}, rng)"
        cases.append(Case((X, y, int(rng.integers(1_000_000))), kind=f"{n} examples", text=text))
    return cases


def _order(run: Any, X: np.ndarray, y: np.ndarray) -> tuple[list[int], np.ndarray]:
    """Where each image that came back was, and the labels that came back. Raises Mismatch."""
    if run is None:
        raise Mismatch("it gave None: did you forget `return`?")
    if not isinstance(run, list) or len(run) != 2:
        raise Mismatch("two values were asked for: the images, and the labels")
    images, labels = numeric(run[0]), numeric(run[1])
    same_shape(images, X)
    same_shape(labels, y)
    places = {image.tobytes(): place for place, image in enumerate(X)}
    order = [places.get(image.astype(X.dtype).tobytes(), -1) for image in np.ascontiguousarray(images)]
    if sorted(order) != list(range(len(X))):
        raise Mismatch("each image must come back exactly once, as it was")
    if sorted(labels.tolist()) != sorted(y.tolist()):
        raise Mismatch("each label must come back exactly as often as it was there")
    return order, labels


def _shuffled_together(got: Any, expected: Any, args: tuple) -> None:
    X, y, _ = args
    found = {name: _order(run, X, y) for name, run in got.items()}
    for order, labels in found.values():
        if not np.array_equal(labels, y[order]):
            raise Mismatch("images and labels no longer belong together: shuffle both in the same order")
    if len(y) < MANY:  # too few orders for chance to be ruled out
        return
    orders = {name: order for name, (order, _) in found.items()}
    if any(_neighbours_kept(order) > 0.5 for order in orders.values()):
        raise Mismatch("the examples keep their neighbours: they are not shuffled")
    if orders["first"] != orders["again"]:
        raise Mismatch(
            "two equal rngs give different orders: draw from the rng that is given, and from it alone"
        )
    if orders["first"] in (orders["other"], orders["next"]):
        raise Mismatch("the order is the same every time: draw a new one from the rng")


def _neighbours_kept(order: Sequence[int] | np.ndarray) -> float:
    return float(np.mean(np.abs(np.diff(order)) == 1))


def _every(holds: Callable[[np.ndarray, np.ndarray, np.ndarray], bool]) -> Callable[[Sequence[Trial]], bool]:
    """A predicate: some reply is wrong, and `holds(order, labels, y)` for all that came back of many examples."""

    def seen(trials: Sequence[Trial]) -> bool:
        runs = [
            (run, *t.case.args[:2]) for t in trials for run in t.value.values()
        ]  # all are of the right form
        found = [(*_order(run, X, y), y) for run, X, y in runs]
        many = [(np.array(order), labels, y) for order, labels, y in found if len(y) >= MANY]
        return any(not trial.right for trial in trials) and all(holds(*one) for one in many)

    return seen


def _in_place(order: np.ndarray) -> bool:
    return bool(np.all(order == np.arange(len(order))))


def _ordered(differ: Callable[[dict[str, list[int]]], bool]) -> Callable[[Sequence[Trial]], bool]:
    """A predicate: each call by itself is right; of the orders that rngs gave, `differ` holds."""
    together = _every(
        lambda order, labels, y: np.array_equal(labels, y[order]) and _neighbours_kept(order) < 0.5
    )

    def seen(trials: Sequence[Trial]) -> bool:
        many = [trial for trial in trials if len(trial.case.args[1]) >= MANY]
        orders = [{name: _order(run, *t.case.args[:2])[0] for name, run in t.value.items()} for t in many]
        return together(trials) and all(map(differ, orders))

    return seen


def _two_orders(X: Any, y: Any, rng: Any) -> Any:
    return rng.permutation(X), rng.permutation(y)


def _own_rng(X: Any, y: Any, rng: Any) -> Any:
    order = np.random.permutation(len(y))  # noqa: NPY002 - the mistake itself
    return X[order], y[order]


def _own_seed(X: Any, y: Any, rng: Any) -> Any:
    order = np.random.default_rng(0).permutation(len(y))
    return X[order], y[order]


mend_shuffled_labels = Exercise(
    id="mnist.mend_shuffled_labels",
    title="Mend: labels shuffled without their images",
    signature="mend_shuffled_labels(X, y, rng)",
    reference=_together,
    cases=_shuffle_cases,
    probe=_shuffle,
    compare=_shuffled_together,
    view=lambda seen: f"labels {np.asarray(seen['first'][1]).tolist()}",
    points=2,
    mistakes=(
        Mistake(
            "labels-alone",
            "the labels are shuffled and the images are not: each image gets another one's label",
            labels_alone,
            seen=_every(lambda order, labels, y: _in_place(order) and not np.array_equal(labels, y)),
        ),
        Mistake(
            "images-alone",
            "the images are shuffled and the labels are not: each image gets another one's label",
            lambda X, y, rng: (rng.permutation(X), y),
            seen=_every(lambda order, labels, y: np.array_equal(labels, y) and not _in_place(order)),
        ),
        Mistake(
            "two-orders",
            "images and labels get an order each: draw one, and use it for both",
            _two_orders,
            seen=_every(
                lambda order, labels, y: (
                    not (_in_place(order) or np.array_equal(labels, y) or np.array_equal(labels, y[order]))
                )
            ),
        ),
        Mistake(
            "not-shuffled",
            "nothing is shuffled: the examples come in the order in which they were",
            lambda X, y, rng: (X, y),
            seen=_every(lambda order, labels, y: _in_place(order) and np.array_equal(labels, y)),
        ),
        Mistake(
            "global-rng",
            "equal rngs give different orders: draw from the rng that is given, not from `np.random`",
            _own_rng,
            seen=_ordered(lambda orders: orders["first"] != orders["again"]),
        ),
        Mistake(
            "same-every-time",
            "the order is the same whatever the rng: draw it from the rng that is given",
            _own_seed,
            seen=_ordered(lambda orders: orders["first"] == orders["other"]),
        ),
    ),
    hints=(
        "One order for both: a list of places, drawn once.",
        "`order = rng.permutation(len(y))`, then `X[order]` and `y[order]`.",
    ),
)
