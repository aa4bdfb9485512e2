"""Splits: every example once, parts of the sizes asked for, none empty."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import train_test_split

from coursekit.reference.splits import TRAIN_VALID_TEST, split, split_sizes

FRACTIONS = st.lists(st.integers(1, 100), min_size=1, max_size=5).map(
    lambda parts: np.array(parts) / sum(parts)
)


@given(st.integers(1, 500), FRACTIONS, st.integers(0, 99))
def test_every_example_is_in_exactly_one_part(n, fractions, seed):
    parts = split(n, fractions, np.random.default_rng(seed))
    assert len(parts) == len(fractions)
    assert sorted(np.concatenate(parts)) == list(range(n))


@given(st.integers(1, 500), FRACTIONS)
def test_no_part_is_empty_where_there_are_enough_examples(n, fractions):
    sizes = split_sizes(n, fractions)
    assert sizes.sum() == n
    assert np.count_nonzero(sizes) == min(n, len(fractions))


@given(st.integers(100, 5000), FRACTIONS)
def test_a_part_is_within_one_example_of_its_fraction(n, fractions):
    exact = n * fractions
    if exact.min() >= 1:
        assert np.all(np.abs(split_sizes(n, fractions) - exact) < 1)


@pytest.mark.parametrize(("n", "sizes"), [(60_000, [58_800, 600, 600]), (100, [98, 1, 1]), (3, [1, 1, 1])])
def test_98_1_1(n, sizes):
    assert split_sizes(n, TRAIN_VALID_TEST).tolist() == sizes


@pytest.mark.parametrize(("n", "share"), [(10, 0.2), (100, 0.29), (50_000, 0.01)])
def test_two_parts_are_as_large_as_scikit_learns(n, share):
    right = [len(part) for part in train_test_split(np.arange(n), test_size=share)]
    assert split_sizes(n, [1 - share, share]).tolist() == right


def test_equal_rngs_give_equal_splits_and_others_other_ones():
    first, again, other = (split(100, [0.5, 0.5], np.random.default_rng(seed))[0] for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    assert not np.array_equal(first, np.sort(first))


@pytest.mark.parametrize("fractions", [[0.5, 0.4], [1.2, -0.2], [1, 0], [], [[0.5, 0.5]], [np.nan, 1]])
def test_other_fractions_are_told(fractions):
    with pytest.raises(ValueError, match="positive numbers of sum 1"):
        split(10, fractions, np.random.default_rng(0))


def test_no_examples_are_told():
    with pytest.raises(ValueError, match="at least one example"):
        split(0, [0.5, 0.5], np.random.default_rng(0))
