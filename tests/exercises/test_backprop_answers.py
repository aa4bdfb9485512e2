"""Lesson 2: right answers in the styles that people write, wrong ones beside the named mistakes."""

import functools
import math

import numpy as np
import pytest
import scipy.special
import torch

from coursekit import evaluate
from coursekit.checking import exercises_of, find
from coursekit.checking.asking import ask_here
from coursekit.checking.judging import judge

F = np.float32


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def tensor(array):
    return torch.as_tensor(np.asarray(array), dtype=torch.float64)


def one_hot(Z, y):
    return np.eye(Z.shape[1])[y]


def _squared_loop(y, t):
    total = 0.0
    for a, b in zip(np.ravel(y), np.ravel(t), strict=True):
        total += (a - b) ** 2
    return total / 2


def _entropy_loop(y, t):
    total = 0
    for a, b in zip(y, t, strict=True):
        a = min(max(a, 1e-15), 1 - 1e-15)
        total -= b * math.log(a) + (1 - b) * math.log(1 - a)
    return total / len(y)


def _entropy_torch(y, t):
    return torch.nn.functional.binary_cross_entropy(tensor(y), tensor(t)).item()


def _entropy_float32(y, t):
    y, t = np.clip(F(y), F(1e-7), 1 - F(1e-7)), F(t)
    return -np.mean(t * np.log(y) + (1 - t) * np.log(1 - y))


def _logistic_loop(X, t, w, b):
    dw, db = [0.0] * len(w), 0.0
    for x, target in zip(X, t, strict=True):
        error = sigmoid(sum(one * weight for one, weight in zip(x, w, strict=True)) + b) - target
        dw = [d + error * one / len(t) for d, one in zip(dw, x, strict=True)]
        db += error / len(t)
    return dw, db


def _logistic_torch(X, t, w, b):
    w, b = tensor(w).requires_grad_(), tensor(b).requires_grad_()
    torch.nn.functional.binary_cross_entropy_with_logits(tensor(X) @ w + b, tensor(t)).backward()
    return w.grad, b.grad


def _logistic_bias_column(X, t, w, b):
    Xb = np.column_stack([X, np.ones(len(X))])
    d = Xb.T @ (sigmoid(Xb @ np.append(w, b)) - t) / len(t)
    return d[:-1], d[-1:]


def _forward_loops(X, W1, b1, W2, b2):
    def layer(inputs, W, b):
        return [
            [1 / (1 + math.exp(-sum(x[i] * W[i][j] for i in range(len(x))) - b[j])) for j in range(len(b))]
            for x in inputs
        ]

    H = layer(X.tolist(), W1, b1)
    return H, layer(H, W2, b2)


def _forward_float32(X, W1, b1, W2, b2):
    H = scipy.special.expit(F(X) @ F(W1) + F(b1))
    return [H, scipy.special.expit(H @ F(W2) + F(b2))]


def _forward_torch(X, W1, b1, W2, b2):
    H = torch.sigmoid(tensor(X) @ tensor(W1) + tensor(b1))
    return H, torch.sigmoid(H @ tensor(W2) + tensor(b2))


def _backward_plain(X, H, Y, T, W2):
    dZ2 = (Y - T) * Y * (1 - Y)
    dZ1 = dZ2 @ W2.T * H * (1 - H)
    return {"dW2": H.T @ dZ2, "db2": dZ2.sum(0), "dW1": X.T @ dZ1, "db1": dZ1.sum(0), "dZ1": dZ1}


def _backward_einsum(X, H, Y, T, W2):
    d2 = np.einsum("nk,nk,nk->nk", Y - T, Y, 1 - Y)
    d1 = np.einsum("nk,hk,nh->nh", d2, W2, H * (1 - H))
    return {
        "dW1": np.einsum("nd,nh->dh", X, d1),
        "db1": np.einsum("nh->h", d1),
        "dW2": np.einsum("nh,nk->hk", H, d2),
        "db2": np.ones(len(X)) @ d2,
    }


def _backward_loops(X, H, Y, T, W2):
    (N, D), (_, M), K = X.shape, H.shape, Y.shape[1]
    dW1, db1 = np.zeros((D, M)), np.zeros(M)
    dW2, db2 = np.zeros((M, K)), np.zeros(K)
    for n in range(N):
        d2 = [(Y[n, k] - T[n, k]) * Y[n, k] * (1 - Y[n, k]) for k in range(K)]
        d1 = [sum(d2[k] * W2[j, k] for k in range(K)) * H[n, j] * (1 - H[n, j]) for j in range(M)]
        dW1 += np.outer(X[n], d1)
        dW2 += np.outer(H[n], d2)
        db1 += d1
        db2 += d2
    return {"dW1": dW1.tolist(), "db1": list(db1), "dW2": dW2, "db2": db2}


def _backward_float32(X, H, Y, T, W2):
    return _backward_plain(F(X), F(H), F(Y), F(T), F(W2))


def _backward_tensors(X, H, Y, T, W2):
    return _backward_plain(*map(tensor, (X, H, Y, T, W2)))


def _update_loop(params, grads, learning_rate):
    new = {}
    for name in params:
        new[name] = params[name]
        if "d" + name in grads:
            new[name] = new[name] - learning_rate * grads["d" + name]
    return new


def _update_copies(params, grads, learning_rate):
    import copy

    new = copy.deepcopy(params)
    for name, grad in grads.items():
        new[name[1:]] -= learning_rate * grad
    return new


def _check_in_place(f, theta, gradient, h=1e-5):
    num = np.zeros_like(theta)
    it = np.nditer(theta, flags=["multi_index"], op_flags=["readwrite"])
    while not it.finished:
        i = it.multi_index
        old = theta[i]
        theta[i] = old + h
        above = f(theta)
        theta[i] = old - h
        below = f(theta)
        theta[i] = old
        num[i] = (above - below) / (2 * h)
        it.iternext()
    bottom = np.linalg.norm(num) + np.linalg.norm(gradient)
    return 0.0 if bottom == 0 else np.linalg.norm(num - gradient) / bottom


def _check_moves_back(f, theta, gradient, h=1e-5):
    num = []
    for i in np.ndindex(theta.shape):
        theta[i] += h
        above = f(theta)
        theta[i] -= 2 * h
        below = f(theta)
        theta[i] += h
        num.append((above - below) / (2 * h))
    num, g = np.array(num), gradient.ravel()
    top = math.sqrt(sum((num - g) ** 2))
    return top / max(math.sqrt(sum(num**2)) + math.sqrt(sum(g**2)), 1e-300)


def _check_flat(f, theta, gradient, h=1e-5):
    flat = theta.astype(float).flatten()
    num = np.array(
        [
            (f((flat + h * e).reshape(theta.shape)) - f((flat - h * e).reshape(theta.shape))) / (2 * h)
            for e in np.eye(flat.size)
        ]
    ).reshape(theta.shape)
    difference = np.sqrt(np.sum((num - gradient) ** 2))
    return difference / (np.sqrt(np.sum(num**2)) + np.sqrt(np.sum(gradient**2)) + 1e-16)


def _softmax_loop(Z, y):
    out = []
    for row, label in zip(Z.tolist(), y, strict=True):
        e = [math.exp(z - max(row)) for z in row]
        out.append([(v / sum(e) - (c == label)) / len(Z) for c, v in enumerate(e)])
    return out


def _softmax_torch(Z, y):
    Z = tensor(Z).requires_grad_()
    torch.nn.functional.cross_entropy(Z, torch.as_tensor(y)).backward()
    return Z.grad


def _softmax_indexed(Z, y):
    E = np.exp(Z - np.max(Z, axis=1)[:, None])
    P = E / E.sum(axis=1)[:, None]
    P[np.arange(len(y)), y] -= 1
    return P / len(y)


def _softmax_float32(Z, y):
    P = scipy.special.softmax(F(Z), axis=1)
    return (P - np.eye(Z.shape[1], dtype=F)[y]) / F(len(y))


def _softmax_by_logarithm(Z, y):
    P = np.exp(Z - scipy.special.logsumexp(Z, axis=1, keepdims=True))
    return (P - one_hot(Z, y)) / Z.shape[0]


def training(
    start,
    *,
    output=lambda Y, T: (Y - T) / len(T),
    loss=None,
    sign=1.0,
    dtype=float,
    once=False,
    between=False,
):
    """A student's train: everything in one function, updates in place."""

    def train(X, T, hidden, learning_rate, epochs, rng):
        X, T = X.astype(dtype), T.astype(dtype)
        W1, b1, W2, b2 = (np.array(a, dtype=dtype) for a in start(X.shape[1], hidden, T.shape[1], rng))
        losses = []
        for epoch in range(epochs):
            H = 1 / (1 + np.exp(-(X @ W1 + b1)))
            Y = 1 / (1 + np.exp(-(H @ W2 + b2)))
            y = np.clip(Y, 1e-7, 1 - 1e-7)
            per_entry = -(T * np.log(y) + (1 - T) * np.log(1 - y))
            losses.append(per_entry.sum() / len(X) if loss is None else loss(Y, T))
            if once and epoch:
                continue
            d2 = output(Y, T)
            if between:
                W2 = W2 - learning_rate * H.T @ d2
            d1 = d2 @ W2.T * H * (1 - H)
            if not between:
                W2 -= sign * learning_rate * H.T @ d2
            b2 -= sign * learning_rate * d2.sum(axis=0)
            W1 -= sign * learning_rate * X.T @ d1
            b1 -= sign * learning_rate * d1.sum(axis=0)
        return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}, losses

    return train


def normal(scale):
    return lambda D, H, K, rng: (
        rng.normal(0, scale, (D, H)),
        np.zeros(H),
        rng.normal(0, scale, (H, K)),
        np.zeros(K),
    )


def uniform(D, H, K, rng):
    return (
        rng.uniform(-1, 1, (D, H)),
        rng.uniform(-1, 1, H),
        rng.uniform(-1, 1, (H, K)),
        rng.uniform(-1, 1, K),
    )


def second_layer_zero(D, H, K, rng):
    return rng.standard_normal((D, H)), np.zeros(H), np.zeros((H, K)), np.zeros(K)


def positive(D, H, K, rng):
    return rng.random((D, H)), np.zeros(H), rng.random((H, K)), np.zeros(K)


def _train_loops(X, T, hidden, learning_rate, epochs, rng):
    """Plain lists, one example at a time."""
    D, K, N = X.shape[1], T.shape[1], len(X)
    W1 = [[float(rng.normal()) for _ in range(hidden)] for _ in range(D)]
    W2 = [[float(rng.normal()) for _ in range(K)] for _ in range(hidden)]
    b1, b2, losses, rows, targets = [0.0] * hidden, [0.0] * K, [], X.tolist(), T.tolist()
    for _ in range(epochs):
        gW1, gW2 = [[0.0] * hidden for _ in range(D)], [[0.0] * K for _ in range(hidden)]
        gb1, gb2, loss = [0.0] * hidden, [0.0] * K, 0.0
        for x, t in zip(rows, targets, strict=True):
            h = [1 / (1 + math.exp(-(sum(x[i] * W1[i][j] for i in range(D)) + b1[j]))) for j in range(hidden)]
            y = [1 / (1 + math.exp(-(sum(h[j] * W2[j][k] for j in range(hidden)) + b2[k]))) for k in range(K)]
            loss -= sum(a * math.log(b) + (1 - a) * math.log(1 - b) for a, b in zip(t, y, strict=True))
            e = [(b - a) / N for a, b in zip(t, y, strict=True)]
            for j in range(hidden):
                back = sum(e[k] * W2[j][k] for k in range(K)) * h[j] * (1 - h[j])
                gb1[j] += back
                for i in range(D):
                    gW1[i][j] += back * x[i]
                for k in range(K):
                    gW2[j][k] += e[k] * h[j]
            gb2 = [g + d for g, d in zip(gb2, e, strict=True)]
        losses.append(loss / N)
        W1 = [
            [w - learning_rate * g for w, g in zip(*rows_, strict=True)]
            for rows_ in zip(W1, gW1, strict=True)
        ]
        W2 = [
            [w - learning_rate * g for w, g in zip(*rows_, strict=True)]
            for rows_ in zip(W2, gW2, strict=True)
        ]
        b1 = [b - learning_rate * g for b, g in zip(b1, gb1, strict=True)]
        b2 = [b - learning_rate * g for b, g in zip(b2, gb2, strict=True)]
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}, losses


def _train_torch(X, T, hidden, learning_rate, epochs, rng):
    X, T = tensor(X), tensor(T)
    params = {
        "W1": tensor(rng.normal(size=(X.shape[1], hidden))).requires_grad_(),
        "b1": torch.zeros(hidden, dtype=torch.float64, requires_grad=True),
        "W2": tensor(rng.normal(size=(hidden, T.shape[1]))).requires_grad_(),
        "b2": torch.zeros(T.shape[1], dtype=torch.float64, requires_grad=True),
    }
    losses = []
    for _ in range(epochs):
        H = torch.sigmoid(X @ params["W1"] + params["b1"])
        Y = torch.sigmoid(H @ params["W2"] + params["b2"])
        loss = torch.nn.functional.binary_cross_entropy(Y, T, reduction="sum") / len(X)
        grads = torch.autograd.grad(loss, list(params.values()))
        with torch.no_grad():
            for p, g in zip(params.values(), grads, strict=True):
                p -= learning_rate * g
        losses.append(loss.item())
    return params, losses


class Micrograd:
    """Closures and recursion, as in Karpathy's lecture."""

    def __init__(self, data, _children=(), _op=""):
        self.data, self.grad, self._op = data, 0.0, _op
        self._prev, self._backward = set(_children), lambda: None

    def __add__(self, other):
        other = other if isinstance(other, Micrograd) else Micrograd(other)
        out = Micrograd(self.data + other.data, (self, other), "+")

        def _backward():
            self.grad += out.grad
            other.grad += out.grad

        out._backward = _backward
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Micrograd) else Micrograd(other)
        out = Micrograd(self.data * other.data, (self, other), "*")

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out._backward = _backward
        return out

    __radd__ = __add__
    __rmul__ = __mul__

    def tanh(self):
        t = (math.exp(2 * self.data) - 1) / (math.exp(2 * self.data) + 1)
        out = Micrograd(t, (self,), "tanh")

        def _backward():
            self.grad += (1 - t**2) * out.grad

        out._backward = _backward
        return out

    def backward(self):
        topo, visited = [], set()

        def build(v):
            if v not in visited:
                visited.add(v)
                for child in v._prev:
                    build(child)
                topo.append(v)

        build(self)
        self.grad = 1.0
        for node in reversed(topo):
            node._backward()


class Tape:
    """Every operation is written on one tape; backward reads it from the end."""

    tape = []

    def __init__(self, data):
        self.data, self.grad, self.parts = np.float32(data), 0.0, ()
        Tape.tape.append(self)

    @classmethod
    def made(cls, data, *parts):
        out = cls(data)
        out.parts = parts
        return out

    def __add__(self, other):
        if not isinstance(other, Tape):
            return Tape.made(self.data + other, (self, 1))
        return Tape.made(self.data + other.data, (self, 1), (other, 1))

    def __mul__(self, other):
        if not isinstance(other, Tape):
            return Tape.made(self.data * other, (self, other))
        return Tape.made(self.data * other.data, (self, other.data), (other, self.data))

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def tanh(self):
        t = np.tanh(self.data)
        return Tape.made(t, (self, 1 - t * t))

    def backward(self):
        self.grad = 1.0
        place = next(i for i, one in enumerate(Tape.tape) if one is self)
        for node in Tape.tape[place::-1]:
            for part, local in node.parts:
                part.grad = part.grad + local * node.grad


class Counting:
    """Kahn's order: a node is ready when all its users have passed on."""

    def __init__(self, data, parts=()):
        self.data, self.grad, self.parts = data, 0, parts

    def __add__(self, other):
        other = other if isinstance(other, Counting) else Counting(other)
        return Counting(self.data + other.data, ((self, 1), (other, 1)))

    def __mul__(self, other):
        other = other if isinstance(other, Counting) else Counting(other)
        return Counting(self.data * other.data, ((self, other.data), (other, self.data)))

    __radd__, __rmul__ = __add__, __mul__

    def tanh(self):
        t = math.tanh(self.data)
        return Counting(t, ((self, 1 - t**2),))

    def backward(self):
        users, stack = {id(self): 0}, [self]
        seen = {id(self)}
        while stack:
            for part, _ in stack.pop().parts:
                users[id(part)] = users.get(id(part), 0) + 1
                if id(part) not in seen:
                    seen.add(id(part))
                    stack.append(part)
        self.grad, ready = 1, [self]
        while ready:
            node = ready.pop()
            for part, local in node.parts:
                part.grad += local * node.grad
                users[id(part)] -= 1
                if not users[id(part)]:
                    ready.append(part)


RIGHT = {
    "squared_error": [
        lambda y, t: 0.5 * np.sum((y - t) ** 2),
        lambda y, t: np.sum(np.square(np.asarray(y) - t)) / 2,
        lambda y, t: np.linalg.norm(np.ravel(y) - np.ravel(t)) ** 2 / 2,
        lambda y, t: float(F(0.5) * np.sum((F(y) - F(t)) ** 2)),
        lambda y, t: np.dot(np.ravel(y - t), np.ravel(y - t)) / 2,
        lambda y, t: torch.nn.functional.mse_loss(tensor(y), tensor(t), reduction="sum") / 2,
        lambda y, t: np.size(y) * np.mean((y - t) ** 2) / 2,
        _squared_loop,
    ],
    "squared_error_gradient": [
        lambda y, t: y - t,
        np.subtract,
        lambda y, t: -(t - y),
        lambda y, t: (np.asarray(y) - t).tolist(),
        lambda y, t: F(y) - F(t),
        lambda y, t: tensor(y) - tensor(t),
        np.vectorize(lambda y, t: y - t, otypes=[float]),
    ],
    "binary_cross_entropy": [
        lambda y, t: -np.mean(t * np.log(np.clip(y, 1e-12, 1)) + (1 - t) * np.log(np.clip(1 - y, 1e-12, 1))),
        lambda y, t: np.sum(t * -np.log(y + 1e-15) - (1 - t) * np.log(1 - y + 1e-15)) / len(y),
        lambda y, t: np.mean(
            -scipy.special.xlogy(t, np.clip(y, 1e-9, 1)) - scipy.special.xlogy(1 - t, np.clip(1 - y, 1e-9, 1))
        ),
        lambda y, t: (
            -(t @ np.log(np.maximum(y, 1e-300)) + (1 - t) @ np.log1p(-np.minimum(y, 1 - 1e-16))) / y.size
        ),
        _entropy_loop,
        _entropy_torch,
        _entropy_float32,
    ],
    "binary_cross_entropy_gradient": [
        lambda y, t: (y - t) / (y * (1 - y)),
        lambda y, t: -t / y + (1 - t) / (1 - y),
        lambda y, t: ((1 - t) / (1 - np.asarray(y)) - t / np.asarray(y)).tolist(),
        lambda y, t: (F(y) - F(t)) / (F(y) * (1 - F(y))),
        lambda y, t: (tensor(y) - tensor(t)) / (tensor(y) - tensor(y) ** 2),
        np.vectorize(lambda y, t: (y - t) / y / (1 - y), otypes=[float]),
    ],
    "sigmoid_gradient": [
        lambda s: s * (1 - s),
        lambda s: s - s**2,
        lambda s: (np.asarray(s) * (1 - np.asarray(s))).tolist(),
        lambda s: F(s) * (1 - F(s)),
        lambda s: 0.25 - (s - 0.5) ** 2,
        lambda s, unused=None: torch.as_tensor(s) * (1 - torch.as_tensor(s)),
        np.vectorize(lambda s: s * (1 - s), otypes=[float]),
    ],
    "logistic_gradients": [
        lambda X, t, w, b: (X.T @ (sigmoid(X @ w + b) - t) / len(t), np.mean(sigmoid(X @ w + b) - t)),
        lambda X, t, w, b: [
            np.mean((sigmoid(X @ w + b) - t)[:, None] * X, axis=0),
            sum(sigmoid(X @ w + b) - t) / len(t),
        ],
        lambda X, t, w, b: (
            np.einsum("nd,n->d", X, sigmoid(X @ w + b) - t) / len(X),
            np.array([(sigmoid(X @ w + b) - t).mean()]),
        ),
        lambda X, t, w, b: (
            F(X).T @ (scipy.special.expit(F(X) @ F(w) + F(b)) - F(t)) / F(len(t)),
            np.mean(sigmoid(F(X) @ F(w) + F(b)) - F(t)),
        ),
        _logistic_loop,
        _logistic_torch,
        _logistic_bias_column,
    ],
    "forward": [
        lambda X, W1, b1, W2, b2: (sigmoid(X @ W1 + b1), sigmoid(sigmoid(X @ W1 + b1) @ W2 + b2)),
        lambda X, W1, b1, W2, b2: (
            (H := scipy.special.expit(np.dot(X, W1) + b1[None, :])),
            scipy.special.expit(np.einsum("nh,hk->nk", H, W2) + b2),
        ),
        lambda X, W1, b1, W2, b2: (
            (H := sigmoid((W1.T @ X.T + b1[:, None]).T)),
            sigmoid((W2.T @ H.T + b2[:, None]).T).tolist(),
        ),
        _forward_loops,
        _forward_float32,
        _forward_torch,
    ],
    "backward": [_backward_plain, _backward_einsum, _backward_loops, _backward_float32, _backward_tensors],
    "input_gradient": [
        lambda dZ1, W1: dZ1 @ W1.T,
        lambda dZ1, W1: np.einsum("nh,dh->nd", dZ1, W1),
        lambda dZ1, W1: (W1 @ dZ1.T).T,
        lambda dZ1, W1: [[sum(row * w) for w in W1] for row in dZ1],
        lambda dZ1, W1: F(dZ1) @ F(W1).T,
        lambda dZ1, W1: tensor(dZ1) @ tensor(W1).T,
        lambda dZ1, W1: np.inner(dZ1, W1),
    ],
    "update": [
        lambda params, grads, learning_rate: {
            k: v - learning_rate * grads.get(f"d{k}", 0) for k, v in params.items()
        },
        lambda p, g, lr: {
            **p,
            **{k.removeprefix("d"): p[k.removeprefix("d")] - lr * v for k, v in g.items()},
        },
        lambda p, g, lr: p | {k[1:]: p[k[1:]] + -lr * v for k, v in g.items()},
        lambda p, g, lr: {k: F(v) - F(lr) * F(g.get("d" + k, 0)) for k, v in p.items()},
        _update_loop,
        _update_copies,
    ],
    "gradient_check": [_check_in_place, _check_moves_back, _check_flat],
    "softmax_cross_entropy_gradient": [
        lambda Z, y: (scipy.special.softmax(Z, axis=1) - one_hot(Z, y)) / len(y),
        _softmax_loop,
        _softmax_torch,
        _softmax_indexed,
        _softmax_float32,
        _softmax_by_logarithm,
    ],
    "train": [
        training(normal(1)),
        training(normal(0.1)),
        training(normal(3)),
        training(uniform),
        training(positive),
        training(second_layer_zero),
        training(normal(1), dtype=F),
        training(normal(0.01), dtype=F),
        _train_loops,
        _train_torch,
    ],
    "Value": [Micrograd, Tape, Counting, functools.partial(Counting)],
    "quiz_sign": ["b", "B)"],
    "quiz_argument": ["b", "0.8 · 0.2 = 0.16"],
    "quiz_batch": ["c"],
    "quiz_old_weights": ["b"],
    "quiz_roles": ["c", "Computing the derivative of the loss by every weight"],
}
EVERY_RIGHT = [(name, answer) for name, answers in RIGHT.items() for answer in answers]


def test_every_exercise_has_right_answers_here():
    assert set(RIGHT) == {one.name for one in exercises_of("backprop").values()}


@pytest.mark.parametrize(("name", "answer"), EVERY_RIGHT)
def test_a_right_answer_passes_in_whatever_style(name, answer):
    verdict = evaluate(f"backprop.{name}", answer)
    assert verdict.passed, verdict
    assert (verdict.score, verdict.mistake) == (1.0, None)


@pytest.mark.parametrize(("name", "answer"), EVERY_RIGHT)
def test_a_right_answer_passes_on_secret_inputs_too(name, answer):
    for seed in (5,) if name == "train" else (5, 77):  # training takes its time
        verdict = judge(find(f"backprop.{name}"), lambda asked, cases: ask_here(asked, answer, cases), seed)
        assert verdict.passed, verdict


def _moved(restore):
    """A gradient check that moves theta, and puts back what `restore` does."""

    def gradient_check(f, theta, gradient, h=1e-5):
        num = np.zeros(theta.shape)
        for i in np.ndindex(theta.shape):
            theta[i] = theta[i] + h
            above = f(theta)
            theta[i] = theta[i] - 2 * h
            num[i] = (above - f(theta)) / (2 * h)
            theta[i] += restore * h
        bottom = np.linalg.norm(num) + np.linalg.norm(gradient)
        return np.linalg.norm(num - gradient) / bottom if bottom else 0.0

    return gradient_check


def slopes(f, theta, h=1e-5):
    num = np.zeros(theta.shape)
    for i in np.ndindex(theta.shape):
        e = np.zeros(theta.shape)
        e[i] = h
        num[i] = (f(theta + e) - f(theta - e)) / (2 * h)
    return num


def _max_norms(f, theta, gradient, h=1e-5):
    num = slopes(f, theta, h)
    bottom = np.linalg.norm(num.ravel(), np.inf) + np.linalg.norm(gradient.ravel(), np.inf)
    return np.linalg.norm((num - gradient).ravel(), np.inf) / (bottom + 1e-12)


def _no_guard(f, theta, gradient, h=1e-5):
    num = slopes(f, theta, h)
    top = float(np.linalg.norm(num - gradient))
    return top / (float(np.linalg.norm(num)) + float(np.linalg.norm(gradient)))


def _signs_only(f, theta, gradient, h=1e-5):
    return float(np.any(np.sign(slopes(f, theta, h)) != np.sign(gradient)))


def _h_of_its_own(f, theta, gradient, h=1e-5):
    return _check_flat(f, theta, gradient, 1e-6)


def _flat_theta(f, theta, gradient, h=1e-5):
    return _check_flat(lambda one: f(one.ravel()), theta, gradient, h)


def _backward_with(d2, d1=lambda d, H: d * H * (1 - H), db=lambda d: d.sum(axis=0), scale=1.0):
    def backward(X, H, Y, T, W2):
        dZ2 = d2(Y, T) * scale
        dZ1 = d1(dZ2 @ W2.T, H)
        return {"dW1": X.T @ dZ1, "dW2": H.T @ dZ2, "db1": db(dZ1), "db2": db(dZ2)}

    return backward


def slope_of_input(a):
    return np.exp(-a) / (1 + np.exp(-a)) ** 2


def right_d2(Y, T):
    return (Y - T) * Y * (1 - Y)


def _turned_layout(X, H, Y, T, W2):
    right = _backward_plain(X, H, Y, T, W2)
    return {**right, "dW1": right["dZ1"].T @ X, "dW2": right_d2(Y, T).T @ H}


def _update_in_place(params, grads, learning_rate):
    for name in list(params):
        if "d" + name in grads:
            params[name] = params[name] - learning_rate * grads["d" + name]
    return params


def _update_numpy_in_place(params, grads, learning_rate):
    new = params.copy()
    for name, value in new.items():
        if "d" + name in grads and isinstance(value, np.ndarray):
            np.subtract(value, learning_rate * grads["d" + name], out=value)
        elif "d" + name in grads:
            new[name] = value - learning_rate * grads["d" + name]
    return new


def _known_names_only(params, grads, learning_rate):
    new = dict(params)
    for name in ("W1", "b1", "W2", "b2"):
        if name in params:
            new[name] = params[name] - learning_rate * grads["d" + name]
    return new


def _softmax_whole(Z, y):
    P = np.exp(Z - Z.max()) / np.exp(Z - Z.max()).sum()
    return (P - one_hot(Z, y)) / len(y)


def _softmax_naive_loop(Z, y, divide=True):
    rows = []
    for row, label in zip(Z.tolist(), y, strict=True):
        e = [math.exp(z) for z in row]
        rows.append([(v / sum(e) - (c == label)) / (len(y) if divide else 1) for c, v in enumerate(e)])
    return rows


def _softmax_whole_maximum(Z, y):
    shifted = Z - np.amax(Z)
    P = np.exp(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))
    return (P - one_hot(Z, y)) / len(Z)


def _early_return(X, T, hidden, learning_rate, epochs, rng):
    params = losses = None
    for _ in range(epochs):
        params, losses = training(normal(1))(X, T, hidden, learning_rate, 1, rng)
        return params, losses
    return params, losses


def _never_kept(X, T, hidden, learning_rate, epochs, rng):
    """Each epoch's update begins at the start again."""
    seed = int(rng.integers(1000))
    params, losses = training(normal(1))(X, T, hidden, learning_rate, 1, np.random.default_rng(seed))
    return params, losses * epochs


def zeros(D, H, K, rng):
    return np.zeros((D, H)), np.zeros(H), np.zeros((H, K)), np.zeros(K)


def ones(D, H, K, rng):
    return np.ones((D, H)), np.ones(H), np.ones((H, K)), np.ones(K)


def one_number(D, H, K, rng):
    c = rng.normal()
    return np.full((D, H), c), np.zeros(H), np.full((H, K), c), np.zeros(K)


def from_numpy(D, H, K, rng):
    return np.random.randn(D, H), np.zeros(H), np.random.randn(H, K), np.zeros(K)  # noqa: NPY002


def half_from_numpy(D, H, K, rng):
    return rng.normal(size=(D, H)), np.zeros(H), np.random.randn(H, K), np.zeros(K)  # noqa: NPY002


def from_seed(D, H, K, rng):
    rng = np.random.default_rng(0)
    return rng.normal(size=(D, H)), np.zeros(H), rng.normal(size=(H, K)), np.zeros(K)


def from_numpy_seed(D, H, K, rng):
    np.random.seed(1)  # noqa: NPY002
    return np.random.randn(D, H), np.zeros(H), np.random.randn(H, K), np.zeros(K)  # noqa: NPY002


def _stops_early(X, T, hidden, learning_rate, epochs, rng):
    params, losses = training(normal(1))(X, T, hidden, learning_rate, epochs, rng)
    return params, [loss for loss in losses if loss > 0.05]


def _decays(X, T, hidden, learning_rate, epochs, rng):
    params, losses = training(normal(1))(X, T, hidden, learning_rate / (1 + epochs / 100), epochs, rng)
    return params, losses


def _momentum(X, T, hidden, learning_rate, epochs, rng):
    W = [np.array(a) for a in normal(1)(X.shape[1], hidden, T.shape[1], rng)]
    V, losses = [0.0] * 4, []
    for _ in range(epochs):
        H = sigmoid(X @ W[0] + W[1])
        Y = sigmoid(H @ W[2] + W[3])
        losses.append(-np.sum(T * np.log(Y) + (1 - T) * np.log(1 - Y)) / len(X))
        d2 = (Y - T) / len(X)
        d1 = d2 @ W[2].T * H * (1 - H)
        V = [0.5 * v + g for v, g in zip(V, (X.T @ d1, d1.sum(0), H.T @ d2, d2.sum(0)), strict=True)]
        W = [w - learning_rate * v for w, v in zip(W, V, strict=True)]
    return dict(zip(("W1", "b1", "W2", "b2"), W, strict=True)), losses


def _infinite(X, T, hidden, learning_rate, epochs, rng):
    params, losses = training(normal(1))(X, T, hidden, learning_rate, epochs, rng)
    return {name: value / 0.0 * np.inf for name, value in params.items()}, losses


class Assigning(Micrograd):
    """Closures that assign; the walk is right."""

    def __add__(self, other):
        other = other if isinstance(other, Micrograd) else Assigning(other)
        out = Assigning(self.data + other.data, (self, other))

        def _backward():
            self.grad = out.grad
            other.grad = out.grad

        out._backward = _backward
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Micrograd) else Assigning(other)
        out = Assigning(self.data * other.data, (self, other))

        def _backward():
            self.grad = other.data * out.grad
            other.grad = self.data * out.grad

        out._backward = _backward
        return out

    __radd__, __rmul__ = __add__, __mul__

    def tanh(self):
        out = Assigning(math.tanh(self.data), (self,))

        def _backward():
            self.grad = (1 - out.data**2) * out.grad

        out._backward = _backward
        return out


class AssigningOnlyInProducts(Assigning):
    def __add__(self, other):
        other = other if isinstance(other, Micrograd) else Assigning(other)
        out = AssigningOnlyInProducts(self.data + other.data, (self, other))

        def _backward():
            self.grad += out.grad
            other.grad += out.grad

        out._backward = _backward
        return out

    __radd__ = __add__


class AssigningRecursion(Counting):
    """Goes down every path, each time assigning what that path brings."""

    def backward(self, g=1.0):
        self.grad = g
        for part, local in self.parts:
            part.backward(g * local)

    def __add__(self, other):
        other = other if isinstance(other, Counting) else AssigningRecursion(other)
        return AssigningRecursion(self.data + other.data, ((self, 1), (other, 1)))

    def __mul__(self, other):
        other = other if isinstance(other, Counting) else AssigningRecursion(other)
        return AssigningRecursion(self.data * other.data, ((self, other.data), (other, self.data)))

    __radd__, __rmul__ = __add__, __mul__

    def tanh(self):
        t = math.tanh(self.data)
        return AssigningRecursion(t, ((self, 1 - t**2),))


def walking(walk):
    """A Value with this way back."""

    class Walking(Counting):
        def __add__(self, other):
            other = other if isinstance(other, Counting) else Walking(other)
            return Walking(self.data + other.data, ((self, 1), (other, 1)))

        def __mul__(self, other):
            other = other if isinstance(other, Counting) else Walking(other)
            return Walking(self.data * other.data, ((self, other.data), (other, self.data)))

        __radd__, __rmul__ = __add__, __mul__

        def tanh(self):
            t = math.tanh(self.data)
            return Walking(t, ((self, 1 - t**2),))

        backward = walk

    return Walking


def _depth_first_before_parts(self):
    self.grad, seen = 1.0, set()

    def walk(node):
        seen.add(id(node))
        for part, local in node.parts:
            part.grad += local * node.grad
        for part, _ in node.parts:
            if id(part) not in seen:
                walk(part)

    walk(self)


def _stack(self):
    self.grad, stack, seen = 1.0, [self], {id(self)}
    while stack:
        node = stack.pop()
        for part, local in node.parts:
            part.grad += local * node.grad
            if id(part) not in seen:
                seen.add(id(part))
                stack.append(part)


def _no_visited(self):
    order = []

    def build(node):
        for part, _ in node.parts:
            build(part)
        order.append(node)

    build(self)
    self.grad = 1.0
    for node in reversed(order):
        for part, local in node.parts:
            part.grad += local * node.grad


def _every_path(self, g=1.0):
    self.grad += g
    for part, local in self.parts:
        part.backward(g * local)


def _unreversed(self):
    order, seen = [], set()

    def build(node):
        if id(node) not in seen:
            seen.add(id(node))
            for part, _ in node.parts:
                build(part)
            order.append(node)

    build(self)
    self.grad = 1.0
    for node in order:
        for part, local in node.parts:
            part.grad += local * node.grad


def _seed(value):
    def backward(self):
        Counting.backward(self)
        # What went out from 1 is as if it had gone out from `value`.
        stack, seen = [self], {id(self)}
        while stack:
            node = stack.pop()
            node.grad *= value(self)
            stack += [part for part, _ in node.parts if not (id(part) in seen or seen.add(id(part)))]

    return backward


def _own_gradient_left(self):
    Counting.backward(self)
    self.grad = 0.0


def _one_layer_deep(self):
    Counting.backward(self)
    for part, _ in self.parts:
        part.grad *= 2


def _all_ones(self):
    self.grad = 1.0
    for part, _ in self.parts:
        part.grad = 1.0


class NoReflection(Counting):
    __radd__ = None


class ArrayValue(Micrograd):
    def __init__(self, data, children=(), op=""):
        super().__init__(np.array([data, data]), children, op)


WRONG = [
    ("squared_error", lambda y, t: np.dot(np.ravel(y - t), np.ravel(y - t)), "half-missing"),
    ("squared_error", lambda y, t: np.linalg.norm(np.subtract(y, t)) ** 2, "half-missing"),
    ("squared_error", lambda y, t: ((y - t) ** 2).sum(), "half-missing"),
    ("squared_error", lambda y, t: ((y - t) ** 2).sum() / len(y), "mean-taken"),
    ("squared_error", lambda y, t: 0.5 * ((y - t) ** 2).sum() / y.shape[0], "mean-taken"),
    ("squared_error", lambda y, t: 0.5 * ((y - t) ** 2).sum(), None),
    ("squared_error", lambda y, t: ((np.asarray(y) - t) ** 2).mean(), "mean-taken"),
    ("squared_error", lambda y, t: 0.5 * np.average(np.square(y - t)), "mean-taken"),
    ("squared_error", lambda y, t: np.linalg.norm(np.ravel(y - t)), "root-taken"),
    ("squared_error", lambda y, t: 0.5 * np.linalg.norm(np.ravel(y - t)), "root-taken"),
    ("squared_error", lambda y, t: np.sqrt(0.5 * np.sum((t - y) ** 2)), "root-taken"),
    ("squared_error", lambda y, t: 0.5 * np.sum(abs(y - t)), "absolute"),
    ("squared_error", lambda y, t: 0.5 * np.sum(y - t) ** 2, None),
    ("squared_error", lambda y, t: -0.5 * np.sum((y - t) ** 2), None),
    ("squared_error", lambda y, t: 0.5 * np.sum((y + t) ** 2), None),
    ("squared_error", lambda y, t: [0.5 * np.sum((y - t) ** 2)], None),
    ("squared_error_gradient", lambda y, t: np.subtract(t, y), "backwards"),
    ("squared_error_gradient", lambda y, t: 2.0 * y - 2.0 * t, "factor-two"),
    ("squared_error_gradient", lambda y, t: (y - t) / 2, "half-kept"),
    ("squared_error_gradient", lambda y, t: abs(y - t), None),
    ("squared_error_gradient", lambda y, t: y + t, None),
    ("binary_cross_entropy", lambda y, t: -_entropy_loop(y, t), "sign-flipped"),
    ("binary_cross_entropy", lambda y, t: -_entropy_torch(y, t), "sign-flipped"),
    ("binary_cross_entropy", lambda y, t: np.mean(np.log(np.where(t == 1, y, 1 - y))), None),
    ("binary_cross_entropy", lambda y, t: _entropy_loop(y, t) * len(y), "sum-not-mean"),
    (
        "binary_cross_entropy",
        lambda y, t: -sum(b * math.log(a) + (1 - b) * math.log(1 - a) for a, b in zip(y, t, strict=True)),
        "sum-not-mean",
    ),
    ("binary_cross_entropy", lambda y, t: -np.mean(t * np.log(np.clip(y, 1e-8, 1))), "one-sided"),
    ("binary_cross_entropy", lambda y, t: _entropy_loop(y, t) / math.log(2), "wrong-log"),
    ("binary_cross_entropy", lambda y, t: _entropy_loop(y, t) / math.log(10), "wrong-log"),
    ("binary_cross_entropy", lambda y, t: -np.mean((1 - t) * np.log(np.clip(1 - y, 1e-8, 1))), None),
    (
        "binary_cross_entropy",
        lambda y, t: (
            -sum(b * math.log(a) + (1 - b) * math.log(1 - a) for a, b in zip(y, t, strict=True)) / len(y)
        ),
        "not-finite",
    ),
    ("binary_cross_entropy", lambda y, t: _entropy_loop(np.clip(y, 1e-3, 1 - 1e-3), t), None),
    ("binary_cross_entropy", lambda y, t: _entropy_loop(y + 1e-5, t), None),
    ("binary_cross_entropy", lambda y, t: np.mean((y - t) ** 2), None),
    ("binary_cross_entropy_gradient", lambda y, t: (y - t) / (y * (1 - y)) / np.size(t), "mean-taken"),
    ("binary_cross_entropy_gradient", lambda y, t: (y - t) / (len(y) * y * (1 - y)), "mean-taken"),
    ("binary_cross_entropy_gradient", lambda y, t: ((y - t) / (y * (1 - y))).mean(), "mean-taken"),
    ("binary_cross_entropy_gradient", lambda y, t: (y - t) / y / (1 - y) / y.size, "mean-taken"),
    ("binary_cross_entropy_gradient", lambda y, t: t / y - (1 - t) / (1 - y), "sign-flipped"),
    ("binary_cross_entropy_gradient", np.subtract, "logit-gradient"),
    ("binary_cross_entropy_gradient", lambda y, t: -(t / y + (1 - t) / (1 - y)), "second-sign"),
    ("binary_cross_entropy_gradient", lambda y, t: t / y + (1 - t) / (1 - y), None),
    ("binary_cross_entropy_gradient", lambda y, t: (y - t) * y * (1 - y), None),
    ("binary_cross_entropy_gradient", lambda y, t: (y - t) / y - (1 - y), None),
    ("sigmoid_gradient", slope_of_input, "of-input"),
    ("sigmoid_gradient", lambda s: scipy.special.expit(s) * scipy.special.expit(-np.asarray(s)), "of-input"),
    ("sigmoid_gradient", np.positive, "half"),
    ("sigmoid_gradient", lambda s: s * (1 + s), None),
    ("sigmoid_gradient", lambda s: scipy.special.expit(s), None),
    (
        "logistic_gradients",
        lambda *a: [len(a[1]) * np.asarray(g) for g in _logistic_loop(*a)],
        "sum-not-mean",
    ),
    ("logistic_gradients", lambda *a: [-np.asarray(g) for g in _logistic_loop(*a)], "sign-flipped"),
    (
        "logistic_gradients",
        lambda X, t, w, b: (
            (y := sigmoid(X @ w + b)),
            (X.T @ ((y - t) * (y - y**2)) / len(t), np.mean((y - t) * (y - y**2))),
        )[1],
        "double-derivative",
    ),
    (
        "logistic_gradients",
        lambda X, t, w, b: (_logistic_loop(X, t, w, b)[0], (sigmoid(X @ w + b) - t).tolist()),
        "bias-not-summed",
    ),
    (
        "logistic_gradients",
        lambda X, t, w, b: (
            (e := scipy.special.expit(X @ w[:, None] + b) - t),
            (X.T @ e / len(t), e.sum() / len(t)),
        )[1],
        "all-pairs",
    ),
    ("logistic_gradients", lambda *a: _logistic_loop(*a)[::-1], None),
    ("logistic_gradients", lambda *a: np.append(*_logistic_loop(*a)), None),
    (
        "logistic_gradients",
        lambda *a: (np.reshape(_logistic_loop(*a)[0], (-1, 1)), _logistic_loop(*a)[1]),
        None,
    ),
    ("forward", lambda X, W1, b1, W2, b2: _forward_torch(X, W1, 0 * b1, W2, b2), "bias-missing"),
    ("forward", lambda X, W1, b1, W2, b2: _forward_loops(X, W1, b1, W2, 0 * b2), "bias-missing"),
    ("forward", lambda X, W1, b1, W2, b2: ((H := sigmoid(X @ W1 + b1)), np.dot(H, W2) + b2), "output-linear"),
    ("forward", lambda X, W1, b1, W2, b2: ((H := X @ W1 + b1), sigmoid(H @ W2 + b2)), "hidden-linear"),
    (
        "forward",
        lambda X, W1, b1, W2, b2: (
            (H := torch.sigmoid(tensor(X) @ tensor(W1).T + tensor(b1))),
            torch.sigmoid(H @ tensor(W2).T + tensor(b2)),
        ),
        "transposed",
    ),
    (
        "forward",
        lambda X, W1, b1, W2, b2: ((H := sigmoid((W1 @ X.T).T + b1)), sigmoid((W2 @ H.T).T + b2)),
        "transposed",
    ),
    (
        "forward",
        lambda X, W1, b1, W2, b2: (
            (H := sigmoid(np.einsum("nd,hd->nh", X, W1) + b1)),
            sigmoid(np.einsum("nh,kh->nk", H, W2) + b2),
        ),
        "transposed",
    ),
    ("forward", lambda X, W1, b1, W2, b2: ((H := np.tanh(X @ W1 + b1)), np.tanh(H @ W2 + b2)), None),
    ("forward", lambda X, W1, b1, W2, b2: ((H := sigmoid(X @ W1 - b1)), sigmoid(H @ W2 - b2)), None),
    ("forward", lambda X, W1, b1, W2, b2: (sigmoid(X @ W1 + b1), sigmoid(X @ W1 + b1)), None),
    (
        "backward",
        _backward_with(lambda Y, T: (Y - T) * slope_of_input(Y), lambda d, H: d * slope_of_input(H)),
        "derivative-of-activation",
    ),
    ("backward", _backward_with(lambda Y, T: (Y - T) * slope_of_input(Y)), "derivative-of-activation"),
    (
        "backward",
        _backward_with(right_d2, lambda d, H: d * scipy.special.expit(H) * scipy.special.expit(-H)),
        "derivative-of-activation",
    ),
    ("backward", _backward_with(right_d2, lambda d, H: d), "hidden-derivative-missing"),
    ("backward", _backward_with(lambda Y, T: Y - T), "output-derivative-missing"),
    ("backward", _turned_layout, "transposed"),
    ("backward", lambda *a: {k: np.transpose(v) for k, v in _backward_plain(*a).items()}, "transposed"),
    (
        "backward",
        lambda *a: {k: np.asarray(v) / len(a[0]) for k, v in _backward_loops(*a).items()},
        "mean-not-sum",
    ),
    ("backward", _backward_with(right_d2, db=lambda d: d.mean(axis=0)), "mean-not-sum"),
    ("backward", lambda X, H, Y, T, W2: _backward_plain(X, H, Y, 2 * Y - T, W2), "backwards"),
    ("backward", _backward_with(right_d2, db=lambda d: d), "bias-not-summed"),
    ("backward", _backward_with(right_d2, db=lambda d: d[:1]), None),
    ("backward", _backward_with(right_d2, lambda d, H: d * (1 - H**2)), None),
    ("backward", _backward_with(right_d2, lambda d, H: d * H), None),
    ("backward", _backward_with(lambda Y, T: (Y - T) ** 2 * Y * (1 - Y)), None),
    ("backward", lambda *a: tuple(_backward_plain(*a).values()), None),
    ("backward", lambda *a: {k[1:]: v for k, v in _backward_plain(*a).items()}, None),
    ("input_gradient", lambda dZ1, W1: np.sum(W1, axis=1), "weights-only"),
    ("input_gradient", lambda dZ1, W1: np.ones_like(dZ1) @ W1.T, "weights-only"),
    ("input_gradient", lambda dZ1, W1: np.einsum("nh,hd->nd", dZ1, W1), "transposed"),
    ("input_gradient", lambda dZ1, W1: tensor(dZ1) @ tensor(W1), "transposed"),
    ("input_gradient", lambda dZ1, W1: W1 @ dZ1.T, None),
    ("input_gradient", lambda dZ1, W1: dZ1.sum(axis=1, keepdims=True) @ W1.sum(axis=1)[None], None),
    ("update", lambda p, g, lr: {k: v + lr * g.get("d" + k, 0) for k, v in p.items()}, "climbs"),
    ("update", _update_in_place, "in-place"),
    ("update", _update_numpy_in_place, "in-place"),
    ("update", _known_names_only, "one-key"),
    ("update", lambda p, g, lr: {k[1:]: p[k[1:]] - lr * v for k, v in g.items()}, "one-key"),
    (
        "update",
        lambda p, g, lr: {
            k: v - lr * g["d" + k] if k[0] in "Ww" and "d" + k in g else v for k, v in p.items()
        },
        "one-key",
    ),
    ("update", lambda p, g, lr: dict(p), None),
    ("update", lambda p, g, lr: {}, None),
    ("update", lambda p, g, lr: {"d" + k: v for k, v in _update_loop(p, g, lr).items()}, None),
    ("update", lambda p, g, lr: {k: p[k] - lr * g["d" + k] for k in p}, None),
    (
        "update",
        lambda p, g, lr: {k: p[k] - lr * v for k, v in ((n.replace("d", ""), v) for n, v in g.items())},
        None,
    ),
    ("gradient_check", lambda f, theta, g, h=1e-5: np.linalg.norm(slopes(f, theta, h) - g), "absolute-error"),
    (
        "gradient_check",
        lambda f, theta, g, h=1e-5: np.sqrt(np.sum((g - slopes(f, theta, h)) ** 2)),
        "absolute-error",
    ),
    ("gradient_check", _max_norms, "max-entry-only"),
    ("gradient_check", _moved(0), "theta-left-moved"),
    ("gradient_check", _moved(2), "theta-left-moved"),
    ("gradient_check", _no_guard, "nan-at-zero"),
    ("gradient_check", lambda *a: _check_flat(*a) or np.nan, "nan-at-zero"),
    ("gradient_check", lambda *a: _check_flat(*a) ** 2, None),
    ("gradient_check", lambda *a: 0.0, None),
    ("gradient_check", lambda *a: _check_flat(*a) < 1e-6, None),
    ("gradient_check", lambda f, theta, g, h=1e-5: np.abs(slopes(f, theta, h) - g).max(), None),
    ("gradient_check", lambda f, theta, g, h=1e-5: np.mean(abs(slopes(f, theta, h) - g)), None),
    ("gradient_check", _signs_only, None),
    ("gradient_check", _h_of_its_own, None),
    ("gradient_check", _flat_theta, None),
    (
        "softmax_cross_entropy_gradient",
        lambda Z, y: scipy.special.softmax(Z, axis=1) - one_hot(Z, y),
        "sum-not-mean",
    ),
    ("softmax_cross_entropy_gradient", functools.partial(_softmax_naive_loop, divide=False), "sum-not-mean"),
    ("softmax_cross_entropy_gradient", lambda Z, y: -_softmax_torch(Z, y), "sign-flipped"),
    (
        "softmax_cross_entropy_gradient",
        lambda Z, y: (one_hot(Z, y) - np.exp(Z) / np.exp(Z).sum(axis=1)[:, None]) / len(y),
        "sign-flipped",
    ),
    ("softmax_cross_entropy_gradient", lambda Z, y: Z - one_hot(Z, y), "no-softmax"),
    ("softmax_cross_entropy_gradient", lambda Z, y: (Z - one_hot(Z, y)) / Z.shape[0], "no-softmax"),
    ("softmax_cross_entropy_gradient", _softmax_whole_maximum, "max-over-all"),
    ("softmax_cross_entropy_gradient", _softmax_naive_loop, "overflows"),
    (
        "softmax_cross_entropy_gradient",
        lambda Z, y: (np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True) - one_hot(Z, y)) / len(y),
        "overflows",
    ),
    ("softmax_cross_entropy_gradient", _softmax_whole, None),
    ("softmax_cross_entropy_gradient", lambda Z, y: scipy.special.softmax(Z, axis=1), None),
    ("softmax_cross_entropy_gradient", lambda Z, y: _softmax_indexed(Z, y) * len(y) / Z.size, None),
    ("softmax_cross_entropy_gradient", lambda Z, y: scipy.special.expit(Z) - one_hot(Z, y), None),
    ("train", training(normal(1), between=True), "updates-between"),
    ("train", training(uniform, between=True, dtype=F), "updates-between"),
    ("train", training(zeros), "zero-start"),
    ("train", training(ones), "zero-start"),
    ("train", training(one_number), "zero-start"),
    ("train", training(from_numpy), "global-rng"),
    ("train", training(half_from_numpy), "global-rng"),
    ("train", training(from_seed), "global-rng"),
    ("train", training(from_numpy_seed), "global-rng"),
    ("train", training(normal(1), once=True), "one-step"),
    ("train", _early_return, "one-step"),
    ("train", _never_kept, "one-step"),
    ("train", training(normal(1), sign=-1.0), "climbs"),
    ("train", training(uniform, output=lambda Y, T: (T - Y) / len(T), dtype=F), "climbs"),
    ("train", training(normal(1), output=lambda Y, T: right_d2(Y, T) / len(T)), "squared-error"),
    (
        "train",
        training(
            normal(1),
            output=lambda Y, T: 2 * right_d2(Y, T) / Y.size,
            loss=lambda Y, T: np.mean((Y - T) ** 2),
        ),
        "squared-error",
    ),
    ("train", training(normal(1), output=lambda Y, T: right_d2(Y, T)), "squared-error"),
    ("train", training(normal(1), output=lambda Y, T: 0.5 * (Y - T) / len(T)), None),
    ("train", training(normal(1), loss=lambda Y, T: np.mean((Y - T) ** 2)), None),
    ("train", training(zeros, sign=-1.0), None),
    ("train", _stops_early, None),
    ("train", _decays, None),
    ("train", _momentum, None),
    ("train", _infinite, None),
    ("train", lambda *a: training(normal(1))(*a)[::-1], None),
    ("train", lambda *a: training(normal(1))(*a)[0], None),
    ("train", lambda X, T, h, lr, e, rng: training(normal(1))(X, T, h + 1, lr, e, rng), None),
    ("train", lambda X, T, h, lr, e, rng: training(normal(1))(X, T, h, lr, e - 1, rng), None),
    ("train", training(lambda D, H, K, rng: [1e-9 * a for a in uniform(D, H, K, rng)]), None),
    ("Value", Assigning, "overwrites"),
    ("Value", AssigningOnlyInProducts, "overwrites"),
    ("Value", AssigningRecursion, "overwrites"),
    ("Value", walking(_depth_first_before_parts), "no-order"),
    ("Value", walking(_stack), "no-order"),
    ("Value", walking(_no_visited), "no-order"),
    ("Value", walking(_every_path), "no-order"),
    ("Value", walking(_unreversed), "no-order"),
    ("Value", walking(_seed(lambda self: 0.0)), "seed-missing"),
    ("Value", walking(_seed(lambda self: self.data)), "seed-missing"),
    ("Value", walking(_seed(lambda self: 2.0)), "seed-missing"),
    ("Value", walking(_own_gradient_left), "seed-missing"),
    ("Value", walking(_one_layer_deep), None),
    ("Value", walking(_all_ones), None),
    ("Value", walking(lambda self: None), "seed-missing"),
    ("Value", NoReflection, None),
    ("Value", ArrayValue, None),
    ("Value", float, None),
    ("quiz_sign", "a", "chose-a"),
    ("quiz_sign", "no", None),
    ("quiz_batch", "about as long as before", "chose-a"),
]


@pytest.mark.parametrize(("name", "answer", "mistake"), WRONG)
def test_a_wrong_answer_fails_under_its_own_name_or_none(name, answer, mistake):
    verdict = evaluate(f"backprop.{name}", answer)
    assert not verdict.passed
    assert verdict.mistake == mistake, verdict
    assert verdict.score <= (0.5 if mistake else 0.8)
