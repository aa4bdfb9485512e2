"""The inputs z that functions of any shape are tried on: near 0, and far out, where e^z overflows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from coursekit.checking import Case

FAR = "far out"
FACETS = {"values": 0.5, FAR: 0.5}


def inputs(rng: np.random.Generator) -> list[tuple[str, Any]]:
    """Inputs z of every form, with their kinds; the simplest first."""
    return [
        ("a positive number", 2.0),
        ("a negative number", -1.5),
        ("zero", 0.0),
        ("a whole number", 3),
        ("a negative whole number", -2),
        ("the whole number zero", 0),
        ("an array", np.array([-2.0, -0.5, 0.0, 0.5, 3.0])),
        ("an array of negative numbers", np.array([-0.3, -2.5])),
        ("an array of whole numbers", np.array([-1, 0, 2])),
        ("an array of one number", np.array([1.25])),
        ("an array of two dimensions", np.array([[1, -3], [0, 4], [-2, 1]])),
        ("a random array", rng.normal(0, 2, (2, 3))),
        ("a random array of three dimensions", rng.normal(0, 2, (2, 1, 4))),
        ("a random number", float(rng.normal(0, 2))),
    ]


def far_inputs(rng: np.random.Generator) -> list[tuple[str, Any]]:
    """Inputs z from -1000 to 1000, where e^z or e^-z is larger than any float."""
    far = rng.uniform(750, 1000, 3).round(1)
    return [
        ("a very large number", 1000.0),
        ("a very negative number", -1000.0),
        ("very large and very negative whole numbers", np.array([800, -800])),
        ("numbers near 0 and far out", np.array([-1000.0, -1.0, 0.0, 1.0, 1000.0])),
        ("random numbers far out", np.array([far[0], -far[1], far[2]])),
    ]


def cases(rng: np.random.Generator) -> list[Case]:
    """Inputs near 0."""
    return [Case((z,), kind=kind) for kind, z in inputs(rng)]


def stable_cases(rng: np.random.Generator) -> list[Case]:
    """Inputs near 0 and far out."""
    return cases(rng) + far_cases(rng)


def cases_with(
    rng: np.random.Generator, name: str, values: Sequence[float], *, far: bool = False
) -> list[Case]:
    """Inputs alone (the parameter has its default), then with each value of the parameter `name`."""
    small = [-1.5, 2.0, np.array([-2.0, -0.5, 0.0, 1.0]), np.array([[-3, 1], [2, -1]])]
    drawn = [*values, float(rng.uniform(0.2, 0.8)), float(rng.uniform(1.2, 3))]
    given = [
        Case((z, value), kind=f"{name} {value:g}" if value in values else f"a random {name}")
        for value in drawn
        for z in (*small, rng.normal(0, 2, 4))
    ]
    return [*cases(rng), *given, *(far_cases(rng, *values) if far else [])]


def far_cases(rng: np.random.Generator, *values: float) -> list[Case]:
    """Inputs far out, where neither NaN nor a warning is right; alone and with each value of a parameter."""
    alone = [Case((z,), FAR, kind, stable=True) for kind, z in far_inputs(rng)]
    return alone + [
        Case((z, value), FAR, kind, stable=True) for value in values for kind, z in far_inputs(rng)[-2:]
    ]
