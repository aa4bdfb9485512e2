"""What probes build for torch beside an answer: models and loaders from plain data, which note their use.

Everything is on the CPU. The device that answers get is its index 0, which is where all tensors are
already, and which an answer cannot have guessed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

import numpy as np

DEVICE = "cpu:0"


@contextmanager
def undisturbed(seed: int = 0) -> Iterator[None]:
    """One thread, and random numbers that begin at `seed`; afterwards all is as before.

    On networks this small, several threads wait for each other: ten times as long on a busy machine.
    """
    import torch

    enabled, threads = torch.is_grad_enabled(), torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        with torch.random.fork_rng(devices=[]), torch.enable_grad():
            torch.manual_seed(seed)
            yield
    finally:
        torch.set_num_threads(threads)
        torch.set_grad_enabled(enabled)


class Log(list):
    """A list of notes; a deep copy of a model goes on with the same one."""

    def __deepcopy__(self, memo: dict[int, Any]) -> Log:
        return self


@contextmanager
def machine(cuda: bool, mps: bool, built: bool) -> Iterator[None]:
    """Within this block torch says that these accelerators are here; `built`: it could use both."""
    import torch

    kind = "cuda" if cuda else "mps" if mps else None
    here = torch.device(kind) if kind else None
    compiled = here or (torch.device("cuda") if built else None)

    says: list[tuple[Any, str, Callable[..., Any]]] = [
        (torch.cuda, "is_available", lambda: cuda),
        (torch.cuda, "device_count", lambda: int(cuda)),
        (torch.backends.cuda, "is_built", lambda: cuda or built),
        (torch.backends.mps, "is_available", lambda: mps),
        (torch.backends.mps, "is_built", lambda: mps or built),
        (torch.mps, "device_count", lambda: int(mps)),
        (torch.mps, "is_available", lambda: mps),
        (torch.accelerator, "is_available", lambda: cuda or mps),
        (torch.accelerator, "device_count", lambda: int(cuda or mps)),
        (torch.accelerator, "current_device_index", lambda: 0),
        (
            torch.accelerator,
            "current_accelerator",
            lambda check_available=False: here if check_available else compiled,
        ),
    ]
    if cuda:
        says += [
            (torch.cuda, "current_device", lambda: 0),
            (torch.cuda, "get_device_name", lambda *_: "a simulated GPU"),
        ]
    with ExitStack() as patches:
        for place, name, told in says:
            if hasattr(place, name):
                patches.enter_context(mock.patch.object(place, name, told))
        yield


def network(weights: dict[str, np.ndarray]) -> Any:
    """Linear, tanh, linear with these weights; batch normalization between where they have its parts.

    Its list `log` gets an entry a call: anything in training mode? records gradients? sent to the device?
    """
    import torch
    from torch import nn

    class Noted(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            hidden, inputs = weights["first.weight"].shape
            self.first = nn.Linear(inputs, hidden)
            self.norm = nn.BatchNorm1d(hidden) if "norm.weight" in weights else nn.Identity()
            self.last = nn.Linear(hidden, len(weights["last.bias"]))
            self.log = Log()

        def forward(self, X: Any) -> Any:
            scores = self.last(torch.tanh(self.norm(self.first(X.as_subclass(torch.Tensor)))))
            training = any(part.training for part in self.modules())
            note = {"training": training, "records": scores.requires_grad, "moved": _moved(X)}
            self.log.append(note)
            return scores

    model = Noted()
    model.load_state_dict({name: torch.tensor(value) for name, value in weights.items()}, strict=False)
    return model


def state(model: Any) -> dict[str, Any]:
    """Its weights and running statistics, as arrays."""
    return {name: value.detach().clone().numpy() for name, value in model.state_dict().items()}


def loader(X: np.ndarray, y: np.ndarray, batch_size: int, elsewhere: bool = False) -> Any:
    """A DataLoader, in order. Where `elsewhere`, batches act as if they were not on DEVICE before `to`."""
    import torch
    from torch.utils.data import DataLoader, TensorDataset, default_collate

    class Elsewhere(torch.Tensor):
        @classmethod
        def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            result = super().__torch_function__(func, types, args, kwargs or {})
            places = [*args[1:], *(kwargs or {}).values()]
            if any(_is_device(place) for place in places) and isinstance(result, torch.Tensor):
                return result.as_subclass(torch.Tensor)
            return result

    def collate(examples: Any) -> Any:
        batch = default_collate(examples)
        return [one.as_subclass(Elsewhere) for one in batch] if elsewhere else batch

    generator = torch.Generator().manual_seed(0)  # else each pass would draw from the student's
    data = TensorDataset(torch.tensor(X, dtype=torch.float32), torch.tensor(y))
    return DataLoader(data, batch_size=batch_size, collate_fn=collate, generator=generator)


def _is_device(place: Any) -> bool:
    import torch

    # A device object without an index is one that was taken from the model.
    return place == DEVICE or (isinstance(place, torch.device) and place.type == "cpu")


def _moved(tensor: Any) -> bool:
    import torch

    return type(tensor) is torch.Tensor


def loss_function(smoothing: float = 0.0) -> Any:
    """Cross-entropy, which notes in its list `log` whether the labels were sent to the device."""
    import torch
    from torch import nn

    class Noted(nn.CrossEntropyLoss):
        def __init__(self) -> None:
            super().__init__(label_smoothing=smoothing)
            self.log: list[bool] = []

        def forward(self, scores: Any, y: Any) -> Any:
            self.log.append(_moved(y))
            return super().forward(scores, y.as_subclass(torch.Tensor))

    return Noted()


def optimizer(model: Any, name: str, settings: dict[str, Any]) -> Any:
    """torch's optimizer of this name, for all weights of the model."""
    import torch

    return getattr(torch.optim, name)(model.parameters(), **settings)


def seen(model: Any, loss_fn: Any) -> dict[str, Any]:
    """How the model was called: the modes that there were, whether gradients were, and what was moved."""
    return {
        "modes": sorted({note["training"] for note in model.log}),
        "records": sorted({note["records"] for note in model.log}),
        "moved": sorted({note["moved"] for note in model.log} | set(loss_fn.log)),
    }


def scripted(curve: list[list[float]], batches: int, breaks_at: int | None = None) -> Any:
    """A model that trains by a script: after epoch k, `curve[k]` is (validation loss, right examples).

    Its one weight grows by 1 a batch of training, by plain descent at rate 1 of the loss in `scripted_data`.
    curve[0] is before the first epoch. In epoch `breaks_at` the training loss is NaN, and then all is.
    Notes what is read of it (`reads`: its weight, whenever state_dict was called) and loaded into it
    (`loads`: whether each load brought its own memory, and so nothing).
    """
    import torch
    from torch import nn

    class Scripted(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(()))
            self.reads: list[float] = []
            self.loads: list[bool] = []

        def forward(self, X: Any) -> Any:
            done = self.weight.item()
            if X[0, 0] > 0:  # training
                broken = breaks_at is not None and done >= batches * (breaks_at - 1)
                loss = (100 - self.weight) * (math.nan if broken else 1)
                return torch.stack([loss, loss]).expand(len(X), 2)
            if math.isnan(done):
                return torch.full((len(X), 2), math.nan)
            measured, right = curve[min(round(done / batches), len(curve) - 1)]
            # Column 0 is the loss; the label is 0, and so an example is right where column 1 is less.
            wrong = (X[:, 1] >= right).float()
            return torch.stack([measured + 0 * wrong, measured + 2 * wrong - 1], dim=1)

        def state_dict(self, *args: Any, **options: Any) -> Any:
            self.reads.append(self.weight.item())
            return super().state_dict(*args, **options)

        def load_state_dict(self, state_dict: Any, *args: Any, **options: Any) -> Any:
            own, brought = self.weight.data_ptr(), state_dict.values()
            self.loads.append(any(isinstance(one, torch.Tensor) and one.data_ptr() == own for one in brought))
            return super().load_state_dict(state_dict, *args, **options)

    return Scripted()


def scripted_data(n: int, training: bool) -> tuple[np.ndarray, np.ndarray]:
    """Inputs (n, 2) that tell a scripted model what they are for, and labels (n,), all 0."""
    return np.column_stack([np.full(n, float(training)), np.arange(n)]), np.zeros(n, dtype=np.int64)


def first_column(scores: Any, y: Any) -> Any:
    """The loss of a scripted model: the mean of its first output."""
    return scores[:, 0].mean()


def stored(path: str) -> Any:
    """The weights in a file of torch, as arrays; in words what else it is."""
    import os

    import torch

    if not os.path.exists(path):
        return "no file"
    try:
        found = torch.load(path, weights_only=True)
        return {str(name): value.detach().clone().numpy() for name, value in found.items()}
    except Exception as error:  # whatever an answer wrote there
        return f"no state_dict ({type(error).__name__})"
