"""scikit-learn's small digits: real handwriting that needs no download."""

from __future__ import annotations

import numpy as np


def load_digits() -> tuple[np.ndarray, np.ndarray]:
    """1,797 handwritten digits: X (1797, 8, 8) floats in 0..16, and their labels y (1797,) in 0..9.

    Each number counts the ink in a block of 4×4 dots. Raises ModuleNotFoundError without scikit-learn.
    Source: E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits", UCI (1998), the test part.
    """
    try:
        from sklearn import datasets
    except ModuleNotFoundError as error:
        error.msg = "The digits come with scikit-learn, which is not installed: pip install scikit-learn"
        raise
    found = datasets.load_digits()
    return found.images, found.target
