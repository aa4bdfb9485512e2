"""Comparison: numpy.testing's rules, and words for what differs."""

import numpy as np
import pytest

from coursekit.checking.compare import Mismatch, close, exact

RIGHT = [
    (2.0, 2.0),
    (2, 2.0),
    (True, 1.0),
    ([1.0, 2.0], np.array([1.0, 2.0])),
    (np.array([1.0, 2.0], dtype=np.float32), np.array([1.0, 2.0])),
    (np.array([1e-9, 1.0]), np.array([0.0, 1.0])),
    ({"a": 1, "more": "x"}, {"a": 1}),
    ([[1.0, 2.0], 3.0], [np.array([1.0, 2.0]), 3.0]),
    (np.array([[1.0], [2.0]]), [np.array([1.0]), np.array([2.0])]),
    ("glorot", "glorot"),
    (None, None),
    (np.array(5), 5.0),
]
WRONG = [
    (2.1, 2.0, "differs"),
    ([2.0], 2.0, "shape"),
    (None, 2.0, "return"),
    ("2.0", 2.0, "text"),
    (np.array(["2.0"]), np.array([2.0]), "no array of numbers"),
    (2j, 2.0, "complex"),
    ([1, [2]], np.array([1.0, 2.0]), "no array of numbers"),
    (float("nan"), 2.0, "NaN"),
    (np.array([1.0, np.nan]), np.array([1.0, 2.0]), "NaN"),
    (np.array([1.0, 2.0, 5.0]), np.array([1.0, 2.0, 3.0]), "[2]"),
    (np.array([[1.0, 2.0], [3.0, 9.0]]), np.array([[1.0, 2.0], [3.0, 4.0]]), "[1, 1]"),
    (np.ones((3, 1)), np.ones(3), "(3, 1)"),
    ({"b": 1}, {"a": 1}, "'a'"),
    ({"a": 2}, {"a": 1}, "'a'"),
    (1.0, {"a": 1}, "dict"),
    ([1.0], [np.ones(2), 3.0], "2 values"),
    (1.0, "glorot", "text"),
    ("he", "glorot", "text differs"),
    (np.inf, 2.0, "differs"),
]


@pytest.mark.parametrize(("got", "expected"), RIGHT, ids=str)
def test_right_observations_pass(got, expected):
    close()(got, expected, ())


@pytest.mark.parametrize(("got", "expected", "word"), WRONG, ids=str)
def test_wrong_observations_are_told_in_words(got, expected, word):
    with pytest.raises(Mismatch, match=None) as caught:
        close()(got, expected, ())
    assert word in str(caught.value)


def test_exact_means_exact_and_takes_any_type_of_number():
    exact(3.0, 3)
    exact(True, 1)
    with pytest.raises(Mismatch):
        exact(3.0000001, 3)
    with pytest.raises(Mismatch):
        exact("3", 3)
