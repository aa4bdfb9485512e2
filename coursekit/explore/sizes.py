"""Step 7's network trained on the first n images, with as many updates whatever n: the numbers.

    784 -> 28, ReLU -> 10, softmax; gradient descent, batches of 32

With the updates fixed, every n costs the same time; epochs = updates / ceil(n / 32).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

import numpy as np

from coursekit.reference import mlp
from coursekit.reference.initializers import glorot_uniform
from coursekit.reference.losses import softmax_cross_entropy
from coursekit.reference.minibatch import minibatches

WIDTHS, BATCH, RATE = (784, 28, 10), 32, 0.1
UPDATES = 3000
LOOKS = np.unique(np.geomspace(1, UPDATES, 40).round().astype(int))  # updates after which losses are taken
MEASURED = 2000  # images that a loss is taken on, at most: it is a mean, and these are enough
RISEN = 1.05  # a test loss that ends at so many times its least has turned up
WRONG = 6  # wrong answers that are kept


class Images(NamedTuple):
    """Training and test images (N, 28, 28), 0 to 255, with labels (N,)."""

    X: np.ndarray
    y: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray


class Trained(NamedTuple):
    """What became of a network that was trained on the first `n` images.

    train, test: the shares that it gets right; train_losses, test_losses: one for each of LOOKS
    wrong: the first test images that it gets wrong; said: what it takes them for
    """

    n: int
    train: float
    test: float
    train_losses: np.ndarray
    test_losses: np.ndarray
    wrong: np.ndarray
    said: np.ndarray

    @property
    def epochs(self) -> float:
        return UPDATES / -(-self.n // BATCH)

    @property
    def least(self) -> int:
        """Where among LOOKS the test loss is least."""
        return int(np.argmin(self.test_losses))

    @property
    def turned_up(self) -> bool:
        """Whether the test loss has risen for good since: more than it wavers."""
        return bool(self.test_losses[-1] > RISEN * self.test_losses[self.least])


def pixels(X: np.ndarray) -> np.ndarray:
    """Images (N, 28, 28), 0 to 255, as rows (N, 784) in [0, 1]; float32 is enough, and twice as fast."""
    return X.reshape(len(X), -1).astype(np.float32) / np.float32(255)


def train_on(images: Images, n: int, seed: int = 0) -> Trained:
    """Train a new network on the first n images, and look at it on the way."""
    X, y, X_test, y_test = images.X[:n], images.y[:n], images.X_test, images.y_test
    some, losses = [_some(X, y), _some(X_test, y_test)], []
    layers: mlp.Layers = []
    for update, layers in enumerate(islice(_descent(X, y, seed), UPDATES), start=1):
        if update in LOOKS:
            losses.append([softmax_cross_entropy(mlp.forward(layers, Xs)[0][-1], ys) for Xs, ys in some])
    said = _says(layers, X_test)
    wrong = np.flatnonzero(said != y_test)[:WRONG]
    train, test = float(np.mean(_says(layers, X) == y)), float(np.mean(said == y_test))
    on_train, on_test = np.array(losses).T
    return Trained(n, train, test, on_train, on_test, wrong, said[wrong])


def _descent(X: np.ndarray, y: np.ndarray, seed: int) -> Iterator[mlp.Layers]:
    """The layers after each update, for ever: epoch after epoch, each in another order."""
    rng = np.random.default_rng(seed)
    layers = mlp.start(WIDTHS, rng, glorot_uniform, np.float32)
    targets = np.eye(WIDTHS[-1], dtype=np.float32)
    while True:
        for batch in minibatches(len(X), BATCH, rng):
            Z, A = mlp.forward(layers, pixels(X[batch]))
            layers = mlp.update(layers, mlp.backward(layers, Z, A, targets[y[batch]]), RATE)
            yield layers


def _some(X: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """MEASURED of the images, at random: MNIST's order has patterns, and its last test images are harder."""
    chosen = np.random.default_rng(0).permutation(len(X))[:MEASURED]
    return pixels(X[chosen]), y[chosen]


def _says(layers: mlp.Layers, X: np.ndarray) -> np.ndarray:
    """(N,) the digits that it takes images (N, 28, 28) for; some at a time, which needs less memory."""
    parts = [X[at : at + 5000] for at in range(0, len(X), 5000)]
    return np.concatenate([mlp.predict(layers, pixels(part)).argmax(axis=1) for part in parts])
