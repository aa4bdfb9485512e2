"""Training in torch by hand: an epoch, a validation, and epochs until the validation loss falls no more."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from coursekit.frameworks.modes import evaluating
from coursekit.frameworks.time_left import TimeLeft

if TYPE_CHECKING:
    import torch
    from torch import nn

Loss = Callable[[Any, Any], Any]  # loss_fn(outputs (N, C), labels (N,)) -> the mean over the batch
Loader = Iterable[tuple[Any, Any]]  # a DataLoader, or Batches


def train_epoch(
    model: nn.Module, loader: Loader, loss_fn: Loss, optimizer: torch.optim.Optimizer, device: torch.device
) -> float:
    """Update the model by each batch once; return the mean loss over the examples, each before its update.

    loss = Σ_b n_b loss_b / Σ_b n_b: a short last batch counts for as many examples as it has.

    An optimizer such as LBFGS evaluates the loss several times a step, and so gets a closure; SGD and
    Adam call it once. `step` gives the loss of the first call. Raises ValueError for an empty loader, a
    model that is on another device, and a batch that the model cannot take.
    """
    same_device(model, device)
    model.train()
    losses, sizes = [], []
    for X, y in loader:
        X, y = X.to(device), y.to(device)

        def closure(X: Any = X, y: Any = y) -> Any:
            optimizer.zero_grad()  # without it, gradients add up from step to step
            loss = loss_fn(outputs(model, X, y), y)
            loss.backward()
            return loss

        loss: Any = optimizer.step(closure)
        losses.append(loss.detach())  # not a number yet: a GPU need not wait for each
        sizes.append(X.shape[0])
    return mean(losses, sizes)


def validate(model: nn.Module, loader: Loader, loss_fn: Loss, device: torch.device) -> tuple[float, float]:
    """The mean loss over the examples, and the share whose greatest output is at the label.

    In evaluation mode and without gradients; the model stays as it is. Raises as `train_epoch` does.
    """
    same_device(model, device)
    losses, hits, sizes = [], [], []
    with evaluating(model):
        for X, y in loader:
            X, y = X.to(device), y.to(device)
            scores = outputs(model, X, y)
            losses.append(loss_fn(scores, y))
            hits.append((scores.argmax(dim=1) == y).sum())
            sizes.append(X.shape[0])
    return mean(losses, sizes), int(sum(hits)) / sum(sizes)


def fit(
    model: nn.Module,
    train_loader: Loader,
    valid_loader: Loader,
    loss_fn: Loss,
    optimizer: torch.optim.Optimizer,
    device: torch.device,
    epochs: int,
    patience: int,
    path: str | os.PathLike,
    say: Callable[[str], None] = print,
) -> dict[str, Any]:
    """Train until `patience` epochs in a row bring no better validation loss; keep the best weights.

    They are in the file `path` (a state_dict) as soon as they are found, and in the model at the end.
    A loss that is NaN is told and ends the training, since nothing comes back from it.

    Returns lists with an entry an epoch, "train_loss", "valid_loss" and "valid_accuracy", and beside
    them "device" and "seed", the one that torch's generator was started with. Raises ValueError
    for a patience below 1, and as `train_epoch` does.
    """
    import torch

    if patience < 1:
        raise ValueError(f"patience {patience}: at least 1 epoch without a better loss must be waited for")
    history: dict[str, Any] = {"train_loss": [], "valid_loss": [], "valid_accuracy": []}
    best, waited, left = None, 0, TimeLeft(epochs, say)
    for epoch in range(1, epochs + 1):
        train_loss = train_epoch(model, train_loader, loss_fn, optimizer, device)
        valid_loss, accuracy = validate(model, valid_loader, loss_fn, device)
        for name, value in zip(history, (train_loss, valid_loss, accuracy), strict=True):
            history[name].append(value)
        if math.isnan(train_loss) or math.isnan(valid_loss):
            say(f"Epoch {epoch}: the loss is NaN, so training stops. Try a smaller learning rate.")
            break
        if best is None or valid_loss < best:
            best, waited = valid_loss, 0
            save(model, path)
        else:
            waited += 1
            if waited == patience:
                break
        left.tell(epoch, f"loss {train_loss:.4g}, validation {valid_loss:.4g}, accuracy {accuracy:.1%}")
    if best is not None:
        model.load_state_dict(torch.load(path, map_location=device, weights_only=True))
    return {**history, "device": str(device), "seed": torch.initial_seed()}


def save(model: nn.Module, path: str | os.PathLike) -> None:
    """Write the model's state_dict aside, then rename it: at no moment is there half a file."""
    import torch

    aside = f"{os.fspath(path)}.part"
    torch.save(model.state_dict(), aside)
    os.replace(aside, path)


def outputs(model: nn.Module, X: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """The model's outputs for a batch. Raises ValueError where it cannot take it, or mixes examples."""
    n = X.shape[0]
    if y.shape[0] != n:
        raise ValueError(f"a batch of {n} inputs has {len(y)} labels: each input needs one label")
    try:
        scores = model(X)
    except RuntimeError as error:
        first = str(error).split("\n")[0]
        raise ValueError(f"the model cannot take inputs of shape {tuple(X.shape)}: {first}") from error
    if scores.shape[0] != n:
        raise ValueError(f"the model gives {len(scores)} rows for {n} inputs: flatten each example by itself")
    return scores


def mean(values: list[torch.Tensor], sizes: list[int]) -> float:
    """The mean over all examples of what was averaged over batches of these sizes, in double precision."""
    import torch

    if not sizes:
        raise ValueError("the loader gives no batch at all")
    numbers = torch.stack(values).tolist()
    return sum(value * size for value, size in zip(numbers, sizes, strict=True)) / sum(sizes)


def same_device(model: nn.Module, device: torch.device | str) -> None:
    """Raise ValueError where the model is on another device than the one that batches go to."""
    import torch

    there = torch.device(device)
    for here in {weights.device for weights in model.parameters()}:
        indices = {here.index, there.index} - {None}  # "cuda" means the current one of the GPUs
        if here.type != there.type or len(indices) > 1:
            raise ValueError(f"the model is on {here}, the batches go to {there}: model.to(device) first")
