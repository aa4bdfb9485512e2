"""Counting, early stopping and curves: against torch's layers and loaders, and the rule in words."""

from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from coursekit.reference.training import (
    diagnose,
    learning_with_more_data,
    parameter_count,
    stop_epoch,
    updates_per_epoch,
)


def test_the_lessons_network_has_22270_parameters():
    assert parameter_count([784, 28, 10]) == 22_270


@given(st.lists(st.integers(1, 20), min_size=1, max_size=5))
def test_parameters_are_those_of_torchs_layers(widths):
    layers = torch.nn.Sequential(*(torch.nn.Linear(*pair) for pair in pairwise(widths)))
    assert parameter_count(widths) == sum(parameter.numel() for parameter in layers.parameters())


@given(st.integers(1, 200), st.integers(1, 50))
def test_updates_are_as_many_as_a_data_loader_gives_batches(n, batch_size):
    assert updates_per_epoch(n, batch_size) == len(torch.utils.data.DataLoader(range(n), batch_size))


def test_a_batch_of_nothing_is_told():
    with pytest.raises(ValueError, match="at least one example"):
        updates_per_epoch(10, 0)


@given(st.lists(st.integers(0, 6), min_size=1, max_size=15), st.integers(1, 5))
def test_training_stops_after_the_first_patience_epochs_that_bring_nothing(losses, patience):
    stopped_at, best_epoch = stop_epoch(losses, patience)
    run = losses[: stopped_at + 1]
    assert best_epoch == run.index(min(run))
    nothing_new = [
        e for e in range(patience, len(losses)) if min(losses[: e - patience + 1]) <= min(losses[: e + 1])
    ]
    assert stopped_at == min(nothing_new, default=len(losses) - 1)


def test_a_loss_that_is_no_number_is_never_better():
    nan = float("nan")
    assert stop_epoch([nan, 1.0, nan, nan], 2) == (3, 1)
    assert stop_epoch([nan, nan, nan], 2) == (2, 0)


@pytest.mark.parametrize(("losses", "patience"), [([], 2), ([1.0], 0)])
def test_no_loss_or_no_patience_is_told(losses, patience):
    with pytest.raises(ValueError, match="at least one loss"):
        stop_epoch(losses, patience)


@pytest.mark.parametrize(
    ("loss", "val_loss", "word"),
    [
        ([2.3, 1.9, 1.8], [2.3, 1.95, 1.85], "underfitting"),
        ([2.0, 0.5, 0.1], [2.0, 0.4, 0.5], "overfitting"),
        ([2.0, 0.5, 0.1], [2.0, 0.6, 0.5], "overfitting"),
        ([2.0, 0.5, 0.2], [2.0, 0.6, 0.22], "good"),
    ],
)
def test_curves_are_told_apart(loss, val_loss, word):
    assert diagnose({"loss": loss, "val_loss": val_loss}) == word


def test_a_case_that_is_not_clear_is_told():
    with pytest.raises(ValueError, match=r"no clear case: loss ends at 0\.6"):
        diagnose({"loss": [1.0, 0.6], "val_loss": [1.0, 0.7]})


def test_sizes_ascend_and_each_is_trained_once():
    trained = []
    found = learning_with_more_data([300, 100, 200], lambda size: trained.append(size) or size / 1000)
    assert found == [(100, 0.1), (200, 0.2), (300, 0.3)]
    assert sorted(trained) == [100, 200, 300]
