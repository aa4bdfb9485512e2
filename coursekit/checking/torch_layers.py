"""What probes observe of an image network in torch: its convolutions and linear layers, as they are used.

Their weights are drawn from a seed, here and by the judge alike, so that none need to be sent.
"""

from __future__ import annotations

from typing import Any

import numpy as np

COPIES = 8  # of a batch, for a look at what training drops


def drawn(shape: tuple[int, ...], place: int, seed: int) -> np.ndarray:
    """Weights (or a bias) of this shape for the layer at this place, of a size that keeps the signal."""
    rng = np.random.default_rng([seed, place, len(shape)])
    scale = np.sqrt(2 / np.prod(shape[1:])) if len(shape) > 1 else 0.2
    return (scale * rng.standard_normal(shape)).astype(np.float32)


def images(n: int, channels: int, size: int, seed: int) -> np.ndarray:
    """Images (n, channels, size, size) in [0, 1], drawn from the seed."""
    return np.random.default_rng([seed, n]).random((n, channels, size, size), dtype=np.float32)


def called(net: Any, X: Any) -> tuple[Any, list[tuple[str, Any, Any, Any]]]:
    """The outputs for X, and the convolutions and linear layers called: (kind, input, weight, bias) each."""
    import torch
    from torch.overrides import TorchFunctionMode

    calls: list[tuple[str, Any, Any, Any]] = []

    class Note(TorchFunctionMode):
        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            kwargs = kwargs or {}
            if getattr(func, "__name__", "") in ("conv2d", "linear"):
                given = [*args, None, None][:3]
                weight = kwargs.get("weight", given[1])
                calls.append(
                    (func.__name__, kwargs.get("input", given[0]), weight, kwargs.get("bias", given[2]))
                )
            return func(*args, **kwargs)

    with torch.no_grad(), Note():
        return net(X), calls


def observed(net: Any, X: np.ndarray, seed: int) -> dict[str, Any]:
    """Its layers; with drawn weights its outputs, twice, and for the first image alone; what training drops.

    layers: (kind, shape of the weights, has a bias?) of each call; further: shapes of other weights
    entering: what enters the first linear layer, for the batch and for the first image alone
    factors: by what training multiplies the first linear layer's inputs, rounded
    registered: are all these weights among net.parameters()? learns: do gradients reach them?
    """
    import torch

    inputs = torch.tensor(X)
    _, calls = called(net.eval(), inputs)  # the first call makes what is lazy
    for place, (_, _, weight, bias) in enumerate(calls):
        with torch.no_grad():
            weight.copy_(torch.tensor(drawn(tuple(weight.shape), place, seed)))
            if bias is not None:
                bias.copy_(torch.tensor(drawn(tuple(bias.shape), place, seed)))
    used = [one for _, _, weight, bias in calls for one in (weight, bias) if one is not None]
    known = {id(one) for one in used}
    further = [list(one.shape) for one in net.parameters() if id(one) not in known]
    outputs, calls = called(net, inputs)
    many = torch.cat([inputs] * (COPIES if len(X) > 1 else 1))
    still, moving = (_into_first_linear(called(net.train(mode), many)[1]) for mode in (False, True))
    with torch.enable_grad():
        records = getattr(net.train()(many), "requires_grad", False)
    again, (alone, calls_alone) = called(net.eval(), inputs)[0], called(net, inputs[:1])
    return {
        "layers": [[kind, list(weight.shape), bias is not None] for kind, _, weight, bias in calls],
        "further": further,
        "registered": known <= {id(one) for one in net.parameters()},
        "learns": records and all(one.requires_grad for one in used),
        "outputs": outputs,
        "again": again,
        "alone": alone,
        "entering": [_into_first_linear(calls), _into_first_linear(calls_alone)],
        "factors": _factors(still, moving),
    }


def _into_first_linear(calls: list[tuple[str, Any, Any, Any]]) -> np.ndarray:
    return next((given.numpy() for kind, given, _, _ in calls if kind == "linear"), np.zeros(0))


def _factors(still: np.ndarray, moving: np.ndarray) -> list[float]:
    if still.shape != moving.shape:
        return []
    alive = np.abs(still) > 1e-3 * np.abs(still).max(initial=0)
    return np.unique(np.round(moving[alive].astype(float) / still[alive], 2))[:9].tolist()
