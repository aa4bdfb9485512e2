"""A first look at images, on scikit-learn's digits and on labels that are not 0, 1, 2 ..."""

from collections import Counter

import numpy as np
import pytest
from sklearn.datasets import load_digits

from coursekit.reference.images import explore, one_of_each


@pytest.fixture(scope="module")
def digits():
    data = load_digits()
    return data.images, data.target


def test_digits_are_1797_images_of_8_by_8_in_0_to_16(digits):
    found = explore(*digits)
    assert found["n_examples"] == 1797
    assert found["image_shape"] == (8, 8)
    assert (found["minimum"], found["maximum"]) == (0, 16)
    assert found["n_classes"] == 10
    assert found["counts"] == Counter(digits[1].tolist())


def test_classes_are_those_that_occur():
    found = explore(np.zeros((3, 2, 5), dtype=np.uint8), np.array([7, 3, 7], dtype=np.uint8))
    assert found["n_classes"] == 2
    assert found["counts"] == {3: 1, 7: 2}


def test_one_of_each_is_the_first_of_each_class_in_label_order(digits):
    X, y = digits
    chosen = one_of_each(X, y)
    assert chosen.shape == (10, 8, 8)
    for label in range(10):
        np.testing.assert_array_equal(
            chosen[label], next(x for x, one in zip(X, y, strict=True) if one == label)
        )


def test_one_of_each_takes_images_and_labels_of_any_kind():
    X = np.arange(4 * 2 * 3).reshape(4, 2, 3)
    np.testing.assert_array_equal(one_of_each(X, np.array([9, 4, 9, 4])), X[[1, 0]])
