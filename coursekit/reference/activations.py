"""The activation functions of the lesson under one roof, and a table of those that work entry by entry.

A layer gives A = f(Z) with Z = X W + b. Without f, layers in a row are one affine map
(`layers.collapse`); f decides what each layer may add, and f' what of the gradient comes back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from coursekit.reference.competing import maxout, maxout_backward, softmax, softmax_backward
from coursekit.reference.gates import (
    gelu,
    gelu_gradient,
    glu,
    glu_gradients,
    mish,
    mish_gradient,
    swish,
    swish_gradient,
)
from coursekit.reference.rectifiers import (
    elu,
    elu_gradient,
    leaky_relu,
    leaky_relu_gradient,
    prelu_slope_gradient,
    relu,
    relu_gradient,
    selu,
    selu_gradient,
)
from coursekit.reference.squashing import (
    linear,
    linear_gradient,
    sigmoid,
    sigmoid_gradient,
    step,
    step_gradient,
    tanh,
    tanh_gradient,
)

Function = Callable[..., Any]

# name -> (function, its derivative); both of Z alone, with the usual slope, alpha and beta
ELEMENTWISE: dict[str, tuple[Function, Function]] = {
    "step": (step, step_gradient),
    "linear": (linear, linear_gradient),
    "sigmoid": (sigmoid, sigmoid_gradient),
    "tanh": (tanh, tanh_gradient),
    "relu": (relu, relu_gradient),
    "leaky_relu": (leaky_relu, leaky_relu_gradient),
    "elu": (elu, elu_gradient),
    "selu": (selu, selu_gradient),
    "gelu": (gelu, gelu_gradient),
    "swish": (swish, swish_gradient),
    "mish": (mish, mish_gradient),
}

__all__ = [
    "ELEMENTWISE",
    "elu",
    "elu_gradient",
    "gelu",
    "gelu_gradient",
    "glu",
    "glu_gradients",
    "leaky_relu",
    "leaky_relu_gradient",
    "linear",
    "linear_gradient",
    "maxout",
    "maxout_backward",
    "mish",
    "mish_gradient",
    "prelu_slope_gradient",
    "relu",
    "relu_gradient",
    "selu",
    "selu_gradient",
    "sigmoid",
    "sigmoid_gradient",
    "softmax",
    "softmax_backward",
    "step",
    "step_gradient",
    "swish",
    "swish_gradient",
    "tanh",
    "tanh_gradient",
]
