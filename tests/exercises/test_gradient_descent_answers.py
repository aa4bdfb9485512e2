"""Lesson 1: right answers in the styles that people write, and wrong ones beside the named mistakes."""

import math
from array import array
from itertools import pairwise

import numpy as np
import pytest
import torch

from coursekit import evaluate
from coursekit.checking import Reply, find
from coursekit.checking.asking import ask_all
from coursekit.checking.judging import judge


def _descend_list(gradient, start, learning_rate=0.1, steps=50):
    x, path = start, [start]
    for _ in range(steps):
        x = x - learning_rate * gradient(x)
        path.append(x)
    return path


def _descend_array(gradient, start, learning_rate=0.1, steps=50):
    path = np.empty(steps + 1)
    path[0] = start
    for k in range(steps):
        path[k + 1] = path[k] - learning_rate * gradient(path[k])
    return path


def _descend_float32(gradient, start, learning_rate=0.1, steps=50):
    path = np.empty(steps + 1, dtype=np.float32)
    path[0] = start
    for k in range(steps):
        path[k + 1] = path[k] - np.float32(learning_rate) * gradient(path[k])
    return path


def _descend_torch(gradient, start, learning_rate=0.1, steps=50):
    return torch.tensor(_descend_list(gradient, float(start), learning_rate, steps), dtype=torch.float64)


def _regime_if(rate, curvature=2.0):
    f = 1 - rate * curvature
    if math.isclose(f, 1, abs_tol=1e-12):
        return "still"
    if abs(f) < 1e-12:
        return "one-step"
    if abs(f + 1) < 1e-12:
        return "cycle"
    if f > 0:
        return "steady"
    return "zigzag" if f > -1 else "diverges"


def _regime_isclose(learning_rate, curvature=2.0):
    p = learning_rate * curvature
    if learning_rate == 0:
        return "still"
    if np.isclose(p, 1):
        return "one-step"
    if np.isclose(p, 2):
        return "cycle"
    return ["steady", "zigzag", "diverges"][(p > 1) + (p > 2)]


def _reach_loop(rate, start, tolerance):
    x = start
    if abs(x) <= tolerance:
        return 0
    if abs(1 - 2 * rate) >= 1:
        return None
    k = 0
    while abs(x) > tolerance:
        x = x - rate * 2 * x
        k += 1
    return k


def _reach_logarithm(rate, start, tolerance):
    factor, far = abs(1 - 2 * rate), abs(start)
    if far <= tolerance:
        return 0
    if factor >= 1:
        return None
    if factor == 0:
        return 1
    return max(0, math.ceil(math.log(tolerance / far) / math.log(factor) - 1e-9))


def _batches_generator(n, batch_size, rng):
    order = rng.permutation(n)
    for k in range(0, n, batch_size):
        yield order[k : k + batch_size]


def _batches_lists(n, batch_size, rng):
    index = list(range(n))
    rng.shuffle(index)
    return [index[k : k + batch_size] for k in range(0, n, batch_size)]


def _batches_split(n, batch_size, rng):
    return np.split(rng.choice(n, n, replace=False), range(batch_size, n, batch_size))


def _batches_sorted_draws(n, batch_size, rng):
    order = np.argsort(rng.random(n))
    return tuple(order[i * batch_size : (i + 1) * batch_size] for i in range(math.ceil(n / batch_size)))


def _gradient_loops(X, t, w):
    g = [0.0] * X.shape[1]
    for n in range(X.shape[0]):
        r = sum(X[n, d] * w[d] for d in range(X.shape[1])) - t[n]
        for d in range(X.shape[1]):
            g[d] += r * X[n, d] / X.shape[0]
    return g


def _gradient_torch(X, t, w):
    X, t = torch.tensor(X, dtype=torch.float64), torch.tensor(t, dtype=torch.float64)
    w = torch.tensor(w, dtype=torch.float64, requires_grad=True)
    (0.5 * ((X @ w - t) ** 2).mean()).backward()
    return w.grad


def _fit_plain(X, t, learning_rate, epochs, batch_size, rng):
    n, d = X.shape
    w, losses = np.zeros(d), []
    for _ in range(epochs):
        order = rng.permutation(n)
        for k in range(0, n, batch_size):
            b = order[k : k + batch_size]
            w -= learning_rate * X[b].T @ (X[b] @ w - t[b]) / len(b)
        losses.append(0.5 * np.mean((X @ w - t) ** 2))
    return w, losses


def _fit_orders_ahead(X, t, learning_rate, epochs, batch_size, rng):
    orders = [rng.permutation(len(t)) for _ in range(epochs)]
    w, losses = np.zeros(X.shape[1]), np.zeros(epochs)
    for e, order in enumerate(orders):
        for b in np.split(order, range(batch_size, len(t), batch_size)):
            w = w - learning_rate * np.array(_gradient_loops(X[b], t[b], w))
        losses[e] = ((X @ w - t) ** 2).sum() / (2 * len(t))
    return [w, losses]


def _fit_float32(X, t, learning_rate, epochs, batch_size, rng):
    X, t = X.astype(np.float32), t.astype(np.float32)
    w, losses = np.zeros(X.shape[1], dtype=np.float32), []
    for _ in range(epochs):
        for b in _batches_generator(len(t), batch_size, rng):
            w = w - np.float32(learning_rate) * (X[b].T @ (X[b] @ w - t[b])) / np.float32(len(b))
        losses.append(np.mean((X @ w - t) ** 2) / 2)
    return w, np.array(losses)


def _fit_shuffles_rows(X, t, learning_rate, epochs, batch_size, rng):
    data, w, losses = np.column_stack([X, t]), np.zeros(X.shape[1]), []
    for _ in range(epochs):
        rng.shuffle(data)
        for k in range(0, len(data), batch_size):
            Xb, tb = data[k : k + batch_size, :-1], data[k : k + batch_size, -1]
            w = w - learning_rate * np.mean((Xb @ w - tb)[:, None] * Xb, axis=0)
        losses.append(0.5 * np.mean((data[:, :-1] @ w - data[:, -1]) ** 2))
    return w, losses


def _plot_current_axes(ax, x):
    import matplotlib.pyplot as plt

    plt.sca(ax)
    plt.plot(x, x * x, "o-")
    plt.xlabel("x")
    plt.ylabel("y")
    plt.show()


def _plot_more(ax, x):
    ax.axhline(0)
    ax.set(xlabel="x", ylabel="f(x)", title="a parabola")
    fine = np.linspace(x.min(), x.max(), 1000)
    return ax.plot(fine, [v**2 for v in fine], color="red"), ax.legend(["zero", "x²"])


def _plot_pieces(ax, x):
    for left, right in pairwise(x):
        ax.plot([left, right], [left**2, right**2], "b-")
    ax.set(xlabel="x", ylabel="y")


def _plot_collection(ax, x):
    from matplotlib.collections import LineCollection

    ax.add_collection(LineCollection([np.column_stack([x, x**2])]))
    ax.set(xlabel="x", ylabel="y")


def _plot_with(**style):
    return lambda ax, x: ax.plot(x, x**2, **style) and ax.set(xlabel="x", ylabel="y")


def _plot_point_by_point(ax, x):
    for value in x:
        ax.scatter(value, value**2)
    ax.set(xlabel="x", ylabel="y")


def _gradient_autograd(X, t, w):
    w = torch.tensor(w, requires_grad=True)
    (0.5 * ((torch.tensor(X) @ w - torch.tensor(t)) ** 2).mean()).backward()
    return w.grad


def _fit_torch(X, t, learning_rate, epochs, batch_size, rng):
    X, t = torch.tensor(X), torch.tensor(t)
    w, losses = torch.zeros(X.shape[1], dtype=X.dtype, requires_grad=True), []
    optimizer = torch.optim.SGD([w], lr=learning_rate)
    for _ in range(epochs):
        for b in torch.tensor(rng.permutation(len(t))).split(batch_size):
            optimizer.zero_grad()
            (0.5 * ((X[b] @ w - t[b]) ** 2).mean()).backward()
            optimizer.step()
        losses.append(0.5 * ((X @ w - t) ** 2).mean().item())
    return w, losses


def _counts_after_the_step(rate, start, tolerance):
    x = start
    for k in range(100_000):
        x = x - 2 * rate * x
        if abs(x) <= tolerance:
            return k
    return None


def _logarithm_rounded_up(rate, start, tolerance):
    if abs(start) <= tolerance:
        return 0
    if not 0 < rate < 1:
        return None
    return 1 if rate == 0.5 else math.ceil(math.log10(tolerance / abs(start)) / math.log10(abs(1 - 2 * rate)))


def _path_cut_at_the_end(gradient, start, learning_rate=0.1, steps=50):
    return [int(x) for x in _descend_list(gradient, start, learning_rate, steps)]


def _slices(order, size):
    return [order[k : k + size] for k in range(0, len(order), size)]


def _shuffled_inside_batches(n, batch_size, rng):
    return [rng.permutation(batch) for batch in _slices(np.arange(n), batch_size)]


def _two_swapped(n, batch_size, rng):
    order, (i, j) = np.arange(n), rng.integers(n, size=2)
    order[[i, j]] = order[[j, i]]
    return _slices(order, batch_size)


def _strides_in_random_order(n, batch_size, rng):
    number = -(-n // batch_size)
    order = np.concatenate([np.arange(first, n, number) for first in range(number)])
    return [rng.permutation(batch) for batch in _slices(order, batch_size)]


def _never_ending(n, batch_size, rng):
    while True:
        yield rng.permutation(n)[:batch_size]


def _fit_by(cut):
    def fit_line(X, t, learning_rate, epochs, batch_size, rng):
        w, losses = np.zeros(X.shape[1]), []
        for _ in range(epochs):
            for b in cut(len(t), batch_size, rng):
                w = w - learning_rate * X[b].T @ (X[b] @ w - t[b]) / len(b)
            losses.append(0.5 * np.mean((X @ w - t) ** 2))
        return w, losses

    return fit_line


def _evenly_split(n, batch_size, rng):
    return np.array_split(rng.permutation(n), -(-n // batch_size))


RIGHT = {
    "gradient_descent.grid": [
        lambda: array("d", [i / 10 for i in range(-100, 101)]),
        lambda: np.linspace(-10, 10, 201),
        lambda: [i / 10 for i in range(-100, 101)],
        lambda: np.arange(-100, 101) / 10,
        lambda: np.arange(-100, 101) * 0.1,
        lambda: torch.linspace(-10, 10, 201, dtype=torch.float64),
        lambda: tuple(round(-10 + 0.1 * i, 1) for i in range(201)),
        lambda: np.arange(-10, 10.05, 0.1),
    ],
    "gradient_descent.plot_parabola": [
        lambda ax, x: ax.plot(x, x**2) and ax.set(xlabel="x", ylabel="y"),
        _plot_current_axes,
        _plot_more,
        _plot_pieces,
        _plot_collection,
        lambda axes, points: (
            axes.plot(points, points**2, "--"),
            axes.set_xlabel("x"),
            axes.set_ylabel("$x^2$"),
        ),
    ],
    "gradient_descent.derivative": [
        lambda x: 2 * x,
        lambda x: x + x,
        lambda x: np.multiply(x, 2.0),
        lambda x: (2 * np.asarray(x)).tolist(),
        lambda x: np.float32(2) * np.asarray(x, dtype=np.float32),
        lambda x: torch.as_tensor(x) * 2,
        lambda x, extra=1: 2 * x,
        np.vectorize(lambda v: 2 * v),
    ],
    "gradient_descent.numerical_derivative": [
        lambda f, x, h=1e-5: (f(x + h) - f(x - h)) / (2 * h),
        lambda f, x, h=1e-5: 0.5 / h * (f(np.asarray(x) + h) - f(np.asarray(x) - h)),
        lambda f, x, h=1e-5: (-f(x + 2 * h) + 8 * f(x + h) - 8 * f(x - h) + f(x - 2 * h)) / (12 * h),
        lambda f, x, h=1e-5: (4 * (f(x + h / 2) - f(x - h / 2)) / h - (f(x + h) - f(x - h)) / (2 * h)) / 3,
        lambda f, x, h=1e-5: ((f(x + h) - f(x)) / h + (f(x) - f(x - h)) / h) / 2,
        lambda f, x, h=1e-5: np.vectorize(lambda v: (f(v + h) - f(v - h)) / (2 * h))(x),
    ],
    "gradient_descent.step": [
        lambda x, gradient, learning_rate: x - learning_rate * gradient,
        lambda x, g, lr: np.subtract(x, np.multiply(lr, g)),
        lambda x, g, lr: x + (-lr) * g,
        lambda x, g, lr: (torch.as_tensor(x, dtype=torch.float64) - lr * torch.as_tensor(g)).numpy(),
        lambda x, g, lr: (np.asarray(x) - lr * np.asarray(g)).tolist(),
    ],
    "gradient_descent.descend": [_descend_list, _descend_array, _descend_float32, _descend_torch],
    "gradient_descent.regime": [_regime_if, _regime_isclose],
    "gradient_descent.steps_to_reach": [
        _reach_loop,
        _reach_logarithm,
        _logarithm_rounded_up,
        lambda *a: (lambda k: k if k is None else np.int64(k))(_reach_loop(*a)),
        lambda *a: (lambda k: k if k is None else float(k))(_reach_loop(*a)),
    ],
    "gradient_descent.minibatches": [
        _batches_generator,
        _batches_lists,
        _batches_split,
        _batches_sorted_draws,
        lambda n, b, rng: torch.as_tensor(rng.permutation(n)).split(b),
    ],
    "gradient_descent.line_gradient": [
        lambda X, t, w: X.T @ (X @ w - t) / len(t),
        lambda X, t, w: np.mean((X @ w - t)[:, None] * X, axis=0),
        lambda X, t, w: np.einsum("nd,n->d", X, X.dot(w) - t) / X.shape[0],
        _gradient_loops,
        _gradient_torch,
        _gradient_autograd,
        lambda X, t, w: -(t - X @ w) @ X / len(X),
    ],
    "gradient_descent.fit_line": [
        _fit_plain,
        _fit_orders_ahead,
        _fit_float32,
        _fit_shuffles_rows,
        _fit_torch,
    ],
}


@pytest.mark.parametrize(
    ("exercise", "answer"), [(one, answer) for one, answers in RIGHT.items() for answer in answers]
)
def test_a_right_answer_passes_in_whatever_style(exercise, answer):
    verdict = evaluate(exercise, answer)
    assert verdict.passed, verdict
    assert verdict.score == 1.0
    assert verdict.mistake is None


def _step_swallows(x, gradient, learning_rate):
    x -= learning_rate * gradient


WRONG = [
    ("gradient_descent.grid", lambda: np.linspace(-10, 10, 201) + 1e-6, None),
    ("gradient_descent.grid", lambda: np.linspace(-10, 10, 201)[:, None], None),
    ("gradient_descent.grid", lambda: np.linspace(-10, 10, 201, dtype=np.float32), None),
    ("gradient_descent.grid", lambda: list(range(-10, 11)), "whole-steps"),
    ("gradient_descent.grid", lambda: np.linspace(-10, 10, 200, endpoint=False), "end-dropped"),
    ("gradient_descent.grid", lambda: torch.arange(-10, 10, 0.1), "end-dropped"),
    ("gradient_descent.grid", lambda: np.arange(-10, 10, 0.1, dtype=np.float32), "end-dropped"),
    ("gradient_descent.grid", lambda: torch.linspace(-10, 10, 200), "gap-off"),
    ("gradient_descent.grid", lambda: torch.arange(-10, 11, 0.1), "overshoots"),
    (
        "gradient_descent.plot_parabola",
        lambda ax, x: ax.plot(x**2, x) and ax.set(xlabel="x", ylabel="y"),
        None,
    ),
    (
        "gradient_descent.plot_parabola",
        lambda ax, x: ax.bar(x, x**2) and ax.set(xlabel="x", ylabel="y"),
        None,
    ),
    ("gradient_descent.plot_parabola", lambda ax, x: ax.plot(x, x**2) and ax.set(xlabel="x"), "unlabelled"),
    ("gradient_descent.plot_parabola", _plot_with(color="none"), None),
    ("gradient_descent.plot_parabola", _plot_with(linewidth=0), None),
    ("gradient_descent.plot_parabola", lambda ax, x: ax.plot(["a", "b"], [1, 2]), None),
    ("gradient_descent.plot_parabola", _plot_point_by_point, "points-only"),
    ("gradient_descent.derivative", lambda x: 2 * x + 1e-3, None),
    ("gradient_descent.derivative", lambda x: 2 * abs(x), None),
    ("gradient_descent.derivative", lambda x: np.full(np.shape(x), 2), "constant"),
    ("gradient_descent.derivative", lambda x: np.ravel(2 * np.asarray(x)), None),
    ("gradient_descent.numerical_derivative", lambda f, x, h=1e-5: (f(x + 1e-5) - f(x - 1e-5)) / 2e-5, None),
    ("gradient_descent.numerical_derivative", lambda f, x, h=1e-5: (f(x + 1e-14) - f(x)) / 1e-14, "tiny-h"),
    ("gradient_descent.numerical_derivative", lambda f, x, h: (f(x + h) - f(x - h)) / (2 * h), None),
    ("gradient_descent.numerical_derivative", lambda f, x, h=1e-5: None, None),
    ("gradient_descent.numerical_derivative", lambda f, x, h=1e-5: f(x), None),
    ("gradient_descent.numerical_derivative", lambda f, x, h=1e-5: f(x) / h, None),
    ("gradient_descent.numerical_derivative", lambda f, x, h=1e-5: 2 * x, None),
    ("gradient_descent.numerical_derivative", lambda f, x, h=1e-5: 0 * x, None),
    (
        "gradient_descent.numerical_derivative",
        lambda f, x, h=1e-5: (f(x + 1e-20) - f(x - 1e-20)) / 2e-20,
        "tiny-h",
    ),
    ("gradient_descent.step", _step_swallows, None),
    ("gradient_descent.step", lambda x, g, lr: x - lr * np.sign(g), None),
    ("gradient_descent.descend", lambda g, s, lr=0.1, steps=50: _descend_list(g, s, lr, steps)[::-1], None),
    ("gradient_descent.descend", lambda g, s, lr=0.1, steps=50: [_descend_list(g, s, lr, steps)], None),
    ("gradient_descent.descend", _path_cut_at_the_end, "whole-numbers"),
    ("gradient_descent.regime", lambda *a: _regime_if(*a).upper(), None),
    ("gradient_descent.regime", lambda *a: "steady", None),
    ("gradient_descent.steps_to_reach", lambda *a: _reach_loop(*a) or 0, None),
    ("gradient_descent.steps_to_reach", lambda *a: None, None),
    ("gradient_descent.steps_to_reach", _counts_after_the_step, "one-early"),
    ("gradient_descent.minibatches", lambda n, b, rng: np.array_split(rng.permutation(n), -(-n // b)), None),
    ("gradient_descent.minibatches", lambda n, b, rng: rng.permutation(n), None),
    ("gradient_descent.minibatches", _shuffled_inside_batches, None),
    ("gradient_descent.minibatches", _two_swapped, None),
    (
        "gradient_descent.minibatches",
        lambda n, b, rng: _slices(np.roll(np.arange(n), rng.integers(n)), b),
        None,
    ),
    ("gradient_descent.minibatches", _strides_in_random_order, None),
    ("gradient_descent.minibatches", _never_ending, None),
    ("gradient_descent.line_gradient", lambda X, t, w: 2 * X.T @ (X @ w - t), None),
    ("gradient_descent.line_gradient", lambda X, t, w: (X.T @ (X @ w - t) / len(t))[:, None], None),
    ("gradient_descent.fit_line", lambda *a: _fit_plain(*a)[0], None),
    ("gradient_descent.fit_line", _fit_by(_evenly_split), None),
    ("gradient_descent.fit_line", _fit_by(_shuffled_inside_batches), "same-every-epoch"),
    (
        "gradient_descent.fit_line",
        lambda X, t, lr, e, b, rng: _fit_plain(X, rng.permuted(t), lr, e, b, rng),
        None,
    ),
]


@pytest.mark.parametrize(("exercise", "answer", "mistake"), WRONG)
def test_a_wrong_answer_fails_and_has_no_wrong_name(exercise, answer, mistake):
    verdict = evaluate(exercise, answer)
    assert not verdict.passed
    assert verdict.mistake == mistake, verdict


def test_a_changed_argument_is_told():
    def derivative(x):
        x = np.asarray(x)
        x *= 2
        return x

    assert "in place" in str(evaluate("gradient_descent.derivative", derivative))


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (lambda x: None, "return"),
        (lambda x: "2x", "text"),
        (lambda: 2, "derivative(x)"),
        (lambda x: 1 / 0, "ZeroDivisionError"),
        (lambda x: (v for v in [x]), "generator"),
        (lambda x: np.full((3, 3), 1.0), "shape"),
        (lambda x: x * np.nan, "NaN"),
    ],
)
def test_the_fault_is_told_as_what_it_is_on_the_smallest_input(answer, word):
    text = str(evaluate("gradient_descent.derivative", answer))
    assert word in text
    assert "derivative(3.0)" in text


def test_a_wrong_number_shows_the_call_what_was_expected_and_what_came():
    text = str(evaluate("gradient_descent.derivative", lambda x: x**2))
    for part in ("derivative(3.0)", "expected: 6.0", "got:      9.0", "x² itself"):
        assert part in text


def test_a_plots_style_and_mode_are_as_before_afterwards():
    import matplotlib.pyplot as plt

    def plot(ax, x):
        plt.ion()
        plt.rcParams["lines.linewidth"] = 7
        _plot_more(ax, x)

    before = plt.rcParams.copy()
    assert evaluate("gradient_descent.plot_parabola", plot).passed
    assert plt.rcParams == before


def test_what_cannot_be_drawn_at_a_number_is_still_looked_at():
    verdict = evaluate("gradient_descent.plot_parabola", lambda ax, x: ax.plot(["a", "b"], [1, 2]))
    assert verdict.status == "wrong", verdict


@pytest.mark.parametrize("kind", ["timed-out", "crashed", "died"])
@pytest.mark.parametrize("number", [1, 3, 6])
@pytest.mark.parametrize("name", ["minibatches", "fit_line"])
def test_no_mistake_is_named_from_inputs_that_gave_no_answer(name, number, kind):
    exercise = find(f"gradient_descent.{name}")

    def ask(exercise, cases):
        right = ask_all(
            exercise.probe, exercise.reference, "function", [c.args for c in cases[: number - 1]], 9
        )
        return [*right, Reply(kind, error="ValueError")]

    assert judge(exercise, ask).mistake is None


def test_a_text_is_shown_as_a_text():
    assert "got:      ''" in str(evaluate("gradient_descent.numerical_derivative", lambda f, x, h=1e-5: ""))
