"""The images that the grader keeps: of MNIST's test set, which a grading kernel does not hold.

Images travel to the answer, labels never do: a comparison finds an image's label by its bytes.
"""

from __future__ import annotations

import functools

import numpy as np

from coursekit.checking import Mismatch


def draw(rng: np.random.Generator, n: int) -> np.ndarray:
    """Images (n, 28, 28), uint8, no one twice. A public seed gives everybody's, a secret one the class's."""
    images, _ = kept_images()
    return images[rng.choice(len(images), n, replace=False)]


def share_right(predicted: np.ndarray, images: np.ndarray) -> float:
    """The share of these images whose class is predicted (n,).

    Raises Mismatch for predictions of another shape, KeyError for other images.
    """
    if np.shape(predicted) != (len(images),):
        raise Mismatch(f"{len(images)} images have as many classes; it gave shape {np.shape(predicted)}")
    known = _labels(kept_images()[0][0].tobytes())
    return float(
        np.mean([known[image.tobytes()] == label for image, label in zip(images, predicted, strict=True)])
    )


def kept_images() -> tuple[np.ndarray, np.ndarray]:
    """The test images (N, 28, 28), uint8, and their labels (N,); the stand-in's where there is no MNIST."""
    from coursekit.data import load_mnist

    _, (images, labels) = load_mnist(fetch=False, say=None)
    return np.ascontiguousarray(images, dtype=np.uint8), labels


@functools.cache
def _labels(first: bytes) -> dict[bytes, int]:
    """The label of each image, by its bytes; `first` is the first image's: MNIST may follow a stand-in."""
    images, labels = kept_images()
    return {image.tobytes(): int(label) for image, label in zip(images, labels, strict=True)}
