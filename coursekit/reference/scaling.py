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


def min_max_fit(train: np.ndarray) -> tuple[float, float]:
    """The least and the greatest value of the whole training set, any shape: (low, high).

    One range for all pixels: a range for each would blow up those that are nearly always 0.
    They are Python floats, so that bytes (uint8) can be subtracted without wrapping around.
    """
    return float(np.min(train)), float(np.max(train))


def min_max_apply(X: np.ndarray, low: float, high: float) -> np.ndarray:
    """(x - low) / (high - low), any shape: the training set comes to lie in [0, 1].

    Other data are scaled by the same two numbers, and may reach beyond. Where low = high there
    is nothing to tell apart, and 0/0 is no number: zeros.
    """
    if high == low:
        return np.zeros(np.shape(X))
    return (X - low) / (high - low)
