"""An exercise as data: what is right, what to try, how to look, and what people do wrong.

A lesson's exercises are the `Exercise` and `Written` objects found in the modules of
`coursekit.exercises.<lesson>`; nothing is registered by hand.
"""

from __future__ import annotations

import difflib
import hashlib
import importlib
import importlib.util
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from coursekit.checking.compare import Compare, close

PUBLIC_SEED = 20  # of the inputs that everybody may see; a grade that counts adds secret ones


@dataclass(frozen=True, eq=False)
class Case:
    """One input to try: plain arguments for the probe, and what of the exercise they look at.

    args: the probe's plain arguments, after the answer itself
    facet: which part of the exercise fails when this case does (see Exercise.facets)
    kind: the kind of input in a few words ("a single number"), told where the input is secret
    text: the call as a person would write it; made from `args` where it is None
    stable: a numerical warning (overflow, division by zero) makes this case fail
    """

    args: tuple[Any, ...] = ()
    facet: str = "values"
    kind: str = "another input"
    text: str | None = None
    stable: bool = False
    secret: bool = False  # set by `cases`, never by an exercise


@dataclass(frozen=True, eq=False)
class Reply:
    """What was observed when an answer was asked on one case; plain data, never a conclusion.

    kind: "value", "crashed", "timed-out", "not-plain" (message says what it was), "parameters"
    (called with a wrong number of them), "no-answer" (what was handed in cannot be asked),
    "not-attempted", or "died" (its process did)
    """

    kind: str
    value: Any = None
    changed: tuple[int, ...] = ()  # positions of the arguments changed in place
    warned: str = ""  # the first numerical warning
    error: str = ""  # the exception's type
    message: str = ""
    line: str = ""  # the line of the answer that raised
    delegated: bool = False  # coursekit's own answer to this exercise was reached


@dataclass(frozen=True, eq=False)
class Trial:
    """One case with the answer's reply, the right observation, and why it is wrong ("" if right)."""

    case: Case
    reply: Reply
    expected: Any
    wrong: str

    @property
    def right(self) -> bool:
        return not self.wrong

    @property
    def value(self) -> Any:
        return self.reply.value


class Mistake:
    """A wrong answer that people really give.

    slug: its name in reports, fixed by the contract
    says: one sentence about the code, never about the person
    forms: small wrong implementations, each a way to make this mistake. An answer shows the
        mistake when it replies on every case as one of the forms does
    seen: in place of that comparison, a predicate over all trials: does this answer show the
        mistake? Must be False for a right answer
    forgiven: full points, told all the same
    """

    def __init__(
        self,
        slug: str,
        says: str,
        *forms: Any,
        seen: Callable[[Sequence[Trial]], bool] | None = None,
        forgiven: bool = False,
    ) -> None:
        if not forms:
            raise ValueError(f"mistake {slug!r} needs a form, so that the grader can be tested with it")
        self.slug, self.says, self.forms, self.seen, self.forgiven = slug, says, forms, seen, forgiven

    def __repr__(self) -> str:
        return f"Mistake({self.slug!r})"


def call(answer: Any, *args: Any) -> Any:
    """The default probe: the answer's own value for these arguments."""
    return answer(*args)


def _no_cases(rng: np.random.Generator) -> list[Case]:
    return [Case()]


@dataclass(frozen=True, eq=False)
class Exercise:
    """A question whose answer is code.

    id: "<lesson>.<name>", fixed by the contract
    signature: as the prompt writes it
    reference: the right answer (a function, a pair of them, a class)
    cases: `cases(rng)` lists what to try, simplest first; what it draws, it draws from rng
    probe: `probe(answer, *args) -> plain observations`, beside the answer. A probe is one
        function that imports what it needs: its source travels to where the answer is
    compare: `compare(got, expected, args)` raises Mismatch where an observation is wrong
    alike: the same for recognizing a mistake's form, whose observation is `expected` then;
        needed only where `compare` accepts more than what equals the reference's
    view: `view(observation)` gives the part or the text of an observation that a person is shown
    mistakes: in the order in which they are named where several fit
    facets: weights, summing to 1. A facet is earned when all its cases are right; none is
        earned without the first
    hints: from a nudge to nearly the answer
    seconds: time limit of one call; all calls together have four times that
    grade: `grade(trials)` gives the score in [0, 1) of an answer that is not all right, in place
        of the facets: for what is measured, and not only right or wrong
    takes: what an answer is: "function", "functions" (a tuple or list of them), or "value"
    may_change: the arguments may be changed in place
    """

    id: str
    title: str
    signature: str
    reference: Any
    mistakes: tuple[Mistake, ...]
    cases: Callable[[np.random.Generator], list[Case]] = _no_cases
    probe: Callable[..., Any] = call
    compare: Compare = field(default_factory=close)
    alike: Compare | None = None
    view: Callable[[Any], Any] | None = None
    points: int = 1
    facets: dict[str, float] = field(default_factory=lambda: {"values": 1.0})
    grade: Callable[[Sequence[Trial]], float] | None = None
    hints: tuple[str, ...] = ()
    core: bool = True
    version: int = 1
    seconds: float = 5.0
    takes: str = "function"
    may_change: bool = False

    by_hand = False

    @property
    def lesson(self) -> str:
        return self.id.split(".")[0]

    @property
    def name(self) -> str:
        return self.id.split(".")[1]

    def tried(self, seed: Any = None) -> list[Case]:
        """The public cases and, with a secret seed, those that only this seed draws."""
        cases = self.cases(np.random.default_rng(PUBLIC_SEED))
        if seed is None:
            return cases
        from dataclasses import replace

        from coursekit.checking.plain import encode, plain

        known = {encode(plain(case.args)) for case in cases}
        secret = self.cases(np.random.default_rng(seed))
        return cases + [
            replace(case, secret=True) for case in secret if encode(plain(case.args)) not in known
        ]


@dataclass(frozen=True, eq=False)
class Written:
    """A question whose answer is text, read and marked by a person with the rubric."""

    id: str
    title: str
    rubric: tuple[tuple[int, str], ...]  # (points, what earns them)
    core: bool = True
    version: int = 1

    by_hand = True

    @property
    def points(self) -> int:
        return sum(points for points, _ in self.rubric)

    @property
    def lesson(self) -> str:
        return self.id.split(".")[0]

    @property
    def name(self) -> str:
        return self.id.split(".")[1]


@lru_cache
def lessons() -> tuple[str, ...]:
    """The lessons that have exercises, in the order in which they are taught (their NUMBER)."""
    package = importlib.import_module("coursekit.exercises")
    names = [module.name for module in pkgutil.iter_modules(package.__path__) if module.ispkg]
    return tuple(sorted(names, key=lambda name: _package(name).NUMBER))


def _package(lesson: str) -> ModuleType:
    return importlib.import_module(f"coursekit.exercises.{lesson}")


@lru_cache
def exercises_of(lesson: str) -> dict[str, Exercise | Written]:
    """The exercises of a lesson by id, module by module. Raises KeyError for an unknown lesson."""
    if lesson not in lessons():
        raise KeyError(f"no lesson {lesson!r}; there are: {', '.join(lessons())}")
    package, found = _package(lesson), {}
    for info in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        for value in vars(module).values():
            if isinstance(value, Exercise | Written) and value.id not in found:
                found[value.id] = value
    return found


def find(exercise_id: str) -> Exercise | Written:
    """The exercise with this id. Raises KeyError, which names the nearest ids, where there is none."""
    lesson = exercise_id.split(".")[0] if isinstance(exercise_id, str) else ""
    if lesson in lessons() and exercise_id in exercises_of(lesson):
        return exercises_of(lesson)[exercise_id]
    every = [one for name in lessons() for one in exercises_of(name)]
    near = difflib.get_close_matches(str(exercise_id), every, n=3, cutoff=0.4)
    raise KeyError(f"no exercise {exercise_id!r}; did you mean {' or '.join(near) or every[0]}?")


@lru_cache
def fingerprint(lesson: str) -> str:
    """A hash of all that decides this lesson's verdicts: its exercises, what is right, the checker."""
    root = Path(__file__).parents[1]
    folders = [root / "checking", root / "reference", root / "frameworks", root / "exercises" / lesson]
    files = [path for folder in folders for path in folder.rglob("*.py")]
    files += (root / "exercises").glob("*.py")  # what lessons share
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
