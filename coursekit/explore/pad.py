"""A field to draw strokes on with the mouse or a finger: a canvas of ipycanvas, where that is installed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets as widgets
import numpy as np

from coursekit.explore.digits import PEN, SIZE

CELL = 7  # pixels of the page for a pixel of the image


class Pad:
    """The strokes that were drawn, each a list of (x, y) on the page; `done()` is called after each.

    widget: what is shown, with a line above; None without ipycanvas, where nothing can be drawn
    """

    def __init__(self, done: Callable[[], Any]) -> None:
        self.strokes: list[list[tuple[float, float]]] = []
        self.widget: widgets.VBox | None = None
        self._done, self._pressed, self._canvas = done, False, _canvas()
        if self._canvas is not None:
            self._listen(self._canvas)
            self.widget = widgets.VBox([widgets.Label("Draw a digit here:"), self._canvas])

    def points(self) -> list[np.ndarray]:
        """The strokes as points (K, 2), (column, row) in pixels of an image (28, 28)."""
        return [np.array(stroke) / CELL - 0.5 for stroke in self.strokes]

    def begin(self, x: float, y: float) -> None:
        """The pen touches the field."""
        self._pressed = True
        self.strokes.append([])
        self.go_on(x, y)

    def go_on(self, x: float, y: float) -> None:
        """The pen moves; nothing where it does not touch."""
        if self._pressed:
            self.strokes[-1].append((x, y))
            self._show(self.strokes[-1][-2:])

    def end(self, *where: Any) -> None:
        """The pen is lifted, or leaves the field."""
        if self._pressed:
            self._pressed = False
            self._done()

    def clear(self) -> None:
        self.strokes, self._pressed = [], False
        if self._canvas is not None:
            self._canvas.clear()

    def close(self) -> None:
        self._done = lambda: None  # ipycanvas keeps the last canvas, which must not keep the explorer
        if self.widget is not None:
            for widget in (*self.widget.children, self.widget):
                widget.close()

    def _listen(self, canvas: Any) -> None:
        canvas.on_mouse_down(self.begin)
        canvas.on_mouse_move(self.go_on)
        canvas.on_mouse_up(self.end)
        canvas.on_mouse_out(self.end)
        canvas.on_touch_start(lambda fingers: self.begin(*fingers[0]))
        canvas.on_touch_move(lambda fingers: self.go_on(*fingers[0]))
        canvas.on_touch_end(self.end)
        canvas.on_touch_cancel(self.end)
        canvas.on_client_ready(self._show_all)  # a page that is opened again shows what was drawn

    def _show_all(self) -> None:
        for stroke in self.strokes:
            self._show(stroke)

    def _show(self, points: Sequence[tuple[float, float]]) -> None:
        """Draw a line through the points; a dot at one alone."""
        if self._canvas is not None:
            self._canvas.stroke_lines(np.array([points[0], *points]))


def _canvas() -> Any:
    """A canvas with a round pen of the networks' width; None where ipycanvas is not installed."""
    try:
        from ipycanvas import Canvas
    except ImportError:
        return None
    side = SIZE * CELL
    canvas = Canvas(width=side, height=side, layout={"border": "1px solid #999999"})
    canvas.line_width = 2 * PEN * CELL
    canvas.line_cap = canvas.line_join = "round"
    return canvas
