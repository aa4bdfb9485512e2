"""Draw a digit, or pick one, and slide it: what a dense network and a CNN say to it, side by side."""

from __future__ import annotations

from typing import Any

import ipywidgets as widgets
import numpy as np

from coursekit.explore.digits import Network, as_mnist, ask, ink, slide
from coursekit.explore.digits_picture import NAMES, DigitsPicture
from coursekit.explore.explorer import LAYOUT, STYLE, Explorer, slider
from coursekit.explore.pad import Pad

MOST = 8  # pixels that an image can be slid by


class DrawADigit(Explorer):
    """A field to draw on, a test image to pick, sliders that move it, and what two networks say.

    dense, cnn: functions of images (n, 28, 28) in [0, 1] that give probabilities (n, 10); without one,
    its place stays empty. image: the test image shown at first

    What is drawn counts until Clear is pressed or another test image is picked. Without ipycanvas
    there is no field; all else needs the keyboard alone.
    """

    shows = (
        "Left: one image of 28 by 28 pixels, as the networks see it. Right: a bar for each digit, how "
        "probable the dense network calls it; and the same for the CNN."
    )

    def __init__(self, dense: Network | None = None, cnn: Network | None = None, image: int = 0) -> None:
        from coursekit.data import load_mnist

        self.networks = {"dense": dense, "cnn": cnn}
        _, (self._images, self._labels) = load_mnist(say=None)
        self.painted, self.pad = DigitsPicture(), Pad(self.refresh)
        index = widgets.BoundedIntText(
            image, min=0, max=len(self._images) - 1, description="Test image", style=STYLE, layout=LAYOUT
        )
        index.observe(self._forget, "value")
        clear = widgets.Button(description="Clear")
        clear.on_click(self._clear)
        controls: dict[str, Any] = {
            "image": index,
            "right": slider("Slide right", 0, -MOST, MOST, 1),
            "down": slider("Slide down", 0, -MOST, MOST, 1),
            "centre": widgets.Checkbox(
                True, description="Centre what is drawn, as MNIST does", indent=False, layout=LAYOUT
            ),
            "clear": clear,
        }
        super().__init__(self.painted.figure, controls)
        self._beside_the_picture()

    def _beside_the_picture(self) -> None:
        """Put the field to draw on beside the picture."""
        if self.pad.widget is not None:
            row, status, picture = self.widget.children
            row.layout.max_width = "100%"
            both = widgets.HBox([self.pad.widget, picture], layout={"flex_flow": "row wrap"})
            self.widget.children = (row, status, both)

    @property
    def seen(self) -> np.ndarray:
        """(28, 28) in [0, 1]: what the networks get."""
        if self.pad.strokes:
            strokes = self.pad.points()
            image = ink(as_mnist(strokes) if self.controls["centre"].value else strokes)
        else:
            image = self._images[self.controls["image"].value] / 255
        return slide(image, self.controls["right"].value, self.controls["down"].value)

    @property
    def label(self) -> int | None:
        """The digit that it is; None of a drawing."""
        return None if self.pad.strokes else int(self._labels[self.controls["image"].value])

    def draw(self) -> tuple[str, str]:
        image = self.seen
        said, without = {}, {}
        for name, network in self.networks.items():
            if network is None:
                without[name] = "none is given"
                continue
            try:
                said[name] = ask(network, image)
            except Exception as error:  # whatever a student's network does, the explorer stays
                without[name] = f"{type(error).__name__}: {error}"
        self.painted.show(image, said, dict.fromkeys(without, "says nothing"))
        return told(said, self.label), " ".join([self._what(), *_more(said, without)])

    def close(self) -> None:
        self.pad.close()
        super().close()

    def _what(self) -> str:
        """Which image it is, and where it was moved."""
        right, down = self.controls["right"].value, self.controls["down"].value
        ways = [(right, "right"), (-right, "left"), (down, "down"), (-down, "up")]
        slid = " and ".join(f"{pixels} {way}" for pixels, way in ways if pixels > 0)
        where = f", slid {slid}" if slid else ""
        if self.label is None:
            as_is = "centred" if self.controls["centre"].value else "not centred"
            return f"What you have drawn, {as_is}{where}."
        return f"Test image {self.controls['image'].value}, a {self.label}{where}."

    def _forget(self, change: Any) -> None:
        """Another test image was picked: it is shown in place of what was drawn."""
        self.pad.clear()

    def _clear(self, button: Any) -> None:
        self.pad.clear()
        with self.at_once():
            self.controls["right"].value = self.controls["down"].value = 0


def told(said: dict[str, np.ndarray], label: int | None) -> str:
    """What each network says, how sure it is, and whether it is right where that is known."""
    parts = []
    for name, probabilities in said.items():
        best = int(probabilities.argmax())
        right = "" if label is None else ", right" if best == label else ", wrong"
        parts.append(f"{NAMES[name]}: {best} ({_percent(probabilities[best])}{right})")
    headline = "; ".join(parts) or "No network is here to say what it is"
    return headline[0].upper() + headline[1:]


def _more(said: dict[str, np.ndarray], without: dict[str, str]) -> list[str]:
    """The second guess of each network; why one says nothing."""
    seconds = [f"{NAMES[name]} {p.argsort()[-2]} ({_percent(np.sort(p)[-2])})" for name, p in said.items()]
    lines = [f"Next: {', '.join(seconds)}."] if seconds else []
    return lines + [f"{NAMES[name][0].upper()}{NAMES[name][1:]}: {why}." for name, why in without.items()]


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
