"""Judging random answers by their distribution, with almost no false alarm.

A law says what draws must look like. Every test below rejects a right answer less often than
once in a million (the tests of one check together less than once in 10,000), and the deviation
of some 40,000 draws is known so well that an error of 5 % is always found.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from coursekit.checking import Case, Mismatch, Mistake, Trial

SURE = 5.6  # standard errors: a normal variable is beyond them once in 50 million
DEVIATION = 0.025  # what the deviation may be off by; 7 standard errors of 40,000 normal draws
UNLIKELY = 1e-7  # of a Kolmogorov-Smirnov test
DRAWS = 40_000


@dataclass(frozen=True)
class Law:
    """A distribution: its deviation, its ends (of the support), its cumulative distribution function."""

    name: str
    std: float
    cdf: Callable[[np.ndarray], np.ndarray]
    low: float = -math.inf
    high: float = math.inf
    mean: float = 0.0


def _phi(x: Any) -> Any:
    """The standard normal distribution function."""
    from scipy.special import ndtr  # a third of a second to import: only who is checked waits for it

    return ndtr(x)


def normal(std: float) -> Law:
    return Law("normal", std, lambda x: _phi(x / std))


def uniform(low: float, high: float) -> Law:
    width = high - low
    return Law(
        "uniform",
        width / math.sqrt(12),
        lambda x: np.clip((x - low) / width, 0, 1),
        low,
        high,
        (low + high) / 2,
    )


def truncated(std: float) -> Law:
    """Normal with deviation `std` before it is cut at 2 std; 0.8796 std is left."""
    inside = math.erf(math.sqrt(2))  # of a normal distribution lies within 2 deviations
    left = math.sqrt(1 - 4 * math.exp(-2) / math.sqrt(2 * math.pi) / inside)

    def cdf(x: np.ndarray) -> np.ndarray:
        return np.clip((_phi(x / std) - (1 - inside) / 2) / inside, 0, 1)

    return Law("normal, cut at 2 deviations,", std * left, cdf, -2 * std, 2 * std)


def departure(draws: np.ndarray, law: Law) -> str:
    """In what these draws (draw, ...) depart from independent ones of the law; "" where in nothing."""
    from scipy.special import kolmogorov

    flat = draws.ravel()
    n = flat.size
    if not np.isfinite(flat).all():
        return "some weights are not finite"
    mean, std = float(flat.mean()), float(np.sqrt(np.mean((flat - law.mean) ** 2)))
    if abs(mean - law.mean) > SURE * law.std / math.sqrt(n):
        return f"the mean of the weights is {mean:.3g}; it should be {law.mean:.3g}"
    if abs(std / law.std - 1) > max(DEVIATION, SURE / math.sqrt(2 * n)):
        return f"the deviation of the weights is {std:.4g}; it should be {law.std:.4g}"
    slack = 1e-6 * law.std
    if flat.min() < law.low - slack or flat.max() > law.high + slack:
        return f"some weights lie beyond {law.low:.4g} or {law.high:.4g}"
    place = np.arange(1, n + 1) / n
    right = law.cdf(np.sort(flat))
    gap = max(float(np.max(place - right)), float(np.max(right - place + 1 / n)))
    if kolmogorov(math.sqrt(n) * gap) < UNLIKELY:
        return f"the mean and deviation are right, but the weights are not {law.name} in distribution"
    return _dependence(draws, law)


def _dependence(draws: np.ndarray, law: Law) -> str:
    """Repeated values, rows or columns that share something, neighbours or draws that go together."""
    z = (draws - law.mean) / law.std
    if np.unique(np.abs(z.ravel().astype(np.float32))).size < 0.9 * z.size:
        return "weights are repeated: each one is drawn for itself"
    if z.ndim == 3:
        for axis, name in ((1, "column"), (2, "row")):
            means = z.mean(axis=axis)
            spread = float(np.mean(means**2)) * z.shape[axis]  # 1 for independent entries
            if abs(spread - 1) > SURE * math.sqrt(2 / means.size) + SURE**2 / means.size:
                return f"the weights of a {name} go together: each one is drawn for itself"
    for one, other in ((z.ravel()[:-1], z.ravel()[1:]), (z[:-1].ravel(), z[1:].ravel())):
        if one.size and abs(float(np.mean(one * other))) > SURE / math.sqrt(one.size):
            return "neighbouring weights go together: each one is drawn for itself"
    return ""


def draw(answer: Any, args: list, seed: int, count: int) -> Any:
    """The probe: `count` draws on one rng, then one each on an equal rng and on another."""
    from math import prod

    from coursekit.checking.plain import plain

    args = [tuple(one) if isinstance(one, list) else one for one in args]
    rng = np.random.default_rng(seed)
    first = plain(answer(*args, rng))
    if first is None:
        return None
    if np.size(first) != prod(args[0] if isinstance(args[0], tuple) else args[:2]):
        count = 2  # enough to see that these are not as many as were asked for
    draws = [first, *(plain(answer(*args, rng)) for _ in range(count - 1))]
    again = answer(*args, np.random.default_rng(seed))
    other = answer(*args, np.random.default_rng(seed + 1))
    try:
        stacked: Any = np.stack([np.asarray(one) for one in draws])
    except ValueError:  # they have several shapes, or none
        stacked = draws
    return {"draws": stacked, "again": again, "other": other}


def cases(all_args: Sequence[tuple], text: str) -> Callable[[np.random.Generator], list[Case]]:
    """Cases that draw about DRAWS entries for each of the arguments."""

    def made(rng: np.random.Generator) -> list[Case]:
        listed = []
        for args in all_args:
            shape = args[0] if isinstance(args[0], tuple) else args
            count = max(2, DRAWS // max(1, math.prod(shape)))
            call = text.format(*args)
            listed.append(
                Case((list(args), int(rng.integers(1_000_000)), count), text=f"{count} × {call}", kind=call)
            )
        return listed

    return made


def _shape(args: Sequence[Any]) -> tuple[int, ...]:
    return tuple(args[0]) if isinstance(args[0], tuple | list) else tuple(args[:2])


def _array(got: Any, shape: tuple[int, ...]) -> np.ndarray:
    """The draws as one array (draw, *shape). Raises Mismatch where they are none."""
    if got is None:
        raise Mismatch("it gave None: did you forget `return`?")
    draws = got["draws"]
    if isinstance(draws, list):
        raise Mismatch("its results are no arrays of one shape")
    if draws.dtype.kind not in "iuf":
        raise Mismatch("it gave no array of numbers")
    if draws.shape[1:] != shape:
        raise Mismatch(f"it gave an array of shape {draws.shape[1:]}; {shape} was asked for")
    return draws.astype(float)


def _rng_fault(got: Any, draws: np.ndarray) -> str:
    if not np.array_equal(np.asarray(got["again"], dtype=float), draws[0], equal_nan=True):
        return "two equal rngs give different weights: draw from the rng that is given, and from it alone"
    if np.array_equal(draws[0], draws[1]) or np.array_equal(np.asarray(got["other"], dtype=float), draws[0]):
        return "the weights are the same every time: draw from the rng that is given"
    return ""


def follows(law: Callable[..., Law]) -> Callable[[Any, Any, tuple], None]:
    """The comparison: draws from the law that `law(*args)` gives, by the rng that was given."""

    def compare(got: Any, expected: Any, args: tuple) -> None:
        draws = _array(got, _shape(args[0]))
        fault = _rng_fault(got, draws) or departure(draws, law(*args[0]))
        if fault:
            raise Mismatch(fault)

    return compare


def drawn_by(slug: str, says: str, law: Callable[..., Law], *forms: Any, transposed: bool = False) -> Mistake:
    """The mistake of drawing, by the given rng, from another law (or in the transposed shape)."""

    def seen(trials: Sequence[Trial]) -> bool:
        for trial in trials:
            if trial.reply.kind != "value" or trial.right:
                return False
            args = trial.case.args[0]
            shape = _shape(args)
            try:
                draws = _array(trial.value, shape[::-1] if transposed else shape)
            except Mismatch:
                return False
            if _rng_fault(trial.value, draws) or departure(draws, law(*args)):
                return False
        return True

    return Mistake(slug, says, *forms, seen=seen)


def global_rng(law: Callable[..., Law], *forms: Any) -> Mistake:
    """The mistake of right weights that are not drawn from the rng that is given."""

    def seen(trials: Sequence[Trial]) -> bool:
        for trial in trials:
            if trial.reply.kind != "value" or trial.right:
                return False
            draws = _array(trial.value, _shape(trial.case.args[0]))
            if not _rng_fault(trial.value, draws):
                return False
            constant = np.array_equal(draws[0], draws[1])  # a seed of its own: one draw repeated
            if departure(draws[:1] if constant else draws, law(*trial.case.args[0])):
                return False
        return True

    says = "the weights are not drawn from the rng that is given: use its methods, not `np.random`"
    return Mistake("global-rng", says, *forms, seen=seen)


def in_words(got: Any) -> str:
    """What is shown of an observation: the shape, mean, deviation and ends of the draws."""
    draws = got["draws"]
    if draws.size == 0:
        return f"weights of shape {draws.shape[1:]}"
    return (
        f"weights of shape {draws.shape[1:]}, mean {draws.mean():.3g}, "
        f"deviation {draws.std():.4g}, from {draws.min():.3g} to {draws.max():.3g}"
    )
