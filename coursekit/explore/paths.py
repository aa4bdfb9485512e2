"""Paths of gradient descent on a curve: their numbers, and what they do in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from coursekit.explore.drawing import fixed, short
from coursekit.explore.surfaces import SURFACES, Surface
from coursekit.reference.gradient_descent import descend, regime

REGIME_WORDS = {
    "still": "nothing moves",
    "steady": "it comes closer on one side and never crosses 0",
    "one-step": "a single step lands on the minimum",
    "zigzag": "it zigzags, shrinking",
    "cycle": "it jumps to and fro for ever",
    "diverges": "it zigzags, growing without end",
}
# how a path ends: the headline for one path, the words for several
ENDS = {
    "lowest": ("The minimum", "in the lowest minimum"),
    "local": ("A local minimum", "in a local minimum"),
    "flat": ("Flat, and no minimum", "where it is flat and no minimum"),
    "moving": ("Not at rest", "not at rest yet"),
    "away": ("Off the scale", "off the scale"),
}


def path(surface: Surface, start: float, rate: float, steps: int) -> np.ndarray:
    """The path from `start`, (steps + 1,); infinity or NaN where it ran away."""
    with np.errstate(over="ignore", invalid="ignore"):
        return descend(surface.slope, start, rate, steps)


def fan(surface: Surface, start: float, rates: np.ndarray, steps: int) -> np.ndarray:
    """Where x stands after each step, for every rate at once: (steps + 1, len(rates))."""
    rows = [np.full(len(rates), float(start))]
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(steps):
            rows.append(rows[-1] - rates * surface.slope(rows[-1]))
    return np.array(rows)


def first_outside(surface: Surface, x: np.ndarray) -> int | None:
    """The first step after which x is not in the picture, as infinity and NaN are not; None if it stays."""
    outside = np.flatnonzero(~((x >= surface.low) & (x <= surface.high)))
    return int(outside[0]) if len(outside) else None


def end(surface: Surface, x: np.ndarray) -> str:
    """How a path ends: a key of ENDS.

    At rest means: the slope is below 0.1, and a place of slope zero is within 0.6.
    """
    if first_outside(surface, x[-1:]) is not None:
        return "away"
    place = surface.nearest_stationary(x[-1])
    if abs(x[-1] - place) > 0.6 or abs(surface.slope(x[-1])) > 0.1:
        return "moving"
    return "flat" if place in surface.flat else "lowest" if place == surface.minima[0] else "local"


def told(surface: Surface, rate: float, paths: Sequence[np.ndarray] | np.ndarray) -> tuple[str, str]:
    """A headline, and sentences on what the path does; where several paths end, if there are several."""
    if len(paths) > 1:
        ends = Counter(end(surface, x) for x in paths)
        counts = ", ".join(f"{ends[key]} {words}" for key, (_, words) in ENDS.items() if ends[key])
        return (
            f"{len(paths)} starts",
            f"After {len(paths[0]) - 1} steps: {counts}. Fan and dial show the first.",
        )
    if rate == 0:
        return "Still", "The learning rate is 0, so each step multiplies by 1: nothing moves."
    x = paths[0]
    headline, sentence = _on_parabola(rate, x) if surface is SURFACES["parabola"] else _on_curve(surface, x)
    out = first_outside(surface, x)
    if out is None:
        return headline, sentence
    if end(surface, x) == "away":
        return headline, f"{sentence} It left the picture at step {out}."
    return headline, f"{sentence} At step {out} it was thrown off the scale; it came back."


def _on_parabola(rate: float, x: np.ndarray) -> tuple[str, str]:
    name = regime(rate)
    sentence = f"Each step multiplies x by {fixed(1 - 2 * rate)}: {REGIME_WORDS[name]}."
    return name.replace("-", " ").capitalize(), f"{sentence} {_after(x)}."


def _on_curve(surface: Surface, x: np.ndarray) -> tuple[str, str]:
    how, lowest = end(surface, x), short(surface.minima[0])
    more = {
        "lowest": "the slope is zero, and nowhere is the curve lower.",
        "local": f"the slope is zero, but the curve is lower at x = {lowest}.",
        "flat": f"the slope is almost zero and x hardly moves, yet the minimum is at x = {lowest}.",
        "moving": f"the slope there is {fixed(float(surface.slope(x[-1])))}, so it is still moving."
        if how == "moving"
        else "",
        "away": "far from any minimum.",
    }
    return ENDS[how][0], f"{_after(x)}: {more[how]}"


def _after(x: np.ndarray) -> str:
    steps = len(x) - 1
    where = f"x = {short(x[-1])}" if np.isfinite(x[-1]) else "x is too large for a computer's numbers"
    return f"After {steps} step{'s' * (steps != 1)} {where}"
