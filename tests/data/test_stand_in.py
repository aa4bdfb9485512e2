"""The stand-in has MNIST's form, the same bytes on every machine, and test digits of its own."""

import hashlib

import numpy as np
import pytest

from coursekit.data import stand_in as module
from coursekit.data.containers import SHAPES
from coursekit.data.digits import load_digits
from coursekit.data.stand_in import stand_in, surface, vary


@pytest.fixture(scope="module")
def made():
    return stand_in()


def test_it_has_mnists_form(made):
    assert {name: array.shape for name, array in made.items()} == SHAPES
    assert {array.dtype for array in made.values()} == {np.dtype("uint8")}
    assert made["x_train"].min() == 0
    assert made["x_train"].max() == 255
    for labels in (made["y_train"], made["y_test"]):
        assert np.bincount(labels).min() > 0.08 * len(labels)
        assert len(np.bincount(labels)) == 10


def test_its_bytes_are_the_same_on_every_machine(made):
    """Seen with NumPy 2.2 and 2.4; whoever changes how it is made sets this anew."""
    digest = hashlib.sha256(b"".join(made[name].tobytes() for name in sorted(made))).hexdigest()
    assert digest == "1f7452bf115198381f25826596c019edb021a5ef4f9504ad75fda85ed6a1bf8e"


def test_its_strokes_are_centred_dark_on_an_empty_margin_and_as_heavy_as_mnists(made):
    x = made["x_test"].astype(float)
    mass = x.sum((1, 2))
    middle = [(x.sum(axis) * np.arange(28)).sum(1) / mass - 13.5 for axis in (2, 1)]
    assert np.abs(np.mean(middle, axis=1)).max() < 0.5
    assert np.std(middle, axis=1).max() < 1.5
    border = np.concatenate([x[:, [0, -1]].ravel(), x[:, :, [0, -1]].ravel()])
    assert (border > 0).mean() < 0.02
    assert 0.1 < (x > 127).mean() < 0.25  # MNIST's test images: 0.13
    assert mass.min() > 0


def test_no_digit_is_in_training_and_in_test(monkeypatch):
    used = []

    def note(images, n, stream):
        used.append({image.tobytes() for image in images})
        return np.zeros((n, 28, 28), np.uint8), np.zeros(n, int)

    monkeypatch.setattr(module, "vary", note)
    stand_in()
    train, test = used
    assert len(train | test) > 1700
    assert not train & test


def test_labels_are_those_of_the_digits_that_the_images_are_made_of(made):
    """Each image made small again is most alike to the mean digit of its own class, as a rule."""
    images, labels = load_digits()
    means = np.stack([surface(images.astype(np.uint8))[labels == c].mean(0) for c in range(10)])
    means = means[:, 8:-8, 8:-8].reshape(10, 28, 4, 28, 4).mean((2, 4)).reshape(10, -1)
    x = made["x_test"].reshape(-1, 784).astype(float)
    alike = [np.corrcoef(np.vstack([means, x[i : i + 500]]))[10:, :10].argmax(1) for i in range(0, 2000, 500)]
    assert (np.concatenate(alike) == made["y_test"][:2000]).mean() > 0.75


def test_images_of_one_digit_differ():
    images, _ = load_digits()
    x, original = vary(images[:1].astype(np.uint8), 20, 5)
    assert set(original) == {0}
    assert len({image.tobytes() for image in x}) == 20


@pytest.mark.long
def test_the_thresholds_of_the_lesson_are_reached_on_it(made):
    """784-28-10 by SGD on 60,000 and on 100 images, and 256 units by Adam."""
    torch = pytest.importorskip("torch")
    from torch import nn

    X, X_test = (torch.from_numpy(made[f"x_{p}"].reshape(-1, 784)).float() / 255 for p in ("train", "test"))
    y, y_test = (torch.from_numpy(made[f"y_{p}"]).long() for p in ("train", "test"))

    def score(units, n, epochs, batch, optimizer):
        torch.manual_seed(0)
        net = nn.Sequential(nn.Linear(784, units), nn.ReLU(), nn.Linear(units, 10))
        updates = optimizer(net.parameters())
        for _ in range(epochs):
            for rows in torch.randperm(n).split(batch):
                updates.zero_grad()
                nn.functional.cross_entropy(net(X[rows]), y[rows]).backward()
                updates.step()
        right = (net(X[:n]).argmax(1) == y[:n]), (net(X_test).argmax(1) == y_test)
        return [part.float().mean().item() for part in right]

    def sgd(parameters):
        return torch.optim.SGD(parameters, 0.01, momentum=0.9)

    assert score(28, 60_000, 5, 32, sgd)[1] >= 0.95
    assert score(256, 60_000, 5, 128, torch.optim.Adam)[1] >= 0.97
    train, test = score(28, 100, 500, 32, sgd)
    assert train >= 0.99
    assert test < 0.85
