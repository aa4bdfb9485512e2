"""What lesson 2 and its practice say in formulas and figures, computed with their solved answers.

Every displayed formula has a twin here: the formula as the notebook shows it, and the two sides of it
as numbers. A sign that is wrong in either makes a test fail.
"""

from __future__ import annotations

import re
from types import SimpleNamespace

import numpy as np
import pytest

from coursekit.explore.graphs import network, neuron
from coursekit.explore.race import run
from coursekit.reference import optimizers
from coursekit.reference.gradient_check import numerical_gradient as slope
from coursekit.reference.two_layer import two_two_two

TWINS = {}  # displayed formula -> pairs of numbers that it says are equal


def formula(latex):
    """The decorated `twin(own, rng)` yields (left side, right side), once or several times."""

    def add(twin):
        TWINS[latex] = twin
        return twin

    return add


@pytest.fixture(scope="module")
def lesson2(by_name):
    return by_name("02_backprop")


@pytest.fixture(scope="module")
def practice2(by_name):
    return by_name("02_backprop_practice")


@pytest.fixture(scope="module")
def own(lesson2, practice2):
    """The names that the lesson and its practice define, as attributes."""
    return SimpleNamespace(**(practice2.scope | lesson2.scope))


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def text_of(*notebooks):
    return "\n".join(cell.source for notebook in notebooks for cell in notebook.cells)


def says(notebook, *texts):
    """The notebook's words hold these, so that a test of a figure is a test of what is printed."""
    return all(text in text_of(notebook) for text in texts)


def layers(rng, n=3, d=2, h=3, k=2):
    """X, T and parameters of a network, with no size like another where that could hide a mistake."""
    params = {"W1": rng.normal(size=(d, h)), "b1": rng.normal(size=h)}
    params |= {"W2": rng.normal(size=(h, k)), "b2": rng.normal(size=k)}
    return rng.normal(size=(n, d)), rng.uniform(0.1, 0.9, (n, k)), params


@formula(r"\frac{dv}{dx} = \frac{dv}{du}\,\frac{du}{dx}")
def chain_rule(own, rng):
    x = rng.normal(size=5)
    yield slope(lambda x: np.sum((3 * x) ** 2), x), 2 * (3 * x) * 3


@formula(
    r"\frac{\partial J}{\partial x_i} = "
    r"\sum_j \frac{\partial J}{\partial a_j}\,\frac{\partial a_j}{\partial x_i} = "
    r"\sum_j \frac{\partial J}{\partial a_j}\,\alpha_{ji}"
)
def several_paths(own, rng):
    alpha, x = rng.normal(size=(3, 2)), rng.normal(size=2)  # alpha_ji: to a_j from x_i
    dJ_da = np.cos(alpha @ x)  # of J = Σ_j sin a_j
    da_dx = np.array([slope(lambda x, j=j: (alpha @ x)[j], x) for j in range(3)])
    yield slope(lambda x: np.sin(alpha @ x).sum(), x), sum(dJ_da[j] * da_dx[j] for j in range(3))
    yield slope(lambda x: np.sin(alpha @ x).sum(), x), sum(dJ_da[j] * alpha[j] for j in range(3))


@formula(r"y = \sigma(a), \qquad a = \sum_i w_i x_i + b, \qquad \sigma(a) = \frac{1}{1 + e^{-a}}")
def one_neuron(own, rng):
    graph = neuron()
    w, x, b = ([graph[name].value.data for name in names.split()] for names in ("w₁ w₂", "x₁ x₂", "b"))
    a = sum(w[i] * x[i] for i in range(2)) + b[0]
    yield graph["a"].value.data, a
    yield graph["y"].value.data, 1 / (1 + np.exp(-a))
    yield own.sigmoid(a), 1 / (1 + np.exp(-a))


@formula(r"\frac{d\sigma}{da} = \frac{e^{-a}}{(1 + e^{-a})^2} = s\,(1 - s)")
def slope_of_the_sigmoid(own, rng):
    a = rng.normal(size=6)
    measured = slope(lambda a: own.sigmoid(a).sum(), a)
    yield measured, np.exp(-a) / (1 + np.exp(-a)) ** 2
    yield measured, own.sigmoid(a) * (1 - own.sigmoid(a))
    yield measured, own.sigmoid_gradient(own.sigmoid(a))


@formula(r"\text{error} = \frac{\lVert n - g \rVert}{\lVert n \rVert + \lVert g \rVert}")
def error_of_a_gradient(own, rng):
    theta, g = rng.normal(size=(2, 3)), rng.normal(size=(2, 3))
    n = np.cos(theta)
    error = np.linalg.norm(n - g) / (np.linalg.norm(n) + np.linalg.norm(g))
    yield own.gradient_check(lambda theta: np.sin(theta).sum(), theta, g), error


@formula(r"J = \frac12 \sum (y - t)^2")
def squared_error(own, rng):
    y, t = rng.normal(size=(2, 4))
    yield own.squared_error(y, t), sum((y - t) ** 2) / 2
    yield slope(lambda y: own.squared_error(y, t), y), own.squared_error_gradient(y, t)


@formula(r"J = -\frac1N \sum_n \bigl[\, t_n \log y_n + (1 - t_n) \log (1 - y_n) \,\bigr]")
def cross_entropy(own, rng):
    y, t, N = rng.uniform(0.1, 0.9, 4), np.array([1.0, 0.0, 1.0, 0.3]), 4
    J = -1 / N * sum(t[n] * np.log(y[n]) + (1 - t[n]) * np.log(1 - y[n]) for n in range(N))
    yield own.binary_cross_entropy(y, t), J
    assert J > 0


@formula(r"\frac{dJ}{dy} = -\frac{t}{y} + \frac{1 - t}{1 - y}")
def slope_of_the_cross_entropy(own, rng):
    y, t = rng.uniform(0.1, 0.9, 4), np.array([1.0, 0.0, 1.0, 0.3])
    measured = slope(lambda y: 4 * own.binary_cross_entropy(y, t), y)
    yield measured, -t / y + (1 - t) / (1 - y)
    yield measured, own.binary_cross_entropy_gradient(y, t)


@formula(
    r"\underbrace{\frac{dJ}{da} = (y - t)\, y\,(1 - y)}_{\text{squared error}} \qquad "
    r"\underbrace{\frac{dJ}{da} = \frac{y - t}{y\,(1 - y)}\; y\,(1 - y) = y - t}_{\text{cross-entropy}}"
)
def what_comes_back_to_the_sum(own, rng):
    a, t = rng.normal(size=4), np.array([1.0, 0.0, 1.0, 0.3])
    y = own.sigmoid(a)
    yield slope(lambda a: own.squared_error(own.sigmoid(a), t), a), (y - t) * y * (1 - y)
    measured = slope(lambda a: 4 * own.binary_cross_entropy(own.sigmoid(a), t), a)
    yield measured, (y - t) / (y * (1 - y)) * y * (1 - y)
    yield measured, y - t


@formula(r"H = \sigma(X W_1 + b_1), \qquad Y = \sigma(H W_2 + b_2)")
def two_layers(own, rng):
    X, _, params = layers(rng)
    H, Y = own.forward(X, **params)
    yield H, own.sigmoid(X @ params["W1"] + params["b1"])
    yield Y, own.sigmoid(H @ params["W2"] + params["b2"])


@formula(
    r"dZ_2 = (Y - T) * Y * (1 - Y), \qquad dW_2 = H^\top dZ_2, \qquad db_2 = \sum_n dZ_2",
)
def the_last_layer_backwards(own, rng):
    X, T, params = layers(rng)
    H, Y = own.forward(X, **params)
    dZ2 = (Y - T) * Y * (1 - Y)
    Z2 = H @ params["W2"] + params["b2"]
    yield slope(lambda Z2: own.squared_error(own.sigmoid(Z2), T), Z2), dZ2
    for name, gradient in (("W2", H.T @ dZ2), ("b2", sum(dZ2))):
        yield slope(lambda p, name=name: loss_of(own, X, T, {**params, name: p}), params[name]), gradient
        yield own.backward(X, H, Y, T, params["W2"])["d" + name], gradient


@formula(r"dH = dZ_2\, W_2^\top")
def back_through_the_weights(own, rng):
    X, T, params = layers(rng)
    H, Y = own.forward(X, **params)
    dH = (Y - T) * Y * (1 - Y) @ params["W2"].T
    yield slope(lambda H: own.squared_error(own.sigmoid(H @ params["W2"] + params["b2"]), T), H), dH
    for name in ("W1", "b1"):
        measured = slope(lambda p, name=name: loss_of(own, X, T, {**params, name: p}), params[name])
        yield measured, own.backward(X, H, Y, T, params["W2"])["d" + name]


@formula(
    r"J = -\frac1N \sum_n \sum_k \bigl[\, t_{nk} \log y_{nk} + (1 - t_{nk}) \log (1 - y_{nk}) \,\bigr], "
    r"\qquad dZ_2 = \frac{Y - T}{N}"
)
def cross_entropy_of_a_batch(own, rng):
    Z2, T = rng.normal(size=(3, 2)), rng.uniform(0.1, 0.9, (3, 2))

    def J(Z2):
        y = own.sigmoid(Z2)
        both = [
            T[n, k] * np.log(y[n, k]) + (1 - T[n, k]) * np.log(1 - y[n, k]) for n in range(3) for k in (0, 1)
        ]
        return -1 / 3 * sum(both)

    yield slope(J, Z2), (own.sigmoid(Z2) - T) / 3
    _, losses = own.train(np.zeros((3, 1)), T, 2, 0.1, 1, np.random.default_rng(5))
    start = np.random.default_rng(5)
    start.normal(size=(1, 2))
    Z2 = np.full((3, 2), 0.5) @ start.normal(size=(2, 2))  # H = σ(0)
    yield losses[0], J(Z2)


@formula(r"v \leftarrow \beta v + g, \qquad w \leftarrow w - \eta v")
def momentum(own, rng):
    w, v, g = rng.normal(size=(3, 4))
    new_v = 0.8 * v + g
    new, state = optimizers.momentum(w, g, v, learning_rate=0.1, beta=0.8)
    yield state, new_v
    yield new, w - 0.1 * new_v


@formula(r"\frac{\partial J}{\partial x_i} = \sum_j \frac{\partial J}{\partial z_j}\, w_{ij}")
def slope_by_an_input(own, rng):
    W1, x = rng.normal(size=(2, 3)), rng.normal(size=2)
    dJ_dz = np.cos(x @ W1)
    by_input = [sum(dJ_dz[j] * W1[i, j] for j in range(3)) for i in range(2)]
    yield slope(lambda x: np.sin(x @ W1).sum(), x), by_input
    yield own.input_gradient(dJ_dz[np.newaxis], W1)[0], by_input


def softmax(Z):
    return np.array([[np.exp(z) / sum(np.exp(row)) for z in row] for row in Z])


@formula(
    r"p_{nc} = \frac{e^{z_{nc}}}{\sum_k e^{z_{nk}}}, \qquad J = -\frac1N \sum_n \log p_{n y_n}",
)
def cross_entropy_of_classes(own, rng):
    Z, y = rng.normal(size=(4, 3)), np.array([2, 0, 0, 1])
    measured = slope(lambda Z: -1 / 4 * sum(np.log(softmax(Z)[n, y[n]]) for n in range(4)), Z)
    yield measured, own.softmax_cross_entropy_gradient(Z, y)
    yield softmax(Z - Z.max(axis=1, keepdims=True)), softmax(Z)  # the largest logit off: the same P


@formula(r"\frac{\partial J}{\partial Z} = \frac{P - Y}{N}")
def back_through_softmax(own, rng):
    Z, y = rng.normal(size=(4, 3)), np.array([2, 0, 0, 1])
    yield own.softmax_cross_entropy_gradient(Z, y), (softmax(Z) - np.eye(3)[y]) / 4


def loss_of(own, X, T, params):
    return own.squared_error(own.forward(X, **params)[1], T)


@pytest.mark.parametrize("latex", TWINS, ids=[twin.__name__ for twin in TWINS.values()])
def test_both_sides_of_a_formula_are_equal(own, rng, latex):
    for left, right in TWINS[latex](own, rng):
        np.testing.assert_allclose(left, right, rtol=1e-6, atol=1e-9)


def test_every_displayed_formula_has_a_twin(lesson2, practice2):
    shown = re.findall(r"\$\$(.+?)\$\$", text_of(lesson2, practice2), flags=re.DOTALL)
    assert sorted(shown) == sorted(TWINS)


def test_a_nudge_is_multiplied_by_both_slopes(lesson2):
    assert says(lesson2, '"0.036"', "12 · 3 = 36", 'label="slope 3"', 'label="slope 12"')
    moved = (3 * 2.001) ** 2 - (3 * 2) ** 2
    assert round(moved, 3) == 0.036


def test_the_bias_shifts_where_the_answer_is_half(own, lesson2):
    assert says(lesson2, 'answer="x = −2"', "σ(2x − 4) at 2")
    assert own.sigmoid(2 * -2 + 4) == own.sigmoid(2 * 2 - 4) == own.sigmoid(6 * 0) == 0.5


def test_slope_of_the_sigmoid_is_a_quarter_at_most(own, lesson2):
    assert says(lesson2, "It is ¼ at most", r"$\sigma'$ is ¼ at most")
    assert max(own.sigmoid_gradient(own.sigmoid(np.linspace(-9, 9, 181)))) == 0.25


def test_the_neuron_of_the_stepper_says_027_and_its_second_weight_must_fall(lesson2):
    assert says(lesson2, "says 0.27 and should say 1", 'answer="Down"')
    graph = neuron()
    assert round(graph["y"].value.data, 2) == 0.27
    assert graph["y"].target == 1
    assert graph["x₂"].value.data == -2
    assert graph["w₂"].value.grad > 0
    assert graph["w₂"].value.grad == graph["a"].value.grad * graph["x₂"].value.data


def test_right_gradients_pass_the_check_and_wrong_ones_do_not(own, lesson2):
    assert says(lesson2, "$10^{-7}$ or less is right, $10^{-3}$ or more is a mistake")
    y, t = np.array([0.2, 0.7]), np.array([1.0, 0.0])
    for J, right in (
        (own.squared_error, own.squared_error_gradient),
        (own.binary_cross_entropy, lambda y, t: own.binary_cross_entropy_gradient(y, t) / 2),
    ):

        def check(g, J=J):
            return own.gradient_check(lambda y: J(y, t), y, g)

        assert check(right(y, t)) < 1e-7
        assert (
            min(check(-right(y, t)), check(2 * right(y, t)), check(right(y, t) + np.array([0.01, 0]))) > 1e-3
        )


def test_frameworks_mean_squared_error_has_another_slope(lesson2, rng):
    assert says(lesson2, "$2(y - t)/N$")
    y, t = rng.normal(size=(2, 5))
    np.testing.assert_allclose(slope(lambda y: np.mean((y - t) ** 2), y), 2 * (y - t) / 5, rtol=1e-6)


def test_without_the_minus_the_loss_rises_and_the_check_is_content(own, lesson2):
    """What the picture `sign-picture` draws."""
    assert says(lesson2, "A gradient check cannot see this: loss and slope agree, and both are wrong.")
    t = np.ones(1)
    for sign in (1, -1):
        a, losses = np.zeros(1), []
        for _ in range(40):
            y = own.sigmoid(a)
            losses.append(own.binary_cross_entropy(y, t))
            g = sign * own.binary_cross_entropy_gradient(y, t)
            a = a - 0.1 * g * own.sigmoid_gradient(y)
        assert own.gradient_check(lambda y, sign=sign: sign * own.binary_cross_entropy(y, t), y, g) < 1e-7
        assert (sign * np.diff(losses) < 0).all()


def test_the_race_starts_and_ends_as_told(lesson2):
    assert says(lesson2, "both say $y = 0.98$", "= 0.018$", "y − t = 0.98 is left", "0.98 · 0.018")
    y = run("cross-entropy", 2.0, 2.0, 0.5, 0)[0]
    assert (round(y, 2), round(y * (1 - y), 3)) == (0.98, 0.018)

    def arrives(loss, start):
        said = run(loss, start, start, 0.5)
        return int(np.argmax(said < 0.1)) if said.min() < 0.1 else np.inf

    assert arrives("cross-entropy", 2.0) < arrives("squared error", 2.0) / 5
    assert says(lesson2, "Start both at w = b = 3, and it waits longer still.")
    assert arrives("squared error", 3.0) > arrives("squared error", 2.0)


def test_the_networks_numbers_are_the_worked_example(own, lesson2):
    X, T, params = two_two_two()
    np.testing.assert_array_equal(own.X, X)
    np.testing.assert_array_equal(own.T, T)
    assert {name: array.tolist() for name, array in own.params.items()} == {
        name: array.tolist() for name, array in params.items()
    }
    for comment, name in (("[[w1, w3], [w2, w4]]", "W1"), ("[[w5, w7], [w6, w8]]", "W2")):
        assert says(lesson2, comment)
        digits = "".join(re.findall(r"\d", comment)).translate(str.maketrans("12345678", "₁₂₃₄₅₆₇₈"))
        named = [network()[f"w{digit}"].value.data for digit in digits]
        np.testing.assert_array_equal(np.ravel(own.params[name]), named)


def test_published_numbers_of_the_worked_example_to_all_digits(own, lesson2):
    H, Y = own.forward(own.X, **own.params)
    new = own.update(own.params, own.backward(own.X, H, Y, own.T, own.params["W2"]), 0.5)
    assert f"{own.squared_error(Y, own.T):.9f}" == "0.298371109"
    assert f"{own.loss():.9f}" == "0.298371109"
    for name, published in (
        ("W1", "0.149780716 0.19956143 0.24975114 0.29950229"),
        ("W2", "0.35891648 0.408666186 0.511301270 0.561370121"),
    ):
        for value, digits in zip(np.ravel(new[name].T), published.split(), strict=True):
            assert f"{value:.{len(digits) - 2}f}" == digits
    assert says(lesson2, "[[0.149780716, 0.24975114], [0.19956143, 0.29950229]]")


def test_the_slope_of_w5_is_187_times_that_of_w1(lesson2):
    assert says(
        lesson2, "It is 187 times as large", "h₁(1 − h₁) = 0.24, the input 0.05", "weights of about ½"
    )
    graph = network()
    assert round(graph["w₅"].value.grad / graph["w₁"].value.grad) == 187
    assert round(graph["h₁"].slopes["z₁"][1], 2) == 0.24
    assert graph["x₁"].value.data == 0.05
    assert {round(graph[name].value.data, 1) for name in ("w₅", "w₇")} <= {0.4, 0.5}


def test_no_single_neuron_does_better_on_xor_than_ln_2(own, lesson2, rng):
    assert says(lesson2, "No single neuron can", "the best that one neuron can do", "np.log(2)")
    X, t = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]]), np.array([0.0, 1, 1, 0])
    for _ in range(5):
        w, b = rng.normal(size=2), float(rng.normal())
        for _ in range(3000):
            dw, db = own.logistic_gradients(X, t, w, b)
            w, b = w - dw, b - db
        assert own.binary_cross_entropy(own.sigmoid(X @ w + b), t) == pytest.approx(np.log(2), abs=1e-9)


def test_the_picture_of_xor_shows_it_solved(own):
    X, T = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([[0], [1], [1], [0]])
    net, losses = own.train(X, T, 8, 4.0, 2000, np.random.default_rng(1))
    assert np.array_equal(own.forward(X, **net)[1] > 0.5, T == 1)
    assert losses[-1] < 0.01 * np.log(2)


def test_training_uses_the_old_weights_and_every_example(own, rng):
    """Two epochs of `train` are two updates by the gradients of one loss at one point."""
    X, T, _ = layers(rng)
    (start, _), (end, _) = (
        own.train(X, T, 3, 0.0 if n == 1 else 0.3, n, np.random.default_rng(2)) for n in (1, 2)
    )

    def J(params):
        return own.binary_cross_entropy(own.forward(X, **params)[1], T) * 2

    params = start
    for _ in range(2):
        grads = {
            "d" + name: slope(lambda p, name=name, now=params: J({**now, name: p}), value)
            for name, value in params.items()
        }
        params = own.update(params, grads, 0.3)
    for name in params:
        np.testing.assert_allclose(end[name], params[name], rtol=1e-6, atol=1e-9)


def test_four_optimizers_come_near_the_lowest_point(practice2):
    assert says(practice2, "[(descent, 0.05), (momentum, 0.01), (rmsprop, 0.1), (adam, 0.2)]")
    for step, rate in (("descent", 0.05), ("momentum", 0.01), ("rmsprop", 0.1), ("adam", 0.2)):
        w, state = np.array([-9.0, 3.0]), None
        for _ in range(120):
            w, state = getattr(optimizers, step)(w, np.array([1.0, 10.0]) * w, state, learning_rate=rate)
        assert np.linalg.norm(w) < 0.3, step


def test_xor_set_by_hand_says_xor(own, practice2):
    assert says(practice2, "np.full((2, 2), 6.0), np.array([-3.0, -9.0]), np.array([8.0, -8.0]), -4.0")
    X = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])
    H = own.sigmoid(X @ np.full((2, 2), 6.0) + [-3.0, -9.0])
    np.testing.assert_array_equal(H > 0.5, [[0, 0], [1, 0], [1, 0], [1, 1]])  # "or", and "and"
    np.testing.assert_array_equal(own.sigmoid(H @ [8.0, -8.0] - 4.0) > 0.5, [0, 1, 1, 0])


def test_arrows_point_where_the_answer_rises(own, rng):
    W1, b1, w2, b2 = np.full((2, 2), 6.0), np.array([-3.0, -9.0]), np.array([8.0, -8.0]), -4.0

    def says_yes(X):
        return own.sigmoid(own.sigmoid(X @ W1 + b1) @ w2 + b2)

    X = rng.uniform(0, 1, (4, 2))
    H, y = own.sigmoid(X @ W1 + b1), says_yes(X)[:, np.newaxis]
    dX = own.input_gradient(y * (1 - y) * w2 * H * (1 - H), W1)
    np.testing.assert_allclose(dX, slope(lambda X: says_yes(X).sum(), X), rtol=1e-6, atol=1e-9)


def test_value_knows_the_slope_that_the_picture_shows(own, practice2):
    assert says(practice2, "(v * v + -1 * v).tanh().backward()", "(2 * x - 1) * (1 - np.tanh(x**2 - x) ** 2)")
    for x in (-1.0, 0.3, 2.0):
        v = own.Value(x)
        (v * v + -1 * v).tanh().backward()
        assert v.grad == pytest.approx((2 * x - 1) * (1 - np.tanh(x**2 - x) ** 2), rel=1e-12)
        assert v.grad == pytest.approx(slope(lambda x: np.tanh(x**2 - x), x), rel=1e-6)


def test_a_value_used_twice_gets_both_shares(own, practice2):
    assert says(practice2, "z = v · v, at v = 3", 'answer="6"', "then step to 17, where two ways meet")
    v = own.Value(3.0)
    (v * v).backward()
    assert v.grad == 6
    assert len(network("entropy").users(network("entropy").steps[16].names[0])) == 2


def test_slopes_of_a_product_and_of_tanh(own, practice2):
    assert says(practice2, "for $z = x y$ these are $y$ and $x$; for $z = \\tanh x$ it is $1 - z^2$")
    x, y = own.Value(0.7), own.Value(-0.4)
    (x * y).backward()
    assert (x.grad, y.grad) == (y.data, x.data)
    z = (x := own.Value(0.7)).tanh()
    z.backward()
    assert x.grad == pytest.approx(1 - z.data**2, rel=1e-12)
