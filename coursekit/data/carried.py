"""The data that comes with the course: found beside a clone, or inside the installed package."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

PACKAGE = Path(__file__).parents[1]
PLACES = (PACKAGE.parent / "data", PACKAGE / "_data")  # a clone's folder first, then what the wheel carries


def data_file(name: str) -> Path:
    """The path of a data file that comes with the course; FileNotFoundError says where it was sought."""
    for place in PLACES:
        if (place / name).is_file():
            return place / name
    raise FileNotFoundError(f"{name} is neither in {PLACES[0]} nor in {PLACES[1]}; install coursekit again.")


def load_hubble() -> tuple[np.ndarray, np.ndarray]:
    """Hubble's 24 nebulae of 1929: distance (24,) in megaparsecs and radial velocity (24,) in km/s.

    Source: E. Hubble, "A relation between distance and radial velocity among extra-galactic nebulae",
    PNAS 15 (1929) 168-173, Table 1. His distances are about seven times too small.
    """
    with data_file("hubble.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    distance = np.array([float(row["distance_mpc"]) for row in rows])
    velocity = np.array([float(row["velocity_km_s"]) for row in rows])
    return distance, velocity
