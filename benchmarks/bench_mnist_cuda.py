"""The CNN of lesson 5 on an NVIDIA GPU: seconds to 0.99, beside the same code on that machine's processor.

Nothing is measured where there is no such GPU.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import torch
from torch import nn

from benchmarks import Measure
from benchmarks.mnist_networks import CLASSES, SIDE, Images, adam, load_images, score, train
from coursekit.frameworks.network import Net

ENOUGH, BATCH = 0.99, 64


def run() -> Iterator[Measure]:
    if not torch.cuda.is_available():
        return
    learned, test = load_images()
    _seconds_to_enough("cuda", learned.first(6_400), test, epochs=1)  # the GPU's start is not counted
    there, here = (_seconds_to_enough(device, learned, test) for device in ("cuda", "cpu"))
    yield Measure(f"CNN to {ENOUGH} of the test images, {torch.cuda.get_device_name()}", there, "s")
    yield Measure(f"the same, {torch.get_num_threads()} threads of the processor", here, "s")
    yield Measure("speed-up", here / there, "x")


def _seconds_to_enough(device: str, learned: Images, test: Images, epochs: int = 12) -> float:
    """Seconds of training until the CNN is right on ENOUGH of the test images after an epoch.

    The looks at it do not count. Infinite where that does not come to pass.
    """
    learned, test = learned.to(device), test.to(device)
    torch.manual_seed(0)
    model = Net(1, SIDE, CLASSES).to(device)
    taken, started, enough = 0.0, time.perf_counter(), False

    def after(model: nn.Module) -> bool:
        nonlocal taken, started, enough
        if device == "cuda":
            torch.cuda.synchronize()
        taken += time.perf_counter() - started
        enough = score(model, test).accuracy >= ENOUGH
        started = time.perf_counter()
        return enough

    train(model, learned, epochs, adam, BATCH, after)
    return taken if enough else float("inf")
