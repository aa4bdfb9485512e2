"""A lesson as a class did it, in figures. Students are ids everywhere."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from coursekit.checking.verdict import STATUSES
from coursekit.grading.journal import Graded
from coursekit.grading.report.measures import Times

UNGRADED = "not-graded"  # the grader failed on this question: no score
ASIDE = "not-in-it"  # the submission's release does not hold this question
WELL = 0.85  # an exercise whose mean is at least this is understood
MOST_TO_TEACH = 5


@dataclass(frozen=True)
class Shown:
    """A mistake that answers show: its sentence, the students behind it, and one input that tells it."""

    exercise: str
    slug: str
    says: str
    students: list[str]
    call: str = ""
    expected: str = ""
    got: str = ""

    @property
    def tells(self) -> bool:
        """Whether the input shows what is wrong: values alone cannot where, say, an argument was changed."""
        return bool(self.call) and self.expected != self.got


@dataclass(frozen=True)
class Question:
    """How the class did on one exercise.

    counts: students by status; unnamed: those of them who show no named mistake
    mean: of the scores, in [0, 1]; None where nobody has one. errors: of crashes, by number
    discrimination: item-total correlation, in [-1, 1]; None where there are too few students
    """

    id: str
    title: str
    max_points: float
    hints: tuple[str, ...]
    counts: Counter[str]
    unnamed: Counter[str]
    mean: float | None
    mistakes: list[Shown]
    errors: Counter[str]
    discrimination: float | None = None

    @property
    def name(self) -> str:
        return self.id.split(".")[-1]

    @property
    def solved(self) -> float | None:
        """The share of those asked who have it right; None where nobody was asked."""
        return self.counts["passed"] / self.asked if self.asked else None

    @property
    def asked(self) -> int:
        return sum(self.counts[status] for status in STATUSES)

    @property
    def shares(self) -> list[tuple[str, int]]:
        """(status, students) of each status that occurs, from right to not attempted."""
        return [(status, self.counts[status]) for status in STATUSES if self.counts[status]]

    @property
    def attempted(self) -> int:
        return self.asked - self.counts["not-attempted"]


@dataclass(frozen=True)
class Hand:
    """A written exercise: the points given by hand so far, who waits for a mark, and who wrote nothing."""

    id: str
    title: str
    max_points: float
    given: list[float]
    waiting: list[str]
    empty: list[str]

    @property
    def name(self) -> str:
        return self.id.split(".")[-1]


@dataclass(frozen=True)
class Row:
    """One student: points from the checks, and each exercise's status."""

    student: str
    points: float
    statuses: dict[str, str]
    verdicts: dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Summary:
    """A lesson as the class did it. Students are ids everywhere; rows have the most points first."""

    lesson: str
    title: str
    handed_in: int
    missing: list[str]
    ungraded: list[str]  # handed in, not graded yet
    failed: list[Graded]
    rows: list[Row]
    questions: list[Question]
    by_hand: list[Hand]
    repaired: list[Graded]
    flagged: list[Graded]
    last: str = ""  # when the last one was graded
    max_points: float = 0.0
    times: Times | None = None
    slips: list[tuple[str, list[Shown]]] = field(default_factory=list)  # one mistake in several exercises

    @property
    def points(self) -> list[float]:
        return [row.points for row in self.rows]

    @property
    def median(self) -> float | None:
        return statistics.median(self.points) if self.rows else None

    @property
    def mistakes(self) -> list[Shown]:
        """All named mistakes, the most frequent first."""
        return by_number(one for question in self.questions for one in question.mistakes)

    @property
    def to_teach(self) -> list[Question]:
        """What to teach again: the exercises with the lowest mean, the worst first."""
        weak = [one for one in self.questions if one.mean is not None and one.mean < WELL]
        return sorted(weak, key=lambda one: (one.mean, -one.attempted))[:MOST_TO_TEACH]

    @property
    def waiting(self) -> int:
        return sum(len(hand.waiting) for hand in self.by_hand)


def by_number(shown: Iterable[Shown]) -> list[Shown]:
    """The most frequent first."""
    return sorted(shown, key=lambda one: (-len(one.students), one.exercise, one.slug))
