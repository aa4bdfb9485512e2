"""The gradient check finds what is wrong, and passes what is right."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy.optimize import approx_fprime, check_grad

from coursekit.reference.gradient_check import gradient_check, numerical_gradient


@given(arrays(float, array_shapes(min_dims=0, max_dims=3, max_side=3), elements=st.floats(-3, 3)))
def test_numerical_gradient_of_a_sum_of_sines(theta):
    before = theta.copy()
    gradient = numerical_gradient(lambda one: float(np.sum(np.sin(one))), theta)
    np.testing.assert_allclose(gradient, np.cos(theta), atol=1e-8)
    np.testing.assert_array_equal(theta, before)


def test_numerical_gradient_is_scipys():
    theta = np.array([0.3, -1.2, 2.0])
    f = lambda one: float(np.exp(one[0]) * one[1] + one[2] ** 3)  # noqa: E731
    np.testing.assert_allclose(numerical_gradient(f, theta), approx_fprime(theta, f, 1e-7), rtol=1e-5)


def test_the_difference_is_scipys():
    theta = np.array([0.5, -0.7])
    right = 3 * theta**2
    f = lambda one: float(np.sum(one**3))  # noqa: E731
    apart = check_grad(f, lambda one: 3 * one**2 + 0.1, theta)
    sizes = np.linalg.norm(right) + np.linalg.norm(right + 0.1)
    assert gradient_check(f, theta, right + 0.1) == pytest.approx(apart / sizes, rel=1e-4)


@pytest.mark.parametrize(("factor", "checked"), [(1.0, 0), (1.001, 0.001 / 2.001), (2.0, 1 / 3), (-1.0, 1)])
def test_a_wrong_factor_shows(factor, checked):
    theta = np.array([[1.0, 2.0], [3.0, 4.0]])
    found = gradient_check(lambda one: float(np.sum(one**2)), theta, factor * 2 * theta)
    assert found == pytest.approx(checked, abs=1e-9)


def test_two_zero_gradients_agree():
    assert gradient_check(lambda one: 1.0, np.ones(3), np.zeros(3)) == 0.0


def test_a_number_is_a_theta_too():
    assert gradient_check(lambda one: float(one) ** 2, 3, 6.0) < 1e-9
