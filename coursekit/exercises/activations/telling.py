"""Mistakes told by what every reply has in common, in whatever spelling.

Far out a formula may overflow in one spelling and not in another: there neither a warning nor
NaN tells one mistake from another, and only what is finite is compared.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from coursekit.checking import Mismatch, Mistake, Trial, close
from coursekit.checking.compare import numeric, same_shape

Trials = Sequence[Trial]

NEAR = close(rtol=1e-5, atol=1e-6)  # what float32 meets for values of about 1, next to zeros too
_OVERFLOWS = ("OverflowError", "ZeroDivisionError", "FloatingPointError")  # what Python's own numbers raise


def like(*forms: Callable[..., Any]) -> Callable[[Trials], bool]:
    """A predicate: every reply has the values of one of the forms, and some tell it from the right answer."""

    def seen(trials: Trials) -> bool:
        told = any(not trial.right and not trial.case.stable for trial in trials)
        return told and any(all(_agrees(trial, form) for trial in trials) for form in forms)

    return seen


def _agrees(trial: Trial, form: Callable[..., Any]) -> bool:
    """Whether a reply has the form's values; where e^z is too large, those that are left of them."""
    reply, stable = trial.reply, trial.case.stable
    try:
        with np.errstate(all="ignore"):
            expected = np.asarray(form(*trial.case.args), dtype=float)
    except (ValueError, TypeError, ArithmeticError):
        return reply.kind == "crashed"
    if stable and reply.kind == "crashed":
        return reply.error in _OVERFLOWS
    return reply.kind == "value" and not reply.changed and _has(reply.value, expected, finite_only=stable)


def _has(value: Any, expected: Any, where: Any = True, *, finite_only: bool = False) -> bool:
    """Whether a reply's value has the shape of `expected`, and its numbers at the places asked for."""
    try:
        got, expected = numeric(value), numeric(expected)
        same_shape(got, expected)
        if finite_only:
            where = where & np.isfinite(got) & np.isfinite(expected)
        where = np.broadcast_to(where, got.shape)
        NEAR(got[where], expected[where], ())
    except Mismatch:
        return False
    return True


def right_where(trial: Trial, where: np.ndarray) -> bool:
    """Whether a reply has the right numbers at these places."""
    return trial.reply.kind == "value" and _has(trial.value, trial.expected, where)


def told_by_values(slug: str, says: str, *forms: Callable[..., Any]) -> Mistake:
    """A mistake whose forms are told by their values, however well each copes far out."""
    return Mistake(slug, says, *forms, seen=like(*forms))


def overflows(*forms: Callable[..., Any], says: str) -> Mistake:
    """Right values near 0; far out NaN, a numerical warning, or Python's OverflowError."""
    return Mistake("overflows", says, *forms, seen=breaks_far_out)


def breaks_far_out(trials: Trials) -> bool:
    failed = [trial for trial in trials if not trial.right]
    return bool(failed) and all(trial.case.stable and _breaks(trial) for trial in failed)


def _breaks(trial: Trial) -> bool:
    """What is finite is right, and something is not finite or came with a warning."""
    reply = trial.reply
    if reply.kind != "value":
        return reply.kind == "crashed" and reply.error in _OVERFLOWS
    return not reply.changed and _has(reply.value, trial.expected, finite_only=True)


def _whole_numbers(trials: Trials) -> bool:
    """Fractions are right on some inputs; where a reply is wrong, it is whole numbers, the rest cut off."""
    failed = [trial for trial in trials if not trial.right]
    fractions = any(trial.right and np.any(np.mod(trial.expected, 1)) for trial in trials)
    return fractions and bool(failed) and all(map(_is_cut, failed))


def _is_cut(trial: Trial) -> bool:
    if trial.reply.kind != "value" or not _has(trial.value, np.trunc(trial.expected)):
        return False
    return numeric(trial.value).dtype.kind == "i"


def whole_numbers(*forms: Callable[..., Any]) -> Mistake:
    """The result is kept as whole numbers: in an array like z where z holds them, or by np.vectorize."""
    return Mistake(
        "whole-numbers",
        "the result is cut to whole numbers: an array made like one of whole numbers keeps no fractions,"
        " and `np.vectorize` goes by its first result; begin with `np.asarray(..., dtype=float)`",
        *forms,
        seen=_whole_numbers,
    )


def _in_place(trials: Trials) -> bool:
    return any(trial.reply.changed for trial in trials) and all(
        trial.reply.kind == "value"
        and not (trial.case.stable and trial.reply.warned)
        and _has(trial.value, trial.expected)
        for trial in trials
    )


def in_place(form: Callable[..., Any]) -> Mistake:
    """Right values, and the argument is changed on the way."""
    says = "the numbers are right, and the array that was handed in is changed too: work on a copy"
    return Mistake("in-place", says, form, seen=_in_place)


def minus_one_below(trials: Trials) -> bool:
    """Whether every reply is 1 above 0, -1 below, and at 0 whatever it likes."""
    return any(not trial.right for trial in trials) and all(_is_sign(trial) for trial in trials)


def _is_sign(trial: Trial) -> bool:
    z, reply = np.asarray(trial.case.args[0]), trial.reply
    given = reply.kind == "value" and not reply.changed
    return not z.any() or (given and _has(reply.value, np.sign(z), z != 0))
