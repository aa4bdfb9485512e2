"""Many classes: softmax and cross-entropy together, and what comes back through both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from coursekit.checking import Case, Exercise, Mismatch, Mistake, Trial
from coursekit.checking.compare import close, numeric, same_shape
from coursekit.reference import losses as reference

Trials = Sequence[Trial]

FAR = "far"  # logits so large, or rows so far apart, that a careless exponential breaks
APART = 700.0  # e^-APART is next to nothing; e^-750 is nothing
NEAR = close(rtol=1e-5, atol=1e-7)
_OVERFLOWS = ("OverflowError", "ZeroDivisionError", "FloatingPointError")  # what Python's own numbers raise


def _logits(rng: np.random.Generator) -> list[Case]:
    near = [
        ([[1.0, 2.0]], [0], "one example, two classes"),
        ([[0.5, -1.0, 2.0], [1.0, 0.0, -0.5]], [1, 0], "two examples, three classes"),
        (rng.normal(0, 1.5, (3, 3)), [2, 0, 2], "as many examples as classes"),
        (rng.normal(0, 1.5, (4, 1)), [0, 0, 0, 0], "one class"),
        (rng.normal(0, 1.5, (6, 4)), rng.integers(0, 3, 6), "a class that no example has"),
        (rng.normal(0, 2, (5, 3)) + 3, rng.integers(0, 3, 5), "random logits"),
    ]
    near_zero = np.round(8 * rng.normal(0, 1, (4, 3))) / 8  # exact in float32 a thousand further out
    far = [
        (np.array([[1.0, 2.0, 0.5], [0.0, 1.0, -1.0]]) + 1000, [1, 1], "very large logits"),
        (np.array([[1000.0, 0.0], [0.0, -1000.0], [0.5, 0.0]]), [1, 1, 0], "logits far apart in a row"),
        (np.array([[1.0, 2.0, 0.0], [-999.0, -1000.0, -998.5]]), [0, 2], "rows far apart"),
        (near_zero + np.array([[0.0], [-900.0], [850.0], [-1500.0]]), [0, 2, 1, 1], "rows far apart"),
    ]
    return [
        *[Case((np.array(Z), np.array(y)), kind=kind) for Z, y, kind in near],
        *[Case((np.array(Z), np.array(y)), FAR, kind, stable=True) for Z, y, kind in far],
    ]


def _agrees(value: Any, expected: Any, rows: Any = slice(None), *, finite_only: bool = False) -> bool:
    """Whether a reply has the shape of `expected`, and its numbers in these rows (of them, the finite ones)."""
    try:
        got, expected = numeric(value), numeric(expected)
        same_shape(got, expected)
        got, expected = got[rows], expected[rows]
        where = np.isfinite(got) & np.isfinite(expected) if finite_only else np.full(got.shape, True)
        NEAR(got[where], expected[where], ())
    except Mismatch:
        return False
    return True


def _like(form: Callable[..., Any], trial: Trial) -> bool:
    """Whether a reply is the form's; far out, where each spelling breaks in its own way, what is finite of it."""
    reply, far = trial.reply, trial.case.facet == FAR
    if reply.kind == "crashed":
        return far and reply.error in _OVERFLOWS
    with np.errstate(all="ignore"):
        expected = form(*trial.case.args)
    return reply.kind == "value" and not reply.changed and _agrees(trial.value, expected, finite_only=far)


def _told(slug: str, says: str, *forms: Callable[..., Any]) -> Mistake:
    """A mistake told by its values, however well a spelling of it copes far out."""

    def seen(trials: Trials) -> bool:
        told = any(not trial.right and trial.case.facet != FAR for trial in trials)
        return told and any(all(_like(form, trial) for trial in trials) for form in forms)

    return Mistake(slug, says, *forms, seen=seen)


def _breaks_in_rows(trials: Trials) -> bool:
    """Right, but for rows that lie far below the largest logit of all."""
    failed = [trial for trial in trials if not trial.right]
    return bool(failed) and all(_only_low_rows_break(trial) for trial in failed)


def _only_low_rows_break(trial: Trial) -> bool:
    Z, y = trial.case.args
    low = Z.max() - Z.max(axis=1) > APART
    if trial.reply.kind == "crashed":
        return bool(low.any()) and trial.reply.error in _OVERFLOWS
    nothing_left = _agrees(trial.value, -_one_hot(Z, y) / len(y), low, finite_only=True)
    return bool(low.any()) and nothing_left and _agrees(trial.value, trial.expected, ~low)


def _breaks_far_out(trials: Trials) -> bool:
    """Right near 0; far out something is not finite, or came with a warning."""
    failed = [trial for trial in trials if not trial.right]
    return bool(failed) and all(trial.case.facet == FAR and _breaks(trial) for trial in failed)


def _breaks(trial: Trial) -> bool:
    reply = trial.reply
    if reply.kind != "value":
        return reply.kind == "crashed" and reply.error in _OVERFLOWS
    return not reply.changed and _agrees(reply.value, trial.expected, finite_only=True)


def _softmax(Z: Any) -> Any:
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)


def _one_hot(Z: Any, y: Any) -> Any:
    return np.eye(Z.shape[1])[y]


def _stabilised_by_all(Z: Any, y: Any) -> Any:
    E = np.exp(Z - Z.max())
    return (E / E.sum(axis=1, keepdims=True) - np.eye(Z.shape[1])[y]) / len(y)


def _not_stabilised(Z: Any, y: Any) -> Any:
    E = np.exp(Z)
    return (E / E.sum(axis=1, keepdims=True) - np.eye(Z.shape[1])[y]) / len(y)


def _over_columns(Z: Any, y: Any) -> Any:
    E = np.exp(Z - Z.max(axis=0))
    return (E / E.sum(axis=0) - np.eye(Z.shape[1])[y]) / len(y)


softmax_cross_entropy_gradient = Exercise(
    id="backprop.softmax_cross_entropy_gradient",
    title="Back through softmax and cross-entropy",
    signature="softmax_cross_entropy_gradient(Z, y)",
    reference=reference.softmax_cross_entropy_gradient,
    cases=_logits,
    compare=NEAR,
    core=False,
    points=2,
    facets={"values": 0.6, FAR: 0.4},
    mistakes=(
        _told(
            "sum-not-mean",
            "this is the gradient of the sum; of the mean over the examples, it is divided by N",
            lambda Z, y: _softmax(Z) - _one_hot(Z, y),
        ),
        _told(
            "sign-flipped",
            "the sign is flipped: it is P - Y, so that the right class's logit goes up when descending",
            lambda Z, y: (_one_hot(Z, y) - _softmax(Z)) / len(y),
        ),
        _told(
            "no-softmax",
            "the softmax is missing: from probabilities P, not from logits Z, the one-hot labels are subtracted",
            lambda Z, y: (Z - _one_hot(Z, y)) / len(y),
            lambda Z, y: Z - _one_hot(Z, y),
        ),
        Mistake(
            "max-over-all",
            "one maximum is taken off all rows: a row far below it has only zeros left; take each row's own",
            _stabilised_by_all,
            seen=_breaks_in_rows,
        ),
        Mistake(
            "overflows",
            "e^Z overflows for large logits: subtract each row's maximum first, which changes nothing else",
            _not_stabilised,
            seen=_breaks_far_out,
        ),
        _told(
            "columns",
            "the softmax is taken down the columns; the classes of one example are a row",
            _over_columns,
        ),
        _told(
            "no-labels",
            "the labels are left out: this is P / N, and the one-hot labels are subtracted from P",
            lambda Z, y: _softmax(Z) / len(y),
        ),
    ),
    hints=(
        "Probabilities minus one-hot labels, over the number of examples.",
        "P = softmax(Z), each row by itself; P[np.arange(N), y] -= 1 subtracts the one-hot labels.",
        "Before the exponential, subtract each row's maximum: `Z - Z.max(axis=1, keepdims=True)`.",
    ),
)
