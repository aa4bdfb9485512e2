"""Losses and their gradients against torch, SciPy and finite differences."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy.optimize import approx_fprime

from coursekit.reference import losses

ANY = array_shapes(min_dims=0, max_dims=3, min_side=1, max_side=4)


@st.composite
def pairs(draw, low=-50.0, high=50.0):
    """Two arrays of one shape, any."""
    shape = draw(ANY)
    entries = st.floats(low, high)
    return draw(arrays(float, shape, elements=entries)), draw(arrays(float, shape, elements=entries))


def tensor(array, **options):
    return torch.tensor(np.asarray(array), dtype=torch.float64, **options)


@given(pairs())
def test_squared_error_and_its_gradient_are_torchs(pair):
    y, t = pair
    predicted = tensor(y, requires_grad=True)
    loss = 0.5 * torch.nn.functional.mse_loss(predicted, tensor(t), reduction="sum")
    loss.backward()
    assert losses.squared_error(y, t) == pytest.approx(loss.item(), rel=1e-10, abs=1e-10)
    np.testing.assert_allclose(losses.squared_error_gradient(y, t), predicted.grad, rtol=1e-10)


def test_a_frameworks_mean_squared_error_has_another_gradient():
    y, t = np.array([1.0, 2.0, 4.0]), np.array([0.0, 2.0, 1.0])
    predicted = tensor(y, requires_grad=True)
    torch.nn.functional.mse_loss(predicted, tensor(t)).backward()
    np.testing.assert_allclose(2 * losses.squared_error_gradient(y, t) / 3, predicted.grad, rtol=1e-12)


@given(pairs(0.0, 1.0))
def test_binary_cross_entropy_is_torchs_at_the_ends_too(pair):
    y, t = pair
    loss = torch.nn.functional.binary_cross_entropy(tensor(y), tensor(t))
    assert losses.binary_cross_entropy(y, t) == pytest.approx(loss.item(), rel=1e-10, abs=1e-10)


@given(pairs(1e-6, 1 - 1e-6))
def test_binary_cross_entropy_gradient_is_torchs_for_one_example_each(pair):
    y, t = pair
    predicted = tensor(y, requires_grad=True)
    torch.nn.functional.binary_cross_entropy(predicted, tensor(t), reduction="sum").backward()
    np.testing.assert_allclose(losses.binary_cross_entropy_gradient(y, t), predicted.grad, rtol=1e-10)


@given(pairs(0.0, 1.0))
def test_binary_cross_entropy_is_finite_and_no_loss_is_negative(pair):
    assert 0 <= losses.binary_cross_entropy(*pair) <= 100.0 + 1e-9


def test_descending_the_loss_makes_the_right_answer_likelier():
    y, t = np.array([0.3, 0.6]), np.array([1.0, 0.0])
    after = y - 0.01 * losses.binary_cross_entropy_gradient(y, t)
    assert losses.binary_cross_entropy(after, t) < losses.binary_cross_entropy(y, t)
    assert after[0] > y[0]
    assert after[1] < y[1]


@given(st.floats(-30, 30), st.floats(0, 1))
def test_through_a_sigmoid_the_gradient_of_cross_entropy_is_y_minus_t(a, t):
    y = 1 / (1 + np.exp(-a))
    if 0 < y < 1:
        through = losses.binary_cross_entropy_gradient(y, t) * y * (1 - y)
        assert through == pytest.approx(y - t, abs=1e-9)


@st.composite
def scored(draw, largest=30.0):
    """Logits (N, C) and labels (N,)."""
    n, c = draw(st.integers(1, 6)), draw(st.integers(1, 5))
    Z = draw(arrays(float, (n, c), elements=st.floats(-largest, largest)))
    return Z, draw(arrays(int, n, elements=st.integers(0, c - 1)))


@given(scored(1e4))
def test_softmax_cross_entropy_and_its_gradient_are_torchs(case):
    Z, y = case
    logits = tensor(Z, requires_grad=True)
    loss = torch.nn.functional.cross_entropy(logits, torch.tensor(y))
    loss.backward()
    assert losses.softmax_cross_entropy(Z, y) == pytest.approx(loss.item(), rel=1e-10, abs=1e-10)
    np.testing.assert_allclose(
        losses.softmax_cross_entropy_gradient(Z, y), logits.grad, rtol=1e-10, atol=1e-12
    )


@given(scored())
def test_softmax_cross_entropy_gradient_rows_sum_to_zero(case):
    np.testing.assert_allclose(losses.softmax_cross_entropy_gradient(*case).sum(axis=1), 0, atol=1e-12)


@given(scored(5.0))
def test_cross_entropy_of_probabilities_is_that_of_their_logits(case):
    Z, y = case
    P = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
    T = np.eye(Z.shape[1])[y]
    assert losses.cross_entropy(P, T) == pytest.approx(losses.softmax_cross_entropy(Z, y), abs=1e-9)


@pytest.mark.parametrize(
    ("loss", "gradient", "entries"),
    [
        (losses.squared_error, losses.squared_error_gradient, 1),
        (losses.binary_cross_entropy, losses.binary_cross_entropy_gradient, 4),
    ],
)
def test_each_gradient_is_the_slope_of_its_loss(loss, gradient, entries):
    rng = np.random.default_rng(3)
    y, t = rng.uniform(0.1, 0.9, 4), rng.uniform(0, 1, 4)
    slopes = approx_fprime(y, lambda one: loss(one, t), 1e-7)
    np.testing.assert_allclose(gradient(y, t) / entries, slopes, rtol=1e-5)
