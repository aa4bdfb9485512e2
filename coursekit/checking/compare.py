"""Comparing an observation with the right one: `numpy.testing`'s rules, told in words.

A comparison is `compare(got, expected, args)`; it raises Mismatch, whose text completes
the sentence "the answer is wrong: ...", and returns nothing where all is right.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Compare = Callable[[Any, Any, tuple[Any, ...]], None]


class Mismatch(AssertionError):
    """The observation is not the right one; the text says in what."""


def numeric(got: Any) -> np.ndarray:
    """The array that plain data converts to, booleans counting as 0 and 1. Raises Mismatch for no numbers."""
    if got is None:
        raise Mismatch("it gave None: did you forget `return`?")
    if isinstance(got, str):
        raise Mismatch("it gave a text; a number or an array was asked for")
    if isinstance(got, dict):
        raise Mismatch("it gave a dict; a number or an array was asked for")
    try:
        array = np.asarray(got)
    except ValueError:  # lists of unequal length
        array = np.asarray(None)
    if array.dtype.kind == "b":
        return array.astype(float)
    if array.dtype.kind == "c":
        raise Mismatch("it gave complex numbers; real ones were asked for")
    if array.dtype.kind not in "iuf":
        if array.dtype.kind == "O" and isinstance(got, list):
            try:
                return np.asarray(got, dtype=float)  # whole numbers beyond 64 bits
            except (TypeError, ValueError, OverflowError):
                pass
        raise Mismatch("it gave something that is no array of numbers")
    return array


def same_shape(got: np.ndarray, expected: np.ndarray) -> None:
    """Raise Mismatch where the shapes differ."""
    if got.shape != expected.shape:
        raise Mismatch(f"it gave {_form(got)}; {_form(expected)} was asked for")


def _form(array: np.ndarray) -> str:
    return "a single number" if array.ndim == 0 else f"an array of shape {array.shape}"


def close(rtol: float = 1e-5, atol: float = 0.0) -> Compare:
    """Compare numbers, arrays, and lists and dicts of them, up to a tolerance.

    |got - expected| <= atol + rtol * the largest |expected| of the array (so that rounding in
    float32 is right next to zeros too). Further keys of a dict are ignored. Texts, booleans
    asked for as such, and None must be equal.
    """

    def compare(got: Any, expected: Any, args: tuple[Any, ...] = ()) -> None:
        if isinstance(expected, dict):
            _compare_dict(got, expected, args, compare)
        elif isinstance(expected, str) or expected is None:
            exact(got, expected, args)
        elif isinstance(expected, list) and not _is_numeric(expected):
            _compare_list(got, expected, args, compare)
        else:
            _compare_numbers(numeric(got), numeric(expected), rtol, atol)

    return compare


def _is_numeric(value: Any) -> bool:
    try:
        return np.asarray(value).dtype.kind in "biuf" and not any(isinstance(v, np.ndarray) for v in value)
    except ValueError:
        return False


def _compare_numbers(got: np.ndarray, expected: np.ndarray, rtol: float, atol: float) -> None:
    same_shape(got, expected)
    if np.isnan(got).any() and not np.isnan(expected).any():
        raise Mismatch(
            "it gave NaN (not a number)" if got.ndim == 0 else "it gave NaN (not a number) in places"
        )
    finite = np.abs(expected[np.isfinite(expected)], dtype=float)
    atol = atol + rtol * (float(finite.max()) if finite.size else 0.0)
    try:
        np.testing.assert_allclose(got, expected, rtol=rtol, atol=atol)
    except AssertionError:
        raise Mismatch(_where(got, expected, atol)) from None


def _where(got: np.ndarray, expected: np.ndarray, atol: float) -> str:
    if got.ndim == 0:
        return "the number differs"
    with np.errstate(all="ignore"):
        wrong = ~(np.isclose(got, expected, rtol=0, atol=atol) | (got == expected))
    first = tuple(int(i) for i in np.argwhere(wrong)[0]) if wrong.any() else (0,) * got.ndim
    place = first[0] if got.ndim == 1 else first
    return (
        f"{int(wrong.sum())} of {got.size} entries differ, the first at [{str(place).strip('()')}]: "
        f"{expected[first]:.6g} is right, it gave {got[first]:.6g}"
    )


def _compare_dict(got: Any, expected: dict, args: tuple, compare: Compare) -> None:
    if not isinstance(got, dict):
        raise Mismatch("it gave None: did you forget `return`?" if got is None else "a dict was asked for")
    missing = [str(key) for key in expected if key not in got]
    if missing:
        raise Mismatch(f"the dict has no {' and no '.join(repr(key) for key in missing)}")
    for key, value in expected.items():
        try:
            compare(got[key], value, args)
        except Mismatch as mismatch:
            raise Mismatch(f"for {key!r}, {mismatch}") from None


def _compare_list(got: Any, expected: list, args: tuple, compare: Compare) -> None:
    if got is None:
        raise Mismatch("it gave None: did you forget `return`?")
    several = isinstance(got, list) or (isinstance(got, np.ndarray) and got.ndim > 0)
    if not several or len(got) != len(expected):
        raise Mismatch(f"{len(expected)} values were asked for, together in a tuple or list")
    for place, (one, right) in enumerate(zip(got, expected, strict=True)):
        try:
            compare(one, right, args)
        except Mismatch as mismatch:
            raise Mismatch(f"in the value at place {place}, {mismatch}") from None


def exact(got: Any, expected: Any, args: tuple[Any, ...] = ()) -> None:
    """Compare texts, None, whole numbers and booleans: equal or wrong. 3.0 is as right as 3."""
    if got is None and expected is not None:
        raise Mismatch("it gave None: did you forget `return`?")
    if isinstance(expected, str) or expected is None or isinstance(got, str) or got is None:
        if type(got) is not type(expected) or got != expected:
            raise Mismatch(_not_text(got, expected))
        return
    _compare_numbers(numeric(got), numeric(expected), 0.0, 0.0)


def _not_text(got: Any, expected: Any) -> str:
    if expected is None:
        return "None was asked for"
    if isinstance(expected, str) and not isinstance(got, str):
        return "a text was asked for"
    if isinstance(got, str) and not isinstance(expected, str):
        return "it gave a text; a number was asked for"
    return "the text differs"
