"""What all plots of the report share: colours and marks, a bare figure, its PNG.

Colours are those of Okabe and Ito (2008), which colour-blind people can tell apart; every mark
is readable without its colour too.
"""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from coursekit.grading.report.summary import ASIDE, UNGRADED

# status -> (colour, ink on it, mark, words)
STYLE = {
    "passed": ("#0072b2", "white", "✓", "right"),
    "partly": ("#7cc4ee", "black", "½", "partly right"),
    "wrong": ("#d55e00", "white", "✗", "wrong"),
    "crashed": ("#b3568a", "white", "!", "stopped with an error"),
    "timed-out": ("#e69f00", "black", "∞", "took too long"),
    "not-attempted": ("#e8e8e8", "#555555", "–", "not attempted"),
    UNGRADED: ("white", "black", "?", "could not be graded"),
    ASIDE: ("white", "#999999", "", "not in this release"),
}
INK, QUIET, BLUE = "#1d2733", "#5b6773", "#0072b2"


@dataclass(frozen=True)
class Plot:
    """A picture and its text. name: of its file, without .png"""

    name: str
    png: bytes
    alt: str

    @property
    def url(self) -> str:
        """The picture as an address that holds it whole, so that a page needs no second file."""
        return "data:image/png;base64," + base64.b64encode(self.png).decode("ascii")


def figure(width: float, height: float) -> tuple[Figure, Axes]:
    fig = Figure(figsize=(width, height), layout="constrained")
    ax = fig.add_subplot()
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.spines["bottom"].set_color("#9aa4ad")
    ax.tick_params(colors=INK, labelsize=9, color="#9aa4ad")
    ax.xaxis.label.set_color(QUIET)
    ax.yaxis.label.set_color(QUIET)
    ax.set_axisbelow(True)
    return fig, ax


def png_of(fig: Figure, alt: str) -> bytes:
    file = io.BytesIO()
    fig.savefig(
        file, format="png", dpi=150, facecolor="white", metadata={"Title": "", "Description": alt[:500]}
    )
    return file.getvalue()
