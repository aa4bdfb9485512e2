"""What Keras computes too, on whichever backend: activations, losses, initializers, early stopping."""

import importlib.util

import numpy as np
import pytest

from coursekit.frameworks.keras_setup import import_keras
from coursekit.reference import activations, initializers, losses
from coursekit.reference.training import stop_epoch

if importlib.util.find_spec("keras") is None:
    pytest.skip("Keras is not installed", allow_module_level=True)
keras = import_keras()

# Keras' own, about how it hands arrays to NumPy
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:keras")

Z = np.random.default_rng(0).normal(0, 3, (6, 5))


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("sigmoid", activations.sigmoid),
        ("tanh", activations.tanh),
        ("relu", activations.relu),
        ("elu", activations.elu),
        ("selu", activations.selu),
        ("gelu", activations.gelu),
        ("mish", activations.mish),
        ("softmax", activations.softmax),
        ("silu", activations.swish),
    ],
)
def test_activations_are_keras(name, ours):
    theirs = getattr(keras.activations, name)(keras.ops.convert_to_tensor(Z, dtype="float64"))
    np.testing.assert_allclose(ours(Z), keras.ops.convert_to_numpy(theirs), atol=1e-7)


def test_binary_cross_entropy_is_keras():
    rng = np.random.default_rng(1)
    y, t = rng.uniform(0.01, 0.99, 20), rng.integers(0, 2, 20).astype(float)
    theirs = keras.losses.BinaryCrossentropy(dtype="float64")(t[None], y[None])
    assert losses.binary_cross_entropy(y, t) == pytest.approx(float(theirs), rel=1e-6)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (initializers.glorot_uniform, "GlorotUniform"),
        (initializers.he_normal, "HeNormal"),
        (initializers.lecun_normal, "LecunNormal"),
    ],
)
def test_deviations_of_initializers_are_keras(ours, theirs):
    right = keras.ops.convert_to_numpy(getattr(keras.initializers, theirs)(seed=1)((300, 200)))
    assert ours(300, 200, np.random.default_rng(1)).std() == pytest.approx(right.std(), rel=0.02)


def test_training_stops_where_keras_stops_it():
    """Keras' callback, driven by hand on losses that fall, rise and repeat."""
    rng = np.random.default_rng(0)
    for _ in range(20):
        losses, patience = rng.integers(0, 8, 12).astype(float).tolist(), int(rng.integers(1, 5))
        callback = keras.callbacks.EarlyStopping(monitor="val_loss", patience=patience)
        callback.set_model(keras.Sequential())
        callback.model.stop_training = False
        callback.on_train_begin()
        for epoch, loss in enumerate(losses):
            callback.on_epoch_end(epoch, {"val_loss": loss})
            if callback.model.stop_training:
                break
        assert stop_epoch(losses, patience) == (epoch, callback.best_epoch)
