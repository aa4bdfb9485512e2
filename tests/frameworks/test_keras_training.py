"""`fit_quickly` does what Keras' own fit does."""

import numpy as np
import pytest

from coursekit.frameworks.keras_setup import import_keras
from coursekit.frameworks.keras_training import fit_quickly, share_right

pytest.importorskip("keras")
keras = import_keras()

# Keras' own on its torch backend, about how it hands arrays to NumPy
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:keras")


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(50, 6)).astype("float32"), rng.integers(0, 3, 50)
    return X, y, np.eye(3, dtype="float32")[y]


def network():
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(3, activation="softmax")])
    model.compile(keras.optimizers.SGD(0.1), "categorical_crossentropy", metrics=["accuracy"])
    return model


def test_with_one_batch_an_epoch_it_is_fit_to_rounding(data):
    X, _, Y = data
    quick, plain = network(), network()
    validation = (X[40:], Y[40:])
    history = fit_quickly(quick, X[:40], Y[:40], validation, epochs=5, batch_size=40)
    own = plain.fit(X[:40], Y[:40], batch_size=40, epochs=5, validation_data=validation, verbose=0).history
    assert history.keys() == own.keys()
    for name, numbers in own.items():
        np.testing.assert_allclose(history[name], numbers, rtol=1e-5, err_msg=name)
    np.testing.assert_allclose(quick.get_weights()[0], plain.get_weights()[0], rtol=1e-4, atol=1e-6)


def test_every_example_is_seen_once_an_epoch_in_batches_the_last_of_which_is_short(data):
    X, _, Y = data
    model = network()
    model.compile(keras.optimizers.SGD(0.0), "categorical_crossentropy", metrics=["accuracy"])
    seen = fit_quickly(model, X, Y, (X, Y), epochs=2, batch_size=16)
    # With rate 0 nothing moves: the mean over the batches is that over the data, if each is there once.
    np.testing.assert_allclose(seen["loss"], seen["val_loss"], rtol=1e-5)
    np.testing.assert_allclose(seen["accuracy"], seen["val_accuracy"], rtol=1e-5)
    assert int(model.optimizer.iterations) == 2 * 4


def test_one_seed_gives_the_same_numbers_twice(data):
    X, _, Y = data
    first, second = (fit_quickly(network(), X, Y, (X, Y), epochs=3, batch_size=16) for _ in range(2))
    assert first == second


def test_a_callback_may_stop_it_and_the_history_ends_there(data):
    X, _, Y = data
    stop = keras.callbacks.EarlyStopping(monitor="val_loss", min_delta=1e9, patience=2)
    history = fit_quickly(network(), X, Y, (X, Y), epochs=50, callbacks=[stop])
    assert len(history["loss"]) == len(history["val_loss"]) == 3


def test_share_right_is_measured_in_evaluation_mode(data):
    X, y, _ = data
    plain = network()
    dropped = keras.Sequential([keras.Input((6,)), keras.layers.Dropout(0.9), *plain.layers])
    assert share_right(dropped, X, y) == np.mean((X @ plain.get_weights()[0]).argmax(axis=1) == y)
