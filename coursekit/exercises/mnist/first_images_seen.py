"""What a figure of images shows: which image is where, and its title."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

Pictures = list[dict[str, Any]]


def look_at_figure(plot_one_of_each: Any, X: Any, y: Any) -> Any:
    from matplotlib.figure import FigureBase

    from coursekit.checking.probes import figures_apart, pictures

    with figures_apart():
        figure = plot_one_of_each(X, y)
        if isinstance(figure, FigureBase):
            return pictures(figure)
        return figure if figure is None else f"a {type(figure).__name__}"


def same_picture(got: Any, right: Any) -> bool:
    """Whether an image is this one; brighter, darker, in other units or as a negative it is the same."""
    got = np.asarray(got, dtype=float)
    got = got[..., :3].mean(axis=-1) if got.ndim == 3 else got
    if got.shape != right.shape:
        return False
    levels = _levels(got)
    return any(np.allclose(one, _levels(right), atol=0.01) for one in (levels, 1 - levels))


def _levels(image: np.ndarray) -> np.ndarray:
    return (image - image.min()) / (np.ptp(image) or 1.0)


def _orders(seen: Pictures) -> list[Pictures]:
    """As they were made; as one reads them, row by row; column by column."""
    rows = sorted(seen, key=lambda one: (-round(one["corner"][1]), round(one["corner"][0])))
    columns = sorted(seen, key=lambda one: (round(one["corner"][0]), -round(one["corner"][1])))
    return [seen, rows, columns]


def showing(seen: Any, images: Any) -> Pictures | None:
    """The pictures in the order in which they show exactly these images; None where they do not."""
    for pictures in _orders(seen) if len(seen) == len(images) else []:
        if all(same_picture(one["image"], image) for one, image in zip(pictures, images, strict=True)):
            return pictures
    return None


def names(titles: list[str], label: Any) -> bool:
    numbers = re.findall(r"\d+(?:\.\d+)?", " ".join(titles))
    return any(float(number) == label for number in numbers)


def in_words(seen: Any) -> str:
    if not isinstance(seen, list):
        return str(seen)
    titles = [", ".join(one["titles"]) for one in seen]
    return f"Axes with an image: {len(seen)}, their titles: {titles}"
