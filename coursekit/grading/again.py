"""Grading again: whose score would change, shown before it is written."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from coursekit import console

SHOWN = 60  # rows of the table


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


def show(found: list[dict[str, Any]], submissions: int) -> None:
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
