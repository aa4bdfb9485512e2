"""Signals and gradients through a deep stack of layers: they fade, explode, or balance on a knife edge."""

from __future__ import annotations

from typing import Any

import ipywidgets as widgets
import numpy as np

from coursekit.explore.explorer import LAYOUT, STYLE, Explorer, slider
from coursekit.explore.knife_picture import KnifePicture
from coursekit.explore.signals import EXAMPLES, INITIALIZERS, SHARES, Passage, passage, told

ACTIVATIONS = ("linear", "relu", "leaky_relu", "elu", "selu", "gelu", "tanh", "sigmoid")
WIDTHS = (16, 32, 64, 128, 256)
MOST_LAYERS = 30


class KnifeEdge(Explorer):
    """Deviations by layer on a log axis, a histogram a layer, and a layer's factor on two gauges.

    activation: one of ACTIVATIONS; initializer: a key of INITIALIZERS
    gain: every weight is multiplied by it; depth: layers; width: inputs and units of each
    seed: of the weights and inputs; equal seeds give equal ones
    """

    shows = (
        "Left: the deviation of the signals and of the gradients in each layer, on a log axis: a straight "
        "line falls, rises or keeps level. Middle: a histogram of the signals, and of the gradients, in "
        "each layer. Right: two gauges, the factor of one layer forward and backward, upright at 1."
    )

    def __init__(
        self,
        activation: str = "relu",
        initializer: str = "lecun",
        gain: float = 1.0,
        depth: int = 20,
        width: int = 256,
        seed: int = 0,
    ) -> None:
        self.knife = KnifePicture()
        self._seed = seed
        self._drawn: dict[tuple[int, str, int], Any] = {}
        starts = [(one.name, key) for key, one in INITIALIZERS.items()]
        controls: dict[str, Any] = {
            "activation": _choice("Activation", ACTIVATIONS, activation),
            "initializer": _choice("Initializer", starts, initializer),
            "gain": slider("Gain g", gain, 0.5, 2.0, 0.01),
            "depth": slider("Layers", depth, 2, MOST_LAYERS, 1),
            "width": widgets.SelectionSlider(
                options=WIDTHS, value=width, description="Width n", style=STYLE, layout=LAYOUT
            ),
            "draw": widgets.Button(description="Draw new weights"),
        }
        controls["draw"].on_click(self._draw_anew)
        super().__init__(self.knife.figure, controls)

    @property
    def n_var(self) -> float:
        """n·Var(w) of the weights that are shown, gain and all."""
        at = {name: control.value for name, control in self.controls.items() if name != "draw"}
        return at["width"] * INITIALIZERS[at["initializer"]].variance(at["width"]) * at["gain"] ** 2

    @property
    def passage(self) -> Passage:
        """The signals and gradients of the stack that is shown."""
        X, dA, weights = self._draws()
        gain, depth = self.controls["gain"].value, self.controls["depth"].value
        return passage(X, weights[:depth], gain, self.controls["activation"].value, dA)

    def draw(self) -> tuple[str, str]:
        activation, now = self.controls["activation"].value, self.passage
        expected = None
        if activation in SHARES:
            a_layer = np.sqrt(SHARES[activation] * self.n_var)
            expected = now.signal_stds[0] * a_layer ** np.arange(len(now.signals))
        self.knife.show(now, expected)
        return told(now, activation, self.n_var)

    def _draws(self) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
        """Inputs, the gradient fed in at the end, and weights without gain; drawn again when need be."""
        n, initializer = self.controls["width"].value, self.controls["initializer"].value
        key = n, initializer, self._seed
        if key not in self._drawn:  # only the present one is kept: it is 16 MB at 256 units
            rng = np.random.default_rng(self._seed)
            X, dA = rng.normal(size=(2, EXAMPLES, n))
            weights = [INITIALIZERS[initializer].draw(n, n, rng) for _ in range(MOST_LAYERS)]
            self._drawn = {key: (X, dA, weights)}
        return self._drawn[key]

    def _draw_anew(self, button: Any) -> None:
        self._seed += 1
        self.refresh()


def _choice(label: str, options: Any, value: str) -> widgets.Dropdown:
    return widgets.Dropdown(options=options, value=value, description=label, style=STYLE, layout=LAYOUT)
