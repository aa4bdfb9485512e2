"""The playground shows what the reference computes, and trains while, and only while, it is asked to."""

import asyncio
import time
from itertools import pairwise

import numpy as np
import pytest

from coursekit import explore
from coursekit.explore import planes, playground
from coursekit.explore.playground_picture import GRID, limits
from coursekit.explore.training import STARTS, Training, directions
from coursekit.reference import mlp
from coursekit.reference.activations import ELEMENTWISE, sigmoid
from coursekit.reference.layers import collapse, dead_fraction


@pytest.fixture(scope="module")
def made():
    made = explore("playground")
    yield made
    made.close()


FIRST = {
    "data": "xor",
    "activation": "relu",
    "layers": 1,
    "units": 2,
    "start": "he",
    "rate": 0.1,
    "pace": 100,
}


@pytest.fixture
def explorer(made):
    made.pause()
    made._seed = playground.SEED
    shown(made, **FIRST)
    made._begin()
    return made


def shown(explorer, **values):
    for name, value in values.items():
        explorer.controls[name].value = value
    return explorer.sheets


def trained(explorer, updates, rate=0.3):
    for _ in range(updates):
        explorer.training.update(rate)
    explorer.refresh()
    return explorer.training


def segments(sheet):
    return np.array(sheet.lines.get_segments())


# --- the data


@pytest.mark.parametrize("name", planes.DATA)
def test_data_are_half_of_each_class_within_the_picture_and_equal_for_equal_seeds(name):
    X, T = planes.load(name)
    assert (X.shape, T.shape, T.mean()) == ((500, 2), (500, 1), 0.5)
    assert np.mean(np.abs(X) < planes.WIDE) > 0.99
    np.testing.assert_array_equal(X, planes.load(name)[0])
    assert not np.array_equal(X, planes.load(name, seed=1)[0])


@pytest.mark.parametrize("name", planes.DATA)
def test_a_line_tells_only_the_blobs_apart(name):
    net = Training(data=name, layers=1, units=2, activation="linear", start="he", seed=0)
    for _ in range(300):
        net.update(0.3)
    assert (net.right > 480) is (name == "blobs")


# --- what is shown


def test_nothing_is_trained_before_a_button_is_pressed(explorer):
    assert explorer.training.updates == 0
    assert not explorer.trains
    assert explorer.words.startswith("Update 0:")
    assert explorer.words.endswith("right. Not trained yet.")  # a prediction's answer is not given away


@pytest.mark.parametrize("activation", ["relu", "tanh", "gelu"])
def test_a_step_is_that_of_the_reference(explorer, activation):
    shown(explorer, activation=activation, layers=2, units=5, data="moons", rate=0.3)
    X, T = planes.load("moons")
    f, slope = ELEMENTWISE[activation]
    layers = mlp.start([2, 5, 5, 1], np.random.default_rng(playground.SEED))
    Z, A = mlp.forward(layers, X, f, sigmoid)
    layers = mlp.update(layers, mlp.backward(layers, Z, A, T, slope), 0.3)
    explorer.controls["step"].click()
    for (W, b), (W_right, b_right) in zip(explorer.training.layers, layers, strict=True):
        np.testing.assert_allclose(W, W_right)
        np.testing.assert_allclose(b, b_right)
    assert explorer.words.startswith("Update 1:")
    assert len(explorer.sheets.curve.get_xdata()) == 2


def test_the_plane_is_tinted_by_what_the_network_says(explorer):
    net = trained(explorer, 50)
    sheet = explorer.sheets.plane
    says = mlp.predict(net.layers, sheet.pixels, ELEMENTWISE["relu"][0], sigmoid)
    np.testing.assert_allclose(np.asarray(sheet.image.get_array()).ravel(), says[:, 0])


def test_the_grid_goes_through_the_hidden_layer(explorer):
    net = trained(explorer, 50)
    (W, b), _ = net.layers
    np.testing.assert_allclose(segments(explorer.sheets.folded), np.maximum(GRID @ W + b, 0))
    np.testing.assert_allclose(segments(explorer.sheets.plane), GRID)


def test_linear_layers_leave_a_parallelogram_whatever_they_learn(explorer):
    shown(explorer, activation="linear", layers=3, units=2)
    net = trained(explorer, 200)
    lines = segments(explorer.sheets.folded)
    np.testing.assert_allclose(np.diff(lines, n=2, axis=1), 0, atol=1e-9)  # straight, evenly marked
    np.testing.assert_allclose(
        np.diff(lines, axis=1)[:17], np.diff(lines, axis=1)[:1].repeat(17, 0), atol=1e-9
    )
    W, b = collapse(*zip(*net.layers[:-1], strict=True))
    np.testing.assert_allclose(lines, GRID @ W + b, atol=1e-9)
    assert "parallelogram" in explorer.words
    assert net.right < 350


def test_relu_folds_the_plane_and_the_classes_come_apart(explorer):
    net = trained(explorer, 600)
    (W, b), _ = net.layers
    assert net.right > 490
    lines = segments(explorer.sheets.folded)
    assert lines.min() == 0  # nothing is left of the sheet's other side
    assert np.abs(np.diff(lines, n=2, axis=1)).max() > 0.1  # no longer straight
    x, y = explorer.sheets.creases.get_data()
    ends = np.column_stack([x, y]).reshape(2, 3, 2)[:, :2]
    for unit, crease in enumerate(ends):
        np.testing.assert_allclose((crease @ W + b)[:, unit], 0, atol=1e-9)


@pytest.mark.parametrize(("layers", "units"), [(1, 1), (1, 8), (2, 3)])
def test_with_other_widths_the_outputs_border_stands_upright(explorer, layers, units):
    shown(explorer, layers=layers, units=units, data="moons")
    net = trained(explorer, 50)
    W, b = net.layers[-1]
    T = planes.load("moons")[1]
    for k, points in enumerate(explorer.sheets.folded.points):
        across = points.get_xdata()
        np.testing.assert_allclose(sigmoid(across * np.linalg.norm(W) + b[0]), net.A[-1][k == T])
    tint = np.asarray(explorer.sheets.folded.image.get_array())
    np.testing.assert_allclose(tint, tint[:1].repeat(len(tint), 0))


def test_directions_are_at_right_angles_and_do_not_flip(explorer):
    rng = np.random.default_rng(0)
    hidden, w = rng.normal(size=(50, 6)), rng.normal(size=6)
    first = directions(hidden, w)
    np.testing.assert_allclose(first.T @ first, np.eye(2), atol=1e-12)
    np.testing.assert_allclose(directions(hidden, w, -first)[:, 1], -first[:, 1])
    np.testing.assert_array_equal(directions(hidden, np.zeros(6))[:, 0], np.eye(6)[0])


def test_ends_of_the_axes_hold_everything_and_seldom_change():
    lines = np.array([[[0, -1.1], [3.9, 2.0]]])
    ends = limits(lines, same=False)
    assert (ends[:, 0] <= [0, -1.1]).all()
    assert (ends[:, 1] >= [3.9, 2.0]).all()
    np.testing.assert_allclose(limits(lines * 1.01, same=True), limits(lines, same=True), rtol=0.02)
    assert np.ptp(limits(lines, same=True), axis=0).max() == 0


# --- dead and saturated units


def test_bars_are_the_share_of_examples_that_a_unit_learns_from(explorer):
    shown(explorer, layers=2, units=4)
    net = trained(explorer, 20)
    tops = [segment[1][1] for segment in explorer.sheets.bars.get_segments()]
    np.testing.assert_allclose(tops, np.concatenate([np.mean(A > 0, axis=0) for A in net.A[1:3]]))


def test_too_large_a_rate_kills_units_and_they_are_counted(explorer):
    shown(explorer, layers=2, units=8, data="moons")
    net = trained(explorer, 200, rate=10)
    dead = round(sum(8 * dead_fraction(A) for A in net.A[1:3]))
    assert dead >= 4
    assert f"{dead} of 16 hidden units are dead" in explorer.words
    assert len(explorer.sheets.asleep.get_xdata()) == dead
    before = [W.copy() for W, _ in net.layers]
    gone = np.all(net.A[1] == 0, axis=0)
    trained(explorer, 20, rate=0.1)
    np.testing.assert_array_equal(net.layers[0][0][:, gone], before[0][:, gone])  # for good


def test_leaky_units_are_never_dead(explorer):
    shown(explorer, layers=2, units=8, data="moons", activation="leaky_relu")
    trained(explorer, 5, rate=10)
    assert "learns from some examples" in explorer.words


def test_no_hidden_unit_learns_by_the_step(explorer):
    shown(explorer, activation="step", units=8)
    before = explorer.training.layers
    net = trained(explorer, 30)
    np.testing.assert_array_equal(net.layers[0][0], before[0][0])
    assert not np.array_equal(net.layers[1][0], before[1][0])
    assert "no hidden unit ever changes" in explorer.words


def test_saturated_units_are_counted(explorer):
    shown(explorer, activation="sigmoid", units=4)
    net = explorer.training
    net.layers[0] = (net.layers[0][0], np.array([0, 40, -40, 0.0]))
    trained(explorer, 1)
    assert "2 of 4 hidden units are saturated" in explorer.words
    assert len(explorer.sheets.asleep.get_xdata()) == 2


def test_equal_weights_stay_equal(explorer):
    shown(explorer, start="equal", units=4, activation="tanh")
    W, _ = trained(explorer, 30).layers[0]
    np.testing.assert_allclose(W, W[:, :1].repeat(4, 1))


@pytest.mark.parametrize("start", STARTS)
def test_starts_are_drawn_from_the_seed(start):
    first, again = (
        Training(data="xor", layers=2, units=3, activation="relu", start=start, seed=4) for _ in range(2)
    )
    for (W, b), (W_again, _) in zip(first.layers, again.layers, strict=True):
        np.testing.assert_array_equal(W, W_again)
        assert not b.any()


def test_weights_that_run_away_are_told_and_drawn_without_a_warning(rendered, explorer):
    shown(explorer, activation="linear", layers=3, units=8, start="wide")
    trained(explorer, 300, rate=30)
    assert explorer.training.ran_away
    assert "run away" in explorer.words


# --- the buttons


@pytest.mark.parametrize("name", [*playground.NETWORK])
def test_another_network_begins_untrained_and_paused(explorer, name):
    trained(explorer, 5)
    others = {"data": "moons", "activation": "tanh", "layers": 2, "units": 3, "start": "lecun"}
    shown(explorer, **{name: others[name]})
    assert explorer.training.updates == 0
    assert explorer.words.startswith("Update 0:")


def test_new_weights_are_others(explorer):
    before = explorer.training.layers[0][0]
    explorer.controls["again"].click()
    assert not np.array_equal(before, explorer.training.layers[0][0])


def live(work):
    """Run a coroutine as a notebook's kernel would, with its loop running."""
    return asyncio.run(asyncio.wait_for(work, 30))


async def until(true):
    while not true():
        await asyncio.sleep(0.01)


def test_it_trains_until_it_is_paused_and_goes_on_where_it_was(explorer):
    async def work():
        explorer.controls["train"].value = True
        await until(lambda: explorer.training.updates >= 20)
        explorer.controls["train"].value = False
        at = explorer.training.updates
        await asyncio.sleep(0.3)
        assert explorer.training.updates == at
        assert explorer.words.startswith(f"Update {at}:")
        explorer.controls["train"].value = True
        await until(lambda: explorer.training.updates > at)
        explorer.pause()

    live(work())


def test_the_rate_changes_without_a_restart(explorer):
    async def work():
        explorer.controls["train"].value = True
        await until(lambda: explorer.training.updates >= 5)
        at = explorer.training.updates
        shown(explorer, rate=1.0)
        await until(lambda: explorer.training.updates > at)
        assert explorer.trains
        explorer.pause()

    rates = []
    update = Training.update
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Training, "update", lambda self, rate: rates.append(rate) or update(self, rate))
        live(work())
    changes = [(a, b) for a, b in pairwise(rates) if a != b]
    assert changes == [(0.1, 1.0)]


def test_others_have_their_turn_while_it_trains(explorer):
    turns = []

    async def other():
        while True:
            turns.append(explorer.training.updates)
            await asyncio.sleep(0)

    async def work():
        task = asyncio.create_task(other())
        shown(explorer, pace=1000, train=True)
        await until(lambda: explorer.training.updates >= 150)
        explorer.pause()
        task.cancel()

    live(work())
    assert len(set(turns)) >= 3


def test_pressing_twice_in_a_row_does_not_train_twice_as_fast(explorer):
    async def work():
        for value in (True, False, True):
            explorer.controls["train"].value = value
        await asyncio.sleep(0)
        alive = [task for task in asyncio.all_tasks() if task.get_coro().__name__ == "_train"]
        explorer.pause()
        return len(alive)

    assert live(work()) == 1


def test_it_stops_when_it_is_closed():
    async def work(close):
        explorer = explore("playground")
        explorer.controls["train"].value = True
        await until(lambda: explorer.training.updates >= 5)
        close(explorer)
        at = explorer.training.updates
        await asyncio.sleep(0.3)
        assert explorer.training.updates == at

    live(work(lambda explorer: explorer.close()))
    live(work(lambda explorer: explorer.widget.close()))


def test_it_pauses_by_itself_when_nobody_does(explorer, monkeypatch):
    monkeypatch.setattr(playground, "MOST", 30)

    async def work():
        shown(explorer, pace=1000, train=True)
        await until(lambda: not explorer.trains)

    live(work())
    assert 30 <= explorer.training.updates < 1000


def test_the_button_says_what_it_does_and_words_are_read_out_at_the_end_only(explorer):
    async def work():
        button = explorer.controls["train"]
        assert button.description == "Train"
        button.value = True
        assert (button.description, 'aria-live="off"' in explorer._status.value) == ("Pause", True)
        await asyncio.sleep(0)
        button.value = False
        assert (button.description, 'aria-live="polite"' in explorer._status.value) == ("Train", True)

    live(work())


def test_without_a_kernel_training_is_refused_and_steps_work(explorer):
    with pytest.raises(RuntimeError):
        explorer.controls["train"].value = True
    assert not explorer.trains
    explorer.controls["step"].click()
    assert explorer.training.updates == 1


def test_updates_are_those_owed_and_no_more_than_there_is_time_for(explorer, monkeypatch):
    assert explorer._catch_up(7.5) == 0.5
    assert explorer.training.updates == 7
    now = iter(np.arange(0, 100, 0.04))
    monkeypatch.setattr(time, "perf_counter", lambda: next(now))
    assert explorer._catch_up(1000) == 0.0
    assert explorer.training.updates == 9
