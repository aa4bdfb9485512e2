"""Verdicts as the journal keeps them and as a notebook shows them, and those that need no asking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from coursekit.checking import Exercise
from coursekit.checking.verdict import Verdict


def as_data(verdict: Verdict) -> dict[str, Any]:
    """A verdict as the journal keeps it."""
    fields = asdict(verdict)
    del fields["exercise"], fields["passed"]
    return fields | {"points": float(verdict.points), "text": str(verdict), "graded": True}


def ungraded(exercise: Exercise, error: BaseException) -> dict[str, Any]:
    """In place of a verdict, where the checker itself failed."""
    why = "This answer could not be graded: the grader itself failed on it. Your instructor has been told."
    verdict = Verdict(exercise.id, False, 0.0, "crashed", why=why, max_points=exercise.points)
    fault = f"{type(error).__name__}: {error}"[:500]
    return as_data(verdict) | {"graded": False, "text": why, "fault": fault}


def outputs_of(exercise: str, data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The outputs of a check cell: the verdict, and the points (if there are any) for nbgrader to read."""
    names = ("score", "status", "mistake", "call", "expected", "got", "why", "max_points", "secret")
    verdict = Verdict(exercise, passed=data["status"] == "passed", **{name: data[name] for name in names})
    html = verdict.as_html() if data["graded"] else f"<p>{data['text']}</p>"
    shown = {
        "output_type": "display_data",
        "data": {"text/plain": data["text"], "text/html": html},
        "metadata": {},
    }
    if not data["graded"]:
        return [shown]
    points = {"text/plain": repr(verdict.points), "text/html": verdict.points._repr_html_()}
    return [shown, {"output_type": "execute_result", "data": points, "metadata": {}, "execution_count": None}]


def lost(exercise: Exercise, status: str, why: str) -> Verdict:
    """No points, and why, for an answer that could not be asked to the end."""
    return Verdict(exercise.id, False, 0.0, status, why=why, max_points=exercise.points)
