"""What in a file is somebody's work, as a hash."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def fingerprint(name: str, content: bytes, *, outputs: bool = True) -> str:
    """A hash of what a student, or a release, can have put into a file.

    Of a notebook: its cells with text, attachments and, unless `outputs` is False, outputs. Outputs are
    work (minutes of training, a picture that was thought about), so a notebook that was only run counts
    as changed. What JupyterLab alters when it opens and saves (execution counts, layout) does not.
    """
    if name.endswith(".ipynb"):
        try:
            notebook = json.loads(content)
            cells = [_work(cell, outputs) for cell in notebook["cells"]]
            content = json.dumps([notebook["metadata"].get("coursekit"), cells], sort_keys=True).encode()
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            pass  # no notebook any more: then its bytes
    return hashlib.sha256(content).hexdigest()


def _work(cell: dict[str, Any], outputs: bool) -> Any:
    marks = [cell["metadata"].get(key) for key in ("nbgrader", "tags")]
    shown = [{**output, "execution_count": None} for output in cell.get("outputs", []) if outputs]
    return _joined(
        [cell["cell_type"], cell.get("id"), cell["source"], cell.get("attachments") or {}, marks, shown]
    )


def _joined(value: Any) -> Any:
    """Notebooks keep a text whole or as a list of lines; here it is whole, and an empty list no text."""
    if isinstance(value, dict):
        return {key: _joined(item) for key, item in value.items()}
    if isinstance(value, list):
        lines = all(isinstance(item, str) for item in value)
        return "".join(value) if lines else [_joined(item) for item in value]
    return value
