"""Splitting examples into a part to learn from, one to choose by, and one to judge by."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

TRAIN_VALID_TEST = (0.98, 0.01, 0.01)  # with very many examples; with few, 0.6, 0.2, 0.2 is usual


def split(n: int, fractions: Sequence[float], rng: np.random.Generator) -> list[np.ndarray]:
    """The indices 0 ... n - 1 in random order, cut into parts of these fractions.

    n: examples; fractions: positive, of sum 1, one a part. Returns an index array for each
    part; every index is in exactly one. No part is empty where n is enough for all.
    Raises ValueError for other fractions, and for no examples.
    """
    order = rng.permutation(n)
    return np.split(order, np.cumsum(split_sizes(n, fractions))[:-1])


def split_sizes(n: int, fractions: Sequence[float]) -> np.ndarray:
    """How many of n examples each part gets: n * fraction, rounded so that they sum to n.

    What rounding down leaves over goes to the largest remainders; then a part that got none
    takes one from the largest. Returns (len(fractions),) whole numbers. Raises as `split` does.
    """
    wanted = np.asarray(fractions, dtype=float)
    if wanted.ndim != 1 or not np.all(wanted > 0) or not np.isclose(wanted.sum(), 1):
        raise ValueError(f"fractions are positive numbers of sum 1; they are {list(fractions)}")
    if n < 1:
        raise ValueError(f"at least one example can be split; there are {n}")
    exact = n * wanted / wanted.sum()
    sizes = np.floor(exact + 1e-9).astype(int)  # 0.07 * 100 is a little more than 7, 0.29 * 100 less than 29
    left_over = np.argsort(sizes - exact, kind="stable")[: n - sizes.sum()]
    sizes[left_over] += 1
    while sizes.min() == 0 and sizes.max() > 1:
        sizes[sizes.argmax()] -= 1
        sizes[sizes.argmin()] += 1
    return sizes
