"""GELU, Swish, Mish and GLU: z times a gate that opens as z grows, each above its derivative.

The first three take any shape and work entry by entry. GLU's gate has inputs of its own.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from coursekit.reference.squashing import sigmoid, sigmoid_gradient, tanh_gradient


def normal_cdf(z: ArrayLike) -> np.ndarray:
    """Phi(z) = (1 + erf(z / sqrt 2)) / 2, the share of a standard normal that is below z (any shape)."""
    erf = np.vectorize(math.erf, otypes=[np.result_type(z, np.float32)])  # NumPy has none
    return (1 + erf(np.asarray(z) / math.sqrt(2))) / 2


def gelu(z: ArrayLike) -> np.ndarray:
    """The Gaussian error linear unit: z Phi(z) (any shape).

    Exact, by erf. 0.5 z (1 + tanh(sqrt(2/pi) (z + 0.044715 z^3))) is near to it, within 5e-4.
    Source: Hendrycks & Gimpel 2016.
    """
    z = np.asarray(z)
    return z * normal_cdf(z)


def gelu_gradient(z: ArrayLike) -> np.ndarray:
    """gelu'(z) = Phi(z) + z phi(z), with phi(z) = e^(-z^2 / 2) / sqrt(2 pi), the density (any shape)."""
    z = np.asarray(z)
    return normal_cdf(z) + z * np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)


def swish(z: ArrayLike, beta: float = 1.0) -> np.ndarray:
    """z σ(beta z), σ the sigmoid (any shape); with beta = 1 also called SiLU.

    Source: Ramachandran et al. 2017; Elfwing et al. 2018.
    """
    z = np.asarray(z)
    return z * sigmoid(beta * z)


def swish_gradient(z: ArrayLike, beta: float = 1.0) -> np.ndarray:
    """swish'(z) = σ(beta z) + beta z σ'(beta z) (any shape)."""
    z = np.asarray(z)
    return sigmoid(beta * z) + beta * z * sigmoid_gradient(beta * z)


def softplus(z: ArrayLike) -> np.ndarray:
    """ln(1 + e^z), a smooth ReLU (any shape). Stable: NumPy's logaddexp never forms a large e^z."""
    return np.logaddexp(0, z)


def mish(z: ArrayLike) -> np.ndarray:
    """z tanh(softplus(z)) (any shape). Source: Misra 2019."""
    z = np.asarray(z)
    return z * np.tanh(softplus(z))


def mish_gradient(z: ArrayLike) -> np.ndarray:
    """mish'(z) = tanh(softplus(z)) + z tanh'(softplus(z)) σ(z); the derivative of softplus is σ."""
    z = np.asarray(z)
    return np.tanh(softplus(z)) + z * tanh_gradient(softplus(z)) * sigmoid(z)


def glu(A: np.ndarray, B: np.ndarray) -> np.ndarray:
    """The gated linear unit: A * σ(B), of any one shape.

    A: the values; B: what opens and shuts their gates, commonly another affine map of the same
    inputs. Source: Dauphin et al. 2017.
    """
    return np.asarray(A) * sigmoid(B)


def glu_gradients(A: np.ndarray, B: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The derivatives of `glu` for A and for B, entry by entry: σ(B) and A σ'(B)."""
    return sigmoid(B), np.asarray(A) * sigmoid_gradient(B)
