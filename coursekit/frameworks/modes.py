"""Predicting: evaluation mode and no gradients, and afterwards all is as it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Within this block the model predicts; then each of its layers is in the mode that it came in.

    In evaluation mode dropout lets everything through, and batch normalization uses its running
    statistics and leaves them alone; inference mode records nothing for gradients.
    """
    import torch

    modes = [(layer, layer.training) for layer in model.modules()]
    model.eval()
    try:
        with torch.inference_mode():
            yield
    finally:
        for layer, training in modes:
            layer.training = training
