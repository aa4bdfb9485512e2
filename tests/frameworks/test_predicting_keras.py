"""Probabilities of a Keras model, whatever form it takes images in."""

import numpy as np
import pytest

from coursekit.frameworks.keras_setup import import_keras
from coursekit.frameworks.predicting import probabilities

pytest.importorskip("keras")
keras = import_keras()

# Keras' own on its torch backend, about how it hands arrays to NumPy
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:keras")


@pytest.mark.parametrize("form", [(784,), (28, 28), (28, 28, 1)])
@pytest.mark.parametrize("activation", ["softmax", None])
def test_probabilities_whatever_form_a_keras_model_takes_and_gives(form, activation):
    keras.utils.set_random_seed(0)
    layers = [
        keras.layers.Flatten(),
        keras.layers.Dropout(0.5),
        keras.layers.Dense(10, activation=activation),
    ]
    model = keras.Sequential([keras.Input(form), *layers])
    images = np.random.default_rng(0).random((5, 28, 28))
    P = probabilities(model, images, batch_size=2)
    W, b = (np.asarray(one) for one in model.get_weights())
    Z = np.exp(images.reshape(5, 784) @ W + b)
    np.testing.assert_allclose(P, Z / Z.sum(axis=1, keepdims=True), rtol=1e-4)


def test_a_keras_model_of_another_form_is_told():
    model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(10)])
    with pytest.raises(ValueError, match="in none of the forms"):
        probabilities(model, np.zeros((2, 28, 28)))
