"""A first look at labelled images: what is there, and how often."""

from __future__ import annotations

from typing import Any

import numpy as np


def explore(X: np.ndarray, y: np.ndarray) -> dict[str, Any]:
    """What one wants to know of a data set before anything else.

    X: (N, H, W) images, y: (N,) labels, any whole numbers. Returns n_examples, image_shape
    (H, W), n_classes (of the labels that occur), minimum and maximum of the pixels, and counts,
    {label: how many examples have it}.
    """
    labels, counts = np.unique(y, return_counts=True)
    return {
        "n_examples": len(X),
        "image_shape": tuple(X.shape[1:]),
        "n_classes": len(labels),
        "minimum": X.min().item(),
        "maximum": X.max().item(),
        "counts": dict(zip(labels.tolist(), counts.tolist(), strict=True)),
    }


def one_of_each(X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The first image of each class that occurs, in the order of the labels.

    X: (N, H, W), y: (N,). Returns (C, H, W), whatever H and W are.
    """
    _, first = np.unique(y, return_index=True)
    return X[first]
