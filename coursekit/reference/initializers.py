"""Weights to start from: how wide to draw them, so that a signal neither fades nor explodes.

Through a layer z = x W the variance of a signal is multiplied by n_in Var(w). The initializers
keep that factor near 1, each for its kind of activation.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

Activation = Callable[[np.ndarray], np.ndarray]


def zeros_bias(n: int) -> np.ndarray:
    """(n,) zeros: biases may start equal, since the weights already tell the units apart."""
    return np.zeros(n)


def uniform_limit(variance: float) -> float:
    """The limit of the symmetric uniform distribution with this variance.

    U(-limit, limit) has variance limit^2 / 3, so limit = sqrt(3 variance)
    """
    return math.sqrt(3 * variance)


def inverse_root(n_in: int, n_out: int, rng: np.random.Generator) -> np.ndarray:
    """(n_in, n_out) weights from U(-1/sqrt(n_in), 1/sqrt(n_in)), of variance 1/(3 n_in): torch's Linear."""
    limit = 1 / math.sqrt(n_in)
    return rng.uniform(-limit, limit, (n_in, n_out))


def truncated_normal(shape: tuple[int, ...], std: float, rng: np.random.Generator) -> np.ndarray:
    """A normal distribution of deviation `std`, cut at +-2 std: what lies beyond is drawn again.

    `std` is the deviation before the cut; after it, 0.880 std is left. Clipping instead would
    heap 2.3 % of the values on each limit.
    """
    draws = np.asarray(rng.normal(0.0, std, shape))
    while (beyond := np.abs(draws) > 2 * std).any():
        draws[beyond] = rng.normal(0.0, std, int(beyond.sum()))
    return draws


def lecun_normal(n_in: int, n_out: int, rng: np.random.Generator) -> np.ndarray:
    """(n_in, n_out) weights from N(0, 1/n_in): keeps a signal's variance through a linear layer.

    Source: LeCun, Bottou, Orr, Mueller, Efficient BackProp, 1998.
    """
    return rng.normal(0.0, math.sqrt(1 / n_in), (n_in, n_out))


def glorot_uniform(n_in: int, n_out: int, rng: np.random.Generator) -> np.ndarray:
    """(n_in, n_out) weights from U(-limit, limit) of variance 2/(n_in + n_out): Keras' Dense.

    limit = sqrt(6 / (n_in + n_out)). Forward, 1/n_in would keep the variance, backward 1/n_out:
    this is the compromise. Source: Glorot, Bengio, 2010.
    """
    limit = uniform_limit(2 / (n_in + n_out))
    return rng.uniform(-limit, limit, (n_in, n_out))


def he_normal(n_in: int, n_out: int, rng: np.random.Generator) -> np.ndarray:
    """(n_in, n_out) weights from N(0, 2/n_in): twice LeCun's variance, since ReLU drops half the signal.

    Source: He, Zhang, Ren, Sun, 2015.
    """
    return rng.normal(0.0, math.sqrt(2 / n_in), (n_in, n_out))


def choose(activation: str) -> str:
    """The initializer that goes with an activation: "glorot", "he" or "lecun".

    Raises KeyError for an activation that is not in the table.
    """
    return {
        "sigmoid": "glorot",
        "tanh": "glorot",
        "softmax": "glorot",
        "linear": "glorot",
        "relu": "he",
        "leaky_relu": "he",
        "elu": "he",
        "selu": "lecun",
    }[activation]


def symmetric_units(W: np.ndarray) -> int:
    """How many different units a layer has: different columns of W (n_in, n_out), up to rounding.

    Units with equal weights compute the same and get the same gradient: they stay equal for ever.
    """
    different: list[np.ndarray] = []
    for column in np.asarray(W, dtype=float).T:
        if not any(np.allclose(column, other, rtol=0, atol=1e-9) for other in different):
            different.append(column)
    return len(different)


def initial_loss(n_classes: int) -> float:
    """The cross-entropy of a network that knows nothing: every class has p = 1/C, so J = ln C."""
    return math.log(n_classes)


def signal_stds(X: np.ndarray, weights: Sequence[np.ndarray], activation: Activation) -> np.ndarray:
    """The deviation of each layer's activations, A_l = activation(A_{l-1} W_l), A_0 = X.

    X: (N, D), weights: a list of matrices, no biases. Returns (len(weights),): the population
    deviation over all entries of A_l.
    """
    A, stds = X, []
    for W in weights:
        A = activation(A @ W)
        stds.append(np.std(A))
    return np.array(stds)


def gradient_stds(
    X: np.ndarray,
    weights: Sequence[np.ndarray],
    activation: Activation,
    activation_gradient: Activation,
) -> np.ndarray:
    """The deviation of dS/dZ_l in each layer, where S is the sum of the last layer's activations.

    dS/dZ_L = activation'(Z_L);  dS/dZ_l = (dS/dZ_{l+1} W_{l+1}^T) * activation'(Z_l)

    X: (N, D), weights: a list of matrices, no biases; `activation_gradient` takes Z. Returns
    (len(weights),), first layer first.
    """
    A, Zs = X, []
    for W in weights:
        Zs.append(A @ W)
        A = activation(Zs[-1])
    stds, dA = [], np.ones_like(A)
    for W, Z in zip(reversed(weights), reversed(Zs), strict=True):
        dZ = dA * activation_gradient(Z)
        stds.append(np.std(dZ))
        dA = dZ @ W.T
    return np.array(stds[::-1])
