"""What the explorers draw with: one palette, a figure without a window, a dial."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PathCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Wedge
from matplotlib.text import Text
from numpy.typing import ArrayLike
from PIL import Image

# Colours that people with any colour vision tell apart.
# Source: M. Okabe and K. Ito, Color Universal Design, 2008.
BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILLION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
GREY = "#666666"
STEPS = LinearSegmentedColormap.from_list("steps", ["#A9D6F2", SKY, BLUE, "#00263B"])  # first to last step
REGIMES = {"steady": BLUE, "zigzag": ORANGE, "diverges": VERMILLION}

DPI = 144  # drawn finer than shown, for sharp text on dense screens
SHOWN = 100  # pixels an inch on the page
FAR = 1e6  # beyond this nothing is drawn: far off every scale, and safe to compute with


def new_figure(width: float, height: float) -> Figure:
    """A figure that belongs to no window and no list, so that it goes when its explorer does."""
    figure = Figure(figsize=(width, height), dpi=DPI, facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def tidy(ax: Axes, title: str = "", xlabel: str = "", ylabel: str = "", pad: float = 6) -> None:
    """One look for all axes."""
    ax.set_title(title, fontsize=10, loc="left", pad=pad)
    ax.set_xlabel(xlabel, fontsize=9.5)
    ax.set_ylabel(ylabel, fontsize=9.5)
    ax.tick_params(labelsize=8.5, colors="#444444", length=3)
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set_color("#999999")


def png(figure: Figure) -> bytes:
    """The figure as a PNG of 64 colours, which is a third of the bytes and looks the same."""
    canvas = figure.canvas
    assert isinstance(canvas, FigureCanvasAgg)
    canvas.draw()
    image = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    file = io.BytesIO()
    image.quantize(64, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(file, "png")
    return file.getvalue()


def within(values: np.ndarray, most: float) -> np.ndarray:
    """The values, with gaps (NaN) where they are beyond +-`most`: a line through them breaks there."""
    return np.where(np.abs(values) <= most, values, np.nan)


def with_gaps(rows: np.ndarray) -> np.ndarray:
    """The rows one after the other with a gap after each: one line that draws several."""
    return np.column_stack([rows, np.full(len(rows), np.nan)]).ravel()


def scatter(ax: Axes) -> PathCollection:
    """Points without a place yet, coloured from the first step to the last (0 to 1)."""
    style: dict[str, Any] = {"cmap": STEPS, "vmin": 0, "vmax": 1, "edgecolors": "white", "linewidths": 0.5}
    return ax.scatter([], [], s=26, c=[], zorder=3, **style)


def off_scale_note(ax: Axes) -> Text:
    """An empty line in the corner, for what cannot be drawn."""
    box = {"color": "white", "pad": 2, "alpha": 0.9}
    return ax.text(0.98, 0.03, "", transform=ax.transAxes, ha="right", fontsize=9, color=VERMILLION, bbox=box)


def near(inside: np.ndarray) -> np.ndarray:
    """Which points (..., K) of a path to draw: those inside the picture, and their neighbours.

    A path that leaves is drawn to the edge, and not to and fro outside.
    """
    drawn = inside.copy()
    drawn[..., 1:] |= inside[..., :-1]
    drawn[..., :-1] |= inside[..., 1:]
    return drawn


def off_scale(inside: np.ndarray, unit: str = "step") -> str:
    """What the note says of a path (K,): "" where all of it is inside the picture."""
    if inside.all():
        return ""
    first = int(np.argmin(inside))
    return f"off the scale {'at' if inside[first:].any() else 'from'} {unit} {first}"


def drawable(values: ArrayLike) -> np.ndarray:
    """The values cut to [-FAR, FAR]; what is not a number counts as FAR."""
    return np.clip(np.nan_to_num(np.asarray(values, dtype=float), nan=FAR), -FAR, FAR)


def fixed(value: float, digits: int = 2) -> str:
    """A number with so many decimals, a true minus, and no "-0.00"."""
    text = f"{value:.{digits}f}"
    return (text.lstrip("-") if float(text) == 0 else text).replace("-", "\N{MINUS SIGN}")


def short(value: float) -> str:
    """A number to four digits, with a true minus."""
    return f"{value:.4g}".replace("-", "\N{MINUS SIGN}")


class Dial:
    """The factor that one step multiplies by: 1 on the left, 0 at the top, -1 on the right.

    Below -1 the needle is in the red; below LEAST it stays at the end, and the number tells.
    """

    LEAST = -1.6

    def __init__(self, ax: Axes, label: str = "") -> None:
        ax.set(xlim=(-1.5, 3.9), ylim=(-1.15, 1.35), aspect="equal")
        ax.axis("off")
        ax.set_anchor("W")
        for name, low, high in (("steady", 0, 1), ("zigzag", -1, 0), ("diverges", self.LEAST, -1)):
            ax.add_patch(Wedge((0, 0), 1, _angle(low), _angle(high), width=0.22, color=REGIMES[name], lw=0))
        for mark in (1, 0, -1):
            x, y = _point(mark, 1.22)
            ax.text(x, y, fixed(mark, 0), ha="center", va="center", fontsize=8.5, color="#444444")
        (self._needle,) = ax.plot([], [], color=BLACK, lw=2, solid_capstyle="round")
        ax.add_patch(Circle((0, 0), 0.07, color=BLACK))
        self._value = ax.text(1.75, 0.35, "", va="center", fontsize=15, fontweight="bold")
        self._label = ax.text(1.75, -0.1, label, va="top", fontsize=9, linespacing=1.4)
        self.factor = 1.0

    def turn(self, factor: float, label: str | None = None) -> None:
        """Point at a factor; tell it in figures, and what it is the factor of."""
        self.factor = factor
        x, y = _point(float(np.clip(factor, self.LEAST, 1)), 0.9)
        self._needle.set_data([0, x], [0, y])
        self._value.set_text(f"× {fixed(factor)}")
        if label is not None:
            self._label.set_text(label)

    @property
    def text(self) -> str:
        """What is written beside the needle."""
        return f"{self._value.get_text()} {self._label.get_text()}"


def _angle(factor: float) -> float:
    return 90 + 90 * factor


def _point(factor: float, radius: float) -> tuple[float, float]:
    angle = np.radians(_angle(factor))
    return radius * float(np.cos(angle)), radius * float(np.sin(angle))
