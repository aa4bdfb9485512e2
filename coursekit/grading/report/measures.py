"""How well an exercise tells who has understood, and how long grading took."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from coursekit.grading.journal import Graded

ENOUGH = 20  # students, below which a correlation says nothing
SLOWEST = 3


@dataclass(frozen=True)
class Times:
    """Seconds that grading took: of all submissions, of the middle one, and of the slowest ones."""

    total: float
    median: float
    slowest: list[tuple[str, float]]  # student, seconds


def times(graded: Sequence[Graded]) -> Times | None:
    """None where nothing was graded."""
    taken = {one.student: one.seconds for one in graded}
    if not taken:
        return None
    slowest = sorted(taken.items(), key=lambda item: -item[1])[:SLOWEST]
    return Times(sum(taken.values()), statistics.median(taken.values()), slowest)


def discrimination(exercise: str, graded: Sequence[Graded]) -> float | None:
    """The item-total correlation of an exercise, in [-1, 1]: its scores beside the points of all others.

    None below ENOUGH students, or where all have the same. Corrected: the exercise is no part of the
    total (Ebel and Frisbie, Essentials of Educational Measurement, 1991)
    """
    scores, rests = [], []
    for one in graded:
        verdicts = {name: v for name, v in one.verdicts.items() if v.get("graded", True)}
        if exercise in verdicts:
            scores.append(float(verdicts[exercise]["score"]))
            rests.append(float(sum(v["points"] for name, v in verdicts.items() if name != exercise)))
    if len(scores) < ENOUGH or len(set(scores)) < 2 or len(set(rests)) < 2:
        return None
    return statistics.correlation(scores, rests)
