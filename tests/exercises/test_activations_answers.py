"""Lesson 3: right answers in the styles that people write, and wrong ones beside the named mistakes."""

import functools
import math

import numpy as np
import pytest
import scipy.special
import scipy.stats
import torch

from coursekit import evaluate
from coursekit.checking import find
from coursekit.checking.asking import ask_here
from coursekit.checking.judging import judge
from coursekit.reference.activations import sigmoid_gradient

DOUBLE = torch.float64


def each(function):
    """The function of one number, applied entry by entry as a loop would."""

    def answer(z, *parameters):
        if np.ndim(z) == 0:
            return function(z, *parameters)
        return np.array([answer(part, *parameters) for part in z])

    return answer


def nested(function):
    """The same with lists in place of arrays."""
    return lambda z, *parameters: np.asarray(each(function)(z, *parameters)).tolist()


def in_torch(function):
    return lambda z, *parameters: function(torch.as_tensor(z, dtype=DOUBLE), *parameters)


def in_float32(function):
    return lambda z, *parameters: function(np.asarray(z, dtype=np.float32), *parameters)


def quiet(function):
    """The function with numerical warnings switched off."""

    @functools.wraps(function)
    def answer(*args):
        with np.errstate(all="ignore"):
            return function(*args)

    return answer


def _sigmoid_masks(z):
    z = np.asarray(z, dtype=float)
    s = np.empty_like(z)
    right = z >= 0
    s[right] = 1 / (1 + np.exp(-z[right]))
    s[~right] = np.exp(z[~right]) / (1 + np.exp(z[~right]))
    return s


def _sigmoid_math(v):
    return 1 / (1 + math.exp(-v)) if v >= 0 else math.exp(v) / (1 + math.exp(v))


def _leaky_masks(z, slope=0.01):
    a = np.array(z, dtype=float)
    a[a < 0] *= slope
    return a


def _elu_masks(z, alpha=1.0):
    a = np.array(z, dtype=float)
    low = a <= 0
    a[low] = alpha * (np.exp(a[low]) - 1)
    return a


def _maxout_loops(X, W, b):
    return [
        [
            max(sum(x[d] * w[d][m] for d in range(len(x))) + c[m] for w, c in zip(W, b, strict=True))
            for m in range(b.shape[1])
        ]
        for x in X
    ]


def _softmax_loops(Z):
    rows = []
    for row in Z:
        top = max(row)
        powers = [math.exp(v - top) for v in row]
        rows.append([p / sum(powers) for p in powers])
    return rows


def _softmax_transposed(Z):
    E = np.exp(Z.T - Z.max(axis=1))
    return (E / E.sum(axis=0)).T


def _collapse_probing(weights, biases):
    """Asks the stack itself: what it gives for 0 is b, what for the unit vectors, W + b."""

    def stack(X):
        for W, b in zip(weights, biases, strict=True):
            X = X @ W + b
        return X

    size = len(weights[0])
    b = stack(np.zeros((1, size)))[0]
    return stack(np.eye(size)) - b, b


def _collapse_from_the_end(weights, biases):
    W, b = np.eye(weights[-1].shape[1]), np.zeros(weights[-1].shape[1])
    for W_k, b_k in zip(weights[::-1], biases[::-1], strict=True):
        b = b_k @ W + b
        W = W_k @ W
    return [W, b]


def _collapse_homogeneous(weights, biases):
    M = np.eye(len(weights[0]) + 1)
    for W, b in zip(weights, biases, strict=True):
        corner = np.r_[np.zeros(len(W)), 1][:, None]
        M = M @ np.c_[np.r_[W, b[None]], corner]
    return M[:-1, :-1], M[-1, :-1]


def _output_if(problem):
    if problem == "regression":
        return "1", "linear", "mse"
    units = "1" if problem == "binary" else "C"
    if problem == "multiclass":
        return [units, "softmax", "cross-entropy"]
    return np.array([units, "sigmoid", "bce"])


LAYERS = {
    "regression": ("1", "linear", "mse"),
    "binary": ("1", "sigmoid", "bce"),
    "multiclass": ("C", "softmax", "cross-entropy"),
    "multilabel": ("C", "sigmoid", "bce"),
}


def layers(**other):
    return {**LAYERS, **other}.get


def _relu_in_place(z):
    z = np.asarray(z)
    z[z < 0] *= 0
    return z


def _relu_out(z):
    return np.maximum(z, 0, out=z if isinstance(z, np.ndarray) else None)


def _leaky_piecewise(z, slope=0.01):
    z = np.asarray(z)
    return np.piecewise(z, [z > 0], [lambda v: v, lambda v: slope * v])


def _elu_whole(z, alpha=1.0):
    z = np.array(z)
    z[z < 0] = alpha * np.expm1(z[z < 0])
    return z


def _softmax_in_place(Z):
    Z -= np.amax(Z, axis=1)[:, None]
    E = np.exp(Z)
    return E / E.sum(axis=1)[:, None]


def _softmax_whole(Z):
    P = np.zeros_like(Z)
    for n in range(len(Z)):
        P[n] = np.exp(Z[n] - Z[n].max()) / np.exp(Z[n] - Z[n].max()).sum()
    return P


def _collapse_columns(weights, biases):
    W, b = _collapse_probing([W.T for W in weights], biases)
    return W.T, b


RIGHT = {
    "step": [
        lambda z: np.where(z > 0, 1, 0),
        lambda z: np.asarray(z) > 0,
        lambda z: z > 0,
        lambda z: np.heaviside(z, 0),
        lambda z: (np.sign(z) + 1) // 2,
        lambda z: np.maximum(np.sign(z), 0),
        nested(lambda v: int(v > 0)),
        in_torch(lambda z: (z > 0).int()),
        lambda z: (np.asarray(z) > 0).astype(np.float32),
    ],
    "sigmoid": [
        _sigmoid_masks,
        scipy.special.expit,
        each(_sigmoid_math),
        nested(_sigmoid_math),
        np.vectorize(_sigmoid_math, otypes=[float]),
        lambda z: 0.5 * (1 + np.tanh(np.asarray(z) / 2)),
        lambda z: 1 / (1 + np.exp(-np.clip(z, -500, 500))),
        lambda z: 1 / (1 + np.exp(-np.clip(z, -30, 30))),
        lambda z: np.exp(-np.logaddexp(0, -np.asarray(z))),
        quiet(lambda z: 1 / (1 + np.exp(-z))),
        in_torch(torch.sigmoid),
        in_torch(lambda z: 1 / (1 + torch.exp(-z))),
        lambda z: torch.sigmoid(torch.as_tensor(z)),
        in_float32(_sigmoid_masks),
        in_float32(lambda z: np.float32(0.5) * (1 + np.tanh(z / 2))),
        lambda z: np.piecewise(
            np.asarray(z, float),
            [np.asarray(z) >= 0],
            [lambda v: 1 / (1 + np.exp(-v)), lambda v: np.exp(v) / (1 + np.exp(v))],
        ),
    ],
    "tanh": [
        np.tanh,
        each(math.tanh),
        in_torch(torch.tanh),
        lambda z: 2 * _sigmoid_masks(2 * np.asarray(z)) - 1,
        lambda z: -np.sign(z) * np.expm1(-2 * np.abs(z)) / (np.exp(-2 * np.abs(z)) + 1),
        quiet(lambda z: 1 - 2 / (np.exp(2 * z) + 1)),
        lambda z: np.sinh(np.clip(z, -300, 300)) / np.cosh(np.clip(z, -300, 300)),
        in_float32(np.tanh),
    ],
    "relu": [
        lambda z: np.maximum(0, z),
        lambda z: np.where(z > 0, z, 0),
        lambda z: z * (z > 0),
        lambda z: (z + np.abs(z)) / 2,
        lambda z: np.clip(z, 0, None),
        lambda z: np.fmax(z, 0.0).tolist(),
        nested(lambda v: max(0, v)),
        np.vectorize(lambda v: v if v > 0 else 0, otypes=[float]),
        lambda z: torch.relu(torch.as_tensor(z)),
        in_float32(lambda z: np.maximum(z, 0)),
        functools.partial(np.maximum, 0),
    ],
    "relu_gradient": [
        lambda z: np.where(z > 0, 1, 0),
        lambda z: np.asarray(z) > 0,
        lambda z: 1.0 * (np.asarray(z) > 0),
        lambda z: np.heaviside(z, 0),
        nested(lambda v: 1 if v > 0 else 0),
        lambda z: np.sign(np.maximum(z, 0)),
        lambda z: torch.autograd.functional.jacobian(
            lambda v: torch.relu(v).sum(), torch.as_tensor(z, dtype=DOUBLE)
        ),
    ],
    "leaky_relu": [
        lambda z, slope=0.01: np.where(z > 0, z, slope * z),
        lambda z, slope=0.01: np.where(z >= 0, z, z * slope),
        lambda z, slope=0.01: np.maximum(z, 0) + slope * np.minimum(z, 0),
        lambda z, a=0.01: z * (z > 0) + a * z * (z <= 0),
        lambda z, a=0.01: (1 + a) / 2 * z + (1 - a) / 2 * np.abs(z),
        lambda z, slope=0.01: np.maximum(z, slope * z) if slope <= 1 else np.minimum(z, slope * z),
        lambda z, slope=0.01: torch.nn.functional.leaky_relu(torch.as_tensor(z, dtype=DOUBLE), slope),
        each(lambda v, slope=0.01: v if v > 0 else slope * v),
        in_float32(lambda z, slope=0.01: np.where(z > 0, z, np.float32(slope) * z)),
        _leaky_masks,
    ],
    "elu": [
        lambda z, alpha=1.0: np.where(z > 0, z, alpha * (np.exp(np.minimum(z, 0)) - 1)),
        lambda z, alpha=1.0: np.maximum(z, 0) + alpha * np.expm1(np.minimum(0, z)),
        lambda z, alpha=1.0: np.where(np.asarray(z) >= 0, z, alpha * np.expm1(-np.abs(z))),
        quiet(lambda z, alpha=1.0: np.where(z > 0, z, alpha * (np.exp(z) - 1))),
        quiet(lambda z, a=1.0: np.maximum(z, 0) + np.minimum(0, a * (np.exp(z) - 1))),
        each(lambda v, alpha=1.0: v if v > 0 else alpha * (math.exp(v) - 1)),
        nested(lambda v, alpha=1.0: v if v > 0 else alpha * math.expm1(v)),
        lambda z, alpha=1.0: torch.nn.functional.elu(torch.as_tensor(z, dtype=DOUBLE), alpha),
        in_float32(lambda z, alpha=1.0: np.where(z > 0, z, alpha * (np.exp(np.minimum(z, 0)) - 1))),
        lambda z, alpha=1.0: np.where(z > 0, z, alpha * np.expm1(np.clip(z, -500, 500))),
        _elu_masks,
    ],
    "elu_gradient": [
        lambda z, alpha=1.0: np.where(z > 0, 1, alpha * np.exp(np.minimum(z, 0))),
        lambda z, alpha=1.0: (z > 0) + (z <= 0) * alpha * np.exp(np.minimum(z, 0)),
        quiet(lambda z, alpha=1.0: np.where(z > 0, 1, alpha * np.exp(z))),
        each(lambda v, alpha=1.0: 1 if v > 0 else alpha * math.exp(v)),
        lambda z, alpha=1.0: np.where(z > 0, 1.0, _elu_masks(z, alpha) + alpha),
        in_float32(lambda z, alpha=1.0: np.where(z > 0, 1, alpha * np.exp(-np.abs(z)))),
    ],
    "gelu": [
        lambda z: z * scipy.stats.norm.cdf(z),
        lambda z: 0.5 * z * (1 + scipy.special.erf(z / np.sqrt(2))),
        lambda z: z / 2 * scipy.special.erfc(-np.asarray(z) / 2**0.5),
        lambda z: z * (1 + np.vectorize(math.erf)(z / math.sqrt(2))) / 2,
        each(lambda v: v * 0.5 * (1 + math.erf(v / 2**0.5))),
        lambda z: 0.5 * z * (1 + np.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z**3))),
        lambda z: z * scipy.special.expit(2 * np.sqrt(2 / np.pi) * (z + 0.044715 * z**3)),
        in_torch(torch.nn.functional.gelu),
        in_torch(lambda z: torch.nn.functional.gelu(z, approximate="tanh")),
        in_float32(lambda z: 0.5 * z * (1 + scipy.special.erf(z / np.float32(2**0.5)))),
    ],
    "swish": [
        lambda z, beta=1.0: z * scipy.special.expit(beta * z),
        lambda z, beta=1.0: z * _sigmoid_masks(beta * np.asarray(z)),
        lambda z, beta=1.0: z / (1 + np.exp(-np.clip(beta * z, -500, 500))),
        lambda z, beta=1.0: 0.5 * z * (1 + np.tanh(beta * z / 2)),
        quiet(lambda z, beta=1.0: z / (1 + np.exp(-beta * z))),
        each(lambda v, beta=1.0: v * _sigmoid_math(beta * v)),
        in_torch(lambda z, beta=1.0: z * torch.sigmoid(beta * z)),
        in_float32(lambda z, beta=1.0: z * _sigmoid_masks(np.float32(beta) * z)),
    ],
    "maxout": [
        lambda X, W, b: np.max(np.einsum("nd,kdm->nkm", X, W) + b, axis=1),
        lambda X, W, b: np.max([X @ W[k] + b[k] for k in range(len(W))], axis=0),
        lambda X, W, b: functools.reduce(np.maximum, (X @ w + c for w, c in zip(W, b, strict=True))),
        lambda X, W, b: (np.tensordot(X, W, axes=(1, 1)) + b).max(1),
        _maxout_loops,
        lambda X, W, b: torch.amax(torch.tensor(X @ W + b[:, None, :]), dim=0),
        lambda X, W, b: np.max(X.astype(np.float32) @ W.astype(np.float32) + b[:, None], axis=0),
    ],
    "softmax": [
        lambda Z: scipy.special.softmax(Z, axis=1),
        lambda Z: np.exp(Z - scipy.special.logsumexp(Z, axis=1, keepdims=True)),
        lambda Z: torch.softmax(torch.as_tensor(Z, dtype=DOUBLE), dim=1),
        lambda Z: torch.nn.functional.softmax(torch.as_tensor(Z, dtype=torch.float32), dim=-1),
        lambda Z: np.apply_along_axis(
            lambda row: np.exp(row - row.max()) / np.exp(row - row.max()).sum(), 1, Z
        ),
        lambda Z: np.array([np.exp(row - max(row)) / np.sum(np.exp(row - max(row))) for row in Z]),
        lambda Z: np.exp(Z - Z.max(1)[:, None]) / np.exp(Z - Z.max(1)[:, None]).sum(1).reshape(-1, 1),
        _softmax_loops,
        _softmax_transposed,
        in_float32(lambda Z: scipy.special.softmax(Z, axis=1)),
    ],
    "collapse": [
        _collapse_probing,
        _collapse_from_the_end,
        _collapse_homogeneous,
        lambda weights, biases: (
            np.linalg.multi_dot(weights),
            sum(functools.reduce(np.dot, weights[k + 1 :], b) for k, b in enumerate(biases)),
        ),
        lambda weights, biases: _collapse_probing(
            [torch.tensor(W, dtype=DOUBLE).numpy() for W in weights], tuple(biases)
        ),
    ],
    "dead_fraction": [
        lambda A: np.mean(np.all(A == 0, axis=0)),
        lambda A: (A.sum(axis=0) == 0).mean(),
        lambda A: np.mean(A.max(0) <= 0),
        lambda A: 1 - np.count_nonzero(A.any(axis=0)) / A.shape[1],
        lambda A: sum(all(v == 0 for v in column) for column in A.T) / A.shape[1],
        lambda A: float((torch.as_tensor(A) == 0).all(dim=0).double().mean()),
        lambda A: np.mean(~np.any(A > 0, axis=0), dtype=np.float32),
    ],
    "saturated_fraction": [
        lambda s, low=0.05, high=0.95: np.mean((np.asarray(s) < low) | (np.asarray(s) > high)),
        lambda s, low=0.05, high=0.95: np.mean(s < low) + np.mean(s > high),
        lambda s, low=0.05, high=0.95: 1 - np.mean((s >= low) & (s <= high)),
        lambda s, low=0.05, high=0.95: np.logical_or(s < low, s > high).sum() / np.size(s),
        lambda s, low=0.05, high=0.95: np.average(np.clip(s, low, high) != s),
        lambda s, low=0.05, high=0.95: sum(not low <= v <= high for v in np.ravel(s)) / np.ravel(s).size,
    ],
    "output_layer": [_output_if, layers(), LAYERS.__getitem__],
}

WRONG = [
    # the named mistakes, in spellings of their own
    ("step", lambda z: z >= 0, "zero-fires"),
    ("step", lambda z: 1 - (np.asarray(z) < 0), "zero-fires"),
    ("step", quiet(lambda z: z / np.abs(z)), "sign"),
    ("step", each(lambda v: 1 if v > 0 else -1), "sign"),
    ("step", each(lambda v: math.copysign(1, v)), "sign"),
    ("sigmoid", quiet(lambda z: 1 / (1 + np.exp(z))), "minus-missing"),
    ("sigmoid", lambda z: 1 / (1 + np.exp(z)), "minus-missing"),
    ("sigmoid", lambda z: np.exp(-z) / (1 + np.exp(-z)), "minus-missing"),
    ("sigmoid", lambda z: 1 - scipy.special.expit(z), "minus-missing"),
    ("sigmoid", each(lambda v: 1 / (1 + math.exp(v))), "minus-missing"),
    ("sigmoid", lambda z: (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z)), "tanh"),
    ("sigmoid", in_torch(torch.tanh), "tanh"),
    ("sigmoid", lambda z: 1 / (1 + np.exp(-z)), "overflows"),
    ("sigmoid", lambda z: 1 / (1 + np.e ** (-z)), "overflows"),
    ("sigmoid", each(lambda v: 1 / (1 + math.exp(-v))), "overflows"),
    ("sigmoid", np.vectorize(lambda v: 1 / (1 + math.exp(-v))), "overflows"),
    ("sigmoid", quiet(lambda z: np.exp(z) / (np.exp(z) + 1)), "overflows"),
    ("sigmoid", in_torch(lambda z: torch.exp(z) / (1 + torch.exp(z))), "overflows"),
    ("sigmoid", lambda z: np.where(z >= 0, 1 / (1 + np.exp(-z)), np.exp(z) / (1 + np.exp(z))), "overflows"),
    ("sigmoid", in_float32(lambda z: 1 / (1 + np.exp(-z))), "overflows"),
    ("tanh", scipy.special.expit, "sigmoid"),
    ("tanh", lambda z: scipy.special.expit(2 * z), "sigmoid-unscaled"),
    ("tanh", lambda z: 1 / (1 + np.exp(-2 * z)), "sigmoid-unscaled"),
    ("tanh", lambda z: 2 / (1 + np.exp(-z)) - 1, "half-argument"),
    ("tanh", lambda z: 2 * scipy.special.expit(z) - 1, "half-argument"),
    ("tanh", lambda z: np.sinh(z) / np.cosh(z), "overflows"),
    ("tanh", quiet(lambda z: (np.exp(2 * z) - 1) / (np.exp(2 * z) + 1)), "overflows"),
    ("tanh", each(lambda v: (math.exp(v) - math.exp(-v)) / (math.exp(v) + math.exp(-v))), "overflows"),
    ("tanh", lambda z: 1 - 2 / (np.exp(2 * z) + 1), "overflows"),
    ("relu", lambda z: np.where(z > 0, z, -z), "absolute"),
    ("relu", lambda z: np.sqrt(np.square(z)), "absolute"),
    ("relu", lambda z: np.where(z < 0, z, 0), "flipped"),
    ("relu", lambda z: -np.maximum(0, -z), "flipped"),
    ("relu", lambda z: np.asarray(z) >= 0, "step"),
    ("relu", lambda z: np.max(np.append(z, 0)), "whole-array-max"),
    ("relu", lambda z: max(0, np.max(z)), "whole-array-max"),
    ("relu", lambda z: z.max(), "whole-array-max"),
    ("relu", lambda z: np.max(z, keepdims=True), "whole-array-max"),
    ("relu_gradient", lambda z: z * (z > 0), "gives-function"),
    ("relu_gradient", lambda z: np.asarray(z) >= 0, "one-at-zero"),
    ("relu_gradient", np.sign, "minus-below"),
    ("relu_gradient", lambda z: np.where(z > 0, 1, -1), "minus-below"),
    ("relu_gradient", lambda z: np.where(np.asarray(z) >= 0, 1, -1), "minus-below"),
    ("leaky_relu", lambda z, slope=0.01: np.maximum(z, slope * z), "max-trick"),
    ("leaky_relu", lambda z, a=0.01: np.where(z > a * z, z, a * z), "max-trick"),
    ("leaky_relu", each(lambda v, a=0.01: max(v, a * v)), "max-trick"),
    ("leaky_relu", lambda z, slope=0.01: np.maximum(0.01 * z, z), "slope-ignored"),
    ("leaky_relu", lambda z, a=0.01: np.maximum(z, 0) + 0.01 * np.minimum(z, 0), "slope-ignored"),
    ("leaky_relu", lambda z, slope=0.01: np.multiply(slope, z), "slope-everywhere"),
    ("elu", lambda z, alpha=1.0: np.where(z > 0, z, alpha * np.exp(z)), "minus-one-missing"),
    ("elu", quiet(lambda z, a=1.0: np.where(np.asarray(z) >= 0, z, a * np.exp(z))), "minus-one-missing"),
    ("elu", each(lambda v, alpha=1.0: v if v > 0 else alpha * math.exp(v)), "minus-one-missing"),
    ("elu", lambda z, a=1.0: np.maximum(0, z) + a * np.exp(np.minimum(0, z)), "minus-one-missing"),
    ("elu", lambda z, alpha=1.0: np.where(z > 0, z, np.exp(z) - 1), "alpha-ignored"),
    ("elu", lambda z, a=1.0: torch.nn.functional.elu(torch.as_tensor(z, dtype=DOUBLE)), "alpha-ignored"),
    ("elu", lambda z, alpha=1.0: np.where(z > 0, z, alpha * (np.exp(z) - 1)), "overflows"),
    ("elu", lambda z, a=1.0: (z > 0) * z + (z <= 0) * a * (np.exp(z) - 1), "overflows"),
    ("elu", lambda z, a=1.0: np.maximum(z, 0) + np.minimum(0, a * (np.exp(z) - 1)), "overflows"),
    ("elu", each(lambda v, a=1.0: max(v, 0) + min(a * math.expm1(v), 0)), "overflows"),
    ("elu_gradient", lambda z, alpha=1.0: np.where(z > 0, 1, alpha * np.exp(z) + alpha), "alpha-added"),
    ("elu_gradient", lambda z, alpha=1.0: np.ones_like(z, dtype=float), "one-everywhere"),
    ("elu_gradient", lambda z, alpha=1.0: 1, "one-everywhere"),
    ("gelu", lambda z: z * scipy.special.expit(1.702 * z), "sigmoid-form"),
    ("gelu", each(lambda v: v * _sigmoid_math(1.702 * v)), "sigmoid-form"),
    ("gelu", scipy.stats.norm.cdf, "cdf-only"),
    ("gelu", lambda z: 0.5 * (1 + scipy.special.erf(z / 2**0.5)), "cdf-only"),
    ("swish", lambda z, beta=1.0: beta * z / (1 + np.exp(-z)), "beta-outside"),
    ("swish", lambda z, beta=1.0: beta * z * scipy.special.expit(z), "beta-outside"),
    ("swish", lambda z, beta=1.0: 1 / (1 + np.exp(-beta * z)), "sigmoid-only"),
    ("swish", lambda z, beta=1.0: scipy.special.expit(beta * z), "sigmoid-only"),
    ("swish", lambda z, beta=1.0: z / (1 + np.exp(-beta * z)), "overflows"),
    ("swish", quiet(lambda z, beta=1.0: z * np.exp(beta * z) / (1 + np.exp(beta * z))), "overflows"),
    ("swish", each(lambda v, beta=1.0: v / (1 + math.exp(-beta * v))), "overflows"),
    ("maxout", lambda X, W, b: sum(X @ W[k] + b[k] for k in range(len(W))) / len(W), "mean"),
    ("maxout", lambda X, W, b: X @ W.sum(axis=0) + b.sum(axis=0), "sum"),
    ("maxout", lambda X, W, b: np.einsum("nd,kdm->nkm", X, W).max(1) + b.max(0), "bias-after"),
    ("maxout", lambda X, W, b: np.max(np.einsum("nd,kdm->nkm", X, W) + b, axis=2), "wrong-axis"),
    ("maxout", lambda X, W, b: (X @ W + b[:, None]).max(-1), "wrong-axis"),
    ("maxout", lambda X, W, b: np.max(X @ W + b, axis=0), "bias-along-examples"),
    ("softmax", lambda Z: np.exp(Z) / np.exp(Z).sum(), "whole-array"),
    ("softmax", scipy.special.softmax, "whole-array"),
    (
        "softmax",
        lambda Z: torch.softmax(torch.as_tensor(Z, dtype=DOUBLE).flatten(), 0).reshape(Z.shape),
        "whole-array",
    ),
    ("softmax", lambda Z: scipy.special.softmax(Z, axis=0), "columns"),
    ("softmax", lambda Z: np.exp(Z) / np.exp(Z).sum(0), "columns"),
    ("softmax", lambda Z: np.exp(Z - Z.max()) / np.exp(Z - Z.max()).sum(0), "columns"),
    ("softmax", lambda Z: np.exp(Z - Z.max()) / np.exp(Z - Z.max()).sum(1, keepdims=True), "max-over-all"),
    (
        "softmax",
        quiet(lambda Z: np.exp(Z - Z.max()) / np.exp(Z - Z.max()).sum(1)[:, None]),
        "max-over-all",
    ),
    (
        "softmax",
        lambda Z: np.exp(Z - Z.max()) / (np.exp(Z - Z.max()).sum(1, keepdims=True) + 1e-12),
        "max-over-all",
    ),
    ("softmax", lambda Z: np.exp(Z) / np.exp(Z).sum(axis=1), "keepdims-missing"),
    ("softmax", lambda Z: np.exp(Z - Z.max(1)) / np.exp(Z - Z.max(1)).sum(1), "keepdims-missing"),
    ("softmax", lambda Z: np.exp(Z - Z.max()) / np.exp(Z - Z.max()).sum(1), "keepdims-missing"),
    ("softmax", in_torch(lambda Z: torch.exp(Z) / torch.exp(Z).sum(1)), "keepdims-missing"),
    (
        "softmax",
        lambda Z: np.exp(Z - Z.max(1, keepdims=True)) / np.exp(Z - Z.max(1, keepdims=True)).sum(1),
        "keepdims-missing",
    ),
    ("softmax", lambda Z: Z / Z.sum(axis=1, keepdims=True), "no-exp"),
    ("softmax", lambda Z: [[v / sum(row) for v in row] for row in Z], "no-exp"),
    ("softmax", lambda Z: np.exp(Z) / np.exp(Z).sum(1, keepdims=True), "overflows"),
    ("softmax", quiet(lambda Z: np.exp(Z) / np.exp(Z).sum(1, keepdims=True)), "overflows"),
    ("softmax", lambda Z: [[math.exp(v) / sum(map(math.exp, row)) for v in row] for row in Z], "overflows"),
    ("collapse", lambda ws, bs: (np.linalg.multi_dot(ws), np.sum(bs, axis=0)), "bias-not-carried"),
    ("collapse", lambda ws, bs: _collapse_probing(ws[::-1], bs[::-1]), "reversed"),
    ("collapse", lambda ws, bs: (functools.reduce(np.dot, ws), bs[-1]), "bias-last-only"),
    ("dead_fraction", lambda A: (A == 0).sum() / A.size, "zero-entries"),
    ("dead_fraction", lambda A: np.mean(A.min(axis=0) == 0), "any-zero"),
    ("dead_fraction", lambda A: 1 - np.mean(np.all(A > 0, axis=0)), "any-zero"),
    ("saturated_fraction", lambda s, low=0.05, high=0.95: np.mean(s > high), "upper-only"),
    ("saturated_fraction", lambda s, low=0.05, high=0.95: np.mean((s > low) & (s < high)), "inside"),
    ("output_layer", layers(multilabel=("C", "softmax", "cross-entropy")), "multilabel-softmax"),
    ("output_layer", layers(multiclass=("C", "sigmoid", "bce")), "multiclass-sigmoid"),
    ("output_layer", layers(regression=["1", "relu", "mse"]), "regression-relu"),
    ("output_layer", layers(binary=("C", "sigmoid", "bce")), "binary-two-sigmoids"),
    (
        "output_layer",
        layers(binary=LAYERS["multiclass"], multilabel=LAYERS["multiclass"]),
        "multilabel-softmax",
    ),
    # further named ones
    ("step", each(lambda v: 0.5 * (1 + (v > 0) - (v < 0))), "half-at-zero"),
    ("relu", _relu_in_place, "in-place"),
    ("relu", _relu_out, "in-place"),
    ("relu", np.vectorize(lambda v: v if v > 0 else 0), "whole-numbers"),
    ("relu", lambda z: np.zeros(np.shape(z), int), None),
    ("softmax", lambda Z: np.zeros(np.shape(Z), int), None),
    ("sigmoid", np.vectorize(lambda v: round(_sigmoid_math(v))), None),
    ("relu_gradient", lambda z: np.heaviside(z, 0.5), "half-at-zero"),
    ("leaky_relu", _leaky_piecewise, "whole-numbers"),
    ("elu", lambda z, a=1.0: np.where(z > 0, z, a * np.exp(np.minimum(z, 0)) - 1), "brackets-missing"),
    ("elu", _elu_whole, "whole-numbers"),
    ("elu_gradient", lambda z, a=1.0: np.where(np.asarray(z) >= 0, 1, a * np.exp(-np.abs(z))), "one-at-zero"),
    ("elu_gradient", lambda z, a=1.0: np.where(z > 0, 1, a * np.exp(z)), "overflows"),
    ("gelu", lambda z: z * (1 + scipy.special.erf(z)) / 2, "root-two-missing"),
    ("softmax", lambda Z: np.exp(Z), "not-normalised"),
    ("softmax", _softmax_in_place, "in-place"),
    ("softmax", _softmax_whole, "whole-numbers"),
    ("collapse", _collapse_columns, "column-vectors"),
    ("dead_fraction", lambda A: np.mean(np.all(A == 0, axis=1)), "examples"),
    ("saturated_fraction", lambda s, low=0.05, high=0.95: np.mean((s <= low) | (s >= high)), "limits-count"),
    ("output_layer", layers(binary=("1", "softmax", "bce")), "binary-one-softmax"),
    # wrong in ways without a name
    ("step", lambda z: z, None),
    ("step", lambda z: np.where(z > 0, 1, 0.01), None),
    ("step", lambda z: int(z > 0), None),
    ("step", lambda z: np.where(z > 1, 1, 0), None),
    ("sigmoid", lambda z: scipy.special.expit(2 * z), None),
    ("sigmoid", lambda z: np.clip(scipy.special.expit(z), 0.001, 0.999), None),
    ("sigmoid", lambda z: 1 / (1 + np.exp(-np.clip(z, -10, 10))), None),
    ("sigmoid", lambda z: math.exp(-math.log1p(math.exp(-z))), None),
    ("sigmoid", lambda z: 1 / 1 + np.exp(-z), None),
    ("sigmoid", quiet(lambda z: np.nan_to_num(np.exp(z) / (1 + np.exp(z)))), None),
    ("tanh", lambda z: np.arctan(z), None),
    ("tanh", lambda z: np.clip(z, -1, 1), None),
    ("relu", lambda z: np.maximum(0, -z), None),
    ("relu", lambda z: max(0, z), None),
    ("relu", lambda z: np.minimum(np.maximum(0, z), 2), None),
    ("relu", lambda z: np.log1p(np.exp(z)), None),
    ("relu", lambda z: np.maximum(0, z) + 1e-3, None),
    ("relu", lambda z: np.sum(np.maximum(0, z)), None),
    ("relu_gradient", lambda z: np.where(z > 0, 1, 0.01), None),
    ("relu_gradient", lambda z: z, None),
    ("leaky_relu", lambda z: np.where(z > 0, z, 0.01 * z), None),
    ("leaky_relu", lambda z, slope=0.1: np.where(z > 0, z, slope * z), None),
    ("leaky_relu", lambda z, slope=0.01: np.maximum(z, 0), None),
    ("leaky_relu", lambda z, slope=0.01: np.where(z > 0, z, -slope * z), None),
    ("elu", lambda z, alpha=1.0: np.where(z > 0, z, alpha * np.expm1(-np.abs(z) / 2)), None),
    ("elu", lambda z, alpha=0.5: np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0))), None),
    ("elu", lambda z, alpha=1.0: np.maximum(z, 0), None),
    ("gelu", lambda z: z * scipy.special.expit(z), None),
    ("gelu", lambda z: z * scipy.stats.norm.pdf(z), None),
    ("gelu", lambda z: np.maximum(z, 0), None),
    ("swish", lambda z, beta=1.0: np.maximum(z, 0), None),
    ("swish", lambda z, beta=1.0: z * np.tanh(beta * z), None),
    ("maxout", lambda X, W, b: np.median(X @ W + b[:, None], axis=0), None),
    ("maxout", lambda X, W, b: X @ W[0] + b[0], None),
    ("maxout", lambda X, W, b: np.maximum(0, np.max(X @ W + b[:, None], axis=0)), None),
    ("softmax", lambda Z: np.eye(Z.shape[1])[Z.argmax(1)], None),
    ("softmax", lambda Z: scipy.special.log_softmax(Z, axis=1), None),
    ("softmax", lambda Z: scipy.special.softmax(Z, axis=1).ravel(), None),
    ("softmax", lambda Z: scipy.special.softmax(-Z, axis=1), None),
    ("softmax", lambda Z: 2.0**Z / (2.0**Z).sum(1, keepdims=True), None),
    ("softmax", lambda Z: scipy.special.expit(Z), None),
    ("collapse", lambda ws, bs: (sum(ws), sum(bs)), None),
    ("collapse", lambda ws, bs: _collapse_probing(ws, bs)[::-1], None),
    ("collapse", lambda ws, bs: _collapse_probing(ws, bs)[0], None),
    ("collapse", lambda ws, bs: (ws[0] @ ws[1], bs[0] @ ws[1] + bs[1]), None),
    ("dead_fraction", lambda A: 100 * np.mean(np.all(A == 0, axis=0)), None),
    ("dead_fraction", lambda A: 0.5, None),
    ("saturated_fraction", lambda s, low=0.05, high=0.95: 0.5, None),
    ("saturated_fraction", lambda s, low=0.05, high=0.95: np.mean(s < low) - np.mean(s > high), None),
    ("output_layer", lambda problem: ("C", "softmax", "cross-entropy"), None),
    ("output_layer", layers(multilabel=LAYERS["multiclass"], multiclass=LAYERS["multilabel"]), None),
    ("output_layer", layers(regression=(1, "linear", "mse")), None),
    ("output_layer", layers(regression=("1", "linear", "MSE")), None),
    ("output_layer", lambda problem: "linear", None),
    ("output_layer", lambda problem: {"units": "1"}, None),
]


@pytest.mark.parametrize(
    ("name", "answer"), [(name, answer) for name, answers in RIGHT.items() for answer in answers]
)
def test_a_right_answer_passes_in_whatever_style(name, answer):
    verdict = evaluate(f"activations.{name}", answer)
    assert verdict.passed, verdict
    assert (verdict.score, verdict.mistake) == (1.0, None)


@pytest.mark.parametrize("name", RIGHT)
def test_right_answers_pass_on_secret_inputs_too(name):
    for answer in RIGHT[name]:
        for seed in (102, 7):
            verdict = judge(
                find(f"activations.{name}"),
                lambda asked, cases, answer=answer: ask_here(asked, answer, cases),
                seed,
            )
            assert verdict.passed, verdict


@pytest.mark.parametrize(("name", "answer", "mistake"), WRONG)
def test_a_wrong_answer_fails_under_its_own_name_or_none(name, answer, mistake):
    verdict = evaluate(f"activations.{name}", answer)
    assert not verdict.passed, verdict
    assert verdict.mistake == mistake, verdict
    assert verdict.score <= (0.5 if mistake else 0.75)


@pytest.mark.parametrize(
    ("name", "answer", "parts"),
    [
        ("relu", lambda z: np.abs(z), ("relu(-1.5)", "expected: 0.0", "got:      1.5", "|z|")),
        ("sigmoid", lambda z: 1 / (1 + np.exp(-z)), ("sigmoid(-1000.0)", "warning or NaN")),
        (
            "leaky_relu",
            lambda z: np.where(z > 0, z, 0.01 * z),
            ("leaky_relu(z, slope=0.01)", "positional argument"),
        ),
        ("maxout", lambda X, W, b: np.max(X @ W + b, axis=0), ("b[:, None, :]",)),
        ("softmax", lambda Z: np.exp(Z) / np.exp(Z).sum(1), ("keepdims=True",)),
        ("output_layer", lambda problem: ("1", "relu", "huber"), ("for activation it gave 'relu'",)),
    ],
)
def test_the_verdict_says_what_happened(name, answer, parts):
    text = str(evaluate(f"activations.{name}", answer))
    for part in parts:
        assert part.lower() in text.lower(), text


def test_an_overflow_earns_half_and_the_softmax_pair_is_forgiven():
    assert evaluate("activations.sigmoid", lambda z: 1 / (1 + np.exp(-z))).score == 0.5
    verdict = evaluate("activations.output_layer", layers(binary=LAYERS["multiclass"]))
    assert (verdict.passed, verdict.score, verdict.mistake) == (True, 1.0, "binary-softmax")


@pytest.mark.parametrize(
    ("topic", "right"), [("curve", "b"), ("saturation", "c"), ("dying", "d"), ("output", "b")]
)
def test_a_quiz_has_its_right_choice_and_a_reason_for_each_other(topic, right):
    quiz = find(f"activations.quiz_{topic}")
    for letter in quiz.choices:
        verdict = evaluate(quiz.id, letter)
        assert verdict.passed is (letter == right)
        assert verdict.mistake == (None if letter == right else f"chose-{letter}")


def test_the_quiz_on_ten_sigmoids_is_right():
    most = sigmoid_gradient(np.linspace(-5, 5, 101)).max()
    assert most**10 == pytest.approx(1e-6, rel=0.05)
