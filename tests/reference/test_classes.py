"""Labels and scores against scikit-learn and torch."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from coursekit.reference.classes import accuracy, confusion, one_hot, worst_mistakes


def _scored(seed, n, C):
    rng = np.random.default_rng(seed)
    return rng.dirichlet(np.ones(C), n), rng.integers(0, C, n)


@given(st.lists(st.integers(0, 6), min_size=1, max_size=20), st.integers(7, 12))
def test_one_hot_is_torchs(labels, depth):
    right = torch.nn.functional.one_hot(torch.tensor(labels), depth)
    np.testing.assert_array_equal(one_hot(np.array(labels), depth), right.numpy())


def test_one_hot_takes_labels_of_one_byte():
    np.testing.assert_array_equal(one_hot(np.array([0, 2], dtype=np.uint8), 3), [[1, 0, 0], [0, 0, 1]])


@pytest.mark.parametrize("labels", [[3], [-1, 0]])
def test_a_label_without_a_column_is_told(labels):
    with pytest.raises(ValueError, match="labels are 0 to 2 where depth is 3"):
        one_hot(np.array(labels), 3)


@given(st.integers(0, 999), st.integers(1, 30), st.integers(1, 6))
def test_accuracy_is_scikit_learns(seed, n, C):
    P, y = _scored(seed, n, C)
    assert accuracy(P, y) == pytest.approx(metrics.accuracy_score(y, P.argmax(axis=1)))
    assert accuracy(np.log(P), y) == accuracy(P, y)


@pytest.mark.filterwarnings("ignore:A single label")  # scikit-learn's, though all labels are given
@given(st.integers(0, 999), st.integers(1, 30), st.integers(1, 6))
def test_confusion_is_scikit_learns(seed, n, C):
    P, y = _scored(seed, n, C)
    right = metrics.confusion_matrix(y, P.argmax(axis=1), labels=range(C))
    np.testing.assert_array_equal(confusion(y, P.argmax(axis=1), C), right)


def test_the_diagonal_of_confusion_is_what_accuracy_counts():
    P, y = _scored(1, 50, 4)
    assert np.trace(confusion(y, P.argmax(axis=1), 4)) / 50 == pytest.approx(accuracy(P, y))


@given(st.integers(0, 999), st.integers(1, 30), st.integers(1, 40))
def test_worst_mistakes_are_those_of_greatest_loss(seed, n, k):
    P, y = _scored(seed, n, 4)
    losses = torch.nn.functional.nll_loss(torch.tensor(np.log(P)), torch.tensor(y), reduction="none").numpy()
    worst = worst_mistakes(P, y, k)
    wrong = P.argmax(axis=1) != y
    assert len(worst) == min(k, wrong.sum())
    assert wrong[worst].all()
    np.testing.assert_array_equal(losses[worst], np.sort(losses[wrong])[::-1][:k])


@pytest.mark.parametrize("score", [accuracy, lambda P, y: worst_mistakes(P, y, 1)])
@pytest.mark.parametrize(("n", "labels"), [(3, 2), (0, 0)])
def test_labels_of_another_number_are_told(score, n, labels):
    with pytest.raises(ValueError, match=f"{n} examples, {labels} labels"):
        score(np.ones((n, 2)), np.zeros(labels, dtype=int))


def test_confusion_tells_labels_of_another_number():
    with pytest.raises(ValueError, match="2 examples, 3 labels"):
        confusion(np.array([0, 1, 1]), np.array([0, 1]), 2)
