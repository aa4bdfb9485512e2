"""Lessons with their training turned down."""

from types import SimpleNamespace

import pytest

from coursekit.grading import quick


@pytest.fixture
def lesson(monkeypatch):
    package = SimpleNamespace(QUICK={"EPOCHS": "20", "LARGE": "2_000"})
    monkeypatch.setattr(quick.importlib, "import_module", lambda name: package)
    return "05_mnist"


def _notebook(source, cell="setup"):
    return {"cells": [{"id": cell, "cell_type": "code", "source": source, "metadata": {}}], "metadata": {}}


def test_the_setup_cells_constants_are_turned_down(lesson):
    given = _notebook("import keras\n\nEPOCHS = 500  # of the story\nLARGE = 60_000\nEPOCHS_LATER = 3")
    quickened = quick.quickened(given, lesson)
    assert quickened["cells"][0]["source"] == (
        "import keras\n\nEPOCHS = 20  # of the story\nLARGE = 2_000\nEPOCHS_LATER = 3"
    )
    assert "500" in given["cells"][0]["source"], "the notebook that is given stays as it was"


def test_other_cells_stay_as_they_are(lesson):
    given = _notebook("EPOCHS = 500", cell="story")
    assert quick.quickened(given, lesson) == given


def test_a_lesson_that_trains_nothing_long_stays_as_it_is():
    given = _notebook("EPOCHS = 500")
    assert quick.quickened(given, "01_gradient_descent") == given
