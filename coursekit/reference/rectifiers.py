"""ReLU and its relatives: z on the right of 0, something smaller on the left, each above its derivative.

Every function takes any shape and works entry by entry; float32 stays float32. At z = 0 the
slope of a kinked function is a convention: here it is that of the left side, as in PyTorch.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

SELU_ALPHA = 1.6732632423543772  # both from equations (10) and (14) of Klambauer et al. 2017
SELU_SCALE = 1.0507009873554805


def relu(z: ArrayLike) -> np.ndarray:
    """The rectified linear unit: max(0, z) (any shape).

    Source: Nair & Hinton 2010.
    """
    return np.maximum(z, 0)


def relu_gradient(z: ArrayLike) -> np.ndarray:
    """1 where z > 0, else 0 (any shape)."""
    return np.heaviside(z, 0.0)


def leaky_relu(z: ArrayLike, slope: float = 0.01) -> np.ndarray:
    """z where z > 0, else slope * z (any shape).

    max(slope * z, z) is the same only while slope <= 1. Parametric ReLU is this function with a
    slope that is learned. Sources: Maas et al. 2013; He et al. 2015.
    """
    z = np.asarray(z)
    return np.where(z > 0, z, slope * z)


def leaky_relu_gradient(z: ArrayLike, slope: float = 0.01) -> np.ndarray:
    """1 where z > 0, else slope (any shape)."""
    right = relu_gradient(z)
    return right + slope * (1 - right)


def prelu_slope_gradient(z: ArrayLike) -> np.ndarray:
    """The derivative of parametric ReLU for its slope: 0 where z > 0, else z (any shape)."""
    return np.minimum(z, 0)


def elu(z: ArrayLike, alpha: float = 1.0) -> np.ndarray:
    """The exponential linear unit: z where z > 0, else alpha (e^z - 1) (any shape).

    Stable: both sides of `where` are computed, so e^z is taken of min(z, 0) only; `expm1` keeps
    the digits of e^z - 1 near 0. Source: Clevert et al. 2016.
    """
    z = np.asarray(z)
    return np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))


def elu_gradient(z: ArrayLike, alpha: float = 1.0) -> np.ndarray:
    """1 where z > 0, else alpha e^z (any shape). Stable as `elu` is."""
    z = np.asarray(z)
    return np.where(z > 0, 1, alpha * np.exp(np.minimum(z, 0)))


def selu(z: ArrayLike) -> np.ndarray:
    """The self-normalizing ELU: SELU_SCALE * elu(z, SELU_ALPHA) (any shape).

    The two constants make mean 0 and variance 1 a fixed point from layer to layer, for
    weights of mean 0 and variance 1/n_in. Source: Klambauer et al. 2017.
    """
    return SELU_SCALE * elu(z, SELU_ALPHA)


def selu_gradient(z: ArrayLike) -> np.ndarray:
    """SELU_SCALE * elu_gradient(z, SELU_ALPHA) (any shape)."""
    return SELU_SCALE * elu_gradient(z, SELU_ALPHA)
