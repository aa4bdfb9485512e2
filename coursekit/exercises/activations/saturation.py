"""Units that have stopped learning: dead ones, and saturated ones."""

from __future__ import annotations

import numpy as np

from coursekit.checking import Case, Exercise, Mistake
from coursekit.exercises.activations.telling import NEAR
from coursekit.reference import layers as reference


def _dead_cases(rng: np.random.Generator) -> list[Case]:
    made = [
        ("one dead unit of two", np.array([[0.0, 1.0], [0.0, 2.0], [0.0, 0.0]])),
        ("no dead unit", np.array([[0.0, 1.0, 2.0], [3.0, 0.0, 1.0]])),
        ("whole numbers", np.array([[0, 0, 2, 0], [0, 0, 0, 0], [0, 1, 0, 0]])),
        ("all dead", np.zeros((3, 2))),
        ("one example", np.array([[0.0, 0.5, 0.0]])),
        ("one unit", np.array([[0.0], [0.2], [0.0], [0.0]])),
    ]
    for examples, units, dead in ((6, 5, 2), (4, 8, 3), (20, 3, 1)):
        A = np.maximum(rng.normal(size=(examples, units)), 0)
        A[int(rng.integers(examples))] += 0.1  # none of the others is dead by chance
        A[:, rng.permutation(units)[:dead]] = 0
        made.append((f"a random layer, {examples} examples and {units} units", A))
    return [Case((A,), kind=kind) for kind, A in made]


dead_fraction = Exercise(
    id="activations.dead_fraction",
    title="How many units are dead",
    signature="dead_fraction(A)",
    reference=reference.dead_fraction,
    cases=_dead_cases,
    compare=NEAR,
    mistakes=(
        Mistake(
            "zero-entries",
            "this is the share of zeros among all entries; a unit is dead when its whole column is 0",
            lambda A: np.mean(A == 0),
        ),
        Mistake(
            "any-zero",
            "this counts units that are 0 for some example; dead means 0 for every example",
            lambda A: np.mean((A == 0).any(axis=0)),
        ),
        Mistake(
            "examples",
            "this is the share of examples for which all units are 0 (axis=1); units are the columns, axis=0",
            lambda A: np.mean((A == 0).all(axis=1)),
        ),
        Mistake(
            "alive",
            "this is the share of units that are alive; the dead ones were asked for",
            lambda A: np.mean((A != 0).any(axis=0)),
        ),
        Mistake(
            "count",
            "this is the number of dead units; divide by the number of all units",
            lambda A: np.sum((A == 0).all(axis=0)),
        ),
    ),
    hints=(
        "A unit is a column. `A == 0` says for each entry whether it is 0.",
        "`(A == 0).all(axis=0)` says for each column whether all of it is; the mean of that is a share.",
    ),
)


def _saturated_cases(rng: np.random.Generator) -> list[Case]:
    return [
        Case((np.array([0.01, 0.5, 0.99, 0.999]),), kind="an array"),
        Case((0.97,), kind="a number that is saturated"),
        Case((0.5,), kind="a number that is not"),
        Case((0,), kind="a whole number"),
        Case((np.array([0, 1, 1]),), kind="an array of whole numbers"),
        Case((np.array([[0.2, 0.04, 0.96], [0.03, 0.5, 0.02]]),), kind="an array of two dimensions"),
        Case((np.array([0.02, 0.1, 0.3, 0.7, 0.85]), 0.2, 0.8), kind="other limits"),
        Case((np.array([[0.02, 0.3], [0.6, 0.97]]), 0.4), kind="another lower limit"),
        Case((rng.uniform(0, 1, (4, 6)), 0.3, 0.9), kind="random outputs, other limits"),
        Case((1 / (1 + np.exp(-rng.normal(0.5, 3, 41))),), kind="random outputs"),
        Case((rng.uniform(0, 1, (3, 2, 4)), 0.45, 0.75), kind="random outputs of three dimensions"),
        Case(
            (np.array([0.25, 0.5, 0.75]), 0.25, 0.75), facet="limits", kind="outputs that are at the limits"
        ),
        Case((np.array([0.125, 0.5, 0.75, 0.9]), 0.125, 0.75), facet="limits", kind="outputs at the limits"),
    ]


saturated_fraction = Exercise(
    id="activations.saturated_fraction",
    title="How many outputs are saturated",
    signature="saturated_fraction(S, low=0.05, high=0.95)",
    reference=reference.saturated_fraction,
    cases=_saturated_cases,
    compare=NEAR,
    facets={"values": 0.75, "limits": 0.25},
    core=False,
    mistakes=(
        Mistake(
            "upper-only",
            "only the outputs near 1 are counted; near 0 the sigmoid is as flat",
            lambda s, low=0.05, high=0.95: np.mean(np.greater(s, high)),
            lambda s, low=0.05, high=0.95: np.mean(np.greater_equal(s, high)),
        ),
        Mistake(
            "inside",
            "this is the share between the limits, the complement",
            lambda s, low=0.05, high=0.95: np.mean(np.greater_equal(s, low) & np.less_equal(s, high)),
            lambda s, low=0.05, high=0.95: np.mean(np.greater(s, low) & np.less(s, high)),
            lambda s, low=0.05, high=0.95: np.mean(np.greater_equal(s, low) & np.less(s, high)),
            lambda s, low=0.05, high=0.95: np.mean(np.greater(s, low) & np.less_equal(s, high)),
        ),
        Mistake(
            "lower-only",
            "only the outputs near 0 are counted; near 1 the sigmoid is as flat",
            lambda s, low=0.05, high=0.95: np.mean(np.less(s, low)),
            lambda s, low=0.05, high=0.95: np.mean(np.less_equal(s, low)),
        ),
        Mistake(
            "limits-ignored",
            "the limits are 0.05 and 0.95 always: use those that are given",
            lambda s, low=0.05, high=0.95: np.mean(np.less(s, 0.05) | np.greater(s, 0.95)),
        ),
        Mistake(
            "and-for-or",
            "no output is below the lower limit and above the upper one at once: `|`, not `&`",
            lambda s, low=0.05, high=0.95: np.mean(np.less(s, low) & np.greater(s, high)),
        ),
        Mistake(
            "limits-count",
            "outputs exactly at a limit are counted; saturated is below the lower or above the upper one",
            lambda s, low=0.05, high=0.95: np.mean(np.less_equal(s, low) | np.greater_equal(s, high)),
        ),
        Mistake(
            "count",
            "this is the number of saturated outputs; divide by the number of all outputs",
            lambda s, low=0.05, high=0.95: np.sum(np.less(s, low) | np.greater(s, high)),
        ),
    ),
    hints=(
        "Two comparisons with an or between them: `|` for arrays, each comparison in brackets.",
        "The mean of True and False is the share of True.",
    ),
)
