"""A notebook's outputs and metadata, before nbconvert's templates put them into a page as they are."""

from __future__ import annotations

import base64
from typing import Any

from nbconvert.preprocessors import Preprocessor
from traitlets import Bool

from coursekit.grading.feedback.markdown import markdown
from coursekit.grading.feedback.safe import HELD, MOST_HTML, PATIENCE, Patience, clean, cut
from coursekit.grading.starter import is_check

MOST_PICTURE = 3_000_000  # characters of a picture


class SafeNotebook(Preprocessor):
    """Cleans a notebook, in this place; what a check cell shows is the grader's own panel."""

    enabled = Bool(True)

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        Patience.left = PATIENCE
        nb.metadata.clear()  # of the language, of widgets
        for cell in nb.cells:
            cell.metadata = type(nb)({k: v for k, v in cell.metadata.items() if k == "nbgrader"})
            cell.source = clean(cell.source) if cell.cell_type == "raw" else cut(cell.source)
            if cell.cell_type == "code":
                panel = is_check(cell)
                cell.outputs = [type(nb)(output(one, panel)) for one in cell.outputs]
        return nb, resources


def output(given: dict[str, Any], panel: bool = False) -> dict[str, Any]:
    """A cell's output as nbconvert's templates can be given it."""
    kind = given["output_type"]
    if kind == "stream":
        return {**given, "text": cut(given["text"])}
    if kind == "error":
        return dict(given)
    data, alt = _data(given["data"], panel), "A picture that this cell shows"
    notes = given.get("metadata", {})
    metadata = {}
    for mime in ("image/png", "image/jpeg"):
        note = notes[mime] if isinstance(notes.get(mime), dict) else {}
        metadata[mime] = {
            "alt": note["alt"] if isinstance(note.get("alt"), str) else alt,
            **{k: note[k] for k in ("width", "height") if type(note.get(k)) is int and 0 < note[k] < 10_000},
        }
    return {"output_type": kind, "execution_count": None, "data": data, "metadata": metadata}


def _data(given: dict[str, Any], panel: bool) -> dict[str, str]:
    data: dict[str, str] = {mime: text for mime, text in given.items() if isinstance(text, str)}
    kept = {"text/plain": cut(data.get("text/plain", ""))}
    for mime in ("image/png", "image/jpeg"):
        if mime in data and HELD.fullmatch(f"data:{mime};base64,{data[mime]}"):
            kept[mime] = data[mime]
    if "image/svg+xml" in data:  # as a picture, in which a browser runs no script
        drawn = base64.b64encode(data["image/svg+xml"].encode()).decode()
        kept["text/html"] = (
            f'<img alt="A drawing that this cell shows" src="data:image/svg+xml;base64,{drawn}">'
        )
    if max(map(len, kept.values())) > MOST_PICTURE:
        kept = {"text/plain": "(This picture is too large to be shown here.)"}
    short = len(data.get("text/html", "")) <= MOST_HTML or not kept["text/plain"]
    if short and (shown := clean(data.get("text/html", ""), panel)).strip():
        kept["text/html"] = shown
    elif text := data.get("text/markdown", data.get("text/latex")):
        kept["text/html"] = markdown(text)
    return kept
