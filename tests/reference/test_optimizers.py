"""Each optimizer walks torch's path."""

import numpy as np
import pytest
import torch

from coursekit.reference import optimizers

PAIRS = [
    (optimizers.descent, torch.optim.SGD, {"lr": 0.05}, {"learning_rate": 0.05}),
    (
        optimizers.momentum,
        torch.optim.SGD,
        {"lr": 0.05, "momentum": 0.8},
        {"learning_rate": 0.05, "beta": 0.8},
    ),
    (
        optimizers.rmsprop,
        torch.optim.RMSprop,
        {"lr": 0.05, "alpha": 0.9},
        {"learning_rate": 0.05, "rho": 0.9},
    ),
    (optimizers.rmsprop, torch.optim.RMSprop, {}, {}),
    (optimizers.adam, torch.optim.Adam, {}, {}),
    (
        optimizers.adam,
        torch.optim.Adam,
        {"lr": 0.1, "betas": (0.7, 0.95), "eps": 1e-6},
        {"learning_rate": 0.1, "beta1": 0.7, "beta2": 0.95, "epsilon": 1e-6},
    ),
]


@pytest.mark.parametrize(("step", "theirs", "options", "settings"), PAIRS)
def test_thirty_steps_are_torchs(step, theirs, options, settings):
    gradients = np.random.default_rng(0).normal(size=(30, 2, 3))
    w, state = np.ones((2, 3)), None
    parameter = torch.ones(2, 3, dtype=torch.float64, requires_grad=True)
    optimizer = theirs([parameter], **options)
    for gradient in gradients:
        w, state = step(w, gradient, state, **settings)
        parameter.grad = torch.tensor(gradient)
        optimizer.step()
        np.testing.assert_allclose(w, parameter.detach(), rtol=1e-10)


@pytest.mark.parametrize(
    "step", [optimizers.descent, optimizers.momentum, optimizers.rmsprop, optimizers.adam]
)
def test_no_argument_is_changed(step):
    w, gradient, state = np.ones(3), np.array([1.0, -2.0, 0.5]), None
    for _ in range(2):
        w_before, state_before = w.copy(), repr(state)
        new, new_state = step(w, gradient, state)
        np.testing.assert_array_equal(w, w_before)
        assert repr(state) == state_before
        w, state = new, new_state
    np.testing.assert_array_equal(gradient, [1.0, -2.0, 0.5])


def test_a_constant_gradient_counts_ten_times_under_momentum():
    w, state = 0.0, None
    for _ in range(300):
        before = w
        w, state = optimizers.momentum(w, 1.0, state, learning_rate=0.01, beta=0.9)
    assert before - w == pytest.approx(0.1)


def test_adams_first_step_is_as_long_as_the_learning_rate_whatever_the_gradient():
    for gradient in (1e-3, 1.0, 1e4):
        w, _ = optimizers.adam(np.zeros(1), np.array([gradient]), learning_rate=0.01)
        assert w[0] == pytest.approx(-0.01, rel=1e-4)
