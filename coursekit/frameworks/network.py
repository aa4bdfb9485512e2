"""A small convolutional network for images, in torch."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn


def Net(channels: int, size: int, classes: int) -> nn.Module:
    """Three times convolution, relu and pooling; dropout; two linear layers.

        (N, channels, size, size) -> (N, 64, size // 8, size // 8) -> (N, 500) -> (N, classes)

    A 3x3 convolution with padding 1 keeps height and width, and pooling by 2 halves them. It gives
    logits: `nn.CrossEntropyLoss` has the softmax in it. Raises ValueError for images of less than
    8 x 8 pixels, of which the third pooling leaves nothing.
    """
    from torch import nn

    if size < 8:
        raise ValueError(f"images of {size} x {size} pixels: three poolings by 2 need at least 8 x 8")
    return nn.Sequential(
        *(nn.Conv2d(channels, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        nn.Dropout(0.25),
        nn.Flatten(),
        *(nn.Linear(64 * (size // 8) ** 2, 500), nn.ReLU()),
        nn.Linear(500, classes),
    )
