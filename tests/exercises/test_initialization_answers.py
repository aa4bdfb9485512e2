"""Lesson 4: right answers in the styles that people write, and wrong ones beside the named mistakes."""

import math

import numpy as np
import pytest
import torch
from scipy import stats

from coursekit import evaluate
from coursekit.exercises.initialization.laws import departure, normal, truncated, uniform


def _entry_by_entry(n_in, n_out, rng):
    return [[rng.normal(0, (2 / n_in) ** 0.5) for _ in range(n_out)] for _ in range(n_in)]


def _truncated_loop(shape, std, rng):
    flat = []
    while len(flat) < math.prod(shape):
        x = rng.normal(0, std)
        if abs(x) <= 2 * std:
            flat.append(x)
    return np.array(flat).reshape(shape)


def _truncated_recursive(shape, std, rng):
    x = rng.standard_normal(shape)
    while True:
        bad = np.abs(x) > 2
        if not bad.any():
            return x * std
        x = np.where(bad, rng.standard_normal(shape), x)


def _units_pairs(W):
    n = W.shape[1]
    new = [j for j in range(n) if not any(np.allclose(W[:, j], W[:, i], rtol=0, atol=1e-8) for i in range(j))]
    return len(new)


def _gradients_torch(X, weights, activation, activation_gradient):
    A, Zs = torch.tensor(X, dtype=torch.float64), []
    for W in weights:
        Zs.append((A @ torch.tensor(W)).requires_grad_())
        # activations come as NumPy functions: carry their slope by a linear form
        slope = torch.tensor(activation_gradient(Zs[-1].detach().numpy()))
        A = slope * (Zs[-1] - Zs[-1].detach()) + torch.tensor(activation(Zs[-1].detach().numpy()))
    grads = torch.autograd.grad(A.sum(), Zs)
    return [g.std(correction=0).item() for g in grads]


def _gradients_loop(X, weights, activation, activation_gradient):
    zs, a = [], X
    for W in weights:
        zs.append(np.dot(a, W))
        a = activation(zs[-1])
    out = [0] * len(weights)
    delta = activation_gradient(zs[-1])
    out[-1] = float(np.std(delta))
    for i in range(len(weights) - 2, -1, -1):
        delta = np.dot(delta, np.transpose(weights[i + 1])) * activation_gradient(zs[i])
        out[i] = float(np.std(delta))
    return out


def _signals_loop(X, weights, activation):
    stds = np.zeros(len(weights))
    for i, W in enumerate(weights):
        X = activation(np.einsum("nd,dm->nm", X, W))
        stds[i] = math.sqrt(((X - X.mean()) ** 2).mean())
    return stds


def _fit_with_ones(train):
    std = np.std(train, axis=0)
    return np.mean(train, axis=0), np.where(std == 0, 1, std)


def _apply_where(X, mean, std):
    Z = np.zeros(X.shape)
    np.divide(X - mean, std, out=Z, where=std != 0)
    return Z


def _torch_parameter(n_in, n_out, rng):
    limit = math.sqrt(6 / (n_in + n_out))
    return torch.nn.Parameter(torch.from_numpy(rng.uniform(-limit, limit, (n_in, n_out))))


def _truncated_by_a_frozen_law(shape, std, rng):
    return stats.truncnorm(-2, 2, scale=std).rvs(shape, random_state=rng)


def _units_torch(W):
    return torch.unique(torch.as_tensor(W).round(decimals=8), dim=1).shape[1]


def _fit_torch(train):
    train = torch.as_tensor(train)
    return train.mean(0), train.std(0, unbiased=False)


def _apply_torch(X, mean, std):
    X, mean, std = map(torch.as_tensor, (X, mean, std))
    return (X - mean) / torch.where(std == 0, torch.ones_like(std), std)


def _fit_lists(train):
    columns = list(zip(*train.tolist(), strict=True))
    means = [sum(column) / len(column) for column in columns]
    spreads = [
        sum((v - m) ** 2 for v in column) / len(column) for column, m in zip(columns, means, strict=True)
    ]
    return means, [math.sqrt(spread) for spread in spreads]


def _apply_lists(X, mean, std):
    return [[(v - m) / s for v, m, s in zip(row, mean, std, strict=True)] for row in X.tolist()]


def _apply_and_mend(X, mean, std):
    std[std == 0] = 1
    return (X - mean) / std


RIGHT = {
    "zeros_bias": [np.zeros, lambda n: [0] * n, lambda n: np.zeros((n,)), torch.zeros, lambda n: 0 * np.arange(n)],
    "uniform_limit": [
        lambda v: math.sqrt(3 * v),
        lambda v: (3 * v) ** 0.5,
        lambda v: np.sqrt(np.float32(3 * v)),
        lambda v: torch.tensor(3.0 * v).sqrt(),
    ],
    "inverse_root": [
        lambda n_in, n_out, rng: rng.uniform(-(n_in**-0.5), n_in**-0.5, size=(n_in, n_out)),
        lambda n_in, n_out, rng: (2 * rng.random((n_in, n_out)) - 1) / math.sqrt(n_in),
    ],
    "truncated_normal": [
        _truncated_loop,
        _truncated_recursive,
        _truncated_by_a_frozen_law,
        lambda shape, std, rng: stats.truncnorm.rvs(-2, 2, scale=std, size=shape, random_state=rng),
        lambda shape, std, rng: std * stats.norm.ppf(rng.uniform(stats.norm.cdf(-2), stats.norm.cdf(2), shape)),
    ],
    "lecun_normal": [
        lambda n_in, n_out, rng: rng.standard_normal((n_in, n_out)) / np.sqrt(n_in),
        lambda n_in, n_out, rng: rng.normal(scale=n_in**-0.5, size=(n_in, n_out)).astype(np.float32),
    ],
    "glorot_uniform": [
        _torch_parameter,
        lambda n_in, n_out, rng: rng.uniform(-1, 1, (n_in, n_out)) * np.sqrt(6 / (n_in + n_out)),
        lambda n_in, n_out, rng: (rng.random((n_out, n_in)).T - 0.5) * 2 * np.sqrt(6 / (n_in + n_out)),
    ],
    "he_normal": [
        lambda n_in, n_out, rng: (torch.randn(n_in, n_out, generator=torch.Generator().manual_seed(int(rng.integers(2**60)))) * math.sqrt(2 / n_in)).requires_grad_(),
        _entry_by_entry,
        lambda n_in, n_out, rng: rng.standard_normal((n_in, n_out), dtype=np.float32) * math.sqrt(2 / n_in),
        lambda n_in, n_out, rng: rng.multivariate_normal(np.zeros(2), np.eye(2) * 2 / n_in, (n_in, n_out))[..., 0],
        lambda n_in, n_out, rng: np.array([rng.normal(0, (2 / n_in) ** 0.5, n_out) for _ in range(n_in)]),
    ],
    "symmetric_units": [
        lambda W: np.unique(np.round(W, 7), axis=1).shape[1],
        _units_pairs,
        _units_torch,
        lambda W: len({tuple(np.round(column, 10)) for column in np.asarray(W, dtype=float).T}),
    ],
    "initial_loss": [lambda C: -math.log(1 / C + 1e-12), math.log, np.log, lambda C: -np.log(1 / C), lambda C: torch.log(torch.tensor(float(C)))],
    "signal_stds": [_signals_loop, lambda X, ws, f: list(_signals_loop(X, ws, f))],
    "gradient_stds": [_gradients_loop, _gradients_torch],
    "choose": [
        lambda a: "he" if a in ("relu", "leaky_relu", "elu") else "lecun" if a == "selu" else "glorot",
    ],
    "standardize": [
        (_fit_torch, _apply_torch),
        (_fit_with_ones, lambda X, mean, std: (X - mean) / std),
        (lambda t: (t.mean(0), t.std(0)), _apply_where),
        [lambda t: [np.mean(t, axis=0).tolist(), np.std(t, axis=0).tolist()], lambda X, m, s: (X - m) / (np.array(s) + 1e-12)],
        (lambda t: (t.mean(0), np.sqrt(((t - t.mean(0)) ** 2).mean(0))), lambda X, m, s: np.nan_to_num(np.divide(X - m, s, where=s > 0, out=np.zeros(X.shape)))),
    ],
    "quiz_constant": ["b", "B", "(b)"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "answer"), [(name, answer) for name, answers in RIGHT.items() for answer in answers]
)
def test_a_right_answer_passes_in_whatever_style(name, answer):
    verdict = evaluate(f"initialization.{name}", answer)
    assert verdict.passed, str(verdict)
    assert verdict.mistake is None


def _off_by(factor):
    return lambda n_in, n_out, rng: factor * rng.normal(0, np.sqrt(2 / n_in), (n_in, n_out))


def _repeats_rows(n_in, n_out, rng):
    return np.tile(rng.normal(0, np.sqrt(2 / n_in), (1, n_out)), (n_in, 1))


def _shared_offset(n_in, n_out, rng):
    row = rng.normal(0, np.sqrt(1 / n_in), (1, n_out))
    return row + rng.normal(0, np.sqrt(1 / n_in), (n_in, n_out))


def _mirrored(n_in, n_out, rng):
    half = rng.normal(0, np.sqrt(2 / n_in), (n_in // 2, n_out))
    return np.concatenate([half, -half])


def _same_draw_again(n_in, n_out, rng):
    rng = np.random.default_rng(7)
    return rng.normal(0, np.sqrt(2 / n_in), (n_in, n_out))


WRONG = [
    ("he_normal", _off_by(1.05), None),
    ("he_normal", _off_by(0.95), None),
    ("he_normal", _off_by(0.0), None),
    ("he_normal", _repeats_rows, None),
    ("he_normal", _shared_offset, None),
    ("he_normal", _mirrored, None),
    ("he_normal", _same_draw_again, "global-rng"),
    ("he_normal", lambda n_in, n_out, rng: rng.normal(0.05, np.sqrt(2 / n_in), (n_in, n_out)), None),
    ("he_normal", lambda n_in, n_out, rng: rng.normal(0, np.sqrt(2 / n_in), (n_out, n_in)), None),
    ("he_normal", lambda n_in, n_out, rng: rng.normal(0, np.sqrt(2 / n_in), n_in * n_out), None),
    ("he_normal", lambda n_in, n_out, rng: rng.laplace(0, np.sqrt(1 / n_in), (n_in, n_out)), None),
    ("he_normal", lambda n_in, n_out, rng: np.sqrt(2 / n_in) * rng.choice([-1.0, 1.0], (n_in, n_out)), None),
    ("glorot_uniform", lambda n_in, n_out, rng: rng.uniform(-1, 1, (n_in, n_out)) / np.sqrt(n_in), None),
    ("lecun_normal", lambda n_in, n_out, rng: rng.uniform(-1, 1, (n_in, n_out)) * np.sqrt(3 / n_in), None),
    ("truncated_normal", lambda s, std, rng: 0.8796 * std * rng.standard_normal(s), None),
    ("truncated_normal", lambda s, std, rng: np.clip(rng.normal(0, std, s), -2 * std, 2 * std), "clipped"),
    ("zeros_bias", lambda n: 0.0, None),
    ("uniform_limit", lambda v: -math.sqrt(3 * v), None),
    ("symmetric_units", lambda W: W.shape[1], None),
    ("symmetric_units", lambda W: len(np.unique(np.round(W[0], 8))), None),
    ("symmetric_units", lambda W: len(np.unique(np.round(W.sum(0), 8))), None),
    ("symmetric_units", lambda W: len(np.unique(np.round(np.linalg.norm(W, axis=0), 8))), None),
    ("symmetric_units", lambda W: np.unique(np.round(np.sort(W, axis=0), 8), axis=1).shape[1], None),
    ("symmetric_units", lambda W: torch.linalg.matrix_rank(torch.as_tensor(W)).item(), "rank"),
    ("symmetric_units", lambda W: np.linalg.matrix_rank(W.T), "rank"),
    ("initial_loss", lambda C: math.log(C) + 1e-3, None),
    ("signal_stds", lambda X, weights, f: float(np.std(X)), None),
    ("gradient_stds", lambda *a: [2 * v for v in _gradients_loop(*a)], None),
    ("choose", lambda a: "glorot", None),
    ("standardize", (lambda t: (t.mean(1), t.std(1)), lambda X, m, s: (X.T - m).T), None),
    (
        "standardize",
        (lambda t: (t.mean(0), t.std(0)), lambda X, m, s: (X + m) / np.where(s == 0, 1, s)),
        None,
    ),
    ("standardize", (lambda t: (t.mean(0), t.var(0)), lambda X, m, v: (X - m) / v), "divides-by-variance"),
    ("standardize", (_fit_lists, _apply_lists), "divides-by-zero"),
    ("standardize", (lambda t: (t.mean(0), t.std(0)), _apply_and_mend), None),
    ("quiz_constant", "a", "chose-a"),
    ("quiz_constant", "maybe b", None),
]


@pytest.mark.parametrize(("name", "answer", "mistake"), WRONG)
def test_a_wrong_answer_fails_and_has_no_wrong_name(name, answer, mistake):
    verdict = evaluate(f"initialization.{name}", answer)
    assert not verdict.passed
    assert verdict.mistake == mistake, str(verdict)


@pytest.mark.parametrize("law", [normal(0.3), uniform(-0.2, 0.2), truncated(0.5)], ids=lambda law: law.name)
def test_a_law_agrees_with_scipys(law):
    scipys = {
        "normal": stats.norm(0, 0.3),
        "uniform": stats.uniform(-0.2, 0.4),
        "normal, cut at 2 deviations,": stats.truncnorm(-2, 2, scale=0.5),
    }[law.name]
    x = np.linspace(-1, 1, 41)
    np.testing.assert_allclose(law.cdf(x), scipys.cdf(x), atol=1e-12)
    assert law.std == pytest.approx(scipys.std(), rel=1e-9)


@pytest.mark.parametrize("factor", [0.95, 1.05])
def test_an_error_of_five_percent_in_the_deviation_is_always_found(factor):
    rng = np.random.default_rng(3)
    for _ in range(100):
        assert "deviation" in departure(rng.normal(0, factor, (20, 40, 50)), normal(1.0))


def test_right_draws_are_almost_never_rejected():
    # The least likely of all the tests in a check: none may come near its threshold here.
    rng = np.random.default_rng(4)
    for law, sample in (
        (normal(1.0), rng.normal),
        (uniform(-1.0, 1.0), lambda a, b, s: rng.uniform(-1, 1, s)),
    ):
        assert not any(departure(sample(0, 1, (17, 40, 60)), law) for _ in range(150))


@pytest.mark.long
def test_fewer_than_one_false_alarm_in_ten_thousand_checks():
    """Thousands of right draws without an alarm; beyond that, each threshold is its null distribution's tail."""
    rng, law = np.random.default_rng(5), normal(math.sqrt(2 / 40))
    alarms = [departure(rng.normal(0, law.std, (34, 40, 30)), law) for _ in range(10_000)]
    assert not any(alarms)


@pytest.mark.parametrize(
    ("result", "word"),
    [
        (np.zeros((0, 0)), "shape"),
        (np.zeros((2000, 2000)), "shape"),
        (np.broadcast_to(0.0, (10**6, 10**6)), "more data"),
        ("text", "array"),
        ([[1.0], [1.0, 2.0]], "array"),
        (np.full((40, 30), np.nan), "finite"),
        (None, "return"),
    ],
    ids=["empty", "large", "gigantic", "text", "ragged", "NaN", "None"],
)
def test_what_is_no_array_of_weights_is_told_without_a_warning(result, word):
    verdict = evaluate("initialization.glorot_uniform", lambda n_in, n_out, rng: result)
    assert verdict.mistake is None
    assert word in str(verdict)


def test_a_changed_deviation_is_told():
    verdict = evaluate("initialization.standardize", (lambda t: (t.mean(0), t.std(0)), _apply_and_mend))
    assert "leave arguments as they were" in str(verdict)
