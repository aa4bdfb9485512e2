"""The bench: a notebook while it is mended."""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence, Set
from typing import Any

from coursekit.grading.repair.cells import asked_names, defined, grade_id, is_locked, normal, tree
from coursekit.grading.repair.reading import Part
from coursekit.grading.starter import Cell, Notebook, is_written, marks, text

SETUP = "setup"  # the id of a lesson's first code cell, which imports what all others use


class Bench:
    """A submission's cells, in order, and which of them have been found to be which of the lesson's.

    parts: the cells. owner: a part -> the grade_id of the lesson's cell that it is
    locked, solutions: the lesson's cells that must be there, in its order
    starters: grade_id -> the texts of the untouched cell, of this release and of earlier ones
    """

    def __init__(
        self, parts: list[Part], released: Notebook, earlier: Sequence[Notebook], notes: list[str]
    ) -> None:
        self.parts, self.released, self.notes = parts, released, notes
        self.locked = [cell for cell in released["cells"] if is_locked(cell)]
        self.solutions = [cell for cell in released["cells"] if marks(cell).get("solution")]
        self.ids = {grade_id(cell) for cell in self.locked + self.solutions}
        self.owner: dict[Part, str] = {}
        self.starters: dict[str, set[str]] = {one: set() for one in self.ids}
        for cell in (cell for notebook in (*earlier, released) for cell in notebook["cells"]):
            if grade_id(cell) in self.ids:
                self.starters[grade_id(cell)].add(normal(text(cell)))
        self.marked = any(map(self.claim, parts))  # whether cells say at all which they are
        self._texts = {normal(text(cell)) for cell in released["cells"]} - {""}
        self._ids = {cell["id"] for cell in released["cells"]}

    # -- looking

    def claim(self, part: Part) -> str:
        """The lesson's grade_id that a cell says it has, by its marks or else by its id; "" for none."""
        return next((one for one in (part.claim, part.id) if one in self.ids), "")

    def claimants(self, graded: str) -> list[Part]:
        """The cells that say they are this one, in order; where none does, those with the untouched text."""
        free = [part for part in self.parts if part not in self.owner]
        by_mark = [part for part in free if self.claim(part) == graded]
        return by_mark or [p for p in free if not self.claim(p) and normal(p.text) in self.starters[graded]]

    def touched(self, part: Part, graded: str) -> bool:
        """Whether somebody wrote into this answer cell."""
        return bool(part.text.strip()) and normal(part.text) not in self.starters[graded]

    def is_lessons(self, part: Part) -> bool:
        """Whether a cell is one of the lesson's, by what it says or by its text."""
        return (
            part in self.owner
            or normal(part.text) in self._texts
            or {part.id, part.claim} & self._ids != set()
        )

    def attempts(self, cell: Cell) -> list[Part]:
        """The cells in which somebody defines a name of this answer, in order; code that became text too."""
        names, graded = defined(text(cell)), grade_id(cell)
        return [
            part
            for part in self.parts
            if names & defined(part.text)
            and (part.kind == "code" or tree(part.text) is not None)
            and normal(part.text) not in self._texts
            and self.touched(part, graded)
        ]

    def has_answers(self) -> bool:
        """Whether anything here is of this lesson: a cell that says so, an untouched one, or an answer."""
        empty = {
            one for cell in self.solutions if not is_written(cell) for one in self.starters[grade_id(cell)]
        }
        return any(self.claim(part) or normal(part.text) in empty for part in self.parts) or any(
            map(self.attempts, self.solutions)
        )

    def answers_of(self, names: Set[str]) -> list[Cell]:
        """The lesson's answer cells that define one of these names."""
        return [cell for cell in self.solutions if defined(text(cell)) & names]

    def part_of(self, cell: Cell) -> Part | None:
        """What has been found to be this cell of the lesson."""
        return next((part for part, owned in self.owner.items() if owned == grade_id(cell)), None)

    def place_of_check(self, answer: Cell) -> int | None:
        """Where this answer's check is, None where it is not here."""
        for check in self.locked:
            found = self.part_of(check)
            if found is not None and defined(text(answer)) & asked_names(check):
                return self.parts.index(found)
        return None

    def place_of(self, cell: Cell) -> int:
        """Where a missing cell of the lesson belongs: after the nearest one before it that is still here."""
        position = next(i for i, one in enumerate(self.released["cells"]) if one is cell)
        for before in reversed(self.released["cells"][:position]):
            for i in reversed(range(len(self.parts))):
                part = self.parts[i]
                owned = self.owner.get(part)
                if before["id"] in (part.id, owned) or normal(part.text) == normal(text(before)) != "":
                    return i + 1
        return 0

    # -- doing

    def note(self, what: str) -> None:
        """Keep a sentence on what was done."""
        self.notes.append(what)

    def insert(self, place: int, cell: Cell) -> Part:
        """Put one of the lesson's cells before what is at `place` now."""
        part = Part(cell["cell_type"], text(cell), id=cell["id"])
        self.parts.insert(place, part)
        if grade_id(cell):
            self.owner[part] = grade_id(cell)
        return part

    def move(self, part: Part, place: int) -> None:
        """Put a cell before what is at `place` now."""
        here = self.parts.index(part)
        self.parts.insert(place, part)
        del self.parts[here + (place <= here)]

    def put_setup_back(self) -> None:
        """Put the set-up cell first, where nothing like it is there."""
        setup = next((cell for cell in self.released["cells"] if cell["id"] == SETUP), None)
        if setup is None:
            return
        wanted = set(normal(text(setup)).split("\n"))
        for part in self.parts:
            if part.kind == "code" and part.text.strip():
                alike = wanted & set(normal(part.text).split("\n"))
                if part.id == SETUP or 2 * len(alike) > len(wanted):
                    return
        self.insert(0, setup)
        self.note("the set-up cell was missing and was put back")

    def notebook(self, metadata: dict[str, Any]) -> Notebook:
        """The mended notebook. `metadata`: the student's own, for what it says about its release."""
        used, cells = set(self.ids), []
        lessons = {cell["id"]: cell for cell in self.released["cells"]}
        for number, part in enumerate(self.parts, 1):
            cell_id = self.owner.get(part) or _free_id(part.id, number, used)
            own = lessons.get(cell_id, {"cell_type": part.kind, "metadata": {}})
            kept = own["metadata"] if own["cell_type"] == part.kind else {}
            cell = {
                "cell_type": part.kind,
                "id": cell_id,
                "metadata": copy.deepcopy(kept),
                "source": part.text,
            }
            cell |= {"execution_count": None, "outputs": []} if part.kind == "code" else {}
            cell |= {"attachments": part.attachments} if part.attachments and part.kind != "code" else {}
            cells.append(cell)
        return {"cells": cells, "metadata": self._metadata(metadata), "nbformat": 4, "nbformat_minor": 5}

    def _metadata(self, theirs: dict[str, Any]) -> dict[str, Any]:
        ours = copy.deepcopy(self.released["metadata"])
        stamp, kernel = theirs.get("coursekit"), theirs.get("kernelspec")
        said = stamp if isinstance(stamp, dict) else {}
        if said.get("notebook") == ours.get("coursekit", {}).get("notebook"):
            release = said.get("release")
            if isinstance(release, str) and re.fullmatch(r"\w{1,40}", release):
                ours["coursekit"]["release"] = release  # which it answers
        language = kernel.get("language", "python") if isinstance(kernel, dict) else "python"
        if language != "python":
            self.note(f"the notebook asked for a kernel of {language!r}; it is run with Python")
        return ours


def _free_id(wanted: str, number: int, used: set[str]) -> str:
    """The cell's own id where it is a valid one that no other cell has, else one made from its place."""
    if not re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", wanted) or wanted in used:
        wanted = next(one for i in range(len(used) + 1) if (one := f"cell-{number + i}") not in used)
    used.add(wanted)
    return wanted
