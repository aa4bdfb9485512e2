"""A damage: what it does to a submission, what the submission still earns, what the instructor reads."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.grading.notebooks import LESSON

Notebook = dict[str, Any]
Points = tuple[float | None, float | None, float | None]  # of derivative, step, descend; None: no score
FULL: Points = (1, 1, 2)
UNGRADED: Points = (None, None, None)
PRACTICE = f"{LESSON}_practice"


@dataclass(frozen=True)
class Damage:
    """do: writes the submission of this (right) notebook into a folder
    note: a pattern in what the instructor reads of it; "" where nothing is to be read
    """

    do: Callable[[Path, Notebook], None]
    points: Points = FULL
    note: str = ""


def cells(change: Callable[[Notebook], object], points: Points = FULL, note: str = "") -> Damage:
    """The notebook is changed, and written as it is then."""

    def do(folder: Path, nb: Notebook) -> None:
        change(nb)
        (folder / f"{LESSON}.ipynb").write_text(json.dumps(nb, indent=1))

    return Damage(do, points, note)


def content(make: Callable[[str], bytes], points: Points = FULL, note: str = "") -> Damage:
    """The notebook's file, as Jupyter writes it, becomes other bytes."""

    def do(folder: Path, nb: Notebook) -> None:
        text = json.dumps(nb, indent=1, ensure_ascii=False)
        (folder / f"{LESSON}.ipynb").write_bytes(make(text))

    return Damage(do, points, note)


def named(name: str, points: Points = FULL, note: str = "") -> Damage:
    """The notebook has another name, or lies deeper."""

    def do(folder: Path, nb: Notebook) -> None:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(nb))

    return Damage(do, points, note)


def cell(nb: Notebook, cell_id: str) -> dict[str, Any]:
    """The cell with this id."""
    return next(one for one in nb["cells"] if one.get("id") == cell_id)


def place(nb: Notebook, cell_id: str) -> int:
    return nb["cells"].index(cell(nb, cell_id))


def code(source: str, cell_id: str = "new") -> dict[str, Any]:
    """A code cell without marks."""
    return {
        "cell_type": "code",
        "id": cell_id,
        "metadata": {},
        "source": source,
        "outputs": [],
        "execution_count": None,
    }
