"""What lesson 4 says in formulas and figures, computed with the answers of its solved notebooks.

Each test of a formula holds the formula as the lesson shows it, so that neither changes alone.
"""

from __future__ import annotations

from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest

from coursekit.explore.knife_edge import KnifeEdge
from coursekit.explore.scales import features
from coursekit.explore.symmetry import UNITS, UPDATES, Training
from coursekit.reference.activations import (
    ELEMENTWISE,
    relu,
    relu_gradient,
    sigmoid_gradient,
    tanh,
    tanh_gradient,
)
from coursekit.reference.losses import softmax_cross_entropy
from coursekit.reference.minibatch import line_loss


@pytest.fixture(scope="module")
def lesson4(by_name):
    return by_name("04_initialization")


@pytest.fixture(scope="module")
def practice4(by_name):
    return by_name("04_initialization_practice")


@pytest.fixture(scope="module")
def own(lesson4, practice4):
    """The names that the lesson and its practice define, as attributes."""
    return SimpleNamespace(**(practice4.scope | lesson4.scope))


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def says(notebook, *texts):
    """The notebook's words hold these, so that a test of a figure is a test of what is printed."""
    everything = "\n".join(cell.source for cell in notebook.cells)
    return all(text in everything for text in texts)


def mean_square(values):
    return float(np.mean(np.square(values)))


def test_curvature_along_a_weight_is_the_features_mean_square(lesson4, rng):
    assert says(lesson4, r"\frac{\partial^2 J}{\partial w_j^2} = \frac1N \sum_n x_{nj}^2")
    X, t, w, h = rng.normal(3, 2, (20, 2)), rng.normal(size=20), np.array([0.3, -1.0]), 1e-3
    for j, step in enumerate(h * np.eye(2)):
        second = (line_loss(X, t, w + step) - 2 * line_loss(X, t, w) + line_loss(X, t, w - step)) / h**2
        assert second == pytest.approx(np.sum(X[:, j] ** 2) / len(X), rel=1e-6)


def test_ten_times_as_wide_is_100_times_the_curvature(lesson4):
    assert says(lesson4, '"100 times"', "10² = 100")
    X, _ = features(10)
    assert mean_square(X[:, 1]) / mean_square(X[:, 0]) == pytest.approx(100)


def test_standardized_has_mean_0_and_deviation_1_and_keeps_its_shape(lesson4, own, rng):
    assert says(lesson4, r"x' = \frac{x - \mu}{\sigma}", "It does not make data Gaussian")
    train, X = rng.exponential(3, (500, 2)), rng.exponential(3, (50, 2))
    mu, sigma = train.mean(axis=0), train.std(axis=0)
    np.testing.assert_allclose(own.standardize_apply(X, *own.standardize_fit(train)), (X - mu) / sigma)
    scaled = own.standardize_apply(train, *own.standardize_fit(train))
    np.testing.assert_allclose([scaled.mean(axis=0), scaled.std(axis=0)], [[0, 0], [1, 1]], atol=1e-12)
    assert (np.mean(scaled**3, axis=0) > 1).all()  # as skewed as before; a Gaussian's is 0


def test_min_max_lands_between_0_and_1_and_one_outlier_moves_it(lesson4, rng):
    assert says(lesson4, r"$(x - \min)/(\max - \min)$, lands in $[0, 1]$, and one outlier moves it")
    x = rng.normal(size=100)
    for data, most in ((x, 1), (np.append(x, 1000.0), 0.01)):
        scaled = (data - data.min()) / (data.max() - data.min())
        assert (scaled.min(), scaled.max()) == (0, 1)
        assert scaled[:100].max() <= most


def test_equal_units_are_one_unit_and_a_millionth_is_enough(lesson4, own):
    assert says(lesson4, f"After {UPDATES} updates", "A difference of a millionth is enough")
    assert own.symmetric_units(Training(0.5, 0.0).columns(UPDATES)) == 1
    nudged = Training(0.5, 1e-6)
    assert own.symmetric_units(nudged.columns(UPDATES)) == UNITS
    assert np.mean((nudged.predict(1500, nudged.X) > 0.5) == (nudged.T[:, 0] == 1)) == 1


def test_a_sum_of_n_products_has_n_times_the_variance(lesson4, rng):
    assert says(lesson4, r"\mathrm{E}[z^2] = n\,\mathrm{Var}(w)\;\mathrm{E}[x^2]")
    n, std = 60, 0.3
    X = rng.exponential(1.0, (50, n))  # of mean 1: it is the mean square that counts
    weights = rng.normal(0, std, (n, 40_000))
    assert mean_square(X @ weights) == pytest.approx(n * std**2 * mean_square(X), rel=0.02)


def test_relu_keeps_half_of_the_mean_square(lesson4, rng):
    assert says(lesson4, r"\mathrm{E}[\mathrm{relu}(z)^2] = \tfrac12\,\mathrm{E}[z^2]")
    z = rng.normal(0, 1.7, 400_000)
    assert mean_square(relu(z)) == pytest.approx(mean_square(z) / 2, rel=0.02)


@pytest.mark.parametrize("n_var", [0.7, 2.0, 3.0])
def test_layers_of_relu_multiply_by_equal_factors(lesson4, rng, n_var):
    assert says(
        lesson4,
        r"\mathrm{E}[a_\ell^2] = \left(\tfrac12\, n\,\mathrm{Var}(w)\right)^{\ell}\, \mathrm{E}[x^2]",
        r"$\mathrm{Var}(w) = 2/n$ keeps it",
    )
    n, layers, squares = 100, 6, []
    X = rng.normal(size=(20, n))
    for _ in range(60):
        A = X
        for _ in range(layers):
            A = relu(A @ rng.normal(0, np.sqrt(n_var / n), (n, n)))
        squares.append(mean_square(A))
    assert np.mean(squares) == pytest.approx((n_var / 2) ** layers * mean_square(X), rel=0.15)


def test_he_keeps_the_signal_whatever_the_widths(lesson4, own, rng):
    assert says(
        lesson4, "level with He's weights", "up to 30 with weights 1.2 times", "to 0.01 with 0.8 times"
    )
    widths = rng.integers(100, 500, 21)
    X = rng.normal(size=(50, widths[0]))
    weights = [own.he_normal(*sizes, rng) for sizes in pairwise(widths)]
    for factor, last in ((1, 0.8), (1.2, 30), (0.8, 0.01)):
        stds = own.signal_stds(X, [factor * W for W in weights], relu)
        assert stds[-1] == pytest.approx(last, rel=0.5)


def test_a_uniform_distribution_has_a_third_of_its_squared_limit(lesson4, own, rng):
    assert says(lesson4, r"\mathrm{Var}(w) = \frac{a^2}{3}", "a variance of $1/(3n)$, a third of LeCun's")
    a, n = 0.7, 50
    assert rng.uniform(-a, a, 400_000).var() == pytest.approx(a**2 / 3, rel=0.01)
    assert own.uniform_limit(a**2 / 3) == pytest.approx(a)
    assert own.inverse_root(n, 4000, rng).var() == pytest.approx(1 / (3 * n), rel=0.01)
    assert own.lecun_normal(n, 4000, rng).var() == pytest.approx(1 / n, rel=0.02)


def test_gradients_return_through_the_transposed_weights(lesson4, rng):
    assert says(lesson4, r"dZ_{\ell-1} = (dZ_\ell\, W_\ell^\top) * f'(Z_{\ell-1})")
    Z, W, dZ, h = rng.normal(size=(3, 4)), rng.normal(size=(4, 2)), rng.normal(size=(3, 2)), 1e-6
    back = (dZ @ W.T) * tanh_gradient(Z)
    for place in np.ndindex(Z.shape):
        step = np.zeros_like(Z)
        step[place] = h
        measured = np.sum(dZ * (tanh(Z + step) @ W - tanh(Z - step) @ W)) / (2 * h)
        assert back[place] == pytest.approx(measured, rel=1e-6, abs=1e-9)


def test_relus_slope_halves_the_way_back_too(lesson4, rng):
    assert says(lesson4, "ReLU's $f'$ is 1 for half of the entries and 0 for the others: again ½.")
    Z, dA = rng.normal(size=(2, 500, 400))
    assert mean_square(dA * relu_gradient(Z)) == pytest.approx(mean_square(dA) / 2, rel=0.02)


def test_forward_n_in_counts_backward_n_out(lesson4, own, rng):
    forward = r"forward by $n_\mathrm{in}\mathrm{Var}(w)$"
    assert says(lesson4, r"multiply the mean square by $n_\mathrm{out}\mathrm{Var}(w)$", forward)
    assert says(lesson4, "1/n_in: 1 and a quarter. 1/n_out: 4 and 1. Glorot lies between: 1.6 and 0.4.")
    n_in, n_out = 400, 100
    X, dZ = rng.normal(size=(500, n_in)), rng.normal(size=(500, n_out))
    glorot = own.glorot_uniform(n_in, n_out, rng)
    for W, factors in (
        (own.lecun_normal(n_in, n_out, rng), (1, 1 / 4)),
        (rng.normal(0, np.sqrt(1 / n_out), (n_in, n_out)), (4, 1)),
        (glorot, (1.6, 0.4)),
    ):
        assert (mean_square(X @ W), mean_square(dZ @ W.T)) == pytest.approx(factors, rel=0.05)


def test_glorots_limit_gives_glorots_variance(lesson4, own, rng):
    variance = r"\mathrm{Var}(w) = \frac{2}{n_\mathrm{in} + n_\mathrm{out}}"
    assert says(lesson4, variance, r"a = \sqrt{\frac{6}{n_\mathrm{in} + n_\mathrm{out}}}")
    n_in, n_out = 300, 500
    assert own.uniform_limit(2 / (n_in + n_out)) == pytest.approx(np.sqrt(6 / (n_in + n_out)))
    W = own.glorot_uniform(n_in, n_out, rng)
    assert W.var() == pytest.approx(2 / (n_in + n_out), rel=0.02)
    assert np.abs(W).max() == pytest.approx(np.sqrt(6 / (n_in + n_out)), rel=1e-3)
    assert 1 / n_out < 2 / (n_in + n_out) < 1 / n_in  # a compromise: between the two


def test_a_sigmoids_slope_is_a_quarter_at_most(lesson4):
    assert says(lesson4, "σ′ is at most ¼, so each layer leaves less than a quarter")
    assert sigmoid_gradient(np.linspace(-9, 9, 1801)).max() == sigmoid_gradient(0.0) == 0.25
    explorer = KnifeEdge(activation="sigmoid")
    assert explorer.words.startswith("The signal keeps its size, the gradient fades.")
    assert explorer.passage.factors[1] < 0.25
    explorer.close()


def test_tanh_with_gain_2_hides_an_exploding_gradient(lesson4):
    assert says(lesson4, "tanh with gain 2: the signals stay between −1 and 1, and the gradients explode")
    explorer = KnifeEdge(activation="tanh", gain=2.0)
    assert explorer.words.startswith("The signal keeps its size, the gradient explodes.")
    explorer.close()


def test_the_knife_edge_is_at_gain_root_two(lesson4):
    assert says(lesson4, "at one gain only, √2, where n·Var(w) is 2")
    explorer = KnifeEdge()
    assert "the signal fades" in explorer.words.lower()
    explorer.controls["gain"].value = 1.41
    assert explorer.n_var == pytest.approx(2, abs=0.02)
    assert explorer.words.startswith("The signal keeps its size, the gradient keeps its size.")
    for gain in (1.3, 1.55):
        explorer.controls["gain"].value = gain
        assert "keeps" not in explorer.words
    explorer.close()


def test_first_loss_is_the_logarithm_of_the_number_of_classes(lesson4, own, rng):
    assert says(lesson4, r"J = -\ln\frac1C = \ln C")
    for C in (2, 10, 1000):
        nothing_known = softmax_cross_entropy(np.zeros((5, C)), np.arange(5) % C)
        assert own.initial_loss(C) == pytest.approx(-np.log(1 / C)) == pytest.approx(nothing_known)
    assert says(lesson4, "2.3 while their deviation is below 0.5", "to about 45 at a deviation of 30")
    Z, y = rng.normal(size=(2000, 10)), rng.integers(10, size=2000)
    assert softmax_cross_entropy(0.4 * Z, y) == pytest.approx(2.3, abs=0.1)
    assert softmax_cross_entropy(30 * Z, y) == pytest.approx(45, abs=2)


def test_four_sizes_of_weights_give_four_straight_lines(lesson4, own, rng):
    assert says(lesson4, "At 0.2 and 0.1 they rise, at 0.05 and 0.01 they fall", "less than $10^{-15}$")
    X, draws = rng.normal(size=(50, 256)), rng.normal(size=(20, 256, 256))
    for std, rises in ((0.2, True), (0.1, True), (0.05, False), (0.01, False)):
        logs = np.log(own.signal_stds(X, [std * W for W in draws], relu))
        line = np.polyval(np.polyfit(range(20), logs, 1), range(20))
        assert (line[-1] > line[0]) == rises
        assert np.abs(logs - line).max() < 0.4
    assert np.exp(logs[-1]) < 1e-15


def test_sample_discussion_has_its_figures_right(lesson4):
    assert says(lesson4, "0.7 leaves a thousandth, 1.4 makes 800 times as much")
    np.testing.assert_allclose([0.7**20, 1.4**20], [1e-3, 800], rtol=0.25)
    figures = {"lecun": (0.58, 0.0007), "he": (0.82, 0.72), "small": (0.093, 8.5e-20)}
    assert says(lesson4, "0.58 down to 0.0007", "from 0.82 to 0.72", "8.5 · 10⁻²⁰")
    for initializer, ends in figures.items():
        explorer = KnifeEdge(initializer=initializer)
        assert tuple(explorer.passage.signal_stds[[0, -1]]) == pytest.approx(ends, rel=0.02)
        explorer.close()


def test_practice_variances(practice4, own, rng):
    assert says(practice4, r"\mathrm{Var}(w) = \frac{1}{3\,n_\mathrm{in}}")
    assert says(practice4, r"\mathrm{Var}(w) = \frac{1}{n_\mathrm{in}}")
    assert own.inverse_root(30, 9000, rng).var() == pytest.approx(1 / (3 * 30), rel=0.01)
    assert own.lecun_normal(30, 9000, rng).var() == pytest.approx(1 / 30, rel=0.02)


def test_practice_a_truncated_deviation_is_12_percent_less(practice4, own, rng):
    assert says(
        practice4, "One weight in twenty", "The cut costs 12 % of the deviation", "its deviation is 0.88"
    )
    draws = own.truncated_normal((200_000,), 1.5, rng)
    assert draws.std() / 1.5 == pytest.approx(0.88, abs=0.005)
    assert np.abs(draws).max() <= 3
    assert np.mean(np.abs(rng.normal(size=200_000)) > 2) == pytest.approx(1 / 20, abs=0.006)


@pytest.mark.parametrize("name", ["tanh", "sigmoid"])
def test_practice_gradients_are_those_of_finite_differences(practice4, own, rng, name):
    last = r"\frac{\partial S}{\partial Z_L} = f'(Z_L)"
    others = (
        r"\frac{\partial S}{\partial Z_\ell} = "
        r"\left(\frac{\partial S}{\partial Z_{\ell+1}}\, W_{\ell+1}^\top\right) * f'(Z_\ell)"
    )
    assert says(practice4, last, others)
    (f, slope), h = ELEMENTWISE[name], 1e-6
    X, weights = rng.normal(size=(3, 4)), [rng.normal(size=(4, 4)) for _ in range(3)]

    def S(layer, nudge):
        """The sum of the last activations, with `nudge` added to the pre-activations of a layer."""
        A = X
        for k, W in enumerate(weights):
            A = f(A @ W + nudge * (k == layer))
        return A.sum()

    measured = []
    for layer in range(3):
        steps = h * np.eye(12).reshape(12, 3, 4)
        measured.append(np.std([(S(layer, step) - S(layer, -step)) / (2 * h) for step in steps]))
    np.testing.assert_allclose(own.gradient_stds(X, weights, f, slope), measured, rtol=1e-5)


def test_practice_selu_keeps_its_signal_at_one_over_n(practice4):
    assert says(practice4, r"SELU, which was built for $\mathrm{Var}(w) = 1/n$")
    explorer = KnifeEdge(activation="selu")
    assert explorer.words.startswith("The signal keeps its size")
    explorer.close()
