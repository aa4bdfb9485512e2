"""Judging: replies beside right observations, the score, and the name of the mistake.

Expected values are computed here, in the judge's process, from the reference; they are
never stored or sent. Mistakes are computed only when an answer is wrong.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from coursekit.checking.asking import respond, stopped
from coursekit.checking.compare import Mismatch
from coursekit.checking.exercise import Case, Exercise, Mistake, Reply, Trial
from coursekit.checking.verdict import Verdict, show

Ask = Callable[[Exercise, Sequence[Case]], list[Reply]]

MISTAKE_EARNS_AT_MOST = 0.5
# What a comparison or predicate may run into when an observation is plain, but of no expected form.
FORMLESS = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError, RuntimeError, StopIteration)
DELEGATES = "delegates"
ENTRIES = 100_000  # that a reply may have beyond ten times those of the right one: judging takes time, too
MOST_SAID = 1000  # characters of why an answer is wrong, which may quote it
_PATIENCE = 60.0  # seconds for the grader's own code, which is trusted to end


@np.errstate(all="ignore")  # an answer may hold infinities: nothing to print, where a student would read it
def judge(exercise: Exercise, ask: Ask, seed: Any = None, cases: Sequence[Case] | None = None) -> Verdict:
    """Ask, compare and diagnose: the verdict on one answer.

    ask: `ask(exercise, cases)` gives the replies, fewer than the cases where asking had to stop
    seed: of the secret inputs that are tried beside the public ones, or None
    cases: what to try, where that is known. What the grader's own code gives on a case is remembered with it
    """
    cases = exercise.tried(seed) if cases is None else cases
    replies = ask(exercise, cases)
    verdict = _unanswered(exercise, replies)
    if verdict is not None:
        return verdict
    if len(replies) < len(cases) and not stopped(replies[-1]):
        replies = [Reply("not-plain", message="fewer replies than inputs")]
    trials = [_trial(exercise, case, reply) for case, reply in zip(cases, replies, strict=False)]
    failed = [trial for trial in trials if not trial.right]
    if any(trial.reply.delegated for trial in trials):
        why = "It calls coursekit's own answer to this exercise. Write the steps yourself."
        return _verdict(exercise, 0.0, "wrong", DELEGATES, why=why)
    complete = len(trials) == len(cases)
    if not failed and complete:
        return _verdict(exercise, 1.0, "passed")
    mistake = diagnose(exercise, trials)
    if mistake is not None and mistake.forgiven and complete:
        return _verdict(exercise, 1.0, "passed", mistake.slug, why=f"A note: {mistake.says}")
    return _wrong(exercise, trials, failed, mistake)


def _verdict(
    exercise: Exercise, score: float, status: str, mistake: str | None = None, **more: Any
) -> Verdict:
    passed = status == "passed"
    return Verdict(exercise.id, passed, score, status, mistake, max_points=exercise.points, **more)


def _unanswered(exercise: Exercise, replies: Sequence[Reply]) -> Verdict | None:
    first = replies[0]
    if first.kind == "not-attempted" or first.error == "NotImplementedError":
        why = f"Write `{exercise.signature}` in the cell above, run that cell, then run this one again."
        return _verdict(exercise, 0.0, "not-attempted", why=why)
    if first.kind == "no-answer":
        return _verdict(exercise, 0.0, "wrong", why=f"The check needs {first.message}.")
    return None


_observed: WeakKeyDictionary[Case, dict[int, tuple[Any, Reply]]] = WeakKeyDictionary()


def observe(exercise: Exercise, answer: Any, case: Case) -> Reply:
    """The reply of the grader's own code (the reference, a form of a mistake) on one case."""
    known = _observed.setdefault(case, {})
    if id(answer) not in known:  # kept with the answer: its id stays its own
        known[id(answer)] = answer, respond(exercise.probe, answer, case.args, _PATIENCE)
    return known[id(answer)][1]


def _trial(exercise: Exercise, case: Case, reply: Reply) -> Trial:
    right = observe(exercise, exercise.reference, case)
    if right.kind != "value":
        raise RuntimeError(f"{exercise.id}: the reference failed on {case}: {right}")
    if entries(reply.value) > ENTRIES + 10 * entries(right.value):
        reply = Reply("not-plain", message="far more data than was asked for")
    return Trial(case, reply, right.value, _fault(exercise, case, reply, right.value)[:MOST_SAID])


def entries(value: Any) -> int:
    """How much plain data holds: its numbers and its texts by eight characters, its lists and dicts."""
    if isinstance(value, np.ndarray):
        return max(1, value.size, value.nbytes // 8)
    if isinstance(value, str):
        return 1 + len(value) // 8
    parts = [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + sum(map(entries, parts))


def _fault(exercise: Exercise, case: Case, reply: Reply, expected: Any) -> str:
    """Why this reply is wrong, in words; "" where it is right."""
    if reply.kind == "not-plain":
        return f"it gave {reply.message}; numbers, texts, lists or arrays can be compared"
    if reply.kind == "timed-out":
        return f"it had not ended after {exercise.seconds:g} seconds: an endless loop?"
    if reply.kind == "died":
        return "the Python process ended while it ran"
    if reply.kind == "parameters":
        return f"it is called as {exercise.signature}, and Python says: {reply.message}"
    if reply.kind != "value":
        return f"{reply.error}: {reply.message}" + (f", in the line `{reply.line}`" if reply.line else "")
    try:
        exercise.compare(reply.value, expected, case.args)
    except Mismatch as mismatch:
        return str(mismatch)
    except FORMLESS:
        return "it gave something that is not of the form asked for"
    if reply.changed and not exercise.may_change:
        return f"it changed its argument number {reply.changed[0] + 1} in place; leave arguments as they were"
    if case.stable and reply.warned:
        return f"the numbers are right, with a warning on the way: {reply.warned}"
    return ""


def diagnose(exercise: Exercise, trials: Sequence[Trial]) -> Mistake | None:
    """The first mistake whose behaviour the answer shows on every input tried, or None."""
    for mistake in exercise.mistakes:
        with contextlib.suppress(Mismatch, *FORMLESS):
            if mistake.seen(trials) if mistake.seen else _same_as_form(exercise, mistake, trials):
                return mistake
    return None


def _same_as_form(exercise: Exercise, mistake: Mistake, trials: Sequence[Trial]) -> bool:
    return any(_behaves_like(exercise, form, trials) for form in mistake.forms)


def _behaves_like(exercise: Exercise, form: Any, trials: Sequence[Trial]) -> bool:
    """Whether every reply is the form's, and at least one of them tells it from the right answer.

    A crash is like any crash, whatever the exception (a loop and a matrix product fail
    differently for one cause), once some value agrees; crashes alone must be of one type.
    """
    told_by_value = told_by_crash = False
    for trial in trials:
        reply = observe(exercise, form, trial.case)
        if not _alike(exercise, trial, reply):
            return False
        if _fault(exercise, trial.case, reply, trial.expected):
            told_by_value |= reply.kind != "crashed"
            told_by_crash |= reply.kind == "crashed" and reply.error == trial.reply.error
    return told_by_value or told_by_crash


def _alike(exercise: Exercise, trial: Trial, reply: Reply) -> bool:
    got = trial.reply
    if got.kind != reply.kind:
        return False
    if got.kind != "value":
        return True
    if bool(got.changed) != bool(reply.changed) or (
        trial.case.stable and bool(got.warned) != bool(reply.warned)
    ):
        return False
    try:
        with np.errstate(all="ignore"):
            (exercise.alike or exercise.compare)(got.value, reply.value, trial.case.args)
    except Mismatch:
        return False
    return True


def _score(exercise: Exercise, trials: Sequence[Trial], mistake: Mistake | None) -> float:
    """What an answer that is not all right earns: by the exercise's own measure, or its facets."""
    if not trials or stopped(trials[-1].reply):
        return 0.0
    score = 0.0
    with contextlib.suppress(Mismatch, *FORMLESS):
        score = exercise.grade(trials) if exercise.grade else _of_facets(exercise, trials)
    return min(max(0.0, score), MISTAKE_EARNS_AT_MOST if mistake else 0.99)


def _of_facets(exercise: Exercise, trials: Sequence[Trial]) -> float:
    """The weights of the facets whose cases are all right; none without the first facet."""
    asked = {trial.case.facet for trial in trials}
    failed = {trial.case.facet for trial in trials if not trial.right}
    earned = [name for name in exercise.facets if name in asked and name not in failed]
    first = next(iter(exercise.facets))
    return sum(exercise.facets[name] for name in earned) if first in earned else 0.0


def _wrong(exercise: Exercise, trials: list[Trial], failed: list[Trial], mistake: Mistake | None) -> Verdict:
    shown = next((trial for trial in failed if not trial.case.secret), failed[0])
    score = _score(exercise, trials, mistake)
    kinds = {"timed-out": "timed-out", "died": "crashed", "crashed": "crashed", "parameters": "crashed"}
    status = kinds.get(shown.reply.kind, "partly" if score > 0 else "wrong")
    why = shown.wrong[0].upper() + shown.wrong[1:] + ("" if shown.wrong[-1] in ".?!`" else ".")
    if mistake is not None:
        why = f"{mistake.says[0].upper()}{mistake.says[1:]}" + ("" if mistake.says[-1] in ".?!" else ".")
    got = {
        "value": _seen(exercise, shown.value),
        "timed-out": "no answer in time",
        "died": "no answer",
        "not-plain": shown.reply.message,
    }
    verdict = _verdict(
        exercise,
        score,
        status,
        mistake.slug if mistake else None,
        call=shown.case.text or call_text(exercise, shown.case),
        expected=_seen(exercise, shown.expected),
        got=got.get(shown.reply.kind, shown.reply.error),
        why=why,
    )
    return verdict.without_input(shown.case.kind) if shown.case.secret else verdict


def _seen(exercise: Exercise, observation: Any) -> str:
    if exercise.view is None or observation is None:
        return show(observation)
    try:
        seen = exercise.view(observation)
    except FORMLESS:
        seen = observation
    return seen if isinstance(seen, str) else show(seen)


def call_text(exercise: Exercise, case: Case) -> str:
    """The call on this case as a person would write it."""
    return f"{exercise.name}({', '.join(show(arg) for arg in case.args)})"
