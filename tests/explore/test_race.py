"""The race: both neurons are the reference's, from one start; only the loss differs."""

import numpy as np
import pytest

from coursekit import explore
from coursekit.explore.race import COLORS, UPDATES, run, slope
from coursekit.reference.gradient_check import numerical_gradient
from coursekit.reference.logistic import logistic_gradients, neuron
from coursekit.reference.losses import binary_cross_entropy, squared_error

LOSS_OF = {"squared error": squared_error, "cross-entropy": binary_cross_entropy}


@pytest.fixture
def explorer():
    made = explore("race")
    yield made
    made.close()


def test_nothing_moves_before_train_is_pressed(explorer):
    assert explorer.controls["updates"].value == 0
    assert not explorer.play.playing
    for line in explorer.lines.values():
        assert len(line.get_xdata()) == 1


def test_cross_entropys_neuron_is_logistic_regression():
    X, t, w, b, said = np.array([[1.0]]), np.array([0.0]), np.array([2.0]), 1.5, []
    for _ in range(21):
        said.append(neuron(X, w, b)[0])
        dw, db = logistic_gradients(X, t, w, b)
        w, b = w - 0.3 * dw, b - 0.3 * db
    np.testing.assert_allclose(run("cross-entropy", 2.0, 1.5, 0.3, 20), said)


@pytest.mark.parametrize("loss", COLORS)
def test_each_descends_its_own_loss(loss):
    """One step of each is a step down the slope that a nudge measures."""

    def J(theta):
        w, b = theta
        return LOSS_OF[loss](neuron(np.array([[1.0]]), np.array([w]), b), np.array([0.0]))

    w, b = np.array([1.2, -0.4]) - 0.7 * numerical_gradient(J, np.array([1.2, -0.4]))
    expected = neuron(np.array([[1.0]]), np.array([w]), b)[0]
    assert run(loss, 1.2, -0.4, 0.7, 1)[1] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("updates", [1, 30, 300])
def test_figure_shows_both_and_where_they_are(explorer, updates):
    explorer.controls["updates"].value = updates
    for loss in COLORS:
        said = run(loss, 2.0, 2.0, 0.5, updates)
        k, y = explorer.lines[loss].get_data()
        np.testing.assert_array_equal(k, np.arange(updates + 1))
        np.testing.assert_allclose(y, said)
        np.testing.assert_allclose(np.ravel(explorer.now[loss].get_data()), [updates, said[-1]])
        here = [said[-1], slope(loss, said[-1])]
        np.testing.assert_allclose(np.ravel(explorer.here[loss].get_data()), here)


def test_curves_are_y_minus_t_and_the_same_times_the_sigmoids_slope(explorer):
    y, line = explorer.curves["cross-entropy"].get_data()
    np.testing.assert_allclose(line, y - 0)
    np.testing.assert_allclose(explorer.curves["squared error"].get_ydata(), (y - 0) * y * (1 - y))


def test_squared_error_stalls_while_cross_entropy_arrives(explorer):
    explorer.controls["updates"].value = 30
    assert explorer.words.startswith(
        "After 30 updates: cross-entropy is there (y = 0.039), squared error is still wrong (y = 0.964)."
    )
    assert "y (1 − y) = 0.01766, 56.6 times less." in explorer.words


def test_the_more_wrong_the_longer_squared_error_stalls_and_cross_entropy_does_not():
    def first_below_half(loss, start):
        return int(np.argmax(run(loss, start, start, 0.5) < 0.5))

    slow = [first_below_half("squared error", start) for start in (1.0, 1.5, 2.0)]
    fast = [first_below_half("cross-entropy", start) for start in (1.0, 1.5, 2.0)]
    assert np.all(np.diff(slow) > 10)
    assert max(fast) <= 6


def test_a_start_that_is_hardly_wrong_shows_no_race(explorer):
    with explorer.at_once():
        explorer.controls["weight"].value = 0.0
        explorer.controls["bias"].value = 0.0
    assert "both said 0.5, so y − t = 0.5." in explorer.words
    assert "4 times less" in explorer.words


def test_train_moves_on_and_another_start_pauses_and_keeps_the_place(explorer):
    explorer.controls["train"].value = True
    assert explorer.play.playing
    explorer.play.value = 60
    assert explorer.controls["updates"].value == 60
    explorer.controls["weight"].value = 1.0
    assert not explorer.play.playing
    assert explorer.controls["updates"].value == 60
    np.testing.assert_allclose(
        explorer.lines["squared error"].get_ydata(), run("squared error", 1.0, 2.0, 0.5, 60)
    )


def test_a_start_is_drawn_once(explorer, monkeypatch):
    drawn = []
    monkeypatch.setattr(explorer, "draw", lambda: drawn.append(1) or ("a", "b"))
    explorer.controls["bias"].value = 1.0
    assert len(drawn) == 1


def test_the_far_ends_of_the_sliders_can_be_shown(rendered, explorer):
    for weight, bias in ((3.0, 3.0), (-3.0, -3.0)):
        with explorer.at_once():
            explorer.controls["weight"].value, explorer.controls["bias"].value = weight, bias
            explorer.controls["rate"].value, explorer.controls["updates"].value = 1.0, UPDATES
        assert all(np.isfinite(line.get_ydata()).all() for line in explorer.lines.values())


def test_moving_adds_no_artists(rendered, explorer):
    count = len(explorer.figure.findobj())
    for updates in (10, 100):
        explorer.controls["updates"].value = updates
    assert len(explorer.figure.findobj()) == count
