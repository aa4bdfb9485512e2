"""A heap of inputs passing through one activation function: the numbers, and what they say."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from statistics import NormalDist

import numpy as np

from coursekit.explore.drawing import fixed
from coursekit.explore.functions import Shape

INPUTS = 2000
FLAT = 0.05  # nearly flat is a slope below
LAYERS = 10
NORMAL = np.array([NormalDist().inv_cdf((k + 0.5) / INPUTS) for k in range(INPUTS)])  # evenly, none by chance
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Passing:
    """Inputs (N,), normal with this mean and deviation, and what the function makes of them."""

    shape: Shape
    parameter: float
    mean: float
    deviation: float

    @property
    def name(self) -> str:
        return self.shape.name.split(";")[0]

    @cached_property
    def inputs(self) -> np.ndarray:
        return self.mean + self.deviation * NORMAL

    @cached_property
    def outputs(self) -> np.ndarray:
        return np.asarray(self.shape.f(self.inputs, self.parameter))

    @cached_property
    def slopes(self) -> np.ndarray:
        return np.asarray(self.shape.slope(self.inputs, self.parameter))

    @property
    def flat(self) -> float:
        """The share of the inputs where the function is nearly flat."""
        return float(np.mean(np.abs(self.slopes) < FLAT))

    @property
    def zero(self) -> float:
        """The share of the outputs that are exactly 0."""
        return float(np.mean(self.outputs == 0))

    @property
    def factor(self) -> float:
        """What a gradient's size is multiplied by on its way back, on average over the inputs."""
        return float(np.mean(np.abs(self.slopes)))

    def left(self) -> np.ndarray:
        """What a gradient has left after 0, 1 ... LAYERS layers whose weights are 1, on average."""
        return self.factor ** np.arange(LAYERS + 1)

    def told(self) -> tuple[str, str]:
        """The function's range, and what happens to these inputs."""
        low, high = self.outputs.min(), self.outputs.max()
        shares = [f"{percent(self.flat)} of the inputs lie where it is nearly flat"]
        if self.zero:
            shares.append(f"{percent(self.zero)} of the outputs are exactly 0")
        return f"{self.name[0].upper()}{self.name[1:]}: {self.shape.within(self.parameter)}", (
            f"These inputs become {fixed(low)} to {fixed(high)}; {', and '.join(shares)}. "
            f"A gradient's size is multiplied by {fixed(self.factor)} on average: "
            f"of 1, {written(self.left()[-1])} is left after {LAYERS} such layers."
        )


def percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share in (0, 1) or 0.005 <= share < 0.995 else f"{100 * share:.2g} %"


def written(value: float) -> str:
    """Two digits; below a thousandth with a power of ten, as a person writes it."""
    if value == 0 or abs(value) >= 1e-3:
        return "nothing" if value == 0 else f"{value:.2g}".replace("-", "\N{MINUS SIGN}")
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{mantissa} · 10{str(int(exponent)).translate(RAISED)}".replace("-", "\N{MINUS SIGN}")
