"""An explorer: controls, a picture of what they set, and the same in words."""

from __future__ import annotations

import base64
import html
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import ipywidgets as widgets
from matplotlib.figure import Figure
from traitlets import Unicode

from coursekit.explore.drawing import SHOWN, png

_of_cell: dict[str, Explorer] = {}  # the explorer that each notebook cell shows


class Picture(widgets.Image):
    """An image with a text for screen readers, which is its tooltip.

    ipywidgets 8 sets the tooltip of widgets that have a description only, and fails at others.
    """

    description = Unicode("").tag(sync=True)


class Explorer:
    """The thin part that all explorers share.

    controls: the widgets by name; setting a value redraws, in a notebook and in a test
    figure: what is shown now
    words: the state in words, read aloud by screen readers as it changes

    A subclass makes its figure and controls, then calls `super().__init__`; its `draw` puts the
    controls' values into the figure and returns a headline and a sentence on what they do.
    """

    shows = ""  # what the picture consists of, in words
    aloud = True  # screen readers read the words as they change; not while they change all the time

    def __init__(self, figure: Figure, controls: dict[str, widgets.DOMWidget]) -> None:
        self.figure, self.controls, self.words = figure, controls, ""
        self._held = False
        width = f"{figure.get_figwidth() * SHOWN:.0f}px"
        self._image = Picture(format="png", tooltip=self.shows, layout={"width": width, "max_width": "100%"})
        self._status = widgets.HTML(layout={"min_height": "4em"})  # of two lines: the picture must not jump
        for control in controls.values():
            if not isinstance(control, widgets.Button):
                control.observe(self.refresh, "value")
        row = widgets.HBox(list(controls.values()), layout={"flex_flow": "row wrap", "max_width": width})
        self.widget = widgets.VBox([row, self._status, self._image])
        self.refresh()
        self._first = self._image.value, f"{self.shows} {self.words}"
        _replace_in_cell(self)

    def draw(self) -> tuple[str, str]:
        """Put the controls' values into the figure; return a headline and a sentence."""
        raise NotImplementedError

    def refresh(self, change: Any = None) -> None:
        """Draw the figure and say what it shows; what widgets call when they change."""
        if self._held:
            return
        self.say(*self.draw())
        self._image.value = png(self.figure)

    def say(self, headline: str, sentence: str) -> None:
        """Say what is shown; or, before something that takes its time, what is being done."""
        self.words = f"{headline}. {sentence}"
        live = "polite" if self.aloud else "off"
        self._status.value = (
            f'<div role="status" aria-live="{live}" style="line-height:1.5;font-size:1.05em">'
            f"<strong>{html.escape(headline)}.</strong> {html.escape(sentence)}</div>"
        )

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Several controls change inside; the picture is drawn once, afterwards."""
        self._held = True
        try:
            yield
        finally:
            self._held = False
        self.refresh()

    def picture(self) -> tuple[bytes, str]:
        """The first state: a PNG and its text."""
        return self._first

    def close(self) -> None:
        """Let go of the widgets and the figure."""
        row = self.widget.children[0]
        for widget in (*row.children, row, self._status, self._image, self.widget):
            widget.unobserve_all()
            widget.close()
        self.figure.clear()

    def __repr__(self) -> str:
        return self.words

    def still(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The first picture as an output's data and metadata, for where widgets cannot be shown."""
        picture, alt = self._first
        width = round(self.figure.get_figwidth() * SHOWN)
        data = {"image/png": base64.b64encode(picture).decode(), "text/plain": self.words}
        return data, {"image/png": {"alt": alt, "width": width}}

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """The widget, and the picture beside it for whoever cannot show widgets."""
        data, metadata = self.still()
        return {**self.widget._repr_mimebundle_(), **data}, metadata


def slider(
    label: str, value: float, low: float, high: float, step: float, digits: int = 2
) -> widgets.FloatSlider | widgets.IntSlider:
    """A slider that redraws while it is dragged; whole numbers where the step is one."""
    kind: Any = widgets.IntSlider if isinstance(step, int) else widgets.FloatSlider
    more = {} if isinstance(step, int) else {"readout_format": f".{digits}f"}
    return kind(
        value=value, min=low, max=high, step=step, description=label, style=STYLE, layout=LAYOUT, **more
    )


def choice(label: str, options: Any, value: Any) -> widgets.Dropdown:
    """A list to choose from. options: values, or pairs (what is shown, value)."""
    return widgets.Dropdown(options=options, value=value, description=label, style=STYLE, layout=LAYOUT)


def slider_over(label: str, options: Any, value: Any) -> widgets.SelectionSlider:
    """A slider over values that are not evenly apart."""
    return widgets.SelectionSlider(
        options=options, value=value, description=label, style=STYLE, layout=LAYOUT
    )


STYLE = {"description_width": "9em"}
LAYOUT = {"width": "29em"}


def _shell() -> Any:
    """The notebook's shell; None outside of one."""
    return sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None


def _replace_in_cell(explorer: Explorer) -> None:
    """Close the explorer that this cell made before: running a cell again must not pile up figures."""
    shell = _shell()
    parent = shell.get_parent() if hasattr(shell, "get_parent") else {}
    cell = (parent or {}).get("metadata", {}).get("cellId")
    if cell is None:
        return
    key = f"{cell}/{type(explorer).__name__}"  # by kind too: one cell may show two
    if key in _of_cell:
        _of_cell[key].close()
    _of_cell[key] = explorer
