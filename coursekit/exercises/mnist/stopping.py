"""Step 14: the epoch at which early stopping ends a training."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np

from coursekit.checking import Case, Exercise, Mistake, Trial, exact
from coursekit.reference import training as reference


def _stop_cases(rng: np.random.Generator) -> list[Case]:
    def falling(n: int, noise: float) -> np.ndarray:
        while True:  # no two losses alike, so that rounding decides nothing
            losses = np.round(np.exp(-np.arange(n) / 8) + rng.normal(0, noise, n) + 1, 3)
            if len(set(losses)) == n:
                return losses

    made = [
        ("it stops and misses a better one", [5, 3, 4, 4.5, 1], 2),
        ("patience never ends", [5, 4, 3, 3.5], 2),
        ("ends exactly with the list", [5, 3, 4, 4.5], 2),
        ("better in the last moment, twice", [6, 5, 5.5, 4, 4.5, 3, 3.5, 3.7, 2], 2),
        ("a better one right after patience", [5, 4, 4.6, 4.5, 3, 6, 7, 8], 2),
        ("worse from the start", [1, 2, 3, 4, 5], 3),
        ("one epoch", [2], 1),
        ("better in every epoch", [6, 5, 4, 3, 2], 1),
        ("patience 1", [6, 5, 5.5, 1], 1),
        ("better than the epoch before, not than the best", [3, 6, 5, 4, 3.5, 1], 3),
        ("equal losses", [4, 3, 3.5, 3, 5, 6, 2], 3),
        ("equal to the best for long", [5, 2, 3, 2, 3, 2, 3, 2, 1], 4),
        ("a long training", falling(30, 0.05), 4),
        ("a long training", falling(40, 0.08), 6),
    ]
    return [Case((np.array(losses, dtype=float), patience), kind=kind) for kind, losses, patience in made]


def _ask(stop_epoch: Any, val_losses: Any, patience: Any) -> Any:
    """As an array, and where that will not do, as the list that Keras gives."""
    try:
        return stop_epoch(val_losses, patience)
    except NotImplementedError:
        raise
    except Exception:
        return stop_epoch(val_losses.tolist(), patience)


def _off_by_one(trials: Sequence[Trial]) -> bool:
    """The right epochs, but for one more or less: in what is returned, or in how patience is counted."""
    wrong = any(not trial.right for trial in trials)
    choices = [shifts for shifts in product((0, 1, -1), repeat=4) if any(shifts)]
    return wrong and any(
        all(_shifted(trial, *shifts, within=within) for trial in trials)
        for shifts in choices
        for within in (False, True)
    )


def _shifted(trial: Trial, more_patience: int, stopped: int, ended: int, best: int, *, within: bool) -> bool:
    losses, patience = trial.case.args
    patience = max(patience + more_patience, 1)
    epoch, best_epoch = reference.stop_epoch(losses, patience)
    epoch += stopped if epoch - best_epoch >= patience else ended  # the patience has ended, or the list
    epoch = min(epoch, len(losses) - 1) if within else epoch
    return np.array_equal(np.asarray(trial.value), [epoch, best_epoch + best])


def _never_reset(val_losses: Any, patience: int) -> tuple[int, int]:
    best, best_epoch, waited = np.inf, 0, 0
    for epoch, loss in enumerate(val_losses):
        if loss < best:
            best, best_epoch = loss, epoch
        else:
            waited += 1
        if waited >= patience:
            return epoch, best_epoch
    return len(val_losses) - 1, best_epoch


def _ties_better(val_losses: Any, patience: int) -> tuple[int, int]:
    best, best_epoch = np.inf, 0
    for epoch, loss in enumerate(val_losses):
        if loss <= best:
            best, best_epoch = loss, epoch
        elif epoch - best_epoch >= patience:
            return epoch, best_epoch
    return len(val_losses) - 1, best_epoch


def _beside_the_epoch_before(val_losses: Any, patience: int) -> tuple[int, int]:
    waited = 0
    for epoch in range(1, len(val_losses)):
        waited = 0 if val_losses[epoch] < val_losses[epoch - 1] else waited + 1
        if waited >= patience:
            return epoch, int(np.argmin(val_losses[: epoch + 1]))
    return len(val_losses) - 1, int(np.argmin(val_losses))


def _waits_longer(val_losses: Any, patience: int) -> tuple[int, int]:
    return reference.stop_epoch(val_losses, patience + 1)


def _as_numbers(val_losses: Any, patience: int) -> tuple[int, int]:
    """Epochs counted from 1."""
    stopped_at, best_epoch = reference.stop_epoch(val_losses, patience)
    return stopped_at + 1, best_epoch + 1


stop_epoch = Exercise(
    id="mnist.stop_epoch",
    title="When early stopping stops",
    signature="stop_epoch(val_losses, patience)",
    reference=reference.stop_epoch,
    cases=_stop_cases,
    probe=_ask,
    compare=exact,
    points=3,
    mistakes=(
        Mistake(
            "patience-not-reset",
            "a better epoch does not set the count back: patience counts epochs in a row",
            _never_reset,
        ),
        Mistake(
            "off-by-one",
            "an epoch is off by one: they count from 0, and stopped_at is the last one that was run",
            _waits_longer,
            _as_numbers,
            seen=_off_by_one,
        ),
        Mistake(
            "ties-count",
            "an equal loss counts as better; better means less",
            _ties_better,
        ),
        Mistake(
            "looks-ahead",
            "the best epoch is sought in the whole list; after stopped_at nothing was run",
            lambda val_losses, patience: (
                reference.stop_epoch(val_losses, patience)[0],
                np.argmin(val_losses),
            ),
        ),
        Mistake(
            "never-stops",
            "it goes on to the end of the list, whatever the patience",
            lambda val_losses, patience: (len(val_losses) - 1, np.argmin(val_losses)),
        ),
        Mistake(
            "beside-the-epoch-before",
            "each loss is compared with the one before; compare it with the best so far",
            _beside_the_epoch_before,
        ),
    ),
    hints=(
        "Keep the best loss and its epoch while going through the list; count the epochs since then.",
        "A better loss: new best, count 0. Else one more, and at `patience` return. After the loop: the last epoch.",
    ),
)
