"""The bowl with two curvatures: each axis by itself, and no rate suits both."""

import numpy as np
import pytest

from coursekit import explore
from coursekit.explore.two_curvatures import START, does, ellipses, path
from coursekit.reference.curves import bowl
from coursekit.reference.gradient_descent import descend


@pytest.fixture
def explorer():
    made = explore("two_curvatures")
    yield made
    made.close()


def test_each_axis_goes_its_own_way_down():
    points = path(np.array([1.0, 10.0]), 0.15, 12)
    np.testing.assert_allclose(points[:, 0], descend(lambda x: x, START[0], 0.15, 12))
    np.testing.assert_allclose(points[:, 1], descend(lambda y: 10 * y, START[1], 0.15, 12))


@pytest.mark.parametrize("rate", [0.0, 0.05, 0.15, 0.18])
def test_figure_shows_the_path(explorer, rate):
    explorer.controls["rate"].value = rate
    expected = path(np.array([1.0, 10.0]), rate, 20)
    np.testing.assert_allclose(explorer.path.get_data(), expected.T)
    np.testing.assert_allclose(explorer.points.get_offsets(), expected)


@pytest.mark.parametrize("curvature", [1, 4, 20])
def test_dials_show_the_factor_of_each_axis(explorer, curvature):
    explorer.controls["curvature"].value = curvature
    explorer.controls["rate"].value = 0.1
    assert [dial.factor for dial in explorer.dials] == pytest.approx([0.9, 1 - 0.1 * curvature])


def test_words_say_which_axis_crawls_and_which_zigzags(explorer):
    explorer.controls["rate"].value = 0.18
    assert explorer.words.startswith("x crawls, y zigzags.")
    assert "Along y each step multiplies by −0.80" in explorer.words


def test_no_rate_suits_both_axes():
    rates = np.linspace(0.005, 0.24, 48)
    worst = [max(abs(1 - rate), abs(1 - 10 * rate)) for rate in rates]
    assert min(worst) > 0.8
    assert not any(does(r, 1) == "goes straight in" and does(r, 10) == "goes straight in" for r in rates)


def test_one_rate_suits_a_round_bowl(explorer):
    explorer.controls["curvature"].value = 1
    explorer.controls["rate"].value = 0.5
    assert explorer.words.startswith("x goes straight in, y goes straight in.")


def test_divergence_is_told_and_not_drawn(rendered, explorer):
    explorer.controls["rate"].value = 0.23
    assert explorer.words.startswith("x goes straight in, y zigzags and diverges.")
    assert explorer.note.get_text() == "off the scale from step 2"
    assert np.isnan(explorer.path.get_ydata()[4:]).all()


def test_slider_of_the_rate_ends_a_little_beyond_the_border(explorer):
    for curvature in (1, 5, 20):
        explorer.controls["curvature"].value = curvature
        assert 2 / curvature < explorer.controls["rate"].max < 3 / curvature


def test_ellipses_are_lines_of_equal_height():
    curvatures = np.array([1.0, 10.0])
    points = np.column_stack(ellipses(curvatures, count=3)).reshape(3, -1, 2)[:, :-1]
    heights = bowl(points, curvatures)
    np.testing.assert_allclose(heights, np.broadcast_to(heights[:, :1], heights.shape))
    np.testing.assert_allclose(np.diff(np.sqrt(heights[:, 0])), np.sqrt(heights[0, 0]))
