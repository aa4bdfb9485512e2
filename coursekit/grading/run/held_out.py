"""MNIST as a grading kernel sees it: made of the training images alone.

Answers are judged on the true test images, so neither they nor their labels may be inside.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from coursekit.data import load_mnist
from coursekit.data.mnist import Split

HELD_OUT = 10_000


def held_out(train: Split) -> dict[str, np.ndarray]:
    """Arrays of MNIST's shapes made of its training part, images (60000, 28, 28) and labels (60000,).

    The last 10,000 training images become the test images. Their places in training are filled by repeating
    the 10,000 before them, each beside itself, so that a validation part cut from the end (as Keras does)
    still holds nothing that is trained on.
    """
    rest = len(train[0]) - HELD_OUT
    place = np.concatenate([np.arange(rest - HELD_OUT), np.arange(rest - HELD_OUT, rest).repeat(2)])
    x, y = train
    return {"x_train": x[place], "y_train": y[place], "x_test": x[rest:], "y_test": y[rest:]}


def lay(folder: Path) -> None:
    """Write the arrays into a folder as .npy files, which a kernel maps into its memory in no time."""
    folder.mkdir(parents=True)
    train, _ = load_mnist(fetch=False, say=None)
    for name, array in held_out(train).items():
        np.save(folder / f"{name}.npy", array, allow_pickle=False)
