"""What an exercise is asked with one course's seed: found out once, for all submissions."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Sequence

import numpy as np

from coursekit.checking import Case, Exercise
from coursekit.checking.asking import question


class Asked:
    """The cases that are tried of an exercise, the public ones first, and the messages that ask them."""

    def __init__(self, exercise: Exercise, course: int | None) -> None:
        self.exercise = exercise
        seed = None if course is None else np.random.SeedSequence([course, stable_hash(exercise.id)])
        self.cases = exercise.tried(seed)
        self._questions: dict[bool, str] = {}

    def part(self, secret: bool) -> Sequence[Case]:
        """The secret cases, or the public ones."""
        return [case for case in self.cases if case.secret == secret]

    def question(self, secret: bool) -> str:
        """The message that asks a part."""
        if secret not in self._questions:
            self._questions[secret] = question(self.exercise, self.part(secret))
        return self._questions[secret]


@functools.lru_cache(maxsize=128)
def asked(exercise: Exercise, course: int | None) -> Asked:
    """That of this exercise, kept: answers never see these objects, and judging leaves them as they are."""
    return Asked(exercise, course)


def stable_hash(name: str) -> int:
    """A number that is the same for this name on every machine."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
