"""The data that comes with the course."""

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest

from coursekit import data

ROOT = Path(__file__).parents[2]


def test_hubble_has_24_nebulae_one_name_each():
    with (ROOT / "data" / "hubble.csv").open(encoding="utf-8", newline="") as file:
        names = [row["nebula"] for row in csv.DictReader(file)]
    assert len(names) == len(set(names)) == 24


def test_hubble_has_two_float_columns_of_24():
    distance, velocity = data.load_hubble()
    assert distance.shape == velocity.shape == (24,)
    assert distance.dtype == velocity.dtype == np.float64
    assert distance.min() == 0.032
    assert distance.max() == 2.0
    assert velocity.max() == 1090


def test_hubble_least_squares_line_is_the_published_one():
    slope, intercept = np.polyfit(*data.load_hubble(), deg=1)
    assert slope == pytest.approx(454.16, abs=0.005)
    assert intercept == pytest.approx(-40.78, abs=0.005)


def test_data_is_read_from_the_package_when_there_is_no_clone(tmp_path, monkeypatch):
    shutil.copy(ROOT / "data" / "hubble.csv", tmp_path)
    monkeypatch.setattr(data.carried, "PLACES", (tmp_path / "no such folder", tmp_path))
    assert data.data_file("hubble.csv") == tmp_path / "hubble.csv"
    assert data.load_hubble()[0].shape == (24,)


def test_missing_data_names_the_file():
    with pytest.raises(FileNotFoundError, match=r"no_such\.csv"):
        data.data_file("no_such.csv")
