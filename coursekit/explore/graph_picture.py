"""The picture of a computation graph: a box a node, a line a weight, each with its value and its gradient."""

from __future__ import annotations

from typing import Any

from matplotlib.patches import FancyBboxPatch

from coursekit.explore.drawing import BLACK, BLUE, GREEN, GREY, VERMILLION, fixed, new_figure, short
from coursekit.explore.graphs import Graph, Node, Step


def _row(names: str, columns: tuple[float, ...], y: float) -> dict[str, tuple[float, float]]:
    return {name: (x, y) for name, x in zip(names.split(), columns, strict=True)}


# where the boxes stand: inputs, sums, outputs of a layer and so on from left to right, J last
COLUMNS = (0.55, 2.85, 4.1, 6.15, 7.4)
PLACES = {
    "neuron": _row("x₂ a y J", (0.9, 4.1, 6.0, 8.5), 1.7)
    | _row("x₁", (0.9,), 2.85)
    | _row("1", (0.9,), 0.55),
    "2-2-2": _row("x₁ z₁ h₁ z₃ y₁", COLUMNS, 3.0)
    | _row("x₂ z₂ h₂ z₄ y₂", COLUMNS, 0.85)
    | _row("J", (9.0,), 1.925),
}
WIDTH, HEIGHT = 0.98, 0.86  # of a box, in inches
ALONG = 0.3  # of the way from an input to a sum: there a weight is written
MARKS = {"forward": BLUE, "backward": VERMILLION, "update": GREEN}
SIZE = {"neuron": (9.6, 3.7), "2-2-2": (9.6, 4.1)}


class GraphPicture:
    """The artists are made once, by the names of nodes; `show` writes into them what is known.

    values, gradients: texts; factors: what a slope multiplies by on the way back, at each sum
    """

    def __init__(self, graph: Graph, kind: str) -> None:
        self.places = PLACES[kind]
        self.figure = new_figure(*SIZE[kind])
        self.ax = self.figure.add_axes((0, 0, 1, 1))
        self.ax.set(xlim=(0, SIZE[kind][0]), ylim=(0, SIZE[kind][1]))
        self.ax.axis("off")
        self.values: dict[str, Any] = {}
        self.gradients: dict[str, Any] = {}
        self.factors: dict[str, Any] = {}
        self.lines: dict[tuple[str, str], Any] = {}
        self.boxes: dict[str, Any] = {}
        self._legend(SIZE[kind][1] - 0.22)
        for unit, w, x in graph.weights:
            self._weight(unit, w, x)
        for name in self.places:
            self._box(name, graph.nodes.get(name))
            for user in graph.users(name):
                if (name, user.name) not in self.lines:
                    self._line(name, user.name)
                    if user.name != "J":
                        self.factors[name] = self._factor(name, user.name)

    def _legend(self, y: float) -> None:
        says = [
            (0.1, "blue: a value", BLUE),
            (1.35, "red, after ∂: the slope of J by it", VERMILLION),
            (3.85, "green, after →: the weight after an update", GREEN),
        ]
        for x, text, color in says:
            self.ax.text(x, y, text, color=color, fontsize=9)

    def _line(self, start: str, end: str) -> tuple[float, float, float, float]:
        (x0, y0), (x1, y1) = self.places[start], self.places[end]
        ends = x0 + WIDTH / 2, y0, x1 - WIDTH / 2, y1
        (self.lines[start, end],) = self.ax.plot(ends[::2], ends[1::2], color=GREY, lw=1, zorder=1)
        return ends

    def _weight(self, unit: str, w: str, x: str) -> None:
        if x in self.places:
            x0, y0, x1, y1 = self._line(x, unit)
            self._number(w, x0 + ALONG * (x1 - x0) + 0.12, y0 + ALONG * (y1 - y0))
        else:
            column, row = self.places[unit]
            self._number(w, column, row - HEIGHT / 2 - 0.22)

    def _number(self, name: str, x: float, y: float) -> None:
        """A weight's name and value, its slope below."""
        box = {"color": "white", "pad": 2.5}  # so far that the two overlap: no line is seen between them
        style: dict[str, Any] = {"fontsize": 8.5, "ha": "center", "va": "center", "bbox": box}
        self.gradients[name] = self.ax.text(x, y - 0.08, "", color=VERMILLION, zorder=3, **style)
        self.values[name] = self.ax.text(x, y + 0.11, "", color=BLUE, zorder=4, **style)

    def _factor(self, part: str, name: str) -> Any:
        """The slope of a sigmoid, above it."""
        (x, y), (other, _) = self.places[part], self.places[name]
        style: dict[str, Any] = {"fontsize": 8.5, "ha": "center", "color": VERMILLION}
        return self.ax.text((x + other) / 2, y + HEIGHT / 2 + 0.08, "", **style)

    def _box(self, name: str, node: Node | None) -> None:
        x, y = self.places[name]
        corner = x - WIDTH / 2, y - HEIGHT / 2
        style: dict[str, Any] = {"boxstyle": "round,pad=0,rounding_size=0.1", "fc": "white", "zorder": 2}
        self.boxes[name] = FancyBboxPatch(corner, WIDTH, HEIGHT, ec=GREY, **style)
        self.ax.add_patch(self.boxes[name])
        if node is None:
            self.ax.text(x, y, name, ha="center", va="center", fontsize=10, color=BLUE)
            return
        text: dict[str, Any] = {"ha": "center", "va": "center", "zorder": 3}
        target = "" if node.target is None else f",  {name.replace('y', 't')} = {short(node.target)}"
        self.ax.text(x, y + 0.27, name + target, fontsize=9, color=BLACK, **text)
        self.values[name] = self.ax.text(x, y + 0.02, "", fontsize=10, color=BLUE, **text)
        self.gradients[name] = self.ax.text(x, y - 0.25, "", fontsize=9, color=VERMILLION, **text)

    def show(self, graph: Graph, step: int) -> None:
        """What is known after so many steps, the last of them marked."""
        done = graph.steps[:step]
        known = {name for one in done for name in one.names if one.kind == "forward"}
        back = {name for one in done for name in one.names if one.kind == "backward"}
        for name, text in self.values.items():
            node = graph[name]
            number = short(node.value.data) if not node.formula or name in known else ""
            text.set_text(number if name in self.places else f"{name} {number}")
            self.gradients[name].set_text(f"∂ {short(node.value.grad)}" if name in back else "")
            self.gradients[name].set_color(VERMILLION)
        for part, text in self.factors.items():
            letters, slope = graph.users(part)[0].slopes[part]
            text.set_text(f"× {letters} = {short(slope)}" if part in back else "")
        last = done[-1] if done else Step("forward", ())
        for name in last.names if last.kind == "update" else ():
            self.gradients[name].set_text(f"→ {fixed(graph.updated(name), 6)}")
            self.gradients[name].set_color(GREEN)
        self._mark(graph, last)

    def _mark(self, graph: Graph, last: Step) -> None:
        """Thick and coloured: the boxes of the last step, and the lines it went along."""
        used = {(x, unit) for unit, w, x in graph.weights if w in last.names}
        for name in set(last.names) & set(self.boxes):
            if last.kind == "forward":
                used |= {(part, name) for part in graph[name].slopes}
            else:
                used |= {(name, user.name) for user in graph.users(name)}
        for artists, marked in ((self.boxes, set(last.names)), (self.lines, used)):
            for key, artist in artists.items():
                color, width = (MARKS[last.kind], 2.5) if key in marked else (GREY, 1)
                artist.set(**{"edgecolor" if artists is self.boxes else "color": color}, linewidth=width)
