"""A few examples at a time: the indices in random order, cut into batches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from coursekit.checking import Case, Exercise, Mismatch, Mistake, Trial
from coursekit.reference import minibatch as reference

Trials = Sequence[Trial]


def _cut(minibatches: Any, n: int, batch_size: int, seed: int) -> Any:
    from itertools import islice

    rng, equal, other = (np.random.default_rng(s) for s in (seed, seed, seed + 1))
    runs = {}
    for name, generator in (("first", rng), ("again", equal), ("other", other), ("next", rng)):
        batches = minibatches(n, batch_size, generator)
        some = None if batches is None else list(islice(batches, n + 1))  # no right cut has more than n
        runs[name] = None if some is None else [np.asarray(batch).tolist() for batch in some]
    return runs


def _batches_cases(rng: np.random.Generator) -> list[Case]:
    made = [(6, 2), (7, 3), (5, 8), (1, 1), (4, 1), (40, 10), (41, 10), (int(rng.integers(30, 60)), 7)]
    return [
        Case(
            (n, size, int(rng.integers(1_000_000))),
            kind=f"{n} examples in batches of {size}",
            text=f"minibatches({n}, {size}, rng)",
        )
        for n, size in made
    ]


def _batches_are_right(got: Any, expected: Any, args: tuple) -> None:
    n, size, _ = args
    for batches in got.values():
        _one_cut_is_right(batches, n, size)
    if n < 20:  # too few orders for chance to be ruled out
        return
    if got["first"] != got["again"]:
        raise Mismatch(
            "two equal rngs give different batches: draw from the rng that is given, and from it alone"
        )
    if got["first"] == got["other"] or got["first"] == got["next"]:
        raise Mismatch("the order is the same every time: draw a new one from the rng")
    cuts = [got[name] for name in ("first", "other", "next")]
    if all(_neighbours_kept(batches, n) > 0.6 for batches in cuts):
        raise Mismatch("the examples keep their neighbours: shuffle them before cutting")
    if all(_contents(batches) == _contents(cuts[0]) for batches in cuts):
        raise Mismatch("each batch holds the same examples every time: shuffle all of them before cutting")


def _one_cut_is_right(batches: Any, n: int, size: int) -> None:
    if batches is None:
        raise Mismatch("it gave None: did you forget `return`?")
    if not all(isinstance(batch, list) and all(type(i) is int for i in batch) for batch in batches):
        raise Mismatch("each batch is a sequence of indices, whole numbers")
    if any(not batch for batch in batches):
        raise Mismatch("a batch is empty")
    if sorted(_flat(batches)) != list(range(n)):
        raise Mismatch(f"each index from 0 to {n - 1} must be in exactly one batch")
    if [len(batch) for batch in batches] != [min(size, n - first) for first in range(0, n, size)]:
        raise Mismatch(f"batches of {size}, and only the last may be shorter")


def _flat(batches: list[list[int]]) -> list[int]:
    return [index for batch in batches for index in batch]


def _neighbours_kept(batches: list[list[int]], n: int) -> float:
    """How many of the pairs 0, 1 and 1, 2 and ... are in one batch; after a shuffle, size / n of them are."""
    place = {index: number for number, batch in enumerate(batches) for index in batch}
    return sum(place[i] == place[i + 1] for i in range(n - 1)) / (n - 1)


def _contents(batches: list[list[int]]) -> set[frozenset[int]]:
    return {frozenset(batch) for batch in batches}


def _whole_batches_moved(batches: list[list[int]], n: int, size: int) -> bool:
    runs = [list(range(first, min(first + size, n))) for first in range(0, n, size)]
    return sorted(batches) == runs


def _each_cut(
    holds: Callable[[list[list[int]], int, int], bool], *, small: int = 1
) -> Callable[[Trials], bool]:
    """A predicate: some reply is wrong, and this holds for every cut of `small` or more examples."""

    def seen(trials: Trials) -> bool:
        cuts = [
            (batches, *trial.case.args[:2])
            for trial in trials
            for batches in (trial.value.values() if trial.reply.kind == "value" else [None])
            if trial.case.args[0] >= small
        ]
        formed = bool(cuts) and all(_is_cut(batches) for batches, _, _ in cuts)
        return formed and not all(t.right for t in trials) and all(holds(*cut) for cut in cuts)

    return seen


def _is_cut(batches: Any) -> bool:
    return isinstance(batches, list) and all(
        isinstance(batch, list) and all(type(i) is int for i in batch) for batch in batches
    )


def _last_dropped(batches: list[list[int]], n: int, size: int) -> bool:
    flat = _flat(batches)
    return (
        [len(batch) for batch in batches] == [size] * (n // size)
        and len(set(flat)) == len(flat)
        and set(flat) <= set(range(n))
        and (len(flat) < 20 or flat != sorted(flat))
    )


def _drawn_with_replacement(batches: list[list[int]], n: int, size: int) -> bool:
    flat = _flat(batches)
    return (
        n // size <= len(batches) <= -(-n // size)
        and set(flat) <= set(range(n))
        and len(set(flat)) < len(flat)
    )


def _never_mixed(batches: list[list[int]], n: int, size: int) -> bool:
    return _flat(batches) == list(range(n)) or _whole_batches_moved(batches, n, size)


def _one_order(trials: Trials) -> bool:
    """Each cut is right by itself; equal rngs, other rngs and the next call all give the same one."""
    many = [trial for trial in trials if trial.case.args[0] >= 20]
    return _cuts_are_right(trials) and all(trial.value["first"] == trial.value["other"] for trial in many)


def _own_rng(trials: Trials) -> bool:
    """Each cut is right by itself; equal rngs give different ones."""
    many = [trial for trial in trials if trial.case.args[0] >= 20]
    return _cuts_are_right(trials) and all(trial.value["first"] != trial.value["again"] for trial in many)


def _cuts_are_right(trials: Trials) -> bool:
    try:
        for trial in trials:
            for batches in trial.value.values():
                _one_cut_is_right(batches, *trial.case.args[:2])
    except (Mismatch, AttributeError):
        return False
    return True


def _slices(order: Any, size: int) -> list:
    return [order[first : first + size] for first in range(0, len(order), size)]


def _moves_whole_batches(n: int, batch_size: int, rng: np.random.Generator) -> list:
    batches = _slices(np.arange(n), batch_size)
    return [batches[place] for place in rng.permutation(len(batches))]


minibatches = Exercise(
    id="gradient_descent.minibatches",
    title="Cut the examples into batches",
    signature="minibatches(n, batch_size, rng)",
    reference=reference.minibatches,
    cases=_batches_cases,
    probe=_cut,
    compare=_batches_are_right,
    view=lambda seen: [list(map(int, batch)) for batch in seen["first"]],
    points=2,
    mistakes=(
        Mistake(
            "drops-last",
            "the last, shorter batch is left out: every example has its turn in an epoch",
            lambda n, batch_size, rng: _slices(rng.permutation(n), batch_size)[: n // batch_size],
            seen=_each_cut(_last_dropped),
        ),
        Mistake(
            "not-shuffled",
            "the examples stay beside their neighbours: shuffle the indices, then cut",
            lambda n, batch_size, rng: _slices(np.arange(n), batch_size),
            _moves_whole_batches,
            seen=_each_cut(_never_mixed),
        ),
        Mistake(
            "with-replacement",
            "some examples come twice and others never: shuffle the indices in place of drawing them one by one",
            lambda n, batch_size, rng: _slices(rng.integers(0, n, n), batch_size),
            lambda n, batch_size, rng: [rng.choice(n, batch_size) for _ in range(n // batch_size)],
            seen=_each_cut(_drawn_with_replacement, small=20),
        ),
        Mistake(
            "same-every-epoch",
            "the order is the same whatever the rng: draw it from the rng that is given",
            lambda n, batch_size, rng: _slices(np.random.default_rng(0).permutation(n), batch_size),
            seen=_one_order,
        ),
        Mistake(
            "global-rng",
            "equal rngs give different batches: draw from the rng that is given, not from `np.random`",
            lambda n, batch_size, rng: _slices(np.random.permutation(n), batch_size),  # noqa: NPY002 - the mistake
            lambda n, batch_size, rng: _slices(np.random.default_rng().permutation(n), batch_size),
            seen=_own_rng,
        ),
    ),
    hints=(
        "First shuffle all the indices, then cut the row into pieces.",
        "`rng.permutation(n)` shuffles 0 to n - 1; `order[first:first + batch_size]` is one piece.",
    ),
)
