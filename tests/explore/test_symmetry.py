"""Units that start equal: they stay equal, whatever the training; a nudge tells them apart."""

import numpy as np
import pytest

from coursekit import explore
from coursekit.explore.symmetry import NUDGES, RATE, UPDATES, Training, disc
from coursekit.reference import mlp
from coursekit.reference.activations import sigmoid, tanh, tanh_gradient
from coursekit.reference.initializers import symmetric_units
from coursekit.reference.losses import binary_cross_entropy


@pytest.fixture
def explorer():
    made = explore("symmetry")
    yield made
    made.close()


def test_nothing_is_trained_before_play_is_pressed(explorer):
    assert explorer.controls["updates"].value == 0
    assert not explorer.play.playing
    assert explorer.words.startswith("4 hidden units, all the same. After 0 updates")


def test_training_is_the_references():
    training, (X, T) = Training(0.5, 0.01), disc()
    layers = training.after(0)
    for _ in range(20):
        Z, A = mlp.forward(layers, X, tanh, sigmoid)
        layers = mlp.update(layers, mlp.backward(layers, Z, A, T, tanh_gradient), RATE)
    for (W, b), (right_W, right_b) in zip(training.after(20), layers, strict=True):
        np.testing.assert_allclose(W, right_W)
        np.testing.assert_allclose(b, right_b)
    A = mlp.forward(layers, X, tanh, sigmoid)[1]
    assert training.losses(20)[-1] == pytest.approx(binary_cross_entropy(A[-1], T))
    assert len(training.losses(20)) == 21


def test_equal_columns_stay_equal_to_the_end(explorer):
    for updates in (50, 300, UPDATES):
        explorer.controls["updates"].value = updates
        assert symmetric_units(explorer.training.columns(updates)) == 1
        assert "the columns of W are equal" in explorer.words
    assert explorer.training.losses(UPDATES)[-1] > 0.5  # no better than one unit


def test_four_equal_units_learn_no_more_than_one():
    """One unit of the fourfold effect, started alike: the same outputs after every update."""
    four, (X, T) = Training(0.5, 0.0), disc()
    W, b, v, c = np.full((2, 1), 0.5), np.zeros(1), 0.5, np.zeros(1)
    for _ in range(100):
        H = tanh(X @ W + b)
        dZ = (sigmoid(4 * v * H + c) - T) / len(T)
        dH = dZ * v * tanh_gradient(X @ W + b)
        W, b, v, c = W - X.T @ dH, b - dH.sum(axis=0), v - float(np.sum(H * dZ)), c - dZ.sum(axis=0)
    np.testing.assert_allclose(four.columns(100)[:2], np.tile(W, 4), rtol=1e-9)
    np.testing.assert_allclose(four.predict(100, X), sigmoid(4 * v * tanh(X @ W + b) + c)[:, 0], rtol=1e-9)


def test_zero_weights_do_not_move_at_all(explorer):
    explorer.controls["start"].value = 0.0
    explorer.controls["updates"].value = 200
    assert not explorer.training.columns(200).any()
    np.testing.assert_allclose(explorer.training.losses(200), np.log(2))


def test_a_nudge_breaks_the_symmetry_and_the_disc_is_learned(explorer):
    explorer.controls["nudge"].value = "0.01"
    explorer.controls["updates"].value = UPDATES
    assert explorer.words.startswith("4 hidden units, 4 different ones.")
    assert "100 % of the points are told right" in explorer.words
    assert explorer.training.losses(UPDATES)[-1] < 0.05


def test_a_small_difference_is_multiplied_again_and_again():
    training = Training(0.5, 1e-6)
    apart = [np.ptp(training.columns(k), axis=1).max() for k in (200, 300, 400)]
    assert apart[1] / apart[0] == pytest.approx(apart[2] / apart[1], rel=0.5)
    assert apart[1] > 3 * apart[0]


@pytest.mark.parametrize("nudge", [key for key in NUDGES if key != "0"])
def test_figure_shows_the_weights_and_their_way(explorer, nudge):
    explorer.controls["nudge"].value = nudge
    explorer.controls["updates"].value = 40
    W = explorer.training.after(40)[0][0]
    painted, start = explorer.painted, explorer.training.after(0)[0][0]
    for unit, (point, trail) in enumerate(zip(painted.points, painted.trails, strict=True)):
        np.testing.assert_allclose(np.ravel(point.get_data()), W[:, unit])
        np.testing.assert_allclose(trail.get_xydata()[[0, -1]], [start[:, unit], W[:, unit]])
    np.testing.assert_allclose(painted.entries.get_array(), W)
    shown = [[float(text.get_text().replace("−", "-")) for text in row] for row in painted.numbers]
    np.testing.assert_allclose(shown, W, atol=6e-5)
    np.testing.assert_allclose(painted.losses.get_ydata(), explorer.training.losses(40))


def test_figure_shows_what_the_network_says_of_the_plane(explorer):
    explorer.controls["updates"].value = 25
    says = explorer.painted.says.get_array()
    layers = explorer.training.after(25)
    expected = mlp.predict(layers, explorer.painted.places, tanh, sigmoid)
    np.testing.assert_allclose(says.ravel(), expected[:, 0])


def test_play_moves_on_and_the_slider_goes_back(explorer):
    explorer.play.value = 30
    assert explorer.controls["updates"].value == 30
    said = explorer.words
    explorer.controls["updates"].value = 10
    assert explorer.play.value == 10
    explorer.controls["updates"].value = 30
    assert explorer.words == said


def test_a_frame_is_drawn_once(explorer, monkeypatch):
    drawn = []
    monkeypatch.setattr(explorer, "draw", lambda: drawn.append(1) or ("a", "b"))
    explorer.play.value = 5
    assert len(drawn) == 1


def test_train_starts_the_clock_and_becomes_pause(explorer):
    train = explorer.controls["train"]
    train.value = True
    assert (explorer.play.playing, train.description) == (True, "Pause")
    train.value = False
    assert (explorer.play.playing, train.description) == (False, "Train")


def test_words_are_not_read_aloud_while_it_plays(explorer):
    explorer.controls["train"].value = True
    explorer.play.value = 5
    assert 'aria-live="off"' in explorer.widget.children[1].value
    explorer.pause()
    assert 'aria-live="polite"' in explorer.widget.children[1].value


def test_the_end_stops_it_and_train_begins_again_there(explorer):
    explorer.controls["train"].value = True
    explorer.play.value = UPDATES
    explorer.play.playing = False  # as the browser does at the end
    assert explorer.controls["train"].description == "Train"
    explorer.controls["train"].value = True
    assert explorer.updates == 0


def test_one_update_pauses(explorer):
    explorer.controls["train"].value = True
    explorer.controls["step"].click()
    assert (explorer.updates, explorer.play.playing) == (1, False)


def test_another_start_begins_anew_and_stops_playing(explorer):
    explorer.play.playing = True
    explorer.play.value = 60
    explorer.controls["nudge"].value = "1"
    assert (explorer.controls["updates"].value, explorer.play.value, explorer.play.playing) == (0, 0, False)
    assert "After 0 updates" in explorer.words


def test_disc_has_half_of_each_class_and_a_gap():
    X, T = disc()
    radius = np.hypot(*X.T)
    assert T.mean() == 0.5
    assert radius[T[:, 0] == 1].max() < 1 < 1.4 < radius[T[:, 0] == 0].min()
