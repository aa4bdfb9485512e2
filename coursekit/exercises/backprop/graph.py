"""`Value`: numbers that remember what they were made of, and send gradients back along it.

A graph travels as a list of operations, each on earlier ones by their places: ["value", 2.0],
["+", 0, 1], ["*", 0, [3]] with a number in brackets, ["tanh", 2].
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from coursekit.checking import Case, Exercise, Mismatch, Mistake, Trial
from coursekit.checking.compare import numeric
from coursekit.checking.verdict import show
from coursekit.reference.value import Value as Reference

Trials = Sequence[Trial]
Operations = Sequence[Sequence[Any]]

TREES, SHARED, DEEP = "values", "shared", "deep"
NAMES = "abcdefghijklmnopqrstuvwxyz"
DEPTH = 200


def _cases(rng: np.random.Generator) -> list[Case]:
    x, y = (round(float(one), 2) for one in rng.uniform(0.3, 1.5, 2))
    a, b = ["value", 2.0], ["value", -3.0]
    product, slope = ["*", 0, 1], ["tanh", 2]
    trees = [
        ([a], "a value by itself"),
        ([a, b, ["+", 0, 1]], "a sum"),
        ([a, b, product], "a product"),
        ([["value", 0.5], ["tanh", 0]], "tanh"),
        ([a, ["+", [2], 0], ["*", 1, [3]]], "numbers mixed in, `2 + v` and `v * 3`"),
        ([["value", 3], ["*", [4], 0], ["+", 1, [1.5]]], "numbers mixed in, `4 * v` and `v + 1.5`"),
        ([["value", x], ["value", y], product, ["value", 0.4], ["+", 2, 3], ["tanh", 4]], "a neuron"),
    ]
    shared = [
        ([a, ["+", 0, 0]], "a + a"),
        ([a, ["*", 0, 0]], "a * a"),
        ([a, b, product, ["+", 2, 0]], "a value used twice"),
        ([["value", x], ["value", y], product, slope, ["+", 2, 3]], "a result used twice"),
        ([["value", x], ["value", y], product, slope, ["*", 3, 2]], "a result used twice"),
        (
            [["value", x], ["tanh", 0], ["*", 1, 1], ["+", 2, 1], ["*", 3, 2], ["+", 4, 1]],
            "results used again",
        ),
        (_random_graph(rng, 12), "a random graph"),
        (_random_graph(rng, 24), "a random graph"),
    ]
    middle: list[Any] = [["value", x], ["value", y], product, ["tanh", 2], ["+", 3, 0], ["*", 4, 2]]
    return [
        *[_case(graph, len(graph) - 1, kind, TREES) for graph, kind in trees],
        *[_case(graph, len(graph) - 1, kind, SHARED) for graph, kind in shared],
        _case(middle, 4, "backward from a node in between", SHARED),
        _case(_chain(), DEPTH, f"a chain of {DEPTH} operations", DEEP),
        _case(_doubled(), DEPTH, f"{DEPTH} operations deep, with values used twice", DEEP),
    ]


def _random_graph(rng: np.random.Generator, size: int) -> list[Any]:
    """A graph with results used again, and with values and gradients that no rounding touches."""
    while True:
        graph = _draw(rng, size)
        seen, reached = _build(Reference, graph, size - 1), _reached(graph, size - 1)
        sizes = np.abs([seen["data"], seen["grad"]])[:, reached]
        if sizes.max() < 20 and sizes.min() > 0.01 and _order_matters(graph, size - 1):
            return graph


def _draw(rng: np.random.Generator, size: int) -> list[Any]:
    graph: list[Any] = [["value", round(float(one), 3)] for one in rng.uniform(-1.5, 1.5, 3)]
    while len(graph) < size:
        one, two = (len(graph) - 1 - int(back) % len(graph) for back in rng.integers(0, 4, 2))
        number = [round(float(rng.uniform(0.6, 1.4)), 2)]
        made: list[list[Any]] = [
            ["+", one, two],
            ["*", one, two],
            ["tanh", one],
            ["*", one, number],
            ["+", number, two],
        ]
        graph.append(made[int(rng.choice(5, p=[0.35, 0.2, 0.25, 0.1, 0.1]))])
    return graph


def _chain() -> list[Any]:
    steps: list[list[Any]] = [["*", [1.25]], ["+", [0.1]], ["*", [0.8]], ["+", [-0.1]]]
    return [["value", 0.7], *([steps[i % 4][0], i, steps[i % 4][1]] for i in range(DEPTH))]


def _doubled() -> list[Any]:
    return [["value", 1.5]] + [["*", i, [0.5]] if i % 2 else ["+", i, i] for i in range(DEPTH)]


def _case(graph: Operations, out: int, kind: str, facet: str) -> Case:
    return Case(([list(one) for one in graph], out), facet, kind, _text(graph, out, kind))


def _text(graph: Operations, out: int, kind: str) -> str:
    if len(graph) > 8:
        return f"{kind}, then backward() from the end"
    return "; ".join([*(_line(place, one) for place, one in enumerate(graph)), f"{NAMES[out]}.backward()"])


def _line(place: int, operation: Sequence[Any]) -> str:
    name, *on = operation
    if name == "value":
        return f"{NAMES[place]} = Value({on[0]})"
    parts = [str(one[0]) if isinstance(one, list) else NAMES[one] for one in on]
    made = f"{parts[0]}.tanh()" if name == "tanh" else f"{parts[0]} {name} {parts[1]}"
    return f"{NAMES[place]} = {made}"


def _build(Value: Any, graph: Any, out: int) -> Any:
    nodes: list[Any] = []
    for name, *on in graph:
        if name == "value":
            nodes.append(Value(on[0]))
            continue
        parts = [one[0] if isinstance(one, list) else nodes[one] for one in on]
        if name == "tanh":
            nodes.append(parts[0].tanh())
        else:
            nodes.append(parts[0] + parts[1] if name == "+" else parts[0] * parts[1])
    nodes[out].backward()
    return {"data": [node.data for node in nodes], "grad": [node.grad for node in nodes]}


def _numbers(observed: Any, of: str) -> np.ndarray:
    """Every node's data or grad; a grad that is None has not been reached: NaN. Raises Mismatch."""
    numbers = []
    for value in observed[of]:
        if value is None and of == "grad":
            numbers.append(math.nan)
            continue
        number = numeric(value)
        if number.size != 1:
            raise Mismatch(f"a {of} is an array of shape {number.shape}; it is one number")
        numbers.append(float(number.reshape(())))
    return np.array(numbers)


def _same(got: Any, expected: Any) -> Any:
    return np.isclose(got, expected, rtol=1e-4, atol=1e-6)


def _graph_is_right(got: Any, expected: Any, args: tuple) -> None:
    for of in ("data", "grad"):
        found, right = _numbers(got, of), _numbers(expected, of)
        if of == "grad":
            found = np.where(np.isnan(found) & ~_reached(*args), 0.0, found)
        wrong = np.flatnonzero(~_same(found, right))
        if len(wrong):
            place = int(wrong[-1])  # the nearest to the output: the first to go wrong on the way back
            name = NAMES[place] if place < len(NAMES) else f"node {place}"
            raise Mismatch(
                f"{name}.{of} is {show(float(found[place]))}; {show(float(right[place]))} is right"
            )


def _uses(graph: Operations) -> dict[int, list[tuple[int, int]]]:
    """For each node, where it is used: the node made of it, and its place among that one's parts."""
    uses: dict[int, list[tuple[int, int]]] = {place: [] for place in range(len(graph))}
    for made, (name, *on) in enumerate(graph):
        for place, part in enumerate(on):
            if name != "value" and not isinstance(part, list):
                uses[part].append((made, place))
    return uses


def _reached(graph: Operations, out: int) -> np.ndarray:
    """Which nodes the output was made of, itself among them."""
    reached = np.zeros(len(graph), dtype=bool)
    reached[out] = True
    for made in reversed(range(out + 1)):
        name, *on = graph[made]
        if reached[made] and name != "value":
            reached[[part for part in on if not isinstance(part, list)]] = True
    return reached


def _contributions(trial: Trial, grad: np.ndarray) -> list[list[float]]:
    """What each node gets from every use of it, where the nodes made of it have these gradients."""
    graph, out = trial.case.args
    data, reached = np.asarray(trial.expected["data"], dtype=float), _reached(graph, out)

    def local(made: int, place: int) -> float:
        name, *on = graph[made]
        if name == "*":
            other = on[1 - place]
            return float(other[0] if isinstance(other, list) else data[other])
        return 1.0 if name == "+" else 1 - data[made] ** 2

    return [
        [local(made, part) * grad[made] for made, part in uses if reached[made]]
        for uses in _uses(graph).values()
    ]


def _given(trials: Trials) -> list[tuple[Trial, np.ndarray]]:
    """The trials with their gradients, values right. Raises Mismatch where a reply is something else.

    Deep graphs that took too long, or too many calls within calls, are left out: a walk that is wrong
    elsewhere may well end there.
    """
    given = []
    for trial in trials:
        if trial.case.facet == DEEP and trial.reply.kind in ("timed-out", "crashed"):
            continue
        grad = np.nan_to_num(_numbers(trial.value, "grad"))
        if not _same(_numbers(trial.value, "data"), trial.expected["data"]).all():
            raise Mismatch("a value is wrong")
        given.append((trial, grad))
    return given


def _overwrites(trials: Trials) -> bool:
    """Each node has what some of its uses bring, and not always what all of them do."""
    given = _given(trials)
    told = any(not trial.right for trial, _ in given)
    return told and all(_has_parts(trial, grad) for trial, grad in given)


def _has_parts(trial: Trial, grad: np.ndarray) -> bool:
    graph, out = trial.case.args
    reached = _reached(graph, out)
    return bool(_same(grad[out], 1.0)) and all(
        any(_same(grad[place], sum(some)) for some in _some_of(brought))
        for place, brought in enumerate(_contributions(trial, grad))
        if reached[place] and place != out
    )


def _some_of(brought: list[float]) -> list[tuple[float, ...]]:
    return [some for n in range(1, len(brought) + 1) for some in itertools.combinations(brought, n)]


def _no_order(trials: Trials) -> bool:
    """Wrong only where a result is used again, so that the order matters; or only the first step back is taken."""
    given = _given(trials)
    failed = [trial for trial in trials if not trial.right]
    own = all(_same(grad[trial.case.args[1]], 1.0) for trial, grad in given)
    by_order = all(_order_matters(*trial.case.args) for trial in failed)
    return bool(failed) and own and (by_order or all(_one_step_back(trial, grad) for trial, grad in given))


def _order_matters(graph: Operations, out: int) -> bool:
    """Whether a node that was made of others is used more than once on the way to the output."""
    reached = _reached(graph, out)
    return any(
        graph[place][0] != "value" and sum(bool(reached[made]) for made, _ in uses) > 1
        for place, uses in _uses(graph).items()
    )


def _one_step_back(trial: Trial, grad: np.ndarray) -> bool:
    graph, out = trial.case.args
    only = np.zeros(len(graph))
    only[out] = 1.0
    expected = [sum(brought) for brought in _contributions(trial, only)]
    return bool(np.delete(_same(grad, expected), out).all())


def _seed_missing(trials: Trials) -> bool:
    """The output's own gradient is never 1; all others are right, or right times that."""
    given = _given(trials)
    return all(_unseeded(trial, grad) for trial, grad in given)


def _unseeded(trial: Trial, grad: np.ndarray) -> bool:
    out = trial.case.args[1]
    right = np.asarray(trial.expected["grad"], dtype=float)
    others = np.delete(np.arange(len(right)), out)
    scaled = _same(grad, grad[out] * right)[others].all()
    return not _same(grad[out], 1.0) and bool(scaled or _same(grad, right)[others].all())


class _Graph:
    """A right Value; each mistake differs from it in one place."""

    def __init__(self, data: Any, parts: Any = ()) -> None:
        self.data, self.grad, self.parts = data, 0.0, parts

    def __add__(self, other: Any) -> Any:
        other = other if isinstance(other, _Graph) else type(self)(other)
        return type(self)(self.data + other.data, [(self, 1.0), (other, 1.0)])

    def __mul__(self, other: Any) -> Any:
        other = other if isinstance(other, _Graph) else type(self)(other)
        return type(self)(self.data * other.data, [(self, other.data), (other, self.data)])

    def __radd__(self, other: Any) -> Any:
        return self + other

    def __rmul__(self, other: Any) -> Any:
        return self * other

    def tanh(self) -> Any:
        t = math.tanh(self.data)
        return type(self)(t, [(self, 1 - t * t)])

    def order(self) -> Any:
        nodes: Any = []

        def visit(node: Any) -> None:
            if node not in nodes:
                for part, _ in node.parts:
                    visit(part)
                nodes.append(node)

        visit(self)
        return nodes[::-1]

    def backward(self) -> None:
        self.grad = 1.0
        for node in self.order():
            for part, local in node.parts:
                part.grad += local * node.grad


class _Overwriting(_Graph):
    def backward(self) -> None:
        self.grad = 1.0
        for node in self.order():
            for part, local in node.parts:
                part.grad = local * node.grad


class _Breadth(_Graph):
    def backward(self) -> None:
        self.grad = 1.0
        queue = [self]
        for node in queue:
            for part, local in node.parts:
                part.grad += local * node.grad
                if part not in queue:
                    queue.append(part)


class _InputsFirst(_Graph):
    def backward(self) -> None:
        self.grad = 1.0
        for node in self.order()[::-1]:
            for part, local in node.parts:
                part.grad += local * node.grad


class _Unseeded(_Graph):
    def backward(self) -> None:
        for node in self.order():
            for part, local in node.parts:
                part.grad += local * node.grad


class _OwnFactor(_Graph):
    def __mul__(self, other: Any) -> Any:
        other = other if isinstance(other, _Graph) else type(self)(other)
        return type(self)(self.data * other.data, [(self, self.data), (other, other.data)])


class _SlopeOfInput(_Graph):
    def tanh(self) -> Any:
        return type(self)(math.tanh(self.data), [(self, 1 - self.data**2)])


Value = Exercise(
    id="backprop.Value",
    title="Numbers that know their gradients",
    signature="Value(data)",
    reference=Reference,
    cases=_cases,
    probe=_build,
    compare=_graph_is_right,
    view=lambda seen: f"data {show(seen['data'])}, grad {show(seen['grad'])}",
    core=False,
    points=3,
    facets={TREES: 0.5, SHARED: 0.3, DEEP: 0.2},
    seconds=2.0,
    mistakes=(
        Mistake(
            "overwrites",
            "a value that is used more than once keeps only a part of its gradient: add each part, `+=`, not `=`",
            _Overwriting,
            seen=_overwrites,
        ),
        Mistake(
            "no-order",
            "gradients are passed on in the wrong order: from the output back, each node once, after all that was made of it",
            _Breadth,
            _InputsFirst,
            seen=_no_order,
        ),
        Mistake(
            "seed-missing",
            "the output's own gradient is not 1: d(out)/d(out) = 1 is where the way back begins",
            _Unseeded,
            seen=_seed_missing,
        ),
        Mistake(
            "own-factor",
            "in a product each value gets its own number as slope; it is the other one's: ∂(ab)/∂a = b",
            _OwnFactor,
        ),
        Mistake(
            "slope-of-input",
            "the slope of tanh is 1 minus the square of what came out, not of what went in",
            _SlopeOfInput,
        ),
    ),
    hints=(
        "Each operation keeps the values it was made of, and for each one its slope: for `a * b`, b for a, and a for b.",
        "backward: list every node once, each after its parts (a walk into the depth that adds a node when all its parts are in).",
        "Then `self.grad = 1`, and through that list backwards: part.grad += slope * node.grad.",
    ),
)
