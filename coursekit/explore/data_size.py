"""100 % and 68 %: one network, trained on 100 images or on 60,000, and how it does on others."""

from __future__ import annotations

import re

from coursekit.explore.drawing import fixed
from coursekit.explore.explorer import Explorer, slider_over
from coursekit.explore.sizes import LOOKS, UPDATES, Images, Trained, train_on
from coursekit.explore.sizes_picture import SizesPicture

SIZES = (100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 60_000)
UNTRAINED = 0  # the slider's first place


class DataSize(Explorer):
    """The accuracy on training and test images by the number of images, filled in as the slider moves.

    n: where the slider stands at first, 0 or one of SIZES. At a size that is new, a network 784-28-10 is
    trained there and then, which takes a fraction of a second; what was trained is remembered. The
    images are read when the first size is chosen.
    """

    shows = (
        "Left: the share of right answers by the number of images trained on, for the training images and "
        "for the test images. Middle: both losses of the chosen size by updates. Right: the first test "
        "images that it gets wrong."
    )

    def __init__(self, n: int = UNTRAINED) -> None:
        self.images: Images | None = None
        self.source = ""  # whose images these are
        self.trained: dict[int, Trained] = {}
        self.painted = SizesPicture(SIZES)
        places = [("none yet", UNTRAINED), *((f"{size:,}", size) for size in SIZES)]
        size = slider_over("Training images", places, n)
        size.continuous_update = False  # what it is dragged past is not trained
        super().__init__(self.painted.figure, {"size": size})

    def draw(self) -> tuple[str, str]:
        n = self.controls["size"].value
        if n != UNTRAINED and n not in self.trained:
            self.trained[n] = train_on(self._read(), n)
        now = self.trained.get(n)
        self.painted.show([self.trained[size] for size in sorted(self.trained)], now, self.images)
        if now is None:
            head = "No size is chosen" if self.trained else "Nothing is trained yet"
            return (
                head,
                f"Move the slider: at each place a new network gets {UPDATES:,} updates, in a moment.",
            )
        return told(now, self.source)

    def _read(self) -> Images:
        """The images, read once, and not before they are needed."""
        if self.images is None:
            self.say("Reading the images", "The first time takes a little longer.")
            from coursekit.data import load_mnist

            lines: list[str] = []
            (X, y), (X_test, y_test) = load_mnist(say=lines.append)
            self.images = Images(X, y, X_test, y_test)
            self.source = re.split(r"[:(.]", lines[-1])[
                0
            ].strip()  # of a line that says where they come from, too
        return self.images


def told(now: Trained, source: str) -> tuple[str, str]:
    """A headline, both accuracies and the gap; sentences on the losses, and which images these are."""
    train, test = (round(1000 * share) / 10 for share in (now.train, now.test))
    gap = round(train - test, 1)
    apart = f"{fixed(abs(gap), 1)} points {'lower' if gap >= 0 else 'higher'}"
    epochs = f"{now.epochs:,.0f} epochs" if now.epochs >= 10 else f"{now.epochs:.1f} epochs"
    return (
        f"{now.n:,} images: {train:g} % of them right, {test:g} % of the test images, {apart}",
        f"{UPDATES:,} updates, {epochs}. {_losses(now)} Data: {source}.",
    )


def _losses(now: Trained) -> str:
    least, end = now.test_losses[now.least], now.test_losses[-1]
    fell = f"The training loss fell to {fixed(now.train_losses[-1], 3)}"
    if not now.turned_up:
        return f"{fell}, the test loss to {fixed(end, 3)}."
    return (
        f"{fell}; the test loss was least, {fixed(least, 3)}, after {LOOKS[now.least]} updates, and has "
        f"risen to {fixed(end, 3)} since."
    )
