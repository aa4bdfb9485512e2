"""z times a gate: GELU and Swish."""

from __future__ import annotations

import math

import numpy as np

from coursekit.checking import Exercise, Mistake, close
from coursekit.exercises.activations.inputs import FACETS, cases, cases_with
from coursekit.exercises.activations.telling import NEAR, overflows, told_by_values, whole_numbers
from coursekit.reference import activations as reference

gelu = Exercise(
    id="activations.gelu",
    title="GELU",
    signature="gelu(z)",
    reference=reference.gelu,
    cases=cases,
    compare=close(rtol=1e-5, atol=1e-3),  # the tanh form is right too
    alike=NEAR,
    core=False,
    mistakes=(
        Mistake(
            "sigmoid-form",
            "this is z·σ(1.702z), an approximation that is off by up to 0.02: use erf, or the tanh form",
            lambda z: z / (1 + np.exp(-1.702 * z)),
            lambda z: z / (1 + np.exp(-1.7 * z)),
        ),
        Mistake(
            "cdf-only",
            "this is Φ(z), the gate alone; it multiplies z",
            lambda z: np.vectorize(lambda v: (1 + math.erf(v / math.sqrt(2))) / 2, otypes=[float])(z),
            lambda z: (1 + np.tanh(math.sqrt(2 / math.pi) * (z + 0.044715 * z**3))) / 2,
        ),
        Mistake(
            "root-two-missing",
            "Φ(z) takes erf of z/√2; here it is erf of z",
            lambda z: np.vectorize(lambda v: v * (1 + math.erf(v)) / 2, otypes=[float])(z),
        ),
        Mistake(
            "half-missing",
            "it is twice too large: Φ(z) is half of 1 + erf(z/√2)",
            lambda z: np.vectorize(lambda v: v * (1 + math.erf(v / math.sqrt(2))), otypes=[float])(z),
        ),
    ),
    hints=(
        "Φ(z) is the share of a standard normal distribution below z: ½(1 + erf(z/√2)).",
        "`math.erf` takes one number; `np.vectorize(math.erf)` takes an array.",
    ),
)

swish = Exercise(
    id="activations.swish",
    title="Swish",
    signature="swish(z, beta=1.0)",
    reference=reference.swish,
    cases=lambda rng: cases_with(rng, "beta", (2, 0.5, 0.0), far=True),
    compare=close(rtol=1e-5, atol=1e-5),
    facets=FACETS,
    core=False,
    mistakes=(
        told_by_values(
            "beta-outside",
            "beta multiplies the whole, β·z·σ(z); it belongs inside the sigmoid",
            lambda z, beta=1.0: beta * z * (np.tanh(z / 2) + 1) / 2,
        ),
        told_by_values(
            "sigmoid-only",
            "this is σ(βz), the gate alone; it multiplies z",
            lambda z, beta=1.0: (np.tanh(beta * z / 2) + 1) / 2,
        ),
        overflows(
            lambda z, beta=1.0: z / (1 + np.exp(-beta * z)),
            lambda z, beta=1.0: z * np.exp(beta * z) / (1 + np.exp(beta * z)),
            says="right near 0; far out it ends in a warning or NaN, as an exponential is larger than any float:"
            " use a sigmoid that is stable",
        ),
        told_by_values(
            "beta-ignored",
            "beta is 1 always: use the one that is given",
            lambda z, beta=1.0: z * (np.tanh(z / 2) + 1) / 2,
        ),
        told_by_values(
            "beta-twice",
            "beta is inside the sigmoid and outside too; it belongs inside alone",
            lambda z, beta=1.0: beta * z * (np.tanh(beta * z / 2) + 1) / 2,
        ),
        whole_numbers(lambda z, beta=1.0: (z * (np.tanh(beta * z / 2) + 1) / 2).astype(np.asarray(z).dtype)),
    ),
    hints=(
        "A sigmoid of βz opens and shuts a gate; what goes through is z.",
        "With a stable sigmoid this is one line: z times sigmoid(beta · z).",
    ),
)
