"""One submission: its notebooks executed, each answer asked, the verdicts given and shown in them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from coursekit.checking import Exercise, Reply, find
from coursekit.checking.asking import TOTAL, read_replies
from coursekit.checking.judging import judge
from coursekit.checking.plain import NotPlain
from coursekit.checking.verdict import Verdict
from coursekit.grading.run import package
from coursekit.grading.run.asked import Asked, asked
from coursekit.grading.run.execute import Check, Execution, value_of
from coursekit.grading.run.kernel import Kernel
from coursekit.grading.run.verdicts import as_data, lost, outputs_of, ungraded
from coursekit.grading.run.watch import Lost
from coursekit.grading.run.work import Found, Work
from coursekit.grading.starter import check_of, exercise_of, is_check, is_written, marks, text, topic

Tell = Callable[[str, dict[str, Any]], None]
SPARE = 5.0  # seconds beyond its own limits that a question gets before the kernel is interrupted
_LOST = {
    "died": "The Python process ended while this answer was tried.",
    "timed-out": "This answer went on and on, and nothing could interrupt it.",
    "memory": "This answer was stopped: it used more than {0.memory:g} MB of memory.",
    "processes": "This answer was stopped: it started too many processes.",
    "restarts": "It could not be tried: the Python process ended too often, or the notebook took too long.",
}


def run(work: Work, tell: Tell = lambda exercise, verdict: None) -> Found:
    """Grade one submission; `tell(exercise, verdict)` is called for each verdict when it is given.

    Raises NoKernel where no kernel can be started here.
    """
    started = time.monotonic()
    verdicts, flags, written, executed = dict(work.known), [], [], {}

    def give(exercise: str, verdict: dict[str, Any]) -> None:
        verdicts[exercise] = verdict
        tell(exercise, verdict)

    for name, content in work.notebooks.items():
        notebook = json.loads(content)
        for cell in notebook["cells"]:
            cell["source"] = text(cell)
        sitting = Sitting(work, name, notebook, give)
        sitting.sit(verdicts)
        flags += sitting.flags()
        written += [str(exercise_of(cell, work.lesson)) for cell in notebook["cells"] if is_written(cell)]
        executed[name] = json.dumps(notebook)
    return Found(executed, flags, written, verdicts, time.monotonic() - started)


class Sitting:
    """One notebook of a submission, executed and asked."""

    def __init__(self, work: Work, name: str, notebook: dict[str, Any], give: Tell) -> None:
        self.work, self.cells, self.give = work, notebook["cells"], give
        checks = {i: c for i, cell in enumerate(self.cells) if (c := _check(cell, i, work.asked[name]))}
        # exercise -> its answer's replies, on public inputs and on secret ones
        self.public: dict[str, list[Reply]] = {}
        self.secret: dict[str, list[Reply]] = {}
        inside = package.of(topic(work.lesson))
        self.execution = Execution(
            self.cells,
            checks,
            lambda: Kernel(inside, work.files, work.settings, work.imports),
            work.settings,
        )

    def sit(self, verdicts: Mapping[str, dict[str, Any]]) -> None:
        """Give a verdict on every check that has none, and place all of them in the notebook."""
        checks = self.execution.checks.values()
        pending = [check for check in checks if check.exercise not in verdicts]
        self.execution.ask(pending, self.together, self.attempt, self.judge, self.lose)
        for check in checks:
            self.cells[check.cell]["outputs"] = outputs_of(check.exercise, verdicts[check.exercise])

    def together(self, checks: Sequence[Check], kernel: Kernel) -> None:
        """Ask all answers in two messages. From the second on they know secret inputs: what they said before
        is kept, and they are asked the public ones no more.
        """
        with suppress(_OneByOne):
            tried = [self.asked(check) for check in checks if check.exercise not in self.execution.unbound]
            self.public = _ask_all(kernel, tried, secret=False)
            further = [one for one in tried if one.goes_on(self.public[one.exercise.id])]
            self.secret = _ask_all(kernel, further, secret=True)

    def asked(self, check: Check) -> Asked:
        """What the check's exercise asks."""
        exercise = find(check.exercise)
        assert isinstance(exercise, Exercise)
        try:
            return asked(exercise, self.work.seed)
        except Exception as error:  # the checker's own fault: `judge` runs into it again, and tells it
            raise _OneByOne from error

    def attempt(self, check: Check, kernel: Kernel) -> None:
        """Ask one answer on the public inputs. Raises Lost when that costs the kernel."""
        if check.exercise in self.public or check.exercise in self.execution.unbound:
            return
        with suppress(_OneByOne):
            self.public[check.exercise] = _ask(kernel, self.asked(check), secret=False)

    def judge(self, check: Check, kernel: Kernel) -> None:
        """Ask one answer on the secret inputs, too, and give the verdict. Raises Lost."""
        exercise = find(check.exercise)
        assert isinstance(exercise, Exercise)
        try:
            data = as_data(self.verdict(exercise, check, kernel))
        except Lost:
            raise
        except Exception as error:  # the checker's own fault: told to the instructor, and no 0
            data = ungraded(exercise, error)
        self.give(check.exercise, data)

    def verdict(self, exercise: Exercise, check: Check, kernel: Kernel) -> Verdict:
        """The verdict on what the kernel holds as the answer."""
        if error := self.execution.unbound.get(exercise.id):
            return self.unbound(exercise, check, error)
        cases = asked(exercise, self.work.seed).cases
        return judge(exercise, lambda *_: self.replies(kernel, exercise), cases=cases)

    def replies(self, kernel: Kernel, exercise: Exercise) -> list[Reply]:
        """The replies on all cases; those on public ones were given before any secret was seen."""
        tried = asked(exercise, self.work.seed)
        replies = self.public.get(exercise.id) or _ask(kernel, tried, secret=False)
        if not tried.goes_on(replies):
            return replies
        return replies + (self.secret.get(exercise.id) or _ask(kernel, tried, secret=True))

    def unbound(self, exercise: Exercise, check: Check, error: str) -> Verdict:
        """The verdict on an answer that is not there when the notebook has run."""
        place = next((i for i in range(check.cell - 1, -1, -1) if marks(self.cells[i]).get("solution")), None)
        failed = self._failure(place) if place is not None else ""
        blank = place is None or not _code(self.cells[place])
        not_attempted = failed.startswith("NotImplementedError") or (blank and not failed)
        if not_attempted:
            return judge(exercise, lambda *_: [Reply("not-attempted")])
        why = f"`{check.expression}` is not there when the notebook has run ({error})."
        why += f" Its cell stopped: {failed}" if failed else ""
        return lost(exercise, "crashed", why)

    def _failure(self, index: int) -> str:
        errors = [o for o in self.cells[index].get("outputs", []) if o["output_type"] == "error"]
        return f"{errors[0]['ename']}: {errors[0]['evalue']}"[:300] if errors else ""

    def lose(self, check: Check, why: str) -> None:
        """Give the verdict on an answer that cost its kernel."""
        exercise = find(check.exercise)
        assert isinstance(exercise, Exercise)
        status = "timed-out" if why == "timed-out" else "crashed"
        self.give(check.exercise, as_data(lost(exercise, status, _LOST[why].format(self.work.settings))))

    def flags(self) -> list[str]:
        """What a person should look at."""
        said = {
            "died": "ended the Python process",
            "memory": "used too much memory",
            "processes": "started too many processes",
        }
        return [
            f"cell {self.cells[i].get('id') or i + 1} {said.get(why, 'took too long')}"
            for i, why in sorted(self.execution.stopped.items())
        ]


def _check(cell: dict[str, Any], index: int, asked: Mapping[str, str]) -> Check | None:
    """What this cell checks; None where it is no check, or one of an exercise that is there no more."""
    source = asked.get(str(marks(cell).get("grade_id")))
    found = check_of(source) if source is not None and is_check(cell) else None
    if found is None:
        return None
    with suppress(KeyError):
        return Check(*found, index) if isinstance(find(found[0]), Exercise) else None
    return None


def _code(cell: dict[str, Any]) -> str:
    lines = (line.split("#")[0].strip() for line in cell["source"].splitlines())
    return "".join(lines)


class _OneByOne(Exception):
    """Answers cannot be asked together."""


def _ask_all(kernel: Kernel, tried: Sequence[Asked], *, secret: bool) -> dict[str, list[Reply]]:
    """What several answers bound in the kernel reply, by exercise. Raises Lost, and _OneByOne."""
    calls = {one.exercise.id: one.call(secret) for one in tried}
    clock = max((TOTAL * one.exercise.seconds for one in tried), default=0.0) + SPARE
    reply, interrupted = kernel.execute("", expressions=calls, clock=clock)
    if interrupted:
        raise _OneByOne
    return {one.exercise.id: _read(reply, one, secret) for one in tried}


def _ask(kernel: Kernel, tried: Asked, *, secret: bool) -> list[Reply]:
    """What the answer bound in the kernel replies on the secret cases, or the public ones. Raises Lost."""
    call, clock = tried.call(secret), TOTAL * tried.exercise.seconds + SPARE
    reply, interrupted = kernel.execute("", expressions={tried.exercise.id: call}, clock=clock)
    replies = _read(reply, tried, secret)
    # What had to be stopped from outside has timed out, whatever it says itself.
    return [*replies[:-1], Reply("timed-out")] if interrupted else replies


def _read(reply: dict[str, Any], tried: Asked, secret: bool) -> list[Reply]:
    text = value_of(reply, tried.exercise.id) or ""
    try:
        replies = read_replies(text, len(tried.part(secret)))
    except NotPlain as error:
        replies = [Reply("not-plain", message=str(error))]
    return [replace(one, delegated=True) if one.error == "AskedFor" else one for one in replies]
