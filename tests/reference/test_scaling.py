"""Min-max scaling of images against scikit-learn, on the set as a whole."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.preprocessing import MinMaxScaler

from coursekit.reference.scaling import min_max_apply, min_max_fit


@given(st.integers(0, 999), st.integers(1, 6), st.floats(0.1, 1e4), st.floats(-1e3, 1e3))
def test_min_max_is_scikit_learns_on_one_long_column(seed, n, width, shift):
    rng = np.random.default_rng(seed)
    train, X = (rng.normal(size=(count, 2, 3)) * width + shift for count in (n, 4))
    scaler = MinMaxScaler().fit(train.reshape(-1, 1))
    low, high = min_max_fit(train)
    for data in (train, X):
        right = scaler.transform(data.reshape(-1, 1)).reshape(data.shape)
        np.testing.assert_allclose(min_max_apply(data, low, high), right, atol=1e-9)
    assert min_max_apply(train, low, high).min() == 0
    assert min_max_apply(train, low, high).max() == pytest.approx(1)


def test_bytes_do_not_wrap_around():
    train, X = np.array([10, 250], dtype=np.uint8), np.array([0, 130, 255], dtype=np.uint8)
    np.testing.assert_allclose(min_max_apply(X, *min_max_fit(train)), [-10 / 240, 0.5, 245 / 240])


def test_where_all_is_one_value_zeros_come_back():
    low, high = min_max_fit(np.full((2, 2), 7.0))
    np.testing.assert_array_equal(min_max_apply(np.array([7.0, 9.0, -1.0]), low, high), [0, 0, 0])
