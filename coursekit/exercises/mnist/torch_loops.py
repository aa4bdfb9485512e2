"""What is tried with training loops in torch, and told of what a probe saw."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import numpy as np

from coursekit.checking import Mismatch
from coursekit.checking.compare import close, numeric

N, BATCH, INPUTS, HIDDEN, CLASSES = 10, 4, 3, 4, 3  # batches of 4, 4 and 2 examples
SAME = close(rtol=1e-3, atol=1e-5)  # float32, after several steps
EQUAL = close(rtol=1e-4, atol=1e-6)


def import_all_of_torch() -> None:
    """Import what torch imports when its first optimizer is made, which takes seconds.

    While an answer is asked, its calls are watched, and these seconds would be thrice as many.
    """
    if "torch" in sys.modules:
        importlib.import_module("torch._dynamo")


def weights(rng: np.random.Generator, norm: bool) -> dict[str, np.ndarray]:
    """Weights of the small network, with batch normalization or without."""
    made = {
        "first.weight": rng.normal(size=(HIDDEN, INPUTS)),
        "first.bias": rng.normal(size=HIDDEN),
        "last.weight": rng.normal(size=(CLASSES, HIDDEN)),
        "last.bias": rng.normal(size=CLASSES),
    }
    if norm:
        made |= {"norm.weight": rng.uniform(0.5, 1.5, HIDDEN), "norm.bias": rng.normal(size=HIDDEN)}
        made |= {
            "norm.running_mean": rng.normal(size=HIDDEN),
            "norm.running_var": rng.uniform(0.5, 2, HIDDEN),
        }
    return {name: value.astype(np.float32) for name, value in made.items()}


def examples(rng: np.random.Generator, n: int = N) -> tuple[np.ndarray, np.ndarray]:
    """Inputs (n, 3) and labels (n,); the last ones are unlike the others, so that a short batch counts."""
    X = rng.normal(size=(n, INPUTS))
    X[BATCH * (n // BATCH) :] *= 3
    return X.astype(np.float32), rng.integers(0, CLASSES, n)


def a_number(got: Any, expected: float, name: str) -> None:
    """Raise Mismatch unless `got` is this number."""
    if got is None:
        raise Mismatch("it gave None: did you forget `return`?")
    value = numeric(got)
    if value.size != 1:
        raise Mismatch(f"{name} is a single number; it gave an array of shape {value.shape}")
    try:
        EQUAL(value.reshape(()), np.asarray(expected), ())
    except Mismatch:
        raise Mismatch(f"{name} is {expected:.6g}; it gave {value.item():.6g}") from None


def same_state(got: Any, expected: Any, what: str) -> None:
    """Raise Mismatch, which says `what`, unless weights and running statistics are these."""
    for name, value in expected.items():
        try:
            SAME(got[name], value, ())
        except Mismatch as mismatch:
            raise Mismatch(f"{what}: in {name}, {mismatch}") from None


def moved(got: Any) -> None:
    """Raise Mismatch where a batch, or its labels, reached the model without being sent to the device."""
    if got["moved"] != [True]:
        raise Mismatch("batches do not go to `device`: X and y need `.to(device)`")


def same(got: Any, form: Any, args: tuple) -> None:
    """Raise Mismatch unless two observations are the same, but for rounding."""
    for name, value in form.items():
        SAME(got[name], value, args)
