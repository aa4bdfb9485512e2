"""One network, 784-28-10, with one set of weights: NumPy, torch and Keras give one loss and one gradient."""

import os

import numpy as np
import pytest

os.environ.setdefault("KERAS_BACKEND", "torch")  # Keras without TensorFlow
torch = pytest.importorskip("torch")

from coursekit.reference import losses, mlp  # noqa: E402
from coursekit.reference.initializers import glorot_uniform  # noqa: E402

# Keras' own, about how it hands arrays to NumPy
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:keras")

RNG = np.random.default_rng(0)
LAYERS = mlp.start([784, 28, 10], RNG, glorot_uniform)
WEIGHTS = [array for layer in LAYERS for array in layer]
X, y = RNG.uniform(size=(32, 784)), RNG.integers(10, size=32)
Y = np.eye(10)[y]


@pytest.fixture(scope="module")
def ours():
    """Loss and gradients of the reference, in double precision."""
    Z, A = mlp.forward(LAYERS, X)
    gradients = [array for layer in mlp.backward(LAYERS, Z, A, Y) for array in layer]
    return losses.softmax_cross_entropy(Z[-1], y), gradients


def agree(ours, theirs, tolerance):
    (loss, gradients), (their_loss, their_gradients) = ours, theirs
    assert their_loss == pytest.approx(loss, abs=tolerance)
    for one, other in zip(gradients, their_gradients, strict=True):
        assert np.abs(one).max() > 1e-3  # a gradient of zeros would agree with anything that is small
        np.testing.assert_allclose(other, one, rtol=0, atol=tolerance)


def by_torch(dtype):
    net = torch.nn.Sequential(torch.nn.Linear(784, 28), torch.nn.ReLU(), torch.nn.Linear(28, 10)).to(dtype)
    with torch.no_grad():
        for mine, given in zip(net.parameters(), WEIGHTS, strict=True):
            mine.copy_(torch.from_numpy(given.T))
    loss = torch.nn.functional.cross_entropy(net(torch.tensor(X, dtype=dtype)), torch.tensor(y))
    loss.backward()
    return loss.item(), [one.grad.numpy().T for one in net.parameters()]


def by_keras(logits):
    """One step of plain descent at rate 1 moves the weights by minus the gradient, on every backend."""
    keras = pytest.importorskip("keras")
    output = keras.layers.Dense(10, activation=None if logits else "softmax")
    model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(28, activation="relu"), output])
    loss = keras.losses.CategoricalCrossentropy(from_logits=logits)
    model.compile(keras.optimizers.SGD(1.0), loss, run_eagerly=True)
    model.set_weights(WEIGHTS)
    value = float(model.train_on_batch(X.astype("float32"), Y))
    return value, [before - after for before, after in zip(WEIGHTS, model.get_weights(), strict=True)]


def test_numpy_and_torch_agree_in_double_precision(ours):
    agree(ours, by_torch(torch.float64), 1e-12)


def test_numpy_and_torch_agree_in_single_precision(ours):
    agree(ours, by_torch(torch.float32), 1e-6)


@pytest.mark.parametrize("logits", [False, True], ids=["probabilities", "logits"])
def test_numpy_and_keras_agree(ours, logits):
    agree(ours, by_keras(logits), 1e-6)


def test_a_sum_for_the_mean_or_a_wrong_sign_would_be_seen(ours):
    """The comparison itself can fail."""
    loss, gradients = ours
    with pytest.raises(AssertionError):
        agree(ours, (loss, [32 * one for one in gradients]), 1e-6)
    with pytest.raises(AssertionError):
        agree(ours, (loss, [gradients[0], gradients[1], -gradients[2], gradients[3]]), 1e-6)
