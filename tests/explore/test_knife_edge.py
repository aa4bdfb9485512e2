"""The knife edge: the figure shows what the reference computes, and the words say what the figure shows."""

import numpy as np
import pytest

from coursekit import explore
from coursekit.explore.drawing import new_figure
from coursekit.explore.gauge import Gauge
from coursekit.explore.knife_edge import ACTIVATIONS
from coursekit.explore.knife_picture import BINS, VALUES, histograms
from coursekit.explore.signals import INITIALIZERS, does, factor, number, passage, saturated
from coursekit.reference import initializers
from coursekit.reference.activations import ELEMENTWISE


@pytest.fixture(scope="module")
def explorer():
    made = explore("knife_edge")
    yield made
    made.close()


def set_to(explorer, **values):
    """The explorer with these values, and its first ones elsewhere."""
    first = {"activation": "relu", "initializer": "lecun", "gain": 1.0, "depth": 20, "width": 256}
    with explorer.at_once():
        for name, value in (first | values).items():
            explorer.controls[name].value = value
    return explorer


def stack(n, depth, deviation, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(32, n)), [rng.normal(0, deviation, (n, n)) for _ in range(depth)]


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid", "elu"])
def test_deviations_are_the_references(activation):
    X, weights = stack(24, 6, 0.2)
    f, slope = ELEMENTWISE[activation]
    now = passage(X, [W / 1.5 for W in weights], 1.5, activation, np.ones_like(X))
    np.testing.assert_allclose(now.signal_stds, initializers.signal_stds(X, weights, f))
    np.testing.assert_allclose(now.gradient_stds, initializers.gradient_stds(X, weights, f, slope))


@pytest.mark.parametrize("activation", ["tanh", "sigmoid"])
def test_gradients_are_those_of_finite_differences(activation):
    X, weights = stack(3, 4, 0.7)
    dA = np.random.default_rng(1).normal(size=X.shape)
    f, h = ELEMENTWISE[activation][0], 1e-6
    now = passage(X, weights, 1.0, activation, dA)

    def loss(place, nudge):
        """Σ dA · A_L, with `nudge` added to the pre-activations of the second layer at `place`."""
        A = X
        for layer, W in enumerate(weights, start=1):
            Z = A @ W
            Z[place] += nudge * (layer == 2)
            A = f(Z)
        return np.sum(dA * A)

    for place in [(0, 0), (5, 2), (31, 1)]:
        measured = (loss(place, h) - loss(place, -h)) / (2 * h)
        assert now.gradients[1][place] == pytest.approx(measured, rel=1e-5)


def test_figure_shows_the_deviations_and_the_histograms(explorer):
    now = set_to(explorer, gain=1.3, depth=12).passage
    knife = explorer.knife
    np.testing.assert_array_equal(knife.signal.get_xdata(), np.arange(1, 13))
    np.testing.assert_allclose(knife.signal.get_ydata(), now.signal_stds)
    np.testing.assert_allclose(knife.gradient.get_ydata(), now.gradient_stds)
    assert [gauge.factor for gauge in knife.gauges] == list(now.factors)
    for picture, values in zip(knife.histograms, (now.signals, now.gradients), strict=True):
        np.testing.assert_allclose(picture.image.get_array(), histograms(values).T ** 0.4)


def test_histograms_count_every_value_in_its_bin():
    values = np.random.default_rng(0).normal(0, 1.5, (4, 10, 30))
    edges = np.linspace(-VALUES, VALUES, BINS + 1)
    counts = [np.histogram(layer, edges)[0] / layer.size for layer in values]
    np.testing.assert_allclose(histograms(values), counts)


@pytest.mark.parametrize(("activation", "border"), [("relu", 2.0), ("linear", 1.0), ("leaky_relu", 2.0)])
def test_the_line_is_straight_and_its_slope_changes_sign_at_the_border(explorer, activation, border):
    for n_var, sign in ((0.5 * border, -1), (0.85 * border, -1), (1.18 * border, 1), (2 * border, 1)):
        set_to(explorer, activation=activation, gain=round(np.sqrt(n_var), 2))
        logs = np.log(explorer.passage.signal_stds)
        layers = np.arange(len(logs))
        slope = np.polyfit(layers, logs, 1)[0]
        assert np.sign(slope) == sign
        assert slope == pytest.approx(np.log(explorer.n_var / border) / 2, abs=0.03)
        assert np.abs(logs - np.polyval(np.polyfit(layers, logs, 1), layers)).max() < 0.35


def test_tanh_keeps_its_signal_only_near_one(explorer):
    assert "signal fades," in set_to(explorer, activation="tanh", gain=0.8).words
    assert "signal fades slowly" in set_to(explorer, activation="tanh").words
    assert "signal explodes" not in set_to(explorer, activation="tanh", gain=2.0).words


def test_the_formula_is_drawn_where_there_is_one(explorer):
    set_to(explorer, gain=1.2)
    expected = explorer.passage.signal_stds[0] * np.sqrt(explorer.n_var / 2) ** np.arange(20)
    np.testing.assert_allclose(explorer.knife.formula.get_ydata(), expected)
    set_to(explorer, activation="tanh")
    assert len(explorer.knife.formula.get_ydata()) == 0


@pytest.mark.parametrize("name", INITIALIZERS)
@pytest.mark.parametrize("gain", [1.0, 1.5])
def test_n_var_is_that_of_the_weights(explorer, name, gain):
    set_to(explorer, initializer=name, gain=gain, width=64)
    weights = np.array(explorer._draws()[2])
    assert explorer.n_var == pytest.approx(64 * (gain * weights).var(), rel=0.02)


def test_words_at_the_knife_edge(explorer):
    words = set_to(explorer, initializer="he").words
    assert words.startswith("The signal keeps its size, the gradient keeps its size. n·Var(w) = 2.00.")
    words = set_to(explorer).words
    assert words.startswith("The signal fades, the gradient fades. n·Var(w) = 1.00.")
    assert "a layer multiplies the signal's deviation by 0.70: 0.58 in layer 1, 7.0 · 10⁻⁴" in words
    assert set_to(explorer, gain=2.0).words.startswith("The signal explodes, the gradient explodes.")


def test_a_healthy_signal_may_hide_a_dying_gradient(explorer):
    words = set_to(explorer, activation="sigmoid").words
    assert words.startswith("The signal keeps its size, the gradient fades.")
    assert explorer.passage.factors[1] < 0.25


def test_saturation_is_told(explorer):
    assert "saturated" not in set_to(explorer, activation="tanh").words
    words = set_to(explorer, activation="tanh", gain=2.0).words
    assert "the gradient explodes" in words
    assert "of the activations are saturated" in words


def test_saturated_counts_what_is_near_an_end():
    assert saturated(np.array([-0.96, 0.94, 0.0, 0.99]), "tanh") == 0.5
    assert saturated(np.array([0.02, 0.03, 0.5, 0.98]), "sigmoid") == 0.5
    assert saturated(np.array([-3.0, 100.0]), "relu") == 0


def test_width_256_at_deviation_one_hundredth_falls_below_1e_15(explorer):
    for activation in ("relu", "tanh"):
        assert set_to(explorer, activation=activation, initializer="small").passage.signal_stds[-1] < 1e-15


def test_every_choice_can_be_drawn(rendered):
    """Narrow and deep, every activation from much too small to much too large: no warning, no gap."""
    explorer = explore("knife_edge", depth=30, width=16)
    for activation in ACTIVATIONS:
        for initializer, gain in (("small", 0.5), ("one", 2.0)):
            with explorer.at_once():
                for name, value in zip(
                    ("activation", "initializer", "gain"), (activation, initializer, gain), strict=True
                ):
                    explorer.controls[name].value = value
            low, high = explorer.knife.stds.get_ylim()
            assert low * high == pytest.approx(1)
            for line in (explorer.knife.signal, explorer.knife.gradient):
                assert low < line.get_ydata().min() <= line.get_ydata().max() < high
    explorer.close()


def test_new_weights_are_drawn_and_the_factor_stays(explorer):
    before = set_to(explorer).passage
    explorer.controls["draw"].click()
    assert not np.array_equal(explorer.passage.signals, before.signals)
    assert explorer.passage.factors == pytest.approx(before.factors, abs=0.04)


def test_equal_seeds_draw_equal_weights():
    first, second = explore("knife_edge", width=16, seed=3), explore("knife_edge", width=16, seed=3)
    assert first.words == second.words
    first.close()
    second.close()


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.5, "fades"), (0.92, "fades slowly"), (1.0, "keeps its size"), (1.1, "grows slowly"), (3, "explodes")],
)
def test_factors_have_words(value, words):
    assert does(value) == words


def test_factor_is_the_geometric_mean():
    assert factor(0.3 * 0.7 ** np.arange(9)) == pytest.approx(0.7)
    assert factor(np.array([1.0, 0.5, 0.0])) == 0


@pytest.mark.parametrize(
    ("value", "text"),
    [(7.04e-4, "7.0 · 10⁻⁴"), (0.58, "0.58"), (256, "256"), (8.5e20, "8.5 · 10²⁰"), (0, "0")],
)
def test_numbers_are_written_as_people_write_them(value, text):
    assert number(value) == text


@pytest.mark.parametrize(("value", "side"), [(1, (0, 1)), (1 / 4, (-1, 0)), (4, (1, 0)), (1e9, (1, 0))])
def test_needle_stands_upright_at_one(value, side):
    gauge = Gauge(new_figure(2, 2).subplots(), "a factor")
    gauge.turn(value)
    (_, x), (_, y) = gauge._needle.get_data()
    np.testing.assert_allclose(np.array([x, y]) / np.hypot(x, y), side, atol=1e-12)
