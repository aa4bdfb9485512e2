"""One training run in Keras that can be repeated: its seed and its device are part of the result."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from coursekit.frameworks.keras_setup import device, import_keras


class Run(NamedTuple):
    """What came of a run. history: name -> a value an epoch. seconds: of training alone."""

    model: Any
    history: dict[str, list[float]]
    seed: int
    device: str
    seconds: float


def run(
    build: Callable[[], Any], X: Any, Y: Any, *, seed: int = 0, callbacks: Sequence[Any] = (), **options: Any
) -> Run:
    """Set the seed, build the model, train it; two runs with one seed give the same numbers on a CPU.

    build: a function that returns a compiled model; X (N, ...) inputs, Y targets
    options: of Keras' `fit`: epochs, batch_size, validation_data, ...
    Raises ValueError where X and Y differ in length.
    """
    if len(X) != len(Y):
        raise ValueError(f"{len(X)} inputs and {len(Y)} targets: each input needs one target")
    set_seed(seed)
    model, started = build(), time.perf_counter()
    history = model.fit(X, Y, callbacks=list(callbacks), **{"verbose": 0, **options}).history
    values = {name: [float(value) for value in each] for name, each in history.items()}
    return Run(model, values, seed, device(), time.perf_counter() - started)


def set_seed(seed: int) -> None:
    """Seed Keras, its backend, NumPy's global generator and Python's: weights, order of examples, dropout."""
    import_keras().utils.set_random_seed(seed)
