"""The mechanism of every check: ask an answer, compare, diagnose, tell.

An exercise is data (`exercise.py`). An answer is asked on plain inputs and gives plain
observations (`plain.py`, `asking.py`), in this process or in another one; the verdict is
formed here, out of the answer's reach (`judging.py`, `verdict.py`). No lesson is known here.

    exercise  ->  cases  ->  ask  ->  replies  ->  judge  ->  verdict  ->  check shows it
"""

from coursekit.checking.compare import Mismatch, close, exact
from coursekit.checking.exercise import (
    Case,
    Exercise,
    Mistake,
    Reply,
    Trial,
    Written,
    exercises_of,
    find,
    lessons,
)

__all__ = [
    "Case",
    "Exercise",
    "Mismatch",
    "Mistake",
    "Reply",
    "Trial",
    "Written",
    "close",
    "exact",
    "exercises_of",
    "find",
    "lessons",
]
