"""A bowl with two curvatures: each axis has a factor of its own, and no rate suits both."""

from __future__ import annotations

from typing import Any

import numpy as np

from coursekit.explore.drawing import (
    BLACK,
    GREY,
    SKY,
    Dial,
    drawable,
    fixed,
    near,
    new_figure,
    off_scale,
    off_scale_note,
    scatter,
    tidy,
)
from coursekit.explore.explorer import Explorer, slider
from coursekit.reference.curves import bowl_gradient
from coursekit.reference.gradient_descent import regime, step

START = np.array([-9.0, 3.0])
WIDE, HIGH = 10.5, 4.2  # the picture shows x within +-WIDE and y within +-HIGH
DOES = {
    "still": "stands still",
    "steady": "goes straight in",
    "one-step": "is done in one step",
    "zigzag": "zigzags",
    "cycle": "jumps to and fro for ever",
    "diverges": "zigzags and diverges",
}


def path(curvatures: np.ndarray, rate: float, steps: int) -> np.ndarray:
    """Gradient descent on the bowl from START: (steps + 1, 2), one row a point."""
    points = [START]
    for _ in range(steps):
        points.append(step(points[-1], bowl_gradient(points[-1], curvatures), rate))
    return np.array(points)


def does(rate: float, curvature: float) -> str:
    """What one axis does, in words; a factor above 0.8 is called crawling."""
    return "crawls" if 0.8 < 1 - rate * curvature < 1 else DOES[regime(rate, curvature)]


def told(rate: float, curvatures: np.ndarray, steps: int) -> tuple[str, str]:
    """A headline, and a sentence for each axis."""
    words = [does(rate, k) for k in curvatures]
    sentences = []
    for axis, k, word in zip("xy", curvatures, words, strict=True):
        factor = 1 - rate * k
        sentences.append(
            f"Along {axis} each step multiplies by {fixed(factor)}: it {word}; "
            f"after {steps} steps {left(abs(factor) ** steps)}."
        )
    return f"x {words[0]}, y {words[1]}", " ".join(sentences)


def left(share: float) -> str:
    """How much of the distance at the start is left, in words."""
    if share > 1:
        return f"it is {share:.3g} times as far away" if share < 1000 else "it is far away"
    return f"{100 * share:.2g} % of the distance is left" if share > 1e-4 else "it is there"


class TwoCurvatures(Explorer):
    """f(x, y) = (k_1 x^2 + k_2 y^2) / 2 from above, with the path; a dial an axis.

    curvature: k_2, along y; along x it is 1
    """

    shows = (
        "Left: a bowl seen from above, ellipses of equal height, with the path of gradient descent. "
        "Right: two dials, the factor of one step along x and along y."
    )

    def __init__(self, rate: float = 0.18, curvature: int = 10, steps: int = 20) -> None:
        controls: dict[str, Any] = {
            "rate": slider("Learning rate η", rate, 0.0, _highest_rate(curvature), 0.005, 3),
            "curvature": slider("Curvature in y", curvature, 1, 20, 1),
            "steps": slider("Steps", steps, 1, 50, 1),
        }
        controls["curvature"].observe(self._rescale, "value")
        self._build()
        super().__init__(self.figure, controls)

    def _rescale(self, change: Any) -> None:
        with self.at_once():
            self.controls["rate"].max = _highest_rate(change["new"])

    def _build(self) -> None:
        self.figure = new_figure(9.6, 3.4)
        grid = self.figure.add_gridspec(
            2, 2, width_ratios=[6.6, 2.8], left=0.045, right=0.99, top=0.92, bottom=0.13, wspace=0.05
        )
        self.bowl = self.figure.add_subplot(grid[:, 0])
        self.dials = [Dial(self.figure.add_subplot(grid[row, 1])) for row in (0, 1)]
        tidy(self.bowl, "", "x", "y")
        self.bowl.locator_params(nbins=5, steps=[1, 2, 5, 10])
        self.bowl.set(xlim=(-WIDE, WIDE), ylim=(-HIGH, HIGH), aspect="equal")
        (self.heights,) = self.bowl.plot([], [], color=GREY, lw=0.7, alpha=0.6)
        (self.path,) = self.bowl.plot([], [], color=SKY, lw=1.2)
        self.points = scatter(self.bowl)
        self.bowl.plot(0, 0, "+", color=BLACK, ms=10)
        self.note = off_scale_note(self.bowl)

    def draw(self) -> tuple[str, str]:
        rate, steps = self.controls["rate"].value, self.controls["steps"].value
        curvatures = np.array([1.0, self.controls["curvature"].value])
        points = path(curvatures, rate, steps)
        seen = np.all(np.abs(points) <= [WIDE, HIGH], axis=1)
        shown = np.where(near(seen), drawable(points.T), np.nan)
        self.path.set_data(*shown)
        self.points.set_offsets(shown.T)
        self.points.set_array(np.arange(steps + 1) / steps)
        self.note.set_text(off_scale(seen))
        self.heights.set_data(*ellipses(curvatures))
        times = ["" if k == 1 else f"{k:.0f}" for k in curvatures]
        self.bowl.set_title(f"$f(x, y) = (x^2 + {times[1]}\\,y^2)\\,/\\,2$", fontsize=10, loc="left")
        for axis, k, many, dial in zip("xy", curvatures, times, self.dials, strict=True):
            dial.turn(1 - rate * k, f"factor along {axis}\n1 − {many}η")
        return told(rate, curvatures, steps)


def ellipses(curvatures: np.ndarray, count: int = 9) -> tuple[np.ndarray, np.ndarray]:
    """Lines of equal height, one after the other with gaps, evenly far apart.

    sqrt(k_1) x = r cos t,  sqrt(k_2) y = r sin t;  the height is r^2 / 2
    """
    r = np.linspace(0, np.sqrt(np.sum(curvatures * START**2)) * 1.25, count + 1)[1:, None]
    t = np.append(np.linspace(0, 2 * np.pi, 120), np.nan)
    return (r * np.cos(t)).ravel() / np.sqrt(curvatures[0]), (r * np.sin(t)).ravel() / np.sqrt(curvatures[1])


def _highest_rate(curvature: float) -> float:
    """A little beyond the border 2 / curvature."""
    return round(2.4 / curvature, 2)
