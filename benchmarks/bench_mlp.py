"""The lessons' network in NumPy beside the same one in torch: one epoch of MNIST's size."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from statistics import median

import numpy as np

from benchmarks import Measure
from coursekit.reference import mlp

N, WIDTHS, BATCH, RATE = 60_000, (784, 128, 10), 128, 0.1


def run() -> Iterator[Measure]:
    rng = np.random.default_rng(0)
    X = rng.random((N, WIDTHS[0]), dtype=np.float32)
    y = rng.integers(0, WIDTHS[-1], N)
    ours, theirs = _numpy_epoch(X, y), _torch_epoch(X, y)
    times = np.array([(_timed(ours), _timed(theirs)) for _ in range(7)])[1:]  # in turn; the first is warm-up
    yield Measure("NumPy, one epoch of 60,000 images", float(median(times[:, 0])), "s")
    yield Measure("torch, the same, sliced tensors", float(median(times[:, 1])), "s")
    yield Measure("NumPy's time over torch's", float(median(times[:, 0] / times[:, 1])), "", 1.0)


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _numpy_epoch(X: np.ndarray, y: np.ndarray) -> Callable[[], object]:
    rng = np.random.default_rng(1)
    T = np.eye(WIDTHS[-1], dtype=np.float32)[y]
    layers = mlp.start(WIDTHS, rng, dtype=np.float32)
    return lambda: mlp.train_epoch(layers, X, T, RATE, BATCH, rng)


def _torch_epoch(X: np.ndarray, y: np.ndarray) -> Callable[[], object]:
    import torch

    model = torch.nn.Sequential(
        torch.nn.Linear(WIDTHS[0], WIDTHS[1]), torch.nn.ReLU(), torch.nn.Linear(WIDTHS[1], WIDTHS[2])
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE)
    loss_fn = torch.nn.CrossEntropyLoss()
    inputs, labels = torch.from_numpy(X), torch.from_numpy(y)

    def epoch() -> None:
        for batch in torch.randperm(N).split(BATCH):
            optimizer.zero_grad()
            loss_fn(model(inputs[batch]), labels[batch]).backward()
            optimizer.step()

    return epoch
