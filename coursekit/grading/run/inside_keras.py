"""MNIST in a grading kernel's Keras: this file stands there in place of `keras.src.datasets.mnist`."""

from coursekit.data import load_mnist


def load_data(path="mnist.npz"):
    """((x_train, y_train), (x_test, y_test)) as Keras gives them, without the true test images."""
    return load_mnist(say=None)
