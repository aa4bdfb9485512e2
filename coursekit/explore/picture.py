"""A picture in a lesson, drawn by the lesson's own cell, with a text for whoever cannot see it."""

from __future__ import annotations

import base64
import html
from collections.abc import Callable
from typing import Any

from cycler import cycler
from IPython.display import display
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from coursekit.explore.drawing import (
    BLACK,
    BLUE,
    GREEN,
    ORANGE,
    PURPLE,
    SHOWN,
    VERMILLION,
    new_figure,
    png,
    tidy,
)

COLOURS = cycler(color=[BLUE, ORANGE, GREEN, VERMILLION, PURPLE, BLACK])
WIDTH, HEIGHT = 5.6, 3.8  # inches, of one panel


def picture(draw: Callable[..., Any], alt: str, panels: int = 1) -> None:
    """Show what `draw(ax, ...)` draws on as many fresh Axes as there are panels, side by side.

    alt: what is to be seen, in words; it belongs to the picture, and screen readers read it

    Where an answer that the drawing needs is missing or fails, one line says so in its place: a lesson
    can be read, and run, to its end before all of it is solved.
    """
    figure = new_figure(WIDTH * min(panels, 1.6), HEIGHT)
    figure.set_layout_engine("constrained")
    axes = figure.subplots(1, panels, squeeze=False)[0]
    for ax in axes:
        ax.set_prop_cycle(COLOURS)
    try:
        draw(*axes)
        for ax in axes:
            _finish(ax)
        data = png(figure)
    except Exception as error:  # whatever a student's function does
        _say(_waits(error, draw))
        return
    _display(base64.b64encode(data).decode(), alt, round(figure.get_figwidth() * SHOWN))


def _display(data: str, alt: str, width: int) -> None:
    """Show a PNG (base64) with its text; as HTML too, because JupyterLab drops the alt of an image/png."""
    page = (
        f'<img src="data:image/png;base64,{data}" alt="{html.escape(alt)}" width="{width}" '
        'style="max-width:100%;height:auto">'
    )
    display(
        {"text/html": page, "image/png": data, "text/plain": alt},
        metadata={"image/png": {"alt": alt, "width": width}},
        raw=True,
    )


def _finish(ax: Axes) -> None:
    """Give the explorers' look to what was drawn."""
    title = ax.get_title()
    ax.set_title("")
    tidy(ax, title, ax.get_xlabel(), ax.get_ylabel())
    for axis in (ax.xaxis, ax.yaxis):
        if isinstance(locator := axis.get_major_locator(), MaxNLocator):  # not a log axis, nor set ticks
            locator.set_params(steps=[1, 2, 5, 10])
    if legend := ax.get_legend():
        legend.set_frame_on(False)


def _waits(error: Exception, draw: Callable[..., Any]) -> str:
    """Why there is no picture, in a sentence."""
    name = _own_function(error)
    if isinstance(error, NotImplementedError):
        return f"The picture comes when you have written {name or 'the answers above'}."
    at = f" in {name}" if name and name != draw.__name__ else ""
    return f"No picture: {type(error).__name__}{at}: {error}. Are the checks above it all right?"


def _own_function(error: Exception) -> str:
    """The innermost function of the notebook that the error came through, "" where there is none."""
    trace, name = error.__traceback__, ""
    while trace is not None:
        if trace.tb_frame.f_globals.get("__name__") == "__main__":
            name = trace.tb_frame.f_code.co_qualname.rpartition("<locals>.")[2].removesuffix(".__init__")
        trace = trace.tb_next
    return name


def _say(sentence: str) -> None:
    page = f'<p role="status" style="color:#666666">{html.escape(sentence)}</p>'
    display({"text/html": page, "text/plain": sentence}, raw=True)
