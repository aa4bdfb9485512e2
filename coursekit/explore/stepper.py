"""One update of a network, step by step: values forwards, gradients backwards, then the new weights."""

from __future__ import annotations

from typing import Any

import ipywidgets as widgets

from coursekit.explore.drawing import short
from coursekit.explore.explorer import LAYOUT, STYLE, Explorer, slider
from coursekit.explore.graph_picture import GraphPicture
from coursekit.explore.graphs import GRAPHS, LOSSES, RATE, Graph, Step


class Stepper(Explorer):
    """A computation graph, revealed a step at a time; each step is told with its numbers.

    network: a key of GRAPHS; loss: one of LOSSES; step: how many steps are done at first
    """

    shows = (
        "A computation graph from left to right: inputs, weighted sums, sigmoids, the loss J. At each node "
        "and each weight its value and, once the walk back has been there, the derivative of J by it."
    )

    def __init__(self, network: str = "neuron", loss: str = "squared", step: int = 0) -> None:
        self.graphs = {one: GRAPHS[network](one) for one in LOSSES.values()}
        steps = len(self.graphs[loss].steps)
        self.painted = GraphPicture(self.graphs[loss], network)
        controls: dict[str, Any] = {
            "loss": widgets.Dropdown(
                options=list(LOSSES.items()), value=loss, description="Loss", style=STYLE, layout=LAYOUT
            ),
            "step": slider("Step", step, 0, steps, 1),
        }
        for control in controls.values():
            control.layout.width = "23em"  # so that the buttons stand beside them, in one row
        moves = {
            "back": ("Back", lambda now: max(now - 1, 0)),
            "next": ("Next", lambda now: min(now + 1, steps)),
            "reset": ("Reset", lambda now: 0),
        }
        for name, (label, move) in moves.items():
            controls[name] = widgets.Button(description=label, layout={"width": "7em"})
            controls[name].on_click(lambda button, move=move: self._go(move))
        super().__init__(self.painted.figure, controls)
        self._status.layout.min_height = "6.5em"  # of four lines

    @property
    def graph(self) -> Graph:
        return self.graphs[self.controls["loss"].value]

    def _go(self, move: Any) -> None:
        self.controls["step"].value = move(self.controls["step"].value)

    def draw(self) -> tuple[str, str]:
        graph, step = self.graph, self.controls["step"].value
        self.painted.show(graph, step)
        if step == 0:
            return (
                "Before the first step",
                "Inputs, weights and biases are given. Next computes, forwards first.",
            )
        return told(graph, step)


def told(graph: Graph, step: int) -> tuple[str, str]:
    """A headline, which step of which walk; and what it computes, in letters and in numbers."""
    last = graph.steps[step - 1]
    if last.kind == "update":
        return "The update", _of_update(graph, last)
    walk = [one for one in graph.steps if one.kind == last.kind]
    headline = f"{last.kind.capitalize()}, step {walk.index(last) + 1} of {len(walk)}"
    return headline, " ".join(
        (_forward if last.kind == "forward" else _backward)(graph, n) for n in last.names
    )


def _forward(graph: Graph, name: str) -> str:
    node = graph[name]
    return f"{name} = {node.formula} = {exact(node.value.data)}."


def _backward(graph: Graph, name: str) -> str:
    """The chain rule at one node: a product for each way on, and their sum."""
    paths = [(user.name, user.value.grad, *user.slopes[name]) for user in graph.users(name)]
    if not paths:
        return f"∂J/∂{name} = 1: here the walk back begins."
    letters = " + ".join(f"∂J/∂{user} · {by}" for user, _, by, _ in paths)
    numbers = " + ".join(f"{_in_product(grad)} · {_in_product(slope)}" for _, grad, _, slope in paths)
    why = " Two ways lead on, so their products are added." if len(paths) > 1 else ""
    if graph.loss == "entropy" and graph[paths[0][0]].target is not None:
        y = paths[0][0]
        why = f" {y} (1 − {y}) has cancelled; what is left is {y} − {y.replace('y', 't')}."
    return f"∂J/∂{name} = {letters} = {numbers} = {exact(graph[name].value.grad)}.{why}"


def _of_update(graph: Graph, last: Step) -> str:
    names = sorted(last.names, key=lambda name: name.startswith("b"))
    new = ", ".join(f"{name} {exact(graph.updated(name))}" for name in names)
    before, after = (exact(one["J"].value.data) for one in (graph, graph.after_update()))
    return (
        f"All at once, from the old numbers: each weight and bias − {RATE} · its slope. {new}. "
        f"With these J falls from {before} to {after}."
    )


def _in_product(number: float) -> str:
    return short(number) if number >= 0 else f"({short(number)})"


def exact(number: float) -> str:
    """A number to nine decimals, as the worked example is published, without zeros at the end."""
    text = f"{number:.9f}".rstrip("0").rstrip(".")
    return text.replace("-", "\N{MINUS SIGN}")
