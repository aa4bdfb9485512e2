"""Answers: always the student's own, in the cell where they were written."""

from __future__ import annotations

from coursekit.grading.repair.bench import Bench
from coursekit.grading.repair.cells import defined, grade_id, normal, spoken, tree
from coursekit.grading.repair.reading import Part
from coursekit.grading.starter import Cell, text


def find_answer(bench: Bench, cell: Cell) -> None:
    """Decide which code cell is this answer.

    It is the last one before the check that says so and was written into; else the last one that defines what
    the answer must. Other copies that were written into stay as plain cells, untouched ones go.
    """
    graded = grade_id(cell)
    claimants, attempts = bench.claimants(graded), bench.attempts(cell)
    own = [part for part in claimants if bench.touched(part, graded)]
    free = [part for part in attempts if not bench.claim(part) and part not in bench.owner]
    chosen = _last_before_check(bench, own or free, cell) or next(iter(claimants), None)
    if chosen is None:
        chosen = bench.insert(_place_of_starter(bench, cell, attempts), cell)
        bench.note(f"the answer cell of {spoken(graded)} was missing; an empty one was put in its place")
    elif chosen not in claimants and bench.marked:
        bench.note(f"the answer to {spoken(graded)} was found in another cell")
    _take(bench, chosen, cell, claimants)
    if defined(text(cell)):
        _remove_starters(bench, graded)
    if not bench.touched(chosen, graded) and attempts:
        first = bench.parts.index(attempts[0])
        if first < bench.parts.index(chosen):  # what the starter defines must not take the answer's place
            bench.move(chosen, first)


def _remove_starters(bench: Bench, graded: str) -> None:
    """Take out unmarked copies of the untouched cell: they hold nothing, and would take an answer's place."""
    for part in list(bench.parts):
        if part not in bench.owner and not bench.claim(part) and normal(part.text) in bench.starters[graded]:
            bench.parts.remove(part)


def _last_before_check(bench: Bench, parts: list[Part], cell: Cell) -> Part | None:
    place = bench.place_of_check(cell)
    before = [part for part in parts if place is None or bench.parts.index(part) < place]
    return next(reversed(before or parts), None)


def _place_of_starter(bench: Bench, cell: Cell, attempts: list[Part]) -> int:
    if attempts:
        return bench.parts.index(attempts[0])
    place = bench.place_of_check(cell)
    return bench.place_of(cell) if place is None else place


def find_written(bench: Bench, cell: Cell) -> None:
    """Decide which cell is this written answer: one that says so, else new text at its place."""
    graded = grade_id(cell)
    claimants = bench.claimants(graded)
    own = [part for part in claimants if bench.touched(part, graded)]
    if not own:
        place = bench.parts.index(claimants[-1]) + 1 if claimants else bench.place_of(cell)
        own = _new_text_from(bench, place)[:1]
        if own and bench.marked:
            bench.note(f"the answer to {spoken(graded)} was found in another cell")
    chosen = next(reversed(own or claimants), None)
    if chosen is None:
        chosen = bench.insert(bench.place_of(cell), cell)
        bench.note(f"the answer cell of {spoken(graded)} was missing; an empty one was put in its place")
    _take(bench, chosen, cell, claimants)


def _new_text_from(bench: Bench, place: int) -> list[Part]:
    """The texts from `place` on that are not the lesson's, up to the next cell that is."""
    found = []
    for part in bench.parts[place:]:
        if bench.is_lessons(part):
            break
        if part.text.strip() and (part.kind != "code" or tree(part.text) is None):
            found.append(part)
    return found


def _take(bench: Bench, chosen: Part, cell: Cell, claimants: list[Part]) -> None:
    """Make `chosen` the lesson's answer cell, with its text as it is."""
    graded = grade_id(cell)
    bench.owner[chosen] = graded
    if chosen.kind != cell["cell_type"]:
        bench.note(f"the answer cell of {spoken(graded)} was of type {chosen.kind}; its text was kept")
        chosen.kind = cell["cell_type"]
    others = [part for part in claimants if part is not chosen]
    copies = [part for part in others if bench.touched(part, graded)]
    for part in others:
        if part in copies:
            part.claim = part.id = ""
        else:
            bench.parts.remove(part)
    if copies:
        bench.note(
            f"the answer cell of {spoken(graded)} was there {len(claimants)} times; "
            "the last one before its check counts, the others are kept as plain cells"
        )
    elif others and chosen in claimants:
        bench.note(
            f"the answer cell of {spoken(graded)} was there {len(claimants)} times; untouched copies went"
        )
