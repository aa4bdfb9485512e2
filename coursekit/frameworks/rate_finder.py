"""A learning-rate finder: try every rate once, on one batch each, and look where the loss falls fastest."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any

import numpy as np

from coursekit.frameworks.torch_training import Loader, Loss, outputs, same_device

if TYPE_CHECKING:
    import torch
    from torch import nn

MEMORY = 0.9  # of the smoothed loss: what came before counts this much
TOO_HIGH = 4.0  # times the least smoothed loss so far: the rest would only grow


def find_rate(
    model: nn.Module,
    loader: Loader,
    loss_fn: Loss,
    optimizer: torch.optim.Optimizer,
    device: torch.device,
    low: float = 1e-5,
    high: float = 10.0,
    steps: int = 100,
) -> dict[str, Any]:
    """The loss at learning rates that rise geometrically from `low` to `high`, a batch each.

        rate_k = low (high / low)^(k / (steps - 1));   s_k = m s_{k-1} + (1 - m) loss_k, over 1 - m^(k+1)

    The batches begin anew when they are used up. It stops where the smoothed loss explodes or is NaN.
    Returns "rates", "losses", "smoothed", "rate" (where the smoothed loss falls fastest, a rate to
    start with), "device" and "seed". Model, optimizer and randomness are as before afterwards.
    Raises ValueError unless 0 < low < high and steps >= 2.
    Source: Smith, Cyclical Learning Rates for Training Neural Networks, 2017.
    """
    import torch

    if not (0 < low < high and steps >= 2):
        raise ValueError(f"rates from {low:g} to {high:g} in {steps} steps: they must rise from above 0")
    same_device(model, device)
    rates, losses, smoothed, average = np.geomspace(low, high, steps), [], [], 0.0
    with unchanged(model, optimizer, loader):
        model.train()
        batches = chain.from_iterable(repeat(loader))
        for rate, (X, y) in zip(rates, batches, strict=False):
            losses.append(_step(model, X.to(device), y.to(device), loss_fn, optimizer, rate))
            average = MEMORY * average + (1 - MEMORY) * losses[-1]
            smoothed.append(average / (1 - MEMORY ** len(losses)))
            if math.isnan(losses[-1]) or smoothed[-1] > TOO_HIGH * min(smoothed):
                break
    return {
        "rates": rates[: len(losses)],
        "losses": np.array(losses),
        "smoothed": np.array(smoothed),
        "rate": steepest(rates, np.array(smoothed)),
        "device": str(device),
        "seed": torch.initial_seed(),
    }


def _step(model: Any, X: Any, y: Any, loss_fn: Loss, optimizer: Any, rate: float) -> float:
    for group in optimizer.param_groups:
        group["lr"] = rate

    def closure() -> Any:
        optimizer.zero_grad()
        loss = loss_fn(outputs(model, X, y), y)
        loss.backward()
        return loss

    return optimizer.step(closure).item()


def steepest(rates: np.ndarray, smoothed: np.ndarray) -> float | None:
    """The rate at which the smoothed loss falls fastest against log(rate); None where it never falls."""
    finite = smoothed[np.isfinite(smoothed)]
    if len(finite) < 2:
        return None
    slopes = np.gradient(finite, np.log(rates[: len(finite)]))
    return float(rates[slopes.argmin()]) if slopes.min() < 0 else None


@contextmanager
def unchanged(model: nn.Module, optimizer: torch.optim.Optimizer, loader: Any) -> Iterator[None]:
    """After this block: weights, gradients, modes, the optimizer, and what random numbers come, as before."""
    import torch

    weights, settings = copy.deepcopy(model.state_dict()), copy.deepcopy(optimizer.state_dict())
    modes = [(layer, layer.training) for layer in model.modules()]
    gradients = [(one, None if one.grad is None else one.grad.clone()) for one in model.parameters()]
    shuffler = getattr(loader, "generator", None)
    order = shuffler and shuffler.get_state()
    try:
        with torch.random.fork_rng():
            yield
    finally:
        model.load_state_dict(weights)
        optimizer.load_state_dict(settings)
        for layer, training in modes:
            layer.training = training
        for one, gradient in gradients:
            one.grad = gradient
        if shuffler is not None:
            shuffler.set_state(order)
