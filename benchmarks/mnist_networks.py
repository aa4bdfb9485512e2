"""The networks of lesson 5 in torch, started as Keras starts them, and a loop that trains them.

What they learn is distributed as with Keras (Glorot weights, biases 0, plain momentum, Adam's ε 1e-7,
batch norm's ε 1e-3 and momentum 0.99), several times as fast on few images.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

RATE, MOMENTUM, BATCH = 0.01, 0.9, 32  # step 7's optimizer, and Keras' batch size
SIDE, CLASSES = 28, 10

Optimize = Callable[[nn.Module], torch.optim.Optimizer]


class Images(NamedTuple):
    """Images (N, 1, 28, 28) in [0, 1] and labels (N,)."""

    X: Tensor
    y: Tensor

    def first(self, n: int) -> Images:
        return Images(self.X[:n], self.y[:n])

    def to(self, device: str) -> Images:
        return Images(self.X.to(device), self.y.to(device))

    def slid(self, pixels: int) -> Images:
        """All moved to the right; empty pixels move in."""
        return Images(nn.functional.pad(self.X, (pixels, 0))[..., :SIDE], self.y)


def load_images() -> tuple[Images, Images]:
    """The training and the test images; which they are is printed."""
    from coursekit.data import load_mnist

    learned, test = (
        Images(torch.from_numpy(X.astype(np.float32) / 255)[:, None], torch.from_numpy(y.astype(np.int64)))
        for X, y in load_mnist()
    )
    return learned, test


def dense(*units: int, dropout: float = 0.0, norm: bool = False) -> nn.Sequential:
    """Hidden layers of so many units, each with ReLU; logits. Step 7's network is `dense(28)`."""
    layers: list[nn.Module] = [nn.Flatten()]
    for n_in, n_out in zip((SIDE**2, *units), units, strict=False):
        layers.append(nn.Linear(n_in, n_out, bias=not norm))
        layers += [nn.BatchNorm1d(n_out, eps=1e-3, momentum=0.01)] * norm
        layers += [nn.ReLU(), nn.Dropout(dropout)]
    layers.append(nn.Linear(units[-1], CLASSES))
    for layer in layers:
        if isinstance(layer, nn.Linear):
            nn.init.xavier_uniform_(layer.weight)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
    return nn.Sequential(*layers)


def sgd(model: nn.Module, rate: float = RATE) -> torch.optim.Optimizer:
    return torch.optim.SGD(model.parameters(), lr=rate, momentum=MOMENTUM)


def adam(model: nn.Module) -> torch.optim.Optimizer:
    return torch.optim.Adam(model.parameters(), lr=0.001, eps=1e-7)


def train(
    model: nn.Module,
    images: Images,
    epochs: int,
    optimize: Optimize = sgd,
    batch: int = BATCH,
    after: Callable[[nn.Module], Any] = lambda model: None,
) -> nn.Module:
    """Train the model, and call `after(model)` after each epoch; where that gives True, stop."""
    optimizer, loss_fn = optimize(model), nn.CrossEntropyLoss()
    for _ in range(epochs):
        model.train()
        for chosen in torch.randperm(len(images.y), device=images.y.device).split(batch):
            optimizer.zero_grad()
            loss_fn(model(images.X[chosen]), images.y[chosen]).backward()
            optimizer.step()
        if after(model) is True:
            break
    return model


class Score(NamedTuple):
    loss: float
    accuracy: float


@torch.inference_mode()
def score(model: nn.Module, images: Images) -> Score:
    """The mean cross-entropy and the share of right answers, in evaluation mode."""
    model.eval()
    logits = torch.cat([model(X) for X in images.X.split(2_000)])
    right = (logits.argmax(dim=1) == images.y).float().mean()
    return Score(nn.functional.cross_entropy(logits, images.y).item(), right.item())
