"""Initializers and scaling against torch, Keras' formulas, scikit-learn and finite differences."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.preprocessing import StandardScaler

from coursekit.reference import initializers, scaling


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (initializers.glorot_uniform, torch.nn.init.xavier_uniform_),
        (initializers.he_normal, lambda w: torch.nn.init.kaiming_normal_(w, nonlinearity="relu")),
        (initializers.lecun_normal, lambda w: torch.nn.init.kaiming_normal_(w, nonlinearity="linear")),
        (initializers.inverse_root, lambda w: torch.nn.init.kaiming_uniform_(w, a=math.sqrt(5))),
    ],
    ids=["glorot", "he", "lecun", "inverse root"],
)
def test_deviation_and_limits_are_torchs(ours, theirs):
    torch.manual_seed(0)
    W = ours(300, 200, np.random.default_rng(0))
    right = theirs(torch.empty(200, 300)).T  # torch keeps (n_out, n_in)
    assert W.shape == (300, 200)
    assert W.std() == pytest.approx(right.std().item(), rel=0.02)
    assert np.abs(W).max() == pytest.approx(right.abs().max().item(), rel=0.12)


def test_truncated_normal_is_cut_and_not_clipped():
    draws = initializers.truncated_normal((200, 100), 0.5, np.random.default_rng(1))
    assert np.abs(draws).max() < 1.0
    assert draws.std() == pytest.approx(0.5 * 0.8796, rel=0.02)


@given(st.floats(1e-6, 1e6))
def test_a_uniform_distribution_of_this_limit_has_this_variance(variance):
    limit = initializers.uniform_limit(variance)
    assert (2 * limit) ** 2 / 12 == pytest.approx(variance)


def test_initial_loss_is_the_cross_entropy_of_equal_logits():
    for C in (2, 10, 1000):
        right = torch.nn.functional.cross_entropy(torch.zeros(4, C), torch.tensor([0, 1, 1, 0]))
        assert initializers.initial_loss(C) == pytest.approx(right.item(), rel=1e-6)


def test_symmetric_units_counts_columns_up_to_rounding():
    assert initializers.symmetric_units(np.ones((3, 5))) == 1
    assert initializers.symmetric_units(np.array([[0.3, 0.1 + 0.2, 0.31]])) == 2
    assert initializers.symmetric_units(np.eye(4)) == 4


@pytest.mark.parametrize("name", ["tanh", "relu"])
def test_signals_and_gradients_are_torchs(name):
    rng = np.random.default_rng(2)
    X, weights = rng.normal(size=(6, 5)), [rng.normal(size=s) for s in ((5, 7), (7, 4), (4, 3))]
    A, Zs, As = torch.tensor(X), [], []
    for W in weights:
        Zs.append(A @ torch.tensor(W))
        Zs[-1].requires_grad_(True) if Zs[-1].is_leaf else Zs[-1].retain_grad()
        A = getattr(torch, name)(Zs[-1])
        As.append(A)
    A.sum().backward()
    act = np.tanh if name == "tanh" else lambda z: np.maximum(z, 0)
    slope = (lambda z: 1 - np.tanh(z) ** 2) if name == "tanh" else lambda z: (z > 0) * 1.0
    np.testing.assert_allclose(
        initializers.signal_stds(X, weights, act), [a.detach().std(correction=0) for a in As], rtol=1e-12
    )
    np.testing.assert_allclose(
        initializers.gradient_stds(X, weights, act, slope),
        [z.grad.std(correction=0) for z in Zs],
        rtol=1e-10,
    )


@pytest.mark.parametrize(("activation", "factor"), [(np.tanh, 1.0), (lambda z: np.maximum(z, 0), 2.0)])
def test_twenty_layers_keep_their_signal_only_near_the_right_variance(activation, factor):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(100, 256))

    def last(std):
        return initializers.signal_stds(X, [rng.normal(0, std, (256, 256)) for _ in range(20)], activation)[
            -1
        ]

    assert last(math.sqrt(factor / 256)) > 0.1
    assert last(0.01) < 1e-15


def test_standardizing_is_scikit_learns_and_zero_where_a_column_is_constant():
    rng = np.random.default_rng(3)
    train, X = rng.normal(3, 5, (20, 4)), rng.normal(0, 9, (7, 4))
    train[:, 2] = X[:, 2] = 4.0
    scaler = StandardScaler().fit(train)
    mean, std = scaling.standardize_fit(train)
    np.testing.assert_allclose(
        scaling.standardize_apply(train, mean, std), scaler.transform(train), atol=1e-12
    )
    np.testing.assert_allclose(scaling.standardize_apply(X, mean, std), scaler.transform(X), atol=1e-12)
