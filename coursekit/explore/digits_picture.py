"""The picture of one image and of what two networks say to it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.container import BarContainer
from matplotlib.text import Text

from coursekit.explore.digits import CLASSES, SIZE
from coursekit.explore.drawing import BLUE, GREY, ORANGE, new_figure, tidy

COLOURS = {"dense": BLUE, "cnn": ORANGE}
NAMES = {"dense": "dense network", "cnn": "CNN"}


class DigitsPicture:
    """The image as the networks see it, and beside it ten bars for each of them.

    The artists are made once; `show` gives them other numbers.
    """

    def __init__(self) -> None:
        self.figure = new_figure(7.0, 2.7)
        grid = self.figure.add_gridspec(1, 3, width_ratios=[2.4, 2.5, 2.5], left=0.01, right=0.99)
        grid.update(top=0.88, bottom=0.1, wspace=0.16)
        self.seen = self.figure.add_subplot(grid[0])
        tidy(self.seen, "what the networks see")
        self.seen.set(xticks=[], yticks=[])
        self.seen.spines[:].set(visible=True, color="#999999")
        self.image = self.seen.imshow(np.zeros((SIZE, SIZE)), cmap="gray_r", vmin=0, vmax=1)
        self.bars: dict[str, BarContainer] = {}
        self.axes: dict[str, Axes] = {}
        self.notes: dict[str, Text] = {}
        for column, name in enumerate(COLOURS, start=1):
            self._make_bars(self.figure.add_subplot(grid[column]), name)

    def _make_bars(self, ax: Axes, name: str) -> None:
        tidy(ax, NAMES[name])
        ax.set(ylim=(0, 1.02), xlim=(-0.6, CLASSES - 0.4), xticks=range(CLASSES), yticks=[0, 0.5, 1])
        self.bars[name] = ax.bar(range(CLASSES), np.zeros(CLASSES), width=0.8)
        self.notes[name] = ax.text(4.5, 0.5, "", ha="center", va="center", color=GREY, fontsize=10)
        self.axes[name] = ax

    def show(self, image: np.ndarray, said: Mapping[str, np.ndarray], without: Mapping[str, str]) -> None:
        """image: (28, 28); said: (10,) by network; without: why a network says nothing, in few words."""
        self.image.set_data(image)
        for name, bars in self.bars.items():
            heights = said.get(name, np.zeros(CLASSES))
            best = int(heights.argmax())
            for digit, bar in enumerate(bars):
                bar.set_height(heights[digit])
                bar.set_color(COLOURS[name] if digit == best else _pale(COLOURS[name]))
            says = f" says {best}" if name in said else ""
            self.axes[name].set_title(NAMES[name] + says, fontsize=10, loc="left")
            self.notes[name].set_text(without.get(name, ""))


def _pale(colour: str) -> tuple[float, ...]:
    return tuple(0.45 + 0.55 * part for part in to_rgb(colour))
