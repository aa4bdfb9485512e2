"""Two features of different scale: the loss over their weights, and the path, raw and standardized."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from coursekit.explore.drawing import (
    BLACK,
    BLUE,
    GREY,
    ORANGE,
    SKY,
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
from coursekit.explore.scales import Descent, features
from coursekit.explore.signals import number
from coursekit.reference.scaling import standardize_apply, standardize_fit

REACH = 1.6  # the pictures show weights within +-REACH of the lowest loss


class FeatureScaling(Explorer):
    """Two loss surfaces from above, each with its path, and the loss that is left by steps.

    scale: the deviation of feature 2; that of feature 1 is 1. share: the learning rate, as a share of
    the border 2/L of each surface. steps: of descent
    """

    shows = (
        "Left and middle: the loss over the two weights, seen from above as lines of equal loss, with the "
        "path of gradient descent; left with the features as they are, in the middle standardized. Right: "
        "how much of the loss is left after each step, on a log axis."
    )

    def __init__(self, scale: int = 5, share: float = 0.7, steps: int = 20) -> None:
        controls: dict[str, Any] = {
            "scale": slider("Deviation of x₂", scale, 1, 20, 1),
            "share": slider("Rate, share of 2/L", share, 0.05, 1.05, 0.01),
            "steps": slider("Steps", steps, 1, 50, 1),
        }
        self._build()
        super().__init__(self.figure, controls)

    def descents(self) -> list[Descent]:
        """Descent with the features as they are, and standardized."""
        X, t = features(self.controls["scale"].value)
        scaled = standardize_apply(X, *standardize_fit(X))
        share, steps = self.controls["share"].value, self.controls["steps"].value
        return [Descent(one, t, share, steps) for one in (X, scaled)]

    def draw(self) -> tuple[str, str]:
        both, scale = self.descents(), self.controls["scale"].value
        titles = (f"x₁, x₂ as they are: deviations 1, {scale}", "standardized: deviations 1, 1")
        for surface, descent, title in zip(self.surfaces, both, titles, strict=True):
            surface.show(descent, title)
        for line, descent in zip(self.losses, both, strict=True):
            line.set_data(np.arange(len(descent.path)), np.clip(descent.left, 1e-30, 1e30))
        self.by_step.set_xlim(0, len(both[0].path) - 1)
        return told(*both)

    def _build(self) -> None:
        self.figure = new_figure(9.6, 3.6)
        grid = self.figure.add_gridspec(
            1, 3, width_ratios=[3, 3, 2.6], left=0.06, right=0.985, top=0.88, bottom=0.14, wspace=0.3
        )
        self.surfaces = [_Surface(self.figure.add_subplot(grid[column])) for column in (0, 1)]
        self.by_step = self.figure.add_subplot(grid[2], yscale="log", ylim=(1e-8, 10))
        tidy(self.by_step, "share of the loss that is left", "step", pad=20)
        self.by_step.minorticks_off()
        self.losses = [
            self.by_step.plot([], [], style, color=color, lw=1.3, ms=4, label=name)[0]
            for name, color, style in (("as they are", ORANGE, "s-"), ("standardized", BLUE, "o-"))
        ]
        spaces: dict[str, Any] = {"ncols": 2, "handletextpad": 0.4, "columnspacing": 1.0}
        self.by_step.legend(
            fontsize=9, frameon=False, loc="lower left", bbox_to_anchor=(-0.08, 0.985), **spaces
        )


class _Surface:
    """The loss over two weights from above, and a path on it."""

    def __init__(self, ax: Axes) -> None:
        self.ax = ax
        tidy(ax, "", "weight of x₁", "weight of x₂")
        ax.set_aspect("equal")
        (self.lines,) = ax.plot([], [], color=GREY, lw=0.7, alpha=0.6)
        (self.path,) = ax.plot([], [], color=SKY, lw=1.2)
        self.points = scatter(ax)
        (self.lowest,) = ax.plot([], [], "+", color=BLACK, ms=10)
        self.note = off_scale_note(ax)

    def show(self, descent: Descent, title: str) -> None:
        away = np.abs(descent.path - descent.lowest)
        inside = np.all(away <= REACH, axis=1)
        shown = np.where(near(inside), drawable(descent.path.T), np.nan)
        self.path.set_data(*shown)
        self.points.set_offsets(shown.T)
        self.points.set_array(np.arange(len(away)) / (len(away) - 1))
        self.lines.set_data(*descent.ellipses())
        self.lowest.set_data(descent.lowest[:1], descent.lowest[1:])
        self.note.set_text(off_scale(inside))
        x, y = descent.lowest
        self.ax.set(xlim=(x - REACH, x + REACH), ylim=(y - REACH, y + REACH))
        self.ax.set_title(title, fontsize=10, loc="left")


def told(raw: Descent, scaled: Descent) -> tuple[str, str]:
    """A headline, and a sentence for each surface: its curvatures, its rate, what is left of the loss."""
    is_round = raw.curvatures[1] < 3 * raw.curvatures[0]
    sentences = []
    for name, one in (("As they are", raw), ("Standardized", scaled)):
        least, greatest = one.curvatures
        sentences.append(
            f"{name}: curvatures {fixed(least, 1)} and {fixed(greatest, 1)}, rate {number(one.rate)}; "
            f"after {len(one.path) - 1} steps {_ended(one.left)}."
        )
    return f"{'A round bowl' if is_round else 'A long valley'}, and a round bowl", " ".join(sentences)


def _ended(left: np.ndarray) -> str:
    if left[-1] > left[-2] and left[-1] > 1e-6:
        return "the loss is growing"
    return f"{number(100 * left[-1])} % of the loss is left" if left[-1] > 1e-6 else "it has arrived"
