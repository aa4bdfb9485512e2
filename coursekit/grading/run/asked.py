"""What an exercise is asked with one course's seed: found out once, for all submissions."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Sequence

import numpy as np

from coursekit.checking import Case, Exercise, Reply
from coursekit.checking.asking import question, stopped


class Asked:
    """The cases that are tried of an exercise, the public ones first, and how they are asked."""

    def __init__(self, exercise: Exercise, course: int | None) -> None:
        self.exercise = exercise
        seed = None if course is None else np.random.SeedSequence([course, stable_hash(exercise.id)])
        self.cases = exercise.tried(seed)
        self._calls: dict[bool, str] = {}

    def part(self, secret: bool) -> Sequence[Case]:
        """The secret cases, or the public ones."""
        return [case for case in self.cases if case.secret == secret]

    def call(self, secret: bool) -> str:
        """The expression that asks a part, in a kernel that holds the answer."""
        if secret not in self._calls:
            asks = self.exercise.id, question(self.exercise, self.part(secret))
            self._calls[secret] = f"__import__('coursekit').grading_ask{asks!r}"
        return self._calls[secret]

    def goes_on(self, public: Sequence[Reply]) -> bool:
        """Whether an answer that gave these replies on the public cases is asked the secret ones, too."""
        complete = len(public) >= len(self.part(secret=False)) and not stopped(public[-1])
        return complete and bool(self.part(secret=True))


@functools.lru_cache(maxsize=128)
def asked(exercise: Exercise, course: int | None) -> Asked:
    """That of this exercise, kept: answers never see these objects, and judging leaves them as they are."""
    return Asked(exercise, course)


def stable_hash(name: str) -> int:
    """A number that is the same for this name on every machine."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
