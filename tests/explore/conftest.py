"""Most tests here read numbers and words: drawing them each time would take most of the time."""

import numpy as np
import pytest


@pytest.fixture(scope="session")
def rendered():
    """Asked for by tests that need the picture itself, or want to see that drawing gives no warning."""


@pytest.fixture(autouse=True)
def _not_drawn(request, monkeypatch):
    if "rendered" not in request.fixturenames:
        monkeypatch.setattr("coursekit.explore.explorer.png", lambda figure: b"")


@pytest.fixture(scope="session")
def digits():
    """scikit-learn's digits in MNIST's form: 60,000 (1,000 different ones) to train on, 797 to test."""
    from sklearn.datasets import load_digits

    X, y = load_digits(return_X_y=True)
    large = np.kron(X.reshape(-1, 8, 8), np.ones((3, 3))) * (255 / 16)
    images = np.pad(large.astype(np.uint8), ((0, 0), (2, 2), (2, 2)))
    return (np.tile(images[:1000], (60, 1, 1)), np.tile(y[:1000], 60)), (images[1000:], y[1000:])


@pytest.fixture(autouse=True)
def _loaded_at_once(monkeypatch, digits):
    """Real digits, whichever data are on this machine."""

    def load_mnist(*, fetch=True, say=print):
        if say:
            say("a fault that was met")
            say("scikit-learn's digits: 60,000 and 797, enlarged (for tests).")
        return digits

    monkeypatch.setattr("coursekit.data.load_mnist", load_mnist)
