"""Three batch sizes side by side: the same descent as the reference's, counted in examples."""

import math

import numpy as np
import pytest

from coursekit import explore
from coursekit.explore import batches
from coursekit.reference.minibatch import fit_line, line_loss


@pytest.fixture
def explorer():
    made = explore("batches")
    yield made
    made.close()


def test_data_are_standardized():
    X, t = batches.load()
    assert X.shape == (24, 2)
    np.testing.assert_allclose([X[:, 0].mean(), t.mean()], 0, atol=1e-12)
    np.testing.assert_allclose([X[:, 0].std(), t.std()], 1)


@pytest.mark.parametrize("size", [1, 5, 24])
def test_path_is_that_of_the_reference_at_the_end_of_each_epoch(monkeypatch, size):
    X, t = batches.load()
    monkeypatch.setattr(batches, "START", np.zeros(2))  # where the reference starts
    weights, losses, seen = batches.path(X, t, 0.1, 4, size, np.random.default_rng(3))
    w, expected = fit_line(X, t, 0.1, 4, size, np.random.default_rng(3))
    np.testing.assert_allclose(weights[-1], w)
    np.testing.assert_allclose(losses[np.isin(seen, 24 * np.arange(1, 5))], expected)


@pytest.mark.parametrize("size", [1, 5, 6, 24])
def test_losses_stand_at_the_examples_seen(explorer, size):
    explorer.controls["batch_size"].value = size
    seen, losses = explorer.losses["mini-batch"].get_data()
    assert len(seen) == 1 + 5 * math.ceil(24 / size)
    assert seen[-1] == 5 * 24
    assert max(np.diff(seen)) == size
    slope, intercept = explorer.paths["mini-batch"].get_data()
    recomputed = [line_loss(explorer.X, explorer.t, w) for w in np.column_stack([slope, intercept])]
    np.testing.assert_allclose(losses, recomputed)


def test_all_three_start_at_one_place(explorer):
    starts = {tuple(np.array(line.get_data())[:, 0]) for line in explorer.paths.values()}
    assert starts == {tuple(batches.START)}


def test_words_count_the_updates(explorer):
    explorer.controls["batch_size"].value = 5
    explorer.controls["epochs"].value = 3
    assert explorer.words.startswith("1, 5 and 24 updates an epoch.")
    assert "mini-batch (B = 5) 15 updates" in explorer.words
    assert "stochastic (B = 1) 72 updates" in explorer.words


def test_full_batches_only_go_down_and_single_examples_do_not(explorer):
    assert (np.diff(explorer.losses["full batch"].get_ydata()) < 0).all()
    assert (np.diff(explorer.losses["stochastic"].get_ydata()) > 0).any()


def test_mini_batch_of_all_is_the_full_batch(explorer):
    explorer.controls["batch_size"].value = 24
    np.testing.assert_allclose(
        explorer.paths["mini-batch"].get_data(), explorer.paths["full batch"].get_data()
    )


def test_moving_a_slider_keeps_the_order_and_the_button_changes_it(explorer):
    def path():
        return explorer.paths["stochastic"].get_ydata().copy()

    first = path()
    explorer.controls["epochs"].value = 6
    np.testing.assert_array_equal(path()[: len(first)], first)
    explorer.controls["shuffle"].click()
    assert not np.array_equal(path()[: len(first)], first)


def test_divergence_is_told_and_gives_no_warning(rendered, explorer):
    explorer.controls["epochs"].value = 20
    explorer.controls["rate"].value = 1.2
    assert "it diverges" in explorer.words
    assert explorer.notes["stochastic"].get_text().startswith("off the scale")
    assert np.nanmax(np.abs(explorer.losses["stochastic"].get_ydata())) <= 1e6


def test_rate_zero_stays_at_the_start(explorer):
    explorer.controls["rate"].value = 0.0
    losses = explorer.losses["stochastic"].get_ydata()
    np.testing.assert_array_equal(losses, losses[0])
