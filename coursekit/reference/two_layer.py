"""The two-layer sigmoid network of the lesson, forward and backward, every derivative by hand.

    Z1 = X W1 + b1,  H = σ(Z1),  Z2 = H W2 + b2,  Y = σ(Z2)

X: (N, D) inputs, one row an example; W1: (D, H), b1: (H,), W2: (H, K), b2: (K,); Y: (N, K).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from coursekit.reference.activations import sigmoid
from coursekit.reference.logistic import sigmoid_gradient
from coursekit.reference.losses import binary_cross_entropy

Arrays = dict[str, np.ndarray]


def forward(
    X: np.ndarray, W1: np.ndarray, b1: np.ndarray, W2: np.ndarray, b2: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The activations of both layers, H (N, H) and Y (N, K)."""
    H = sigmoid(X @ W1 + b1)
    Y = sigmoid(H @ W2 + b2)
    return H, Y


def backward(X: np.ndarray, H: np.ndarray, Y: np.ndarray, T: np.ndarray, W2: np.ndarray) -> Arrays:
    """The gradients of ½ Σ (Y - T)², **summed** over the batch.

    dZ2 = (Y - T) · Y (1 - Y);  dZ1 = (dZ2 W2ᵀ) · H (1 - H)
    dW2 = Hᵀ dZ2,  db2 = Σ_n dZ2;  dW1 = Xᵀ dZ1,  db1 = Σ_n dZ1

    T: (N, K) targets; H, Y as `forward` gave them. Returns dW1, db1, dW2, db2, each of its
    parameter's shape. Source: Rumelhart, Hinton and Williams 1986.
    """
    return backward_from(X, H, W2, (Y - T) * sigmoid_gradient(Y))


def backward_from(X: np.ndarray, H: np.ndarray, W2: np.ndarray, dZ2: np.ndarray) -> Arrays:
    """The gradients by all parameters, from that by the output's pre-activations, dZ2 (N, K).

    Only dZ2 depends on the loss; what comes before it is the same for every one.
    """
    dZ1 = (dZ2 @ W2.T) * sigmoid_gradient(H)
    return {"dW1": X.T @ dZ1, "db1": dZ1.sum(axis=0), "dW2": H.T @ dZ2, "db2": dZ2.sum(axis=0)}


def input_gradient(dZ1: np.ndarray, W1: np.ndarray) -> np.ndarray:
    """The gradient by the inputs, one row an example.

    ∂J/∂x_i = Σ_j ∂J/∂z_j w_ij,  dX = dZ1 W1ᵀ

    dZ1: (N, H), W1: (D, H). Returns (N, D).
    """
    return dZ1 @ W1.T


def update(params: Mapping[str, np.ndarray], grads: Mapping[str, np.ndarray], learning_rate: float) -> Arrays:
    """New parameters, one step down: NAME <- NAME - learning_rate · dNAME; what has no gradient stays."""
    return {
        name: value - learning_rate * grads[f"d{name}"] if f"d{name}" in grads else value
        for name, value in params.items()
    }


def two_two_two() -> tuple[np.ndarray, np.ndarray, Arrays]:
    """The worked example: inputs X (1, 2), targets T (1, 2) and the parameters with w₁ ... w₈.

    w₁ and w₂ lead from the two inputs to the first hidden unit, w₃ and w₄ to the second; w₅ ... w₈
    from the hidden units to the outputs alike. Source: Mazur, A Step by Step Backpropagation Example.
    """
    X, T = np.array([[0.05, 0.10]]), np.array([[0.01, 0.99]])
    W1, W2 = np.array([[0.15, 0.25], [0.20, 0.30]]), np.array([[0.40, 0.50], [0.45, 0.55]])
    return X, T, {"W1": W1, "b1": np.array([0.35, 0.35]), "W2": W2, "b2": np.array([0.60, 0.60])}


def start(n_in: int, hidden: int, n_out: int, rng: np.random.Generator) -> Arrays:
    """Random weights N(0, 1), which break the symmetry between units, and biases 0."""
    return {
        "W1": rng.normal(size=(n_in, hidden)),
        "b1": np.zeros(hidden),
        "W2": rng.normal(size=(hidden, n_out)),
        "b2": np.zeros(n_out),
    }


def train(
    X: np.ndarray, T: np.ndarray, hidden: int, learning_rate: float, epochs: int, rng: np.random.Generator
) -> tuple[Arrays, np.ndarray]:
    """Full-batch descent of the cross-entropy, summed over outputs and averaged over examples.

    J = -1/N Σ_n Σ_k (t log y + (1 - t) log(1 - y)),  dZ2 = (Y - T) / N

    X: (N, D), T: (N, K). Returns the parameters W1, b1, W2, b2 and losses (epochs,), each taken
    before its update. Every update uses the old weights.
    """
    params, losses = start(X.shape[1], hidden, T.shape[1], rng), np.empty(epochs)
    for epoch in range(epochs):
        H, Y = forward(X, **params)
        losses[epoch] = binary_cross_entropy(Y, T) * T.shape[1]
        grads = backward_from(X, H, params["W2"], (Y - T) / len(X))
        params = update(params, grads, learning_rate)
    return params, losses
