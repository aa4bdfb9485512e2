"""What probes build beside an answer from plain data: functions to hand in, Axes to draw on.

A probe imports from here inside itself, since its source runs where the answer is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np


def function(family: str, *c: float) -> Callable[[Any], Any]:
    """A smooth function by its family's name and coefficients, for numbers and arrays.

    "polynomial": c0 + c1 x + c2 x^2 + ...; "sine": c0 sin(c1 x); "exponential": c0 e^(c1 x)
    """
    if family == "polynomial":

        def polynomial(x: Any) -> Any:
            value = 0.0 * x
            for coefficient in reversed(c):
                value = value * x + coefficient
            return value

        return polynomial
    if family == "sine":
        return lambda x: c[0] * np.sin(c[1] * x)
    if family == "exponential":
        return lambda x: c[0] * np.exp(c[1] * x)
    raise ValueError(f"no family of functions {family!r}")


@contextmanager
def figures_apart() -> Iterator[list[int]]:
    """A fresh figure is the current one, and nothing is shown; gives the numbers of the figures from before.

    Figures opened meanwhile are closed at the end; those from before and the settings stay as they were.
    """
    import matplotlib.pyplot as plt

    before, show = plt.get_fignums(), plt.show
    current = plt.gcf().number if before else None
    plt.show = lambda *args, **options: None  # would draw, and close, what is still to be looked at
    try:
        with plt.rc_context():
            plt.figure()
            yield before
    finally:
        plt.show = show
        for number in plt.get_fignums():
            if number not in before:
                plt.close(number)
        if current is not None:
            plt.figure(current)


@contextmanager
def axes_beside_current() -> Iterator[tuple[Any, Callable[[], list[Any]]]]:
    """Fresh Axes while another figure is the current one, and a function that lists all other Axes."""
    import matplotlib.pyplot as plt

    with figures_apart() as before:
        elsewhere = plt.gcf()
        ax = plt.figure().add_subplot()
        plt.figure(elsewhere.number)

        def others() -> list[Any]:
            figures = [plt.figure(n) for n in plt.get_fignums() if n not in before]
            found = [one for figure in {*figures, elsewhere} for one in figure.axes]
            return [one for one in found if one is not ax]

        yield ax, others


def drawn(ax: Any) -> dict[str, Any]:
    """What is drawn on these Axes: lines, scattered points, texts. Observations, no conclusions."""
    from matplotlib.collections import LineCollection, PathCollection
    from matplotlib.colors import to_rgba

    lines = [
        {
            "x": np.asarray(line.get_xdata(orig=False), dtype=float),
            "y": np.asarray(line.get_ydata(orig=False), dtype=float),
            "line": line.get_linestyle() not in ("None", "", " ") and line.get_linewidth() > 0,
            "marker": line.get_marker() not in ("None", "", " ", None),
            "visible": bool(line.get_visible()) and to_rgba(line.get_color(), line.get_alpha())[3] > 0,
            "label": str(line.get_label()),
        }
        for line in ax.get_lines()
    ]
    lines += [
        {"x": x, "y": y, "line": True, "marker": False, "visible": bool(one.get_visible()), "label": ""}
        for one in ax.collections
        if isinstance(one, LineCollection)
        for x, y in (np.reshape(segment, (-1, 2)).T for segment in one.get_segments())
    ]
    scattered = [one for one in ax.collections if isinstance(one, PathCollection)]
    points = [np.asarray(one.get_offsets(), dtype=float) for one in scattered]
    legend = ax.get_legend()
    return {
        "lines": lines,
        "points": points,
        "xlabel": ax.get_xlabel(),
        "ylabel": ax.get_ylabel(),
        "title": ax.get_title(),
        "legend": None if legend is None else [text.get_text() for text in legend.get_texts()],
    }


def pictures(figure: Any) -> list[dict[str, Any]]:
    """The images that a figure shows: of each of its Axes that has one, the last, with titles and corner."""
    found = []
    for ax in figure.axes:
        images = [one for one in ax.get_images() if one.get_visible() and ax.get_visible()]
        if images:
            box = ax.get_window_extent()
            titles = [ax.get_title(place) for place in ("left", "center", "right")]
            found.append(
                {
                    "image": np.ma.filled(np.ma.asarray(images[-1].get_array(), dtype=float), np.nan),
                    "titles": [title for title in titles if title.strip()],
                    "corner": [float(box.x0), float(box.y1)],  # left and top, in pixels
                }
            )
    return found


def activation(name: str) -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
    """An activation and its derivative by name: "linear", "relu", "tanh", "sigmoid"."""
    if name == "linear":
        return lambda z: z, lambda z: np.ones_like(z)
    if name == "relu":
        return lambda z: np.maximum(z, 0), lambda z: (z > 0) * 1.0
    if name == "tanh":
        return np.tanh, lambda z: 1 - np.tanh(z) ** 2
    if name == "sigmoid":
        return lambda z: 0.5 + 0.5 * np.tanh(z / 2), lambda z: 0.25 - 0.25 * np.tanh(z / 2) ** 2
    raise ValueError(f"no activation {name!r}")
