"""One activation function: its curve, its slope, and what it does to a heap of inputs and to a gradient."""

from __future__ import annotations

from typing import Any

from coursekit.explore.activation_picture import ActivationPicture
from coursekit.explore.explorer import Explorer, choice, slider
from coursekit.explore.functions import FUNCTIONS, Shape
from coursekit.explore.passing import Passing


class Activation(Explorer):
    """Inputs of a mean and a deviation pass through one function.

    function: a key of FUNCTIONS; mean, deviation: of the inputs
    """

    shows = (
        "Left: the function, below it its slope, and at the bottom a histogram of the inputs; tinted where "
        "the function is nearly flat. Beside them, histograms of the outputs and of the slopes. Right: what "
        "is left of a gradient after one to ten such layers, on a log axis."
    )

    def __init__(self, function: str = "sigmoid", mean: float = 0.0, deviation: float = 1.0) -> None:
        self.curves = ActivationPicture()
        names = [(one.name, key) for key, one in FUNCTIONS.items()]
        controls: dict[str, Any] = {
            "function": choice("Function", names, function),
            "mean": slider("Inputs: mean", mean, -3.0, 3.0, 0.1, 1),
            "deviation": slider("Inputs: deviation", deviation, 0.1, 4.0, 0.1, 1),
            "parameter": slider("", 0, 0, 1, 0.01),
        }
        self.controls = controls
        controls["function"].observe(self._choose, "value")
        self._offer()
        super().__init__(self.curves.figure, controls)

    @property
    def shape(self) -> Shape:
        return FUNCTIONS[self.controls["function"].value]

    @property
    def passing(self) -> Passing:
        """The inputs that are shown, on their way through."""
        at = {name: self.controls[name].value for name in ("parameter", "mean", "deviation")}
        return Passing(self.shape, **at)

    def draw(self) -> tuple[str, str]:
        self.curves.show(self.passing)
        return self.passing.told()

    def _choose(self, change: Any) -> None:
        self._held = True  # it is drawn once, when the function's own change is told
        self._offer()
        self._held = False

    def _offer(self) -> None:
        """Make the slider that of this function's parameter; hide it where there is none."""
        one, wanted = self.controls["parameter"], self.shape.parameter
        one.layout.display = None if wanted else "none"
        if wanted is None:
            return
        with one.hold_trait_notifications():
            one.description, one.readout_format = wanted.label, f".{wanted.digits}f"
            one.min, one.max, one.step, one.value = wanted.low, wanted.high, wanted.step, wanted.value
