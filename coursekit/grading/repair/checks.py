"""Check cells: always the lesson's own, each once, at a place where its answer has been given."""

from __future__ import annotations

from coursekit.grading.repair.bench import Bench
from coursekit.grading.repair.cells import asked_names, defined, grade_id, normal, spoken
from coursekit.grading.repair.reading import Part
from coursekit.grading.starter import Cell, check_of, is_check, text


def find_checks(bench: Bench) -> None:
    """Put the lesson's cell at the place of each check; what somebody wrote into it becomes a plain cell."""
    for cell in bench.locked:
        name = spoken(grade_id(cell))
        found = bench.claimants(grade_id(cell)) or [p for p in bench.parts if _asks_the_same(bench, p, cell)]
        if not found:
            continue
        same = [part for part in found if normal(part.text) == normal(text(cell))]
        last = (same or found)[-1]
        bench.insert(bench.parts.index(last) + 1, cell)
        for part in found:
            part.claim = part.id = ""
            part.text = _without(part.text, text(cell))
            if not part.text.strip():
                bench.parts.remove(part)
        if len(same) < len(found):
            bench.note(f"the check cell of {name} was changed; it was put back, the change is kept beside it")
        elif len(found) > 1:
            bench.note(f"the check cell of {name} was there {len(found)} times; the last one counts")
        elif last.kind != cell["cell_type"]:
            bench.note(f"the check cell of {name} was of type {last.kind}; it was put back")


def _without(source: str, check: str) -> str:
    """What is in a changed check cell beside the check: it might stop the cell, and has its own place."""
    kept, asked = normal(source), normal(check)
    return f"\n{kept}\n".replace(f"\n{asked}\n", "\n", 1).strip("\n") if asked in kept else source


def _asks_the_same(bench: Bench, part: Part, cell: Cell) -> bool:
    if part.kind != "code" or bench.claim(part) or not is_check(cell):
        return False
    asked, wanted = check_of(part.text), check_of(text(cell))
    return asked is not None and wanted is not None and asked[0] == wanted[0]


def put_checks_back(bench: Bench) -> None:
    """Put each check that is missing below its answer."""
    for cell in bench.locked:
        if bench.part_of(cell) is None:
            answers = [bench.part_of(answer) for answer in bench.answers_of(asked_names(cell))]
            places = [bench.parts.index(part) + 1 for part in answers if part is not None]
            bench.insert(max(places) if places else bench.place_of(cell), cell)
            bench.note(f"the check cell of {spoken(grade_id(cell))} was missing and was put back")


def move_checks(bench: Bench) -> None:
    """Move each check below its answer, where above it there is none, or only the starter."""
    for cell in filter(is_check, bench.locked):
        check, names = bench.part_of(cell), asked_names(cell)
        assert check is not None  # found, or put back
        place = bench.parts.index(check)
        attempts = [part for answer in bench.answers_of(names) for part in bench.attempts(answer)]
        above = {name for part in attempts if bench.parts.index(part) < place for name in defined(part.text)}
        below = [place_ for part in attempts if (place_ := bench.parts.index(part)) > place]
        if below and not names & frozenset(_defined_by(bench, names)) <= above:
            bench.move(check, max(below) + 1)
            bench.note(
                f"the answer to {spoken(grade_id(cell))} was below its check; the check was moved below it"
            )


def _defined_by(bench: Bench, names: frozenset[str]) -> set[str]:
    """The names that answer cells of the lesson define, of those asked for."""
    return {name for answer in bench.answers_of(names) for name in defined(text(answer))}
