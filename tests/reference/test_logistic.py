"""One neuron: its gradients against torch and finite differences."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from coursekit.reference import logistic
from coursekit.reference.activations import sigmoid
from coursekit.reference.gradient_check import gradient_check


@given(st.integers(0, 1000), st.integers(1, 6), st.integers(1, 4))
def test_logistic_loss_and_gradients_are_torchs(seed, n, d):
    rng = np.random.default_rng(seed)
    X, t, w, b = rng.normal(size=(n, d)), rng.uniform(size=n), rng.normal(size=d), float(rng.normal())
    weights, bias = (
        torch.tensor(w, requires_grad=True),
        torch.tensor(b, dtype=torch.float64, requires_grad=True),
    )
    y = torch.sigmoid(torch.tensor(X) @ weights + bias)
    loss = torch.nn.functional.binary_cross_entropy(y, torch.tensor(t))
    loss.backward()
    dw, db = logistic.logistic_gradients(X, t, w, b)
    assert logistic.logistic_loss(X, t, w, b) == pytest.approx(loss.item(), rel=1e-10)
    np.testing.assert_allclose(dw, weights.grad, rtol=1e-9, atol=1e-12)
    assert db == pytest.approx(bias.grad.item(), rel=1e-9, abs=1e-12)


def test_logistic_gradients_pass_a_gradient_check():
    rng = np.random.default_rng(4)
    X, t, w, b = rng.normal(size=(6, 3)), rng.integers(0, 2, 6), rng.normal(size=3), 0.3
    dw, db = logistic.logistic_gradients(X, t, w, b)
    assert gradient_check(lambda one: logistic.logistic_loss(X, t, one, b), w, dw) < 1e-8
    assert gradient_check(lambda one: logistic.logistic_loss(X, t, w, float(one)), b, db) < 1e-8


@given(st.floats(-30, 30))
def test_sigmoid_gradient_takes_the_output(a):
    s = torch.tensor(a, dtype=torch.float64, requires_grad=True)
    torch.sigmoid(s).backward()
    assert logistic.sigmoid_gradient(sigmoid(a)) == pytest.approx(s.grad.item(), rel=1e-9, abs=1e-15)
