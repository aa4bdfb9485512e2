"""One output that changes while a cell runs: in a notebook it is updated, elsewhere a line is printed.

Nothing is written on stderr: where a notebook is graded, that counts as a fault.
"""

from __future__ import annotations

import base64
import html
import sys
from typing import Any


class Output:
    """What `show` shows takes the place of what it showed before."""

    def __init__(self) -> None:
        self._handle: Any = None
        self._notebook = in_notebook()
        self._line = ""  # what stands on the terminal's last line

    def show(self, text: str, page: str = "", png: bytes = b"") -> None:
        """Show a text; in a notebook the HTML `page` in its place, or the picture whose text it is."""
        if self._notebook:
            self._display(text, page, png)
        elif sys.stdout.isatty():
            sys.stdout.write("\r" + text.ljust(len(self._line)))
            sys.stdout.flush()
        self._line = text

    def end(self) -> None:
        """Nothing more will come: outside of a notebook, the last text gets a line of its own."""
        if not self._notebook and self._line:
            print("" if sys.stdout.isatty() else self._line)
        self._line = ""

    def _display(self, text: str, page: str, png: bytes) -> None:
        from IPython.display import display

        data = {"text/plain": text, "text/html": page or html.escape(text)}
        metadata: dict[str, Any] = {}
        if png:
            data["image/png"] = base64.b64encode(png).decode()
            metadata["image/png"] = {"alt": text}
            # As HTML too: JupyterLab drops the text of an image/png.
            data["text/html"] = (
                f'<img src="data:image/png;base64,{data["image/png"]}" alt="{html.escape(text)}" '
                'style="max-width:100%;height:auto">'
            )
        if self._handle is None:
            self._handle = display(data, metadata=metadata, raw=True, display_id=True)
        else:
            self._handle.update(data, metadata=metadata, raw=True)


def in_notebook() -> bool:
    """Whether this runs in a Jupyter kernel, whose outputs can be updated."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    return type(shell).__name__ == "ZMQInteractiveShell"
