"""The curves to walk down: every slope agrees with finite differences."""

import numpy as np
import pytest
from scipy.optimize import approx_fprime

from coursekit.reference import curves

PAIRS = [
    (curves.waves, curves.waves_derivative),
    (curves.inflection, curves.inflection_derivative),
    (curves.wall, curves.wall_derivative),
]


@pytest.mark.parametrize(("f", "slope"), PAIRS, ids=lambda one: one.__name__)
def test_derivative_agrees_with_finite_differences(f, slope):
    x = np.linspace(-5, 3, 81)
    np.testing.assert_allclose(slope(x), (f(x + 1e-5) - f(x - 1e-5)) / 2e-5, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("f", [one for pair in PAIRS for one in pair], ids=lambda one: one.__name__)
def test_any_shape_and_whole_numbers(f):
    x = np.array([[-2, 0, 1], [3, 2, -1]])
    assert f(x).shape == x.shape
    np.testing.assert_allclose(f(x)[1, 0], f(3))


def test_inflection_keeps_the_sign_of_its_slope_at_zero():
    assert curves.inflection_derivative(0) == 0
    assert curves.inflection_derivative(-0.1) > 0
    assert curves.inflection_derivative(0.1) > 0


def test_wall_is_a_parabola_on_the_left():
    x = np.linspace(-5, 0, 11)
    np.testing.assert_allclose(curves.wall(x), x**2)


def test_bowl_gradient_agrees_with_finite_differences():
    k, point = np.array([1.0, 10.0, 0.5]), np.array([-2.0, 1.5, 3.0])
    numeric = approx_fprime(point, lambda p: float(curves.bowl(p, k)), 1e-7)
    np.testing.assert_allclose(curves.bowl_gradient(point, k), numeric, rtol=1e-5)


def test_bowl_takes_many_points_at_once():
    k, points = np.array([1.0, 4.0]), np.array([[1.0, 1.0], [2.0, 0.0]])
    np.testing.assert_allclose(curves.bowl(points, k), [2.5, 2.0])
