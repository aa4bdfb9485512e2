"""The picture of networks trained on more and more images: their accuracy, one's losses, its mistakes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.gridspec import SubplotSpec
from matplotlib.ticker import FixedLocator, NullLocator

from coursekit.explore.drawing import BLACK, BLUE, VERMILLION, new_figure, tidy
from coursekit.explore.sizes import LOOKS, UPDATES, WRONG, Images, Trained

TRAIN: dict[str, Any] = {"color": BLUE, "marker": "o", "label": "training images"}
TEST: dict[str, Any] = {"color": VERMILLION, "marker": "s", "label": "test images"}
HIGHEST = 2.6  # of the losses shown: a little above ln 10, where a network begins


class SizesPicture:
    """Left the accuracy by n; in the middle the losses of one n by updates; right what it gets wrong.

    The artists are made once; `show` gives them other numbers.
    """

    def __init__(self, sizes: Sequence[int]) -> None:
        self.figure = new_figure(9.6, 3.7)
        grid = self.figure.add_gridspec(1, 3, width_ratios=[3.6, 3.3, 2.6], left=0.06, right=0.995)
        grid.update(top=0.9, bottom=0.14, wspace=0.17)
        self._make_accuracies(self.figure.add_subplot(grid[0]), sizes)
        self._make_losses(self.figure.add_subplot(grid[1]))
        self._make_mistakes(grid[2])

    def _make_accuracies(self, ax: Axes, sizes: Sequence[int]) -> None:
        tidy(ax, "share that is right", "images trained on")
        ax.set(xscale="log", xlim=(sizes[0] / 1.3, sizes[-1] * 1.3), ylim=(0.5, 1.02))
        ax.set_xticks([100, 1_000, 10_000, 60_000], ["100", "1,000", "10,000", "60,000"])
        ax.xaxis.set_minor_locator(FixedLocator(list(sizes)))
        (self.gap,) = ax.plot([], [], color=BLACK, lw=4, alpha=0.25, solid_capstyle="butt")
        (self.train,) = ax.plot([], [], lw=1.2, ms=6, **TRAIN)
        (self.test,) = ax.plot([], [], lw=1.2, ms=6, **TEST)
        ax.legend(loc="lower right", frameon=False, fontsize=9.5)

    def _make_losses(self, ax: Axes) -> None:
        tidy(ax, "", "updates")
        ax.set(xscale="log", xlim=(1, UPDATES), ylim=(0, HIGHEST))
        ax.set_xticks([1, 10, 100, 1_000], ["1", "10", "100", "1,000"])
        ax.xaxis.set_minor_locator(NullLocator())
        (self.train_loss,) = ax.plot([], [], color=TRAIN["color"], lw=2)
        (self.test_loss,) = ax.plot([], [], color=TEST["color"], lw=2)
        (self.least,) = ax.plot([], [], "s", color=TEST["color"], ms=8, mec="white")
        self.note = ax.text(0, 0, "", color=TEST["color"], fontsize=9, ha="center", va="top")
        self.losses = ax

    def _make_mistakes(self, place: SubplotSpec) -> None:
        around = self.figure.add_subplot(place)
        around.axis("off")
        around.set_title("test images that it gets wrong", fontsize=10)
        grid = place.subgridspec(4, WRONG // 3, height_ratios=[0.12, 1, 1, 1], hspace=0.4, wspace=0.05)
        self.mistakes = [self.figure.add_subplot(grid[1 + k // 2, k % 2]) for k in range(WRONG)]
        for ax in self.mistakes:
            ax.axis("off")
            ax.imshow(np.zeros((28, 28)), cmap="gray_r", vmin=0, vmax=255)

    def show(self, trained: Sequence[Trained], now: Trained | None, images: Images | None) -> None:
        """trained: what there is, by n; now: the one to look at closely, None before any is trained."""
        sizes = [one.n for one in trained]
        self.train.set_data(sizes, [one.train for one in trained])
        self.test.set_data(sizes, [one.test for one in trained])
        for artist in (self.gap, self.train_loss, self.test_loss, self.least, self.note):
            artist.set_visible(now is not None)
        for ax in self.mistakes:
            ax.set_visible(False)
        self.losses.set_title(f"loss, {now.n:,} images" if now else "loss", fontsize=10, loc="left")
        if now is not None and images is not None:
            self._show_closely(now, images)

    def _show_closely(self, now: Trained, images: Images) -> None:
        update, least = LOOKS[now.least], now.test_losses[now.least]
        self.gap.set_data([now.n, now.n], [now.test, now.train])
        self.train_loss.set_data(LOOKS, now.train_losses)
        self.test_loss.set_data(LOOKS, now.test_losses)
        self.least.set_data([update], [least])
        self.note.set(position=(update, least - 0.1), text="least" if now.turned_up else "")
        for ax, index, said in zip(self.mistakes, now.wrong, now.said, strict=False):
            ax.set_visible(True)
            ax.images[0].set_data(images.X_test[index])
            ax.set_title(f"{images.y_test[index]}, said {said}", fontsize=9, pad=2)
