"""Layers together: a linear stack is one map; dead and saturated units; the last layer."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursekit.reference.activations import relu, sigmoid, sigmoid_gradient
from coursekit.reference.layers import (
    collapse,
    dead_fraction,
    output_layer,
    saturated_fraction,
)


@given(widths=st.lists(st.integers(1, 5), min_size=2, max_size=6), seed=st.integers(0, 99))
def test_a_linear_stack_is_the_one_map_that_collapse_gives(widths, seed):
    rng = np.random.default_rng(seed)
    weights = [rng.normal(size=pair) for pair in pairwise(widths)]
    biases = [rng.normal(size=width) for width in widths[1:]]
    X = A = rng.normal(size=(4, widths[0]))
    for W, b in zip(weights, biases, strict=True):
        A = A @ W + b
    W, b = collapse(weights, biases)
    np.testing.assert_allclose(X @ W + b, A, rtol=1e-10, atol=1e-10)


def test_with_relu_between_them_layers_are_no_one_map():
    rng = np.random.default_rng(0)
    W, V, zero = rng.normal(size=(2, 3)), rng.normal(size=(3, 2)), np.zeros(3)
    X = rng.normal(size=(8, 2))
    collapsed, _ = collapse([W, V], [zero, np.zeros(2)])
    assert not np.allclose(relu(X @ W) @ V, X @ collapsed)


@pytest.mark.parametrize(("weights", "biases"), [([], []), ([np.eye(2)], [])])
def test_no_layer_or_a_bias_too_few_is_told(weights, biases):
    with pytest.raises(ValueError, match="as many biases as weights"):
        collapse(weights, biases)


def test_a_dead_unit_gives_0_for_every_example():
    A = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 2.0]])
    assert dead_fraction(A) == pytest.approx(1 / 3)


def test_units_with_a_very_negative_bias_are_dead():
    X = np.random.default_rng(1).uniform(0, 1, (50, 4))
    assert dead_fraction(relu(X @ np.ones((4, 6)) - np.array([9, 0, 9, 0, 0, 0]))) == pytest.approx(2 / 6)


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (3,)])
def test_dead_units_of_nothing_are_told(shape):
    with pytest.raises(ValueError, match=r"\(N, H\)"):
        dead_fraction(np.zeros(shape))


def test_saturated_is_outside_the_limits_and_not_on_them():
    assert saturated_fraction(np.array([0.25, 0.5, 0.75, 0.8]), 0.25, 0.75) == 0.25
    assert saturated_fraction(0.99) == 1.0


def test_what_is_saturated_has_less_than_a_fifth_of_the_slope():
    z = np.linspace(-8, 8, 401)
    flat = sigmoid_gradient(z) < 0.0475
    assert saturated_fraction(sigmoid(z)) == pytest.approx(flat.mean())


def test_a_share_of_no_outputs_is_told():
    with pytest.raises(ValueError, match="no outputs"):
        saturated_fraction([])


def test_each_problem_has_its_output_layer():
    assert output_layer("regression") == ("1", "linear", "mse")
    assert output_layer("binary") == ("1", "sigmoid", "bce")
    assert output_layer("multiclass") == ("C", "softmax", "cross-entropy")
    assert output_layer("multilabel") == ("C", "sigmoid", "bce")


def test_an_unknown_problem_is_told_with_those_that_there_are():
    with pytest.raises(ValueError, match="regression, binary, multiclass, multilabel"):
        output_layer("clustering")
