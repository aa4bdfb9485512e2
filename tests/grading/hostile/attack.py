"""An attack, as data: what is handed in, and what must come of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coursekit.grading.layout import Classroom
from tests.grading.classes import RIGHT, hand_in
from tests.grading.notebooks import LESSON

HEAD = "def step(x, gradient, learning_rate):\n"
WRONG = HEAD + "    return None"
ALL = ("derivative", "step", "descend")  # with 1, 1 and 2 points


@dataclass(frozen=True)
class Attack:
    """One submission: right in `derivative` and `descend`, and in `step` what the attack says.

    step: the solution cell that is attacked
    first, last: cells added before and after all others
    edit: changes the notebook as handed in. files: what lies beside it
    earns: points of `step`. loses: other exercises, which the attack costs itself; may_lose: as it happens
    """

    name: str
    step: str = WRONG
    first: str = ""
    last: str = ""
    edit: Callable[[dict[str, Any]], None] | None = None
    files: Mapping[str, str | bytes] = field(default_factory=dict)
    earns: float = 0.0
    loses: tuple[str, ...] = ()
    may_lose: tuple[str, ...] = ()

    @property
    def student(self) -> str:
        return "h-" + self.name.replace(" ", "-")

    def points(self) -> dict[str, float]:
        """What it must earn in each exercise."""
        full = {"derivative": 1.0, "step": self.earns, "descend": 2.0}
        return {name: 0.0 if name in self.loses else most for name, most in full.items()}

    def hand_in(self, room: Classroom, places: Mapping[str, str]) -> None:
        """Write the submission. places: what the attacker knows of the machine, by the name it has in code."""

        def filled(code: str) -> str:
            for name, value in places.items():
                code = code.replace(f"@{name}@", value)
            return code

        path = hand_in(room, self.student, {**RIGHT, "step": filled(self.step)})
        notebook = json.loads(path.read_text())
        if self.first:
            notebook["cells"].insert(0, _cell("hostile-first", filled(self.first)))
        if self.last:
            notebook["cells"].append(_cell("hostile-last", filled(self.last)))
        if self.edit is not None:
            self.edit(notebook)
        path.write_text(json.dumps(notebook))
        for name, content in self.files.items():
            file = path.parent / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(filled(content).encode() if isinstance(content, str) else content)


def harm(name: str, first: str = "", **more: Any) -> Attack:
    """An attack that wants no points: the right answers beside it keep theirs, `step` too."""
    return Attack(name, first=first, **{"step": RIGHT["step"], "earns": 1.0, **more})


def cell_of(notebook: dict[str, Any], cell_id: str) -> dict[str, Any]:
    """That cell."""
    return next(cell for cell in notebook["cells"] if cell["id"] == cell_id)


def _cell(cell_id: str, source: str) -> dict[str, Any]:
    cell = {"cell_type": "code", "id": cell_id, "metadata": {}, "source": source}
    return cell | {"outputs": [], "execution_count": None}


def executed(room: Classroom, student: str) -> str:
    """The graded notebook, as text."""
    return Path(room.autograded / student / LESSON / f"{LESSON}.ipynb").read_text()
