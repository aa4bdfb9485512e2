"""Activation functions against torch, finite differences, and what must hold for every input."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from torch.nn import functional as F

from coursekit.reference import activations as a
from coursekit.reference.gates import normal_cdf, softplus
from coursekit.reference.gradient_descent import numerical_derivative

NEAR = np.linspace(-9, 9, 73)  # 0 among them
FAR = np.array([-1000.0, -750.0, -100.0, 100.0, 750.0, 1000.0])
TORCH = {
    "step": lambda z: (z > 0).double() + 0 * z,
    "linear": lambda z: 1 * z,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "leaky_relu": F.leaky_relu,
    "elu": F.elu,
    "selu": F.selu,
    "gelu": F.gelu,
    "swish": F.silu,
    "mish": F.mish,
}
WITH_PARAMETER = [
    (a.leaky_relu, a.leaky_relu_gradient, F.leaky_relu, 0.3),
    (a.leaky_relu, a.leaky_relu_gradient, F.leaky_relu, 2.0),
    (a.elu, a.elu_gradient, F.elu, 0.7),
    (a.swish, a.swish_gradient, lambda z, beta: z * torch.sigmoid(beta * z), 2.5),
]
numbers = st.floats(-50, 50, allow_subnormal=False)
tables = arrays(float, array_shapes(min_dims=2, max_dims=2, max_side=6), elements=numbers)


def with_gradient(function, *inputs):
    """torch's value, and the gradients of the sum of its entries for each input."""
    tensors = [torch.tensor(one, dtype=torch.float64, requires_grad=True) for one in inputs]
    value = function(*tensors)
    value.sum().backward()
    return value.detach().numpy(), *(tensor.grad.numpy() for tensor in tensors)


def test_the_table_has_torchs_functions():
    assert set(a.ELEMENTWISE) == set(TORCH)


@pytest.mark.parametrize("name", TORCH)
@pytest.mark.parametrize("z", [NEAR, FAR], ids=["near", "far"])
def test_value_and_derivative_are_torchs(name, z):
    function, derivative = a.ELEMENTWISE[name]
    value, gradient = with_gradient(TORCH[name], z)
    np.testing.assert_allclose(function(z), value, rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(derivative(z), gradient, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize(("function", "derivative", "theirs", "parameter"), WITH_PARAMETER)
def test_value_and_derivative_with_a_parameter_are_torchs(function, derivative, theirs, parameter):
    value, gradient = with_gradient(lambda z: theirs(z, parameter), NEAR)
    np.testing.assert_allclose(function(NEAR, parameter), value, rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(derivative(NEAR, parameter), gradient, rtol=1e-10, atol=1e-10)


def test_a_learned_slope_has_torchs_gradient():
    z, slope = np.array([-2.0, -0.5, 0.0, 1.0]), np.full(4, 0.25)
    _, _, gradient = with_gradient(lambda z, s: torch.where(z > 0, z, s * z), z, slope)
    np.testing.assert_allclose(a.prelu_slope_gradient(z), gradient)


@pytest.mark.parametrize("name", TORCH)
@given(z=numbers.filter(lambda z: abs(z) > 1e-3))  # away from the kink
def test_derivative_is_the_slope_that_a_difference_shows(name, z):
    function, derivative = a.ELEMENTWISE[name]
    h = 1e-5
    assert derivative(z) == pytest.approx(numerical_derivative(function, z, h), abs=1e-8)


@pytest.mark.parametrize("name", TORCH)
def test_float32_stays_float32_and_numbers_give_numbers(name):
    for function in a.ELEMENTWISE[name]:
        assert function(NEAR.astype(np.float32)).dtype == np.float32
        assert np.shape(function(2)) == np.shape(function(-1.5)) == ()
        np.testing.assert_allclose(function(np.array([-1, 0, 2])), function(np.array([-1.0, 0.0, 2.0])))


@given(z=st.floats(-1e300, 1e300))
def test_sigmoid_is_a_probability_and_its_opposite_is_the_rest(z):
    assert 0 <= a.sigmoid(z) <= 1
    assert a.sigmoid(z) + a.sigmoid(-z) == pytest.approx(1, abs=1e-15)


@given(z=numbers)
def test_tanh_is_a_stretched_sigmoid(z):
    assert a.tanh(z) == pytest.approx(2 * a.sigmoid(2 * z) - 1, abs=1e-15)


@given(z=numbers)
def test_a_two_class_softmax_is_a_sigmoid_of_the_difference(z):
    np.testing.assert_allclose(a.softmax(np.array([[z, 0.0]]))[0, 0], a.sigmoid(z), rtol=1e-12)


@given(Z=tables, shift=st.floats(-1000, 1000))
def test_softmax_rows_sum_to_one_and_a_shift_changes_nothing(Z, shift):
    P = a.softmax(Z)
    np.testing.assert_allclose(P.sum(axis=1), 1)
    assert (P >= 0).all()
    np.testing.assert_allclose(a.softmax(Z + shift), P, rtol=1e-9, atol=1e-12)


def test_softmax_of_far_rows_is_torchs():
    Z = np.array([[0.0, 1.0, 2.0], [1000.0, 1001.0, 999.0], [-1000.0, -1001.0, 0.0]])
    np.testing.assert_allclose(a.softmax(Z), torch.softmax(torch.tensor(Z), 1).numpy(), atol=1e-15)


def test_softmax_backward_is_torchs():
    rng = np.random.default_rng(3)
    Z, weight = rng.normal(size=(2, 5, 4))
    _, gradient = with_gradient(lambda Z: torch.softmax(Z, 1) * torch.tensor(weight), Z)
    np.testing.assert_allclose(a.softmax_backward(Z, weight), gradient, rtol=1e-10, atol=1e-12)


def test_maxout_and_its_backward_pass_are_torchs():
    rng = np.random.default_rng(4)
    X, W, b, weight = (rng.normal(size=size) for size in [(5, 3), (4, 3, 2), (4, 2), (5, 2)])

    def maxout(X, W, b):
        return torch.amax(X @ W + b[:, None], dim=0) * torch.tensor(weight)

    value, *gradients = with_gradient(maxout, X, W, b)
    np.testing.assert_allclose(a.maxout(X, W, b) * weight, value, rtol=1e-10)
    for ours, theirs in zip(a.maxout_backward(X, W, b, weight), gradients, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-12)


def test_maxout_of_zero_and_z_is_relu():
    X, W = np.array([[-2.0], [3.0]]), np.array([[[0.0]], [[1.0]]])
    np.testing.assert_array_equal(a.maxout(X, W, np.zeros((2, 1))), a.relu(X))


def test_glu_and_its_gradients_are_torchs():
    A, B = np.random.default_rng(5).normal(0, 3, (2, 4, 3))
    value, dA, dB = with_gradient(lambda A, B: F.glu(torch.cat([A, B], dim=1), dim=1), A, B)
    np.testing.assert_allclose(a.glu(A, B), value, rtol=1e-10)
    for ours, theirs in zip(a.glu_gradients(A, B), (dA, dB), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-12)


def test_gelus_tanh_form_is_within_5e_4():
    tanh_form = 0.5 * NEAR * (1 + np.tanh(np.sqrt(2 / np.pi) * (NEAR + 0.044715 * NEAR**3)))
    assert np.abs(a.gelu(NEAR) - tanh_form).max() < 5e-4


def test_gelus_gate_is_the_normal_distribution():
    from scipy.stats import norm

    np.testing.assert_allclose(normal_cdf(NEAR), norm.cdf(NEAR), atol=1e-15)


def test_softplus_is_the_integral_of_the_sigmoid():
    np.testing.assert_allclose(numerical_derivative(softplus, NEAR), a.sigmoid(NEAR), atol=1e-9)
    assert softplus(1000.0) == 1000.0


def test_the_sigmoids_slope_is_at_most_a_quarter_and_keeps_its_digits_far_out():
    assert a.sigmoid_gradient(0.0) == 0.25
    assert a.sigmoid_gradient(NEAR).max() == 0.25
    np.testing.assert_allclose(a.sigmoid_gradient(np.array([-40.0, 40.0])), np.exp(-40), rtol=1e-12)


def test_selu_keeps_mean_0_and_variance_1():
    z = np.random.default_rng(6).normal(size=400_000)
    assert a.selu(z).mean() == pytest.approx(0, abs=0.01)
    assert a.selu(z).var() == pytest.approx(1, abs=0.02)


def test_the_max_trick_is_leaky_relu_only_up_to_slope_1():
    np.testing.assert_array_equal(np.maximum(0.3 * NEAR, NEAR), a.leaky_relu(NEAR, 0.3))
    assert not np.allclose(np.maximum(2 * NEAR, NEAR), a.leaky_relu(NEAR, 2.0))
