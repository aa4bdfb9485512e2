"""Keras' `fit` with the course's callbacks beside plain `fit`: step 7's network, an epoch of MNIST's size."""

from __future__ import annotations

import contextlib
import io
import time
from collections.abc import Iterator
from statistics import median
from typing import Any

import numpy as np

from benchmarks import Measure
from coursekit.frameworks.keras_callbacks import live_curve, progress_bar
from coursekit.frameworks.keras_run import set_seed
from coursekit.frameworks.keras_setup import import_keras, set_up

N, BATCH, TRIES = 60_000, 32, 6


def run() -> Iterator[Measure]:
    set_up()
    set_seed(0)
    rng = np.random.default_rng(0)
    X = rng.random((N, 784), dtype=np.float32)
    Y = np.eye(10, dtype=np.float32)[rng.integers(0, 10, N)]
    network = _network()
    # In turn, the order changing; the first pair is warm-up.
    times = np.array([_pair(network, X, Y, number % 2 == 1) for number in range(TRIES + 1)])[1:]
    yield Measure("Keras, one epoch of 60,000 images, plain fit", float(median(times[:, 0])), "s")
    yield Measure("the same with progress bar and live curve", float(median(times[:, 1])), "s")
    yield Measure("time with callbacks over time without", float(median(times[:, 1] / times[:, 0])), "", 1.2)


def _network() -> Any:
    keras = import_keras()
    layers = [keras.layers.Dense(28, activation="relu"), keras.layers.Dense(10, activation="softmax")]
    model = keras.Sequential([keras.Input((784,)), *layers])
    model.compile(keras.optimizers.SGD(0.01, momentum=0.9), "categorical_crossentropy", metrics=["accuracy"])
    return model


def _pair(model: Any, X: np.ndarray, Y: np.ndarray, plain_last: bool) -> tuple[float, float]:
    """Seconds of one epoch without and with the callbacks."""
    seconds = {}
    for plain in (not plain_last, plain_last):
        callbacks = [] if plain else [progress_bar(), live_curve()]
        started = time.perf_counter()
        with contextlib.redirect_stdout(io.StringIO()):
            model.fit(X, Y, epochs=1, batch_size=BATCH, verbose=0, callbacks=callbacks)
        seconds[plain] = time.perf_counter() - started
    return seconds[True], seconds[False]
