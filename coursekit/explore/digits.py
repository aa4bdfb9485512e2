"""A drawn digit brought into MNIST's form, and an image slid over its field: the numbers.

MNIST's digits are scaled to a box of 20 x 20 pixels and laid into 28 x 28 by their centre of mass.
Source: LeCun, Bottou, Bengio, Haffner, Gradient-based learning applied to document recognition, 1998.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

SIZE, BOX = 28, 20
MIDDLE = 14.0  # the centre of mass of MNIST's images, in rows and in columns counted from 0
PEN = 1.25  # half a stroke's width in pixels, which gives as much ink as MNIST's images have
EDGE = 0.5  # a stroke fades over so much on either side of its border
CLASSES = 10

Network = Callable[[np.ndarray], Any]  # images (n, 28, 28) in [0, 1] -> probabilities (n, 10)


def ink(strokes: Sequence[np.ndarray]) -> np.ndarray:
    """(28, 28) in [0, 1]: lines through points (K, 2), each (column, row) in pixels, K >= 1.

    A pixel is 1 within the pen of a line, 0 away from it, and grey across the border.
    """
    pairs = [(points[:-1], points[1:]) if len(points) > 1 else (points, points) for points in strokes]
    start, end = (np.concatenate(ends) for ends in zip(*pairs, strict=True))
    rows, columns = np.indices((SIZE, SIZE))
    way = end - start  # (S, 2), of each piece of line
    to = np.stack([columns, rows], axis=-1)[:, :, None] - start  # (28, 28, S, 2)
    along = np.clip((to * way).sum(axis=-1) / np.maximum((way**2).sum(axis=-1), 1e-12), 0, 1)
    distance = np.linalg.norm(to - along[..., None] * way, axis=-1).min(axis=-1)
    return np.clip((PEN + EDGE - distance) / (2 * EDGE), 0, 1)


def as_mnist(strokes: Sequence[np.ndarray]) -> list[np.ndarray]:
    """The strokes scaled, so that their ink fills a box of 20, and moved, so that its mass is in the middle.

    The pen keeps its width: how large one draws makes no thinner strokes. A dot is only moved.
    """
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    extent = float(np.max(high - low))
    scale = (BOX - 2 * PEN - 2 * EDGE) / extent if extent > 0 else 1.0
    placed = [(stroke - (low + high) / 2) * scale + MIDDLE for stroke in strokes]
    return [stroke + MIDDLE - centre_of_mass(ink(placed)) for stroke in placed]


def centre_of_mass(image: np.ndarray) -> np.ndarray:
    """(column, row) of the mean place of the ink."""
    rows, columns = np.indices(image.shape)
    return np.array([(columns * image).sum(), (rows * image).sum()]) / image.sum()


def slide(image: np.ndarray, right: int, down: int) -> np.ndarray:
    """The image moved by whole pixels, up and to the left where negative; empty pixels move in."""
    height, width = image.shape
    moved = np.zeros_like(image)
    moved[max(0, down) : height + min(0, down), max(0, right) : width + min(0, right)] = image[
        max(0, -down) : height - max(0, down), max(0, -right) : width - max(0, right)
    ]
    return moved


def ask(network: Network, image: np.ndarray) -> np.ndarray:
    """(10,) the probabilities that a network gives for one image (28, 28).

    Raises ValueError where it gives something else.
    """
    said = np.asarray(network(image[None].astype(np.float32)), dtype=float)
    if said.shape != (1, CLASSES):
        raise ValueError(f"for images (1, {SIZE}, {SIZE}) it gives {said.shape}, not (1, {CLASSES})")
    if not np.isfinite(said).all() or abs(said.sum() - 1) > 0.01 or said.min() < -1e-6:
        raise ValueError("what it gives are no probabilities")
    return said[0]
