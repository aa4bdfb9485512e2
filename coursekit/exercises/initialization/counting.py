"""What can be said before any training: biases, limits, symmetric units, the first loss, which initializer."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from coursekit.checking import Case, Exercise, Mistake, Trial, Written, close, exact
from coursekit.exercises.quiz import quiz
from coursekit.reference import initializers as reference

zeros_bias = Exercise(
    id="initialization.zeros_bias",
    title="Biases that start at zero",
    signature="zeros_bias(n)",
    reference=reference.zeros_bias,
    cases=lambda rng: [Case((n,), kind="a number of units") for n in (3, 1, 10, int(rng.integers(20, 60)))],
    core=False,
    mistakes=(
        Mistake("ones", "these are ones; biases start at zero", lambda n: np.ones(n)),
        Mistake(
            "column",
            "the shape is (n, 1); a bias has one number a unit, (n,), so that it is added to every row",
            lambda n: np.zeros((n, 1)),
        ),
        Mistake("row", "the shape is (1, n); a bias has the shape (n,)", lambda n: np.zeros((1, n))),
    ),
    hints=("`np.zeros` takes a shape.", "The shape of a vector of n numbers is n, or (n,)."),
)

uniform_limit = Exercise(
    id="initialization.uniform_limit",
    title="The limit that gives a variance",
    signature="uniform_limit(variance)",
    reference=reference.uniform_limit,
    cases=lambda rng: [
        Case((v,), kind="a variance") for v in (3.0, 12.0, 0.25, 1 / 300, float(rng.uniform(0.01, 5)))
    ],
    mistakes=(
        Mistake(
            "std-as-limit",
            "this is the deviation; a uniform distribution reaches √3 times as far",
            lambda variance: np.sqrt(variance),
        ),
        Mistake(
            "variance-as-limit",
            "this is the variance itself; the limit is a length, so a root is needed",
            lambda variance: variance,
        ),
        Mistake(
            "twelve",
            "√(12 · variance) is the whole width; the limit is half of it",
            lambda variance: np.sqrt(12 * variance),
        ),
        Mistake("root-missing", "the root is missing: limit² is 3 · variance", lambda variance: 3 * variance),
    ),
    hints=(
        "The variance of U(-a, a) is a²/3.",
        "Solve a²/3 = variance for a.",
    ),
)


def _units_cases(rng: np.random.Generator) -> list[Case]:
    different = rng.normal(size=(3, 4))
    repeated = rng.normal(size=(5, 2))[:, [0, 1, 0, 1, 0, 0]]
    line = np.outer([1.0, -2.0, 0.5], [1.0, 2.0, 3.0, -1.0])
    nearly = np.array([[0.3, 0.1 + 0.2, 0.3001], [0.7, 0.7, 0.7]])
    return [
        Case((np.ones((2, 3)),), kind="all weights equal"),
        Case((np.array([[1.0, 2.0], [1.0, 2.0], [1.0, 2.0]]),), kind="equal rows"),
        Case((np.array([[1.0, 1.0, 2.0], [0.0, 0.0, 5.0]]),), kind="two equal columns"),
        Case((np.array([[1.0, 2.0, 1.0, 3.0], [2.0, 1.0, 3.0, 2.0]]),), kind="columns alike in part"),
        Case((np.array([[0.5, -0.5, 0.5, 0.0]]),), kind="one input"),
        Case((line,), kind="columns that are multiples of one"),
        Case((different,), kind="random columns"),
        Case((repeated,), kind="repeated random columns"),
        Case((rng.normal(size=(6, 1)),), kind="one unit"),
        Case((nearly,), kind="columns that are equal up to rounding", facet="rounding"),
    ]


def _rounding_only(trials: Sequence[Trial]) -> bool:
    failed = [trial for trial in trials if not trial.right]
    return bool(failed) and all(t.case.facet == "rounding" and t.value == 3 for t in failed)


symmetric_units = Exercise(
    id="initialization.symmetric_units",
    title="How many different units",
    signature="symmetric_units(W)",
    reference=reference.symmetric_units,
    cases=_units_cases,
    compare=exact,
    points=2,
    facets={"values": 0.75, "rounding": 0.25},
    mistakes=(
        Mistake(
            "rows",
            "it counts different rows; a unit is a column of W",
            lambda W: len(np.unique(np.round(W, 9), axis=0)),
            lambda W: len(np.unique(W, axis=0)),
        ),
        Mistake(
            "rank",
            "the rank counts independent columns; a multiple of a column is another unit",
            lambda W: np.linalg.matrix_rank(W),
        ),
        Mistake(
            "no-tolerance",
            "columns that are equal up to rounding count as different: round before comparing",
            lambda W: len({tuple(column) for column in W.T}),
            seen=_rounding_only,
        ),
    ),
    hints=(
        "Unit j is column j of W, `W[:, j]`.",
        "`np.unique(..., axis=1)` finds different columns; round first, so that 0.1 + 0.2 equals 0.3.",
    ),
)

initial_loss = Exercise(
    id="initialization.initial_loss",
    title="The loss before any training",
    signature="initial_loss(n_classes)",
    reference=reference.initial_loss,
    compare=close(atol=1e-6),
    cases=lambda rng: [
        Case((n,), kind="a number of classes") for n in (2, 10, 1000, 1, int(rng.integers(3, 500)))
    ],
    mistakes=(
        Mistake(
            "log2",
            "this is the logarithm to base 2; the cross-entropy takes the natural one",
            lambda n_classes: math.log2(n_classes),
        ),
        Mistake(
            "one-over-c",
            "this is the probability of each class; the loss is minus its logarithm",
            lambda n_classes: 1 / n_classes,
        ),
        Mistake(
            "log10",
            "this is the logarithm to base 10; the cross-entropy takes the natural one",
            lambda n_classes: math.log10(n_classes),
        ),
        Mistake(
            "sign-flipped",
            "the minus is missing: -log(1/C) is positive",
            lambda n_classes: -math.log(n_classes),
        ),
    ),
    hints=(
        "A network that knows nothing gives every class the probability 1/C.",
        "The cross-entropy is -log p of the right class.",
    ),
)

_ACTIVATIONS = ("relu", "tanh", "sigmoid", "softmax", "linear", "leaky_relu", "elu", "selu")
_SWAP = {"glorot": "he", "he": "glorot", "lecun": "lecun"}

choose = Exercise(
    id="initialization.choose",
    title="Which initializer for which activation",
    signature="choose(activation)",
    reference=reference.choose,
    cases=lambda rng: [Case((name,), kind="an activation") for name in _ACTIVATIONS],
    compare=exact,
    core=False,
    mistakes=(
        Mistake(
            "he-for-all",
            "He's fits the ReLU family, which drops half the signal; the others need less",
            lambda activation: "he",
            lambda activation: "lecun" if activation == "selu" else "he",
        ),
        Mistake(
            "swapped",
            "Glorot's and He's are swapped: He's is for the ReLU family",
            lambda activation: _SWAP[reference.choose(activation)],
            lambda activation: {"glorot": "he"}.get(reference.choose(activation), "glorot"),
        ),
    ),
    hints=(
        "Which activations throw half of the signal away?",
        "relu, leaky_relu, elu: He. selu: LeCun. The others: Glorot.",
    ),
)

quiz_constant = quiz(
    "initialization.quiz_constant",
    "All weights 0.5",
    "A hidden layer of 10 units starts with every weight at 0.5. What does training make of it?",
    {
        "a": (
            "The units grow apart, since each sees other examples",
            "every unit sees the same examples, and equal weights get equal gradients",
        ),
        "b": ("The units stay equal: it learns no more than one unit would", None),
        "c": (
            "Nothing moves, since all gradients are zero",
            "the gradients are equal, and not zero: the units move, all the same way",
        ),
    },
)

quiz_fading = quiz(
    "initialization.quiz_fading",
    "A signal that fades",
    "In a deep ReLU network the variance of the signals halves from layer to layer. What is n·Var(w)?",
    {
        "a": (
            "1/2",
            "ReLU drops half of the mean square itself, so n·Var(w) is twice the factor that is seen",
        ),
        "b": ("1", None),
        "c": ("2", "at 2 a ReLU network keeps its signal: it neither fades nor grows"),
    },
)

quiz_remedy = quiz(
    "initialization.quiz_remedy",
    "A loss that starts at 30",
    "A new classifier for 10 classes starts with a cross-entropy of 30. What is most likely?",
    {
        "a": ("That is usual before training", "a network that knows nothing starts near ln 10 = 2.3"),
        "b": ("Its first weights are too large: it is sure of itself, and wrong", None),
        "c": (
            "Its first weights are too small",
            "small weights give every class about the same probability, and a loss near ln 10 = 2.3",
        ),
    },
)

discussion = Written(
    id="initialization.discussion",
    title="Vanishing and exploding",
    rubric=(
        (1, "says what vanishes or explodes, signals and gradients, and layer by layer by one factor"),
        (1, "gives the factor, n·Var(w) (with the activation's share), and the value that keeps the signal"),
        (1, "points to histograms or deviations of at least two initializers as evidence"),
        (1, "says why the activation decides which initializer fits"),
    ),
)
