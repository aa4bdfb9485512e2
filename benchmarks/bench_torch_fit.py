"""Training in torch by the course's `fit` and batches, beside the usual loop over a DataLoader."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

import numpy as np

from benchmarks import Measure
from coursekit.frameworks.batches import Batches
from coursekit.frameworks.devices import torch_device
from coursekit.frameworks.torch_training import fit

N, VALID, WIDTHS, EPOCHS, ROUNDS = 60_000, 10_000, (784, 28, 10), 1, 5


def run() -> Iterator[Measure]:
    rng = np.random.default_rng(0)
    X, y = rng.random((N, WIDTHS[0]), dtype=np.float32), rng.integers(0, WIDTHS[-1], N)
    device = torch_device()
    for batch in (32, 128):
        ours, theirs = _ours(X, y, batch, device), _usual(X, y, batch, device)
        times = np.array([(_timed(ours), _timed(theirs)) for _ in range(ROUNDS + 1)])[1:]  # in turn, warm
        words = f"batch {batch}, {device.type}"
        yield Measure(f"torch, fit on 60,000 images, {words}", float(median(times[:, 0])), "s")
        yield Measure(f"torch, DataLoader loop, {words}", float(median(times[:, 1])), "s")
        yield Measure(
            f"fit's time over the loop's, {words}", float(median(times[:, 0] / times[:, 1])), "", 0.7
        )


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _model(device: Any) -> tuple[Any, Any, Any]:
    import torch

    torch.manual_seed(0)
    layers = [torch.nn.Linear(*WIDTHS[:2]), torch.nn.ReLU(), torch.nn.Linear(*WIDTHS[1:])]
    model = torch.nn.Sequential(*layers).to(device)
    return model, torch.nn.CrossEntropyLoss(), torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)


def _ours(X: np.ndarray, y: np.ndarray, batch: int, device: Any) -> Callable[[], object]:
    import torch

    train = Batches(X, y, batch, device, torch.Generator().manual_seed(0))
    valid = Batches(X[:VALID], y[:VALID], batch, device)
    model, loss_fn, optimizer = _model(device)

    def work() -> object:
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "best.pt")
            return fit(model, train, valid, loss_fn, optimizer, device, EPOCHS, EPOCHS, path)

    return work


def _usual(X: np.ndarray, y: np.ndarray, batch: int, device: Any) -> Callable[[], object]:
    """The loop of torch's tutorial, with validation and the best weights kept, as `fit` does."""
    import torch
    from torch.utils.data import DataLoader, TensorDataset

    data = TensorDataset(torch.from_numpy(X), torch.from_numpy(y))
    train = DataLoader(data, batch, shuffle=True)
    valid = DataLoader(TensorDataset(*data[:VALID]), batch)
    model, loss_fn, optimizer = _model(device)

    def work() -> object:
        with tempfile.TemporaryDirectory() as folder:
            for _ in range(EPOCHS):
                model.train()
                total, right = 0.0, 0.0
                for inputs, labels in train:
                    inputs, labels = inputs.to(device), labels.to(device)
                    optimizer.zero_grad()
                    loss = loss_fn(model(inputs), labels)
                    loss.backward()
                    optimizer.step()
                    total += loss.item() * len(inputs)
                model.eval()
                with torch.no_grad():
                    for inputs, labels in valid:
                        inputs, labels = inputs.to(device), labels.to(device)
                        scores = model(inputs)
                        total += loss_fn(scores, labels).item() * len(inputs)
                        right += (scores.argmax(1) == labels).sum().item()
                torch.save(model.state_dict(), os.path.join(folder, "best.pt"))
            return total, right

    return work
