"""Learning curves as they are drawn."""

import numpy as np
import pytest

from coursekit.frameworks.curves import curve_figure, draw_curves, in_words

RUN = {"loss": [2.0, 1.0, 0.5], "val_loss": [2.1, 1.2, 1.4]}


@pytest.fixture
def ax():
    return curve_figure().axes[0]


def test_a_runs_curves_have_one_colour_and_start_at_epoch_1(ax):
    draw_curves(ax, {"dropout": RUN, "plain": {"loss": [3.0, 2.0]}})
    training, validation, other = ax.lines
    assert [line.get_label() for line in ax.lines] == [
        "dropout, training",
        "dropout, validation",
        "plain, training",
    ]
    assert training.get_color() == validation.get_color() != other.get_color()
    assert training.get_linestyle() != validation.get_linestyle()
    np.testing.assert_array_equal(validation.get_xdata(), [1, 2, 3])
    np.testing.assert_array_equal(validation.get_ydata(), RUN["val_loss"])
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("epoch", "loss")
    assert ax.get_legend() is not None


def test_torchs_names_are_read_too(ax):
    draw_curves(ax, {"": {"train_loss": [1.0], "valid_loss": [2.0]}})
    assert [line.get_ydata()[0] for line in ax.lines] == [1.0, 2.0]


def test_a_metric_that_no_run_has_is_told(ax):
    with pytest.raises(ValueError, match="accuracy"):
        draw_curves(ax, {"": RUN}, "accuracy")


def test_the_text_names_the_best_epoch():
    assert in_words(RUN) == (
        "Learning curve after 3 epochs: loss 0.5, val_loss 1.4; the validation loss was least in epoch 2."
    )
    assert "least" not in in_words({"loss": [1.0], "val_loss": [float("nan")]})
