"""The two-layer network: the published numbers, torch's gradients, XOR, and what its loss does."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from coursekit.reference import losses, two_layer
from coursekit.reference.gradient_check import gradient_check

XOR = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array([[0.0], [1.0], [1.0], [0.0]])

PUBLISHED = {  # the weights after one update, as printed
    ("W1", 0, 0): "0.149780716",
    ("W1", 1, 0): "0.19956143",
    ("W1", 0, 1): "0.24975114",
    ("W1", 1, 1): "0.29950229",
    ("W2", 0, 0): "0.35891648",
    ("W2", 1, 0): "0.408666186",
    ("W2", 0, 1): "0.511301270",
    ("W2", 1, 1): "0.561370121",
}


def published_step():
    X, T, params = two_layer.two_two_two()
    H, Y = two_layer.forward(X, **params)
    grads = two_layer.backward(X, H, Y, T, params["W2"])
    return losses.squared_error(Y, T), two_layer.update(params, grads, 0.5)


def test_the_worked_network_has_the_published_error():
    assert f"{published_step()[0]:.9f}" == "0.298371109"


@pytest.mark.parametrize(("place", "printed"), PUBLISHED.items())
def test_the_worked_network_has_the_published_weights_after_one_update(place, printed):
    name, row, column = place
    digits = len(printed.split(".")[1])
    assert f"{published_step()[1][name][row, column]:.{digits}f}" == printed


def network(seed, n=5, d=3, h=4, k=2):
    rng = np.random.default_rng(seed)
    params = {
        name: rng.normal(size=s)
        for name, s in zip(("W1", "b1", "W2", "b2"), ((d, h), h, (h, k), k), strict=True)
    }
    return rng.normal(size=(n, d)), rng.uniform(size=(n, k)), params


def torch_pass(X, params):
    leaves = {name: torch.tensor(value, requires_grad=True) for name, value in params.items()}
    inputs = torch.tensor(X, requires_grad=True)
    H = torch.sigmoid(inputs @ leaves["W1"] + leaves["b1"])
    return inputs, leaves, H, torch.sigmoid(H @ leaves["W2"] + leaves["b2"])


@given(st.integers(0, 1000), st.integers(1, 5), st.integers(1, 4), st.integers(1, 4), st.integers(1, 3))
def test_forward_and_backward_are_torchs(seed, n, d, h, k):
    X, T, params = network(seed, n, d, h, k)
    inputs, leaves, hidden, outputs = torch_pass(X, params)
    (0.5 * (outputs - torch.tensor(T)) ** 2).sum().backward()
    H, Y = two_layer.forward(X, **params)
    np.testing.assert_allclose(H, hidden.detach(), rtol=1e-10)
    np.testing.assert_allclose(Y, outputs.detach(), rtol=1e-10)
    grads = two_layer.backward(X, H, Y, T, params["W2"])
    for name, leaf in leaves.items():
        assert grads[f"d{name}"].shape == params[name].shape
        np.testing.assert_allclose(grads[f"d{name}"], leaf.grad, rtol=1e-10, atol=1e-12)
    dZ2 = (Y - T) * Y * (1 - Y)
    dZ1 = (dZ2 @ params["W2"].T) * H * (1 - H)
    np.testing.assert_allclose(
        two_layer.input_gradient(dZ1, params["W1"]), inputs.grad, rtol=1e-10, atol=1e-12
    )


@pytest.mark.parametrize("name", ["W1", "b1", "W2", "b2"])
def test_backward_passes_a_gradient_check(name):
    X, T, params = network(11)
    H, Y = two_layer.forward(X, **params)
    grads = two_layer.backward(X, H, Y, T, params["W2"])

    def loss(value):
        return losses.squared_error(two_layer.forward(X, **{**params, name: value})[1], T)

    assert gradient_check(loss, params[name], grads[f"d{name}"]) < 1e-8


def test_update_makes_new_arrays_and_leaves_what_has_no_gradient():
    params, grads = {"a": np.ones(2), "b": np.ones(3)}, {"da": np.array([1.0, 2.0])}
    after = two_layer.update(params, grads, 0.5)
    np.testing.assert_allclose(after["a"], [0.5, 0.0])
    np.testing.assert_array_equal(after["b"], params["b"])
    np.testing.assert_array_equal(params["a"], 1)


def test_train_takes_torchs_steps():
    X, T, _ = network(2)
    rate, first = 0.7, two_layer.start(3, 4, 2, np.random.default_rng(8))
    _, leaves, _, outputs = torch_pass(X, first)
    loss = torch.nn.functional.binary_cross_entropy(outputs, torch.tensor(T), reduction="sum") / len(X)
    loss.backward()
    params, seen = two_layer.train(X, T, 4, rate, 1, np.random.default_rng(8))
    assert seen[0] == pytest.approx(loss.item(), rel=1e-10)
    for name, leaf in leaves.items():
        np.testing.assert_allclose(params[name], first[name] - rate * leaf.grad.numpy(), rtol=1e-10)


def test_train_solves_xor_from_nearly_every_start():
    X, T = XOR
    solved = 0
    for seed in range(20):
        params, _ = two_layer.train(X, T, 8, 4.0, 2000, np.random.default_rng(seed))
        solved += np.array_equal(two_layer.forward(X, **params)[1] > 0.5, T > 0.5)
    assert solved >= 18


def test_a_longer_training_begins_with_the_shorter_one():
    X, T = XOR
    _, short = two_layer.train(X, T, 3, 1.0, 5, np.random.default_rng(1))
    _, long = two_layer.train(X, T, 3, 1.0, 9, np.random.default_rng(1))
    np.testing.assert_array_equal(long[:5], short)
    assert long[-1] < long[0]
