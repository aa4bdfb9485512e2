"""The figures of lesson 5: what each step is worth, over several seeds, on MNIST (else on the stand-in).

In torch, which gives the same as Keras in less time (see mnist_networks); step 7 on all images in Keras too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from statistics import mean, median, pstdev
from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from benchmarks import Measure
from benchmarks.mnist_networks import (
    BATCH,
    CLASSES,
    MOMENTUM,
    RATE,
    SIDE,
    Images,
    Optimize,
    adam,
    dense,
    load_images,
    score,
    sgd,
    train,
)

SLID = (1, 2, 3, 4, 6)  # pixels


class Run(NamedTuple):
    """A network, trained on the first n images."""

    what: str
    n: int
    epochs: int
    make: Callable[[], nn.Module] = partial(dense, 28)
    optimize: Optimize = sgd
    batch: int = BATCH
    seeds: int = 5


SMALL, WIDE = partial(dense, 28), partial(dense, 256)
RUNS = (
    Run("28 units, dropout 0.5, 100 images, 500 epochs", 100, 500, partial(SMALL, dropout=0.5)),
    *(
        Run(f"{what}, {n:,} images, {epochs} epochs", n, epochs, make)
        for n, epochs in ((200, 300), (500, 150), (1000, 100))
        for what, make in (("28 units", SMALL), ("28 units, dropout 0.5", partial(SMALL, dropout=0.5)))
    ),
    Run("28 units, dropout 0.2, 1,000 images", 1000, 100, partial(SMALL, dropout=0.2)),
    Run("256 units, 1,000 images", 1000, 100, WIDE),
    Run("256 units, dropout 0.5, 1,000 images", 1000, 100, partial(WIDE, dropout=0.5)),
    Run("28 units, batch norm, 1,000 images", 1000, 100, partial(SMALL, norm=True)),
    Run("28 units, Adam, 1,000 images", 1000, 100, optimize=adam),
    *(Run(f"28 units, batches of {B}, 1,000 images", 1000, 100, batch=B) for B in (8, 128, 512)),
    Run("the same, 512, rate times 16", 1000, 100, optimize=partial(sgd, rate=16 * RATE), batch=512),
    Run("28 units, all images, 5 epochs (step 7)", 60_000, 5, seeds=3),
    Run("28 units, dropout 0.5, all images, 5 epochs", 60_000, 5, partial(SMALL, dropout=0.5), seeds=3),
    Run("28 units, batch norm, all images, 5 epochs", 60_000, 5, partial(SMALL, norm=True), seeds=3),
    Run("28 units, Adam, all images, 5 epochs", 60_000, 5, optimize=adam, seeds=3),
)


def run() -> Iterator[Measure]:
    learned, test = load_images()
    yield from _hundred(learned, test)
    yield _in_keras(learned, test)
    for one in RUNS:
        yield _over_seeds(one.what, _accuracies(one, learned, test))
    yield from _bigger(learned, test)


def _over_seeds(what: str, values: list[float], goal: float | None = None) -> Measure:
    return Measure(what, mean(values), "", goal, at_least=True, spread=pstdev(values))


def _models(
    one: Run, learned: Images, after: Callable[[nn.Module], object] = lambda model: None
) -> Iterator[nn.Module]:
    """A trained network for each seed."""
    for seed in range(one.seeds):
        torch.manual_seed(seed)
        yield train(one.make(), learned.first(one.n), one.epochs, one.optimize, one.batch, after)


def _accuracies(one: Run, learned: Images, test: Images) -> list[float]:
    return [score(model, test).accuracy for model in _models(one, learned)]


def _hundred(learned: Images, test: Images) -> Iterator[Measure]:
    """The notes' 100 images and 500 epochs: learned by heart, while the test loss turns up."""
    one, losses = Run("", 100, 500), []
    models = list(_models(one, learned, lambda model: losses.append(score(model, test).loss)))
    by_seed = np.array(losses).reshape(one.seeds, one.epochs)
    own = learned.first(one.n)
    yield _over_seeds(
        "100 images, 500 epochs: right of these", [score(m, own).accuracy for m in models], 0.99
    )
    yield _over_seeds("the same: right of the test images", [score(m, test).accuracy for m in models])
    yield Measure("the same: epoch of the least test loss", float(median(1 + by_seed.argmin(axis=1))), "")
    yield _over_seeds("the same: least test loss", by_seed.min(axis=1).tolist())
    yield _over_seeds("the same: test loss at the end", by_seed[:, -1].tolist())


def _bigger(learned: Images, test: Images) -> Iterator[Measure]:
    """Step 18's network and the CNN; and both on test images that are slid sideways."""
    from coursekit.frameworks.network import Net

    wide = Run("", 60_000, 10, partial(dense, 512, dropout=0.2), adam, batch=128, seeds=3)
    cnn = Run("", 60_000, 6, partial(Net, 1, SIDE, CLASSES), adam, batch=64, seeds=2)
    networks = {"784-512-10, dropout 0.2, Adam": (wide, 0.98), "CNN, Adam": (cnn, 0.99)}
    slid = {}
    for name, (one, goal) in networks.items():
        models = list(_models(one, learned))
        yield _over_seeds(f"{name}, {one.epochs} epochs", [score(m, test).accuracy for m in models], goal)
        slid[name] = models
    for pixels in SLID:
        for name, models in slid.items():
            found = [score(model, test.slid(pixels)).accuracy for model in models]
            yield _over_seeds(f"{name}: slid by {pixels} pixels", found)


def _in_keras(learned: Images, test: Images) -> Measure:
    """Step 7 as the lesson does it."""
    import keras

    X, X_test = (images.X.reshape(-1, SIDE**2).numpy() for images in (learned, test))
    y, y_test = learned.y.numpy(), test.y.numpy()
    keras.utils.set_random_seed(0)
    layers = [keras.Input((SIDE**2,)), keras.layers.Dense(28, "relu"), keras.layers.Dense(CLASSES, "softmax")]
    model = keras.Sequential(layers)
    optimizer = keras.optimizers.SGD(RATE, momentum=MOMENTUM)
    model.compile(optimizer, loss="categorical_crossentropy", metrics=["accuracy"])
    model.fit(X, np.eye(CLASSES)[y], batch_size=BATCH, epochs=5, verbose=0)
    right = float(np.mean(model.predict(X_test, batch_size=2_000, verbose=0).argmax(axis=1) == y_test))
    return Measure("step 7, all images, 5 epochs, in Keras", right, "", 0.95, at_least=True)
