"""What lesson 3 says: each formula beside its twin in code, each figure computed, and both are printed."""

import math
import re
from types import SimpleNamespace

import numpy as np
import pytest

from coursekit.explore import playground
from coursekit.explore.training import Training
from coursekit.reference import losses
from coursekit.reference.activations import ELEMENTWISE, leaky_relu, maxout, swish
from coursekit.reference.layers import dead_fraction


@pytest.fixture(scope="module")
def lesson3(by_name):
    return by_name("03_activations")


@pytest.fixture(scope="module")
def practice3(by_name):
    return by_name("03_activations_practice")


@pytest.fixture(scope="module")
def own(lesson3):
    """The names that the lesson defines, as attributes."""
    return SimpleNamespace(**lesson3.scope)


@pytest.fixture(scope="module")
def own_practice(practice3):
    return SimpleNamespace(**practice3.scope)


@pytest.fixture(scope="module")
def table(lesson3):
    """The table of functions: name -> its other columns."""
    rows = re.findall(r"^\| (.+) \|$", lesson3.cell("functions").source, flags=re.MULTILINE)
    return {cells[0]: cells[1:] for cells in (row.split(" | ") for row in rows)}


def says(lesson, *texts):
    """The lesson's words hold these, so that a test of a figure is a test of what is printed."""
    everything = "\n".join(cell.source for cell in lesson.cells)
    return [text for text in texts if text not in everything] == []


def slope_of(f, z, h=1e-5):
    return (f(z + h) - f(z - h)) / (2 * h)


exp = np.exp
erf = np.vectorize(math.erf)


def s(z):
    return 1 / (1 + exp(-z))


def Phi(z):
    return (1 + erf(z / math.sqrt(2))) / 2


def phi(z):
    return exp(-(z**2) / 2) / math.sqrt(2 * math.pi)


def where(z, above, below):
    return np.where(z > 0, above, below)


A, B = 0.3, 1.7  # alpha and beta, where a function has one
SELU = 1.0507, 1.6733

# name -> the printed f, its twin, the printed slope, its twin, the printed range, its ends
ROWS = {
    "step": (
        *("$1$ where $z > 0$, else $0$", lambda z: where(z, 1, 0)),
        *("$0$; none at $0$", lambda z: 0 * z, "0 or 1", (0, 1)),
    ),
    "linear": ("$z$", lambda z: z, "$1$", lambda z: 1 + 0 * z, "any", (None, None)),
    "sigmoid": (
        *(r"$\frac{1}{1 + e^{-z}}$", lambda z: 1 / (1 + exp(-z))),
        *(r"$\sigma(z)(1 - \sigma(z))$", lambda z: s(z) * (1 - s(z)), "0 to 1", (0, 1)),
    ),
    "tanh": (
        *(r"$\frac{e^z - e^{-z}}{e^z + e^{-z}}$", lambda z: (exp(z) - exp(-z)) / (exp(z) + exp(-z))),
        *(r"$1 - \tanh^2 z$", lambda z: 1 - np.tanh(z) ** 2, "−1 to 1", (-1, 1)),
    ),
    "ReLU": (
        *(r"$\max(0, z)$", lambda z: np.maximum(0, z)),
        *("$1$ where $z > 0$, else $0$", lambda z: where(z, 1, 0), "0 and above", (0, None)),
    ),
    "leaky ReLU (α = 0.01), parametric ReLU (α learned)": (
        *(r"$z$ where $z > 0$, else $\alpha z$", lambda z: where(z, z, A * z)),
        *(r"$1$ where $z > 0$, else $\alpha$", lambda z: where(z, 1, A), "any", (None, None)),
    ),
    "ELU": (
        *(r"$z$ where $z > 0$, else $\alpha(e^z - 1)$", lambda z: where(z, z, A * (exp(z) - 1))),
        *(r"$1$ where $z > 0$, else $\alpha e^z$", lambda z: where(z, 1, A * exp(z)), "above −α", (-A, None)),
    ),
    "SELU": (
        r"$1.0507\,\mathrm{ELU}(z)$, $\alpha = 1.6733$",
        lambda z: SELU[0] * where(z, z, SELU[1] * (exp(z) - 1)),
        r"$1.0507\,\mathrm{ELU}'(z)$",
        lambda z: SELU[0] * where(z, 1, SELU[1] * exp(z)),
        *("above −1.758", (-1.758, None)),
    ),
    "GELU": (
        *(r"$z\,\Phi(z)$", lambda z: z * Phi(z)),
        *(r"$\Phi(z) + z\,\varphi(z)$", lambda z: Phi(z) + z * phi(z), "−0.17 and above", (-0.17, None)),
    ),
    "Swish": (
        *(r"$z\,\sigma(\beta z)$", lambda z: z * s(B * z)),
        r"$\sigma(\beta z) + \beta z\,\sigma'(\beta z)$",
        lambda z: s(B * z) + B * z * s(B * z) * (1 - s(B * z)),
        *("−0.278/β and above", (-0.278 / B, None)),
    ),
    "Mish": (
        *(r"$z \tanh u$, $u = \ln(1 + e^z)$", lambda z: z * np.tanh(np.log(1 + exp(z)))),
        r"$\tanh u + z\,\sigma(z)(1 - \tanh^2 u)$",
        lambda z: np.tanh(np.log(1 + exp(z))) + z * s(z) * (1 - np.tanh(np.log(1 + exp(z))) ** 2),
        *("−0.309 and above", (-0.309, None)),
    ),
}
REFERENCE = {
    "leaky ReLU (α = 0.01), parametric ReLU (α learned)": lambda z: leaky_relu(z, A),
    "ELU": lambda z: A * ELEMENTWISE["elu"][0](np.minimum(z, 0)) + np.maximum(z, 0),
    "Swish": lambda z: swish(z, B),
}


@pytest.mark.parametrize("name", ROWS)
def test_a_row_of_the_table_is_the_function_its_slope_and_its_range(table, name):
    f_says, f, slope_says, slope, range_says, (low, high) = ROWS[name]
    assert table[name][:3] == [f_says, slope_says, range_says]
    z = np.linspace(-30, 30, 2000)  # the kink is not among them
    reference = REFERENCE.get(name) or ELEMENTWISE[name.lower()][0]
    np.testing.assert_allclose(f(z), reference(z), atol=2e-3)  # SELU's numbers are printed to four digits
    np.testing.assert_allclose(slope(z), slope_of(f, z), atol=1e-6)
    for end, said in ((f(z).min(), low), (f(z).max(), high)):
        assert abs(end) > 5 if said is None else end == pytest.approx(said, abs=6e-4)


def test_rows_of_functions_of_several_inputs(table):
    assert set(table) - {"name"} == {*ROWS, "GLU", "maxout", "softmax"}
    f, slope, *_ = table["GLU"]
    assert f == r"$a\,\sigma(b)$, $a$ and $b$ two affine maps"
    assert slope == r"$\sigma(b)$ for $a$, $a\,\sigma'(b)$ for $b$"
    a, b = 1.3, -0.7
    assert slope_of(lambda x: x * s(b), a) == pytest.approx(s(b))
    assert slope_of(lambda x: a * s(x), b) == pytest.approx(a * s(b) * (1 - s(b)))
    assert table["maxout"][:2] == [r"$\max_k z_k$ of $K$ affine maps", "$1$ for the largest, else $0$"]
    z = np.array([0.3, 2.0, -1.0])
    steps = 1e-5 * np.eye(3)
    np.testing.assert_allclose([(np.max(z + d) - np.max(z - d)) / 2e-5 for d in steps], [0, 1, 0], atol=1e-9)
    f, slope, *_ = table["softmax"]
    assert f == r"$p_i = \frac{e^{z_i}}{\sum_k e^{z_k}}$"
    assert slope == r"$\frac{\partial p_i}{\partial z_i} = p_i(1 - p_i)$"
    p = exp(z) / exp(z).sum()
    for i, d in enumerate(steps):
        change = (exp(z + d)[i] / exp(z + d).sum() - exp(z - d)[i] / exp(z - d).sum()) / 2e-5
        assert change == pytest.approx(p[i] * (1 - p[i]))


def test_two_affine_maps_are_one(own, lesson3):
    assert says(lesson3, r"(X W_1 + b_1)\,W_2 + b_2 = X W + b", "$W_1$ $(D, H)$, $W_2$ $(H, C)$")
    rng = np.random.default_rng(0)
    X, W1, b1, W2, b2 = (rng.normal(size=shape) for shape in ((6, 3), (3, 4), 4, (4, 2), 2))
    W, b = own.collapse([W1, W2], [b1, b2])
    np.testing.assert_allclose((X @ W1 + b1) @ W2 + b2, X @ W + b)


def test_both_forms_of_the_sigmoid_overflow_on_their_own_side(lesson3):
    assert says(lesson3, r"\sigma(z) = \frac{1}{1 + e^{-z}} = \frac{e^z}{1 + e^z}")
    assert says(lesson3, "The left form overflows for large negative $z$, the right one for large positive.")
    z = np.linspace(-20, 20, 41)
    np.testing.assert_allclose(1 / (1 + exp(-z)), exp(z) / (1 + exp(z)))
    with pytest.warns(RuntimeWarning, match="overflow"):
        1 / (1 + exp(np.array(1000.0)))  # z = -1000 on the left
    with pytest.warns(RuntimeWarning):
        exp(np.array(1000.0)) / (1 + exp(np.array(1000.0)))


def test_the_shortcut_of_leaky_relu_holds_for_slopes_up_to_1(own, lesson3):
    assert says(lesson3, r"The shortcut $\max(\alpha z, z)$ is right only for slopes up to 1")
    z = np.array([-2.0, 0.5, 3.0])
    for slope in (0.01, 0.5, 1, 1.5):
        assert np.allclose(np.maximum(slope * z, z), own.leaky_relu(z, slope)) is (slope <= 1)


@pytest.mark.parametrize("f", [s, np.tanh])
def test_a_gradient_is_multiplied_by_slope_and_weight_again_and_again(lesson3, f):
    assert says(
        lesson3,
        r"\frac{\partial J}{\partial z_1} = f'(z_1)\,w_2 \cdot f'(z_2)\,w_3 \cdots f'(z_{L-1})\,w_L"
        r" \cdot \frac{\partial J}{\partial z_L}",
    )
    w = np.array([0.0, 0.0, 1.4, -0.8, 2.1, 0.6])  # w_2 ... w_5; J = z_5 ** 2

    def chain(z1):
        z = [0.0, z1]
        for weight in w[2:]:
            z.append(weight * f(z[-1]))
        return z

    z = chain(0.7)
    product = 2 * z[5]
    for layer in (1, 2, 3, 4):
        product *= slope_of(f, z[layer]) * w[layer + 1]
    assert product == pytest.approx(slope_of(lambda one: chain(one)[5] ** 2, 0.7), rel=1e-6)


def test_the_sigmoids_slope_is_at_most_a_quarter(own, lesson3):
    assert says(lesson3, r"at most $\sigma'(0) = \frac14$")
    z = np.linspace(-5, 5, 1001)
    slopes = own.sigmoid(z) * (1 - own.sigmoid(z))
    assert (slopes.max(), z[slopes.argmax()]) == (0.25, pytest.approx(0, abs=1e-9))
    assert says(lesson3, "1e-6, 2e-10 or 3e-18")
    left = [f"{(own.sigmoid(at) * (1 - own.sigmoid(at))) ** 10:.0e}" for at in (0, 2, 4)]
    assert left == ["1e-06", "2e-10", "3e-18"]


def solved(units, starts, activation="relu"):
    """The share of random starts from which a hidden layer solves XOR."""
    right = []
    for seed in range(starts):
        net = Training(data="xor", layers=1, units=units, activation=activation, start="he", seed=1000 + seed)
        for _ in range(400):
            net.update(0.5)
        right.append(net.right >= 490)
    return np.mean(right)


def test_two_relu_units_solve_xor_from_about_20_of_100_starts_and_eight_from_nearly_all(lesson3):
    assert says(lesson3, '"About 20"', "With 8 units nearly every start succeeds")
    assert 0.1 < solved(2, 60) < 0.35
    assert solved(8, 20) >= 0.9


@pytest.mark.parametrize(("activation", "comes_apart"), [("linear", False), ("relu", True)])
def test_the_lessons_own_start_folds_the_plane(lesson3, activation, comes_apart):
    net = Training(data="xor", layers=1, units=2, activation=activation, start="he", seed=playground.SEED)
    for _ in range(800):
        net.update(0.1)
    assert (net.right > 490) is comes_apart
    if not comes_apart:
        np.testing.assert_allclose(net.A[-1], 0.5, atol=0.1)  # "the best is to say ½ to everything"
        assert says(lesson3, "the best is to say ½ to everything")


def test_units_that_a_large_rate_has_killed_stay_dead_and_leaky_ones_recover(lesson3):
    assert says(lesson3, "Most die, and stay dead", "Set the rate to 0.1 and train on", "it recovers")
    assert (
        'explore("playground", data="moons", layers=2, units=8, rate=10.0)'
        in lesson3.cell("dying-explore").source
    )

    def after(activation):
        net = Training(
            data="moons", layers=2, units=8, activation=activation, start="he", seed=playground.SEED
        )
        found = []
        for rate, updates in ((10.0, 5), (0.1, 1000)):
            for _ in range(updates):
                net.update(rate)
            found.append((round(16 * dead_fraction(np.hstack(net.A[1:-1]))), net.right))
        return found

    (dead, _), (still, right) = after("relu")
    assert dead == still > 8
    assert right < 400
    (dead, _), (still, right) = after("leaky_relu")
    assert (dead, still) == (0, 0)
    assert right > 480


def test_the_picture_of_dying_units_shows_what_is_said_of_it(own, lesson3):
    leaky_slope = ELEMENTWISE["leaky_relu"][1]
    assert "for rate in rates" in lesson3.cell("dying-picture").source
    dead = [own.dead_fraction(own.trained(rate, own.relu, own.relu_gradient)) for rate in (0.1, 1, 6)]
    assert dead[0] <= dead[1] < dead[2] == 0.5
    assert own.dead_fraction(own.trained(6, own.leaky_relu, leaky_slope)) == 0
    assert says(lesson3, "The larger the learning rate, the more ReLU units are dead, up to half.")


def test_softmax_by_its_formula_and_what_a_number_added_changes(own, lesson3):
    assert says(lesson3, r"P_{nc} = \frac{e^{Z_{nc}}}{\sum_k e^{Z_{nk}}}", "$e^{z + a} = e^a e^z$")
    Z = np.random.default_rng(0).normal(size=(4, 3))
    P = [[math.exp(z) / sum(math.exp(other) for other in row) for z in row] for row in Z]
    np.testing.assert_allclose(own.softmax(Z), P)
    np.testing.assert_allclose(own.softmax(Z + np.array([[7], [-3], [0], [2]])), P)


def test_a_softmax_of_two_is_the_sigmoid_of_the_difference(own):
    Z = np.random.default_rng(1).normal(size=(5, 2))
    np.testing.assert_allclose(own.softmax(Z)[:, 0], own.sigmoid(Z[:, 0] - Z[:, 1]))


PAIRS = {  # activation and loss of one example, as the lesson pairs them
    ("linear", "mse"): (lambda z: z, losses.squared_error, np.array([2.3])),
    ("sigmoid", "bce"): (s, lambda y, t: losses.binary_cross_entropy(y, t) * len(y), np.array([1.0, 0, 1])),
    ("softmax", "cross-entropy"): (
        lambda z: exp(z) / exp(z).sum(),
        lambda y, t: losses.cross_entropy(y[None], t[None]),
        np.array([0.0, 0, 1]),
    ),
}


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_in_a_pair_that_fits_the_gradient_is_y_minus_t(own, lesson3, pair):
    assert says(lesson3, r"\frac{\partial J}{\partial z} = y - t", "(½ the square, for `mse`)")
    assert pair in {own.output_layer(one)[1:] for one in ("regression", "binary", "multiclass", "multilabel")}
    output, loss, t = PAIRS[pair]
    z = np.random.default_rng(2).normal(size=t.shape)
    steps = 1e-5 * np.eye(len(z))
    gradient = [(loss(output(z + d), t) - loss(output(z - d), t)) / 2e-5 for d in steps]
    np.testing.assert_allclose(gradient, output(z) - t, atol=1e-8)


# --- practice


def test_tanh_is_a_sigmoid_stretched_twice(own_practice, practice3):
    assert says(practice3, r"\tanh z = \frac{e^z - e^{-z}}{e^z + e^{-z}} = 2\,\sigma(2z) - 1")
    assert says(practice3, r"$\sigma(x) = \frac12(1 + \tanh\frac{x}{2})$", "four times the sigmoid's")
    z = np.linspace(-5, 5, 101)
    np.testing.assert_allclose(own_practice.tanh(z), 2 * s(2 * z) - 1, atol=1e-12)
    np.testing.assert_allclose((1 + own_practice.tanh(z / 2)) / 2, s(z))
    assert slope_of(own_practice.tanh, 0.0) == pytest.approx(4 * slope_of(s, 0.0))


def test_beyond_the_limits_the_slope_is_below_0_0475(practice3):
    assert says(practice3, "There the slope $s(1 - s)$ is below 0.0475")
    for at in (0.05, 0.95):
        assert at * (1 - at) == pytest.approx(0.0475)


def test_the_picture_of_saturation_shows_what_is_said_of_it(own_practice, practice3):
    z = np.random.default_rng(0).normal(size=10_000)
    shares = [own_practice.saturated_fraction(s(d * z)) for d in (1, 8)]
    assert shares[0] < 0.01
    assert shares[1] == pytest.approx(0.7, abs=0.03)
    assert own_practice.saturated_fraction(s(8 * z), 0.01, 0.99) < shares[1]
    assert says(practice3, "rises from 0 at deviation 1 to about 0.7 at 8")


def test_formulas_of_elu_gelu_and_swish(own_practice, practice3):
    z = np.linspace(-4.03, 4, 100)
    assert says(practice3, r"\mathrm{ELU}(z) = z \ \text{ where } z > 0, \text{ else } \alpha\,(e^z - 1)")
    np.testing.assert_allclose(own_practice.elu(z, A), where(z, z, A * (exp(z) - 1)))
    assert says(practice3, r"1 where $z > 0$, else $\alpha e^z$")
    np.testing.assert_allclose(
        own_practice.elu_gradient(z, A), slope_of(lambda x: own_practice.elu(x, A), z), atol=1e-8
    )
    assert says(
        practice3,
        r"\mathrm{GELU}(z) = z\,\Phi(z), \qquad "
        r"\Phi(z) = \tfrac12\left(1 + \mathrm{erf}\frac{z}{\sqrt 2}\right)",
    )
    np.testing.assert_allclose(own_practice.gelu(z), z * (1 + erf(z / math.sqrt(2))) / 2)
    assert says(practice3, r"\mathrm{swish}(z) = z\,\sigma(\beta z)")
    np.testing.assert_allclose(own_practice.swish(z, B), z * s(B * z))


def test_swish_goes_from_half_of_z_to_relu(own_practice, practice3):
    assert says(practice3, r"With $\beta = 0$ it is $z/2$; as $\beta$ grows it becomes ReLU")
    z = np.linspace(-3, 3, 61)
    np.testing.assert_allclose(own_practice.swish(z, 0), z / 2)
    np.testing.assert_allclose(own_practice.swish(z, 1000), np.maximum(z, 0), atol=1e-3)


def test_maxout_by_its_formula_and_what_two_maps_can_be(own_practice, practice3):
    assert says(practice3, r"A_{nm} = \max_k\,(X W_k + b_k)_{nm}", "With two maps it can be ReLU or $|z|$")
    rng = np.random.default_rng(3)
    X, W, b = rng.normal(size=(4, 2)), rng.normal(size=(3, 2, 5)), rng.normal(size=(3, 5))
    expected = [[max((X @ W[k] + b[k])[n, m] for k in range(3)) for m in range(5)] for n in range(4)]
    np.testing.assert_allclose(own_practice.maxout(X, W, b), expected)
    z, zero = np.linspace(-2, 2, 9)[:, None], np.zeros((2, 1))
    for slopes, shape in (((1, 0), np.maximum(z, 0)), ((1, -1), np.abs(z))):
        np.testing.assert_allclose(maxout(z, np.array(slopes).reshape(2, 1, 1), zero), shape)


def test_training_changes_only_the_outputs_weights_where_hidden_units_are_steps(practice3):
    assert says(practice3, 'answer="Only the output\'s"')
    net = Training(data="circles", layers=1, units=8, activation="step", start="he", seed=playground.SEED)
    before = net.layers
    for _ in range(50):
        net.update(1.0)
    np.testing.assert_array_equal(net.layers[0][0], before[0][0])
    assert not np.allclose(net.layers[1][0], before[1][0])
