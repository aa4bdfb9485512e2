"""Observations that no answer makes: none is right, and none brings the judge down."""

from collections.abc import Callable

import numpy as np
import pytest

from coursekit.checking import Exercise, Reply, exercises_of
from coursekit.checking.exercise import lessons
from coursekit.checking.judging import judge, observe
from coursekit.checking.plain import decode, encode


def nested(depth):
    value = 0
    for _ in range(depth):
        value = [value]
    return value


def _arrays(change: Callable, value):
    """The observation with each array, number and list of numbers in it changed."""
    if isinstance(value, dict):
        return {key: _arrays(change, one) for key, one in value.items()}
    if isinstance(value, list) and not (value and isinstance(value[0], int | float)):
        return [_arrays(change, one) for one in value]
    return value if value is None or isinstance(value, str) else change(np.asarray(value))


def _leaves(new, value):
    """The observation with everything in it but its form changed."""
    if isinstance(value, dict):
        return {key: _leaves(new, one) for key, one in value.items()}
    return [_leaves(new, one) for one in value] if isinstance(value, list) and value else new


CHANGES = {
    "not a number": lambda seen: _arrays(lambda one: np.full(one.shape, np.nan), seen),
    "without a column": lambda seen: _arrays(lambda one: np.zeros((*one.shape[:1], 0)), seen),
    "empty": lambda seen: _leaves([], seen),
    "deep": lambda seen: _leaves(nested(25), seen),
    "nothing": lambda seen: None,
    "a dict": lambda seen: {"form": "right", "passed": True, 1: None},
}
ASKED = [one for lesson in lessons() for one in exercises_of(lesson).values() if isinstance(one, Exercise)]
QUICK = [one for one in ASKED if one.lesson == "gradient_descent"]


def tried(exercise, change):
    """The verdict on the right observations, changed, as they come from another process."""
    right = [observe(exercise, exercise.reference, case).value for case in exercise.tried()]
    forged = [decode(encode(change(seen))) for seen in right]
    verdict = judge(exercise, lambda *_: [Reply("value", value) for value in forged])
    return verdict, all(encode(one) == encode(other) for one, other in zip(forged, right, strict=True))


@pytest.mark.parametrize("exercise", QUICK, ids=lambda one: one.id)
def test_what_is_not_a_number_is_right_nowhere(exercise):
    verdict, unchanged = tried(exercise, CHANGES["not a number"])
    assert verdict.points == 0 or unchanged


@pytest.mark.long
@pytest.mark.parametrize("exercise", ASKED, ids=lambda one: one.id)
def test_forged_observations_earn_nothing(exercise):
    for name, change in CHANGES.items():
        verdict, unchanged = tried(exercise, change)
        assert verdict.points == 0 or unchanged, name
