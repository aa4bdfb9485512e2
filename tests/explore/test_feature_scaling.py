"""Features of different scale: a long valley; standardized, a round bowl."""

import numpy as np
import pytest

from coursekit import explore
from coursekit.explore.scales import OFFSET, Descent, features
from coursekit.reference.gradient_descent import descend
from coursekit.reference.minibatch import line_gradient, line_loss
from coursekit.reference.scaling import standardize_apply, standardize_fit


@pytest.fixture
def explorer():
    made = explore("feature_scaling")
    yield made
    made.close()


def scaled(scale):
    X, t = features(scale)
    return standardize_apply(X, *standardize_fit(X)), t


@pytest.mark.parametrize("scale", [1, 5, 20])
def test_features_are_as_wide_as_they_say(scale):
    X, t = features(scale)
    np.testing.assert_allclose(X.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(X.std(axis=0), [1, scale])
    np.testing.assert_allclose(t, features(1)[1])  # the scale is a matter of units alone


def test_curvatures_are_those_of_the_loss():
    X, t = features(6)
    descent, h = Descent(X, t, 0.5, 1), 1e-3
    H = X.T @ X / len(t)
    for curvature, axis in zip(*np.linalg.eigh(H), strict=True):
        around = [line_loss(X, t, descent.lowest + step * axis) for step in (-h, 0, h)]
        assert (around[0] - 2 * around[1] + around[2]) / h**2 == pytest.approx(curvature, rel=1e-4)
        assert curvature in descent.curvatures


def test_curvature_along_a_weight_is_the_features_mean_square():
    X, _ = features(7)
    np.testing.assert_allclose(np.diag(X.T @ X / len(X)), np.mean(X**2, axis=0))
    np.testing.assert_allclose(np.diag(X.T @ X / len(X)), [1, 49])


def test_the_border_of_the_rate_is_two_over_the_greatest_curvature():
    X, t = features(5)
    assert Descent(X, t, 0.98, 400).left[-1] < 1e-6
    assert Descent(X, t, 1.02, 400).left[-1] > 1


@pytest.mark.parametrize("share", [0.3, 0.7])
def test_figure_shows_both_paths(explorer, share):
    explorer.controls["share"].value = share
    X, t = features(5)
    for surface, (data, targets) in zip(explorer.surfaces, ((X, t), scaled(5)), strict=True):
        H = data.T @ data / len(targets)
        rate = share * 2 / np.linalg.eigvalsh(H)[-1]
        w = np.linalg.lstsq(data, targets, rcond=None)[0] + OFFSET
        for shown in surface.path.get_xydata():
            np.testing.assert_allclose(shown, w)
            w = w - rate * line_gradient(data, targets, w)


def test_along_each_axis_of_the_bowl_a_step_is_one_factor():
    X, t = features(5)
    descent = Descent(X, t, 0.7, 15)
    values, axes = np.linalg.eigh(X.T @ X / len(t))
    away = (descent.path - descent.lowest) @ axes
    for k, (curvature, start) in enumerate(zip(values, away[0], strict=True)):
        path = descend(lambda x, curvature=curvature: curvature * x, start, descent.rate, 15)
        np.testing.assert_allclose(away[:, k], path, atol=1e-12)


@pytest.mark.parametrize("scale", [1, 8])
def test_lines_are_of_equal_loss(scale):
    X, t = features(scale)
    descent = Descent(X, t, 0.5, 1)
    points = np.column_stack(descent.ellipses(count=3)).reshape(3, -1, 2)[:, :-1]
    heights = np.array([[line_loss(X, t, w) for w in ring[::16]] for ring in points])
    above = heights - line_loss(X, t, descent.lowest)
    np.testing.assert_allclose(above, np.broadcast_to(above[:, :1], above.shape))
    np.testing.assert_allclose(np.sqrt(above[:, 0] / above[0, 0]), [1, 2, 3])


@pytest.mark.parametrize("share", [0.2, 0.5, 0.7, 0.95])
def test_standardized_gets_there_sooner(explorer, share):
    explorer.controls["scale"].value = 10
    explorer.controls["share"].value = share
    raw, standardized = explorer.descents()
    assert standardized.left[-1] < raw.left[-1] / 2
    for line, descent in zip(explorer.losses, (raw, standardized), strict=True):
        np.testing.assert_allclose(line.get_ydata(), np.maximum(descent.left, 1e-30))


def test_words_tell_curvatures_rates_and_what_is_left(explorer):
    assert explorer.words == (
        "A long valley, and a round bowl. As they are: curvatures 0.9 and 25.1, rate 0.056; after 20 steps "
        "1.1 % of the loss is left. Standardized: curvatures 0.7 and 1.3, rate 1.1; after 20 steps "
        "it has arrived."
    )
    explorer.controls["scale"].value = 1
    assert explorer.words.startswith("A round bowl, and a round bowl.")
    explorer.controls["share"].value = 1.05
    assert explorer.words.count("the loss is growing") == 2


def test_a_path_that_leaves_is_told_and_drawn_to_the_edge(rendered, explorer):
    explorer.controls["share"].value = 1.05
    explorer.controls["steps"].value = 50
    assert explorer.surfaces[0].note.get_text().startswith("off the scale")
