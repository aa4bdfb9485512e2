"""Bringing features to one scale: fitted on the training set alone, then applied to any data."""

from __future__ import annotations

import numpy as np


def standardize_fit(train: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and population deviation of each column. train: (N, D). Returns (D,) and (D,)."""
    return train.mean(axis=0), train.std(axis=0)


def standardize_apply(X: np.ndarray, mean: np.ndarray, std: np.ndarray) -> np.ndarray:
    """(x - mean) / std by column; a column that was constant (std 0) becomes zeros where it still is.

    X: (N, D), mean and std: (D,) from `standardize_fit`. The training set gets mean 0 and
    deviation 1; it does not become Gaussian, and other data are scaled by the same numbers.
    """
    return (X - mean) / np.where(std == 0, 1.0, std)
