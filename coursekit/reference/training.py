"""What can be said of a training by counting, and by its curves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any


def parameter_count(widths: Sequence[int]) -> int:
    """The weights and biases of dense layers in a row.

    sum over layers of D_in D_out + D_out

    widths: units of each layer, the inputs first: [784, 28, 10] has 22,270 parameters.
    """
    return sum(n_in * n_out + n_out for n_in, n_out in pairwise(widths))


def updates_per_epoch(n: int, batch_size: int) -> int:
    """How many batches cover n examples: ceil(n / batch_size), for the last may be short.

    Raises ValueError for a batch size below 1.
    """
    if batch_size < 1:
        raise ValueError(f"a batch holds at least one example; batch_size is {batch_size}")
    return -(-n // batch_size)


def stop_epoch(val_losses: Sequence[float], patience: int) -> tuple[int, int]:
    """Early stopping: the epoch after which training stops, and the best one so far, both from 0.

    Training stops after `patience` epochs in a row that are no better than the best, where
    equal is not better. Without that it ends with the list. NaN is never better.

    val_losses: the validation loss after each epoch, at least one; patience: at least 1.
    Raises ValueError otherwise. Source: L. Prechelt, "Early stopping - but when?" (1998).
    """
    if len(val_losses) < 1 or patience < 1:
        raise ValueError(f"at least one loss and a patience of 1: {len(val_losses)} and {patience}")
    best, best_epoch = float("inf"), 0
    for epoch, loss in enumerate(val_losses):
        if loss < best:
            best, best_epoch = loss, epoch
        elif epoch - best_epoch >= patience:
            return epoch, best_epoch
    return len(val_losses) - 1, best_epoch


def diagnose(history: Mapping[str, Sequence[float]]) -> str:
    """What the curves of "loss" and "val_loss" say, on clear cases: what to change next.

    "overfitting": val_loss ends 1.25 times its least or more, or 0.3 above and twice the
    training loss: more data, regularization, or an earlier stop. "underfitting": both end above
    1.2 (of ten classes, where knowing nothing costs ln 10 = 2.3): a bigger network, or longer.
    "good": both end below 0.35, less than 0.05 apart, with val_loss within 5 % of its least.
    Raises ValueError where the case is not clear.
    """
    loss, val_loss, least = history["loss"][-1], history["val_loss"][-1], min(history["val_loss"])
    if val_loss >= 1.25 * least or (val_loss >= loss + 0.3 and val_loss >= 2 * loss):
        return "overfitting"
    if loss > 1.2 and val_loss > 1.2:
        return "underfitting"
    if max(loss, val_loss) < 0.35 and abs(val_loss - loss) < 0.05 and val_loss <= 1.05 * least:
        return "good"
    raise ValueError(
        f"no clear case: loss ends at {loss:.3g}, val_loss at {val_loss:.3g}, its least {least:.3g}"
    )


def learning_with_more_data(
    sizes: Sequence[int], train_and_score: Callable[[int], Any]
) -> list[tuple[int, Any]]:
    """(size, score) of one training for each size of the training set, sizes ascending.

    train_and_score: trains anew on that many examples and gives the score.
    """
    return [(size, train_and_score(size)) for size in sorted(sizes)]
