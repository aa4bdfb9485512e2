"""Softmax: probabilities from scores, row by row."""

from __future__ import annotations

import numpy as np

from coursekit.checking import Case, Exercise, Mistake
from coursekit.exercises.activations.inputs import FACETS, FAR
from coursekit.exercises.activations.telling import (
    NEAR,
    Trials,
    in_place,
    overflows,
    right_where,
    told_by_values,
    whole_numbers,
)
from coursekit.reference import activations as reference


def _softmax_cases(rng: np.random.Generator) -> list[Case]:
    near = [
        ("one row", np.array([[0.0, 1.0, 2.0]])),
        ("two rows", np.array([[1.0, 2.0, 3.0], [2.0, -1.0, 0.5]])),
        ("whole numbers", np.array([[1, 3], [0, 2], [-1, 4]])),
        ("as many rows as columns", rng.normal(0.7, 1, (3, 3))),
        ("more rows than columns", rng.normal(0.7, 1, (5, 2))),
        ("one column", np.array([[0.5], [-2.0]])),
        ("many columns", rng.normal(0.3, 2, (4, 10))),
    ]
    # Within a case, either every row has the same maximum, or the rows lie far apart.
    alike = [
        ("very large numbers", np.array([[1000.0, 999.0, 998.5]])),
        ("very negative numbers", np.array([[-1000.0, -1001.0], [-1000.5, -1000.0]])),
        ("very large whole numbers", np.array([[900, 898, 899], [897, 900, 900], [900, 900, 899]])),
        ("numbers far apart in a row", np.array([[-1000.0, 0.0, 1.0]])),
    ]
    quarters = rng.integers(-4, 5, (3, 3)) / 4  # exact in float32, far out too
    apart = [
        (_APART, np.array([[0.0, 1.0], [1000.0, 1001.0]])),
        (_APART, np.array([[-1000.0, -999.0, -998.0], [2.0, 0.0, 1.0], [1.0, 0.0, 3.0]])),
        (_APART, quarters + np.array([[0], [0], [900]])),
    ]
    return [Case((Z,), kind=kind) for kind, Z in near] + [
        Case((Z,), FAR, kind, stable=True) for kind, Z in alike + apart
    ]


_APART = "rows far apart"


def _max_over_all(trials: Trials) -> bool:
    """Right but where rows lie far apart; there right in the highest rows, and in no far lower one."""
    apart = [trial for trial in trials if trial.case.kind == _APART]
    return all(trial.right for trial in trials if trial not in apart) and all(
        not trial.right and right_where(trial, _highest(trial.case.args[0])) for trial in apart
    )


def _highest(Z: np.ndarray) -> np.ndarray:
    """(N, 1): whether a row's maximum is near that of all rows."""
    return Z.max(axis=1, keepdims=True) > Z.max() - 100


def _shift(Z: np.ndarray, axis: int | None = 1) -> np.ndarray:
    """e to the power of Z, shifted so that nothing overflows."""
    return np.exp(Z - np.max(Z, axis=axis, keepdims=True))


def _softmax_writing_into(Z: np.ndarray) -> np.ndarray:
    Z -= Z.max(axis=1, keepdims=True)
    return np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)


softmax = Exercise(
    id="activations.softmax",
    title="Softmax",
    signature="softmax(Z)",
    reference=reference.softmax,
    cases=_softmax_cases,
    compare=NEAR,
    facets=FACETS,
    points=2,
    mistakes=(
        told_by_values(
            "whole-array",
            "the whole array sums to 1; each row is to sum to 1 by itself",
            lambda Z: np.exp(Z) / np.sum(np.exp(Z)),
            lambda Z: np.exp(Z - np.max(Z)) / np.sum(np.exp(Z - np.max(Z))),
            lambda Z: _shift(Z) / np.sum(_shift(Z)),
        ),
        told_by_values(
            "columns",
            "the columns sum to 1 (axis=0); the rows are to, one row an example: axis=1",
            lambda Z: np.exp(Z) / np.sum(np.exp(Z), axis=0),
            lambda Z: np.exp(Z - np.max(Z, axis=0)) / np.sum(np.exp(Z - np.max(Z, axis=0)), axis=0),
            lambda Z: _shift(Z) / np.sum(_shift(Z), axis=0),
        ),
        Mistake(
            "max-over-all",
            "the maximum of the whole array is taken away, so in rows far below it every e^z is 0:"
            " take each row's own",
            lambda Z: np.exp(Z - np.max(Z)) / np.sum(np.exp(Z - np.max(Z)), axis=1, keepdims=True),
            seen=_max_over_all,
        ),
        told_by_values(
            "keepdims-missing",
            "(N, C) divided by (N,), or less (N,), pairs columns with rows: `keepdims=True` keeps a row's"
            " number in its row, (N, 1)",
            lambda Z: np.exp(Z) / np.sum(np.exp(Z), axis=1),
            lambda Z: _shift(Z) / np.sum(_shift(Z), axis=1),
            lambda Z: np.exp(Z - np.max(Z, axis=1)) / np.sum(np.exp(Z - np.max(Z, axis=1)), axis=1),
            lambda Z: (
                np.exp(Z - np.max(Z, axis=1)) / np.sum(np.exp(Z - np.max(Z, axis=1)), axis=1, keepdims=True)
            ),
        ),
        told_by_values(
            "no-exp",
            "the rows are divided by their sums, and nothing is raised to e: negative scores stay negative",
            lambda Z: Z / np.sum(Z, axis=1, keepdims=True),
            lambda Z: (
                (Z - np.max(Z, axis=1, keepdims=True))
                / np.sum(Z - np.max(Z, axis=1, keepdims=True), axis=1, keepdims=True)
            ),
        ),
        overflows(
            lambda Z: np.exp(Z) / np.sum(np.exp(Z), axis=1, keepdims=True),
            says="right for small scores; e^z of large ones is larger than any float, of very negative ones 0, and it"
            " ends in a warning or NaN: take each row's maximum away first",
        ),
        told_by_values(
            "not-normalised",
            "the rows do not sum to 1: divide each by its sum",
            lambda Z: np.exp(Z),
            lambda Z: _shift(Z),
            lambda Z: _shift(Z, None),
        ),
        told_by_values(
            "max-of-columns",
            "each column's maximum is taken away, which changes the probabilities; taking one number away"
            " from a whole row does not",
            lambda Z: (
                np.exp(Z - np.max(Z, axis=0)) / np.sum(np.exp(Z - np.max(Z, axis=0)), axis=1, keepdims=True)
            ),
        ),
        in_place(_softmax_writing_into),
        whole_numbers(lambda Z: (_shift(Z) / _shift(Z).sum(axis=1, keepdims=True)).astype(Z.dtype)),
    ),
    hints=(
        "e^z of every entry, then each row divided by its own sum: `keepdims=True` keeps the sums in their rows.",
        "e^1000 is too large for a float. Taking one number away from a whole row changes nothing: which number helps?",
        "Each row's own maximum: `Z - Z.max(axis=1, keepdims=True)`.",
    ),
)
