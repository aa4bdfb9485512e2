"""What grading tells: what was graded, whose score would change."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from coursekit import console
from coursekit.grading.database import Database

SHOWN = 60  # rows of a table


def changes(
    student: str, lesson: str, old: Mapping[str, dict[str, Any]], new: Mapping[str, dict[str, Any]]
) -> list[dict[str, Any]]:
    """The exercises whose points differ, of one submission. None stands for no score."""
    found = []
    for exercise in dict.fromkeys([*old, *new]):
        before, now = _points(old.get(exercise)), _points(new.get(exercise))
        if before != now:
            found.append(
                {"student": student, "lesson": lesson, "exercise": exercise, "old": before, "new": now}
            )
    return found


def _points(verdict: dict[str, Any] | None) -> float | None:
    return verdict["points"] if verdict is not None and verdict["graded"] else None


def show_changes(found: list[dict[str, Any]], submissions: int) -> None:
    """The table of changes: student, exercise, old and new points."""
    if not found:
        console.say(f"Graded again: {submissions}; no score changes.")
        return
    people = len({(one["student"], one["lesson"]) for one in found})
    console.say(f"Graded again: {submissions}; {people} would have another score:")
    rows = [(one["student"], one["exercise"], _text(one["old"]), "→", _text(one["new"])) for one in found]
    console.table(("student", "exercise", "old", "", "new"), rows[:SHOWN], right=("old", "new"))
    if len(rows) > SHOWN:
        console.say(f"... and {len(rows) - SHOWN} more.")


def _text(points: float | None) -> str:
    return "none" if points is None else f"{points:g}"


def confirmed(yes: bool) -> bool:
    """Whether to write it: asked on a terminal; elsewhere it has been shown, and is written."""
    if yes or not sys.stdin.isatty():
        return True
    print("Write these scores? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def show(
    graded: Sequence[Mapping[str, Any]], failed: int, unchanged: int, outdated: int, where: Database
) -> None:
    """What was graded, a line a submission, and the sums. where: the gradebook's database"""
    if graded:
        rows = [
            (one["student"], one["lesson"], f"{one['points']:g} of {one['max_points']:g}", _remark(one))
            for one in graded[:SHOWN]
        ]
        console.table(("student", "lesson", "points", ""), rows, right=("points",))
        if len(graded) > SHOWN:
            console.say(f"... and {len(graded) - SHOWN} more.")
    if not graded and not failed and not unchanged:
        console.say("Nothing has been handed in yet: `coursekit collect` takes what comes back.")
        return
    lines = [f"Graded: {len(graded)}", f"unchanged: {unchanged}"]
    lines += [f"could not be graded: {failed}"] if failed else []
    console.say(f"{', '.join(lines)}. The gradebook is {where}.")
    if outdated:
        console.say(
            f"{outdated} of the unchanged were graded before exercises, checker or seed changed; "
            "`coursekit grade --again` shows whose score that changes."
        )


def _remark(graded: Mapping[str, Any]) -> str:
    first, more = graded["repairs"][:1], len(graded["repairs"]) - 1
    parts = first + ([f"and {more} more repairs"] if more > 0 else [])
    parts += [f"the grader failed on {', '.join(graded['ungraded'])}"] if graded["ungraded"] else []
    return "; ".join(parts)
