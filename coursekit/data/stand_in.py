"""A stand-in for MNIST, made of scikit-learn's small digits where there is no network.

Each image is one of 1,797 real handwritten digits of 8×8, enlarged to a smooth surface of ink, turned,
slanted, stretched, shifted and bent a little, and cut at a height that makes its strokes thin or thick.
No digit that a test image is made of is in a training image.

All of it is whole numbers, or floats that hold whole numbers below 2²⁴, so that the images are the
same on every machine, whatever its libraries and however it rounds.
Lengths: a *dot* is a quarter of a pixel; coordinates count 1/1024 of a dot.
"""

from __future__ import annotations

import numpy as np

from coursekit.data.containers import Arrays
from coursekit.data.digits import load_digits

SEED = 1998
TEST = (6, 4)  # digits 4, 10, 16, ... make test images only; of the sixths, networks do best on this
DOTS = 128  # across the surface; the 28 pixels take the 112 in the middle
CELL = 10  # dots that a number of the 8×8 becomes: 80 in all, MNIST's box of 20×20 pixels
PART = 1024
KNOTS = 5  # across the grid whose bends an image follows
# How far drawn numbers move an image, measured so that the lesson's networks learn on it as on MNIST.
TURN, SLANT, STRETCH, SHIFT, BEND = 16, 18, 12, 4, 4
CUT, CUT_SPREAD, STEEPNESS = 120, 60, 3
AT_ONCE = 1000  # images


def stand_in() -> Arrays:
    """Arrays in MNIST's form: 60,000 and 10,000 images of 28×28 in 0..255, and their labels."""
    images, labels = load_digits()
    test = np.arange(len(images)) % TEST[0] == TEST[1]
    made: Arrays = {}
    for stream, (part, kept, n) in enumerate((("train", ~test, 60_000), ("test", test, 10_000))):
        x, original = vary(images[kept].astype(np.uint8), n, stream)
        made |= {f"x_{part}": x, f"y_{part}": labels[kept][original].astype(np.uint8)}
    return made


def vary(images: np.ndarray, n: int, stream: int) -> tuple[np.ndarray, np.ndarray]:
    """`n` images (n, 28, 28) made of originals (K, 8, 8), and which original each is made of (n,)."""
    ink = surface(images).reshape(-1)
    centre = _centre(images)
    original = (_raw(stream, 0, n) % np.uint64(len(images))).astype(np.int32)
    # Sums of four bytes are spread about like the normal distribution: deviation 148.
    bytes_each = 4 * 7 + 2 * 2 * KNOTS**2
    drawn = _raw(stream, 1, -(-n * bytes_each // 8)).astype("<u8").view(np.int8)[: n * bytes_each]
    drawn = drawn.reshape(n, bytes_each)
    sums = drawn[:, :28].reshape(n, 7, 4).sum(2, dtype=np.int32)
    knots = drawn[:, 28:].reshape(n, 2, 2, KNOTS, KNOTS).sum(2, dtype=np.int32)
    x = np.empty((n, 28, 28), np.uint8)
    for first in range(0, n, AT_ONCE):
        some = slice(first, first + AT_ONCE)
        place = _places(sums[some], knots[some], centre[original[some]])
        place += (original[some] * DOTS**2)[:, None, None]
        cut = CUT + sums[some, 6] * CUT_SPREAD // PART
        height = ink[place].astype(np.int32) - cut[:, None, None]
        x[some] = (128 + STEEPNESS * height).clip(0, 255)
    return x, original


def _raw(stream: int, kind: int, n: int) -> np.ndarray:
    """Random bits (n,) uint64: NumPy promises this generator's to stay, and not what it makes of them."""
    return np.random.PCG64([SEED, stream, kind]).random_raw(n)


def surface(images: np.ndarray) -> np.ndarray:
    """The ink (K, 128, 128) uint8 between the numbers of images (K, 8, 8), by cubic convolution.

    Source: R. Keys, "Cubic convolution interpolation for digital image processing", IEEE Transactions on
    Acoustics, Speech, and Signal Processing 29 (1981) 1153-1160; here with a = -0.6.
    """
    a = -0.6
    at = (np.arange(DOTS) - (DOTS - 1) / 2) / CELL + 3.5
    d = np.abs(at[:, None] - np.arange(8))
    near = (a + 2) * d**3 - (a + 3) * d**2 + 1
    far = a * (d**3 - 5 * d**2 + 8 * d - 4)
    weights = np.rint(256 * np.where(d < 1, near, np.where(d < 2, far, 0))).astype(np.float32)
    ink = (weights @ images.astype(np.float32) @ weights.T).astype(np.int32)  # full ink is 2²⁰
    return (ink >> 12).clip(0, 255).astype(np.uint8)


def _centre(images: np.ndarray) -> np.ndarray:
    """Where the centre of mass, by which MNIST centres its digits, is from the middle: (K, 2) in dots."""
    ink = images.astype(np.int64)
    along = np.stack([ink.sum(2), ink.sum(1)], axis=1)  # (K, 2, 8)
    mean = (2 * CELL * (along * np.arange(8)).sum(2) // along.sum(2) + 1) // 2
    return (mean - 35).astype(np.int32)  # 35 = CELL · 3.5


def _places(sums: np.ndarray, knots: np.ndarray, centre: np.ndarray) -> np.ndarray:
    """The place on the surface, counted row by row, that each pixel of each image shows: (n, 28, 28).

    sums (n, 7), knots (n, 2, 5, 5): what was drawn. centre (n, 2): of the originals, in dots
    """
    pixel = np.arange(-27, 28, 2, dtype=np.int32)  # half pixels from the middle: two dots each
    down, across = pixel[:, None], pixel
    taller, wider, turn, slant = (
        (sums[:, i] * size // 32)[:, None, None] for i, size in enumerate((STRETCH, STRETCH, TURN, SLANT))
    )
    shift = sums[:, 4:6] * SHIFT * 4 + (centre + DOTS // 2) * PART
    bend = _bends(knots)
    y = (2 * PART + taller) * down + turn * across + bend[:, 0] + shift[:, 0, None, None]
    x = (2 * PART + wider) * across + (slant - turn) * down + bend[:, 1] + shift[:, 1, None, None]
    rows, columns = ((axis >> 10).clip(0, DOTS - 1) for axis in (y, x))
    return rows * DOTS + columns


def _bends(knots: np.ndarray) -> np.ndarray:
    """Smooth shifts (n, 2, 28, 28) that follow those drawn on a grid (n, 2, 5, 5): a cubic B-spline."""
    gap = 54 / (KNOTS - 1)
    d = np.abs(np.arange(-27, 28, 2)[:, None] - np.linspace(-27, 27, KNOTS)) / gap
    spline = np.where(d < 1, 2 / 3 - d**2 + d**3 / 2, np.where(d < 2, (2 - d) ** 3 / 6, 0))
    weights = np.rint(64 * spline).astype(np.float32)
    return (weights @ knots.astype(np.float32) @ weights.T).astype(np.int32) * BEND >> 9
