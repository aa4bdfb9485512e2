"""The size slider trains when it is moved, and shows and says what came of it."""

from functools import cache
from itertools import islice

import numpy as np
import pytest
from scipy.special import log_softmax

from coursekit import explore
from coursekit.explore import data_size, sizes
from coursekit.reference import mlp


@pytest.fixture(scope="module")
def images(digits):
    (X, y), (X_test, y_test) = digits
    return sizes.Images(X, y, X_test, y_test)


@pytest.fixture(scope="module")
def train_on(images):
    """sizes.train_on, which trains a size once for all tests."""
    return cache(lambda n: sizes.train_on(images, n))


@pytest.fixture
def explorer(monkeypatch, train_on):
    monkeypatch.setattr(data_size, "train_on", lambda images, n: train_on(n))
    made = explore("data_size")
    yield made
    made.close()


def trained(explorer, *choices):
    for n in choices:
        explorer.controls["size"].value = n
    return explorer.trained[choices[-1]]


# --- the numbers


@pytest.mark.parametrize("n", [100, 1000])
def test_shares_and_losses_are_those_of_the_network_after_the_last_update(images, train_on, n):
    found = train_on(n)
    *_, layers = islice(sizes._descent(images.X[:n], images.y[:n], 0), sizes.UPDATES)
    for X, y, share, losses in (
        (images.X[:n], images.y[:n], found.train, found.train_losses),
        (images.X_test, images.y_test, found.test, found.test_losses),
    ):
        Z = mlp.forward(layers, X.reshape(len(X), 784) / 255)[0][-1]
        assert share == pytest.approx(np.mean(Z.argmax(axis=1) == y))
        assert losses[-1] == pytest.approx(-np.mean(log_softmax(Z, axis=1)[np.arange(len(y)), y]), rel=1e-3)


def test_equal_seeds_give_equal_networks_and_others_other_ones(images):
    first, again, other = (sizes.train_on(images, 100, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.test_losses, again.test_losses)
    assert not np.array_equal(first.test_losses, other.test_losses)


def test_few_images_are_learned_by_heart_and_the_test_loss_turns_up(train_on):
    few = train_on(100)
    assert few.train == 1
    assert few.test < 0.85
    assert few.turned_up
    assert few.train_losses[-1] < 0.01
    assert few.test_losses[-1] > few.test_losses.min()


def test_more_images_close_the_gap(train_on):
    found = [train_on(n) for n in (100, 200, 1000)]
    tests = [one.test for one in found]
    assert tests == sorted(tests)
    gaps = [one.train - one.test for one in found]
    assert gaps == sorted(gaps, reverse=True)


def test_epochs_are_updates_by_batches(train_on):
    assert train_on(100).epochs == sizes.UPDATES / 4  # 100 images are 4 batches, the last short


def test_what_it_gets_wrong_is_wrong(images, train_on):
    found = train_on(100)
    assert len(found.wrong) == sizes.WRONG
    assert (images.y_test[found.wrong] != found.said).all()
    assert np.all(np.diff(found.wrong) > 0)


# --- the picture and the words


def test_nothing_is_read_or_trained_before_the_slider_is_moved(monkeypatch):
    def read(**options):
        raise AssertionError("read")

    monkeypatch.setattr("coursekit.data.load_mnist", read)
    explorer = explore("data_size")
    assert explorer.trained == {}
    assert explorer.words.startswith("Nothing is trained yet. Move the slider")
    assert len(explorer.painted.train.get_xdata()) == 0
    explorer.close()


def test_it_says_so_while_the_images_are_read(explorer, monkeypatch, digits):
    heard = []

    def read(say):
        heard.append(explorer.words)
        say("MNIST: from here.")
        return digits

    monkeypatch.setattr("coursekit.data.load_mnist", read)
    trained(explorer, 100, 200)
    assert heard == ["Reading the images. The first time takes a little longer."]
    assert explorer.words.endswith("Data: MNIST.")


def test_picture_fills_in_as_sizes_are_chosen(explorer):
    trained(explorer, 1000, 100, 200)
    expected = [(n, explorer.trained[n].train, explorer.trained[n].test) for n in (100, 200, 1000)]
    sizes_, train = explorer.painted.train.get_data()
    np.testing.assert_allclose(np.column_stack([sizes_, train, explorer.painted.test.get_ydata()]), expected)


def test_losses_gap_and_mistakes_are_those_of_the_chosen_size(explorer):
    for n in (100, 1000):
        now, painted = trained(explorer, n), explorer.painted
        np.testing.assert_allclose(painted.test_loss.get_ydata(), now.test_losses)
        np.testing.assert_allclose(painted.train_loss.get_ydata(), now.train_losses)
        np.testing.assert_array_equal(painted.test_loss.get_xdata(), sizes.LOOKS)
        np.testing.assert_allclose(painted.gap.get_data(), [[n, n], [now.test, now.train]])
        first = painted.mistakes[0]
        np.testing.assert_array_equal(first.images[0].get_array(), explorer.images.X_test[now.wrong[0]])
        assert first.get_title().endswith(f"said {now.said[0]}")


def test_words_give_both_shares_the_gap_and_the_data(explorer):
    now = trained(explorer, 100)
    assert explorer.words.startswith(f"100 images: 100 % of them right, {100 * now.test:.1f} %")
    assert f"{100 * (1 - now.test):.1f} points lower" in explorer.words
    assert "750 epochs" in explorer.words
    assert "has risen to" in explorer.words
    assert explorer.words.endswith("Data: scikit-learn's digits.")


def test_a_test_loss_that_still_falls_is_not_called_risen():
    losses = np.linspace(2, 0.2, len(sizes.LOOKS))
    now = sizes.Trained(60_000, 0.95, 0.96, losses, losses, np.array([], int), np.array([], int))
    headline, sentence = data_size.told(now, "MNIST.")
    assert headline.endswith("1.0 points higher")
    assert "risen" not in sentence


def test_a_size_is_trained_once(explorer, monkeypatch, train_on):
    asked = []
    monkeypatch.setattr(data_size, "train_on", lambda images, n: asked.append(n) or train_on(n))
    trained(explorer, 100, 200, 100)
    assert asked == [100, 200]


def test_what_the_slider_is_dragged_past_is_not_trained(explorer):
    assert explorer.controls["size"].continuous_update is False


def test_back_at_its_first_place_the_slider_keeps_what_was_trained(explorer):
    trained(explorer, 100)
    explorer.controls["size"].value = data_size.UNTRAINED
    assert explorer.words.startswith("No size is chosen.")
    assert len(explorer.painted.train.get_xdata()) == 1
    assert not explorer.painted.test_loss.get_visible()


def test_every_size_can_be_drawn_and_moving_adds_no_artists(rendered, explorer):
    trained(explorer, 100)
    count = len(explorer.figure.findobj())
    trained(explorer, 60_000, 100)
    assert len(explorer.figure.findobj()) == count
