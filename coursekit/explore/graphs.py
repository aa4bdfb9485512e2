"""Computation graphs to step through: their nodes by name, and the steps of one update in order.

The numbers are `reference.value.Value`s: it computes what is shown, forwards and backwards.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from coursekit.reference.two_layer import two_two_two
from coursekit.reference.value import Value

RATE = 0.5
NONE: Mapping[str, float] = MappingProxyType({})
LOSSES = {"½ squared error": "squared", "cross-entropy": "entropy"}


@dataclass
class Node:
    """A number of the graph.

    formula: how it is made, "" where it is given
    slopes: its derivative by each thing it is made of, {name: (in letters, the number)}
    target: of an output
    """

    name: str
    value: Value
    formula: str = ""
    slopes: dict[str, tuple[str, float]] = field(default_factory=dict)
    target: float | None = None


@dataclass(frozen=True)
class Step:
    """kind: "forward", "backward" or "update"; names: the nodes whose number this step brings."""

    kind: str
    names: tuple[str, ...]


class Graph:
    """Nodes by name, each after what it is made of, and the steps: forwards, backwards, the update.

    loss: one of LOSSES; build: makes this graph, (loss, numbers in place of the usual ones) -> Graph
    weights: (unit, weight, input); the input of a bias is the constant "1", which is no node
    """

    def __init__(self, loss: str, build: Callable[[str, Mapping[str, float]], Graph]) -> None:
        if loss not in LOSSES.values():
            raise ValueError(f"no loss {loss!r}; there are {', '.join(LOSSES.values())}")
        self.loss, self.build = loss, build
        self.nodes: dict[str, Node] = {}
        self.weights: list[tuple[str, str, str]] = []
        self.steps: list[Step] = []

    def __getitem__(self, name: str) -> Node:
        return self.nodes[name]

    def give(self, numbers: Mapping[str, float]) -> None:
        for name, number in numbers.items():
            self.nodes[name] = Node(name, Value(float(number)))

    def weigh(self, name: str, terms: Mapping[str, str], bias: str) -> None:
        """The sum of weights times inputs ({weight: input}), and a bias."""
        total, letters = self[bias].value, {bias: "1"}
        for w, x in terms.items():
            total = total + self[w].value * self[x].value
            letters |= {w: x, x: w}
        formula = " + ".join([*(w + x for w, x in terms.items()), bias])
        self._make(Node(name, total, formula), letters)
        self.weights += [(name, w, x) for w, x in terms.items()] + [(name, bias, "1")]

    def squash(self, name: str, of: str) -> None:
        """The sigmoid of a node."""
        self._make(Node(name, self[of].value.sigmoid(), f"σ({of})"), {of: f"{name} (1 − {name})"})

    def measure(self, targets: Mapping[str, float]) -> None:
        """J, the loss of the outputs, {output: target}, summed over them."""
        total, letters, parts = Value(0.0), {}, []
        for y, t in targets.items():
            given, name = self[y].value, y.replace("y", "t")
            self[y].target = t
            if self.loss == "squared":
                total = total + (given - t) ** 2 * 0.5
                letters[y], part = f"({y} − {name})", f"½ ({y} − {name})²"
            else:
                total = total - (t * given.log() + (1 - t) * (1 - given).log())
                letters[y] = f"({y} − {name}) / ({y} (1 − {y}))"
                part = f"({name} log {y} + (1 − {name}) log(1 − {y}))"
            parts.append(part)
        sign, join = ("", " + ") if self.loss == "squared" else ("−", " − ")
        self._make(Node("J", total, sign + join.join(parts)), letters)

    def _make(self, node: Node, letters: Mapping[str, str]) -> None:
        node.value.backward()  # from here: what arrives at the parts is this node's own slope
        node.slopes = {part: (text, self[part].value.grad) for part, text in letters.items()}
        self.nodes[node.name] = node
        self.steps.append(Step("forward", (node.name,)))

    def walk_back(self, *stations: str) -> None:
        """Add the way back, a step a station ("y", or "w₁ w₂ b" at once), and the update."""
        self["J"].value.backward()
        self.steps += [Step("backward", tuple(names.split())) for names in stations]
        self.steps.append(Step("update", tuple(w for _, w, _ in self.weights)))

    def users(self, name: str) -> list[Node]:
        """What is made of this node."""
        return [node for node in self.nodes.values() if name in node.slopes]

    def updated(self, name: str) -> float:
        """A weight after one step of descent, from the old numbers of all."""
        value = self[name].value
        return value.data - RATE * value.grad

    def after_update(self) -> Graph:
        """The same graph with the new weights."""
        return self.build(self.loss, {w: self.updated(w) for _, w, _ in self.weights})


def neuron(loss: str = "squared", numbers: Mapping[str, float] = NONE) -> Graph:
    """One neuron with two inputs: y = σ(w₁x₁ + w₂x₂ + b), and its target 1."""
    graph = Graph(loss, neuron)
    graph.give({"x₁": 1.0, "x₂": -2.0, "w₁": 0.5, "w₂": 1.0, "b": 0.5, **numbers})
    graph.weigh("a", {"w₁": "x₁", "w₂": "x₂"}, "b")
    graph.squash("y", "a")
    graph.measure({"y": 1.0})
    graph.walk_back("J", "y", "a", "w₁ w₂ b")
    return graph


def network(loss: str = "squared", numbers: Mapping[str, float] = NONE) -> Graph:
    """The worked network 2-2-2 of `two_layer.two_two_two`."""
    X, T, params = two_two_two()
    named = {
        "x₁ x₂": X,
        "w₁ w₂ w₃ w₄": params["W1"].T,
        "b₁ b₂": params["b1"],
        "w₅ w₆ w₇ w₈": params["W2"].T,
        "b₃ b₄": params["b2"],
    }
    graph = Graph(loss, network)
    for names, array in named.items():
        graph.give(dict(zip(names.split(), array.ravel().tolist(), strict=True)))
    graph.give(numbers)
    graph.weigh("z₁", {"w₁": "x₁", "w₂": "x₂"}, "b₁")
    graph.squash("h₁", "z₁")
    graph.weigh("z₂", {"w₃": "x₁", "w₄": "x₂"}, "b₂")
    graph.squash("h₂", "z₂")
    graph.weigh("z₃", {"w₅": "h₁", "w₆": "h₂"}, "b₃")
    graph.squash("y₁", "z₃")
    graph.weigh("z₄", {"w₇": "h₁", "w₈": "h₂"}, "b₄")
    graph.squash("y₂", "z₄")
    graph.measure(dict(zip(("y₁", "y₂"), T.ravel().tolist(), strict=True)))
    graph.walk_back(
        *("J", "y₁", "z₃", "w₅ w₆ b₃", "y₂", "z₄", "w₇ w₈ b₄"),
        *("h₁", "z₁", "w₁ w₂ b₁", "h₂", "z₂", "w₃ w₄ b₂"),
    )
    return graph


GRAPHS = {"neuron": neuron, "2-2-2": network}
