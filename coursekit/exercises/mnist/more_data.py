"""Steps 17 and 8: what more data does, and what the figures say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from coursekit.checking import Case, Exercise, Mismatch, Mistake, Trial, Written, close
from coursekit.reference import training as reference


def _sizes_cases(rng: np.random.Generator) -> list[Case]:
    """Sizes, and the score of each: not always better with more, and never twice the same."""
    drawn = [int(size) for size in rng.choice(np.arange(2, 600), 6, replace=False) * 100]
    made = [[100, 1000], [1000, 100], [300, 100, 200], [500], [60_000, 100, 10_000, 1000], drawn]
    cases = []
    for sizes in made:
        scores = np.round(rng.permutation(np.linspace(0.6, 0.95, len(sizes))), 4).tolist()
        known = dict(zip(sizes, scores, strict=True))
        text = f"learning_with_more_data({sizes}, train_and_score), where the scores are {known}"
        cases.append(Case((sizes, scores), kind=f"{len(sizes)} sizes", text=text))
    return cases


def _record(learning_with_more_data: Any, sizes: Any, scores: Any) -> Any:
    trained, known = [], dict(zip(sizes, scores, strict=True))

    def train_and_score(size: Any) -> float:
        trained.append(size)
        if len(trained) > 1000:
            raise RuntimeError("train_and_score was called more than a thousand times")
        return known.get(int(size), 0.5)  # of any other size

    return {"pairs": learning_with_more_data(sizes, train_and_score), "trained": trained}


def _same_pairs(got: Any, expected: Any, args: tuple) -> None:
    sizes = args[0]
    if got["pairs"] is None:
        raise Mismatch("it gave None: did you forget `return`?")
    trained = [int(size) for size in got["trained"]]
    if sorted(trained) != sorted(sizes):
        raise Mismatch(f"train_and_score was called with {_few(trained)}; once with each size was asked for")
    if isinstance(got["pairs"], dict):
        raise Mismatch("it gave a dict; a list of pairs (size, score) was asked for")
    close()(got["pairs"], expected["pairs"], args)


def _few(numbers: list[int]) -> str:
    return f"{numbers[:6]}" + (f" and {len(numbers) - 6} more" if len(numbers) > 6 else "")


def _pairs(trial: Trial) -> list[tuple[float, float]]:
    return [(size, score) for size, score in np.asarray(trial.value["pairs"], dtype=float).tolist()]


def _unsorted(trials: Sequence[Trial]) -> bool:
    """The right pairs, each trained once, in an order that is not that of the sizes."""
    right = [[tuple(pair) for pair in trial.expected["pairs"]] for trial in trials]
    given = [_pairs(trial) for trial in trials]
    once = all(sorted(trial.value["trained"]) == sorted(trial.case.args[0]) for trial in trials)
    return once and given != right and [sorted(pairs) for pairs in given] == right


def _same_size(trials: Sequence[Trial]) -> bool:
    """One size is trained on, and its score stands beside every size."""
    several = [trial for trial in trials if len(trial.case.args[0]) > 1]
    return all(
        len(set(trial.value["trained"])) == 1
        and sorted(size for size, _ in _pairs(trial)) == sorted(trial.case.args[0])
        and len({score for _, score in _pairs(trial)}) == 1
        for trial in several
    )


learning_with_more_data = Exercise(
    id="mnist.learning_with_more_data",
    title="Learning with more data",
    signature="learning_with_more_data(sizes, train_and_score)",
    reference=reference.learning_with_more_data,
    cases=_sizes_cases,
    probe=_record,
    compare=_same_pairs,
    view=lambda seen: f"{seen['pairs']}, trained on {_few(seen['trained'])}",
    points=2,
    mistakes=(
        Mistake(
            "unsorted",
            "the sizes do not ascend: put them in order",
            lambda sizes, train_and_score: [(size, train_and_score(size)) for size in sizes],
            seen=_unsorted,
        ),
        Mistake(
            "same-size",
            "every training is on the same number of examples: hand each size to `train_and_score`",
            lambda sizes, train_and_score: [(size, train_and_score(max(sizes))) for size in sorted(sizes)],
            lambda sizes, train_and_score: [(size, train_and_score(sizes[0])) for size in sizes],
            seen=_same_size,
        ),
        Mistake(
            "scores-only",
            "only the scores come back; pairs of size and score were asked for",
            lambda sizes, train_and_score: [train_and_score(size) for size in sorted(sizes)],
        ),
    ),
    hints=(
        "`sorted(sizes)` gives them in order and leaves `sizes` as it was.",
        "For each size one call of `train_and_score(size)`, and one pair `(size, score)` in the list.",
    ),
)

discussion = Written(
    id="mnist.discussion",
    title="What the figures say",
    rubric=(
        (1, "compares the accuracy on the training images with that on images not trained on, in numbers"),
        (
            1,
            "says what the difference means (over- or underfitting, or neither), and why it is as large as it is",
        ),
        (1, "proposes what to try next, and says which figure should change if it helps"),
    ),
)
