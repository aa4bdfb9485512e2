"""A multilayer perceptron: any number of layers, any activation, on plain arrays.

    A_0 = X;  Z_l = A_{l-1} W_l + b_l,  A_l = f(Z_l);  in the last layer f is the output's activation

layers: a list of (W, b), W (D_in, D_out) and b (D_out,). float32 layers and inputs stay float32.
An output and its loss belong together: softmax or sigmoid with cross-entropy, linear with
½ squared error. Then dJ/dZ of the last layer is (A - T) / N, whichever the pair.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from coursekit.reference.activations import relu, relu_gradient, softmax
from coursekit.reference.initializers import he_normal
from coursekit.reference.minibatch import minibatches

Function = Callable[[np.ndarray], np.ndarray]
Layers = list[tuple[np.ndarray, np.ndarray]]


def start(
    widths: Sequence[int],
    rng: np.random.Generator,
    draw: Callable[[int, int, np.random.Generator], np.ndarray] = he_normal,
    dtype: type = np.float64,
) -> Layers:
    """Layers between these widths (inputs first, outputs last): weights by `draw`, biases 0.

    Raises ValueError where there is no layer, or one of no width.
    """
    if len(widths) < 2 or min(widths) < 1:
        raise ValueError(
            f"widths {list(widths)}: at least inputs and outputs are needed, each 1 wide or more"
        )
    return [(draw(a, b, rng).astype(dtype), np.zeros(b, dtype)) for a, b in pairwise(widths)]


def forward(
    layers: Layers, X: np.ndarray, activation: Function = relu, output: Function = softmax
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """All pre-activations [Z_1 ... Z_L] and activations [X, A_1 ... A_L] for inputs X (N, D)."""
    Z, A = [], [X]
    for depth, (W, b) in enumerate(layers, start=1):
        Z.append(A[-1] @ W + b)
        A.append((output if depth == len(layers) else activation)(Z[-1]))
    return Z, A


def backward(
    layers: Layers,
    Z: list[np.ndarray],
    A: list[np.ndarray],
    T: np.ndarray,
    activation_gradient: Function = relu_gradient,
) -> Layers:
    """The gradients (dW, db) of each layer, for the mean loss over the batch.

    dZ_L = (A_L - T) / N;  dW_l = A_{l-1}ᵀ dZ_l,  db_l = Σ_n dZ_l;  dZ_{l-1} = (dZ_l W_lᵀ) f'(Z_{l-1})

    Z, A: what `forward` gave; T: targets of the output's shape; `activation_gradient` takes Z.
    """
    dZ, grads = (A[-1] - T) / len(T), []
    for depth in reversed(range(len(layers))):
        grads.append((A[depth].T @ dZ, dZ.sum(axis=0)))
        if depth > 0:
            dZ = (dZ @ layers[depth][0].T) * activation_gradient(Z[depth - 1])
    return grads[::-1]


def update(layers: Layers, grads: Layers, learning_rate: float) -> Layers:
    """New layers, one step of gradient descent on: W - learning_rate · dW, b - learning_rate · db."""
    return [
        (W - learning_rate * dW, b - learning_rate * db)
        for (W, b), (dW, db) in zip(layers, grads, strict=True)
    ]


def train_epoch(
    layers: Layers,
    X: np.ndarray,
    T: np.ndarray,
    learning_rate: float,
    batch_size: int,
    rng: np.random.Generator,
    activation: Function = relu,
    activation_gradient: Function = relu_gradient,
    output: Function = softmax,
) -> Layers:
    """The layers after one epoch of mini-batch descent, the batches shuffled by rng.

    X: (N, D), T: (N, K).
    """
    for batch in minibatches(len(X), batch_size, rng):
        Z, A = forward(layers, X[batch], activation, output)
        layers = update(layers, backward(layers, Z, A, T[batch], activation_gradient), learning_rate)
    return layers


def predict(
    layers: Layers, X: np.ndarray, activation: Function = relu, output: Function = softmax
) -> np.ndarray:
    """The network's outputs (N, K) for inputs X (N, D)."""
    return forward(layers, X, activation, output)[1][-1]
