"""What lesson 1 says in formulas and figures, computed with the answers of its solved notebook."""

from types import SimpleNamespace

import numpy as np
import pytest


@pytest.fixture(scope="module")
def lesson1(by_name):
    return by_name("01_gradient_descent")


@pytest.fixture(scope="module")
def own(lesson1):
    """The names that the lesson defines, as attributes."""
    return SimpleNamespace(**lesson1.scope)


def says(lesson, *texts):
    """The lesson's words hold these, so that a test of a figure is a test of what is printed."""
    everything = "\n".join(cell.source for cell in lesson.cells)
    return all(text in everything for text in texts)


def numerical_gradient(f, w, h=1e-5):
    steps = h * np.eye(len(w))
    return np.array([(f(w + step) - f(w - step)) / (2 * h) for step in steps])


def test_arange_misses_the_end(lesson1):
    points = np.arange(-10, 10, 0.1)
    assert (len(points), bool(np.isclose(points.max(), 10))) == (200, False)
    assert says(lesson1, "`np.arange(-10, 10, 0.1)` misses 10")


def test_secant_slopes_come_to_the_derivative(own):
    h = np.array([4, 2, 1, 0.1])
    np.testing.assert_allclose(((3 + h) ** 2 - 9) / h, 6 + h)
    assert own.derivative(3) == 6


def test_derivative_is_what_is_measured(own):
    x = own.grid()
    np.testing.assert_allclose(own.numerical_derivative(np.square, x), own.derivative(x), atol=1e-8)


def test_error_shrinks_with_h_squared_until_rounding(own):
    def central(h):
        return abs(own.numerical_derivative(np.exp, 1.0, h) - np.e)

    def one_sided(h):
        return abs((np.exp(1 + h) - np.e) / h - np.e)

    assert central(1e-2) / central(1e-3) == pytest.approx(100, rel=0.01)
    assert one_sided(1e-2) / one_sided(1e-3) == pytest.approx(10, rel=0.01)
    assert central(1e-5) < min(central(1e-2), central(1e-12))


@pytest.mark.parametrize("rate", [0, 0.1, 0.5, 0.9, 1, 1.1])
def test_path_is_one_factor_again_and_again(own, rate):
    path = own.descend(own.derivative, 10, rate, 20)
    np.testing.assert_allclose(path, (1 - 2 * rate) ** np.arange(21) * 10, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("curvature", [0.2, 2, 10])
def test_regimes_are_what_the_path_does(own, curvature):
    for factor, name in [
        (1, "still"),
        (0.3, "steady"),
        (0, "one-step"),
        (-0.7, "zigzag"),
        (-1, "cycle"),
        (-1.2, "diverges"),
    ]:
        rate = (1 - factor) / curvature
        path = own.descend(lambda x: curvature * x, 1.0, rate, 40)
        assert own.regime(rate, curvature) == name
        sides = set(np.sign(path[np.abs(path) > 1e-9]))
        assert sides == ({1.0, -1.0} if factor < 0 else {1.0})
        end = abs(path[-1])
        assert end < 1e-5 if abs(factor) < 1 else end == pytest.approx(abs(factor) ** 40)


def test_sample_discussion_has_its_figures_right(own, lesson1):
    assert [own.steps_to_reach(rate, 10, 0.1) for rate in (0.1, 0.01, 0.99)] == [21, 228, 228]
    assert says(lesson1, "is 21, at 0.01 it is 228", "at 0.99 it takes 228")
    assert own.descend(own.derivative, 10, 1.1, 20)[-1] > 300


def test_the_start_chooses_the_valley_not_the_rate(own):
    from coursekit.explore.learning_rate import LearningRate
    from coursekit.reference.curves import waves_derivative

    explorer = LearningRate(surface="waves", starts=8, steps=30, seed=3)
    minima = np.array(explorer.surface.minima)
    for start in explorer.starts:
        ends = [
            own.descend(waves_derivative, start, rate, round(50 / rate))[-1] for rate in (0.1, 0.03, 0.01)
        ]
        assert len({int(np.argmin(np.abs(minima - end))) for end in ends}) == 1
    explorer.close()


def test_partial_derivatives_and_the_matrix_form_are_the_gradient_of_the_loss(own):
    X, t, w = own.X, own.t / 100, np.array([1.5, -0.5])

    def loss(w):
        return np.sum((X @ w - t) ** 2) / (2 * len(t))

    y = w[0] + w[1] * own.x
    partial = [np.sum(y - t) / len(t), np.sum((y - t) * own.x) / len(t)]
    np.testing.assert_allclose(own.line_gradient(X, t, w), partial)
    np.testing.assert_allclose(partial, numerical_gradient(loss, w), rtol=1e-7)


def test_curvatures_of_raw_and_standardized_distance(own, lesson1):
    raw = np.column_stack([np.ones(24), own.distance])
    least, greatest = np.linalg.eigvalsh(raw.T @ raw / 24)
    assert (round(greatest, 2), round(least, 2), round(2 / greatest, 2)) == (2.03, 0.2, 0.98)
    assert 0.80 < 1 - 2 / greatest * least < 0.81
    assert says(lesson1, "curvature 2.03 across and 0.20 along", "2/2.03 = 0.98", "stays above 0.80")
    np.testing.assert_allclose(np.linalg.eigvalsh(own.X.T @ own.X / 24), [1, 1])


def test_full_batch_at_rate_one_arrives_in_one_step(own):
    w, _ = own.fit_line(own.X, own.t, 1.0, 1, 24, np.random.default_rng(0))
    best = np.linalg.lstsq(own.X, own.t, rcond=None)[0]
    np.testing.assert_allclose(w, best)


@pytest.mark.parametrize("batch_size", [24, 6, 1])
def test_one_megaparsec_farther_is_about_450_faster(own, lesson1, batch_size):
    w, losses = own.fit_line(own.X, own.t, 0.1, 30, batch_size, np.random.default_rng(1))
    assert w[1] / own.distance.std() == pytest.approx(450, abs=20)
    assert losses.max() < 120_000  # the picture's upper end
    assert says(lesson1, "about 450 km/s faster")


def test_a_smaller_rate_calms_batches_of_one(own):
    def wobble(rate):
        _, losses = own.fit_line(own.X, own.t, rate, 100, 1, np.random.default_rng(1))
        return losses[50:].std()

    assert wobble(0.01) < wobble(0.1) / 5
