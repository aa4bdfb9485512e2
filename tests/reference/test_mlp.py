"""The multilayer perceptron against torch, for every activation and every output; and that it learns."""

import numpy as np
import pytest
import torch

from coursekit.reference import mlp
from coursekit.reference.activations import linear, sigmoid, sigmoid_gradient, softmax, tanh, tanh_gradient

HIDDEN = [
    (mlp.relu, mlp.relu_gradient, torch.relu),
    (tanh, tanh_gradient, torch.tanh),
    (sigmoid, sigmoid_gradient, torch.sigmoid),
]


def _softmax_loss(z, t):
    return torch.nn.functional.cross_entropy(z, t)


def _sigmoid_loss(z, t):
    return torch.nn.functional.binary_cross_entropy_with_logits(z, t, reduction="sum") / len(z)


def _linear_loss(z, t):
    return 0.5 * ((z - t) ** 2).sum() / len(z)


OUTPUT = [(softmax, _softmax_loss), (sigmoid, _sigmoid_loss), (linear, _linear_loss)]


@pytest.mark.parametrize(("output", "loss"), OUTPUT)
@pytest.mark.parametrize(("activation", "gradient", "theirs"), HIDDEN)
@pytest.mark.parametrize("widths", [(3, 2), (3, 5, 2), (4, 6, 5, 3)])
def test_outputs_and_gradients_are_torchs(widths, activation, gradient, theirs, output, loss):
    rng = np.random.default_rng(1)
    layers = [(W, rng.normal(size=b.shape)) for W, b in mlp.start(widths, rng)]
    X = rng.normal(size=(7, widths[0]))
    T = np.eye(widths[-1])[rng.integers(0, widths[-1], 7)]
    leaves = [(torch.tensor(W, requires_grad=True), torch.tensor(b, requires_grad=True)) for W, b in layers]
    a = torch.tensor(X)
    for depth, (W, b) in enumerate(leaves, start=1):
        z = a @ W + b
        a = theirs(z) if depth < len(leaves) else z
    loss(z, torch.tensor(T)).backward()
    Z, A = mlp.forward(layers, X, activation, output)
    np.testing.assert_allclose(Z[-1], z.detach(), rtol=1e-10, atol=1e-12)
    for ours, right in zip(mlp.backward(layers, Z, A, T, gradient), leaves, strict=True):
        for one, leaf in zip(ours, right, strict=True):
            np.testing.assert_allclose(one, leaf.grad, rtol=1e-10, atol=1e-12)


def test_float32_stays_float32():
    rng = np.random.default_rng(0)
    layers = mlp.start((6, 5, 3), rng, dtype=np.float32)
    X, T = rng.random((20, 6), dtype=np.float32), np.eye(3, dtype=np.float32)[rng.integers(0, 3, 20)]
    layers = mlp.train_epoch(layers, X, T, 0.1, 8, rng)
    assert {array.dtype for layer in layers for array in layer} == {np.dtype(np.float32)}


def test_no_argument_is_changed():
    rng = np.random.default_rng(0)
    layers, X, T = mlp.start((2, 4, 2), rng), rng.normal(size=(5, 2)), np.eye(2)[[0, 1, 1, 0, 1]]
    before = [array.copy() for layer in layers for array in layer] + [X.copy(), T.copy()]
    mlp.train_epoch(layers, X, T, 0.5, 2, rng)
    for old, new in zip(before, [array for layer in layers for array in layer] + [X, T], strict=True):
        np.testing.assert_array_equal(old, new)


def test_it_learns_two_rings():
    rng = np.random.default_rng(5)
    angle, label = rng.uniform(0, 2 * np.pi, 200), rng.integers(0, 2, 200)
    X = (1 + label[:, None]) * np.column_stack([np.cos(angle), np.sin(angle)])
    layers, T = mlp.start((2, 16, 2), rng), np.eye(2)[label]
    for _ in range(60):
        layers = mlp.train_epoch(layers, X, T, 0.3, 20, rng)
    assert np.mean(mlp.predict(layers, X).argmax(axis=1) == label) > 0.98


@pytest.mark.parametrize("widths", [(), (3,), (3, 0, 2), (0, 2)])
def test_layers_of_no_width_are_refused(widths):
    with pytest.raises(ValueError, match="wide"):
        mlp.start(widths, np.random.default_rng(0))
