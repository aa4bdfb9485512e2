"""Signals forward and gradients back through many layers: the numbers, and what they do in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from coursekit.explore.drawing import fixed
from coursekit.reference import initializers
from coursekit.reference.activations import ELEMENTWISE

EXAMPLES = 32
SLOW, KEEPS = 1.12, 1.05  # up to these factors a layer, and down to their inverses
SATURATED = 0.05  # nearer to an end than this share of half the range, an activation hardly has a slope


@dataclass(frozen=True)
class Start:
    """A way to draw the weights of a layer with n inputs and n units, and the variance of one weight."""

    name: str
    draw: Callable[[int, int, np.random.Generator], np.ndarray]
    variance: Callable[[int], float]


INITIALIZERS = {
    "lecun": Start("LeCun: variance 1/n", initializers.lecun_normal, lambda n: 1 / n),
    "glorot": Start("Glorot: variance 2/(n + n)", initializers.glorot_uniform, lambda n: 1 / n),
    "he": Start("He: variance 2/n", initializers.he_normal, lambda n: 2 / n),
    "inverse_root": Start("U(±1/√n): variance 1/(3n)", initializers.inverse_root, lambda n: 1 / (3 * n)),
    "small": Start(
        "deviation 0.01, whatever n", lambda a, b, rng: rng.normal(0, 0.01, (a, b)), lambda n: 1e-4
    ),
    "one": Start("deviation 1, whatever n", lambda a, b, rng: rng.normal(0, 1, (a, b)), lambda n: 1.0),
}
# the share of a mean square that comes through: E[f(z)²] = share · E[z²] for every symmetric z
SHARES = {"linear": 1.0, "relu": 0.5, "leaky_relu": (1 + 0.01**2) / 2}
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
ENDS = {"sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0)}  # of the range


@dataclass(frozen=True)
class Passage:
    """What every layer holds. signals: A_l, gradients: dJ/dZ_l, each (L, N, n), first layer first."""

    signals: np.ndarray
    gradients: np.ndarray

    @property
    def signal_stds(self) -> np.ndarray:
        return self.signals.std(axis=(1, 2))

    @property
    def gradient_stds(self) -> np.ndarray:
        return self.gradients.std(axis=(1, 2))

    @property
    def factors(self) -> tuple[float, float]:
        """What a layer multiplies the signal's deviation by, forward, and the gradient's, backward."""
        return factor(self.signal_stds), factor(self.gradient_stds[::-1])


def passage(
    X: np.ndarray, weights: list[np.ndarray], gain: float, activation: str, dA: np.ndarray
) -> Passage:
    """X goes forward through the layers; dA, the gradient for the last layer's activations, goes back.

    A_l = f(A_{l-1} g W_l);  dZ_L = dA f'(Z_L),  dZ_l = (dZ_{l+1} g W_{l+1}ᵀ) f'(Z_l)

    X, dA: (N, n); weights: L matrices (n, n), no biases; the gain g multiplies each weight.
    """
    f, slope = ELEMENTWISE[activation]
    A, Zs, As, dZs = X, [], [], []
    for W in weights:
        Zs.append(gain * (A @ W))
        As.append(A := f(Zs[-1]))
    for W, Z in zip(reversed(weights), reversed(Zs), strict=True):
        dZs.append(dA * slope(Z))
        dA = gain * (dZs[-1] @ W.T)
    return Passage(np.array(As), np.array(dZs[::-1]))


def factor(stds: np.ndarray) -> float:
    """The mean factor (geometric) from one deviation to the next; 0 where nothing is left."""
    if len(stds) < 2 or stds[-1] == 0:
        return 1.0 if len(stds) < 2 else 0.0
    return float(np.exp(np.log(stds[-1] / stds[0]) / (len(stds) - 1)))


def does(factor: float) -> str:
    """What a signal does that is multiplied by this in each layer."""
    if 1 / KEEPS <= factor <= KEEPS:
        return "keeps its size"
    if 1 / SLOW <= factor <= SLOW:
        return "fades slowly" if factor < 1 else "grows slowly"
    return "fades" if factor < 1 else "explodes"


def saturated(A: np.ndarray, activation: str) -> float:
    """The share of activations near an end of the range; 0 for functions without ends."""
    if activation not in ENDS:
        return 0.0
    low, high = ENDS[activation]
    middle, most = (low + high) / 2, (1 - SATURATED) * (high - low) / 2
    return float(np.mean(np.abs(A - middle) > most))


def told(now: Passage, activation: str, n_var: float) -> tuple[str, str]:
    """A headline, and sentences on the way forward and back. n_var: n·Var(w)."""
    forward, backward = now.factors
    way, back = now.signal_stds, now.gradient_stds
    last = len(way)
    sentences = [
        f"n·Var(w) = {fixed(n_var) if 0.1 <= n_var < 10 else number(n_var)}.",
        f"Forward, a layer multiplies the signal's deviation by {fixed(forward)}: "
        f"{number(way[0])} in layer 1, {number(way[-1])} in layer {last}.",
        f"Backward, a layer multiplies the gradient's by {fixed(backward)}: "
        f"{number(back[-1])} in layer {last}, {number(back[0])} in layer 1.",
    ]
    share = saturated(now.signals[-1], activation)
    if share > 0.1:
        sentences.append(f"In layer {last}, {100 * share:.0f} % of the activations are saturated.")
    return f"The signal {does(forward)}, the gradient {does(backward)}", " ".join(sentences)


def number(value: float) -> str:
    """Two digits, powers of ten written as a person would: 6.7 · 10⁻⁷."""
    if value == 0 or 1e-3 <= abs(value) < 1e4:
        return f"{value:.2g}" if abs(value) < 100 else f"{value:.0f}"
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{mantissa} · 10{str(int(exponent)).translate(RAISED)}"
